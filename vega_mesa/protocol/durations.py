"""Durations as the network writes them (Go syntax): ``1h30m``, ``0s``, ``1.5h``, ``250ms``.

Inside the protocol a duration is an int of nanoseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,  # micro sign
    "μs": 1_000,  # Greek mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_LARGEST: Final = 2**63 - 1
_PART: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")


def parse_duration(text: str) -> int:
    """Read a duration; nanoseconds.

    Raises:
        ValueError: the text is no duration, or beyond 292 years.
    """
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total = 0
    position = 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or not (part[1] or part[2]):
            break
        number = int(part[1] or "0") + (Fraction(int(part[2]), 10 ** len(part[2])) if part[2] else 0)
        total += int(number * NANOSECONDS[part[3]])
        position = part.end()
    if not rest or position < len(rest) or total > _LARGEST:
        raise ValueError(f'time: invalid duration "{text}"')
    return sign * total


def format_duration(nanoseconds: int) -> str:
    """Write a duration the way the network prints it: ``30m0s``, ``1.5s``, ``250ms``, ``0s``."""
    sign, value = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if value == 0:
        return "0s"
    if value < NANOSECONDS["s"]:
        unit = "ns" if value < NANOSECONDS["us"] else "µs" if value < NANOSECONDS["ms"] else "ms"
        return sign + _decimal(value, NANOSECONDS[unit]) + unit
    hours, rest = divmod(value, NANOSECONDS["h"])
    minutes, rest = divmod(rest, NANOSECONDS["m"])
    text = _decimal(rest, NANOSECONDS["s"]) + "s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else sign + text


def format_instant(nanoseconds: int) -> str:
    """Write an instant the way the network prints it in errors: ``2024-03-01 12:00:00.5 +0000 UTC``."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS["s"])
    try:
        text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after 1970"  # beyond the calendar
    if fraction:
        text += f".{fraction:09d}".rstrip("0")
    return text + " +0000 UTC"


def _decimal(value: int, unit: int) -> str:
    whole, fraction = divmod(value, unit)
    if not fraction:
        return str(whole)
    return f"{whole}.{fraction:0{len(str(unit)) - 1}d}".rstrip("0")
