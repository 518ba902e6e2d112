"""Random walks: equal steps in money, or in logarithms."""

from __future__ import annotations

import numpy as np

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.price_processes.process import Array, LogarithmicProcess, RandomProcess, running_sums


class ArithmeticRandomWalk(RandomProcess):
    """Brownian motion: ``S[t+1] = S[t] + drift + volatility * Z``.

    L. Bachelier, Théorie de la spéculation, Annales scientifiques de l'École normale supérieure 17 (1900) 21-86; and
    the price of Avellaneda and Stoikov. It may fall below any price, which markets do not know: what is shown is never
    under ``floor``, while the walk itself goes on below.

    Args:
        start: price at step 0.
        volatility: standard deviation of the change in a step, in price.
        generator: where the shocks come from.
        drift: mean of the change in a step, in price.
        floor: the least price that is shown, > 0; None for a hundredth of the start.
    """

    def __init__(
        self,
        start: float,
        volatility: float,
        generator: np.random.Generator,
        drift: float = 0.0,
        floor: float | None = None,
    ) -> None:
        super().__init__(start, generator)
        self.volatility = not_negative("volatility", volatility)
        self.drift = drift
        self.floor = start / 100 if floor is None else positive("floor", floor)

    def initial_state(self, count: int) -> Array:
        """The first price."""
        return np.full((1, count), self._path[0])

    def advance(self, state: Array, shocks: Array) -> tuple[Array, Array]:
        """Sum the changes up."""
        levels = running_sums(state[0], self.drift + self.volatility * shocks[:, :, 0])
        return np.maximum(levels, self.floor), levels[-1:]


class GeometricRandomWalk(LogarithmicProcess):
    """Geometric Brownian motion: ``log S[t+1] = log S[t] + drift + volatility * Z``.

    M. F. M. Osborne, Brownian motion in the stock market, Operations Research 7 (1959) 145-173. Its mean grows by
    ``exp(drift + volatility ** 2 / 2)`` a step: a drift of ``-volatility ** 2 / 2`` makes it a martingale.

    Args:
        start: price at step 0.
        volatility: standard deviation of the logarithm's change in a step.
        generator: where the shocks come from.
        drift: mean of the logarithm's change in a step.
    """

    def __init__(self, start: float, volatility: float, generator: np.random.Generator, drift: float = 0.0) -> None:
        super().__init__(start, generator)
        self.volatility = not_negative("volatility", volatility)
        self.drift = drift

    def increments(self, shocks: Array) -> Array:
        """Scale and shift."""
        return self.drift + self.volatility * shocks[:, :, 0]
