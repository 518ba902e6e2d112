"""Whether a message satisfies a data source: filters and their conditions (0045-DSRC)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.data_sources.specification import TIMESTAMP, Condition, DataSourceSpec, Filter
from vega_mesa.protocol.refusal import Refused

_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_UNSIGNED: Final = re.compile(r"\d+", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LONGEST: Final = 1000  # characters of a number

_OPERATORS: Final = frozenset(("OPERATOR_EQUALS", "OPERATOR_LESS_THAN", "OPERATOR_LESS_THAN_OR_EQUAL"))

Comparable = int | Decimal | bool | str


def filters_hold(spec: DataSourceSpec, properties: Mapping[str, str]) -> bool:
    """Whether every filter's property is there and every condition holds.

    Raises:
        Refused: a value, or the value of a condition, does not read as the filter's type.
    """
    return all(filter.property in properties and _conditions_hold(filter, properties) for filter in spec.filters)


def earliest_time(spec: DataSourceSpec) -> int:
    """Seconds since 1970 before which no message about the network's time can satisfy a spec; 0 if it might any time.

    For specs that ask for nothing else: most markets wait for years for the one that ends them.
    """
    earliest = 0
    for filter in spec.filters:
        if spec.time_trigger is not None or (filter.property, filter.type) != (TIMESTAMP, "TYPE_TIMESTAMP"):
            return 0
        for condition in filter.conditions:
            try:
                limit = read_value(filter.type, condition.value)
            except Refused:  # which is for the messages to find out
                return 0
            if condition.operator in ("OPERATOR_GREATER_THAN", "OPERATOR_GREATER_THAN_OR_EQUAL"):
                earliest = max(earliest, int(limit))
            elif condition.operator not in _OPERATORS:
                return 0
    return earliest


def read_value(type: str, text: str) -> Comparable:
    """Read the value of a property as its type.

    Raises:
        Refused: it does not read so.
    """
    if len(text) > _LONGEST and type not in ("TYPE_STRING", "TYPE_EMPTY"):
        raise Refused(f'value "{text[:40]}…" is too long')
    match type:
        case "TYPE_INTEGER":
            if not _INTEGER.fullmatch(text):
                raise Refused(f'value "{text}" is not a valid integer')
            return int(text)
        case "TYPE_DECIMAL":
            if not _DECIMAL.fullmatch(text):
                raise Refused(f"can't convert {text} to decimal")
            return Decimal(text)
        case "TYPE_BOOLEAN":
            if text not in ("true", "false"):
                raise Refused(f'value "{text}" is not a valid boolean')
            return text == "true"
        case "TYPE_TIMESTAMP":
            if not _UNSIGNED.fullmatch(text) or int(text) >= 2**63:
                raise Refused("invalid timestamp")
            return int(text)
        case _:
            return text


def _conditions_hold(filter: Filter, properties: Mapping[str, str]) -> bool:
    text = properties[filter.property]
    return all(_holds(filter.type, text, condition) for condition in filter.conditions)


def _holds(type: str, text: str, condition: Condition) -> bool:
    value = read_value(type, text)
    limit = read_value(type, condition.value)
    match condition.operator:
        case "OPERATOR_EQUALS":
            return value == limit
        case "OPERATOR_GREATER_THAN":
            return value > limit  # type: ignore[operator]  # both were read as the same type
        case "OPERATOR_GREATER_THAN_OR_EQUAL":
            return value >= limit  # type: ignore[operator]
        case "OPERATOR_LESS_THAN":
            return value < limit  # type: ignore[operator]
        case "OPERATOR_LESS_THAN_OR_EQUAL":
            return value <= limit  # type: ignore[operator]
        case _:
            raise Refused(f"unsupported operator {condition.operator} for type {type}")
