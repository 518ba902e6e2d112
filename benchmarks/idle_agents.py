"""Agents that do nothing: what our activation and a block cost, against Mesa's own ``shuffle_do``."""

from __future__ import annotations

import gc
from statistics import median
from time import process_time

import mesa

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel

LIMIT = 2.0  # times Mesa's own cost, with 10,000 agents
AGENT_STEPS = 300_000  # timed in all, for each number of agents
ROUNDS = 5


class Idler(VegaAgent):
    """A party that only counts."""

    def __init__(self, model: VegaModel) -> None:
        super().__init__(model)
        self.wealth = 0

    def step(self) -> None:
        """Count."""
        self.wealth += 1


class PlainIdler(mesa.Agent):
    """The same without an exchange."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.wealth = 0

    def step(self) -> None:
        """Count."""
        self.wealth += 1


class PlainModel(mesa.Model):
    """Mesa alone."""

    def __init__(self, agents: int) -> None:
        super().__init__(rng=1)
        for _ in range(agents):
            PlainIdler(self)

    def step(self) -> None:
        """One shuffled activation."""
        self.agents.shuffle_do("step")


def _seconds(model: mesa.Model, steps: int) -> float:
    model.step()
    gc.collect()
    start = process_time()
    for _ in range(steps):
        model.step()
    return (process_time() - start) / steps


def measure(agents: int, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median blocks per second with so many idle agents, and the median cost in units of Mesa's own."""
    steps = max(20, AGENT_STEPS // agents)
    pairs = []
    for _ in range(rounds):
        ours = VegaModel(rng=1, num_steps=10 * steps, collect="nothing")
        for _ in range(agents):
            Idler(ours)
        pairs.append((_seconds(ours, steps), _seconds(PlainModel(agents), steps)))
    return median(1 / ours for ours, _ in pairs), median(ours / plain for ours, plain in pairs)
