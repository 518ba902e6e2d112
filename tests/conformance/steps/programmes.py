"""Referral sets and teams, referral, volume discount and volume rebate programmes: set-up."""

from __future__ import annotations

from tests.conformance.failures import Mismatch, StepFailed
from tests.conformance.registry import step
from tests.conformance.steps.assets import check_error
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.programmes.referral import ReferralBenefitTier, ReferralProgram, StakingTier
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram, VolumeDiscountTier
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram, VolumeRebateTier

SECOND = 10**9


@step(
    r'^the referral benefit tiers "([^"]+)":$',
    Headers(
        "minimum running notional taker volume:uint, minimum epochs:uint, referral reward infra factor:dec, "
        "referral reward maker factor:dec, referral reward liquidity factor:dec, referral discount infra factor:dec, "
        "referral discount maker factor:dec, referral discount liquidity factor:dec"
    ),
    keeps=True,
)
def referral_benefit_tiers(world: World, name: str, rows: list[Row]) -> None:
    world.configurations.referral_benefit_tiers[name] = tuple(
        ReferralBenefitTier(
            minimum_running_notional_taker_volume=row["minimum running notional taker volume"],
            minimum_epochs=row["minimum epochs"],
            reward_factors=_factors(row, "referral reward "),
            discount_factors=_factors(row, "referral discount "),
        )
        for row in rows
    )


def _factors(row: Row, prefix: str = "") -> Factors:
    return Factors(
        maker=row[f"{prefix}maker factor"],
        infrastructure=row[f"{prefix}infra factor"],
        liquidity=row[f"{prefix}liquidity factor"],
    )


@step(
    r'^the referral staking tiers "([^"]+)":$',
    Headers("minimum staked tokens:uint, referral reward multiplier:dec"),
    keeps=True,
)
def referral_staking_tiers(world: World, name: str, rows: list[Row]) -> None:
    world.configurations.referral_staking_tiers[name] = tuple(
        StakingTier(
            minimum_staked_tokens=row["minimum staked tokens"],
            referral_reward_multiplier=row["referral reward multiplier"],
        )
        for row in rows
    )


@step(
    r"^the referral program:$",
    Headers(
        "end of program:time, window length:u64, benefit tiers, staking tiers",
        "decimal places, position decimal places",
        one_row=True,
    ),
)
def referral_programme(world: World, rows: list[Row]) -> None:
    (row,) = rows
    kept = world.configurations
    for named, header in (
        (kept.referral_benefit_tiers, "benefit tiers"),
        (kept.referral_staking_tiers, "staking tiers"),
    ):
        if row[header] not in named:
            raise StepFailed(f"no referral {header} are named {row[header]!r}", row=row)
    world.network.start_referral_programme(
        ReferralProgram(
            window_length=row["window length"],
            ends_at=row["end of program"],
            benefit_tiers=kept.referral_benefit_tiers[row["benefit tiers"]],
            staking_tiers=kept.referral_staking_tiers[row["staking tiers"]],
        )
    )


@step(
    r"^the parties create the following referral codes:$",
    Headers("party, code", "is_team:bool=false, team, error, reference, closed:bool=false, allow list:list"),
)
def create_referral_codes(world: World, rows: list[Row]) -> None:
    network = world.network
    for row in rows:
        check_error(row, network.create_referral_set(row["party"], row["code"]))
        if row["is_team"]:
            error = network.create_team(
                row["party"], row["team"], closed=row["closed"], allowed=list(row["allow list"])
            )
            if error:
                raise Mismatch("error of the team", "none", error, row)


@step(
    r"^the parties apply the following referral codes:$",
    Headers("party, code", "error, reference, is_team:bool=false, team"),
)
def apply_referral_codes(world: World, rows: list[Row]) -> None:
    """Upstream's step fails on a referral error also where it was expected, unless a team is joined after it.

    Where a team is joined, the error of joining counts, and without one that of the code.
    """
    for row in rows:
        error = world.network.apply_referral_code(row["party"], row["code"])
        if not row["is_team"]:
            if error or row["error"]:
                raise Mismatch("error", row["error"] or "none", error or "none", row)
            continue
        error = world.network.join_team(row["party"], row["team"]) or error
        if error != row["error"]:
            raise Mismatch("error", row["error"] or "none", error or "none", row)


@step(
    r"^the following teams with referees are created:$",
    Headers(
        "referrer, prefix, code, team name, referees:u32, balance:uint, asset",
        "closed:bool=false, allow list:list",
    ),
)
def create_teams(world: World, rows: list[Row]) -> None:
    for row in rows:
        members = [f"{row['prefix']}-{i:04d}" for i in range(1, row["referees"] + 1)]
        for party in (row["referrer"], *members):
            _accept(row, world.deposit(party, row["asset"], row["balance"]))
        network, team = world.network, row["team name"]
        allowed = [*row["allow list"], row["referrer"], *members] if row["closed"] else []
        _accept(row, network.create_referral_set(row["referrer"], row["code"]))
        _accept(row, network.create_team(row["referrer"], team, closed=row["closed"], allowed=allowed))
        for party in members:
            _accept(row, network.apply_referral_code(party, row["code"]))
            _accept(row, network.join_team(party, team))


def _accept(row: Row, error: str) -> None:
    if error:
        raise Mismatch("error", "none", error, row)


@step(
    r'^the volume discount program tiers named "([^"]*)":$',
    Headers("volume:uint, infra factor:dec, maker factor:dec, liquidity factor:dec"),
    keeps=True,
)
def discount_tiers(world: World, name: str, rows: list[Row]) -> None:
    world.configurations.discount_tiers[name] = tuple(
        VolumeDiscountTier(minimum_running_notional_taker_volume=row["volume"], discount_factors=_factors(row))
        for row in rows
    )


@step(
    r"^the volume discount program:$",
    Headers("id, tiers, closing timestamp:i64, window length:u64"),
)
def discount_programme(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.network.start_discount_programme(
            VolumeDiscountProgram(
                id=row["id"],
                ends_at=row["closing timestamp"] * SECOND,
                window_length=row["window length"],
                benefit_tiers=world.configurations.discount_tiers.get(row["tiers"], ()),
            )
        )


@step(r'^the volume rebate program tiers named "([^"]*)":$', Headers("fraction:dec, rebate:dec"), keeps=True)
def rebate_tiers(world: World, name: str, rows: list[Row]) -> None:
    world.configurations.rebate_tiers[name] = tuple(
        VolumeRebateTier(minimum_party_maker_volume_fraction=row["fraction"], additional_maker_rebate=row["rebate"])
        for row in rows
    )


@step(
    r"^the volume rebate program:$",
    Headers("id, tiers, closing timestamp:i64, window length:u64", "closing delta:dur"),
)
def rebate_programme(world: World, rows: list[Row]) -> None:
    for row in rows:
        end = row["closing timestamp"] * SECOND
        if row.has("closing delta"):
            end = world.now + row["closing delta"]
        world.network.start_rebate_programme(
            VolumeRebateProgram(
                id=row["id"],
                ends_at=end,
                window_length=row["window length"],
                benefit_tiers=world.configurations.rebate_tiers.get(row["tiers"], ()),
            )
        )
