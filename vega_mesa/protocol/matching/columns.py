"""Many orders as columns of plain values: how a book is stored.

A row per order would be stored ten thousand times over what most orders have in common; of a column in which all
values are equal one is kept.
"""

from __future__ import annotations

from itertools import repeat
from operator import attrgetter
from typing import Any, Final

from vega_mesa.protocol.matching.order import Iceberg, Order, Peg, rebuild_order

FIELDS: Final = (
    "id", "market", "party", "reference", "side", "type", "time_in_force", "price", "original_price", "size",
    "remaining", "created_at", "updated_at", "expires_at", "status", "reason", "version", "batch_id", "peg",
    "iceberg", "post_only", "reduce_only", "off_book",
)  # fmt: skip

_values = attrgetter(*FIELDS)


def order_columns(orders: list[Order]) -> tuple[Any, ...]:
    """The values of orders, field by field.

    Returns:
        The number of orders, then a tuple for each of FIELDS: of one value if all orders have the same.
    """
    if not orders:
        return (0,)
    columns = []
    for name, column in zip(FIELDS, zip(*map(_values, orders), strict=True), strict=True):
        if column.count(column[0]) == len(column) and column[0].__class__ not in _NESTED:
            column = column[:1]
        elif name == "peg":
            column = tuple(_flat_peg(peg) for peg in column)
        elif name == "iceberg":
            column = tuple(_flat_iceberg(iceberg) for iceberg in column)
        columns.append(column)
    return len(orders), *columns


def orders_of_columns(columns: tuple[Any, ...]) -> list[Order]:
    """The orders whose values these are, linked into no level."""
    count, *fields = columns
    if not count:
        return []
    full = [repeat(column[0], count) if len(column) == 1 else column for column in fields]
    return list(map(rebuild_order, zip(*full, strict=True)))


def _flat_peg(peg: Peg | None) -> tuple[Any, ...] | None:
    return None if peg is None else (peg.reference, peg.offset)


def _flat_iceberg(iceberg: Iceberg | None) -> tuple[Any, ...] | None:
    return None if iceberg is None else (iceberg.peak_size, iceberg.minimum_visible_size, iceberg.reserve)


_NESTED: Final = (Peg, Iceberg)
