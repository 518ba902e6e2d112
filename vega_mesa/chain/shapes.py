"""What an annotation admits, and how it is written in JSON: one shape for each kind of field.

A shape checks a value, writes it and reads it back. The shapes of a class are made from its annotations, once.
"""

# ruff: noqa: D102  (the three methods of a shape are described on Shape)

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from vega_mesa.errors import InvalidCommand

LARGEST: Final = 2**256 - 1
_EXACT_IN_JSON: Final = 2**53
_PREFIXES: Final = {"OrderType": "TYPE", "AccountType": "ACCOUNT_TYPE"}  # where Vega's constants begin unlike the class


def camel(name: str) -> str:
    """``OrderSubmission`` and ``order_submission`` as ``orderSubmission``."""
    head, *tail = name.split("_")
    return head[:1].lower() + head[1:] + "".join(part[:1].upper() + part[1:] for part in tail)


def constant(kind: type[Enum]) -> str:
    """The first words of an enumeration's constants: ``TIME_IN_FORCE``."""
    return _PREFIXES.get(kind.__name__) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).upper()


class Shape(ABC):
    """What a field may hold."""

    @abstractmethod
    def check(self, value: Any, path: str) -> None:
        """Raise InvalidCommand unless the value fits."""

    def encode(self, value: Any) -> Any:
        """Write as JSON a value that was checked."""
        return value

    def decode(self, data: Any, path: str) -> Any:
        """Read JSON; raise InvalidCommand unless it fits."""
        self.check(data, path)
        return data


def _reject(path: str, value: object, expected: str) -> InvalidCommand:
    shown = repr(value) if not isinstance(value, int) or abs(value) <= LARGEST else "an integer of more than 256 bits"
    return InvalidCommand(f"{path or 'command'}: {shown if len(shown) <= 80 else shown[:77] + '...'} is not {expected}")


class Atom(Shape):
    """Text or a flag."""

    def __init__(self, kind: type, name: str) -> None:
        self.kind, self.name = kind, name

    def check(self, value: Any, path: str) -> None:
        if type(value) is not self.kind:
            raise _reject(path, value, self.name)


class Integer(Shape):
    """A whole number of at most 256 bits."""

    def check(self, value: Any, path: str) -> None:
        if type(value) is not int or not -LARGEST <= value <= LARGEST:
            raise _reject(path, value, "an integer of at most 256 bits")

    def encode(self, value: int) -> int | str:
        return value if -_EXACT_IN_JSON <= value <= _EXACT_IN_JSON else str(value)

    def decode(self, data: Any, path: str) -> int:
        if isinstance(data, str) and re.fullmatch(r"-?[0-9]{1,78}", data):
            data = int(data)
        self.check(data, path)
        return int(data)


class Exact(Shape):
    """A finite Decimal."""

    def check(self, value: Any, path: str) -> None:
        if type(value) is not Decimal or not value.is_finite() or abs(value.adjusted()) > 100:
            raise _reject(path, value, "a finite Decimal")

    def encode(self, value: Decimal) -> str:
        return str(value)

    def decode(self, data: Any, path: str) -> Decimal:
        try:
            number = Decimal(data) if isinstance(data, str | int) and not isinstance(data, bool) else data
        except (InvalidOperation, ValueError):
            number = data
        self.check(number, path)
        assert isinstance(number, Decimal)
        return number


class Double(Shape):
    """A finite float."""

    def check(self, value: Any, path: str) -> None:
        if type(value) not in (float, int) or not math.isfinite(value):
            raise _reject(path, value, "a finite float")


class Word(Shape):
    """A member of an enumeration."""

    def __init__(self, kind: type[Enum]) -> None:
        self.kind = kind
        self.prefix = constant(kind) + "_"

    def check(self, value: Any, path: str) -> None:
        if type(value) is not self.kind:
            raise _reject(path, value, f"a {self.kind.__name__}")

    def encode(self, value: Enum) -> str:
        return value.value if isinstance(value.value, str) else self.prefix + value.name

    def decode(self, data: Any, path: str) -> Enum:
        for member in self.kind:
            if data in (member.name, self.prefix + member.name, member.value) and not isinstance(data, bool):
                return member
        raise _reject(path, data, f"one of {', '.join(str(self.encode(member)) for member in self.kind)}")


class Choice(Shape):
    """One of a few literal values."""

    def __init__(self, values: tuple[object, ...]) -> None:
        self.values = values

    def check(self, value: Any, path: str) -> None:
        if not any(type(value) is type(known) and value == known for known in self.values):
            raise _reject(path, value, f"one of {', '.join(map(repr, self.values))}")


