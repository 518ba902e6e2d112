"""What every model of quoting has in common: an order flow that it assumes, and depths that it answers with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from vega_mesa.agents.checks import not_negative, positive

Array = npt.NDArray[np.float64]


class Depths(NamedTuple):
    """Distances of both quotes from the reference price, in price, outward positive; infinite for no quote."""

    bid: float
    ask: float


class QuotePolicy(Protocol):
    """Where to quote: the form in which a solved problem is used."""

    def depths(self, time_left: float, inventory: float) -> Depths:
        """The quotes at a moment.

        Args:
            time_left: until the end of trading, in the model's unit of time, >= 0.
            inventory: signed, in units of one quote.
        """
        ...


@dataclass(frozen=True, slots=True)
class FixedSpread:
    """The policy of who looks at nothing: always the same depth on both sides.

    Args:
        half_spread: price.
    """

    half_spread: float

    def depths(self, time_left: float, inventory: float) -> Depths:  # noqa: ARG002 - the form of a policy
        """Twice the half spread."""
        return Depths(self.half_spread, self.half_spread)


@dataclass(frozen=True, slots=True)
class OrderFlow:
    """Market orders of size one that arrive as Poisson processes and reach a depth with probability ``exp(-decay*d)``.

    Args:
        buys: rate of market orders that buy, and so take an ask, per time.
        sells: rate of market orders that sell, and so take a bid, per time.
        decay: 1 / price.
    """

    buys: float
    sells: float
    decay: float

    def __post_init__(self) -> None:
        not_negative("buys", self.buys)
        not_negative("sells", self.sells)
        positive("decay", self.decay)

    @classmethod
    def symmetric(cls, rate: float, decay: float) -> Self:
        """The same rate on both sides: intensity ``rate * exp(-decay * depth)`` for each quote."""
        return cls(rate, rate, decay)

    def bid_intensity(self, depth: Array | float) -> Array:
        """Rate at which a bid at a depth is filled, per time; 0 for an infinite depth."""
        return np.asarray(self.sells * np.exp(-self.decay * np.asarray(depth)))

    def ask_intensity(self, depth: Array | float) -> Array:
        """Rate at which an ask at a depth is filled, per time; 0 for an infinite depth."""
        return np.asarray(self.buys * np.exp(-self.decay * np.asarray(depth)))


@dataclass(frozen=True, slots=True, eq=False)
class QuoteSolution:
    """Depths for every moment of a grid of time and every inventory within bounds; a :class:`QuotePolicy`.

    Args:
        time_left: ``(times,)`` float64, ascending; of length one where quotes do not depend on time.
        inventories: ``(inventories,)`` int64, ascending by one, from the lower to the upper bound.
        value: ``(times, inventories)`` float64, money: what being there is worth over cash and inventory at the
            reference price.
        bid: as ``value``, price; infinite at the upper bound.
        ask: as ``value``, price; infinite at the lower bound.
    """

    time_left: Array
    inventories: npt.NDArray[np.int64]
    value: Array
    bid: Array
    ask: Array

    @classmethod
    def of_value(cls, time_left: Array, value: Array, markup: float, least_depth: float = -math.inf) -> Self:
        """Quote by the first-order condition: a markup, plus what the fill takes from the value of the inventory.

        Args:
            time_left: ``(times,)``.
            value: ``(times, 2 * limit + 1)``, money, inventories from ``-limit`` to ``limit``.
            markup: the depth of who does not mind inventory, price.
            least_depth: no quote is closer to the reference price.
        """
        limit = value.shape[1] // 2
        bid, ask = np.full_like(value, math.inf), np.full_like(value, math.inf)
        bid[:, :-1] = np.maximum(markup + value[:, :-1] - value[:, 1:], least_depth)
        ask[:, 1:] = np.maximum(markup + value[:, 1:] - value[:, :-1], least_depth)
        return cls(time_left, np.arange(-limit, limit + 1), value, bid, ask)

    def depths(self, time_left: float, inventory: float) -> Depths:
        """Linear between moments, constant before the first and after the last; the nearest inventory."""
        last = len(self.inventories) - 1
        column = min(max(round(inventory - int(self.inventories[0])), 0), last)
        after = int(np.searchsorted(self.time_left, time_left))
        if after == 0 or after == len(self.time_left):
            row = min(after, len(self.time_left) - 1)
            return Depths(float(self.bid[row, column]), float(self.ask[row, column]))
        early, late = self.time_left[after - 1], self.time_left[after]
        weight = float((time_left - early) / (late - early))
        return Depths(
            _between(self.bid[after - 1, column], self.bid[after, column], weight),
            _between(self.ask[after - 1, column], self.ask[after, column], weight),
        )


def _between(early: float, late: float, weight: float) -> float:
    return math.inf if math.isinf(early) else float(early + weight * (late - early))
