"""Delegations, validator scores, rewards, activity streaks."""

from __future__ import annotations

from decimal import Decimal

from tests.conformance import cells
from tests.conformance.failures import Mismatch, StepFailed, expect_equal, expect_text
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.arithmetic import format_decimal, round_half_away


@step(
    r"^the parties should have the following delegation balances for epoch (\d+):$",
    Headers("party, node id, amount"),
    expects="amount",
)
def check_delegations(world: World, epoch: str, rows: list[Row]) -> None:
    for row in rows:
        event = world.recorder.latest("delegations", epoch=int(epoch), party=row["party"], node=row["node id"])
        expect_text("delegation", row["amount"], 0 if event is None else event.amount, row)


@step(
    r"^the validators should have the following val scores for epoch (\d+):$",
    Headers("node id, validator score, normalised score"),
    expects="validator score, normalised score",
)
def check_scores(world: World, epoch: str, rows: list[Row]) -> None:
    for row in rows:
        event = world.recorder.latest("validator scores", epoch=int(epoch), node=row["node id"], status="tendermint")
        if event is None:
            raise StepFailed(f"no score of {row['node id']} in epoch {epoch}", row=row)
        for column, value in (
            ("validator score", event.validator_score),
            ("normalised score", event.normalised_score),
        ):
            expect_equal(column, row[column], f"{round_half_away(Decimal(value), 5):.5f}", row)


@step(
    r"^the parties receive the following reward for epoch (\d+):$",
    Headers("party, asset, amount"),
    expects="amount",
)
def check_rewards(world: World, epoch: str, rows: list[Row]) -> None:
    for row in rows:
        event = world.recorder.latest("reward payouts", epoch=int(epoch), asset=row["asset"], party=row["party"])
        expect_text("reward", row["amount"], 0 if event is None else event.amount, row)


@step(
    r'the activity streaks at epoch "([^"]+)" should be:',
    Headers("party, active for:u64, inactive for:u64, reward multiplier, vesting multiplier"),
    expects="active for, inactive for, reward multiplier, vesting multiplier",
)
def check_streaks(world: World, epoch: str, rows: list[Row]) -> None:
    for row in rows:
        event = world.recorder.latest("activity streaks", epoch=cells.u64(epoch), party=row["party"])
        if event is None:
            raise StepFailed(f"no activity streak of {row['party']} at epoch {epoch}", row=row)
        expect_equal("active for", row["active for"], event.active_for, row)
        expect_equal("inactive for", row["inactive for"], event.inactive_for, row)
        for column, value in (
            ("reward multiplier", event.reward_multiplier),
            ("vesting multiplier", event.vesting_multiplier),
        ):
            expect_text(column, row[column], format_decimal(Decimal(value)), row)


@step(r'the vesting stats at epoch "([^"]+)" should be:', Headers("party, reward bonus multiplier"))
def check_vesting_stats(world: World, epoch: str, rows: list[Row]) -> None:
    """Upstream compares the table with nothing: it can never pass."""
    raise Mismatch(f"vesting statistics at epoch {epoch}", len(rows), 0, rows[0])
