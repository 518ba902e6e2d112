"""Reads numbers that must lie in a range, so that a mistake is named where it is made."""

from __future__ import annotations

import math

from vega_mesa.errors import ConfigError


def positive(field: str, value: float) -> float:
    """Read a number that must be positive and finite.

    Raises:
        ConfigError: it is not.
    """
    if not (math.isfinite(value) and value > 0):
        raise ConfigError(field, value, "a positive number")
    return float(value)


def not_negative(field: str, value: float) -> float:
    """Read a number that must be 0 or more, and finite.

    Raises:
        ConfigError: it is not.
    """
    if not (math.isfinite(value) and value >= 0):
        raise ConfigError(field, value, "0 or more")
    return float(value)


def at_least(field: str, value: int, least: int) -> int:
    """Read a whole number that has a least value.

    Raises:
        ConfigError: it is not whole, or less.
    """
    if int(value) != value or value < least:
        raise ConfigError(field, value, f"a whole number, {least} or more")
    return int(value)
