"""The Ornstein-Uhlenbeck process, without error of discretisation."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.price_processes.process import Array, RandomProcess


class OrnsteinUhlenbeck(RandomProcess):
    """A price that is drawn back to its mean: ``dX = reversion * (mean - X) dt + volatility dW``.

    G. E. Uhlenbeck, L. S. Ornstein, On the theory of the Brownian motion, Physical Review 36 (1930) 823-841. ``X`` is
    the logarithm of the price, as in E. S. Schwartz, The stochastic behavior of commodity prices, Journal of Finance
    52 (1997) 923-973, model 1; or the price itself. Steps follow the exact transition law: the deviation from the mean
    shrinks by ``exp(-reversion)``, and the shock has variance ``volatility ** 2 * (1 - exp(-2 * reversion)) / (2 *
    reversion)``; so two steps of length one have the law of one step of length two.

    Args:
        start: price at step 0.
        mean: price that it returns to.
        reversion: rate at which it does, per step; 0 for a random walk. The half-life is ``log(2) / reversion`` steps.
        volatility: of X, per square root of a step.
        generator: where the shocks come from.
        of: what X is, the ``logarithm`` of the price or the ``price``.
        floor: with ``of="price"``, the least price that is shown, > 0; None for a hundredth of the mean.
    """

    def __init__(
        self,
        start: float,
        mean: float,
        reversion: float,
        volatility: float,
        generator: np.random.Generator,
        *,
        of: Literal["logarithm", "price"] = "logarithm",
        floor: float | None = None,
    ) -> None:
        super().__init__(start, generator)
        self.mean = positive("mean", mean)
        self.reversion = not_negative("reversion", reversion)
        self.volatility = not_negative("volatility", volatility)
        self.of = of
        self.floor = self.mean / 100 if floor is None else positive("floor", floor)

    @property
    def persistence(self) -> float:
        """The share of a deviation that is left after a step, 0 to 1."""
        return math.exp(-self.reversion)

    @property
    def shock_deviation(self) -> float:
        """Standard deviation of what a step adds to X."""
        if self.reversion == 0:
            return self.volatility
        return self.volatility * math.sqrt(-math.expm1(-2 * self.reversion) / (2 * self.reversion))

    @property
    def stationary_deviation(self) -> float:
        """Standard deviation of X in the long run; infinite without reversion."""
        return self.volatility / math.sqrt(2 * self.reversion) if self.reversion > 0 else math.inf

    def initial_state(self, count: int) -> Array:
        """How far X is from its mean."""
        start = self._path[0]
        deviation = start - self.mean if self.of == "price" else math.log(start / self.mean)
        return np.full((1, count), deviation)

    def advance(self, state: Array, shocks: Array) -> tuple[Array, Array]:
        """Shrink the deviation and add a shock, step after step."""
        persistence = self.persistence
        deviations = self.shock_deviation * shocks[:, :, 0]
        deviation = state[0]
        for row in deviations:
            row += persistence * deviation
            deviation = row
        after = deviation[np.newaxis].copy()
        if self.of == "price":
            return np.maximum(self.mean + deviations, self.floor), after
        return self.mean * np.exp(deviations), after