class Maybe(Shape):
    """A value, or None."""

    def __init__(self, inner: Shape) -> None:
        self.inner = inner

    def check(self, value: Any, path: str) -> None:
        if value is not None:
            self.inner.check(value, path)

    def encode(self, value: Any) -> Any:
        return None if value is None else self.inner.encode(value)

    def decode(self, data: Any, path: str) -> Any:
        return None if data is None else self.inner.decode(data, path)


class Several(Shape):
    """A tuple of any length."""

    def __init__(self, item: Shape) -> None:
        self.item = item

    def check(self, value: Any, path: str) -> None:
        if type(value) is not tuple:
            raise _reject(path, value, "a tuple")
        for index, item in enumerate(value):
            self.item.check(item, f"{path}[{index}]")

    def encode(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.item.encode(item) for item in value]

    def decode(self, data: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise _reject(path, data, "a list")
        return tuple(self.item.decode(item, f"{path}[{index}]") for index, item in enumerate(data))


class Row(Shape):
    """A tuple of fixed length."""

    def __init__(self, items: tuple[Shape, ...]) -> None:
        self.items = items

    def check(self, value: Any, path: str) -> None:
        if type(value) is not tuple or len(value) != len(self.items):
            raise _reject(path, value, f"a tuple of {len(self.items)}")
        for index, (shape, item) in enumerate(zip(self.items, value, strict=True)):
            shape.check(item, f"{path}[{index}]")

    def encode(self, value: tuple[Any, ...]) -> list[Any]:
        return [shape.encode(item) for shape, item in zip(self.items, value, strict=True)]

    def decode(self, data: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(data, list) or len(data) != len(self.items):
            raise _reject(path, data, f"a list of {len(self.items)}")
        pairs = enumerate(zip(self.items, data, strict=True))
        return tuple(shape.decode(item, f"{path}[{index}]") for index, (shape, item) in pairs)


class Named(Row):
    """A named tuple; written as a list."""

    def __init__(self, kind: Any) -> None:
        hints = get_type_hints(kind)
        super().__init__(tuple(shape_of(hints[name]) for name in kind._fields))
        self.kind = kind

    def check(self, value: Any, path: str) -> None:
        if type(value) is not self.kind:
            raise _reject(path, value, f"a {self.kind.__name__}")
        super().check(tuple(value), path)

    def decode(self, data: Any, path: str) -> Any:
        return self.kind(*super().decode(data, path))


class Table(Shape):
    """A mapping from text."""

    def __init__(self, value: Shape) -> None:
        self.value = value

    def check(self, value: Any, path: str) -> None:
        if type(value) is not dict or not all(type(key) is str for key in value):
            raise _reject(path, value, "a dict with text keys")
        for key, item in value.items():
            self.value.check(item, f"{path}.{key}")

    def encode(self, value: dict[str, Any]) -> dict[str, Any]:
        return {key: self.value.encode(item) for key, item in value.items()}

    def decode(self, data: Any, path: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise _reject(path, data, "an object")
        return {key: self.value.decode(item, f"{path}.{key}") for key, item in data.items()}


class Free(Shape):
    """Anything that JSON can say: the content of a proposal that the protocol itself reads."""

    def check(self, value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                if type(key) is not str:
                    raise _reject(path, key, "a text key")
                self.check(item, f"{path}.{key}")
        elif isinstance(value, list | tuple):
            for index, item in enumerate(value):
                self.check(item, f"{path}[{index}]")
        elif isinstance(value, float) and not math.isfinite(value):
            raise _reject(path, value, "a finite number")
        elif not isinstance(value, str | int | float | NoneType) or (isinstance(value, int) and abs(value) > LARGEST):
            raise _reject(path, value, "something that JSON can say")


class Record(Shape):
    """A frozen class with named fields."""

    def __init__(self, kind: type, members: tuple[_Field, ...]) -> None:
        self.kind, self.fields = kind, members
        self.by_key = {field.key: field for field in members}
        self.words = tuple(
            shape.kind for field in members if isinstance(shape := present(field.shape), Word)
        )  # classes whose instances are right wherever they were right before

    def check(self, value: Any, path: str) -> None:
        if type(value) is not self.kind:
            raise _reject(path, value, f"a {self.kind.__name__}")
        for field in self.fields:
            field.shape.check(getattr(value, field.name, MISSING), f"{path}.{field.name}" if path else field.name)

    def encode(self, value: Any) -> dict[str, Any]:
        pairs = ((field, getattr(value, field.name)) for field in self.fields)
        return {field.key: field.shape.encode(item) for field, item in pairs if field.is_needed(item)}

    def decode(self, data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise _reject(path, data, "an object")
        unknown = sorted(set(data) - set(self.by_key), key=str)
        if unknown:
            raise InvalidCommand(f"{path}: unknown field {unknown[0]!r}; known: {', '.join(self.by_key)}")
        missing = [field.key for field in self.fields if field.required and field.key not in data]
        if missing:
            raise InvalidCommand(f"{path}: {missing[0]} is missing")
        return self.kind(
            **{
                self.by_key[key].name: self.by_key[key].shape.decode(item, f"{path}.{key}")
                for key, item in data.items()
            }
        )


class OneOf(Shape):
    """One of several records, written with its name: ``{"newMarket": {...}}``; or plain shapes, tried in order."""

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self.records = {camel(shape.kind.__name__): shape for shape in shapes if isinstance(shape, Record)}
        self.kinds = {shape.kind: (name, shape) for name, shape in self.records.items()}
        self.others = tuple(shape for shape in shapes if not isinstance(shape, Record))

    def check(self, value: Any, path: str) -> None:
        if type(value) in self.kinds:
            self.kinds[type(value)][1].check(value, path)
            return
        self._fitting(value, path)

    def encode(self, value: Any) -> Any:
        if type(value) in self.kinds:
            name, shape = self.kinds[type(value)]
            return {name: shape.encode(value)}
        return self._fitting(value, "").encode(value)

    def decode(self, data: Any, path: str) -> Any:
        if isinstance(data, dict) and len(data) == 1 and next(iter(data)) in self.records:
            name, body = next(iter(data.items()))
            return self.records[name].decode(body, f"{path}.{name}")
        for shape in self.others:
            try:
                return shape.decode(data, path)
            except InvalidCommand:
                continue
        raise _reject(path, data, f"one of {', '.join(self.records)}")

    def _fitting(self, value: Any, path: str) -> Shape:
        for shape in self.others:
            try:
                shape.check(value, path)
            except InvalidCommand:
                continue
            return shape
        raise _reject(path, value, f"one of {', '.join(kind.__name__ for kind in self.kinds) or 'the kinds allowed'}")


class _Field:
    """One field of a record: its name here and in JSON, its shape and its default."""

    __slots__ = ("name", "key", "shape", "default", "required")

    def __init__(self, name: str, shape: Shape, default: object, *, required: bool) -> None:
        self.name, self.key, self.shape = name, camel(name), shape
        self.default, self.required = default, required

    def is_needed(self, value: object) -> bool:
        """Whether JSON has to say it: not when it is the default, to the last digit (10.0 is not 10)."""
        return self.required or type(value) is not type(self.default) or repr(value) != repr(self.default)


def present(shape: Shape) -> Shape:
    """The shape of a field that is not None."""
    return shape.inner if isinstance(shape, Maybe) else shape


_ATOMS: Final[dict[object, Shape]] = {
    str: Atom(str, "text"),
    bool: Atom(bool, "true or false"),
    int: Integer(),
    float: Double(),
    Decimal: Exact(),
    Any: Free(),
    object: Free(),
    dict: Free(),
}


def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation."""
    if annotation in _ATOMS:
        return _ATOMS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        plain = tuple(argument for argument in arguments if argument is not NoneType)
        inner = shape_of(plain[0]) if len(plain) == 1 else OneOf(tuple(shape_of(argument) for argument in plain))
        return inner if len(plain) == len(arguments) else Maybe(inner)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return Several(shape_of(arguments[0]))
        return Row(tuple(shape_of(argument) for argument in arguments))
    if origin in (dict, Mapping):
        return Table(shape_of(arguments[1]))
    if origin is Literal:
        return Choice(arguments)
    if hasattr(annotation, "__supertype__"):  # a NewType
        return shape_of(annotation.__supertype__)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Word(annotation)
    if isinstance(annotation, type) and issubclass(annotation, tuple):
        return Named(annotation)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return record_of(annotation)
    raise TypeError(f"no shape for the annotation {annotation!r}")


_RECORDS: Final[dict[type, Record]] = {}


def record_of(kind: type[Any]) -> Record:
    """The shape of a frozen class, from its annotations."""
    record = _RECORDS.get(kind)
    if record is None:
        record = _RECORDS[kind] = _new_record(kind)
    return record


def _new_record(kind: type[Any]) -> Record:
    hints = get_type_hints(kind)
    members = []
    for field in fields(kind):
        default = field.default
        if default is MISSING and field.default_factory is not MISSING:
            default = field.default_factory()
        members.append(_Field(field.name, shape_of(hints[field.name]), default, required=default is MISSING))
    return Record(kind, tuple(members))
