"""Where automated market makers plug into the walk (0090-VAMM), with a ladder of quotes as a stand-in."""

from __future__ import annotations

import pytest

from vega_mesa.protocol.matching.order import BUY, FILLED, FOK, GTC, IOC, LIMIT, PARTIALLY_FILLED, SELL, STOPPED, Order


class Ladder:
    """Quotes of pools: ``(side, price, size, party)``. Trades whole quotes of an interval, in price order."""

    def __init__(self, *quotes):
        self.quotes = list(quotes)
        self.left = {}
        self.calls = []
        self.numbers = 0
        self.approximate = None

    def begin(self, now):
        assert not self.left
        self.left = {quote: quote[2] for quote in self.quotes}

    def finish(self):
        self.left = {}

    def trade(self, order, remaining, inner, outer):
        self.calls.append((inner, outer))
        made = []
        for quote in self._sorted():
            side, price, _, party = quote
            reachable = price <= outer if order.side is BUY else price >= outer
            size = min(remaining, self.left[quote])
            if side is not order.side and reachable and size and party != order.party:
                self.left[quote] -= size
                remaining -= size
                made.append(self.order(side, price, size, party))
        return made

    def order(self, side, price, size, party):
        self.numbers += 1
        order = Order(f"amm{self.numbers}", "market", party, side, LIMIT, GTC, size, price, price)
        order.off_book = True
        order.status = FILLED
        return order

    def best(self, side):
        own = [quote for quote in self._sorted() if quote[0] is side]
        return (0, 0) if not own else (own[0][1], sum(quote[2] for quote in own if quote[1] == own[0][1]))

    def expand(self, lowest, highest):
        return [self.order(*quote) for quote in self.quotes if lowest <= quote[1] <= highest]

    def refine(self, lowest, low, high, highest):
        return self.approximate

    def _sorted(self):
        return sorted(self.quotes, key=lambda quote: -quote[1] if quote[0] is BUY else quote[1])


@pytest.fixture
def pools(desk):
    def use(*quotes):
        desk.book.off_book = Ladder(*quotes)
        return desk.book.off_book

    return use


def trades(confirmation):
    return [(trade.size, trade.price, trade.seller) for trade in confirmation.trades]


def test_at_an_equal_price_pools_trade_before_the_book(desk, pools):
    desk.sell(10, 90, "book")
    pools((SELL, 90, 19, "pool"))
    assert trades(desk.buy(25, 95)) == [(19, 90, "pool"), (6, 90, "book")]


def test_pools_trade_in_the_gaps_and_up_to_the_limit(desk, pools):
    # features/amm/reduce-only-single-sided: book 10 @ 89, 10 @ 90, AMM 19 @ 90, book 10 @ 91, AMM 231 @ 94
    for price in (88, 91):
        desk.sell(10, price, f"book {price}")
    source = pools((SELL, 89, 19, "pool"), (SELL, 94, 300, "pool"))
    confirmation = desk.buy(100, 94)
    assert trades(confirmation) == [(10, 88, "book 88"), (19, 89, "pool"), (10, 91, "book 91"), (61, 94, "pool")]
    assert source.calls == [(None, 88), (88, 91), (91, 94)]
    assert [order.off_book for order in confirmation.passive] == [False, True, False, True]
    assert desk.book.last_traded_price == 94


def test_the_interval_ends_at_the_limit(desk, pools):
    desk.sell(10, 100)
    source = pools()
    desk.buy(5, 95)
    assert source.calls == [(None, 95)]


def test_a_market_sell_goes_on_below_the_worst_bid(desk, pools):
    desk.buy(1, 100)
    source = pools((BUY, 90, 5, "pool"))
    assert [trade.price for trade in desk.sell(4, tif=IOC).trades] == [100, 90]
    assert source.calls == [(None, 100), (100, 0)]


def test_a_market_buy_gets_no_pool_beyond_the_worst_ask(desk, pools):
    desk.sell(1, 100)
    pools((SELL, 99, 1, "pool"), (SELL, 110, 5, "pool"))
    confirmation = desk.buy(4, tif=IOC)
    assert [trade.price for trade in confirmation.trades] == [99, 100]
    assert confirmation.order.status is PARTIALLY_FILLED


