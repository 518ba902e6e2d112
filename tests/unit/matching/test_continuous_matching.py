"""Continuous trading: price-time priority, times in force, self-trades (0068-MATC, 0014-ORDT)."""

from __future__ import annotations

import pytest

from vega_mesa.protocol.matching.order import (
    ACTIVE,
    BUY,
    FILLED,
    FOK,
    GFA,
    GFN,
    GTC,
    GTT,
    IOC,
    PARTIALLY_FILLED,
    SELL,
    STOPPED,
    OrderType,
    Side,
)
from vega_mesa.protocol.matching.order_errors import ORDER_ERROR_TEXTS, OrderRefused


def sizes(confirmation):
    return [(trade.size, trade.price) for trade in confirmation.trades]


def test_a_plain_order_rests(desk):
    confirmation = desk.buy(5, 100)
    assert not confirmation.trades
    assert confirmation.order.status is ACTIVE
    assert desk.levels(BUY) == [(100, 5, 1)]
    assert desk.book.best_bid() == 100
    assert desk.book.orders == {confirmation.order.id: confirmation.order}


def test_price_then_time(desk):
    first, second = desk.sell(2, 101).order, desk.sell(3, 101).order
    better = desk.sell(1, 100).order
    confirmation = desk.buy(5, 101)
    assert sizes(confirmation) == [(1, 100), (2, 101), (2, 101)]
    assert confirmation.passive == [better, first, second]
    assert [order.status for order in confirmation.passive] == [FILLED, FILLED, ACTIVE]
    assert second.remaining == 1
    assert second.updated_at == 7
    assert confirmation.order.status is FILLED
    assert desk.book.last_traded_price == 101


def test_a_trade_has_the_passive_price_and_the_time_of_the_aggressor(desk):
    passive = desk.order(SELL, 3, 10_150)
    passive.original_price = 1015
    desk.send(passive)
    aggressive = desk.order(BUY, 3, 11_000, created_at=42)
    trade = desk.send(aggressive).trades[0]
    assert (trade.price, trade.market_price, trade.timestamp) == (10_150, 1015, 42)
    assert (trade.buyer, trade.seller, trade.aggressor) == (aggressive.party, passive.party, BUY)
    assert (trade.buy_order, trade.sell_order) == (aggressive.id, passive.id)


def test_the_dry_run_changes_nothing(desk):
    desk.sell(2, 100)
    desk.sell(9, 101, peak=3)
    before = desk.book.state()
    order = desk.order(BUY, 8, 101)
    fills = desk.book.match(order, 7)
    assert [(fill.size, fill.price) for fill in fills] == [(2, 100), (6, 101)]
    assert desk.book.state() == before
    assert order.remaining == 8


def test_the_remainder_of_a_crossing_order_rests(desk):
    desk.sell(2, 100)
    order = desk.buy(5, 100).order
    assert (order.status, order.remaining) == (ACTIVE, 3)
    assert desk.levels(BUY) == [(100, 3, 1)]
    assert desk.levels(SELL) == []


def test_a_market_order_takes_any_price_and_never_rests(desk):
    desk.buy(5, 1)
    confirmation = desk.sell(8, tif=IOC)
    assert sizes(confirmation) == [(5, 1)]
    assert (confirmation.order.status, confirmation.order.remaining) == (PARTIALLY_FILLED, 3)
    assert not desk.book.orders


def test_ioc_without_a_trade_is_stopped_without_reason(desk):
    desk.sell(5, 101)
    order = desk.buy(5, 100, tif=IOC).order
    assert (order.status, order.reason) == (STOPPED, "")


def test_fok_that_finds_too_little_is_stopped_without_reason(desk):
    desk.sell(999, 100)
    confirmation = desk.buy(1000, 100, tif=FOK)
    assert not confirmation.trades
    assert (confirmation.order.status, confirmation.order.remaining, confirmation.order.reason) == (STOPPED, 1000, "")
    assert desk.levels(SELL) == [(100, 999, 1)]


def test_fok_fills_over_levels(desk):
    desk.sell(5, 100)
    desk.sell(5, 101)
    assert sizes(desk.buy(10, 101, tif=FOK)) == [(5, 100), (5, 101)]


def test_fok_ignores_hidden_reserve(desk):
    desk.sell(10, 100, peak=4)
    assert desk.buy(5, 100, tif=FOK).order.status is STOPPED
    assert desk.buy(4, 100, tif=FOK).order.status is FILLED


def test_fok_behind_an_own_order_is_self_trading(desk):
    desk.sell(5, 100)
    desk.sell(5, 100, "me")
    confirmation = desk.buy(6, 100, "me", tif=FOK)
    assert not confirmation.trades
    assert (confirmation.order.status, confirmation.order.reason) == (STOPPED, "SELF_TRADING")
    assert desk.buy(5, 100, "me", tif=FOK).order.status is FILLED


def test_self_trade_before_any_fill_stops(desk):
    own = desk.sell(5, 100, "me").order
    order = desk.buy(5, 100, "me").order
    assert (order.status, order.reason) == (STOPPED, "SELF_TRADING")
    assert own.remaining == 5
    assert order.id not in desk.book.orders


