"""One model, many parameters and seeds, one row a run.

Mesa's own ``batch_run`` works on our models too; this one needs no number of steps to agree between Mesa's versions,
takes any executor of :mod:`concurrent.futures`, and reports a run that failed as a row instead of ending the sweep.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from vega_mesa.errors import VegaMesaError

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a sweep: what to run, and its place in the table.

    Args:
        number: row of the result, from 0.
        model: class of the model.
        parameters: its keyword parameters without ``rng``; names with dots are network parameters.
        seed: its ``rng``.
        steps: how many steps at most; a model may stop by itself before. None: until it stops by itself.
    """

    number: int
    model: type[VegaModel]
    parameters: Mapping[str, Any]
    seed: int
    steps: int | None

    def row(self) -> dict[str, Any]:
        """Run it; parameters and summary in one flat row, a mistake in the parameters as its ``error``."""
        row: dict[str, Any] = {"run": self.number, "seed": self.seed, **self.parameters}
        try:
            model = self.model(rng=self.seed, **keywords(self.parameters))
            model.run(self.steps)
        except VegaMesaError as mistake:
            return row | {"error": str(mistake)}
        return row | dict(model.summary()) | {"state_hash": model.chain.state_hash()}


def is_of_network(name: str) -> bool:
    """Whether a parameter is one of the network's, ``market.fee.factors.makerFee``, and not the model's own."""
    return "." in name


def keywords(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as a model takes them: those of the network together, as texts."""
    own = {name: value for name, value in parameters.items() if not is_of_network(name)}
    network = {name: str(value) for name, value in parameters.items() if is_of_network(name)}
    return own | {"network_parameters": {**(own.get("network_parameters") or {}), **network}} if network else own


def runs_of(
    model: type[VegaModel], grid: Mapping[str, Sequence[Any]], *, seeds: Iterable[int], steps: int | None
) -> Iterator[Run]:
    """Every combination of the grid's values with every seed, the last parameter and the seed moving fastest."""
    seeds = list(seeds)
    number = 0
    for values in product(*grid.values()):
        for seed in seeds:
            parameters = dict(zip(grid, values, strict=True))
            yield Run(number=number, model=model, parameters=parameters, seed=seed, steps=steps)
            number += 1


def sweep(runs: Iterable[Run], *, processes: int = 1, executor: Executor | None = None) -> Iterator[dict[str, Any]]:
    """Run them all; rows come as runs finish.

    Args:
        runs: as :func:`runs_of` gives them.
        processes: how many at a time, each in a process of its own; 1 runs here.
        executor: where to run instead, e.g. a cluster's; it is left open.
    """
    if executor is None and processes == 1:
        yield from (run.row() for run in runs)
    elif executor is None:
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as own:
            yield from sweep(runs, executor=own)
    else:
        for finished in as_completed([executor.submit(run.row) for run in runs]):
            yield finished.result()
