"""The commands, their options, and how they end: 0 done, 1 the money does not add up, 2 a mistake of the caller."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from vega_mesa.errors import InvariantBroken, UsageError, VegaMesaError

app = typer.Typer(
    name="vega-mesa",
    help="The Vega exchange in agent-based models: run one, sweep one, or watch one in a browser.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Name of a model, see `vega-mesa models`.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="KEY=VALUE", help="A parameter of the model, or of the network; repeatable."),
]
Steps = Annotated[int | None, typer.Option(min=1, help="How many steps; by default as many as the model plans.")]
Seed = Annotated[int, typer.Option(help="Same seed, same run, to the last unit.")]
Prices = Annotated[
    Path | None, typer.Option(metavar="FILE", help="CSV or Parquet with a timestamp and a close column.")
]
Market = Annotated[Path | None, typer.Option(metavar="FILE.json", help="A Vega market proposal to trade.")]

Database = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Keep all that happens in a DuckDB file, or at a postgresql:// address."),
]


@app.command()
def models() -> None:
    """List the models and the parameters that each can be given."""
    from vega_mesa.cli.listing import list_of_models

    Console().print(list_of_models(), highlight=False)


@app.command()
def run(
    model: ModelName,
    steps: Steps = None,
    seed: Seed = 1,
    param: Parameters = None,
    prices: Prices = None,
    market: Market = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write Parquet tables here.")] = None,
    db: Database = None,
    network: Annotated[
        str | None, typer.Option(metavar="URL", help="Trade on a network that `vega-mesa serve` serves.")
    ] = None,
    secret: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the agents' keys on a network come from, made if it is not there."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the last two lines only.")] = False,
) -> None:
    """Run a model, show how it ended, and check that the money adds up."""
    from vega_mesa.cli.running import run_model

    if not run_model(
        model, steps=steps, seed=seed, pairs=param or [], prices=prices, market=market, out=out, db=db,
        network=network, secret=secret, quiet=quiet,
    ):  # fmt: skip
        raise typer.Exit(1)


@app.command()
def sweep(
    model: ModelName,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the table goes: .csv or .parquet.")],
    steps: Steps = None,
    seed: Annotated[int, typer.Option(help="Seed of the first iteration; the next ones count up.")] = 1,
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            metavar="KEY=V1,V2",
            help="Values of a parameter, or network parameter, to combine; repeatable.",
        ),
    ] = None,
    prices: Prices = None,
    market: Market = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the table: .png, .svg or .pdf.")] = None,
    iterations: Annotated[int, typer.Option(min=1, help="How many seeds for each combination.")] = 1,
    processes: Annotated[int, typer.Option(min=1, help="How many runs at a time.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Run a model for every combination of values and seeds, one row of a table each."""
    from vega_mesa.cli.sweeping import sweep_model

    sweep_model(
        model, steps=steps, seed=seed, pairs=param or [], prices=prices, market=market, iterations=iterations,
        processes=processes, out=out, plot=plot, quiet=quiet,
    )  # fmt: skip


@app.command()
def serve(
    model: ModelName,
    host: Annotated[str, typer.Option(help="Interface to listen on; only this machine by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
    speed: Annotated[float, typer.Option(help="Network time over real time.")] = 1.0,
    seed: Seed = 1,
    param: Parameters = None,
    prices: Prices = None,
    market: Market = None,
    db: Database = None,
    chain_id: Annotated[str | None, typer.Option(help="What signatures are for; a new one by default.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Warnings only.")] = False,
) -> None:
    """Run a model's network for agents and people to join: REST, GraphQL, signed commands."""
    from vega_mesa.cli.serving import serve_model

    balanced = serve_model(
        model, host=host, port=port, speed=speed, seed=seed, pairs=param or [], prices=prices, market=market, db=db,
        chain_id=chain_id, quiet=quiet,
    )  # fmt: skip
    if not balanced:
        raise typer.Exit(1)


@app.command()
def viz(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The model to show first.")] = None,
    host: Annotated[str, typer.Option(help="Interface to listen on.")] = "localhost",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8765,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
    network: Annotated[
        str | None, typer.Option(metavar="URL", help="Trade by hand on a network that `vega-mesa serve` serves.")
    ] = None,
) -> None:
    """Serve the page: watch a model trade, step by step, turn its knobs, and trade along by hand."""
    from vega_mesa.cli.arguments import choose
    from vega_mesa.models import MODELS
    from vega_mesa.viz.serve import is_free, serve

    if model is not None:
        choose(model, MODELS)
    if network is not None:
        from vega_mesa.server.service import NetworkService

        if model is not None:
            raise UsageError(f"--network: a network has its own model, leave {model} out")
        with closing(NetworkService(network)) as service:
            service.genesis()  # which says what is wrong with the address
    if not is_free(host, port):
        raise UsageError(f"--port: somebody already listens on {host}:{port}, choose another")
    Console().print(f"The page is at http://{host}:{port} (Ctrl-C ends it)", highlight=False, soft_wrap=True)
    serve(model, network=network, host=host, port=port, open_browser=browser)


def main() -> NoReturn:
    """Entry point: a mistake of the caller is one line on stderr and exit code 2, a defect keeps its traceback."""
    try:
        code = app(standalone_mode=False)
    except InvariantBroken:
        raise
    except VegaMesaError as mistake:
        _complain(str(mistake))
        sys.exit(2)
    except Exception as mistake:
        if not hasattr(mistake, "format_message"):  # of the parser of the command line, whichever typer brings
            raise
        message = mistake.format_message()
        if "\n" in message:  # the whole help, when nothing was asked for
            print(message)  # noqa: T201
        else:
            _complain(message)
        sys.exit(2)
    sys.exit(code or 0)


def _complain(message: str) -> None:
    print(f"vega-mesa: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
