"""``vega-mesa sweep``: many runs, one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.progress import track

from vega_mesa.cli.arguments import choose, many_values
from vega_mesa.cli.running import files
from vega_mesa.errors import StoreError, UsageError
from vega_mesa.experiments.sweep import is_of_network, runs_of, sweep
from vega_mesa.models import MODELS

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

SUFFIXES = (".csv", ".parquet")
PICTURES = (".png", ".svg", ".pdf")


def sweep_model(
    name: str,
    *,
    steps: int | None,
    seed: int,
    pairs: Sequence[str],
    prices: Path | None,
    market: Path | None,
    iterations: int,
    processes: int,
    out: Path,
    plot: Path | None = None,
    quiet: bool = False,
) -> None:
    """Run every combination, write the table, and draw it.

    Raises:
        VegaMesaError: a mistake in what was asked for.
    """
    kind: type[VegaModel] = choose(name, MODELS)
    if out.suffix not in SUFFIXES:
        raise UsageError(f"--out {str(out)!r}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if plot is not None and plot.suffix not in PICTURES:
        raise UsageError(f"--plot {str(plot)!r}: expected a name that ends in {' or '.join(PICTURES)}")
    for option, path in (("--out", out), ("--plot", plot)):
        if path is not None and not path.parent.is_dir():
            raise StoreError(f"{option}: no folder {str(path.parent)!r}")
    grid = many_values(kind, pairs) | {key: [path] for key, path in files(kind, prices, market).items()}
    runs = list(runs_of(kind, grid, seeds=range(seed, seed + iterations), steps=steps))
    console = Console(stderr=True)
    rows = list(
        track(
            sweep(runs, processes=processes),
            total=len(runs), description="sweeping", console=console, transient=True, disable=quiet,
        )
    )  # fmt: skip
    table = _table(rows)
    if out.suffix == ".csv":
        table.to_csv(out, index=False)
    else:
        table.to_parquet(out, index=False)
    failed = int(table["error"].notna().sum()) if "error" in table else 0
    words = [f"{len(table) - failed} runs in {out}"]
    if failed:
        words.append(f"{failed} failed: see the column error")
    if plot is not None and failed < len(table):
        from vega_mesa.experiments.plot import plot_sweep

        plot_sweep(table, [name for name, values in grid.items() if len(values) > 1], kind.MEASURES).savefig(plot)
        words.append(f"drawn in {plot}")
    Console(highlight=False).print(", ".join(words), soft_wrap=True)


def _table(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows in the order of the runs; values of network parameters as numbers where all are."""
    table = pd.DataFrame([_plain(row) for row in sorted(rows, key=lambda row: row["run"])])
    for name in filter(is_of_network, table.columns):
        numbers = pd.to_numeric(table[name], errors="coerce")
        if numbers.notna().all():
            table[name] = numbers
    return table


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Paths as texts, so that any file format takes the row."""
    return {name: str(value) if isinstance(value, Path) else value for name, value in row.items()}
