"""Prices that happened, as they happened or in another order."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy.special import ndtr

from vega_mesa.agents.price_processes.process import Array, PriceProcess, RandomProcess, running_sums
from vega_mesa.errors import ConfigError
from vega_mesa.price_files import read_prices
from vega_mesa.units import instant, to_datetime

if TYPE_CHECKING:
    import pandas as pd


class RecordedPrices(PriceProcess):
    """Prices that happened, one a step; after the last it stands still.

    Args:
        prices: one or more, all positive.
    """

    def __init__(self, prices: Iterable[float]) -> None:
        path = _checked(prices, 1)
        super().__init__(path[0])
        self._path = path

    @classmethod
    def from_file(cls, file: str | Path, *, every: str | None = None, start: str | None = None) -> Self:
        """Read a file, see :func:`recorded_prices`."""
        return cls(recorded_prices(file, every=every, start=start).tolist())

    def __len__(self) -> int:
        return len(self._path)

    def next_price(self, price: float) -> float:
        """The last price again."""
        return price


class ResampledPrices(RandomProcess):
    """What might have happened: returns of a record, drawn in blocks, so that calm and stormy times stay together.

    The stationary bootstrap of D. N. Politis, J. P. Romano, The stationary bootstrap, Journal of the American
    Statistical Association 89 (1994) 1303-1313: each step takes the return after the last one taken or, with
    probability ``1 / block``, one from anywhere; after the last comes the first. Every return of the record is equally
    likely at every step.

    Args:
        prices: the record, two or more, all positive.
        generator: where the shocks come from.
        block: mean length of a block, steps, 1 or more; 1 draws returns independently.
        start: price at step 0; None for the record's first.
    """

    SHOCKS = 2

    def __init__(
        self, prices: Iterable[float], generator: np.random.Generator, block: float = 20.0, start: float | None = None
    ) -> None:
        record = _checked(prices, 2)
        super().__init__(record[0] if start is None else start, generator)
        if not block >= 1:
            raise ConfigError("block", block, "1 or more")
        self.block = block
        self.returns: Array = np.diff(np.log(record))

    @classmethod
    def from_file(
        cls,
        file: str | Path,
        generator: np.random.Generator,
        *,
        block: float = 20.0,
        every: str | None = None,
        start: str | None = None,
    ) -> Self:
        """Read a file, see :func:`recorded_prices`."""
        return cls(recorded_prices(file, every=every, start=start).tolist(), generator, block)

    def initial_state(self, count: int) -> Array:
        """The logarithm of the first price, and which return was taken last: none yet."""
        return np.array([np.full(count, math.log(self._path[0])), np.full(count, -1.0)])

    def advance(self, state: Array, shocks: Array) -> tuple[Array, Array]:
        """One shock says whether a new block begins, the other where."""
        uniforms = ndtr(shocks)
        begins = uniforms[:, :, 0] * self.block < 1
        number = len(self.returns)
        anywhere = np.minimum((uniforms[:, :, 1] * number).astype(int), number - 1)
        last = state[1].astype(int)
        taken = np.empty(begins.shape, dtype=int)
        for step, begin in enumerate(begins):
            last = np.where(begin | (last < 0), anywhere[step], (last + 1) % number)
            taken[step] = last
        levels = running_sums(state[0], self.returns[taken])
        return np.exp(levels), np.array([levels[-1], last.astype(float)])


def recorded_prices(file: str | Path, *, every: str | None = None, start: str | None = None) -> pd.Series:
    """Read prices, and put them on an even grid of time.

    Args:
        file: see :func:`vega_mesa.price_files.read_prices`.
        every: length of a step, as pandas writes it (``"15min"``, ``"1h"``); a step has the last price at or before
            its end, so a coarser grid drops prices and a finer one repeats them. None for the rows of the file.
        start: date of the first price; None for the beginning of the file.

    Returns:
        Series of float, by ascending UTC timestamps.

    Raises:
        InvalidPriceFile: the file cannot be read.
        ConfigError: no price at or after ``start``, or ``every`` is no length of time.
    """
    prices = read_prices(file)
    if every is not None:
        try:
            prices = prices.resample(every, label="right", closed="right").last().ffill()
        except ValueError as error:
            raise ConfigError("every", every, "a length of time such as 15min, 1h or 1D") from error
    if start is not None:
        prices = prices[prices.index >= to_datetime(instant(start))]
    if prices.empty:
        raise ConfigError("start", start, "a date with prices after it")
    return prices


def _checked(prices: Iterable[float], least: int) -> list[float]:
    path = [float(price) for price in prices]
    if len(path) < least or not all(math.isfinite(price) and price > 0 for price in path):
        raise ConfigError("prices", path[:5], f"{least} or more prices, all positive")
    return path
