"""Auctions that governance interrupts, and stop orders that wait for the end of one (0026-AUCT, 0014-ORDT)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.commands.trading import OrderSubmission, StopOrderSetup, StopOrdersSubmission
from vega_mesa.protocol.events.trading import StopOrderUpdated
from vega_mesa.protocol.markets.definition import PriceMonitoringTrigger, SimpleRiskModel
from vega_mesa.protocol.markets.states import MarketState, TradingMode
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, TimeInForce
from vega_mesa.protocol.matching.stop_order import StopOrderStatus

MODEL = SimpleRiskModel(
    long=Decimal("0.1"), short=Decimal("0.1"), max_move_up=Decimal(100), min_move_down=Decimal(-100)
)
TRIGGER = PriceMonitoringTrigger(horizon=60, probability=Decimal("0.95"), auction_extension=5)


@pytest.fixture
def bounded(make_desk):
    """A market at 1000 that goes into an auction of 5 s when a price leaves 900 to 1100; auctions last 3 s at least."""
    desk = make_desk(risk_model=MODEL, price_monitoring=(TRIGGER,))
    desk.exchange.set_parameter("market.auction.minimumDuration", "3s")
    desk.trade(1000)
    desk.block()
    desk.block()
    return desk


def govern(desk, kind: str) -> None:
    desk.exchange.update_market_state(
        UpdateMarketState(market_id="M", update_type=f"MARKET_STATE_UPDATE_TYPE_{kind}", price=None)
    )


def blocks(desk, count: int) -> None:
    for _ in range(count):
        desk.block()


def test_a_suspended_opening_auction_goes_on_when_it_is_resumed(make_desk):
    desk = make_desk(opening_auction_duration=3)
    desk.exchange.set_parameter("market.auction.minimumDuration", "3s")
    desk.fund(10**6, "x", "y")
    desk.order("x", BUY, 1, 1000)
    desk.order("y", SELL, 1, 1000)
    govern(desk, "SUSPEND")
    blocks(desk, 20)  # extended by the minimum whenever its end has passed
    assert desk.market.trading_mode is TradingMode.SUSPENDED_VIA_GOVERNANCE
    govern(desk, "RESUME")
    assert (desk.market.state, desk.market.trading_mode) == (MarketState.PENDING, TradingMode.OPENING_AUCTION)
    blocks(desk, 4)
    assert (desk.market.state, desk.market.trading_mode) == (MarketState.ACTIVE, TradingMode.CONTINUOUS)
    assert desk.open_volume("x") == 1


def test_a_suspended_price_auction_goes_on_when_it_is_resumed(bounded):
    bounded.fund(10**6, "x", "y")
    bounded.order("x", BUY, 1, 1300)
    bounded.order("y", SELL, 1, 1300)
    govern(bounded, "SUSPEND")
    blocks(bounded, 20)
    assert bounded.market.trading_mode is TradingMode.SUSPENDED_VIA_GOVERNANCE
    govern(bounded, "RESUME")
    assert (bounded.market.state, bounded.market.trading_mode) == (
        MarketState.SUSPENDED, TradingMode.MONITORING_AUCTION,
    )  # fmt: skip
    blocks(bounded, 4)
    assert bounded.market.trading_mode is TradingMode.CONTINUOUS
    assert bounded.open_volume("x") == 1


def test_a_stop_order_fires_on_the_price_of_the_uncrossing_and_not_before(bounded):
    """0014-ORDT-065, 066."""
    bounded.fund(10**6, "a", "b", "x", "y")
    bounded.order("b", SELL, 2, 1000)
    bounded.order("a", BUY, 2, 1000)
    bounded.order("b", BUY, 5, 600)
    sell = OrderSubmission(
        market_id="M", side=SELL, size=2, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, reduce_only=True
    )
    events = bounded.listen(StopOrderUpdated)
    bounded.order("x", BUY, 1, 650)
    bounded.order("y", SELL, 1, 650)
    assert bounded.market.auction.in_auction
    stop = StopOrderSetup(order_submission=sell, price=700)
    assert bounded.send("a", StopOrdersSubmission(falls_below=stop)).accepted
    blocks(bounded, 5)
    assert [event.stop_order.status for event in events] == [StopOrderStatus.PENDING]
    blocks(bounded, 1)
    assert not bounded.market.auction.in_auction
    assert [event.stop_order.status for event in events] == [StopOrderStatus.PENDING, StopOrderStatus.TRIGGERED]
    assert bounded.open_volume("a") == 0
