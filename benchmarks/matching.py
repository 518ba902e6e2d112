"""Bare matching on the standard stream, as a ratio to the reference book run beside it.

Run it with ``python -m benchmarks.matching``. Each round replays the stream once per book, in a fresh book, with the
garbage collector off; the number is the median of the rounds' CPU times.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from statistics import median
from time import process_time

from benchmarks.reference_book import ReferenceBook
from benchmarks.standard_stream import (
    ADD,
    CANCEL,
    MARKETABLE,
    OPERATIONS,
    PARTIES,
    PRELUDE,
    TRADES,
    VOLUME,
    Row,
    standard_stream,
)
from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.order import BUY, GTC, IOC, LIMIT, MARKET, SELL, Order

TARGET = 0.65  # of the reference book's speed
FLOOR = 0.40
ROUNDS = 7
SIDES = (BUY, SELL)


def replay_reference(book: ReferenceBook, rows: list[Row]) -> tuple[int, int]:
    """Replay rows; returns the number of trades and their volume."""
    trades = volume = 0
    for operation, order_id, side, price, size, party in rows:
        if operation == ADD:
            made = book.add(order_id, side, price, size, party)
        elif operation == CANCEL:
            book.cancel(order_id)
            continue
        else:
            made = book.market(order_id, side, size, party)
        for trade in made:
            trades += 1
            volume += trade.size
    return trades, volume


def replay_vega(book: OrderBook, rows: list[tuple[int, str, int, int, int, str]]) -> tuple[int, int]:
    """Replay rows through validation, dry run, trades and submission; returns the number of trades and their volume."""
    trades = volume = 0
    market = book.market_id
    for operation, order_id, side, price, size, party in rows:
        if operation == ADD:
            order = Order(order_id, market, party, SIDES[side], LIMIT, GTC, size, price, price)
        elif operation == CANCEL:
            book.remove(book.orders[order_id])
            continue
        else:
            order = Order(order_id, market, party, SIDES[side], MARKET, IOC, size)
        book.validate(order)
        fills = book.match(order, 0)
        for trade in book.submit(order, fills, 0).trades:
            trades += 1
            volume += trade.size
    return trades, volume


def named(rows: list[Row]) -> list[tuple[int, str, int, int, int, str]]:
    """Rows with ids and parties as the protocol has them: texts, one object for each, as a party would keep its ids."""
    ids = {row[1]: f"{row[1]:064x}" for row in rows}
    parties = [f"party{party}" for party in range(PARTIES)]
    return [(op, ids[i], side, price, size, parties[party]) for op, i, side, price, size, party in rows]


def timed(replay: Callable[[], tuple[int, int]]) -> float:
    """CPU time of one replay, ns per operation; the trades are checked."""
    gc.collect()
    gc.freeze()
    gc.disable()
    start = process_time()
    result = replay()
    elapsed = process_time() - start
    gc.enable()
    gc.unfreeze()
    assert result == (TRADES, VOLUME), f"other trades: {result}"
    return elapsed / OPERATIONS * 1e9


class MatchingBenchmark:
    """Both books on the same stream."""

    def __init__(self) -> None:
        self.prelude, self.operations = standard_stream()
        rows = named(self.prelude + self.operations)
        # A party that meets itself stops in our book, and trades in the stream's: aggressors get other names.
        takers = {f"party{party}": f"taker{party}" for party in range(PARTIES)}
        rows = [(*row[:5], takers[row[5]]) if row[0] == MARKETABLE else row for row in rows]
        self.named_prelude = rows[:PRELUDE]
        self.named_operations = rows[PRELUDE:]

    def reference(self) -> float:
        """CPU time per operation, ns, of the reference book."""
        book = ReferenceBook()
        replay_reference(book, self.prelude)
        return timed(lambda: replay_reference(book, self.operations))

    def vega(self) -> float:
        """CPU time per operation, ns, of the order book of the protocol."""
        book = OrderBook("market")
        replay_vega(book, self.named_prelude)
        return timed(lambda: replay_vega(book, self.named_operations))

    def run(self, rounds: int = ROUNDS) -> tuple[float, float, float]:
        """Median ns per operation of the reference and of the protocol's book, and the median ratio of speeds."""
        pairs = [(self.reference(), self.vega()) for _ in range(rounds)]
        return (
            median(reference for reference, _ in pairs),
            median(vega for _, vega in pairs),
            median(reference / vega for reference, vega in pairs),
        )


def main() -> None:
    """Print the table."""
    reference, vega, ratio = MatchingBenchmark().run()
    print(f"reference book       {reference:8.0f} ns/op")
    print(f"vega_mesa order book {vega:8.0f} ns/op")
    print(f"speed ratio          {ratio:8.2f}   (target {TARGET}, floor {FLOOR})")


if __name__ == "__main__":
    main()
