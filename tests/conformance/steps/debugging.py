"""Counts of events, and steps that only print upstream."""

from __future__ import annotations

from tests.conformance import cells
from tests.conformance.failures import StepFailed, expect_equal
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World

TYPES = Headers("type")
# Upstream's names of event types, and how the recorder calls them.
EVENT_TYPES = {
    "AuctionEvent": "auctions",
    "OrderEvent": "orders",
    "TradeEvent": "trades",
    "LedgerMovements": "ledger",
    "MarginLevelsEvent": "margin levels",
    "MarketUpdatedEvent": "markets",
    "LiquidityProvisionEvent": "liquidity provisions",
    "AMMPoolEvent": "amms",
    "EpochUpdate": "epochs",
    "FundingPeriodEvent": "funding periods",
    "FundingPaymentsEvent": "funding payments",
    "LossSocializationEvent": "loss socialisation",
    "CancelledOrdersEvent": "cancelled orders",
    "ExpiredOrdersEvent": "expired orders",
    "StopOrderEvent": "stop orders",
}


def _count(world: World, row: Row) -> int:
    if row["type"] not in EVENT_TYPES:
        raise StepFailed(f"unknown event type {row['type']!r}", row=row)
    return len(world.recorder.since_clear(EVENT_TYPES[row["type"]]))


@step(r"^the following events should be emitted:$", TYPES)
def check_events(world: World, rows: list[Row]) -> None:
    for row in rows:
        if not _count(world, row):
            raise StepFailed(f"no {row['type']}", row=row)


@step(r"^the following events should NOT be emitted:$", TYPES)
def check_no_events(world: World, rows: list[Row]) -> None:
    for row in rows:
        if _count(world, row):
            raise StepFailed(f"a {row['type']} was emitted", row=row)


@step(r'^a total of "([0-9]+)" events should be emitted$', captures=(0,))
def check_event_count(world: World, expected: str) -> None:
    expect_equal("events", cells.u64(expected), world.recorder.count(clearable=True))


@step(r'there were "([0-9]+)" events emitted over the last step', captures=(0,))
def check_events_of_step(world: World, expected: str) -> None:
    expect_equal("events of the last step", cells.u64(expected), world.recorder.in_last_step)


@step(r'there were "([0-9]+)" events emitted in this scenario so far', captures=(0,))
def check_events_of_scenario(world: World, expected: str) -> None:
    expect_equal("events of the scenario", cells.u64(expected), world.recorder.count())


def _nothing(world: World, *captures: str) -> None:
    """Upstream's step prints and cannot fail."""


for pattern in (
    r"^debug all AMM pool events$",
    r'^debug AMM pool events for party "([^"]+)"$',
    r'^debug all AMM pool events for market "([^"]+)"$',
    r'^debug all AMM pool events for market "([^"]+)" and party "([^"]+)"$',
    r"^debug accounts$",
    r"^debug transfers$",
    r"^debug trades$",
    r"^debug orders$",
    r"^debug all events$",
    r'^debug all events as JSON file "([^"]+)"$',
    r"^debug auction events$",
    r"^debug transaction errors$",
    r"^debug liquidity submission errors$",
    r"^debug liquidity provision events$",
    r"^debug detailed liquidity provision events$",
    r"^debug funding period events$",
    r'^debug orderbook volumes for market "([^"]*)"$',
    r'^debug detailed orderbook volumes for market "([^"]*)"$',
    r'^debug last "([0-9]+)" events$',
    r"^debug funding payment events$",
    r"^debug loss socialisation events$",
):
    step(pattern)(_nothing)


@step(r'^debug market data for "([^"]*)"$')
def debug_market_data(world: World, market: str) -> None:
    world.market_data(market)


@step(r'^debug network parameter "([^"]*)"$')
def debug_parameter(world: World, name: str) -> None:
    world.parameter(name)


@step(r"fail")
def fail(world: World) -> None:
    raise StepFailed("the step says: fail")
