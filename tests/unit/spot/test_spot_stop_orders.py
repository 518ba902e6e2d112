"""Stop orders on a spot market (05 §3.7)."""

from decimal import Decimal

import pytest

from vega_mesa.protocol.commands.trading import OrderSubmission, StopOrderSetup, StopOrdersSubmission
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, TimeInForce

ID = "BTC/USD"


def stop(spot, party, side, *, falls=None, rises=None, size=1, **more):
    """Send a stop order that wraps a market order."""
    order = OrderSubmission(market_id=ID, side=side, size=size, type=OrderType.MARKET, time_in_force=TimeInForce.IOC)
    legs = {
        name: None if price is None else StopOrderSetup(order_submission=order, price=price, **more)
        for name, price in (("falls_below", falls), ("rises_above", rises))
    }
    return spot.execute(party, StopOrdersSubmission(**legs))


def trade_at(spot, price):
    spot.fund("up", btc=5).fund("down", usd=1_000)
    spot.place("up", SELL, 1, price)
    spot.place("down", BUY, 1, price)


def test_no_position_and_no_reduce_only_are_asked_for(spot):
    spot.fund("holder", usd=500, btc=2).fund("maker", usd=500)
    spot.place("maker", BUY, 1, 92)
    assert not stop(spot, "holder", SELL, falls=95).error
    trade_at(spot, 95)
    assert spot.trades[-1].seller == "holder"
    assert spot.general("holder", "BTC") == 1


def test_a_trigger_that_is_reached_exactly_fires(spot):
    spot.fund("holder", usd=500, btc=2).fund("maker", btc=5)
    spot.place("maker", SELL, 1, 107)
    assert not stop(spot, "holder", BUY, rises=105).error
    trade_at(spot, 105)
    assert spot.trades[-1].buyer == "holder"


def test_a_fired_stop_order_waits_for_the_end_of_the_auction(auction):
    auction.fund("holder", usd=500, btc=2)
    assert not stop(auction, "holder", SELL, falls=100).error  # breached already
    auction.fund("seller", btc=5)
    auction.place("seller", SELL, 1, 100)
    assert len(auction.market.stop_orders) == 1
    auction.tick(12)
    assert len(auction.market.stop_orders) == 0
    assert auction.general("holder", "BTC") == 1


@pytest.mark.parametrize(
    ("usd", "btc", "side", "refused"),
    [
        (500, None, BUY, True),
        (None, 2, BUY, True),
        (500, 2, BUY, False),
        (500, None, SELL, True),
        (None, 2, SELL, False),
    ],
)
def test_which_accounts_a_stop_order_needs(spot, usd, btc, side, refused):
    spot.fund("holder", usd=usd, btc=btc)
    error = stop(spot, "holder", side, falls=50).error
    assert error == ("side used in stop order does not close the position" if refused else None)


def test_what_is_refused(make):
    stage = make().fund("holder", usd=500, btc=2)
    assert stop(stage, "holder", SELL, falls=50).error == ("stop orders are not accepted during the opening auction")
    stage.open()
    now = stage.exchange.now
    assert stop(stage, "holder", SELL, falls=50, expires_at=now).error == "stop order expiry in the past"
    linked = {
        "size_override_setting": "SIZE_OVERRIDE_SETTING_POSITION",
        "size_override_percentage": Decimal("0.5"),
    }
    assert stop(stage, "holder", SELL, falls=50, **linked).error == (
        "stop order size override is not supported for spot product"
    )
    assert stop(stage, "holder", SELL, falls=50, rises=150, expires_at=now + 1).error == (
        "stop order OCOs must not have the same expiry time"
    )
    stage.exchange.set_parameter("spam.protection.max.stopOrdersPerMarket", "1")
    assert stop(stage, "holder", SELL, falls=50, rises=150).error == "max stop orders per party reached"