def test_after_a_self_trade_the_remainder_never_rests(desk):
    # features/orders/iceberg-orders, 0014-ORDT-034: the own iceberg is third in the queue
    desk.sell(5, 5)
    desk.sell(5, 5)
    desk.sell(100, 5, "me", peak=10)
    confirmation = desk.buy(20, 5, "me")
    assert sizes(confirmation) == [(5, 5), (5, 5)]
    assert (confirmation.order.status, confirmation.order.remaining) == (PARTIALLY_FILLED, 10)
    assert confirmation.order.reason == "SELF_TRADING"
    assert desk.levels(BUY) == []


def test_an_own_order_out_of_reach_does_not_stop(desk):
    desk.sell(5, 102, "me")
    assert desk.buy(5, 101, "me").order.status is ACTIVE


def test_the_remainder_of_a_reduce_only_order_does_not_rest(desk):
    desk.sell(2, 100)
    order = desk.buy(5, 100, reduce_only=True).order
    assert order.remaining == 3
    assert order.id not in desk.book.orders


def test_pegs_are_hit_at_the_prices_they_have(desk):
    # 0014-ORDT-039: sell 12 @ 8 hits 1 @ 10, then 10 @ 9, then 1 of 5 @ 8
    for size, price in ((1, 10), (10, 9), (5, 8)):
        desk.buy(size, price)
    assert sizes(desk.sell(12, 8)) == [(1, 10), (10, 9), (1, 8)]


def test_remove_from_the_middle_of_a_level(desk):
    orders = [desk.buy(size, 100).order for size in (1, 2, 3)]
    desk.book.remove(orders[1])
    assert desk.queue(BUY) == [(100, 1, 0), (100, 3, 0)]
    desk.book.remove(orders[0])
    desk.book.remove(orders[2])
    assert desk.levels(BUY) == []
    assert desk.book.best_bid() == 0
    assert desk.book.orders_of(orders[0].party) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"market": "other"}, "INVALID_MARKET_ID"),
        ({"type": OrderType.UNSPECIFIED}, "INVALID_TYPE"),
        ({"remaining": 0}, "INVALID_REMAINING_SIZE"),
        ({"size": 0, "remaining": 0}, "INVALID_REMAINING_SIZE"),
        ({"time_in_force": GTT}, "INVALID_EXPIRATION_DATETIME"),
        ({"remaining": 6}, "INVALID_REMAINING_SIZE"),
        ({"type": OrderType.NETWORK, "time_in_force": IOC}, "INVALID_PERSISTENCE"),
        ({"type": OrderType.MARKET, "time_in_force": GTT, "expires_at": 9}, "INVALID_PERSISTENCE"),
        ({"type": OrderType.MARKET, "time_in_force": GTT}, "INVALID_EXPIRATION_DATETIME"),
        ({"type": OrderType.MARKET}, "INVALID_PERSISTENCE"),
        ({"time_in_force": GFA}, "INVALID_TIME_IN_FORCE"),
        ({"type": OrderType.MARKET, "time_in_force": IOC, "expires_at": 9}, "INVALID_EXPIRATION_DATETIME"),
    ],
)
def test_validation_of_the_book(desk, change, reason):
    order = desk.order(BUY, 5, 100)
    for name, value in change.items():
        setattr(order, name, value)
    with pytest.raises(OrderRefused) as refusal:
        desk.book.validate(order)
    assert refusal.value.reason == reason
    assert refusal.value.text == ORDER_ERROR_TEXTS[reason]


def test_gfn_is_refused_in_an_auction_and_gfa_outside(auction):
    auction.book.validate(auction.order(BUY, 1, 1, tif=GFA))
    with pytest.raises(OrderRefused, match="invalid time in force"):
        auction.book.validate(auction.order(BUY, 1, 1, tif=GFN))


def test_a_market_gfa_order_is_accepted_in_an_auction_and_sits_on_no_level(auction):
    order = auction.send(auction.order(BUY, 5, tif=GFA)).order
    assert order.status is ACTIVE
    assert auction.levels(BUY) == []
    assert auction.book.orders_of(order.party) == [order]
    auction.book.remove(order)
    assert auction.book.orders == {}


def test_stop_order_of_a_closed_out_party(desk):
    # buys from low to high, sells from high to low, first come first
    made = [
        desk.buy(1, 9, "p"),
        desk.buy(1, 8, "p"),
        desk.buy(2, 9, "p"),
        desk.buy(1, 8),
        desk.sell(1, 11, "p"),
        desk.sell(1, 12, "p"),
    ]
    ids = [confirmation.order.id for confirmation in made]
    found = [order.id for order in desk.book.orders_in_stop_order("p")]
    assert found == [ids[1], ids[0], ids[2], ids[5], ids[4]]
    assert [order.id for order in desk.book.orders_of("p")] == sorted(found)


def test_a_trade_says_nobody_when_nobody_traded(desk):
    assert desk.book.trades_for(desk.order(BUY, 1, 1), [], 7) == []
    assert desk.book.indicative() == (0, 0, Side.UNSPECIFIED)


def test_in_place_changes_keep_priority(desk):
    # features/orders/amend-order: two sells at 2, the first reduced by 2: a buy of 3 hits the first
    first, second = desk.sell(5, 2).order, desk.sell(5, 2).order
    amended = first.copy()
    amended.size, amended.remaining, amended.version = 3, 3, 2
    desk.book.amend_in_place(first, amended)
    assert first.version == 2
    assert desk.levels(SELL) == [(2, 8, 2)]
    assert desk.buy(3, 2).passive == [first]
    desk.book.reduce(second, 4)
    assert (second.size, second.remaining) == (1, 1)
    assert desk.levels(SELL) == [(2, 1, 1)]
    assert second.time_in_force is GTC
