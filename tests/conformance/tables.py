"""Step tables: which headers a step takes, and rows whose cells know their type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.conformance.cells import PARSERS
from tests.conformance.failures import BadTable

BLANK_IS_A_VALUE = frozenset(("str", "peg", "uint?", "list", "list of dec", "list of dur"))


@dataclass(frozen=True, slots=True)
class Column:
    """One header: its type, and what stands for a blank cell (None: nothing does)."""

    name: str
    type: str = "str"
    default: str | None = None
    required: bool = False


class Row:
    """One row of data; a cell is read, and refused, when the step asks for it."""

    __slots__ = ("cells", "columns")

    def __init__(self, columns: dict[str, Column], cells: dict[str, str]) -> None:
        self.columns = columns
        self.cells = cells

    def has(self, name: str) -> bool:
        """The header is there and the cell is not empty."""
        assert name in self.columns, f"the step declares no column {name!r}"
        return bool(self.cells.get(name))

    def has_header(self, name: str) -> bool:
        """The header is there, the cell may be empty."""
        return name in self.cells

    def text(self, name: str) -> str:
        """The cell as written, empty when absent."""
        assert name in self.columns, f"the step declares no column {name!r}"
        return self.cells.get(name, "")

    def __getitem__(self, name: str) -> Any:
        column = self.columns[name]
        written = self.cells.get(name, "")
        if not written:
            if column.default is not None:
                written = column.default
            elif not column.required and column.type not in BLANK_IS_A_VALUE:
                return None
        try:
            return PARSERS[column.type](written)
        except BadTable as error:
            raise BadTable(f"column {name!r}: {error}", row=dict(self.cells)) from None

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The typed cell, or ``otherwise`` when it is absent or blank and has no default."""
        if not self.has(name) and self.columns[name].default is None:
            return otherwise
        return self[name]

    def __repr__(self) -> str:
        return "| " + " | ".join(f"{name}: {cell}" for name, cell in self.cells.items()) + " |"


class Headers:
    """What a table of a step may look like.

    Args:
        required: headers in the notation of the notes, ``name:type=default`` separated by a comma and a space.
        optional: the same; a blank or missing cell takes the default.
        one_row: more than one row of data fails.
    """

    def __init__(self, required: str = "", optional: str = "", *, one_row: bool = False) -> None:
        self.required = tuple(_columns(required, required=True))
        self.columns = {column.name: column for column in (*self.required, *_columns(optional))}
        self.one_row = one_row

    def read(self, table: Sequence[Sequence[str]] | None) -> list[Row]:
        """The rows of a table whose headers are as they must be; of two equal headers the last one counts."""
        if not table or len(table) < 2:
            raise BadTable("the step needs a table with a header and at least one row")
        headers = table[0]
        unknown = [name for name in headers if name not in self.columns]
        if unknown:
            raise BadTable(f"unknown column {unknown[0]!r}", row=list(headers))
        missing = [column.name for column in self.required if column.name not in headers]
        if missing:
            raise BadTable(f"missing column {missing[0]!r}", row=list(headers))
        if self.one_row and len(table) > 2:
            raise BadTable(f"one row expected, {len(table) - 1} given")
        return [Row(self.columns, dict(zip(headers, cells, strict=True))) for cells in table[1:]]


def _columns(text: str, *, required: bool = False) -> Iterator[Column]:
    for part in filter(None, (piece.strip() for piece in text.split(", "))):
        declared, equals, default = part.partition("=")
        name, _, kind = declared.partition(":")
        assert not kind or kind in PARSERS, f"unknown type {kind!r}"
        yield Column(name, kind or "str", default if equals else None, required)
