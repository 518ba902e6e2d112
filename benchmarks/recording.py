"""What it costs to keep everything: a run with a data node (DuckDB in memory), against the same run without."""

from __future__ import annotations

import gc
from statistics import median
from time import process_time

from vega_mesa.datanode import DataNode
from vega_mesa.models import MODELS

FLOOR = 2 / 3  # of the speed without
STEPS = 300
ROUNDS = 5


def _seconds(*, recorded: bool) -> tuple[float, int]:
    """CPU time of a run to its last row, and its transactions."""
    model = MODELS["curve_market_maker"](rng=1, num_steps=STEPS)
    node = DataNode(model.exchange) if recorded else None
    gc.collect()
    start = process_time()
    model.run()
    if node is not None:
        node.flush()
    seconds = process_time() - start
    if node is not None:
        node.close()
    return seconds, len(model.chain.log)


def measure(rounds: int = ROUNDS) -> tuple[float, float]:
    """Median nanoseconds for a transaction with everything recorded, and its speed as a share of that without."""
    _seconds(recorded=True)  # the imports
    pairs = []
    for _ in range(rounds):
        without, _ = _seconds(recorded=False)
        seconds, transactions = _seconds(recorded=True)
        pairs.append((seconds * 1e9 / transactions, without / seconds))
    return median(time for time, _ in pairs), median(ratio for _, ratio in pairs)


if __name__ == "__main__":
    time, ratio = measure()
    print(f"{1e9 / time:,.0f} transactions/s recorded, {ratio:.2f} of the speed without (floor {FLOOR:.2f})")
