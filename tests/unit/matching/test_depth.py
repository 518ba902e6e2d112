"""What is read off a book: best prices, volumes, fill prices (0021-MDAT)."""

from __future__ import annotations

from vega_mesa.protocol.matching.order import BUY, SELL, PeggedReference


def test_an_empty_book(desk):
    book = desk.book
    assert (book.best_bid(), book.best_ask(), book.best_static_bid(), book.best_static_ask()) == (0, 0, 0, 0)
    assert (book.mid_price(), book.static_mid_price()) == (0, 0)
    assert book.best_bid_and_volume() == book.best_static_ask_and_volume() == (0, 0)


def test_best_volume_has_the_reserve_and_static_volume_has_not(desk):
    desk.sell(100, 5, peak=2)
    desk.sell(3, 5)
    assert desk.book.best_ask_and_volume() == (5, 103)
    assert desk.book.best_static_ask_and_volume() == (5, 5)


def test_static_prices_need_an_order_that_is_not_pegged(desk):
    desk.buy(1, 8)
    for price in (9, 8):
        peg = desk.order(BUY, 4, peg=(PeggedReference.BEST_BID, 1))
        peg.price = price
        desk.book.reinsert(peg)
    assert desk.book.best_bid_and_volume() == (9, 4)
    assert desk.book.best_static_bid_and_volume() == (8, 1)
    assert desk.book.best_static_bid() == 8


def test_mid_prices_are_rounded_down(desk):
    desk.buy(1, 800_000_000)
    assert desk.book.mid_price() == 0
    desk.sell(1, 4_499_999_999)
    assert desk.book.mid_price() == desk.book.static_mid_price() == 2_649_999_999


def test_average_fill_price(desk):
    # features/verified/0019-MCAL-margin_calculator-verified_margins_case1
    desk.sell(2, 11_200_000)
    desk.sell(600, 11_200_010)
    assert desk.book.average_fill_price(SELL, 13) == (11_200_008, "")
    assert desk.book.average_fill_price(SELL, 0) == (0, "invalid volume")
    assert desk.book.average_fill_price(SELL, 603) == (11_200_009, "insufficient orders")
    assert desk.book.average_fill_price(BUY, 1) == (0, "insufficient orders")


def test_nothing_to_fill_gives_the_last_traded_price(desk):
    desk.sell(2, 7)
    desk.buy(2, 7)
    assert desk.book.average_fill_price(SELL, 1) == (7, "insufficient orders")


def test_fill_prices_count_hidden_reserve(desk):
    desk.sell(10, 5, peak=1)
    assert desk.book.average_fill_price(SELL, 10) == (5, "")


def test_in_an_auction_a_fill_costs_the_indicative_price(auction):
    auction.buy(1, 10)
    auction.sell(1, 5)
    assert auction.book.average_fill_price(SELL, 1) == (7, "")


def test_vwap_of_the_book_price(desk):
    assert desk.book.vwap(SELL, 0) is None
    desk.sell(1, 10)
    desk.sell(1, 11)
    assert desk.book.vwap(SELL, 0) == 10
    assert desk.book.vwap(SELL, 2) == 10
    assert desk.book.vwap(SELL, 3) is None
    desk.buy(2, 9)
    assert desk.book.vwap(BUY, 1) == 9


def test_volume_at_or_better(desk):
    for size, price in ((1, 10), (2, 11), (4, 12)):
        desk.sell(size, price)
    for size, price in ((8, 9), (16, 8)):
        desk.buy(size, price)
    assert [desk.book.volume_at_or_better(SELL, price) for price in (9, 10, 11, 99)] == [0, 1, 3, 7]
    assert [desk.book.volume_at_or_better(BUY, price) for price in (10, 9, 8, 1)] == [0, 8, 24, 24]
    assert desk.levels(SELL) == [(10, 1, 1), (11, 2, 1), (12, 4, 1)]
    assert desk.levels(BUY) == [(9, 8, 1), (8, 16, 1)]
