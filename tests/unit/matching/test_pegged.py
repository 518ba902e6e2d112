"""Pegged orders: their prices, their references, where they wait (0037-OPEG). Numbers from Vega's own scenarios."""

from __future__ import annotations

import pytest

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.matching.order import BUY, FOK, GFN, GTC, IOC, PARKED, SELL, OrderStatus, PeggedReference
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.matching.pegged import (
    EVERYTHING_MOVED,
    ParkedOrders,
    References,
    check_mid_crossing,
    check_tick,
    following,
    peg_price,
    validate_peg,
)

MID, BID, ASK = PeggedReference.MID, PeggedReference.BEST_BID, PeggedReference.BEST_ASK
ONE = Scale(0)


@pytest.fixture
def peg(desk):
    return lambda side, reference, offset, **rest: desk.order(side, 10, peg=(reference, offset), **rest)


def references(bid, ask, one=1):
    found = References(one)
    found.static_bid, found.static_ask = bid, ask
    found.buy_mid, found.sell_mid = (bid + ask + one) // 2, (bid + ask) // 2
    return found


def priced(order, found, tick=1, scale=ONE, cap=None):
    return peg_price(order, found.price_for(order), scale, tick, cap)


def test_mid_pegs_round_towards_the_mid_on_the_tick(peg):
    # features/orders/0037-OPEG-020
    found = references(100, 190)
    assert found.buy_mid == 145
    assert priced(peg(BUY, MID, 10), found, tick=10) == (140, 140)
    assert priced(peg(SELL, MID, 10), found, tick=10) == (150, 150)


def test_the_buy_mid_rounds_up(peg):
    # features/capped-futures/0016-PFUT-015
    found = references(800_000_000, 4_499_999_999)
    assert priced(peg(BUY, MID, 10), found) == (2_649_999_990, 2_649_999_990)
    assert priced(peg(SELL, MID, 10), found) == (2_650_000_009, 2_650_000_009)


def test_the_offset_points_away_from_the_touch(peg):
    found = references(95, 105)
    assert priced(peg(BUY, BID, 4), found) == (91, 91)
    assert priced(peg(SELL, ASK, 4), found) == (109, 109)


def test_a_buy_at_or_below_nothing_is_parked(peg):
    found = references(95, 105)
    assert priced(peg(BUY, BID, 95), found) is None
    assert priced(peg(BUY, BID, 94), found) == (1, 1)


def test_without_reference_there_is_no_price(peg):
    assert priced(peg(SELL, ASK, 1), References(1)) is None


def test_offset_0_on_a_quote_off_the_tick(peg):
    # features/amm/0090-VAMM-market-ticks: buys go down, sells up
    found = references(1_013, 1_017)
    assert priced(peg(BUY, BID, 0), found, tick=5) == (1_010, 1_010)
    assert priced(peg(SELL, ASK, 0), found, tick=5) == (1_020, 1_020)


def test_best_ask_is_rounded_up_to_market_decimals(peg):
    found = references(9_999, 10_001)
    scale = Scale(2)
    assert priced(peg(BUY, BID, 1), found, scale=scale) == (9_800, 98)
    assert priced(peg(SELL, ASK, 1), found, scale=scale) == (10_200, 102)


def test_the_cap_of_a_capped_future_bounds_a_peg(peg):
    assert priced(peg(SELL, ASK, 20), references(80, 90), cap=100) == (99, 99)


def test_a_price_that_vanishes_in_asset_decimals_becomes_1(peg):
    assert priced(peg(BUY, BID, 5), references(1, 3), scale=Scale(-1)) == (1, 10)


def test_references_are_static(desk):
    desk.buy(1, 90)
    desk.sell(1, 110)
    desk.book.reinsert(_priced_peg(desk, BUY, 95))
    found = References(1)
    assert found.refresh(desk.book) == EVERYTHING_MOVED
    assert (found.static_bid, found.static_ask) == (90, 110)
    assert desk.book.best_bid() == 95
    assert found.refresh(desk.book) == frozenset()


