"""Which messages count: the definition of a data source, its identity and its validity (0045-DSRC)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha3_256
from typing import Final

from vega_mesa.protocol.refusal import Refused

BUILTIN: Final = "vegaprotocol.builtin"
TIMESTAMP: Final = "vegaprotocol.builtin.timestamp"
TIME_TRIGGER: Final = "vegaprotocol.builtin.timetrigger"
EQUALS: Final = "OPERATOR_EQUALS"
LESS: Final = ("OPERATOR_LESS_THAN", "OPERATOR_LESS_THAN_OR_EQUAL")
OPERATORS: Final = (EQUALS, "OPERATOR_GREATER_THAN", "OPERATOR_GREATER_THAN_OR_EQUAL", *LESS)
TYPES: Final = ("TYPE_EMPTY", "TYPE_INTEGER", "TYPE_STRING", "TYPE_BOOLEAN", "TYPE_DECIMAL", "TYPE_TIMESTAMP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A test of a property's value, e.g. ``OPERATOR_GREATER_THAN`` ``0``."""

    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A property that a message must have: its name, ``TYPE_INTEGER`` etc., and the decimals of a number."""

    property: str
    type: str
    decimals: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTrigger:
    """A built-in schedule: unix seconds of the first firing (None: at once) and the interval in seconds."""

    initial: int | None
    every: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumCall:
    """A contract call that validators make on a schedule (0082-ETHD); data of it match only its own spec.

    Times in unix seconds; ``every`` 0 means once, ``until`` 0 for ever.
    """

    address: str
    method: str
    abi: str = ""
    arguments: str = "[]"  # JSON
    source_chain_id: str = ""
    required_confirmations: int = 0
    initial: int = 0
    every: int = 0
    until: int = 0
    normalisers: tuple[tuple[str, str], ...] = ()  # name, JSON path


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSourceSpec:
    """Which messages count: signed by these keys, made by an Ethereum call, or the network's own time."""

    id: str = ""  # empty: derived from the content
    signers: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    time_trigger: TimeTrigger | None = None
    ethereum_call: EthereumCall | None = None


def spec_id(spec: DataSourceSpec) -> str:
    """The given id, or the hash of the content: identical definitions share one id."""
    if spec.id:
        return spec.id
    content = json.dumps(asdict(spec), sort_keys=True, separators=(",", ":"))
    return sha3_256(content.encode()).hexdigest()


def is_internal(spec: DataSourceSpec) -> bool:
    """Whether the spec listens to the network's own time instead of somebody outside."""
    if spec.signers or spec.ethereum_call is not None:
        return False
    return spec.time_trigger is not None or all(f.property.startswith(BUILTIN) for f in spec.filters)


def check_spec(spec: DataSourceSpec) -> None:
    """Refuse a definition that cannot work.

    Raises:
        Refused: with the network's text.
    """
    if is_internal(spec):
        if not any(f.conditions for f in spec.filters):
            raise Refused("internal time based data source must have at least one condition")
    elif spec.ethereum_call is None:
        if not spec.signers:
            raise Refused("signers are required")
        if any(not signer for signer in spec.signers):
            raise Refused("signer is empty")
    if not spec.filters:
        raise Refused("at least one filter is required")
    names: list[str] = []
    for filter in spec.filters:
        _check_filter(filter)
        if filter.property in names:
            raise Refused("multiple keys with same name found in filter list")
        names.append(filter.property)


def _check_filter(filter: Filter) -> None:
    if not filter.property or filter.type not in TYPES:
        raise Refused("a property key is required")
    for condition in filter.conditions:
        if filter.type == "TYPE_TIMESTAMP" and condition.operator in LESS:
            raise Refused("data source spec time value is used with 'less than' or 'less than equal' condition")
        equality_only = filter.type in ("TYPE_BOOLEAN", "TYPE_STRING", "TYPE_EMPTY")
        if condition.operator not in OPERATORS or (equality_only and condition.operator != EQUALS):
            raise Refused(f"unsupported operator {condition.operator} for type {filter.type}")
