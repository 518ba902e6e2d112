"""One test for each point under "The futures market" where a careful reader of the specs still goes wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.trading import UpdateMarginMode
from vega_mesa.protocol.events.trading import AuctionUpdated, DistressedOrdersClosed, TradeHappened
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    LiquidationStrategy,
    PriceMonitoringTrigger,
    SimpleRiskModel,
)
from vega_mesa.protocol.markets.states import MarketState, TradingMode
from vega_mesa.protocol.matching.order import BUY, NETWORK, SELL, OrderStatus, TradeType

BOUNDS = SimpleRiskModel(
    long=Decimal("0.1"), short=Decimal("0.1"), max_move_up=Decimal(100), min_move_down=Decimal(-100)
)


def trigger(horizon: int, extension: int) -> PriceMonitoringTrigger:
    return PriceMonitoringTrigger(horizon=horizon, probability=Decimal("0.95"), auction_extension=extension)


def test_orders_are_margined_at_the_mark_of_the_last_mark_to_market(desk):
    desk.fund(10**6, "a")
    desk.trade(2000)  # traded, but not marked yet
    desk.order("a", BUY, 10, 900)
    assert desk.balance("a")[0] == 1200
    desk.block()  # now the mark is 2000
    assert desk.balance("a")[0] == 2400


def test_maintenance_is_a_ceiling_and_the_other_levels_are_floored_from_it(desk):
    desk.fund(10**6, "a")
    desk.trade(1005)
    desk.block()
    desk.order("a", BUY, 1, 900)
    assert desk.balance("a")[0] == 121  # 100.5 becomes 101, times 1.2 is 121.2


def test_resting_orders_are_margined_at_the_mark_in_continuous_trading(desk):
    desk.fund(10**6, "a")
    desk.order("a", BUY, 10, 1)  # a limit price of 1 does not make it cheap
    assert desk.balance("a")[0] == 1200


def test_a_close_out_recheck_needs_a_removed_order_and_strictly_more_than_maintenance(desk):
    desk.fund(250, "a")
    desk.fund(210, "b")
    desk.order("maker-s", SELL, 2, 1000)
    desk.order("a", BUY, 1, 1000)
    desk.order("b", BUY, 1, 1000)
    desk.order("a", BUY, 1, 800)  # only a has an order that can be removed
    events = desk.listen(DistressedOrdersClosed)
    desk.order("maker-b", BUY, 1, 889)
    desk.order("maker-s", SELL, 1, 889)
    desk.block()
    assert desk.market.mark_price == 889
    assert [event.parties for event in events] == [("a",)]
    assert desk.market.positions.by_party["a"].size == 1
    assert desk.market.positions.by_party["b"].size == 1  # 99 of margin against 89


def test_a_close_out_takes_the_whole_general_account(desk):
    desk.fund(100_000, "maker-s")
    desk.fund(300, "a")
    desk.order("maker-s", SELL, 2, 1000)
    desk.order("a", BUY, 2, 1000)
    desk.trade(850)
    before = desk.market.insurance.balance
    desk.block()
    assert "a" not in desk.market.positions.by_party
    assert desk.exchange.collateral.balance(AccountType.GENERAL, "USD", "a") == 0
    assert desk.market.insurance.balance == before  # 300 paid the loss of 300: nothing was left to take


def test_the_network_takes_over_at_the_mark_and_disposes_later_without_moving_prices(make_desk):
    strategy = LiquidationStrategy(disposal_time_step=5)
    desk = make_desk(liquidation_strategy=strategy, fees=FeeFactors(maker=Decimal("0.01")))
    desk.trade(1000)
    desk.block()
    desk.fund(400, "a")
    desk.order("maker-s", SELL, 2, 1000)
    desk.order("a", BUY, 2, 1000)
    events = desk.listen(TradeHappened)
    desk.trade(880)
    desk.block()
    taken = [event.trade for event in events if event.trade.type is TradeType.NETWORK_CLOSE_OUT_BAD]
    assert [(trade.price, trade.size) for trade in taken] == [(880, 2)]
    assert desk.market.positions.by_party[NETWORK].size == 2
    desk.quote(870, 890, size=5)
    pool = desk.market.insurance.balance
    desk.block(6)
    desk.block()
    assert NETWORK not in desk.market.positions.by_party
    good = [event.trade for event in events if event.trade.type is TradeType.NETWORK_CLOSE_OUT_GOOD]
    assert [(trade.price, trade.size, trade.seller_fee.maker) for trade in good] == [(870, 2, 18)]
    assert desk.market.insurance.balance <= pool  # its fees come from there
    assert (desk.market.last_traded_price, desk.market.mark_price) == (880, 880)


def test_one_price_trigger_is_consumed_per_check(make_desk):
    desk = make_desk(
        risk_model=BOUNDS, price_monitoring=(trigger(60, 10), trigger(600, 50)), opening_auction_duration=1
    )
    desk.fund(10**12, "x", "y")
    desk.order("x", BUY, 1, 1000)
    desk.order("y", SELL, 1, 1000)
    desk.block(2)
    assert desk.market.trading_mode is TradingMode.CONTINUOUS
    desk.order("x", BUY, 1, 2000)
    desk.order("y", SELL, 1, 2000)
    assert desk.market.trading_mode is TradingMode.MONITORING_AUCTION
    assert desk.market.auction.duration == 10
    desk.block(11)  # the second trigger is still violated, and lengthens the auction
    assert desk.market.auction.duration == 60


def test_an_auction_ends_strictly_after_its_end(make_desk):
    desk = make_desk(opening_auction_duration=10)
    desk.fund(10**6, "x", "y")
    desk.order("x", BUY, 1, 1000)
    desk.order("y", SELL, 1, 1000)
    desk.block(10)
    assert desk.market.trading_mode is TradingMode.OPENING_AUCTION
    desk.block(1)
    assert desk.market.trading_mode is TradingMode.CONTINUOUS


def test_only_the_first_extension_in_a_markets_life_is_announced(make_desk):
    desk = make_desk(
        risk_model=BOUNDS, price_monitoring=(trigger(60, 10), trigger(600, 50)), opening_auction_duration=1
    )
    desk.fund(10**12, "x", "y")
    desk.order("x", BUY, 1, 1000)
    desk.order("y", SELL, 1, 1000)
    desk.block(2)
    events = desk.listen(AuctionUpdated)
    for price in (2000, 4000):
        desk.order("x", BUY, 1, price)
        desk.order("y", SELL, 1, price)
        desk.block(11)
        desk.block(100)
    extensions = [e for e in events if e.extension_trigger == "AUCTION_TRIGGER_PRICE" and not e.leave]
    assert len(extensions) == 1


def test_isolated_margin_is_checked_after_execution_and_the_trades_stand(desk):
    desk.fund(700, "a")
    assert desk.send("a", UpdateMarginMode(market_id="M", isolated=True, margin_factor=Decimal("0.5"))).accepted
    desk.order("maker-s", SELL, 1, 1000)
    outcome = desk.order("a", BUY, 3, 1000)  # 500 for the trade; 1,000 for what would rest
    assert outcome.error == "margin check failed"
    assert desk.market.positions.by_party["a"].size == 1
    assert desk.balance("a") == (500, 200)
    assert not desk.market.book.orders_of("a")


@pytest.mark.parametrize("value", ["true", "false"])
def test_the_boolean_of_the_termination_oracle_is_ignored(desk, value):
    desk.exchange.data_sources.submit(("oracle",), {"end": value})
    assert desk.market.state is MarketState.TRADING_TERMINATED


def test_settlement_data_before_termination_is_kept(desk):
    desk.exchange.data_sources.submit(("oracle",), {"price": "900"})
    assert desk.market.state is MarketState.ACTIVE
    desk.exchange.data_sources.submit(("oracle",), {"end": "true"})
    assert desk.market.state is MarketState.SETTLED
    assert desk.market.mark_price == 900


def test_a_long_block_uncrosses_free_of_charge(make_desk):
    desk = make_desk(fees=FeeFactors(maker=Decimal("0.01"), infrastructure=Decimal("0.01")))
    desk.trade(1000)
    desk.block()
    desk.exchange.long_block_table = [(10**9, 60)]
    desk.exchange.check_long_block(2 * 10**9)
    assert desk.market.trading_mode is TradingMode.LONG_BLOCK_AUCTION
    fees = desk.exchange.collateral.balance(AccountType.FEES_INFRASTRUCTURE, "USD")
    desk.fund(10**6, "x", "y")
    desk.order("x", BUY, 1, 1000)
    outcome = desk.order("y", SELL, 1, 1000)
    desk.block(61)
    assert outcome.order.status is OrderStatus.FILLED
    assert desk.exchange.collateral.balance(AccountType.FEES_INFRASTRUCTURE, "USD") == fees


def test_liquidity_auctions_do_not_exist(desk):
    for _ in range(5):
        desk.block()  # no liquidity was ever committed
    assert desk.market.trading_mode is TradingMode.CONTINUOUS
    assert not any("LIQUIDITY" in mode for mode in TradingMode)
