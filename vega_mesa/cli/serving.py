"""``vega-mesa serve``: a model's network, until somebody ends it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from vega_mesa.cli import closing
from vega_mesa.cli.arguments import choose, one_value, parameters_of
from vega_mesa.cli.running import files
from vega_mesa.models import MODELS

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


def serve_model(
    name: str,
    *,
    host: str,
    port: int,
    speed: float,
    seed: int,
    pairs: Sequence[str],
    prices: Path | None,
    market: Path | None,
    db: str | None,
    chain_id: str | None,
    quiet: bool,
) -> bool:
    """Serve a model's network, and report when it ends.

    Returns:
        Whether the money adds up.

    Raises:
        VegaMesaError: a mistake in what was asked for.
    """
    from vega_mesa.server.network import ServedNetwork
    from vega_mesa.server.serve import FOR_ANYBODY, check_address, is_local, serve

    check_address(host, port, speed)
    kind: type[VegaModel] = choose(name, MODELS)
    arguments = one_value(kind, pairs) | files(kind, prices, market)
    if "network_parameters" in parameters_of(kind):
        arguments["network_parameters"] = {**FOR_ANYBODY, **(arguments.get("network_parameters") or {})}
    model = kind(rng=seed, **arguments)
    network = ServedNetwork(model, db=db, speed=speed, chain_id=chain_id)
    console = Console(highlight=False, width=max(Console().width, 96))
    console.print(f"The network is at http://{host}:{port}, its API at /docs and /graphql (Ctrl-C ends it)")
    if not is_local(host):
        console.print(f"Everybody who reaches {host} can join it.")
    serve(network, host=host, port=port, quiet=quiet)
    unbalanced = closing.unbalanced(model)
    console.print(f"blocks: {network.chain.height - 1}, transactions: {len(network.chain.log)}")
    console.print(f"conservation: {', '.join(unbalanced) or 'ok'}", soft_wrap=True)
    return not unbalanced
