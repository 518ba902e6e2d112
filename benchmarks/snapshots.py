"""Saving, loading and forking a chain with 10,000 resting orders and 1,000 parties, and what each weighs."""

from __future__ import annotations

import gc
import tracemalloc
from statistics import median
from time import process_time

from benchmarks.full_path import FUNDS, MARKET, FullPathBenchmark
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.matching.order import BUY, SELL

ORDERS, PARTIES = 10_000, 1_000
LIMIT = 35.0  # ms, saving and loading together
MIDDLE, LEVELS = 100_000, 250
ROUNDS = 5


def resting(chain: NullChain, parties: list[str], orders: int, first: int = 0) -> None:
    """Put orders on both sides of the book, spread over parties and prices."""
    for number in range(first, first + orders):
        side = SELL if number % 2 else BUY
        distance = 1 + number // 2 % LEVELS
        price = MIDDLE + distance if side is SELL else MIDDLE - distance
        command = OrderSubmission(market_id=MARKET, side=side, size=1 + number % 7, price=price)
        outcome = chain.submit(parties[number % len(parties)], command).outcome
        assert outcome.error is None, outcome.error


def full_chain() -> NullChain:
    """A chain with the book filled."""
    benchmark = FullPathBenchmark(PARTIES)
    chain = benchmark.chain()
    resting(chain, benchmark.parties, ORDERS)
    chain.next_block()
    return chain


def measure_times(rounds: int = ROUNDS) -> tuple[float, float, float, int]:
    """Median ms to save, to load and to fork, and the bytes of a snapshot; the copies are checked."""
    chain = full_chain()
    saving, loading, forking = [], [], []
    data = chain.snapshot()
    assert NullChain.restore(data).state_hash() == chain.state_hash()
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        times = [process_time()]
        for action in (chain.snapshot, lambda: NullChain.restore(data), chain.fork):
            action()
            times.append(process_time())
        gc.enable()
        for found, begin, end in zip((saving, loading, forking), times, times[1:], strict=False):
            found.append((end - begin) * 1e3)
    return median(saving), median(loading), median(forking), len(data)


def measure_memory() -> tuple[float, float]:
    """Bytes per resting order (its command in the log left out), and per party with money and an open order."""
    benchmark = FullPathBenchmark(2)
    chain = benchmark.chain()
    resting(chain, benchmark.parties, 100)
    chain.log.entries.clear()
    per_order = _growth(lambda: resting(chain, benchmark.parties, ORDERS, 100), chain) / ORDERS
    newcomers = [f"{number:064x}" for number in range(10, 10 + PARTIES)]
    asset = chain.exchange.markets[MARKET].asset

    def enter() -> None:
        for party in newcomers:
            chain.exchange.collateral.deposit(party, asset, FUNDS)
        resting(chain, newcomers, PARTIES)

    return per_order, _growth(enter, chain) / PARTIES - per_order


def _growth(action: object, chain: NullChain) -> float:
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    action()
    chain.log.entries.clear()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown
