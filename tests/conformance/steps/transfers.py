"""Transfers between accounts: one-off, recurring, cancelled, and their fee discounts (0057-TRAN)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.conformance import cells
from tests.conformance.accounts import account_type
from tests.conformance.failures import BadTable, Mismatch, expect_text
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.arithmetic import format_decimal
from vega_mesa.protocol.commands.transfers import (
    CancelTransfer,
    DispatchMetric,
    DispatchStrategy,
    DistributionStrategy,
    EntityScope,
    IndividualScope,
    OneOffTransfer,
    Rank,
    RecurringTransfer,
    Transfer,
)

TRANSFER = "id, from, from_account_type, to, to_account_type, asset, amount:uint, "
METRICS = {f"DISPATCH_METRIC_{metric.name}": metric for metric in DispatchMetric}
INDIVIDUAL_SCOPES = {
    "IN_TEAM": IndividualScope.IN_TEAM,
    "NOT_IN_TEAM": IndividualScope.NOT_IN_TEAM,
    "INDIVIDUAL_SCOPE_AMM": IndividualScope.AMM,
}
DISTRIBUTIONS = {
    "": DistributionStrategy.PRO_RATA,
    "PRO_RATA": DistributionStrategy.PRO_RATA,
    "RANK": DistributionStrategy.RANK,
    "RANK_LOTTERY": DistributionStrategy.RANK_LOTTERY,
}


def _submit(world: World, row: Row, kind: OneOffTransfer | RecurringTransfer) -> str:
    """Send a transfer whose id is the row's."""
    command = Transfer(
        asset=row["asset"],
        amount=row["amount"],
        to=row["to"],
        from_account_type=account_type(row["from_account_type"], strict=False),
        to_account_type=account_type(row["to_account_type"], strict=False),
        kind=kind,
    )
    return world.execute(row["from"], command, row["id"]).error or ""


def _all_rows(rows: list[Row], act: Callable[[Row], str]) -> None:
    """Carry out every row, then fail with the first whose error is not the expected one."""
    failures: list[Mismatch] = []
    for row in rows:
        error = act(row)
        if error != row["error"]:
            failures.append(Mismatch("error", row["error"] or "none", error or "none", row))
    if failures:
        raise failures[0]


@step(
    r"^the parties submit the following one off transfers:$",
    Headers(TRANSFER + "delivery_time:time", "market, error"),
)
def transfer_once(world: World, rows: list[Row]) -> None:
    _all_rows(rows, lambda row: _submit(world, row, OneOffTransfer(deliver_on=row["delivery_time"])))


@step(
    r"^the parties submit the following recurring transfers:$",
    Headers(
        TRANSFER + "start_epoch:uint, end_epoch, factor:dec",
        "metric, metric_asset, markets:list, lock_period:u64=1, window_length:u64=1, entity_scope, "
        "individual_scope, teams:list, ntop:dec, staking_requirement:uint, notional_requirement:uint, "
        "cap_reward_fee_multiple:dec, target_notional_volume:uint, distribution_strategy, ranks, "
        "transfer_interval:i32, eligible_keys:list, error",
    ),
)
def transfer_regularly(world: World, rows: list[Row]) -> None:
    def act(row: Row) -> str:
        recurring = RecurringTransfer(
            start_epoch=row["start_epoch"],
            end_epoch=cells.uint(row["end_epoch"]) if row.has("end_epoch") else None,
            factor=row["factor"],
            dispatch_strategy=_dispatch(row),
        )
        return _submit(world, row, recurring)

    _all_rows(rows, act)


def _dispatch(row: Row) -> DispatchStrategy | None:
    if not row.has("metric"):
        return None
    if row["metric"] not in METRICS:
        raise BadTable(f"unknown metric {row['metric']!r}", row=row)
    for needed in ("metric_asset", "markets"):
        if not row.has_header(needed):
            raise BadTable(f"a metric needs the column {needed!r}", row=row)
    if row["distribution_strategy"] not in DISTRIBUTIONS:
        raise BadTable(f"unknown distribution strategy {row['distribution_strategy']!r}", row=row)
    by_rank = row["distribution_strategy"] in {"RANK", "RANK_LOTTERY"}
    return DispatchStrategy(
        metric=METRICS[row["metric"]],
        asset_for_metric=row["metric_asset"],
        markets=row["markets"],
        lock_period=row["lock_period"],
        window_length=row["window_length"],
        staking_requirement=row.get("staking_requirement"),
        notional_time_weighted_average_position_requirement=row.get("notional_requirement"),
        cap_reward_fee_multiple=row.get("cap_reward_fee_multiple"),
        target_notional_volume=row.get("target_notional_volume"),
        distribution_strategy=DISTRIBUTIONS[row["distribution_strategy"]],
        rank_table=_ranks(row) if by_rank else (),
        transfer_interval=row.get("transfer_interval"),
        eligible_keys=row["eligible_keys"],
        **_scope(row),
    )


def _scope(row: Row) -> dict[str, Any]:
    if row["entity_scope"] not in {"", "INDIVIDUALS", "TEAMS"}:
        raise BadTable(f"unknown entity scope {row['entity_scope']!r}", row=row)
    if row["entity_scope"] != "TEAMS":
        scope = INDIVIDUAL_SCOPES.get(row["individual_scope"], IndividualScope.ALL)
        return {"entity_scope": EntityScope.INDIVIDUALS, "individual_scope": scope}
    if not row.has_header("ntop"):
        raise BadTable("teams need the column 'ntop'", row=row)
    return {
        "entity_scope": EntityScope.TEAMS,
        "individual_scope": IndividualScope.UNSPECIFIED,
        "teams": row["teams"],
        "n_top_performers": row.get("ntop"),
    }


def _ranks(row: Row) -> tuple[Rank, ...]:
    ranks = []
    for part in cells.names(row["ranks"]):
        start, colon, share = part.partition(":")
        if not colon:
            raise BadTable(f"{part!r} is not a rank and a share", row=row)
        ranks.append(Rank(start_rank=cells.u32(start), share_ratio=cells.u32(share)))
    return tuple(ranks)


@step(r"^the parties submit the following transfer cancellations:$", Headers("party, transfer_id", "error"))
def cancel_transfers(world: World, rows: list[Row]) -> None:
    _all_rows(rows, lambda row: _cancel(world, row))


def _cancel(world: World, row: Row) -> str:
    return world.execute(row["party"], CancelTransfer(transfer_id=row["transfer_id"])).error or ""


@step(
    r"^the parties have the following transfer fee discounts",
    Headers("party, asset, available discount"),
    expects="available discount",
)
def transfer_fee_discounts(world: World, rows: list[Row]) -> None:
    for row in rows:
        discount = world.network.transfer_fee_discount(row["party"], row["asset"])
        expect_text("available discount", row["available discount"], format_decimal(Decimal(discount)), row)
