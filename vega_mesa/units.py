"""People's units and the protocol's integers, converted here and nowhere else.

People write prices, sizes and amounts as numbers (``61_250.5``, ``Decimal("0.001")``, ``"0.25"``) and durations as
seconds, ``timedelta`` or text (``"1h30m"``). The protocol counts in integers: so many decimals of an asset or market,
nanoseconds for time. A value finer than the integers can hold is an error, never a silent rounding; what is only the
dust of float arithmetic (``0.1 + 0.2``) is read as the decimal that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from fractions import Fraction
from math import fsum
from numbers import Integral, Real
from typing import Final, Literal

from vega_mesa.errors import InvalidAmount, InvalidTime

Number = int | float | Decimal | str
Duration = int | float | Decimal | str | timedelta
Rounding = Literal["nearest", "down", "up"]

NANOSECONDS: Final = 1_000_000_000  # in a second
MAX_DIGITS: Final = 78  # of a 256-bit integer
_WIDE: Final = Context(prec=600)
_DUST: Final = 1e-9  # of the finest step, or of the value: what float arithmetic may leave behind
_ROUNDINGS: Final = {"nearest": ROUND_HALF_EVEN, "down": ROUND_FLOOR, "up": ROUND_CEILING}
_DURATION_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_DURATION_UNITS: Final = {
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": NANOSECONDS,
    "m": 60 * NANOSECONDS, "h": 3600 * NANOSECONDS,
}  # fmt: skip


def decimal(value: object, what: str = "value") -> Decimal:
    """Read a number exactly; a float is the shortest decimal that round-trips.

    Raises:
        InvalidAmount: not a number, not finite, or of more than 256 bits.
    """
    try:
        if type(value) is float:  # what nearly all numbers are
            number = Decimal(repr(value))
        elif isinstance(value, bool):
            raise TypeError
        elif isinstance(value, Decimal | str):
            number = Decimal(value)
        elif isinstance(value, Integral):
            number = Decimal(int(value))
        elif isinstance(value, Real):
            number = Decimal(repr(float(value)))
        else:
            raise TypeError
    except (TypeError, ValueError, InvalidOperation):
        raise InvalidAmount(f"{what} {_shown(value)} is not a number") from None
    if not number.is_finite():
        raise InvalidAmount(f"{what} {value!r} is not finite")
    if number.adjusted() > MAX_DIGITS or -number.adjusted() > 10 * MAX_DIGITS:
        raise InvalidAmount(f"{what} {_shown(value)} is out of range")
    return number


def to_integer(value: object, decimals: int, what: str = "value") -> int:
    """Count in the smallest unit: ``to_integer(61_250.5, 1)`` is 612,505.

    Args:
        decimals: digits after the point that one unit has.
        what: named in the error.

    Raises:
        InvalidAmount: not a finite number, or finer than ``decimals`` can say.
    """
    if type(value) is int and decimals >= 0 and -(10**MAX_DIGITS) < value < 10**MAX_DIGITS:
        return int(value * 10**decimals)
    number = decimal(value, what)
    scaled = number.scaleb(decimals, _WIDE)
    integral = scaled.to_integral_value(ROUND_HALF_EVEN, _WIDE)
    if integral != scaled and not (_is_float(value) and abs(scaled - integral) <= _dust(scaled)):
        raise InvalidAmount(
            f"{what} {value!r} is finer than {decimals} decimals allow; round it first "
            f"(nearest: {integral.scaleb(-decimals, _WIDE)})"
        )
    return int(integral)


def _is_float(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, Integral)


def _dust(scaled: Decimal) -> Decimal:
    return Decimal(_DUST) * max(Decimal(1), abs(scaled) * Decimal("1e-5"))


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str | float | Decimal | bool | None) else f"of type {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def round_to(value: object, decimals: int, step: int = 1, rounding: Rounding = "nearest") -> int:
    """Round to a multiple of ``step`` smallest units, and count in smallest units.

    Args:
        rounding: ``nearest`` (halves to even), ``down`` (towards minus infinity) or ``up``.
    """
    steps = decimal(value, "value").scaleb(decimals, _WIDE) / Decimal(step)
    return int(steps.to_integral_value(_ROUNDINGS[rounding], _WIDE)) * step


def from_integer(value: int, decimals: int) -> float:
    """The nearest float to ``value`` smallest units."""
    return value / 10**decimals if decimals >= 0 else float(value * 10**-decimals)


def total(values: Iterable[float], decimals: int) -> float:
    """The sum of numbers of so many decimals, without the dust that adding floats leaves."""
    return round(fsum(values), decimals)


def to_decimal(value: int, decimals: int) -> Decimal:
    """The exact value of so many smallest units."""
    return Decimal(value).scaleb(-decimals, _WIDE)


def nanoseconds(duration: object, what: str = "duration") -> int:
    """Read a duration: a number of seconds, a ``timedelta``, or text such as ``"1h30m"``, ``"250ms"``, ``"10s"``.

    Raises:
        InvalidTime: not a duration, not finite, or finer than a nanosecond.
    """
    if isinstance(duration, timedelta):
        return (duration.days * 86_400 + duration.seconds) * NANOSECONDS + duration.microseconds * 1_000
    if isinstance(duration, str):
        return _parse_duration(duration, what)
    try:
        return to_integer(duration, 9, what)
    except InvalidAmount as error:
        raise InvalidTime(str(error)) from None


def _parse_duration(text: str, what: str) -> int:
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if body == "0":
        return 0
    total, position = Fraction(0), 0
    while position < len(body):
        part = _DURATION_PART.match(body, position)
        if part is None or len(part[1]) > MAX_DIGITS:
            break
        total += Fraction(part[1].removesuffix(".")) * _DURATION_UNITS[part[2]]
        position = part.end()
    if not body or position < len(body):
        raise InvalidTime(f"{what} {_shown(text)} is not a duration such as '10s', '1h30m' or '250ms'")
    return sign * int(total)


def instant(value: str | datetime) -> int:
    """Nanoseconds since 1970 of a ``datetime`` or an RFC 3339 text; without a zone it is UTC.

    Raises:
        InvalidTime: not a date and time.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidTime(f"{_shown(value)} is not a date and time such as '2024-05-01T12:00:00Z'") from None
    moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return nanoseconds(moment - datetime(1970, 1, 1, tzinfo=UTC))


