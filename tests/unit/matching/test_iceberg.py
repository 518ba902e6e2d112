"""Iceberg orders: peaks, refreshes, the sharing of reserves (0014-ORDT). Numbers from Vega's own scenarios."""

from __future__ import annotations

from vega_mesa.protocol.matching.iceberg import set_peak, show_all
from vega_mesa.protocol.matching.order import BUY, IOC, SELL


def taken(confirmation):
    return [trade.size for trade in confirmation.trades]


def test_028_the_aggressive_part_trades_in_full_and_the_peak_is_set_on_the_rest(desk):
    desk.sell(10, 5)
    confirmation = desk.buy(15, 5, peak=2, minimum=1)
    assert taken(confirmation) == [10]
    assert desk.queue(BUY) == [(5, 2, 3)]


def test_012_refresh_below_the_minimum(desk):
    desk.buy(100, 5, peak=10, minimum=5)
    desk.sell(6, 5)
    assert desk.queue(BUY) == [(5, 10, 84)]


def test_visible_equal_to_the_minimum_does_not_refresh(desk):
    desk.buy(100, 5, peak=10, minimum=5)
    desk.sell(5, 5)
    assert desk.queue(BUY) == [(5, 5, 90)]


def test_a_refresh_goes_to_the_back_and_to_the_end_of_the_book(desk):
    iceberg = desk.buy(100, 5, peak=2, minimum=2).order
    plain = desk.buy(3, 5).order
    desk.sell(1, 5)
    assert list(desk.book.orders_best_first(BUY)) == [plain, iceberg]
    assert list(desk.book.orders.values()) == [plain, iceberg]
    assert desk.levels(BUY) == [(5, 102, 2)]


def test_037_reserves_are_shared_in_proportion(desk):
    for size in (200, 100, 100):
        desk.sell(size, 5, peak=2, minimum=1)
    confirmation = desk.buy(300, 5)
    assert taken(confirmation) == [150, 75, 75]
    assert desk.queue(SELL) == [(5, 2, 48), (5, 2, 23), (5, 2, 23)]


def test_038_all_reserves_and_then_the_next_level(desk):
    for size in (200, 100, 100):
        desk.sell(size, 5, peak=2, minimum=1)
    desk.sell(500, 6)
    confirmation = desk.buy(600, 6)
    assert taken(confirmation) == [200, 100, 100, 200]


def test_visible_volume_of_the_whole_level_goes_before_any_reserve(desk):
    desk.sell(10, 5, peak=2)
    desk.sell(7, 5)
    assert taken(desk.buy(9, 5)) == [2, 7]
    assert desk.queue(SELL) == [(5, 2, 6)]


def test_the_minimum_may_exceed_the_peak(desk):
    # features/orders/batch-orders: peak 4, minimum 5
    desk.sell(6, 5, peak=4, minimum=5)
    assert desk.queue(SELL) == [(5, 4, 2)]
    desk.buy(1, 5)
    assert desk.queue(SELL) == [(5, 4, 1)]


def test_an_ioc_iceberg_is_an_ordinary_order(desk):
    desk.sell(10, 5)
    assert taken(desk.buy(10, 5, tif=IOC, peak=2)) == [10]


def test_a_reserve_is_consumed_by_fok_only_after_its_visible_part_sufficed(desk):
    desk.sell(10, 5, peak=4)
    desk.sell(10, 5)
    assert taken(desk.buy(14, 5)) == [4, 10]


def test_true_remaining_counts_in_the_level(desk):
    order = desk.sell(100, 5, peak=2).order
    assert order.true_remaining == 100
    assert desk.levels(SELL) == [(5, 100, 1)]
    desk.book.remove(order)
    assert (order.remaining, order.iceberg.reserve) == (2, 98)  # 0014-ORDT-026


def test_the_peak_is_topped_up_from_the_reserve(desk):
    order = desk.order(SELL, 10, 5, peak=4)
    set_peak(order, order.iceberg)
    assert (order.remaining, order.iceberg.reserve) == (4, 6)
    order.remaining = 1
    set_peak(order, order.iceberg)
    assert (order.remaining, order.iceberg.reserve) == (4, 3)
    show_all(order)
    assert (order.remaining, order.iceberg.reserve) == (7, 0)


def test_a_repriced_peg_keeps_what_it_shows(desk):
    order = desk.order(SELL, 10, 5, peak=4, minimum=2)
    set_peak(order, order.iceberg)
    order.remaining = 3
    desk.book.reinsert(order)
    assert desk.queue(SELL) == [(5, 3, 6)]


def test_reduce_takes_the_reserve_first(desk):
    # 0014-ORDT-024: 100 with peak 2, minus 50
    order = desk.sell(100, 5, peak=2).order
    desk.book.reduce(order, 50)
    assert (order.size, order.remaining, order.iceberg.reserve) == (50, 2, 48)
    desk.book.reduce(order, 49)
    assert (order.remaining, order.iceberg.reserve) == (1, 0)
    assert desk.levels(SELL) == [(5, 1, 1)]


def test_013_a_passive_iceberg_trades_visible_first_in_an_uncrossing(auction):
    auction.buy(10, 2, peak=2)
    auction.buy(8, 2)
    auction.sell(10, 2, peak=5)
    confirmations, _ = auction.book.uncross(9)
    assert [taken(one) for one in confirmations] == [[2, 8]]


def test_an_uncrossing_refreshes_once_everything_has_matched(auction):
    order = auction.buy(100, 2, peak=10, minimum=10).order
    auction.sell(1, 2)
    auction.book.uncross(9)
    assert (order.remaining, order.iceberg.reserve) == (10, 89)


def test_an_exhausted_iceberg_is_reached_again_through_its_reserve(auction):
    # The second sell finds nothing visible at the level.
    auction.buy(10, 2, peak=2)
    auction.buy(1, 2)
    auction.buy(90, 1)
    first, second = auction.sell(3, 2), auction.sell(4, 2)
    confirmations, _ = auction.book.uncross(9)
    assert [one.order for one in confirmations] == [first.order, second.order]
    assert [taken(one) for one in confirmations] == [[2, 1], [4]]
    assert auction.queue(BUY) == [(2, 2, 2), (1, 90, 0)]


def test_a_reserve_alone_gets_its_trade_even_of_size_0(auction):
    auction.buy(1_000, 2, peak=2)
    auction.buy(3, 2, peak=2)
    auction.sell(4, 2)
    auction.sell(1, 2)
    confirmations, _ = auction.book.uncross(9)
    assert taken(confirmations[0]) == [2, 2]
    assert taken(confirmations[1]) == [1, 0]
