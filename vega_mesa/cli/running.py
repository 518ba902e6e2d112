"""``vega-mesa run``: one run, its closing table, its files, and the proof that the money adds up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vega_mesa.cli import closing, tables
from vega_mesa.cli.arguments import choose, existing, need, one_value
from vega_mesa.errors import UsageError
from vega_mesa.models import MODELS

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


def run_model(
    name: str,
    *,
    steps: int | None,
    seed: int,
    pairs: Sequence[str],
    prices: Path | None,
    market: Path | None,
    out: Path | None,
    db: str | None = None,
    network: str | None = None,
    secret: Path | None = None,
    quiet: bool,
) -> bool:
    """Run a model and report.

    Returns:
        Whether the money adds up.

    Raises:
        VegaMesaError: a mistake in what was asked for.
    """
    kind: type[VegaModel] = choose(name, MODELS)
    arguments = one_value(kind, pairs) | files(kind, prices, market)
    if steps is not None:
        arguments["num_steps"] = steps
    if out is not None:
        tables.prepare(out)
    if network is not None:
        from vega_mesa.server.joining import joining
        from vega_mesa.server.keys import read_secret
        from vega_mesa.server.service import NetworkService

        kind = joining(kind, NetworkService(network, secret=None if secret is None else read_secret(secret)))
    elif secret is not None:
        raise UsageError("--secret is for the keys of agents on a --network")
    model = kind(rng=seed, **arguments)
    record = tables.Record(model) if out is not None else None
    with recording(model, db):
        _play(model, record, quiet=quiet)
    console = Console(highlight=False, width=max(Console().width, 96))
    if record is not None and out is not None:
        record.write(out)
    if not quiet:
        closing.show(console, name, model)
        if out is not None:
            console.print(f"tables: {', '.join(str(out / file) for file in tables.FILES)}", soft_wrap=True)
    unbalanced = closing.unbalanced(model)
    console.print(f"conservation: {', '.join(unbalanced) or 'ok'}", soft_wrap=True)
    console.print(f"state hash: {model.chain.state_hash()}", soft_wrap=True)
    return not unbalanced


def recording(model: VegaModel, db: str | None) -> AbstractContextManager[object]:
    """Keep everything that happens in a database: a file, or the address of a PostgreSQL server."""
    if db is None:
        return nullcontext()
    from vega_mesa.datanode import DataNode

    return DataNode(model.exchange, db=db)


def files(kind: type, prices: Path | None, market: Path | None) -> dict[str, Any]:
    """The parameters that ``--prices`` and ``--market`` set.

    Raises:
        UsageError: no such file, or the model has no use for it.
    """
    found: dict[str, Any] = {}
    for option, path in (("prices", prices), ("market", market)):
        if path is not None:
            need(kind, option, f"--{option}")
            found[option] = existing(path, f"--{option}")
    return found


def _play(model: VegaModel, record: tables.Record | None, *, quiet: bool) -> None:
    """Step to the end, with a bar on stderr that disappears when it is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        bar = progress.add_task("trading", total=model.num_steps)
        while model.running and model.step_count < model.num_steps:
            model.step()
            if record is not None:
                record.sample()
            progress.update(bar, completed=model.step_count)
        model.finalise()
    if record is not None:
        record.sample()
