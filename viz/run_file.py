"""A run as a text file, and back.

What is saved is not the memory of a process but the way to get there: the name of the model and what it was given, its
seed, how many steps it has made, and everything that was done by hand in between. Loading makes the same run again and
compares its state hash with the saved one. So a file is small and can be read; it names models and commands and holds
no code, so it may come from a stranger; and what comes back, agents and their random numbers included, is exactly what
was saved, or it is refused. The price: loading takes as long as the run took.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Self

from vega_mesa.chain.commands import decode, encode
from vega_mesa.errors import InvariantBroken, ReplayDiverged, StoreError, VegaMesaError
from vega_mesa.model import VegaModel
from vega_mesa.models import MODELS
from vega_mesa.viz.desk import create, guard
from vega_mesa.viz.diary import Entry, diary_of
from vega_mesa.viz.observer import observer_of
from vega_mesa.viz.records import records_of

FORMAT: Final = "vega_mesa run 1"
MOST_CHARACTERS: Final = 32_000_000
Progress = Callable[[int, int], None]  # told the steps made so far, and how many there will be


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A run up to one moment."""

    model: str
    arguments: Mapping[str, Any]
    seed: int
    steps: int
    height: int
    state_hash: str
    by_hand: tuple[Entry, ...] = ()

    # -- writing -----------------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, model: VegaModel) -> Self:
        """The run that a model has made so far.

        Raises:
            StoreError: the model is none of :data:`vega_mesa.models.MODELS`.
        """
        name = next((name for name, kind in MODELS.items() if kind is type(model)), None)
        if name is None:
            raise StoreError(f"a run of {type(model).__name__} cannot be saved: it is none of vega_mesa's models")
        return cls(
            model=name,
            arguments={key: value for key, value in model.arguments.items() if key != "rng"},
            seed=model.seed,
            steps=model.step_count,
            height=model.chain.height,
            state_hash=model.chain.state_hash(),
            by_hand=tuple(diary_of(model)),
        )

    def text(self) -> str:
        """As JSON.

        Raises:
            StoreError: an argument of the model has no place in JSON.
        """
        content = {
            "format": FORMAT, "model": self.model, "arguments": dict(self.arguments), "seed": self.seed,
            "steps": self.steps, "byHand": [_written(entry) for entry in self.by_hand], "height": self.height,
            "stateHash": self.state_hash,
        }  # fmt: skip
        try:
            return json.dumps(content, indent=1, allow_nan=False) + "\n"
        except (TypeError, ValueError) as error:
            raise StoreError(f"the run cannot be saved: {error}") from error

    # -- reading -----------------------------------------------------------------------------------------------------

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what :meth:`text` wrote.

        Raises:
            StoreError: it is not a run, or damaged.
        """
        if len(text) > MOST_CHARACTERS:
            raise StoreError("the file is too large for a run")
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise StoreError("the file is not a saved run, or damaged: it is not JSON") from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise StoreError("the file is not a run that this version has saved")
        try:
            run = cls(
                model=_text(content["model"]),
                arguments=_arguments(content["model"], content["arguments"]),
                seed=_count(content["seed"]),
                steps=_count(content["steps"]),
                height=_count(content["height"]),
                state_hash=_text(content["stateHash"]),
                by_hand=tuple(map(_read, content["byHand"])),
            )
        except StoreError:
            raise
        except (VegaMesaError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise StoreError(f"the saved run is damaged: {type(error).__name__} {error}") from error
        places = [(entry.step, entry.height) for entry in run.by_hand] + [(run.steps, run.height)]
        if any(late < early for early, late in pairwise(places)):
            raise StoreError("the saved run is damaged: what was done by hand is out of order")
        return run

    def again(self, progress: Progress | None = None, *, stopped: Callable[[], bool] = bool) -> VegaModel:
        """Make the run once more.

        Args:
            progress: told how far it is, after each step.
            stopped: asked before each step whether somebody has changed their mind.

        Raises:
            ReplayDiverged: it does not come to the saved state.
            StoreError: it cannot be made, or somebody stopped it.
        """
        try:
            model = guard(MODELS[self.model](rng=self.seed, **self.arguments))
            records_of(model)
            observer_of(model)
            for entry in (*self.by_hand, Entry(self.steps, self.height)):
                self._reach(model, entry, progress, stopped)
                if entry.key:
                    create(model, entry.key)
                elif entry.command is not None:
                    model.agent(entry.party).send(entry.command)
        except (InvariantBroken, StoreError):
            raise
        except (VegaMesaError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise StoreError(f"the saved run cannot be made again: {error}") from error
        if model.chain.height != self.height or model.chain.state_hash() != self.state_hash:
            raise ReplayDiverged("the run did not come to the saved state: the file was changed, or made elsewhere")
        return model

    def _reach(self, model: VegaModel, place: Entry, progress: Progress | None, stopped: Callable[[], bool]) -> None:
        """Make steps, then blocks, up to a place of the diary."""
        while model.step_count < place.step:
            if stopped():
                raise StoreError("loading was stopped")
            before = model.step_count
            model.step()
            if model.step_count == before:
                raise ReplayDiverged(f"the run ended after {before} steps, the saved one had {place.step}")
            if progress is not None:
                progress(model.step_count, self.steps)
        chain = model.chain
        while chain.height < place.height:
            if stopped():
                raise StoreError("loading was stopped")
            chain.next_block()
        if len(chain.mempool.waiting) > place.waiting and (place.key or place.command is not None):
            chain.wait_for_total_catchup()


def _written(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"step": entry.step, "height": entry.height}
    if entry.waiting:
        found["waiting"] = entry.waiting
    if entry.key:
        found["key"] = entry.key
    if entry.command is not None:
        found |= {"party": entry.party, "command": encode(entry.command)}
    return found


def _read(line: Mapping[str, Any]) -> Entry:
    command = decode(line["command"]) if "command" in line else None
    return Entry(
        _count(line["step"]), _count(line["height"]), _count(line.get("waiting", 0)), _text(line.get("key", "")),
        _text(line.get("party", "")), command,
    )  # fmt: skip


def _arguments(model: object, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a model is given, all of it known to the model.

    Raises:
        StoreError: no such model, or no such parameter.
    """
    if model not in MODELS:
        raise StoreError(f"the saved run is of a model {model!r}, which there is not")
    known = inspect.signature(MODELS[str(model)]).parameters
    for name in given:
        if name not in known or name == "rng":
            raise StoreError(f"the saved run gives {model} a {name!r}, which it does not take")
    return dict(given)


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
