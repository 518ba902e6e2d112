"""The text of a parameter, read as its type; and the parts of a bound."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from vega_mesa.protocol.arithmetic import format_decimal
from vega_mesa.protocol.durations import format_duration, parse_duration
from vega_mesa.protocol.network_parameters.table import ParameterType

Value = int | Decimal | str | dict[str, Any]
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_UINT: Final = re.compile(r"\d+", re.ASCII)
_INT: Final = re.compile(r"[+-]?\d{1,19}", re.ASCII)
MAX_UINT: Final = 2**256 - 1


def parse(type: ParameterType, text: str) -> Value:
    """Read a parameter: durations in nanoseconds, JSON as a dict.

    Raises:
        ValueError: the text does not read as this type; the message is the network's.
    """
    match type:
        case ParameterType.DURATION:
            return parse_duration(text)
        case ParameterType.DECIMAL:
            if not _DECIMAL.fullmatch(text):
                raise ValueError(f"can't convert {text} to decimal")
            return Decimal(text)
        case ParameterType.UINT:
            if not _UINT.fullmatch(text) or len(text) > 78 or int(text) > MAX_UINT:
                raise ValueError("invalid uint")
            return int(text)
        case ParameterType.INT:
            if not _INT.fullmatch(text) or not -(2**63) <= int(text) < 2**63:
                raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
            return int(text)
        case ParameterType.STRING:
            return text
        case ParameterType.JSON:
            return _object(text)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"unable to unmarshal value, {error}") from None
    if not isinstance(value, dict):
        raise ValueError("unable to unmarshal value, not an object")  # noqa: TRY004 - one kind of refusal
    return value


def show(type: ParameterType, value: Value) -> str:
    """Print a value as it stands in the network's messages."""
    if type is ParameterType.DURATION:
        assert isinstance(value, int)
        return format_duration(value)
    return format_decimal(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Bound:
    """``>= constant``, ``< other parameter``, ``<= other parameter * factor``."""

    operator: str
    constant: str = ""
    other: str = ""
    factor: str = ""


def read_bound(word: str) -> Bound:
    """Take a word of the table apart."""
    operator = word[:2] if word[1] == "=" else word[0]
    operand = word[len(operator) :]
    if operand[0].isdigit():
        return Bound(operator, constant=operand)
    other, _, factor = operand.partition("*")
    return Bound(operator, other=other, factor=factor)


def holds(operator: str, value: int | Decimal, limit: int | Decimal) -> bool:
    """Whether ``value operator limit``."""
    match operator:
        case ">=":
            return value >= limit
        case ">":
            return value > limit
        case "<=":
            return value <= limit
        case _:
            return value < limit
