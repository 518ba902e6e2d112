"""Transfers between accounts: one-off, recurring, cancelled, and their fee discounts (0057-TRAN)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.conformance import cells
from tests.conformance.failures import BadTable, Mismatch, expect_text
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World, account_type
from vega_mesa.protocol.arithmetic import format_decimal

TRANSFER = "id, from, from_account_type, to, to_account_type, asset, amount:uint, "
METRICS = frozenset(
    f"DISPATCH_METRIC_{name}"
    for name in (
        "MAKER_FEES_PAID",
        "MAKER_FEES_RECEIVED",
        "LP_FEES_RECEIVED",
        "RELATIVE_RETURN",
        "RETURN_VOLATILITY",
        "REALISED_RETURN",
        "AVERAGE_NOTIONAL",
        "ELIGIBLE_ENTITIES",
        "MARKET_VALUE",
        "VALIDATOR_RANKING",
    )
)
INDIVIDUAL_SCOPES = {
    "IN_TEAM": "INDIVIDUAL_SCOPE_IN_TEAM",
    "NOT_IN_TEAM": "INDIVIDUAL_SCOPE_NOT_IN_TEAM",
    "INDIVIDUAL_SCOPE_AMM": "INDIVIDUAL_SCOPE_AMM",
}
DISTRIBUTIONS = {
    "": "DISTRIBUTION_STRATEGY_PRO_RATA",
    "PRO_RATA": "DISTRIBUTION_STRATEGY_PRO_RATA",
    "RANK": "DISTRIBUTION_STRATEGY_RANK",
    "RANK_LOTTERY": "DISTRIBUTION_STRATEGY_RANK_LOTTERY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchTerms:
    """Who is rewarded for what, as a row of a table says it."""

    metric: str
    metric_asset: str
    markets: tuple[str, ...] = ()
    lock_period: int = 1
    window_length: int = 1
    entity_scope: str = "ENTITY_SCOPE_INDIVIDUALS"
    individual_scope: str = "INDIVIDUAL_SCOPE_ALL"
    teams: tuple[str, ...] = ()
    n_top_performers: str = ""
    staking_requirement: str = ""
    notional_time_weighted_average_position_requirement: str = ""
    cap_reward_fee_multiple: str | None = None
    target_notional_volume: str | None = None
    distribution_strategy: str = "DISTRIBUTION_STRATEGY_PRO_RATA"
    rank_table: tuple[tuple[int, int], ...] = ()
    transfer_interval: int | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTerms:
    """A transfer as a row of a table says it; times in nanoseconds."""

    id: str
    party: str
    from_account_type: Any
    to: str
    to_account_type: Any
    asset: str
    amount: int
    deliver_on: int | None = None
    start_epoch: int | None = None
    end_epoch: int | None = None
    factor: Decimal | None = None
    dispatch: DispatchTerms | None = field(default=None)


def _terms(row: Row, **more: Any) -> TransferTerms:
    return TransferTerms(
        id=row["id"],
        party=row["from"],
        from_account_type=account_type(row["from_account_type"], strict=False),
        to=row["to"],
        to_account_type=account_type(row["to_account_type"], strict=False),
        asset=row["asset"],
        amount=row["amount"],
        **more,
    )


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
    _all_rows(rows, lambda row: world.network.transfer(_terms(row, deliver_on=row["delivery_time"])))


@step(
    r"^the parties submit the following recurring transfers:$",
    Headers(
        TRANSFER + "start_epoch:uint, end_epoch, factor:dec",
        "metric, metric_asset, markets:list, lock_period:u64=1, window_length:u64=1, entity_scope, "
        "individual_scope, teams:list, ntop, staking_requirement, notional_requirement, cap_reward_fee_multiple, "
        "target_notional_volume, distribution_strategy, ranks, transfer_interval:i32, eligible_keys:list, error",
    ),
)
def transfer_regularly(world: World, rows: list[Row]) -> None:
    def act(row: Row) -> str:
        terms = _terms(
            row,
            start_epoch=row["start_epoch"],
            end_epoch=cells.uint(row["end_epoch"]) if row.has("end_epoch") else None,
            factor=row["factor"],
            dispatch=_dispatch(row),
        )
        return world.network.transfer(terms)

    _all_rows(rows, act)


def _dispatch(row: Row) -> DispatchTerms | None:
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
    return DispatchTerms(
        metric=row["metric"],
        metric_asset=row["metric_asset"],
        markets=row["markets"],
        lock_period=row["lock_period"],
        window_length=row["window_length"],
        staking_requirement=row["staking_requirement"],
        notional_time_weighted_average_position_requirement=row["notional_requirement"],
        cap_reward_fee_multiple=row["cap_reward_fee_multiple"] or None,
        target_notional_volume=row["target_notional_volume"] or None,
        distribution_strategy=DISTRIBUTIONS[row["distribution_strategy"]],
        rank_table=_ranks(row) if by_rank else (),
        transfer_interval=row.get("transfer_interval"),
        keys=row["eligible_keys"],
        **_scope(row),
    )


def _scope(row: Row) -> dict[str, Any]:
    if row["entity_scope"] not in {"", "INDIVIDUALS", "TEAMS"}:
        raise BadTable(f"unknown entity scope {row['entity_scope']!r}", row=row)
    if row["entity_scope"] != "TEAMS":
        scope = INDIVIDUAL_SCOPES.get(row["individual_scope"], "INDIVIDUAL_SCOPE_ALL")
        return {"entity_scope": "ENTITY_SCOPE_INDIVIDUALS", "individual_scope": scope}
    if not row.has_header("ntop"):
        raise BadTable("teams need the column 'ntop'", row=row)
    return {
        "entity_scope": "ENTITY_SCOPE_TEAMS",
        "individual_scope": "INDIVIDUAL_SCOPE_UNSPECIFIED",
        "teams": row["teams"],
        "n_top_performers": row["ntop"],
    }


def _ranks(row: Row) -> tuple[tuple[int, int], ...]:
    pairs = []
    for part in cells.names(row["ranks"]):
        start, colon, share = part.partition(":")
        if not colon:
            raise BadTable(f"{part!r} is not a rank and a share", row=row)
        pairs.append((cells.u32(start), cells.u32(share)))
    return tuple(pairs)


@step(r"^the parties submit the following transfer cancellations:$", Headers("party, transfer_id", "error"))
def cancel_transfers(world: World, rows: list[Row]) -> None:
    _all_rows(rows, lambda row: world.network.cancel_transfer(row["party"], row["transfer_id"]))


@step(
    r"^the parties have the following transfer fee discounts",
    Headers("party, asset, available discount"),
    expects="available discount",
)
def transfer_fee_discounts(world: World, rows: list[Row]) -> None:
    for row in rows:
        discount = world.network.transfer_fee_discount(row["party"], row["asset"])
        expect_text("available discount", row["available discount"], format_decimal(Decimal(discount)), row)