def test_a_market_buy_into_an_empty_side_gets_nothing(desk, pools):
    pools((SELL, 99, 1, "pool"))
    assert desk.buy(1, tif=IOC).order.status is STOPPED


def test_fok_counts_pools(desk, pools):
    desk.sell(5, 100)
    source = pools((SELL, 99, 3, "pool"), (SELL, 101, 3, "pool"))
    assert desk.buy(12, 101, tif=FOK).order.status is STOPPED
    assert desk.buy(11, 101, tif=FOK).order.status is FILLED
    assert not source.left


def test_pools_do_not_hide_a_self_trade(desk, pools):
    desk.sell(5, 100, "me")
    pools((SELL, 99, 3, "pool"))
    order = desk.buy(10, 100, "me").order
    assert (order.status, order.remaining, order.reason) == (PARTIALLY_FILLED, 7, "SELF_TRADING")


def test_the_dry_run_leaves_the_pools_as_they_are(desk, pools):
    source = pools((SELL, 99, 3, "pool"))
    order = desk.order(BUY, 2, 100)
    assert [fill.size for fill in desk.book.match(order, 7)] == [2]
    assert [fill.size for fill in desk.book.match(order, 7)] == [2]
    assert not source.left


def test_best_prices_count_quotes(desk, pools):
    desk.buy(1, 90)
    desk.sell(2, 110)
    pools((BUY, 90, 5, "pool"), (SELL, 105, 7, "pool"), (SELL, 105, 1, "other"))
    book = desk.book
    assert (book.best_bid(), book.best_bid_and_volume()) == (90, (90, 6))
    assert (book.best_ask(), book.best_ask_and_volume()) == (105, (105, 8))
    assert (book.best_static_bid(), book.best_static_ask()) == (90, 105)
    assert book.best_static_bid_and_volume() == (90, 6)
    assert book.average_fill_price(SELL, 1) == (110, "")
    pools((BUY, 80, 5, "pool"))
    assert book.best_bid_and_volume() == (90, 1)
    assert book.best_static_ask() == 110


def test_quotes_alone_are_a_market(desk, pools):
    pools((BUY, 90, 5, "pool"), (SELL, 105, 7, "pool"))
    assert (desk.book.best_bid(), desk.book.static_mid_price()) == (90, 97)


def test_pools_alone_can_uncross(auction, pools):
    pools((BUY, 100, 91, "pool 1"), (SELL, 100, 91, "pool 2"))
    assert auction.book.indicative() == (100, 91, BUY)
    confirmations, _ = auction.book.uncross(9)
    assert [trades(one) for one in confirmations] == [[(91, 100, "pool 2")]]
    order = confirmations[0].order
    assert (order.party, order.size, order.remaining) == ("pool 1", 91, 91)
    assert auction.book.orders == {}


def test_pools_of_the_aggressing_side_come_first_by_party_then_the_book(auction, pools):
    pools((BUY, 102, 2, "pool b"), (BUY, 101, 3, "pool b"), (BUY, 101, 4, "pool a"))
    auction.buy(5, 103, "book")
    auction.sell(14, 100, "seller")
    assert auction.book.indicative() == (100, 14, BUY)
    confirmations, _ = auction.book.uncross(9)
    assert [(one.order.party, one.order.size, one.order.price) for one in confirmations] == [
        ("pool a", 4, 101),
        ("pool b", 5, 102),
        ("book", 5, 103),
    ]
    assert {trade.price for one in confirmations for trade in one.trades} == {100}


def test_a_refined_expansion_replaces_the_first(auction, pools):
    source = pools((BUY, 100, 10, "pool"))
    source.approximate = [source.order(BUY, 100, 6, "pool")]
    auction.sell(6, 100, "seller")
    auction.sell(6, 100, "later")
    assert auction.book.indicative() == (100, 10, BUY)
    confirmations, _ = auction.book.uncross(9)
    assert [trades(one) for one in confirmations] == [[(6, 100, "seller")]]
