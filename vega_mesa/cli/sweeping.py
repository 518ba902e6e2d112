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
from vega_mesa.experiments.sweep import runs_of, sweep
from vega_mesa.models import MODELS

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

SUFFIXES = (".csv", ".parquet")


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
    quiet: bool,
) -> None:
    """Run every combination and write the table.

    Raises:
        VegaMesaError: a mistake in what was asked for.
    """
    kind: type[VegaModel] = choose(name, MODELS)
    if out.suffix not in SUFFIXES:
        raise UsageError(f"--out {str(out)!r}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if not out.parent.is_dir():
        raise StoreError(f"--out: no folder {str(out.parent)!r}")
    grid = many_values(kind, pairs) | {key: [path] for key, path in files(kind, prices, market).items()}
    runs = list(runs_of(kind, grid, seeds=range(seed, seed + iterations), steps=steps))
    console = Console(stderr=True)
    rows = list(
        track(
            sweep(runs, processes=processes),
            total=len(runs), description="sweeping", console=console, transient=True, disable=quiet,
        )
    )  # fmt: skip
    table = pd.DataFrame([_plain(row) for row in sorted(rows, key=lambda row: row["run"])])
    if out.suffix == ".csv":
        table.to_csv(out, index=False)
    else:
        table.to_parquet(out, index=False)
    failed = int(table["error"].notna().sum()) if "error" in table else 0
    Console(highlight=False).print(
        f"{len(table) - failed} runs in {out}" + (f", {failed} failed: see the column error" if failed else ""),
        soft_wrap=True,
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Paths as texts, so that any file format takes the row."""
    return {name: str(value) if isinstance(value, Path) else value for name, value in row.items()}
