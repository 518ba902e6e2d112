"""A random walk whose weather changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from vega_mesa.agents.checks import not_negative
from vega_mesa.agents.price_processes.process import Array, RandomProcess, running_sums
from vega_mesa.errors import ConfigError

Indices = npt.NDArray[np.int_]


class Regime(NamedTuple):
    """What the walk is like for a while: both of the logarithm's change in a step."""

    drift: float
    volatility: float


class RegimeSwitching(RandomProcess):
    """A geometric random walk whose drift and volatility follow a hidden Markov chain.

    J. D. Hamilton, A new approach to the economic analysis of nonstationary time series and the business cycle,
    Econometrica 57 (1989) 357-384. The chain moves first, then the price, by the regime moved to.

    Args:
        start: price at step 0.
        regimes: one or more.
        transitions: probabilities, row from, column to; rows sum to 1.
        generator: where the shocks come from.
        first: index of the regime at step 0.
    """

    SHOCKS = 2

    def __init__(
        self,
        start: float,
        regimes: Sequence[Regime | tuple[float, float]],
        transitions: Sequence[Sequence[float]],
        generator: np.random.Generator,
        first: int = 0,
    ) -> None:
        super().__init__(start, generator)
        self.regimes = tuple(Regime(*regime) for regime in regimes)
        for regime in self.regimes:
            not_negative("volatility", regime.volatility)
        chances = np.array(transitions, dtype=float)
        number = len(self.regimes)
        if chances.shape != (number, number) or (chances < 0).any() or not np.allclose(chances.sum(axis=1), 1):
            raise ConfigError("transitions", transitions, f"{number} rows of {number} probabilities that sum to 1")
        if not 0 <= first < number:
            raise ConfigError("first", first, f"an index of a regime, 0 to {number - 1}")
        self.transitions: Array = chances
        self.first = first
        self._thresholds: Array = np.cumsum(chances, axis=1)[:, :-1]
        self._drifts: Array = np.array([regime.drift for regime in self.regimes])
        self._volatilities: Array = np.array([regime.volatility for regime in self.regimes])
        self._regimes = [first]

    def regime(self, step: int) -> int:
        """Index of the regime that made the price of a step."""
        self._reach(step)
        return self._regimes[max(0, step)]

    def stationary(self) -> Array:
        """The long-run share of time in each regime.

        Returns:
            ``(regimes,)`` float64, sums to 1; the left eigenvector of the transitions for the eigenvalue 1.
        """
        number = len(self.regimes)
        system = np.vstack([self.transitions.T - np.eye(number), np.ones(number)])
        target = np.append(np.zeros(number), 1.0)
        shares: Array = np.linalg.lstsq(system, target, rcond=None)[0]
        return shares

    def initial_state(self, count: int) -> Array:
        """The logarithm of the first price, and the regime."""
        return np.array([np.full(count, math.log(self._path[0])), np.full(count, float(self.first))])

    def advance(self, state: Array, shocks: Array) -> tuple[Array, Array]:
        """Move the chain by one shock, the price by the other."""
        return self._follow(state, shocks, self.chain(state[1].astype(int), ndtr(shocks[:, :, 1])))

    def draw(self, steps: int) -> Iterable[float]:
        """Make the next prices, and remember the regimes."""
        state = self.initial_state(1) if self._state is None else self._state
        shocks = self.generator.standard_normal((steps, 1, self.SHOCKS))
        regimes = self.chain(state[1].astype(int), ndtr(shocks[:, :, 1]))
        prices, self._state = self._follow(state, shocks, regimes)
        self._regimes += regimes[:, 0].tolist()
        return prices[:, 0].tolist()  # type: ignore[no-any-return]

    def chain(self, regime: Indices, uniforms: Array) -> Indices:
        """Follow the Markov chain.

        Args:
            regime: indices at the beginning, ``(count,)`` int.
            uniforms: ``(steps, count)`` in 0 to 1.

        Returns:
            Indices, ``(steps, count)`` int.
        """
        visited = np.empty(uniforms.shape, dtype=np.int_)
        for step, uniform in enumerate(uniforms):
            regime = (self._thresholds[regime] <= uniform[:, np.newaxis]).sum(axis=1)
            visited[step] = regime
        return visited

    def _follow(self, state: Array, shocks: Array, regimes: Indices) -> tuple[Array, Array]:
        changes = self._drifts[regimes] + self._volatilities[regimes] * shocks[:, :, 0]
        levels = running_sums(state[0], changes)
        return np.exp(levels), np.array([levels[-1], regimes[-1].astype(float)])
