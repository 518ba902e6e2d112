"""Auctions: indicative price, uncrossing, what is cancelled at their borders (0026-AUCT)."""

from __future__ import annotations

from vega_mesa.protocol.matching.order import ACTIVE, BUY, FILLED, GFA, GFN, GTC, GTT, SELL, Side

UNCROSSED = (0, 0, Side.UNSPECIFIED)


def fill(auction, buys=(), sells=()):
    for size, price in buys:
        auction.buy(size, price)
    for size, price in sells:
        auction.sell(size, price)


def test_the_price_is_the_mean_of_the_outermost_levels_at_maximum_volume(auction):
    # features/auctions/opening-auction-uncross
    fill(auction, buys=[(2, 99), (3, 90)], sells=[(2, 1), (3, 7)])
    assert auction.book.indicative() == (48, 5, BUY)


def test_sells_aggress_when_the_buys_do_not_add_up(auction):
    fill(auction, buys=[(10, 10_000), (4, 3_000)], sells=[(3, 3_000), (5, 10_000), (5, 10_001)])
    assert auction.book.indicative() == (10_000, 8, SELL)


def test_trades_come_aggressor_by_aggressor(auction):
    # sells 3, 5 against buys 5, 5
    fill(auction, buys=[(5, 10), (5, 10)], sells=[(3, 9), (5, 10)])
    confirmations, _ = auction.book.uncross(9)
    assert [[trade.size for trade in one.trades] for one in confirmations] == [[3], [2, 3]]
    assert {(trade.price, trade.timestamp, trade.aggressor) for one in confirmations for trade in one.trades} == {
        (10, 9, Side.UNSPECIFIED)
    }
    assert [one.order.status for one in confirmations] == [FILLED, FILLED]
    assert auction.queue(BUY) == [(10, 2, 0)]
    assert next(auction.book.orders_best_first(BUY)).status is ACTIVE


def test_the_price_is_not_rounded_to_a_tick_but_down(auction):
    fill(auction, buys=[(1, 10)], sells=[(1, 5)])
    assert auction.book.indicative() == (7, 1, BUY)


def test_a_level_that_only_one_side_has_counts(auction):
    # Levels outside of [best ask, best bid] do not.
    fill(auction, buys=[(5, 20), (5, 8)], sells=[(5, 10), (5, 30)])
    assert auction.book.indicative() == (15, 5, BUY)


def test_without_a_crossing_nothing_trades(auction):
    assert auction.book.indicative() == UNCROSSED
    fill(auction, buys=[(1, 9)])
    assert auction.book.indicative() == UNCROSSED
    fill(auction, sells=[(1, 10)])
    assert auction.book.indicative() == UNCROSSED
    assert auction.book.uncross(9) == ([], [])
    assert not auction.book.in_auction


def test_the_indicative_price_follows_the_book(auction):
    fill(auction, buys=[(1, 10)], sells=[(1, 10)])
    assert auction.book.indicative() == (10, 1, BUY)
    extra = auction.sell(2, 10).order
    assert auction.book.indicative() == (10, 1, BUY)
    auction.book.remove(extra)
    more = auction.buy(2, 12).order
    assert auction.book.indicative() == (11, 1, SELL)
    auction.book.reduce(more, 1)
    assert auction.book.indicative() == (11, 1, BUY)


def test_self_trades_happen_in_auctions(auction):
    auction.buy(5, 10, "party1")
    auction.sell(5, 10, "party1")
    confirmations, _ = auction.book.uncross(9)
    trade = confirmations[0].trades[0]
    assert (trade.buyer, trade.seller, trade.size) == ("party1", "party1", 5)


def test_an_uncrossing_does_not_set_the_last_traded_price_of_the_book(auction):
    fill(auction, buys=[(1, 10)], sells=[(1, 10)])
    auction.book.uncross(9)
    assert auction.book.last_traded_price == 0


def test_an_iceberg_aggresses_with_its_whole_volume(auction):
    auction.buy(10, 10, peak=2)
    fill(auction, sells=[(4, 10), (6, 10), (1, 10)])
    confirmations, _ = auction.book.uncross(9)
    assert [trade.size for trade in confirmations[0].trades] == [4, 6]
    assert auction.book.indicative() == UNCROSSED


def test_the_market_price_of_the_trades_follows_the_first_aggressor(auction):
    buy, sell = auction.order(BUY, 1, 10_000), auction.order(SELL, 1, 9_000)
    buy.original_price, sell.original_price = 100, 90
    auction.send(buy)
    auction.send(sell)
    trade = auction.book.uncross(9)[0][0].trades[0]
    assert (trade.price, trade.market_price) == (9_500, 95)


def test_gfn_orders_are_listed_on_entering_and_gfa_orders_on_leaving(desk):
    made = {
        name: desk.send(desk.order(side, 1, price, tif=tif)).order.id
        for name, side, price, tif in (
            ("bid 9", BUY, 9, GFN),
            ("bid 8", BUY, 8, GFN),
            ("stays", BUY, 9, GTC),
            ("ask 12", SELL, 12, GFN),
            ("ask 13", SELL, 13, GFN),
        )
    }
    listed = desk.book.enter_auction()
    assert [order.id for order in listed] == [made[name] for name in ("bid 8", "bid 9", "ask 13", "ask 12")]
    assert len(desk.book.orders) == 5  # cancelling is the caller's affair
    for order in listed:
        desk.book.remove(order)
    low, high = desk.buy(1, 5, tif=GFA).order, desk.buy(1, 6, tif=GFA).order
    ask = desk.sell(1, 20, tif=GFA).order
    desk.send(desk.order(BUY, 1, 4))
    assert desk.book.uncross(9) == ([], [low, high, ask])


def test_the_batch_counter_goes_up_when_an_auction_is_left(desk):
    desk.book.enter_auction()
    before, later = desk.buy(2, 10).order, desk.sell(1, 10).order
    desk.book.uncross(9)
    assert (before.batch_id, later.batch_id, desk.book.batch_id) == (0, 0, 1)
    desk.book.enter_auction()
    assert desk.sell(1, 10).order.batch_id == 1
    trade = desk.book.uncross(9)[0][0].trades[0]
    assert (trade.buyer_auction_batch, trade.seller_auction_batch) == (0, 1)


def test_touched_orders_are_stamped_with_the_block_time(auction):
    fill(auction, buys=[(5, 10)], sells=[(3, 10)])
    auction.book.uncross(9)
    assert next(auction.book.orders_best_first(BUY)).updated_at == 9


def test_matching_resumes_after_the_auction(auction):
    fill(auction, buys=[(5, 10)], sells=[(3, 10)])
    auction.book.uncross(9)
    assert [trade.size for trade in auction.sell(2, 10).trades] == [2]
    assert auction.book.last_traded_price == 10


def test_gtt_orders_rest_in_auctions(auction):
    order = auction.order(BUY, 1, 10, tif=GTT)
    order.expires_at = 99
    auction.send(order)
    assert auction.levels(BUY) == [(10, 1, 1)]
