"""The types of cells, read as Go reads them: strictly."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tests.conformance.failures import BadTable
from vega_mesa.protocol.matching.order import OrderStatus, OrderType, PeggedReference, Side, TimeInForce

SECOND: Final = 10**9
_UNITS: Final = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_DIGITS: Final = re.compile(r"[0-9]+")
_SIGNED: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def _integer(pattern: re.Pattern[str], low: int | None, high: int | None, name: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not pattern.fullmatch(text):
            raise BadTable(f"{text!r} is not a {name}")
        value = int(text)
        if (low is not None and value < low) or (high is not None and value > high):
            raise BadTable(f"{text!r} is out of the range of {name}")
        return value

    return parse


u64 = _integer(_DIGITS, 0, 2**64 - 1, "u64")
u32 = _integer(_DIGITS, 0, 2**32 - 1, "u32")
i64 = _integer(_SIGNED, -(2**63), 2**63 - 1, "i64")
i32 = _integer(_SIGNED, -(2**31), 2**31 - 1, "i32")
integer = _integer(_SIGNED, None, None, "int")
_natural = _integer(_DIGITS, 0, 2**256 - 1, "uint")


def uint(text: str) -> int:
    """``uint``: 256 bits without sign; as upstream reads them, a negative number wraps around."""
    if text.startswith("-"):
        return -_natural(text[1:]) % 2**256
    return _natural(text)


def optional_uint(text: str) -> int | None:
    """``uint?``: blank or 0 is nothing."""
    return (uint(text) or None) if text else None


def lenient_u64(text: object) -> int:
    """A number of the engine's own text; what does not parse counts as 0."""
    written = str(text)
    return int(written) if _DIGITS.fullmatch(written) else 0


def decimal(text: str) -> Decimal:
    """``dec``: digits, a point, an exponent."""
    if not _DECIMAL.fullmatch(text):
        raise BadTable(f"{text!r} is not a decimal")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadTable(f"{text!r} is not a decimal") from error


def double(text: str) -> float:
    """``f64``: a Go float."""
    try:
        return float(text)
    except ValueError as error:
        raise BadTable(f"{text!r} is not a float") from error


def decimal_of_double(text: str) -> Decimal:
    """``f64`` that the protocol holds as a decimal: the shortest text that gives the same float."""
    return Decimal(repr(double(text)))


def boolean(text: str) -> bool:
    """``bool``: exactly ``true`` or ``false``."""
    if text not in {"true", "false"}:
        raise BadTable(f"{text!r} is not a bool")
    return text == "true"


def time(text: str) -> int:
    """``time``: RFC 3339 in UTC, as nanoseconds since the epoch."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadTable(f"{text!r} is not a time") from error
    return int(moment.timestamp()) * SECOND


def duration(text: str) -> int:
    """``dur``: a Go duration, as nanoseconds."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = Decimal(0), 0
    for match in _DURATION.finditer(rest):
        if match.start() != position:
            break
        total += Decimal(match[1]) * _UNITS[match[2]]
        position = match.end()
    if not rest or position != len(rest):
        raise BadTable(f"{text!r} is not a duration")
    return sign * int(total)


def names(text: str) -> tuple[str, ...]:
    """``list``: comma separated, nothing trimmed; blank is empty."""
    return tuple(text.split(",")) if text else ()


def decimals(text: str) -> tuple[Decimal, ...]:
    """``list`` of ``dec``."""
    return tuple(decimal(part) for part in names(text))


def durations(text: str) -> tuple[int, ...]:
    """``list`` of ``dur``."""
    return tuple(duration(part) for part in names(text))


def _choice(words: dict[str, Any], kind: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        if text not in words:
            raise BadTable(f"{text!r} is not a {kind}")
        return words[text]

    return parse


side = _choice({"buy": Side.BUY, "sell": Side.SELL}, "side")
time_in_force = _choice(
    {f"TIF_{kind.name}": kind for kind in TimeInForce if kind is not TimeInForce.UNSPECIFIED}, "time in force"
)
order_type = _choice({f"TYPE_{kind.name}": kind for kind in OrderType if kind is not OrderType.UNSPECIFIED}, "type")
order_status = _choice({f"STATUS_{kind.name}": kind for kind in OrderStatus}, "order status")


def pegged_reference(text: str) -> PeggedReference:
    """``peg``: anything but the three words is unspecified."""
    return {
        "MID": PeggedReference.MID,
        "BID": PeggedReference.BEST_BID,
        "ASK": PeggedReference.BEST_ASK,
    }.get(text, PeggedReference.UNSPECIFIED)


def text(value: str) -> str:
    """``str``: as it is."""
    return value


PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "str": text,
    "u64": u64,
    "u32": u32,
    "i64": i64,
    "i32": i32,
    "uint": uint,
    "uint?": optional_uint,
    "int": integer,
    "dec": decimal,
    "f64": double,
    "f64dec": decimal_of_double,
    "bool": boolean,
    "time": time,
    "dur": duration,
    "sec": i64,
    "side": side,
    "tif": time_in_force,
    "otype": order_type,
    "status": order_status,
    "peg": pegged_reference,
    "list": names,
    "list of dec": decimals,
    "list of dur": durations,
}
