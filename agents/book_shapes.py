"""Shapes of a book: how far from the middle, how much."""

from __future__ import annotations

import math
from typing import NamedTuple

from vega_mesa.agents.checks import at_least, not_negative, positive


class Depth(NamedTuple):
    """One price of a side: its distance from the middle, as a fraction of it, and the size there."""

    distance: float
    size: float


Shape = tuple[Depth, ...]
"""One side of a book, the innermost price first."""


def exponential_shape(levels: int, half_spread: float, spacing: float, size: float, growth: float = 0.0) -> Shape:
    """Prices at equal distances; the n-th holds ``size * exp(growth * n)``, all the same without growth.

    Args:
        levels: how many prices.
        half_spread: distance of the innermost price, as a fraction.
        spacing: between prices, as a fraction.
        size: at the innermost price.
    """
    return tuple(
        Depth(half_spread + level * spacing, size * math.exp(growth * level))
        for level in range(at_least("levels", levels, 1))
    )


def humped_shape(
    levels: int, half_spread: float, spacing: float, size: float, peak: float = 3.0, power: float = 0.6
) -> Shape:
    """A side as stock exchanges have it: thickest some way off the touch, then ever thinner.

    The average book of J.-P. Bouchaud, M. Mézard, M. Potters, Statistical properties of stock order books, Quantitative
    Finance 2 (2002) 251-256: a gamma-like profile, ``x ** power * exp(-x)``.

    Args:
        levels: how many prices.
        half_spread: distance of the innermost price, as a fraction.
        spacing: between prices, as a fraction.
        size: at the thickest price.
        peak: which price that is, counted from 0.
        power: how steeply the sizes rise to it.
    """
    positive("power", power)
    profile = [
        math.pow(x, power) * math.exp(-x)
        for x in ((level + 1) * power / (positive("peak", peak + 1)) for level in range(at_least("levels", levels, 1)))
    ]
    top = math.pow(power, power) * math.exp(-power)
    return tuple(Depth(half_spread + level * spacing, size * value / top) for level, value in enumerate(profile))


def linear_shape(levels: int, half_spread: float, spacing: float, size: float, slope: float = 1.0) -> Shape:
    """Prices at equal distances; the n-th holds ``size * (1 + slope * n)``: the supply curve of a linear price impact.

    Args:
        levels: how many prices.
        half_spread: distance of the innermost price, as a fraction.
        spacing: between prices, as a fraction.
        size: at the innermost price.
        slope: 0 or more.
    """
    not_negative("slope", slope)
    return tuple(
        Depth(half_spread + level * spacing, size * (1 + slope * level))
        for level in range(at_least("levels", levels, 1))
    )
