"""Prices from outside the market: what a market maker quotes around, an informed trader knows, an oracle reports.

A process has a price for every step from 0, made when first asked for and then kept: whoever asks, in whatever order,
sees the same path. Paths depend on the generator they are given only.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from vega_mesa.errors import ConfigError


class PriceProcess(ABC):
    """A path of prices, one a step."""

    def __init__(self, start: float) -> None:
        if not (math.isfinite(start) and start > 0):
            raise ConfigError("start", start, "a positive price")
        self._path = [float(start)]

    def price(self, step: int) -> float:
        """The price at a step, also of the future; negative steps are step 0."""
        while len(self._path) <= step:
            self._path.append(self.next_price(self._path[-1]))
        return self._path[max(0, step)]

    @abstractmethod
    def next_price(self, price: float) -> float:
        """Draw the price that follows."""


class RandomWalk(PriceProcess):
    """A geometric random walk.

    Args:
        start: price at step 0.
        volatility: standard deviation of the logarithm's change in a step.
        drift: mean of the logarithm's change in a step.
        generator: where the draws come from, e.g. ``model.price_generator()``.
    """

    def __init__(self, start: float, volatility: float, generator: np.random.Generator, drift: float = 0.0) -> None:
        super().__init__(start)
        self.volatility = volatility
        self.drift = drift
        self.generator = generator

    def next_price(self, price: float) -> float:
        """One step of the walk."""
        return price * math.exp(self.drift + self.volatility * float(self.generator.standard_normal()))


class OrnsteinUhlenbeck(PriceProcess):
    """A price that is drawn back to its mean, in logarithms.

    Args:
        start: price at step 0.
        mean: price that it returns to.
        reversion: share of the distance (of logarithms) that a step takes away, 0 to 1.
        volatility: standard deviation of the logarithm's change in a step.
        generator: where the draws come from.
    """

    def __init__(
        self, start: float, mean: float, reversion: float, volatility: float, generator: np.random.Generator
    ) -> None:
        super().__init__(start)
        if not (math.isfinite(mean) and mean > 0):
            raise ConfigError("mean", mean, "a positive price")
        self.mean = mean
        self.reversion = reversion
        self.volatility = volatility
        self.generator = generator

    def next_price(self, price: float) -> float:
        """One step towards the mean, and a shock."""
        pull = self.reversion * math.log(self.mean / price)
        return price * math.exp(pull + self.volatility * float(self.generator.standard_normal()))


class RecordedPrices(PriceProcess):
    """Prices that happened; after the last it stands still.

    Args:
        prices: one a step, at least one.
    """

    def __init__(self, prices: Iterable[float]) -> None:
        path = [float(price) for price in prices]
        if not path:
            raise ConfigError("prices", path, "at least one price")
        super().__init__(path[0])
        self._path = path

    def __len__(self) -> int:
        return len(self._path)

    def next_price(self, price: float) -> float:
        """The last price again."""
        return price
