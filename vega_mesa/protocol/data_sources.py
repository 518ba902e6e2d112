"""Oracles: what a market listens to, and how data reaches it (0045-DSRC, 0046-DSRM)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A test of a property's value, e.g. ``OPERATOR_GREATER_THAN`` ``0``."""

    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A property that a message must have: its name, ``TYPE_INTEGER`` etc., and the decimals of a number."""

    property: str
    type: str
    decimals: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTrigger:
    """A built-in schedule: unix seconds of the first firing (None: at once) and the interval in seconds."""

    initial: int | None
    every: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSourceSpec:
    """Which messages count: signed by these keys (external), or the network's own time (internal)."""

    id: str = ""  # empty: derived from the content
    signers: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    time_trigger: TimeTrigger | None = None
