"""Batches of market instructions (0074-BTCH)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.conformance.failures import BadTable, Mismatch, StepFailed
from tests.conformance.registry import step
from tests.conformance.steps.orders import ORDER, submission
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
)
from vega_mesa.protocol.matching.order import PeggedReference

ADDED = ORDER.removeprefix("party, ")


@dataclass(slots=True)
class Batch:
    """The instructions that a party has gathered."""

    party: str
    cancellations: list[OrderCancellation] = field(default_factory=list)
    amendments: list[OrderAmendment] = field(default_factory=list)
    submissions: list[OrderSubmission] = field(default_factory=list)

    def command(self) -> BatchMarketInstructions:
        """The batch as a command."""
        return BatchMarketInstructions(
            cancellations=tuple(self.cancellations),
            amendments=tuple(self.amendments),
            submissions=tuple(self.submissions),
        )


def _open_batch(world: World, party: str) -> Batch:
    if world.batch is None:
        raise StepFailed("batch instruction not started")
    if world.batch.party != party:
        raise StepFailed("batch instruction started with different party")
    return world.batch  # type: ignore[no-any-return]


@step(r'^the party "([^"]+)" starts a batch instruction$')
def start_batch(world: World, party: str) -> None:
    world.batch = Batch(party)


@step(
    r'^the party "([^"]+)" adds the following orders to a batch:$',
    Headers(ADDED, "reference, error, expires in:sec, only"),
)
def add_orders(world: World, party: str, rows: list[Row]) -> None:
    batch, now = _open_batch(world, party), world.now
    world.tick()
    batch.submissions += [submission(row, now, price=row["price"]) for row in rows]


@step(
    r'^the party "([^"]+)" adds the following iceberg orders to a batch:$',
    Headers(ADDED + ", peak size:u64, minimum visible size:u64", "reference, error, expires in:sec, only"),
)
def add_icebergs(world: World, party: str, rows: list[Row]) -> None:
    batch, now = _open_batch(world, party), world.now
    world.tick()
    for row in rows:
        berg = IcebergOptions(peak_size=row["peak size"], minimum_visible_size=row["minimum visible size"])
        batch.submissions.append(submission(row, now, price=row["price"], iceberg_opts=berg))


@step(r'^the party "([^"]+)" adds the following cancels to a batch:$', Headers("market id, reference"))
def add_cancels(world: World, party: str, rows: list[Row]) -> None:
    batch = _open_batch(world, party)
    world.tick()
    ids = world.configurations.order_ids
    batch.cancellations += [
        OrderCancellation(market_id=row["market id"], order_id=ids.get(row["reference"], "")) for row in rows
    ]


@step(
    r'^the party "([^"]+)" adds the following amends to a batch:$',
    Headers(
        "market id, reference",
        "price:uint, size:u64, size delta:i64=0, expires at:i64, tif:tif, pegged offset:uint, pegged reference:peg",
    ),
)
def add_amends(world: World, party: str, rows: list[Row]) -> None:
    batch = _open_batch(world, party)
    world.tick()
    batch.amendments += [_amendment(world, row) for row in rows]


def _amendment(world: World, row: Row) -> OrderAmendment:
    for needed in ("price", "tif"):
        if not row.has(needed):
            raise BadTable(f"an amendment in a batch needs {needed!r}", row=row)
    fields: dict[str, Any] = {}
    if row["pegged reference"] is not PeggedReference.UNSPECIFIED:
        fields["pegged_reference"] = row["pegged reference"]
    return OrderAmendment(
        market_id=row["market id"],
        order_id=world.configurations.order_ids.get(row["reference"], ""),
        price=row["price"],
        size=row.get("size"),
        size_delta=row["size delta"],
        time_in_force=row["tif"],
        expires_at=row.get("expires at"),
        pegged_offset=row.get("pegged offset"),
        **fields,
    )


def _submit(world: World, party: str) -> str:
    batch = _open_batch(world, party)
    world.batch = None
    return world.execute(party, batch.command()).error or ""


@step(r'^the party "([^"]+)" submits their batch instruction$')
def submit_batch(world: World, party: str) -> None:
    error = _submit(world, party)
    if error:
        raise Mismatch("error of the batch", "none", error)


@step(r'^the party "([^"]+)" submits their batch instruction with error "([^"]+)"$')
def submit_failing_batch(world: World, party: str, text: str) -> None:
    error = _submit(world, party)
    if error != f"1 ({text})":
        raise Mismatch("error of the batch", f"1 ({text})", error or "none")
