"""Data sources of market proposals: signed oracles, Ethereum calls, built-in time (0045-DSRC)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from vega_mesa.errors import ConfigError, Unsupported
from vega_mesa.protocol.data_sources import (
    TIME_TRIGGER,
    TIMESTAMP,
    Condition,
    DataSourceSpec,
    EthereumCall,
    Filter,
    TimeTrigger,
    check_spec,
)
from vega_mesa.protocol.data_sources.specification import OPERATORS, TYPES
from vega_mesa.protocol.governance.proposal_json import Reader, short
from vega_mesa.protocol.refusal import Refused

KINDS: Final = ("external.oracle", "external.ethOracle", "internal.time", "internal.timeTrigger")


def read_data_source(reader: Reader, signers: Sequence[str]) -> DataSourceSpec:
    """Read a data source; null keys are filled with ``signers``.

    Raises:
        ConfigError: a field is missing or wrong, named by its path.
    """
    id = reader.text("id", "")
    definition = reader.child("data") or reader
    external, internal = definition.child("external"), definition.child("internal")
    if external is not None and (oracle := external.child("oracle")) is not None:
        spec = DataSourceSpec(id=id, signers=_signers(oracle, signers), filters=_filters(oracle))
    elif external is not None and (call := external.child("ethOracle")) is not None:
        spec = DataSourceSpec(id=id, filters=_filters(call), ethereum_call=_ethereum_call(call))
    elif internal is not None and (time := internal.child("time")) is not None:
        spec = DataSourceSpec(id=id, filters=(_time_filter(time, TIMESTAMP),))
    elif internal is not None and (schedule := internal.child("timeTrigger")) is not None:
        spec = DataSourceSpec(
            id=id, filters=(_time_filter(schedule, TIME_TRIGGER),), time_trigger=_time_trigger(schedule)
        )
    else:
        given = [f"{kind}.{name}" for kind in ("external", "internal") for name in _names(definition.raw(kind))]
        if given:
            raise Unsupported(reader.at(given[0]), short(given[0]), f"one of {', '.join(KINDS)}")
        raise ConfigError(reader.path, None, f"one of {', '.join(KINDS)}")
    try:
        check_spec(spec)
    except Refused as refused:
        raise ConfigError(reader.path, "data source", f"a valid one: {refused.text}") from None
    return spec


def _names(value: object) -> list[str]:
    return [str(name) for name in value][:1] if isinstance(value, dict) else []


def _signers(oracle: Reader, given: Sequence[str]) -> tuple[str, ...]:
    keys: list[str] = []
    for item in oracle.items("signers"):
        public, address = item.child("pubKey"), item.child("ethAddress")
        holder, name = (address, "address") if address is not None else (public, "key")
        if holder is not None and holder.has(name):
            found: Sequence[str] = (holder.text(name),)
        elif given:
            found = given
        else:
            raise ConfigError(f"{item.path}.pubKey.key", None, "a public key: the file leaves it to the proposer")
        keys.extend(key for key in found if key not in keys)
    return tuple(keys) or tuple(given)


def _filters(oracle: Reader) -> tuple[Filter, ...]:
    return tuple(_filter(item) for item in oracle.items("filters"))


def _filter(item: Reader) -> Filter:
    key = item.required("key")
    type = key.text("type")
    if type not in TYPES:
        raise key.error("type", f"one of {', '.join(TYPES)}")
    places = key.integer("numberDecimalPlaces", high=77) if key.has("numberDecimalPlaces") else None
    return Filter(property=key.text("name"), type=type, decimals=places, conditions=_conditions(item))


def _conditions(item: Reader) -> tuple[Condition, ...]:
    conditions = []
    for condition in item.items("conditions"):
        operator = condition.text("operator")
        if operator not in OPERATORS:
            raise condition.error("operator", f"one of {', '.join(OPERATORS)}")
        conditions.append(Condition(operator=operator, value=condition.text("value")))
    return tuple(conditions)


def _time_filter(item: Reader, property: str) -> Filter:
    conditions = _conditions(item)
    if not conditions:
        raise item.error("conditions", "at least one condition on the time")
    return Filter(property=property, type="TYPE_TIMESTAMP", conditions=conditions[:1])  # further ones do not count


def _time_trigger(item: Reader) -> TimeTrigger:
    triggers = item.items("triggers")
    if len(triggers) != 1:
        raise item.error("triggers", "exactly one trigger")
    trigger = triggers[0]
    initial = trigger.integer("initial", high=2**40) if trigger.has("initial") else None
    return TimeTrigger(initial=initial, every=trigger.integer("every", low=1, high=2**40))


def _ethereum_call(item: Reader) -> EthereumCall:
    trigger = item.required("trigger").required("timeTrigger")
    normalisers = tuple((entry.text("name"), entry.text("expression")) for entry in item.items("normalisers"))
    try:
        arguments = json.dumps(item.raw("args") or [], sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        raise item.error("args", "JSON") from None
    return EthereumCall(
        address=item.text("address"),
        method=item.text("method"),
        abi=item.text("abi", ""),
        arguments=arguments,
        source_chain_id=item.text("sourceChainId", ""),
        required_confirmations=item.integer("requiredConfirmations", 0),
        initial=trigger.integer("initial", 0, high=2**40),
        every=trigger.integer("every", 0, high=2**40),
        until=trigger.integer("until", 0, high=2**40),
        normalisers=normalisers,
    )
