"""One table of all that we claim about speed. ``--quick`` runs one round of each, for a first look."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from platform import python_version

import mesa
from rich.console import Console
from rich.table import Table

from benchmarks import full_path, idle_agents, matching, peers, recording, snapshots

Row = tuple[str, str, str, str]  # what, result, in relation to what, floor and whether it holds


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure, one row at a time."""
    rounds = 1 if quick else 5
    reference, own, ratio = matching.MatchingBenchmark().run(rounds)
    yield "reference order book", _rate(reference, "operations"), "1", ""
    yield "matching alone", _rate(own, "operations"), f"{ratio:.2f} of the reference", _at_least(ratio, matching.FLOOR)
    for name, nanoseconds, peer_ratio in peers.measure():
        yield f"peer: {name}", _rate(nanoseconds, "operations"), f"{peer_ratio:.4g} of the reference", ""
    for parties in (200, 5_000):
        own, ratio = full_path.measure(parties, 1 if quick else 3)
        verdict = _at_least(ratio, full_path.FLOOR) if parties == 200 else ""
        name = f"full path, {parties:,} parties"
        yield name, _rate(own, "orders"), f"1/{1 / ratio:.1f} of the reference", verdict
    for agents in (100, 1_000, 10_000):
        blocks, cost = idle_agents.measure(agents, rounds)
        verdict = _at_most(cost, idle_agents.LIMIT) if agents == 10_000 else ""
        yield f"{agents:,} idle agents", f"{blocks:,.0f} blocks/s", f"{cost:.2f} x Mesa's shuffle_do", verdict
    own, ratio = recording.measure(rounds)
    verdict = _at_least(ratio, recording.FLOOR)
    yield "run with a data node", _rate(own, "transactions"), f"{ratio:.2f} of without", verdict
    saving, loading, forking, size = snapshots.measure_times(rounds)
    what = f"{snapshots.ORDERS:,} orders, {snapshots.PARTIES:,} parties"
    verdict = _at_most(saving + loading, snapshots.LIMIT)
    yield f"snapshot, {what}", f"{saving:.1f} + {loading:.1f} ms", f"{size / 1e6:.2f} MB", verdict
    yield f"fork, {what}", f"{forking:.1f} ms", "", ""
    per_order, per_party = snapshots.measure_memory()
    yield "memory of a resting order", f"{per_order:,.0f} bytes", "", ""
    yield "memory of a party", f"{per_party:,.0f} bytes", "", ""


def _rate(nanoseconds: float, what: str) -> str:
    return f"{1e9 / nanoseconds:,.0f} {what}/s"


def _at_least(value: float, floor: float) -> str:
    return f"{'holds' if value >= floor else 'MISSED'}: at least {floor:.3g}"


def _at_most(value: float, limit: float) -> str:
    return f"{'holds' if value <= limit else 'MISSED'}: at most {limit:g}"


def main() -> None:
    """Print the table."""
    console = Console(width=max(Console().width, 112))
    table = Table(
        title=f"vega_mesa on Python {python_version()}, Mesa {mesa.__version__}; CPU time of one process, medians",
        title_justify="left", box=None, header_style="bold",
    )  # fmt: skip
    for column, justify in (("", "left"), ("result", "right"), ("in relation", "right"), ("floor", "left")):
        table.add_column(column, justify=justify)
    with console.status("measuring") as status:
        for row in rows(quick="--quick" in sys.argv[1:]):
            status.update(f"measured: {row[0]}")
            table.add_row(*row)
    console.print(table)


main()
