"""Data sources: what futures, perpetuals, mark prices and automated purchases listen to, and the messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from tests.conformance import cells
from tests.conformance.cells import SECOND
from tests.conformance.configurations import OracleSpec
from tests.conformance.failures import BadTable, StepFailed
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.data_sources import Condition, DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.markets.definition import (
    CompositePriceConfiguration,
    CompositePriceSource,
    CompositePriceType,
    PerpetualProduct,
)
from vega_mesa.protocol.matching.identifiers import hash_text

SPEC = Headers("property, type, binding", "decimals:u64, condition, value")
PROPERTY_TYPES = ("TYPE_INTEGER", "TYPE_DECIMAL", "TYPE_BOOLEAN", "TYPE_TIMESTAMP", "TYPE_STRING", "TYPE_EMPTY")
OPERATORS = (
    "OPERATOR_EQUALS",
    "OPERATOR_GREATER_THAN",
    "OPERATOR_GREATER_THAN_OR_EQUAL",
    "OPERATOR_LESS_THAN",
    "OPERATOR_LESS_THAN_OR_EQUAL",
)
PRICE_TYPES = {
    "last trade": CompositePriceType.LAST_TRADE,
    "median": CompositePriceType.MEDIAN,
    "weight": CompositePriceType.WEIGHTED,
}
NO_WEIGHTS = (Decimal(0),) * 4


def property_type(text: str) -> str:
    """The name of a property type that exists."""
    if text not in PROPERTY_TYPES:
        raise BadTable(f"unknown property type {text!r}")
    return text


def price_type(text: str) -> CompositePriceType:
    """The words of tables for how a composite price is made."""
    if text not in PRICE_TYPES:
        raise BadTable(f"unknown price type {text!r}")
    return PRICE_TYPES[text]


def _filter(row: Row) -> Filter:
    kind = property_type(row["type"])
    conditions: tuple[Condition, ...] = ()
    if row.has("condition") != row.has("value"):
        raise BadTable("condition and value need each other", row=row)
    if row.has("condition"):
        if row["condition"] not in OPERATORS:
            raise BadTable(f"unknown operator {row['condition']!r}", row=row)
        value = row["value"]
        if kind == "TYPE_TIMESTAMP":
            value = str(cells.time(value) // SECOND)
        conditions = (Condition(operator=row["condition"], value=value),)
    return Filter(property=row["property"], type=kind, decimals=row.get("decimals"), conditions=conditions)


def _bound_property(rows: list[Row], binding: str) -> str:
    return next((row["property"] for row in reversed(rows) if row["binding"] == binding), "")


@step(r'^the oracle spec for settlement data filtering data from "([^"]*)" named "([^"]*)":$', SPEC, keeps=True)
def settlement_spec(world: World, signers: str, name: str, rows: list[Row]) -> None:
    kept = world.configurations
    before = kept.futures.get(name, OracleSpec())
    kept.futures[name] = replace(
        before,
        settlement=DataSourceSpec(signers=cells.names(signers), filters=tuple(map(_filter, rows))),
        settlement_property=_bound_property(rows, "settlement data"),
    )
    places = next((row["decimals"] for row in rows if row.has("decimals")), None)
    if places is not None:
        kept.settlement_decimals[name] = places


@step(r'^the oracle spec for trading termination filtering data from "([^"]*)" named "([^"]*)":$', SPEC, keeps=True)
def termination_spec(world: World, signers: str, name: str, rows: list[Row]) -> None:
    kept = world.configurations
    before = kept.futures.get(name, OracleSpec())
    kept.futures[name] = replace(
        before,
        termination=DataSourceSpec(
            id=hash_text(f"termination {name}"), signers=cells.names(signers), filters=tuple(map(_filter, rows))
        ),
        termination_property=_bound_property(rows, "trading termination"),
    )


@step(r'^the settlement data decimals for the oracle named "([^"]*)" is given in "([^"]*)" decimal places$', keeps=True)
def settlement_decimals(world: World, name: str, places: str) -> None:
    world.configurations.settlement_decimals[name] = cells.u64(places)


@step(
    r'^the perpetual oracles from "([^"]+)":',
    Headers(
        "name, asset, settlement property, settlement type, schedule property, schedule type",
        "settlement decimals:u64, margin funding factor:dec=0, interest rate:dec=0, clamp lower bound:dec=0, "
        "clamp upper bound:dec=0, quote name, funding rate scaling factor:dec, funding rate lower bound:dec, "
        "funding rate upper bound:dec, price type=last trade, decay weight:dec=0, decay power:u64=0, "
        "cash amount:dec=0, source weights:list of dec, source staleness tolerance:list of dur, spec id",
    ),
    keeps=True,
)
def perpetual_products(world: World, signers: str, rows: list[Row]) -> None:
    for row in rows:
        name, places = row["name"], row.get("settlement decimals")
        if places is not None:
            world.configurations.settlement_decimals[name] = places
        world.configurations.perpetuals[name] = _perpetual(row, cells.names(signers))


def _perpetual(row: Row, signers: tuple[str, ...]) -> PerpetualProduct:
    name = row["name"]
    price = Filter(
        property=row["settlement property"],
        type=property_type(row["settlement type"]),
        decimals=row.get("settlement decimals"),
    )
    cue = Filter(property=row["schedule property"], type=property_type(row["schedule type"]))
    return PerpetualProduct(
        settlement_asset=row["asset"],
        quote_name=row["quote name"],
        settlement_data=DataSourceSpec(
            id=row["spec id"] or hash_text(f"perpetual settlement {name}"), signers=signers, filters=(price,)
        ),
        settlement_property=row["settlement property"],
        schedule=DataSourceSpec(id=hash_text(f"perpetual schedule {name}"), signers=signers, filters=(cue,)),
        schedule_property=row["schedule property"],
        margin_funding_factor=row["margin funding factor"],
        interest_rate=row["interest rate"],
        clamp_lower_bound=row["clamp lower bound"],
        clamp_upper_bound=row["clamp upper bound"],
        funding_rate_scaling_factor=row.get("funding rate scaling factor"),
        funding_rate_lower_bound=row.get("funding rate lower bound"),
        funding_rate_upper_bound=row.get("funding rate upper bound"),
        internal_composite_price=CompositePriceConfiguration(
            type=price_type(row["price type"]),
            decay_weight=row["decay weight"],
            decay_power=Decimal(row["decay power"]),
            cash_amount=int(row["cash amount"]),
            source_weights=row["source weights"] or NO_WEIGHTS,
            source_staleness_tolerance_ns=row["source staleness tolerance"] or (1000 * SECOND,) * 4,
        ),
    )


@step(
    r'^the composite price oracles from "([^"]+)":',
    Headers("name, price property, price type", "price decimals:u64"),
    keeps=True,
)
def composite_oracles(world: World, signers: str, rows: list[Row]) -> None:
    for row in rows:
        price = Filter(
            property=row["price property"], type=property_type(row["price type"]), decimals=row.get("price decimals")
        )
        world.configurations.composite_oracles[row["name"]] = CompositePriceSource(
            spec=DataSourceSpec(signers=cells.names(signers), filters=(price,)), property=row["price property"]
        )


@step(r"^the time triggers oracle spec is:", Headers("name, initial:i64, every:i64"), keeps=True)
def time_triggers(world: World, rows: list[Row]) -> None:
    for row in rows:
        trigger = TimeTrigger(initial=row["initial"], every=row["every"])
        world.configurations.time_triggers[row["name"]] = trigger
        world.network.arm_schedule(row["name"], trigger)


@step(r'^the oracles broadcast data signed with "([^"]*)":$', Headers("name, value", "eth-block-time:i64"))
def broadcast(world: World, signers: str, rows: list[Row]) -> None:
    seconds = rows[-1].get("eth-block-time", world.now // SECOND)
    world.broadcast(cells.names(signers), _message(rows), seconds)


@step(
    r'^the oracles broadcast data with block time signed with "([^"]*)":$',
    Headers("name, value, time offset:dur", "eth-block-time:i64"),
)
def broadcast_at(world: World, signers: str, rows: list[Row]) -> None:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        when = row["eth-block-time"] * SECOND if row.has("eth-block-time") else world.now + row["time offset"]
        groups.setdefault(when, []).append(row)
    messages = [(when, _message(group)) for when, group in groups.items()]
    for when, message in messages:
        world.broadcast(cells.names(signers), message, when // SECOND)


def _message(rows: Iterable[Row]) -> dict[str, str]:
    message: dict[str, str] = {}
    for row in rows:
        if row["name"] in message:
            raise StepFailed(f"property {row['name']} has been declared multiple times", row=row)
        message[row["name"]] = row["value"]
    return message


@step(
    r"the protocol automated purchase is defined as:$",
    Headers(
        "id, from, from account type, to account type, market id, price oracle, "
        "price oracle staleness tolerance:dur, oracle offset factor:dec, auction schedule oracle, "
        "auction volume snapshot schedule oracle, auction duration:dur, minimum auction size:uint, "
        "maximum auction size:uint, expiry timestamp:i64"
    ),
)
def automated_purchases(world: World, rows: list[Row]) -> None:
    kept = world.configurations
    for row in rows:
        world.network.start_automated_purchase(row, kept.composite_oracles, kept.time_triggers)
