"""Closed blocks on disk before the database has them: what is left of a run that was killed.

A record is the height of a block and its rows, with their length and check sum before them. Records are appended, one a
block, without waiting for the disk: a process that dies loses nothing that was appended, at most the open block.
"""

from __future__ import annotations

import marshal
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vega_mesa.datanode.tables import Rows

_HEAD: Final = struct.Struct("<II")  # length and check sum of what follows


class Journal:
    """Blocks that wait for the database, in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)

    def append(self, height: int, rows: Rows) -> None:
        """Add a closed block."""
        body = marshal.dumps((height, rows))
        self._file.write(_HEAD.pack(len(body), zlib.crc32(body)) + body)

    def clear(self) -> None:
        """The database has everything."""
        self._file.truncate(0)

    def close(self) -> None:
        """Let go of the file; an empty one is removed."""
        self._file.close()
        if self.path.exists() and self.path.stat().st_size == 0:
            self.path.unlink()


def read(path: Path) -> Iterator[tuple[int, Rows]]:
    """The complete records of a journal; a last one that was cut short is passed over."""
    if not path.exists():
        return
    data = path.read_bytes()
    at = 0
    while at + _HEAD.size <= len(data):
        length, check = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if len(body) < length or zlib.crc32(body) != check:
            return
        height, rows = marshal.loads(body)  # noqa: S302 - our own file, its check sum holds
        yield height, rows
        at += _HEAD.size + length
