"""A random walk that jumps."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, pdtr

from vega_mesa.agents.checks import not_negative
from vega_mesa.agents.price_processes.process import Array, LogarithmicProcess


class JumpDiffusion(LogarithmicProcess):
    """A geometric random walk with normal jumps of the logarithm, whose number in a step is Poisson.

    R. C. Merton, Option pricing when underlying stock returns are discontinuous, Journal of Financial Economics 3
    (1976) 125-144. A change of the logarithm has mean ``drift + rate * jump_mean``, variance ``volatility ** 2 + rate
    * (jump_mean ** 2 + jump_deviation ** 2)`` and, with ``jump_mean = 0``, excess kurtosis ``3 * rate *
    jump_deviation ** 4 / variance ** 2``.

    Args:
        start: price at step 0.
        volatility: standard deviation of the logarithm's change in a step without jumps.
        rate: jumps a step, on average.
        jump_mean: mean of a jump of the logarithm.
        jump_deviation: standard deviation of a jump of the logarithm.
        generator: where the shocks come from.
        drift: mean of the logarithm's change in a step without jumps.
    """

    SHOCKS = 3

    def __init__(
        self,
        start: float,
        volatility: float,
        rate: float,
        jump_mean: float,
        jump_deviation: float,
        generator: np.random.Generator,
        drift: float = 0.0,
    ) -> None:
        super().__init__(start, generator)
        self.volatility = not_negative("volatility", volatility)
        self.rate = not_negative("rate", rate)
        self.jump_mean = jump_mean
        self.jump_deviation = not_negative("jump_deviation", jump_deviation)
        self.drift = drift
        most = math.ceil(rate + 12 * math.sqrt(rate) + 12)  # more jumps in a step have a probability below 1e-16
        self._chances: Array = np.asarray(pdtr(np.arange(most), rate))

    def increments(self, shocks: Array) -> Array:
        """A normal change; plus jumps, counted by one shock and drawn together by another."""
        diffusion = self.drift + self.volatility * shocks[:, :, 0]
        count = np.searchsorted(self._chances, ndtr(shocks[:, :, 1])).astype(float)
        jumps: Array = count * self.jump_mean + np.sqrt(count) * self.jump_deviation * shocks[:, :, 2]
        return jumps + diffusion
