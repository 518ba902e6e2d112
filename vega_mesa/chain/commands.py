"""Commands as JSON, and whether a command is well formed.

Every frozen class in :mod:`vega_mesa.protocol.commands` is known by the name that it has in a Vega transaction
(``orderSubmission``), its fields by theirs (``marketId``), words by Vega's constants (``SIDE_BUY``). What a field may
hold is read from its annotation once, when the first command of its class passes.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final

from vega_mesa.chain.shapes import Record, camel, record_of
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol import commands

Json = dict[str, Any]
_PLAIN: Final = frozenset((str, bool, type(None)))  # right by their type alone


@cache
def known() -> dict[str, type[Any]]:
    """Every command class by its name in a transaction, e.g. ``orderSubmission``."""
    found: dict[str, type[Any]] = {}
    for module_info in pkgutil.iter_modules(commands.__path__, commands.__name__ + "."):
        module = importlib.import_module(module_info.name)
        for value in vars(module).values():
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__:
                found[camel(value.__name__)] = value
    return found


@cache
def _classes() -> frozenset[type[Any]]:
    return frozenset(known().values())


class _Checker:
    """Checks commands of one class; remembers which combinations of types were found right.

    Most orders have the same types in the same fields, so the common check is one look-up of the tuple of types, then
    the fields whose type does not say everything (numbers have a range, records have fields of their own).
    """

    __slots__ = ("record", "values_of", "right")

    def __init__(self, kind: type) -> None:
        self.record: Record = record_of(kind)
        names = [field.name for field in self.record.fields]
        self.values_of = attrgetter(*names) if len(names) > 1 else None
        self.right: dict[tuple[type, ...], tuple[int, ...]] = {}

    def check(self, command: object) -> None:
        if self.values_of is None:
            self.record.check(command, "")
            return
        values = self.values_of(command)
        types = tuple(map(type, values))
        look_closer = self.right.get(types)
        if look_closer is None:
            self.record.check(command, "")
            words = {kind for kind in types if kind in _PLAIN or issubclass(kind, self.record.words)}
            self.right[types] = tuple(index for index, kind in enumerate(types) if kind not in words)
            return
        fields = self.record.fields
        for index in look_closer:
            field = fields[index]
            field.shape.check(values[index], field.name)


_CHECKERS: Final[dict[type, _Checker]] = {}


def _new_checker(kind: type) -> _Checker:
    if kind not in _classes():
        raise InvalidCommand(f"{kind.__name__} is not a command; see vega_mesa.protocol.commands")
    return _CHECKERS.setdefault(kind, _Checker(kind))


def check(command: Any) -> None:
    """Make sure that a command is one, and that each field holds what it should.

    Raises:
        InvalidCommand: names the field, what it holds and what was expected.
    """
    kind = type(command)
    (_CHECKERS.get(kind) or _new_checker(kind)).check(command)


def encode(command: Any) -> Json:
    """A command as JSON: ``{"orderSubmission": {"marketId": ..., "side": "SIDE_BUY", ...}}``.

    Fields that hold their default are left out. Decimals and integers beyond 53 bits become strings.
    """
    check(command)
    kind = type(command)
    return {camel(kind.__name__): record_of(kind).encode(command)}


def decode(data: object) -> Any:
    """Make the command that :func:`encode` wrote.

    Raises:
        InvalidCommand: not an object with one known name, or a field that is missing, unknown or of the wrong kind.
    """
    if not isinstance(data, dict) or len(data) != 1:
        raise InvalidCommand('a command is an object with one key, its name: {"orderSubmission": {...}}')
    name, body = next(iter(data.items()))
    kind = known().get(name)
    if kind is None:
        raise InvalidCommand(f"unknown command {name!r}; known: {', '.join(sorted(known()))}")
    return record_of(kind).decode(body, name)
