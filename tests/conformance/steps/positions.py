"""Margin levels, profit and loss, distress, loss socialisation."""

from __future__ import annotations

from typing import Any

from tests.conformance.failures import BadTable, Mismatch, StepFailed, expect_equal
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World

MODES = {"cross margin": False, "isolated margin": True}
LEVELS = {"maintenance": "maintenance", "search": "search", "initial": "initial", "release": "release",
          "order": "order_margin"}  # fmt: skip


@step(
    r"^the parties should have the following margin levels:$",
    Headers(
        "party, market id, maintenance:u64",
        "search:u64, initial:u64, release:u64, order:u64, margin mode, margin factor:f64",
    ),
    expects="maintenance, search, initial, release, order, margin factor",
)
def check_margin_levels(world: World, rows: list[Row]) -> None:
    for row in rows:
        event = world.recorder.latest("margin levels", market=row["market id"], party=row["party"])
        if event is None:
            raise StepFailed(f"no margin levels of {row['party']} in {row['market id']}", row=row)
        for column, field in LEVELS.items():
            if row.has(column) or column == "maintenance":
                expect_equal(f"{column} margin", row[column], getattr(event, field), row)
        if row.has("margin mode"):
            if row["margin mode"] not in MODES:
                raise BadTable(f"unknown margin mode {row['margin mode']!r}", row=row)
            got = "isolated margin" if event.isolated else "cross margin"
            expect_equal("margin mode", row["margin mode"], got, row)
        if row.has("margin factor"):
            expect_equal("margin factor", row["margin factor"], float(event.margin_factor), row)


AMOUNTS = {
    "taker fees": "taker_fees",
    "taker fees since": "taker_fees_since",
    "maker fees": "maker_fees",
    "maker fees since": "maker_fees_since",
    "other fees": "other_fees",
    "other fees since": "other_fees_since",
    "funding payments": "funding_payments",
    "funding payments since": "funding_payments_since",
}


@step(
    r"^the parties should have the following profit and loss:$",
    Headers(
        "party, volume:i64, unrealised pnl:dec, realised pnl:dec",
        "status, market id, is amm:bool=false, taker fees:uint, taker fees since:uint, maker fees:uint, "
        "maker fees since:uint, other fees:uint, other fees since:uint, funding payments:int, "
        "funding payments since:int",
    ),
    expects="volume, unrealised pnl, realised pnl, " + ", ".join(AMOUNTS),
)
def check_profit_and_loss(world: World, rows: list[Row]) -> None:
    for row in rows:
        party = world.alias(row["party"]) if row["is amm"] else row["party"]
        records = world.profit_and_loss(party)
        if row.has("status"):
            (record,) = _only(records, row).values()
            expect_equal("status", row["status"], str(record.status), row)
        if row.has("market id"):
            record = records.get(row["market id"])
            if record is None:
                raise StepFailed(f"no profit and loss of {party} in {row['market id']}", row=row)
        elif not records:
            if row["volume"] or row["unrealised pnl"] or row["realised pnl"]:
                raise StepFailed(f"no profit and loss of {party}", row=row)
            continue
        else:
            (record,) = _only(records, row).values()
        _compare(row, record)


def _only(records: dict[str, Any], row: Row) -> dict[str, Any]:
    if len(records) != 1:
        raise Mismatch(f"records of {row['party']} over all markets", 1, len(records), row)
    return records


def _compare(row: Row, record: Any) -> None:
    expect_equal("volume", row["volume"], record.open_volume, row)
    expect_equal("unrealised pnl", row["unrealised pnl"], record.unrealised, row)
    expect_equal("realised pnl", row["realised pnl"], record.realised, row)
    for column, field in AMOUNTS.items():
        if row.has(column):
            expect_equal(column, row[column], getattr(record, field), row)


POSITION_CHANGES = Headers("party", "status, amount:i64")


def _position_changes(world: World, market: str, rows: list[Row]) -> None:
    statuses: dict[str, str] = {}
    for event in world.recorder.all("distressed orders"):
        if event.market == market:
            statuses |= dict.fromkeys(event.parties, "POSITION_STATUS_ORDERS_CLOSED")
    for event in world.recorder.all("settled distress"):
        if event.market == market:
            statuses[event.party] = "POSITION_STATUS_CLOSED_OUT"
    for row in rows:
        if row.has("status"):
            expect_equal("status", row["status"], statuses.get(row["party"], "POSITION_STATUS_UNSPECIFIED"), row)
        if row.has("amount"):
            expect_equal("amount", row["amount"], 0, row)  # upstream reads events that are never sent


@step(
    r'^the parties should have the following position changes for market "([^)]+)":$',
    POSITION_CHANGES,
    expects="amount",
)
def check_position_changes(world: World, market: str, rows: list[Row]) -> None:
    _position_changes(world, market, rows)


@step(
    r'^the parties should have the following aggregated position changes for market "([^)]+)":$',
    POSITION_CHANGES,
    expects="amount",
)
def check_aggregated_position_changes(world: World, market: str, rows: list[Row]) -> None:
    _position_changes(world, market, rows)


@step(
    r"^the loss socialisation amounts are:$",
    Headers("market, amount:int", "party:list, count:i64, type"),
    expects="amount, count",
)
def check_loss_socialisation(world: World, rows: list[Row]) -> None:
    for row in rows:
        events = [
            event
            for event in world.recorder.all("loss socialisation")
            if event.market == row["market"] and event.amount == row["amount"]
        ]
        if not events:
            raise StepFailed(f"no loss socialisation of {row['amount']} in {row['market']}", row=row)
        if row.has("count"):
            expect_equal("parties", row["count"], len({event.party for event in events}), row)
        for party in row["party"]:
            if not any(e.party == party and row["type"] in {"", e.loss_type} for e in events):
                raise StepFailed(f"no loss socialisation of {row['amount']} for {party}", row=row)
