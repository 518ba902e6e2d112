"""The numbers of market makers: the protocol's 16-digit decimals as integers scaled by 10**16 (0090-VAMM; 05 §0).

Square roots have at most 16 digits after the point, so that every formula of a curve is a quotient of integers.
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt
from typing import Final

ONE: Final = 10**16


def divide(numerator: int, denominator: int) -> int:
    """Divide integers, rounding half away from zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator < 0:
        return -((denominator - 2 * numerator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def truncated(numerator: int, denominator: int) -> int:
    """Divide integers (denominator positive), rounding towards zero."""
    return numerator // denominator if numerator >= 0 else -(-numerator // denominator)


@lru_cache(maxsize=1 << 16)
def square_root(value: int) -> int:
    """Square root of an integer as the protocol has it, times 10**16: six Heron steps from the integer root."""
    root = isqrt(value) * ONE
    if root == 0:
        return 0
    square = value * ONE * ONE
    for _ in range(6):
        root = (root + divide(square, root) + 1) // 2
    return root
