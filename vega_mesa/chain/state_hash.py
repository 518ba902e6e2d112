"""One number for a whole state: equal states, equal hash, on every machine and Python.

The walk sees what a snapshot would keep (``__reduce__``, ``__getstate__``, ``__slots__``), so that caches which a class
leaves out of its snapshots do not count. Values count by what they are; a mutable object that is met again counts by
the order in which it was first met, never by its address. Sets count in the order of their elements' hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final

from vega_mesa.errors import InvariantBroken

DIGEST_BYTES: Final = 32
_ATOMS: Final = frozenset((int, str, bool, float, bytes, Decimal, type(None)))
_BATCH: Final = 4096  # pieces of text hashed together


def state_hash(root: object) -> str:
    """Hash everything that can be reached from ``root``.

    Returns:
        64 hexadecimal digits.

    Raises:
        InvariantBroken: the state holds something that no snapshot could keep, such as an open file.
    """
    return _Walk().digest(root).hex()


class _Walk:
    """One pass over a graph of objects, depth first, without recursion (but for the elements of sets)."""

    def __init__(self) -> None:
        self.hash = blake2b(digest_size=DIGEST_BYTES)
        self.pieces: list[str] = []
        self.stack: list[object] = []
        self.met: dict[int, int] = {}
        self.kept: list[object] = []  # keeps every object that was met alive: an address must not be used twice

    def digest(self, root: object) -> bytes:
        stack, pieces = self.stack, self.pieces
        stack.append(root)
        while stack:
            value = stack.pop()
            kind = type(value)
            if kind in _ATOMS:
                pieces.append(repr(value))
            elif kind is tuple:
                self.sequence("tuple", value)
            elif isinstance(value, Enum):
                pieces.append(f"{kind.__name__}.{value.name}")
            elif isinstance(value, type | FunctionType | BuiltinFunctionType):
                pieces.append(f"<{value.__module__}.{value.__qualname__}>")
            else:
                self.thing(value, kind)
            if len(pieces) > _BATCH:
                self.flush()
        self.flush()
        return self.hash.digest()

    def flush(self) -> None:
        self.hash.update("\n".join(self.pieces).encode(errors="surrogatepass"))
        self.hash.update(b"\n")
        self.pieces.clear()

    def sequence(self, name: str, items: Any) -> None:
        if _ATOMS.issuperset(map(type, items)):
            self.pieces.append(repr(items))  # at once, in C
            return
        self.pieces.append(f"{name} {len(items)}")
        self.stack.extend(reversed(items))

    def thing(self, value: Any, kind: type) -> None:
        if not _is_value(kind) and self.is_repeated(value):
            return
        if kind is list:
            self.sequence("list", value)
        elif kind is dict:
            self.sequence("keys", tuple(value))
            self.sequence("values", tuple(value.values()))
        elif kind in (set, frozenset):
            digests = sorted(_Walk().digest(element) for element in value)
            self.pieces.append(f"{kind.__name__} {[digest.hex() for digest in digests]}")
        elif kind is MethodType:
            self.pieces.append(f"<method {value.__func__.__qualname__}>")
            self.stack.append(value.__self__)
        else:
            self.stack.append(_reduced(value, kind))

    def is_repeated(self, value: object) -> bool:
        index = self.met.setdefault(id(value), len(self.kept))
        if index < len(self.kept):
            self.pieces.append(f"#{index}")
            return True
        self.kept.append(value)
        return False


def _is_value(kind: type) -> bool:
    # Frozen classes and named tuples count by value: whether two equal ones are one object is an accident of how they
    # were made, and a restored state has copies of a module's constants.
    return (
        kind is frozenset
        or issubclass(kind, tuple)
        or bool(getattr(getattr(kind, "__dataclass_params__", None), "frozen", False))
    )


def _reduced(value: Any, kind: type) -> object:
    try:
        reduced = value.__reduce_ex__(5)
    except (TypeError, AttributeError) as error:
        raise InvariantBroken(f"the state holds a {kind.__module__}.{kind.__qualname__}: {error}") from error
    if isinstance(reduced, str):
        return f"<{kind.__module__}.{reduced}>"
    maker, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
    return (_name(maker), arguments, _attributes(state), _listed(items), _listed(pairs))


def _attributes(state: object) -> object:
    # The dictionary of an object's attributes is part of the object, not one more mutable thing that could be shared.
    if type(state) is dict:
        return tuple(state), tuple(state.values())
    if type(state) is tuple:
        return tuple(_attributes(part) for part in state)
    return state


def _name(maker: Callable[..., object]) -> str:
    return f"{maker.__module__}.{maker.__qualname__}"


def _listed(items: Iterable[object] | None) -> tuple[object, ...] | None:
    return None if items is None else tuple(items)
