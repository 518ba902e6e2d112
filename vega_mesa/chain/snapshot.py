"""A state as bytes, and back.

A snapshot starts with a magic number and a checksum. What follows is a pickle that is read by a loader which knows only
this package's own classes of state, and a few plain ones of the standard library: a snapshot from a stranger can be
wrong, but it cannot run code of its own.
"""

from __future__ import annotations

import gc
import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from zlib import crc32

from vega_mesa.errors import InvalidSnapshot

MAGIC: Final = b"vega_mesa snapshot 1\n"
_CHECK_BYTES: Final = 4
_STATE_PACKAGES: Final = ("vega_mesa.protocol.", "vega_mesa.chain.")
_MAKERS: Final = ("_rebuild", "_restore")  # how functions that classes of state name in __reduce__ begin
_PLAIN: Final = frozenset(
    (
        ("_operator", "neg"),
        ("builtins", "bytearray"),
        ("builtins", "dict"),
        ("builtins", "frozenset"),
        ("builtins", "list"),
        ("builtins", "object"),
        ("builtins", "range"),
        ("builtins", "set"),
        ("builtins", "tuple"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("collections", "deque"),
        ("copyreg", "_reconstructor"),
        ("decimal", "Decimal"),
        ("sortedcontainers.sorteddict", "SortedDict"),
        ("sortedcontainers.sortedlist", "SortedKeyList"),
        ("sortedcontainers.sortedlist", "SortedList"),
        ("sortedcontainers.sortedset", "SortedSet"),
    )
)


def dump(state: object) -> bytes:
    """Write a state as bytes that mean the same on every machine."""
    with _uncollected():
        payload = pickle.dumps(state, protocol=5)
    return b"".join((MAGIC, _check(payload), payload))


def load(data: bytes) -> object:
    """Read what :func:`dump` wrote.

    Raises:
        InvalidSnapshot: not a snapshot, damaged, or naming a class that is not a class of state.
    """
    start = len(MAGIC) + _CHECK_BYTES
    if bytes(memoryview(data)[: len(MAGIC)] if _is_bytes(data) else b"") != MAGIC:
        raise InvalidSnapshot("these bytes do not begin as a snapshot of this version")
    payload = memoryview(data)[start:]
    if _check(payload) != data[len(MAGIC) : start]:
        raise InvalidSnapshot("the snapshot is damaged: its checksum is not that of its content")
    try:
        with _uncollected():
            return _StateLoader(io.BytesIO(payload)).load()
    except InvalidSnapshot:
        raise
    except Exception as error:
        raise InvalidSnapshot(f"the snapshot cannot be read by this version: {error}") from error


def _check(payload: bytes | memoryview) -> bytes:
    return crc32(payload).to_bytes(_CHECK_BYTES, "big")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector back: of the many objects that are made now, none is garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _is_bytes(data: object) -> bool:
    return isinstance(data, bytes | bytearray | memoryview)


class _StateLoader(pickle.Unpickler):
    """Finds classes of state, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith(_STATE_PACKAGES) and "." not in name:
            found = super().find_class(module, name)
            own = str(getattr(found, "__module__", "")).startswith(_STATE_PACKAGES)
            if own and (isinstance(found, type) or name.startswith(_MAKERS)):
                return found
        raise InvalidSnapshot(f"a snapshot may not hold {module}.{name}")
