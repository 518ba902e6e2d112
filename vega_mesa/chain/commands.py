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

from vega_mesa.chain.shapes import LARGEST, Integer, Record, camel, present, record_of
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol import commands

Json = dict[str, Any]
_PLAIN: Final = frozenset((str, bool, type(None)))  # right by their type alone
_Closer = tuple[tuple[int, ...], tuple[int, ...]]  # places of the integers, and of all else to look at more closely


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

    Most orders have the same types in the same fields, so the common check is one comparison of tuples of types, then
    the fields whose type does not say everything: numbers have a range, records have fields of their own.
    """

    __slots__ = ("record", "values_of", "right", "types", "closer")

    def __init__(self, kind: type) -> None:
        self.record: Record = record_of(kind)
        names = [field.name for field in self.record.fields]
        self.values_of = attrgetter(*names) if len(names) > 1 else None
        self.right: dict[tuple[type, ...], _Closer] = {}
        self.types: tuple[type, ...] = ()  # of the last command
        self.closer: _Closer = ((), ())

    def check(self, command: object) -> None:
        values_of = self.values_of
        if values_of is None:
            self.record.check(command, "")
            return
        values = values_of(command)
        types = tuple(map(type, values))
        if types != self.types:
            self._turn_to(types, command)
        integers, others = self.closer
        for index in integers:
            if not -LARGEST <= values[index] <= LARGEST:
                self.record.check(command, "")
        for index in others:
            field = self.record.fields[index]
            field.shape.check(values[index], field.name)

    def _turn_to(self, types: tuple[type, ...], command: object) -> None:
        """Check a command of other types than the last one in full, unless such a one was right before."""
        closer = self.right.get(types)
        if closer is None:
            self.record.check(command, "")
            words = self.record.words
            doubtful = [index for index, kind in enumerate(types) if kind not in _PLAIN and not issubclass(kind, words)]
            closer = self.right[types] = (
                tuple(index for index in doubtful if types[index] is int and self._is_integer(index)),
                tuple(index for index in doubtful if types[index] is not int or not self._is_integer(index)),
            )
        self.types = types
        self.closer = closer

    def _is_integer(self, index: int) -> bool:
        return isinstance(present(self.record.fields[index].shape), Integer)


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
