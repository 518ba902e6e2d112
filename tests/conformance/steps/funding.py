"""Perpetuals: product data, funding periods and payments (0053-PERP)."""

from __future__ import annotations

from typing import Any

from tests.conformance.cells import SECOND
from tests.conformance.failures import Mismatch, StepFailed, expect_equal
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World


def _text(value: object) -> str:
    return "" if value is None else str(value)


@step(
    r'^the product data for the market "([^"]+)" should be:$',
    Headers("internal twap, external twap", "funding payment, funding rate, internal composite price, price type"),
    expects="internal twap, external twap, funding payment, funding rate, internal composite price",
)
def check_product_data(world: World, market: str, rows: list[Row]) -> None:
    data = world.market_data(market).product_data
    for row in rows:
        if data is None:
            raise StepFailed(f"market {market} has no product data", row=row)
        for column, value in (
            ("internal twap", data.internal_twap),
            ("external twap", data.external_twap),
            ("funding payment", data.funding_payment),
            ("funding rate", data.funding_rate),
            ("internal composite price", data.internal_composite_price),
            ("price type", data.internal_composite_price_type),
        ):
            if row.has(column) or column.endswith("twap"):
                expect_equal(column, row.text(column), _text(value), row)


@step(
    r"^the following funding period events should be emitted:$",
    Headers("internal twap, external twap", "funding payment, funding rate, start:i64, end:i64"),
    expects="internal twap, external twap, funding payment, funding rate, start, end",
)
def check_funding_periods(world: World, rows: list[Row]) -> None:
    events = world.recorder.since_clear("funding periods")
    for row in rows:
        if not any(_period_fits(row, event) for event in events):
            told = [(e.internal_twap, e.external_twap, e.funding_payment, e.funding_rate, e.start, e.end)
                    for e in events]  # fmt: skip
            raise Mismatch("funding period", row, told, row)


def _period_fits(row: Row, event: Any) -> bool:
    if any(row.text(f"{kind} twap") != _text(getattr(event, f"{kind}_twap")) for kind in ("internal", "external")):
        return False
    for column in ("funding payment", "funding rate"):
        if row.has(column) and row.text(column) != _text(getattr(event, column.replace(" ", "_"))):
            return False
    for column in ("start", "end"):
        moment = getattr(event, column) or 0
        if row.has(column) and row[column] not in {moment, moment // SECOND}:
            return False
    return True


@step(
    r"^the following funding payment events should be emitted:$",
    Headers("party, market, amount:int", "loss type, loss amount:int"),
    expects="amount",
)
def check_funding_payments(world: World, rows: list[Row]) -> None:
    payments = world.recorder.since_clear("funding payments")
    for row in rows:
        amounts = [e.amount for e in payments if e.party == row["party"] and e.market == row["market"]]
        if row["amount"] not in amounts:
            raise Mismatch("funding payment", row["amount"], amounts or "none", row)
        if row.has("loss type") or row.has("loss amount"):
            _check_loss(world, row)


def _check_loss(world: World, row: Row) -> None:
    for event in world.recorder.all("loss socialisation"):
        if (
            event.party == row["party"]
            and event.market == row["market"]
            and row["loss type"] in {"", event.loss_type}
            and row.get("loss amount", event.amount) == event.amount
        ):
            return
    raise StepFailed("no such loss socialisation", row=row)
