"""Under which ids market makers name data sources (0090-VAMM; 05 §4.12).

A perpetual's settlement data have an id of their own; the source of a composite price is named by the hash of its
definition as a protocol buffer.
"""

from __future__ import annotations

from hashlib import sha3_256
from typing import Final

from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.data_sources.specification import OPERATORS, TYPES

# The numbers of the protocol buffer's enumerations are the places in these lists, counted from 1.
_TYPE_NUMBERS: Final = {name: number for number, name in enumerate(TYPES, 1)}
_OPERATOR_NUMBERS: Final = {name: number for number, name in enumerate(OPERATORS, 1)}


def source_ids(spec: DataSourceSpec) -> tuple[str, ...]:
    """The ids under which a market maker may name a data source."""
    content = content_id(spec)
    return (spec.id, content) if spec.id else (content,)


def content_id(spec: DataSourceSpec) -> str:
    """Hash of a signed data source's definition."""
    signers = b"".join(_field(1, _field(1, _field(1, key.encode()))) for key in spec.signers)
    filters = b"".join(_field(2, _filter(one)) for one in spec.filters)
    definition = _field(2, _field(1, signers + filters))
    return sha3_256(definition).hexdigest()


def _filter(one: Filter) -> bytes:
    key = _field(1, one.property.encode()) + _number(2, _TYPE_NUMBERS.get(one.type, 0))
    if one.decimals is not None:
        key += _number(3, one.decimals)
    conditions = b"".join(
        _field(2, _number(1, _OPERATOR_NUMBERS[test.operator]) + _field(2, test.value.encode()))
        for test in one.conditions
    )
    return _field(1, key) + conditions


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
