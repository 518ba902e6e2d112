"""Whatever is sent to a book: it is never crossed, keeps its accounts, and survives a snapshot."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.order import (
    BUY,
    FILLED,
    FOK,
    GTC,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    Iceberg,
    Order,
    Peg,
    PeggedReference,
)

SENDS = st.tuples(
    st.just("send"),
    st.sampled_from((BUY, SELL)),
    st.integers(1, 30),  # size
    st.integers(0, 12),  # price, 0 for a market order
    st.sampled_from((GTC, GTC, GTC, IOC, FOK)),
    st.integers(0, 9),  # peak, 0 for a plain order
    st.integers(1, 4),  # minimum visible size
    st.integers(0, 3),  # party
    st.booleans(),  # pegged, as far as the lists of the book go
)
CHANGES = st.tuples(st.sampled_from(("cancel", "reduce")), st.integers(0, 99), st.integers(1, 10))
STORIES = st.lists(st.one_of(SENDS, SENDS, CHANGES), max_size=60)


def make_order(number, side, size, price, tif, peak, minimum, party, pegged):
    if price == 0 and tif is GTC:
        tif = IOC
    iceberg = Iceberg(peak, minimum) if peak and tif is GTC else None
    peg = Peg(PeggedReference.MID, 1) if pegged and tif is GTC else None
    kind = LIMIT if price else MARKET
    return Order(f"{number:03d}", "m", f"party{party}", side, kind, tif, size, price, price, iceberg=iceberg, peg=peg)


class Account:
    """Plays a story and counts volume: sent = traded + on the book + taken off."""

    def __init__(self):
        self.book = OrderBook("m")
        self.sent = self.traded = self.dropped = 0

    def play(self, story):
        for number, (kind, *terms) in enumerate(story):
            if kind == "send":
                self.send(make_order(number, *terms))
            elif self.book.orders:
                orders = list(self.book.orders.values())
                self.change(kind, orders[terms[0] % len(orders)], terms[1])
            self.check()

    def send(self, order):
        self.sent += order.size
        self.book.validate(order)
        fills = self.book.match(order, 1)
        expected = [(fill.order.id, fill.size, fill.price) for fill in fills]
        confirmation = self.book.submit(order, fills, 1)
        assert [trade.size for trade in confirmation.trades] == [size for _, size, _ in expected]
        assert [resting.id for resting in confirmation.passive] == [name for name, _, _ in expected]
        traded = sum(trade.size for trade in confirmation.trades)
        self.traded += 2 * traded
        if order.id not in self.book.orders:
            self.dropped += order.size - traded
            assert (order.status is FILLED) == (order.size == traded)
        if order.time_in_force is FOK:
            assert traded in {0, order.size}

    def change(self, kind, order, delta):
        if kind == "cancel" or delta >= order.true_remaining:
            self.dropped += order.true_remaining
            self.book.remove(order)
        else:
            self.dropped += delta
            self.book.reduce(order, delta)

    def check(self):
        book = self.book
        assert not book.best_bid() or not book.best_ask() or book.best_bid() < book.best_ask()
        found = []
        for side in (book.buys, book.sells):
            assert side.keys == sorted(side.levels)
            for level in side.best_first():
                orders = list(level)
                assert orders
                assert level.volume == sum(order.true_remaining for order in orders) > 0
                assert level.last is orders[-1]
                assert all(order.level is level for order in orders)
                found += orders
        assert sorted(order.id for order in found) == sorted(book.orders)
        assert sum(len(own) for own in book.by_party.values()) == len(found)
        assert list(book.pegged_live) == [order.id for order in book.orders.values() if order.peg is not None]
        assert self.sent == self.traded + self.dropped + sum(order.true_remaining for order in found)


@given(STORIES)
def test_the_book_keeps_its_accounts_and_is_never_crossed(story):
    Account().play(story)


@given(STORIES)
def test_a_snapshot_is_the_same_book(story):
    account = Account()
    account.play(story)
    book = account.book
    again = pickle.loads(pickle.dumps(book, protocol=5))
    assert again.state() == book.state()
    for side in (BUY, SELL):
        assert [o.values() for o in again.orders_best_first(side)] == [o.values() for o in book.orders_best_first(side)]
    assert list(again.orders) == list(book.orders)
    assert list(again.pegged_live) == list(book.pegged_live)


@given(STORIES, st.integers(1, 200), st.sampled_from((BUY, SELL)))
def test_two_copies_of_a_book_trade_alike(story, size, side):
    account = Account()
    account.play(story)
    again = pickle.loads(pickle.dumps(account.book, protocol=5))
    results = []
    for book in (account.book, again):
        order = Order("taker", "m", "taker", side, MARKET, IOC, size)
        confirmation = book.submit(order, book.match(order, 1), 1)
        results.append([(trade.price, trade.size, trade.buyer, trade.seller) for trade in confirmation.trades])
    assert results[0] == results[1]
    assert again.state() == account.book.state()


def test_a_thousand_orders_on_one_price_can_be_stored():
    book = OrderBook("m")
    for number in range(1_000):
        book.add_resting(Order(f"{number}", "m", "p", BUY, LIMIT, GTC, 1, 5, 5))
    assert list(pickle.loads(pickle.dumps(book)).levels(BUY)) == [(5, 1_000, 1_000)]