def test_a_mid_moves_with_either_side(desk):
    desk.buy(1, 90)
    desk.sell(1, 110)
    found = References(1)
    found.refresh(desk.book)
    desk.sell(1, 108)
    assert found.refresh(desk.book) == {MID, ASK}
    assert References.read(desk.book, 1).moved(found) == frozenset()
    desk.buy(2, 110)
    assert found.refresh(desk.book) == {MID, ASK}
    assert (found.buy_mid, found.sell_mid) == (0, 0)


def test_validity(peg):
    for order, reason in (
        (peg(BUY, BID, 1, tif=IOC), "MUST_BE_GTT_OR_GTC"),
        (peg(BUY, BID, 1, tif=FOK), "MUST_BE_GTT_OR_GTC"),
        (peg(BUY, PeggedReference.UNSPECIFIED, 1), "WITHOUT_REFERENCE_PRICE"),
        (peg(BUY, ASK, 1), "BUY_CANNOT_REFERENCE_BEST_ASK_PRICE"),
        (peg(SELL, BID, 1), "SELL_CANNOT_REFERENCE_BEST_BID_PRICE"),
        (peg(SELL, MID, 0), "OFFSET_MUST_BE_GREATER_THAN_ZERO"),
    ):
        with pytest.raises(OrderRefused) as refusal:
            validate_peg(order)
        assert (refusal.value.reason, refusal.value.status) == (reason, OrderStatus.REJECTED)
    for tif in (GTC, GFN):
        validate_peg(peg(BUY, BID, 0, tif=tif))


def test_refusals_that_leave_the_reason_unset(peg, desk):
    with pytest.raises(OrderRefused, match="price not in tick size") as refusal:
        check_tick(peg(BUY, BID, 7), 5)
    assert refusal.value.reason == ""
    with pytest.raises(OrderRefused, match="price not in tick size"):
        check_tick(desk.order(BUY, 1, 7), 5)
    check_tick(desk.order(BUY, 1), 5)
    with pytest.raises(OrderRefused, match="invalid offset - pegged mid will cross"):
        check_mid_crossing(peg(BUY, MID, 5), Scale(-1), 1)
    check_mid_crossing(peg(BUY, MID, 5), Scale(-1), 10)


def test_parked_orders_keep_their_slots(peg):
    parked = ParkedOrders()
    orders = [peg(BUY, BID, offset, tif=tif) for offset, tif in ((1, GTC), (2, GFN), (3, GTC))]
    for order in orders:
        order.price = order.original_price = 5
        parked.park(order)
    assert {(order.status, order.price, order.original_price) for order in orders} == {(PARKED, 0, 0)}
    amended = orders[0].copy()
    amended.peg.offset = 9
    parked.replace(amended)
    assert [order.peg.offset for order in following(parked.orders, frozenset((BID,)))] == [9, 2, 3]
    assert following(parked.orders, frozenset((MID,))) == []
    assert parked.good_for_normal() == [orders[1]]
    assert parked.remove(orders[1].id) is orders[1]
    assert parked.get(orders[1].id) is None
    assert parked.of_party(amended.party) == [amended]
    assert len(parked) == 2


def test_the_live_list_is_in_order_of_insertion(desk):
    first, second = _priced_peg(desk, BUY, 9), _priced_peg(desk, BUY, 9)
    for order in (first, second):
        desk.book.reinsert(order)
    assert list(desk.book.pegged_live) == [first.id, second.id]
    desk.book.remove(first)
    desk.book.reinsert(first)
    assert list(desk.book.pegged_live) == [second.id, first.id]


def test_a_refreshed_pegged_iceberg_goes_to_the_end_of_the_live_list(desk):
    first, second = _priced_peg(desk, BUY, 9, peak=2), _priced_peg(desk, BUY, 8)
    for order in (first, second):
        desk.book.add_resting(order)
    desk.sell(1, 9)
    assert list(desk.book.pegged_live) == [second.id, first.id]


def _priced_peg(desk, side, price, **rest):
    order = desk.order(side, 10, peg=(BID, 1), **rest)
    order.price = order.original_price = price
    return order
