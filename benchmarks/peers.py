"""Other people's order books on the standard stream, each where its package is installed.

Install the ones to measure next to vega_mesa: ``pip install lightmatchingengine bourse pams`` (PAMS asks for an older
numpy than Mesa's newest likes; an environment of its own is best). Trades are checked against the stream's where the
peer shows them; slow peers replay its beginning only.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from time import process_time

from benchmarks.reference_book import ReferenceBook
from benchmarks.standard_stream import ADD, CANCEL, PRELUDE, Row, standard_stream

Replay = Callable[[list[Row]], int]  # rows to the number of trades


def light_matching_engine() -> Replay:
    """lightmatchingengine: pure Python."""
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine

    engine, ids = LightMatchingEngine(), {}

    def replay(rows: list[Row]) -> int:
        trades = 0
        for operation, row_id, side, price, size, _ in rows:
            if operation == CANCEL:
                engine.cancel_order(ids.pop(row_id), "X")
                continue
            order, made = engine.add_order("X", price if operation == ADD else 0.0, size, side + 1)
            ids[row_id] = order.order_id
            trades += sum(trade.order_id != order.order_id for trade in made)
        return trades

    return replay


def bourse() -> Replay:
    """bourse: Rust, one call an order."""
    from bourse.core import OrderBook

    book, ids = OrderBook(0, 1, True), {}

    def replay(rows: list[Row]) -> int:
        before = len(book.get_trades())
        for operation, row_id, side, price, size, party in rows:
            book.set_time(row_id)  # two orders of one time and price would have one place
            if operation == ADD:
                ids[row_id] = book.place_order(side == 0, size, party, price=price)
            elif operation == CANCEL:
                book.cancel_order(ids.pop(row_id))
            else:
                book.place_order(side == 0, size, party)
        return len(book.get_trades()) - before

    return replay


def pams() -> Replay:
    """PAMS: the market of a simulator of artificial markets, pure Python."""
    from pams.market import Market
    from pams.order import LIMIT_ORDER, MARKET_ORDER, Cancel, Order

    market, orders = Market(0, random.Random(1), None, "X"), {}
    market.setup({"tickSize": 1.0, "marketPrice": 100_000.0})
    market._update_time(100_000.0)
    market._is_running = True

    def replay(rows: list[Row]) -> int:
        trades = 0
        for operation, row_id, side, price, size, party in rows:
            if operation == CANCEL:
                market._cancel_order(Cancel(orders.pop(row_id)))
                continue
            limit = operation == ADD
            order = Order(
                party, 0, side == 0, LIMIT_ORDER if limit else MARKET_ORDER, size, price=float(price) if limit else None
            )
            orders[row_id] = order
            market._add_order(order)
            trades += len(market._execution())
        return trades

    return replay


PEERS: dict[str, tuple[Callable[[], Replay], int]] = {  # package: how to replay, how many operations
    "lightmatchingengine": (light_matching_engine, 20_000),
    "bourse": (bourse, 200_000),
    "pams": (pams, 1_000),
}


def measure() -> Iterator[tuple[str, float, float]]:
    """Name with version, ns per operation, and speed as a ratio to the reference book's on the same operations."""
    prelude, operations = standard_stream()
    for package, (make, count) in PEERS.items():
        try:
            name = f"{package} {version(package)}"
        except PackageNotFoundError:
            continue
        own, trades = _timed(make(), prelude, operations[:count])
        reference, expected = _timed(_reference(), prelude, operations[:count])
        assert trades == expected, f"{name} made {trades} trades, not {expected}"
        yield name, own, reference / own


def _timed(replay: Replay, prelude: list[Row], rows: list[Row]) -> tuple[float, int]:
    assert len(prelude) == PRELUDE
    replay(prelude)
    gc.collect()
    start = process_time()
    trades = replay(rows)
    return (process_time() - start) / len(rows) * 1e9, trades


def _reference() -> Replay:
    from benchmarks.matching import replay_reference

    book = ReferenceBook()
    return lambda rows: replay_reference(book, rows)[0]


if __name__ == "__main__":
    for name, nanoseconds, ratio in measure():
        print(f"{name:32} {nanoseconds:12,.0f} ns/op {ratio:10.4f} of the reference book")
