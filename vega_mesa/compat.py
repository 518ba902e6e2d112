"""Every difference between the supported versions of Mesa (3.3.1 up to 3.5), in one place."""

from __future__ import annotations

import inspect
from secrets import randbits
from typing import TYPE_CHECKING, Any

import mesa
import pandas as pd
from mesa.batchrunner import batch_run

from vega_mesa.errors import ConfigError

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

NEW_BATCH_RUN = "rng" in inspect.signature(batch_run).parameters


def seed_of(rng: object) -> int:
    """The whole number to seed a model with; a fresh one for None.

    Whole numbers only: Mesa's versions make different streams of a generator, equal ones of a number.

    Raises:
        ConfigError: neither a whole number from 0 nor None.
    """
    if rng is None:
        return randbits(32)
    if isinstance(rng, bool) or not hasattr(rng, "__index__") or rng.__index__() < 0:
        raise ConfigError("rng", rng, "a whole number, 0 or more, or None for a fresh one")
    return int(rng.__index__())


class AgentNumbers:
    """The numbers of a model's agents, kept by the model.

    Mesa before 3.5 counts in a table of its class, which keeps every model alive for ever and starts again from 1 in a
    copy of a model. Mesa 3.5 counts as this does, and never asks.
    """

    def __getitem__(self, model: VegaModel) -> AgentNumbers._Counter:
        counter = model.__dict__.get("_agent_numbers")
        if counter is None:
            counter = model.__dict__["_agent_numbers"] = AgentNumbers._Counter()
        return counter

    class _Counter:
        def __init__(self) -> None:
            self.last = 0

        def __next__(self) -> int:
            self.last += 1
            return self.last


def agents_of(model: mesa.Model) -> list[Any]:
    """A model's agents in the order in which they were made."""
    return list(model.agents)


def set_clock(model: mesa.Model, steps: int) -> None:
    """Tell Mesa how many steps there were, for a model that nobody steps: by the later of these it files its data."""
    model.steps = steps
    model.time = float(steps)


def repeats(iterations: int) -> dict[str, Any]:
    """The keyword that makes Mesa's ``batch_run`` repeat each combination of parameters with fresh seeds."""
    return {"rng": [None] * iterations} if NEW_BATCH_RUN else {"iterations": iterations}


def market_table(model: VegaModel) -> pd.DataFrame:
    """What the model's DataCollector gathered of the market, one row a step, indexed by ``step`` from 1."""
    table: pd.DataFrame = model.datacollector.get_model_vars_dataframe()
    table.index = pd.RangeIndex(1, len(table) + 1, name="step")
    return table


def agent_table(model: VegaModel) -> pd.DataFrame:
    """What it gathered of the agents, indexed by ``step`` (from 1, a whole number on every version) and ``agent``."""
    table: pd.DataFrame = model.datacollector.get_agent_vars_dataframe()
    if len(table):
        steps, numbers = table.index.get_level_values(0), table.index.get_level_values(1)
        table.index = pd.MultiIndex.from_arrays([steps.astype(int), numbers], names=["step", "agent"])
    return table
