"""Market making without an end as a Markov decision process: inventories are states, pairs of depths are actions.

In a step each quote is filled, or not, by itself: the bid with probability ``1 - exp(-sells * exp(-k * depth) * dt)``,
the ask with the buys in place of the sells. A fill earns its depth, an inventory q costs ``phi * q**2 * dt`` a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.control.markov_decisions import Decisions, MarkovDecisions
from vega_mesa.agents.control.quotes import Array, OrderFlow, QuoteSolution


@dataclass(frozen=True, slots=True, eq=False)
class QuoteDecisions:
    """The process, and what its states and actions mean.

    Args:
        process: to solve.
        limit: states are the inventories from ``-limit`` to ``limit``.
        bid: ``(actions,)`` float64, the depth of each action's bid, price; infinite for none.
        ask: as ``bid``.
    """

    process: MarkovDecisions
    limit: int
    bid: Array
    ask: Array

    def quotes(self, decisions: Decisions) -> QuoteSolution:
        """Read a solution as depths by inventory."""
        bid, ask = self.bid[decisions.policy], self.ask[decisions.policy]
        return QuoteSolution(
            np.zeros(1),
            np.arange(-self.limit, self.limit + 1),
            decisions.value[np.newaxis],
            bid[np.newaxis],
            ask[np.newaxis],
        )


def quote_decisions(
    flow: OrderFlow,
    depths: npt.ArrayLike,
    *,
    limit: int,
    duration: float,
    running_penalty: float,
    discount: float,
) -> QuoteDecisions:
    """Build the process.

    Args:
        flow: market orders that fill the quotes.
        depths: that may be quoted on each side, price; not to quote is always allowed too.
        limit: the largest inventory, long or short, in quotes; there the side that would pass it is not quoted.
        duration: of a step, time.
        running_penalty: ``phi``, money per time and squared unit of inventory.
        discount: a step, 0 to 1, below 1.
    """
    positive("duration", duration)
    not_negative("running_penalty", running_penalty)
    choices = np.append(np.asarray(depths, dtype=float), math.inf)
    bid, ask = (side.ravel() for side in np.meshgrid(choices, choices, indexing="ij"))
    states = 2 * at_least("limit", limit, 1) + 1
    buys = -np.expm1(-flow.bid_intensity(bid) * duration)  # probability that we buy
    sells = -np.expm1(-flow.ask_intensity(ask) * duration)
    earned = buys * np.where(buys > 0, bid, 0) + sells * np.where(sells > 0, ask, 0)
    inventories = np.arange(-limit, limit + 1)
    rewards = earned[:, np.newaxis] - running_penalty * duration * inventories.astype(float) ** 2
    rewards[buys > 0, -1] = -math.inf
    rewards[sells > 0, 0] = -math.inf
    up, down = buys * (1 - sells), sells * (1 - buys)
    transitions = np.zeros((len(bid), states, states))
    for state in range(states):
        transitions[:, state, min(state + 1, states - 1)] += up
        transitions[:, state, max(state - 1, 0)] += down
        transitions[:, state, state] += 1 - up - down
    return QuoteDecisions(MarkovDecisions(rewards, transitions, discount), limit, bid, ask)
