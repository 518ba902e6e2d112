"""Two futures of one past: copies of a model as it stands go on, one of them with something changed."""

from __future__ import annotations

import io
import pickle
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vega_mesa import reporters
from vega_mesa.errors import UsageError
from vega_mesa.model import VegaModel
from vega_mesa.viz.desk import lock_of

MOST_STEPS: Final = 10_000
Points = list[tuple[int, float | None]]
Row = tuple[str, float | None, float | None]


@dataclass(slots=True, kw_only=True)
class Future:
    """What came of one of them, in people's units."""

    marks: Points = field(default_factory=list)  # the mark price after each step, from the fork on
    volume: float = 0.0  # traded since the fork
    insurance: float = 0.0
    profits: Mapping[str, float] = field(default_factory=dict)  # since the run's start, by type of agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The two of them, and the past that they share."""

    past: Points
    as_it_is: Future
    changed: Future
    change: str  # in words

    def rows(self) -> list[Row]:
        """What to compare: a name, the number as it is, the number when changed."""
        one, other = self.as_it_is, self.changed
        types = dict.fromkeys([*one.profits, *other.profits])
        return [
            ("mark price", one.marks[-1][1], other.marks[-1][1]),
            ("volume since the fork", one.volume, other.volume),
            ("insurance pool", one.insurance, other.insurance),
            *((f"profit of {name}", one.profits.get(name, 0.0), other.profits.get(name, 0.0)) for name in types),
        ]


def fork(model: VegaModel, *, seed: int | None = None) -> VegaModel:
    """An independent copy.

    Args:
        seed: from which every source of random numbers in the copy begins anew; None to go on as the model would.
    """
    if seed is None:
        return model.fork()
    bytes = io.BytesIO()
    _Reseeding(bytes, seed).dump(model)
    return pickle.loads(bytes.getbuffer())  # type: ignore[no-any-return]  # noqa: S301 - our own bytes


class _Reseeding(pickle.Pickler):
    """Writes other generators of random numbers in place of those that it meets, each with a seed of its own."""

    def __init__(self, file: io.BytesIO, seed: int) -> None:
        super().__init__(file, protocol=5)
        self._seeds = random.Random(seed)

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, np.random.Generator):
            return np.random.default_rng, (self._seeds.getrandbits(64),)
        if isinstance(thing, random.Random):
            return random.Random, (self._seeds.getrandbits(64),)
        return NotImplemented


def compare(
    model: VegaModel,
    steps: int,
    *,
    parameters: Mapping[str, str] | None = None,
    seed: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] = bool,
) -> Comparison:
    """Copy a model twice, change one of the copies, let both go on, and compare. The model itself stays as it is.

    Args:
        steps: how many; fewer when the run ends before.
        parameters: network parameters to set in the changed future, at once, by their Vega names.
        seed: of what is random in the changed future, see :func:`fork`.
        progress: told how many steps were made, of how many.
        stopped: asked before each step whether to stop there.

    Raises:
        UsageError: nothing would change, or the run has ended.
        ConfigError: no such network parameter, or not such a value.
    """
    changes = [f"{name} = {value}" for name, value in (parameters or {}).items()]
    changes += [] if seed is None else [f"seed {seed}"]
    if not changes:
        raise UsageError("nothing would differ: change a network parameter, the seed, or both")
    if model.finished or not model.running:
        raise UsageError("the run has ended: nothing lies ahead")
    if not 1 <= steps <= MOST_STEPS:
        raise UsageError(f"{steps} steps: expected 1 to {MOST_STEPS:,}")
    with lock_of(model):
        twins = fork(model), fork(model, seed=seed)
        before, past = reporters.total_volume(model), _past(model)
    for name, value in (parameters or {}).items():
        twins[1].exchange.set_parameter(name, value)
    futures = Future(marks=[_mark(twins[0])]), Future(marks=[_mark(twins[1])])
    for step in range(1, steps + 1):
        if stopped():
            break
        for twin, future in zip(twins, futures, strict=True):
            if not twin.finished:
                twin.step()
                future.marks.append(_mark(twin))
        if progress is not None:
            progress(step, steps)
        if all(twin.finished for twin in twins):
            break
    for twin, future in zip(twins, futures, strict=True):
        future.volume = reporters.total_volume(twin) - before
        future.insurance = reporters.insurance_pool(twin)
        future.profits = twin.profit_by_type()
    return Comparison(past=past, as_it_is=futures[0], changed=futures[1], change=", ".join(changes))


def _mark(model: VegaModel) -> tuple[int, float | None]:
    return model.step_count, reporters.mark_price(model)


def _past(model: VegaModel) -> Points:
    return list(enumerate(model.datacollector.model_vars.get("mark_price", ()), start=1))
