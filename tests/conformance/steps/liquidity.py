"""Liquidity commitments."""

from __future__ import annotations

from typing import Any

from tests.conformance.failures import Mismatch, StepFailed
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.commands.liquidity import (
    LiquidityProvisionAmendment,
    LiquidityProvisionCancellation,
    LiquidityProvisionSubmission,
)
from vega_mesa.protocol.matching.identifiers import hash_text


@step(
    r"^the parties submit the following liquidity provision:$",
    Headers("id, party, market id, commitment amount:uint, fee:dec, lp type", "reference, error"),
)
def commit(world: World, rows: list[Row]) -> None:
    """The first row of each id acts, ids in alphabetical order; one expected error for all: the last one given."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    expected = next((row["error"] for row in reversed(rows) if row.has("error")), "")
    for id in sorted(first):
        row = first[id]
        command = _command(row)
        if command is None:
            continue
        error = world.execute(row["party"], command, hash_text(id + row["party"] + row["market id"])).error or ""
        if error != expected:
            raise Mismatch("error", expected or "none", error or "none", row)


def _command(row: Row) -> Any:
    market, kind = row["market id"], row["lp type"]
    if kind == "submission":
        return LiquidityProvisionSubmission(
            market_id=market, commitment_amount=row["commitment amount"], fee=row["fee"], reference=row["id"]
        )
    if kind == "amendment":
        return LiquidityProvisionAmendment(
            market_id=market, commitment_amount=row["commitment amount"], fee=row["fee"], reference=row["id"]
        )
    return LiquidityProvisionCancellation(market_id=market) if kind == "cancellation" else None


@step(r'^party "([^"]+)" cancels their liquidity provision for market "([^"]+)"$')
def cancel(world: World, party: str, market: str) -> None:
    error = world.execute(party, LiquidityProvisionCancellation(market_id=market)).error
    if error:
        raise StepFailed(f"cancellation refused: {error}")
