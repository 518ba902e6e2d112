"""Reads protobuf JSON field by field and names the field that is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from vega_mesa.errors import ConfigError
from vega_mesa.protocol.durations import parse_duration

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?\d{1,78}", re.ASCII)
_UPPER: Final = re.compile(r"(?<!^)([A-Z])")
_LONGEST: Final = 100  # characters of a number
MAX_UINT64: Final = 2**64 - 1


class Reader:
    """One object of the JSON and the path to it. Names are camelCase; snake_case is understood too.

    Absent, null and the empty text are the same: the field is not given.
    """

    __slots__ = ("_object", "path")

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise ConfigError(path or "proposal", short(value), "an object")
        self._object: Mapping[str, Any] = value
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def raw(self, name: str) -> Any:
        """The value of a field, None when it is not given."""
        value = self._object.get(name)
        if value is None:
            value = self._object.get(_UPPER.sub(r"_\1", name).lower())
        return None if value == "" else value

    def has(self, name: str) -> bool:
        """Whether a field is given."""
        return self.raw(name) is not None

    def error(self, name: str, expected: str) -> ConfigError:
        """What to raise when a field is wrong."""
        return ConfigError(self.at(name), short(self.raw(name)), expected)

    def child(self, name: str) -> Reader | None:
        """A field that is an object; None when it is not given."""
        value = self.raw(name)
        return None if value is None else Reader(value, self.at(name))

    def required(self, name: str) -> Reader:
        """A field that is an object and must be there."""
        child = self.child(name)
        if child is None:
            raise self.error(name, "an object (is required)")
        return child

    def items(self, name: str) -> list[Reader]:
        """A field that is a list of objects; empty when it is not given."""
        return [Reader(value, f"{self.at(name)}[{index}]") for index, value in enumerate(self._list(name))]

    def texts(self, name: str) -> list[str]:
        """A field that is a list of texts (numbers become text)."""
        values = self._list(name)
        for value in values:
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                raise self.error(name, "a list of texts or numbers")
        return [repr(value) if isinstance(value, float) else str(value) for value in values]

    def _list(self, name: str) -> list[Any]:
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            raise self.error(name, "a list")
        return list(value)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without default it must be there."""
        value = self.raw(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.error(name, "a text" if default is not None else "a text (is required)")
        return value

    def flag(self, name: str) -> bool:
        """A boolean, false when it is not given."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        if value in ("true", "false"):
            return bool(value == "true")
        raise self.error(name, "true or false")

    def integer(self, name: str, default: int | None = None, low: int = 0, high: int = MAX_UINT64) -> int:
        """An integer, as a number or a text; without default it must be there."""
        value = self.raw(name)
        expected = f"an integer from {low} to {high}"
        if value is None:
            if default is None:
                raise self.error(name, f"{expected} (is required)")
            return default
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise self.error(name, expected)
        if isinstance(value, str) and not _INTEGER.fullmatch(value):
            raise self.error(name, expected)
        number = int(value)
        if not low <= number <= high:
            raise self.error(name, expected)
        return number

    def decimal(
        self,
        name: str,
        default: str | None = None,
        *,
        low: str | None = None,
        high: str | None = None,
        above: str | None = None,
    ) -> Decimal:
        """A decimal, as a number or a text; ``above`` excludes its bound; without default it must be there."""
        value = self.raw(name)
        bounds = (("≥", low), (">", above), ("≤", high))
        expected = " and ".join(["a decimal", *(f"{sign} {bound}" for sign, bound in bounds if bound is not None)])
        if value is None:
            if default is None:
                raise self.error(name, f"{expected} (is required)")
            return Decimal(default)
        number = to_decimal(value)
        if (
            number is None
            or (low is not None and number < Decimal(low))
            or (high is not None and number > Decimal(high))
            or (above is not None and number <= Decimal(above))
        ):
            raise self.error(name, expected)
        return number

    def optional_decimal(self, name: str) -> Decimal | None:
        """A decimal, None when it is not given."""
        return self.decimal(name) if self.has(name) else None


def to_decimal(value: object) -> Decimal | None:
    """A number or the text of one; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = value if isinstance(value, str) else repr(value) if isinstance(value, float) else _int_text(value)
    return Decimal(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None


def to_duration(text: str) -> int | None:
    """Nanoseconds of a duration; None when the text is none."""
    try:
        return parse_duration(text)
    except ValueError:
        return None


def load(proposal: Mapping[str, Any] | str) -> Reader:
    """The JSON as a reader.

    Raises:
        ConfigError: it is not the text of a JSON object.
    """
    if not isinstance(proposal, str):
        return Reader(proposal)
    try:
        value = json.loads(proposal)
    except (ValueError, RecursionError) as error:
        raise ConfigError("proposal", short(proposal), f"JSON ({error})") from None
    return Reader(value)


def short(value: object) -> object:
    """A value as it may stand in a message."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_UINT64 else f"{_int_text(value)[:20]}…"
    if isinstance(value, str):
        return value if len(value) <= 60 else value[:60] + "…"
    return f"a {type(value).__name__}"


def _int_text(value: int) -> str:
    return str(value) if value.bit_length() <= 512 else "9" * (_LONGEST + 1)
