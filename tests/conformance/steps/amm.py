"""Automated market makers (0090-VAMM)."""

from __future__ import annotations

from typing import Any

from tests.conformance.failures import BadTable, Mismatch, StepFailed, expect_text
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)

OPTIONS = (
    "lower bound:uint, upper bound:uint, lower leverage:dec, upper leverage:dec, data source id, "
    "minimum price change trigger:dec=0"
)
CURVE = ("base", "lower bound", "upper bound", "lower leverage", "upper leverage")
METHODS = ("METHOD_IMMEDIATE", "METHOD_REDUCE_ONLY")
STATUSES = tuple(f"STATUS_{kind}" for kind in ("ACTIVE", "REJECTED", "CANCELLED", "STOPPED", "REDUCE_ONLY", "PENDING"))


def _curve(row: Row) -> ConcentratedLiquidityParameters:
    """Base and bounds in market decimals, leverages as given."""
    return ConcentratedLiquidityParameters(
        base=row.get("base"),
        lower_bound=row.get("lower bound"),
        upper_bound=row.get("upper bound"),
        leverage_at_lower_bound=row.get("lower leverage"),
        leverage_at_upper_bound=row.get("upper leverage"),
        data_source_id=row["data source id"] or None,
    )


def _check_error(row: Row, error: str | None) -> None:
    """An expected error that does not come passes: upstream's steps look at the text of an error only."""
    if error and error != row["error"]:
        raise Mismatch("error", row["error"] or "none", error, row)


@step(
    r"^the parties submit the following AMM:$",
    Headers("party, market id, amount:uint, slippage:dec, base:uint, proposed fee:dec", OPTIONS + ", error"),
)
def submit_amms(world: World, rows: list[Row]) -> None:
    for row in rows:
        if not row.has("lower bound") and not row.has("upper bound"):
            raise BadTable("an AMM needs a bound", row=row)
        command = SubmitAMM(
            market_id=row["market id"],
            commitment_amount=row["amount"],
            slippage_tolerance=row["slippage"],
            concentrated_liquidity_parameters=_curve(row),
            proposed_fee=row["proposed fee"],
            minimum_price_change_trigger=row["minimum price change trigger"],
        )
        _check_error(row, world.execute(row["party"], command).error)


@step(
    r"^the parties amend the following AMM:$",
    Headers("party, market id, slippage:dec", "proposed fee:dec, amount:uint, base:uint, " + OPTIONS + ", error"),
)
def amend_amms(world: World, rows: list[Row]) -> None:
    for row in rows:
        command = AmendAMM(
            market_id=row["market id"],
            commitment_amount=row.get("amount"),
            slippage_tolerance=row["slippage"],
            concentrated_liquidity_parameters=_curve(row) if any(map(row.has, CURVE)) else None,
            proposed_fee=row.get("proposed fee"),
            minimum_price_change_trigger=row["minimum price change trigger"],
        )
        _check_error(row, world.execute(row["party"], command).error)


@step(r"^the parties cancel the following AMM:$", Headers("party, market id, method", "error"))
def cancel_amms(world: World, rows: list[Row]) -> None:
    for row in rows:
        if row["method"] not in METHODS:
            raise BadTable(f"unknown method {row['method']!r}", row=row)
        command = CancelAMM(market_id=row["market id"], method=AMMCancelMethod(row["method"]))
        _check_error(row, world.execute(row["party"], command).error)


@step(r"^set the following AMM sub account aliases:$", Headers("party, market id, alias"))
def set_aliases(world: World, rows: list[Row]) -> None:
    for row in rows:
        event = _latest(world, row)
        world.aliases[row["alias"]] = event.amm_party


def _latest(world: World, row: Row) -> Any:
    events = _of(world, row)
    if not events:
        raise StepFailed(f"no AMM of {row['party']} in {row['market id']}", row=row)
    return events[-1]


def _of(world: World, row: Row) -> list[Any]:
    return [e for e in world.recorder.all("amms") if e.party == row["party"] and e.market == row["market id"]]


POOL = Headers(
    "party, market id, amount, status", "reason, base, lower bound, upper bound, lower leverage, upper leverage"
)
POOL_NUMBERS = "amount, base, lower bound, upper bound, lower leverage, upper leverage"


def _check_pool(row: Row, event: Any) -> None:
    if row["status"] not in STATUSES:
        raise BadTable(f"unknown AMM status {row['status']!r}", row=row)
    expect_text("status", row["status"], event.status, row)
    expect_text("amount", row["amount"], event.commitment_amount, row)
    if row.has("reason"):
        expect_text("reason", row["reason"], event.status_reason, row)
    for column, value in (
        ("base", event.base),
        ("lower bound", event.lower_bound),
        ("upper bound", event.upper_bound),
        ("lower leverage", event.leverage_at_lower_bound),
        ("upper leverage", event.leverage_at_upper_bound),
    ):  # a column that is left out, or blank, says that there is no value
        expect_text(column, row.text(column), "" if value is None else value, row)


@step(r"^the AMM pool status should be:$", POOL, expects=POOL_NUMBERS)
def check_amms(world: World, rows: list[Row]) -> None:
    for row in rows:
        _check_pool(row, _latest(world, row))


@step(r"^the following AMM pool events should be emitted:$", POOL, expects=POOL_NUMBERS)
def check_amm_events(world: World, rows: list[Row]) -> None:
    for row in rows:
        failure: Mismatch | None = None
        for event in _of(world, row):
            try:
                _check_pool(row, event)
            except Mismatch as mismatch:
                failure = mismatch
            else:
                break
        else:
            raise failure or StepFailed(f"no AMM event of {row['party']}", row=row)
