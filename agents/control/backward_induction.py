"""The best quotes for known fill rates by dynamic programming, from the last step backwards.

R. Bellman, Dynamic Programming, Princeton University Press 1957. Time is cut into steps, inventory is a whole number
within bounds. In a step of length ``dt`` at most one of these happens: the bid is filled, with probability ``sells *
exp(-k * depth) * dt``; or the ask, with probability ``buys * exp(-k * depth) * dt``. What a step is worth follows from
what the next one is worth::

    V[n][q] = V[n+1][q] - phi * q**2 * dt + best over depths of  P(bid) * (depth + V[n+1][q+1] - V[n+1][q])
                                          + best over depths of  P(ask) * (depth + V[n+1][q-1] - V[n+1][q])

As the steps shrink this becomes the equation of :mod:`.cartea_jaimungal`, and the error is of the order of ``dt``.
"""

from __future__ import annotations

import math

import numpy as np

from vega_mesa.agents.checks import at_least
from vega_mesa.agents.control.cartea_jaimungal import PenalisedInventory
from vega_mesa.agents.control.quotes import Array, QuoteSolution
from vega_mesa.errors import ConfigError


def induced_quotes(
    problem: PenalisedInventory, steps: int, *, choices: Array | None = None, least_depth: float = -math.inf
) -> QuoteSolution:
    """Solve backwards on the grid.

    Args:
        problem: see there.
        steps: into which the horizon is cut, so many that no probability passes 1.
        choices: ``(choices,)``, the depths that may be quoted, price, ascending; not to quote is always allowed. None
            for any depth: then the best one is known, ``1 / k`` plus what the fill takes from the value.
        least_depth: with any depth, none is closer to the reference price; 0 never crosses it.

    Returns:
        Depths and values; ``steps + 1`` moments, ``2 * limit + 1`` inventories. Quotes with n steps left are made with
        the values of n - 1; with none left they are those of the last step.

    Raises:
        ConfigError: the steps are too long: a fill would be more than certain.
    """
    duration = problem.horizon / at_least("steps", steps, 1)
    value = np.empty((steps + 1, 2 * problem.limit + 1))
    value[0] = -problem.terminal_penalty * problem.squares
    bid, ask = np.full_like(value, math.inf), np.full_like(value, math.inf)
    flow, decay = problem.flow, problem.flow.decay
    for left in range(1, steps + 1):
        after = value[left - 1]
        gain = np.diff(after)  # of one unit more
        bid[left, :-1], bought = _best(gain, decay, choices, least_depth)
        ask[left, 1:], sold = _best(-gain, decay, choices, least_depth)
        chance = np.zeros_like(after)
        chance[:-1] += flow.sells * duration * np.exp(-decay * bid[left, :-1])
        chance[1:] += flow.buys * duration * np.exp(-decay * ask[left, 1:])
        if chance.max() > 1:
            raise ConfigError("steps", steps, f"more: a fill in a step has probability {chance.max():.3g}")
        value[left] = after - problem.running_penalty * problem.squares * duration
        value[left, :-1] += flow.sells * duration * bought
        value[left, 1:] += flow.buys * duration * sold
    bid[0], ask[0] = bid[1], ask[1]
    inventories = np.arange(-problem.limit, problem.limit + 1)
    return QuoteSolution(np.linspace(0, problem.horizon, steps + 1), inventories, value, bid, ask)


def _best(gain: Array, decay: float, choices: Array | None, least_depth: float) -> tuple[Array, Array]:
    """The depth that maximises ``exp(-decay * depth) * (depth + gain)``, and the maximum, for each gain."""
    if choices is None:
        depth = np.maximum(1 / decay - gain, least_depth)
        return depth, np.exp(-decay * depth) * (depth + gain)
    worth = np.exp(-decay * choices)[:, np.newaxis] * (choices[:, np.newaxis] + gain)
    best = worth.argmax(axis=0)
    most = worth.max(axis=0)
    return np.where(most > 0, choices[best], math.inf), np.maximum(most, 0)