def to_datetime(ns: int) -> datetime:
    """A network time (ns) as an aware UTC ``datetime``, nanoseconds dropped."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1_000)


class MarketUnits:
    """The units of one market: how its prices, sizes and amounts of money are written.

    Args:
        price_decimals: of prices that parties send.
        size_decimals: of sizes; negative where the smallest size is 10, 100...
        asset_decimals: of money, and of prices as the book holds them.
        tick_size: the smallest step of a price, in units of its last decimal.
    """

    __slots__ = ("price_decimals", "size_decimals", "asset_decimals", "tick_size")

    def __init__(self, price_decimals: int, size_decimals: int, asset_decimals: int, tick_size: int = 1) -> None:
        self.price_decimals = price_decimals
        self.size_decimals = size_decimals
        self.asset_decimals = asset_decimals
        self.tick_size = tick_size

    def price(self, value: object) -> int:
        """A price in market decimals, as commands carry it; not negative."""
        return _not_negative(to_integer(value, self.price_decimals, "price"), "price", value)

    def size(self, value: object) -> int:
        """A size in position decimals; more than nothing."""
        size = to_integer(value, self.size_decimals, "size")
        if size <= 0:
            raise InvalidAmount(f"size {value!r} is not positive")
        return size

    def amount(self, value: object, what: str = "amount") -> int:
        """Money in asset decimals; not negative."""
        return _not_negative(to_integer(value, self.asset_decimals, what), what, value)

    def shown_price(self, value: int) -> float:
        """A price of the book (asset decimals) for people."""
        return from_integer(value, self.asset_decimals)

    def shown_size(self, value: int) -> float:
        """A size for people."""
        return from_integer(value, self.size_decimals)

    def shown_amount(self, value: int) -> float:
        """Money for people."""
        return from_integer(value, self.asset_decimals)

    def rounded_price(self, value: object, rounding: Rounding = "nearest") -> float:
        """The nearest price, lower price or higher price that the tick size allows; at least one tick."""
        ticks = round_to(value, self.price_decimals, self.tick_size, rounding)
        return from_integer(max(ticks, self.tick_size), self.price_decimals)

    def rounded_size(self, value: object, rounding: Rounding = "down") -> float:
        """The nearest, next lower (the default) or next higher size that the market knows."""
        return from_integer(round_to(value, self.size_decimals, 1, rounding), self.size_decimals)


def _not_negative(value: int, what: str, given: object) -> int:
    if value < 0:
        raise InvalidAmount(f"{what} {given!r} is negative")
    return value
