"""Liquidity commitments, as their events told them."""

from __future__ import annotations

from typing import Any

from tests.conformance.failures import BadTable, Mismatch, StepFailed, expect_text
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World

STATUSES = tuple(f"STATUS_{kind}" for kind in ("ACTIVE", "STOPPED", "CANCELLED", "REJECTED", "UNDEPLOYED", "PENDING"))


@step(
    r"^the liquidity provisions should have the following states:$",
    Headers("id, party, market, commitment amount, status"),
    expects="commitment amount",
)
def check_provisions(world: World, rows: list[Row]) -> None:
    for row in rows:
        if row["status"] not in STATUSES:
            raise BadTable(f"unknown status {row['status']!r}", row=row)
        event = world.recorder.latest("liquidity provisions", reference=row["id"])
        if event is None:
            raise StepFailed(f"no event of liquidity provision {row['id']}", row=row)
        for column, value in (
            ("party", event.party),
            ("market", event.market),
            ("commitment amount", event.commitment_amount),
            ("status", event.status),
        ):
            expect_text(column, row[column], value, row)


@step(
    r"^the following LP events should be emitted:$",
    Headers("party, id, version:u64", "commitment amount:uint, final:bool=false"),
    expects="version, commitment amount",
)
def check_provision_events(world: World, rows: list[Row]) -> None:
    def fits(row: Row, event: Any) -> bool:
        amount = row.get("commitment amount", event.commitment_amount)
        return bool(event.version == row["version"] and event.commitment_amount == amount)

    for row in rows:
        events = [
            event
            for event in world.recorder.since_clear("liquidity provisions")
            if event.party == row["party"] and event.reference == row["id"]
        ]
        if not any(fits(row, event) for event in (events[-1:] if row["final"] else events)):
            raise Mismatch("event", row, [(event.version, event.commitment_amount) for event in events], row)
