"""Whatever rests in an auction: the uncrossing trades as much as any price could, and leaves an uncrossed book."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.order import ACTIVE, BUY, FILLED, GTC, LIMIT, SELL, Iceberg, Order, Side

ORDERS = st.lists(
    st.tuples(
        st.sampled_from((BUY, SELL)),
        st.integers(1, 40),  # size
        st.integers(1, 15),  # price
        st.integers(0, 9),  # peak, 0 for a plain order
        st.integers(1, 4),  # minimum visible size
    ),
    max_size=40,
)


def book_of(terms):
    book = OrderBook("m")
    book.enter_auction()
    for number, (side, size, price, peak, minimum) in enumerate(terms):
        iceberg = Iceberg(peak, minimum) if peak else None
        order = Order(f"{number:03d}", "m", "everybody", side, LIMIT, GTC, size, price, price, iceberg=iceberg)
        book.validate(order)
        book.add_resting(order)
    return book


def best_volume(terms):
    """The most that any single price could trade."""
    return max(
        min(
            sum(size for side, size, price, *_ in terms if side is BUY and price >= at),
            sum(size for side, size, price, *_ in terms if side is SELL and price <= at),
        )
        for at in range(17)
    )


@given(ORDERS)
def test_the_uncrossing_trades_the_most_that_any_price_could(terms):
    book = book_of(terms)
    price, volume, side = book.indicative()
    assert volume == best_volume(terms)
    bid, ask = book.best_bid(), book.best_ask()
    assert (side is Side.UNSPECIFIED) == (volume == 0) == (not bid or not ask or bid < ask)
    confirmations, _ = book.uncross(5)
    trades = [trade for one in confirmations for trade in one.trades]
    assert sum(trade.size for trade in trades) == volume
    assert {trade.price for trade in trades} <= {price}
    assert not volume or ask <= price <= bid


@given(ORDERS)
def test_aggressors_are_filled_and_the_rest_is_uncrossed(terms):
    book = book_of(terms)
    side = book.indicative()[2]
    confirmations, _ = book.uncross(5)
    for one in confirmations:
        assert one.order.side is side
        assert one.order.status is FILLED
        assert one.order.remaining == 0
        assert sum(trade.size for trade in one.trades) == one.order.size
        assert len(one.passive) == len(one.trades)
    assert not book.best_bid() or not book.best_ask() or book.best_bid() < book.best_ask()
    traded = 2 * sum(trade.size for one in confirmations for trade in one.trades)
    left = sum(order.true_remaining for order in book.orders.values())
    assert sum(size for _, size, *_ in terms) == traded + left
    for levels in (book.buys, book.sells):
        for level in levels.best_first():
            assert level.volume == sum(order.true_remaining for order in level)
    for order in book.orders.values():
        assert order.status is ACTIVE
        iceberg = order.iceberg
        assert (
            iceberg is None
            or iceberg.reserve == 0
            or order.remaining >= min(iceberg.minimum_visible_size, iceberg.peak_size)
        )


@given(ORDERS)
def test_nobody_trades_at_a_price_worse_than_his_own(terms):
    confirmations, _ = book_of(terms).uncross(5)
    for one in confirmations:
        for order, trade in zip(one.passive, one.trades, strict=True):
            buyer, seller = (one.order, order) if one.order.side is BUY else (order, one.order)
            assert seller.price <= trade.price <= buyer.price
