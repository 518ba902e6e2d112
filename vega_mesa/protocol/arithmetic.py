"""Exact numbers: integers for money, integer ratios for factors, and Vega's decimal division.

Amounts, prices and sizes are Python integers. A factor (a fee, a risk factor) is held as an integer over the smallest
power of ten that represents it exactly, so that the order path never leaves integer arithmetic. Where the protocol
divides decimals, the quotient keeps 16 digits after the point, rounded half away from zero; all other operations are
exact. Python's default decimal context keeps 28 significant digits, which is wrong on large amounts: decorate whatever
calculates with ``Decimal`` with :func:`exact`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import wraps
from typing import Final, ParamSpec, TypeVar

DIVISION_PLACES: Final = 16
_QUANTUM: Final = Decimal(1).scaleb(-DIVISION_PLACES)
# Wide enough for products of several 256-bit integers and 17-digit factors: addition and multiplication are exact.
EXACT: Final = Context(prec=600, rounding=ROUND_HALF_UP)
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

P = ParamSpec("P")
R = TypeVar("R")


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function with decimal additions and multiplications that never round."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return run


def divide(numerator: Decimal | int, denominator: Decimal | int) -> Decimal:
    """Divide as the protocol does: 16 digits after the point, half away from zero; by zero gives ZeroDivisionError."""
    quotient = EXACT.divide(Decimal(numerator), Decimal(denominator))
    return quotient.quantize(_QUANTUM, rounding=ROUND_HALF_UP, context=EXACT)


def truncate(value: Decimal) -> int:
    """Drop the digits after the point."""
    return int(value.to_integral_value(rounding=ROUND_DOWN, context=EXACT))


def floor(value: Decimal) -> int:
    """Round towards minus infinity."""
    return int(value.to_integral_value(rounding=ROUND_FLOOR, context=EXACT))


def ceiling(value: Decimal) -> int:
    """Round towards plus infinity."""
    return int(value.to_integral_value(rounding=ROUND_CEILING, context=EXACT))


def round_half_away(value: Decimal, places: int = 0) -> Decimal:
    """Round to a number of digits after the point, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)


def ceil_div(numerator: int, denominator: int) -> int:
    """Divide integers, rounding towards plus infinity."""
    return -(-numerator // denominator)


def to_decimal(value: Decimal | float | int | str) -> Decimal:
    """Convert exactly; a float becomes its shortest decimal that round-trips, as the protocol does."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Raise to the integer part of an exponent (the protocol ignores the fraction); an integer part of 0 gives 1."""
    n = int(exponent)
    if n >= 0:
        return EXACT.power(base, n) if n else ONE
    result = ONE
    for _ in range(-n):
        result = divide(result, base)
    return result


def format_decimal(value: Decimal) -> str:
    """Print without exponent and without trailing zeros: ``0.25``, ``1``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


class Factor:
    """A non-negative or negative decimal as ``numerator / scale``, scale the smallest power of ten that is exact."""

    __slots__ = ("numerator", "scale")

    def __init__(self, value: Decimal | float | int | str) -> None:
        number = to_decimal(value).normalize(EXACT)
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int), f"{value!r} is not a finite number"
        self.scale: int = 10 ** max(0, -exponent)
        self.numerator: int = int(EXACT.multiply(number, Decimal(self.scale)))

    @property
    def decimal(self) -> Decimal:
        """The same value as a Decimal."""
        return EXACT.divide(Decimal(self.numerator), Decimal(self.scale))

    def ceil_of(self, amount: int) -> int:
        """``ceil(amount * factor)``."""
        return -(-amount * self.numerator // self.scale)

    def floor_of(self, amount: int) -> int:
        """``floor(amount * factor)``."""
        return amount * self.numerator // self.scale

    def __bool__(self) -> bool:
        return self.numerator != 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Factor) and (self.numerator, self.scale) == (other.numerator, other.scale)

    def __hash__(self) -> int:
        return hash((self.numerator, self.scale))

    def __repr__(self) -> str:
        return f"Factor({format_decimal(self.decimal)!r})"


class Scale:
    """A power of ten that may be below one: the price factor and the position factor of a market.

    ``times`` and ``over`` truncate towards zero, as every conversion between market and asset units does.
    """

    __slots__ = ("exponent", "multiplier", "divisor")

    def __init__(self, exponent: int) -> None:
        self.exponent = exponent
        self.multiplier: int = 10 ** max(0, exponent)
        self.divisor: int = 10 ** max(0, -exponent)

    def times(self, value: int) -> int:
        """``trunc(value * 10**exponent)`` for a non-negative value."""
        return value * self.multiplier // self.divisor

    def over(self, value: int) -> int:
        """``trunc(value / 10**exponent)`` for a non-negative value."""
        return value * self.divisor // self.multiplier

    def over_ceil(self, value: int) -> int:
        """``ceil(value / 10**exponent)``."""
        return -(-value * self.divisor // self.multiplier)

    @property
    def decimal(self) -> Decimal:
        """The power of ten itself."""
        return Decimal(1).scaleb(self.exponent)
