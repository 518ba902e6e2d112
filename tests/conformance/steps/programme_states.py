"""Referral, teams, volume discounts and rebates: what parties have."""

from __future__ import annotations

from decimal import Decimal

from tests.conformance import cells
from tests.conformance.failures import Mismatch, StepFailed, expect_equal
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World

KINDS = {"infra": "infrastructure", "maker": "maker", "liquidity": "liquidity"}
DISCOUNTS = {kind: f"discount {kind} factor" for kind in KINDS}
REWARDS = {kind: f"reward {kind} factor" for kind in KINDS}


@step(
    r'the referral set stats for code "([^"]+)" at epoch "([^"]+)" should have a running volume of (\d+):',
    Headers("party, " + ", ".join(f"{name}:dec" for name in (*DISCOUNTS.values(), *REWARDS.values()))),
    expects=", ".join((*DISCOUNTS.values(), *REWARDS.values())),
    captures=(2,),
)
def check_referral_stats(world: World, code: str, epoch: str, volume: str, rows: list[Row]) -> None:
    events = world.recorder.since_clear("referral stats")
    number = cells.u64(epoch)
    stats = next((event for event in events if event.set_id == code and event.at_epoch == number), None)
    if stats is None:
        raise StepFailed(f"no statistics of referral set {code} at epoch {epoch}", row=rows[0])
    expect_equal("running volume", int(volume), stats.running_notional_taker_volume)
    told = {referee.party: referee.discount_factors for referee in stats.referees}
    referees = {row["party"]: row for row in rows}
    expect_equal("referees", sorted(referees), sorted(told))
    for party, row in referees.items():
        for kind, field in KINDS.items():
            expect_equal(DISCOUNTS[kind], row[DISCOUNTS[kind]], getattr(told[party], field), row)
            expect_equal(REWARDS[kind], row[REWARDS[kind]], getattr(stats.reward_factors, field), row)


@step(r'^the team "([^"]*)" has the following members:$', Headers("party"))
def check_members(world: World, team: str, rows: list[Row]) -> None:
    expect_equal("members", sorted({row["party"] for row in rows}), sorted(world.network.team_members(team)))


@step(r'^the party "([^"]*)" has the following discount infra factor "([^"]*)"$', captures=(1,))
def check_infra_discount(world: World, party: str, expected: str) -> None:
    _factor(world, party, "infra", expected)


@step(r'^the party "([^"]*)" has the following discount maker factor "([^"]*)"$', captures=(1,))
def check_maker_discount(world: World, party: str, expected: str) -> None:
    _factor(world, party, "maker", expected)


@step(r'^the party "([^"]*)" has the following discount liquidity factor "([^"]*)"$', captures=(1,))
def check_liquidity_discount(world: World, party: str, expected: str) -> None:
    _factor(world, party, "liquidity", expected)


@step(r'^the AMM "([^"]*)" has the following discount infra factor "([^"]*)"$', captures=(1,))
def check_amm_infra_discount(world: World, alias: str, expected: str) -> None:
    _factor(world, world.alias(alias), "infra", expected)


@step(r'^the AMM "([^"]*)" has the following discount maker factor "([^"]*)"$', captures=(1,))
def check_amm_maker_discount(world: World, alias: str, expected: str) -> None:
    _factor(world, world.alias(alias), "maker", expected)


@step(r'^the AMM "([^"]*)" has the following discount liquidity factor "([^"]*)"$', captures=(1,))
def check_amm_liquidity_discount(world: World, alias: str, expected: str) -> None:
    _factor(world, world.alias(alias), "infra", expected)  # upstream compares this one


def _factor(world: World, party: str, kind: str, expected: str, row: Row | None = None) -> None:
    factors = world.network.discount_factors(party)
    expect_equal(f"{kind} discount of {party}", cells.decimal(expected), getattr(factors, KINDS[kind]), row)


@step(
    r"^the parties have the following discount factors:$",
    Headers("party, maker factor, liquidity factor, infra factor"),
    expects="maker factor, liquidity factor, infra factor",
)
def check_discounts(world: World, rows: list[Row]) -> None:
    for row in rows:
        for kind in KINDS:
            _factor(world, row["party"], kind, row[f"{kind} factor"], row)


def _number(what: str, expected: str, got: Decimal | int) -> None:
    expect_equal(what, cells.decimal(expected), Decimal(got))


@step(r'^the party "([^"]*)" has the following taker notional "([^"]*)"$', captures=(1,))
def check_taker_notional(world: World, party: str, expected: str) -> None:
    _number(f"taker notional of {party}", expected, world.network.taker_notional(party))


@step(r'^the AMM "([^"]+)" has the following taker notional "([^"]+)"$', captures=(1,))
def check_amm_taker_notional(world: World, alias: str, expected: str) -> None:
    _number(f"taker notional of {alias}", expected, world.network.taker_notional(world.alias(alias)))


@step(r'^the party "([^"]*)" has the following rebate factor "([^"]*)"$', captures=(1,))
def check_rebate(world: World, party: str, expected: str) -> None:
    _number(f"rebate factor of {party}", expected, world.network.rebate_factor(party))


@step(r'^the AMM "([^"]*)" has the following rebate factor "([^"]*)"$', captures=(1,))
def check_amm_rebate(world: World, alias: str, expected: str) -> None:
    _number(f"rebate factor of {alias}", expected, world.network.rebate_factor(world.alias(alias)))


@step(r'^the party "([^"]*)" has the following maker volume fraction "([^"]*)"$', captures=(1,))
def check_maker_fraction(world: World, party: str, expected: str) -> None:
    _number(f"maker volume fraction of {party}", expected, world.network.maker_volume_fraction(party))


@step(r'^the AMM "([^"]+)" has the following maker volume fraction "([^"]+)"$', captures=(1,))
def check_amm_maker_fraction(world: World, alias: str, expected: str) -> None:
    fraction = world.network.maker_volume_fraction(world.alias(alias))
    _number(f"maker volume fraction of {alias}", expected, fraction)


@step(r'the volume discount stats at epoch "([^"]+)" should be:', Headers("party, running volume, discount factor"))
def check_discount_stats(world: World, epoch: str, rows: list[Row]) -> None:
    """Upstream compares the table with nothing: it can never pass."""
    raise Mismatch(f"volume discount statistics at epoch {epoch}", len(rows), 0, rows[0])
