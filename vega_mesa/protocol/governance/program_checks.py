"""What a proposed referral, discount or rebate programme must look like (0083-RFPR, 0084-VDPR, 0095-HVMR; 04 §8.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.programmes.referral import ReferralBenefitTier, ReferralProgram
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram

LONGEST_WINDOW: Final = 200  # epochs
REQUIRED: Final = "is required"
POSITIVE: Final = "must be positive"
NOT_NEGATIVE: Final = "must be positive or zero"
Problem = tuple[str, str]  # property, message


def program_problems(change: terms.ProgramChange, enactment: int, path: str) -> list[Problem]:
    """What is wrong with a proposed programme.

    Args:
        enactment: unix seconds.
        path: of the change in the proposal.
    """
    match change:
        case terms.UpdateReferralProgram():
            name, problems = "update_referral_program", _referral(change.program)
        case terms.UpdateVolumeDiscountProgram():
            name, problems = "update_volume_discount_program", _volume_discount(change.program)
        case _:
            name, problems = "update_volume_rebate_program", _volume_rebate(change.program)
    found = [*_common(change.program.ends_at, change.program.window_length, enactment), *problems]
    return [(f"{path}.{name}.changes.{property}", message) for property, message in found]


def _common(ends_at: int, window: int, enactment: int) -> Iterator[Problem]:
    if ends_at == 0:
        yield "end_of_program_timestamp", REQUIRED
    elif ends_at < 0:
        yield "end_of_program_timestamp", POSITIVE
    elif ends_at < enactment * SECOND:
        yield "end_of_program_timestamp", "must be greater than proposal_submission.terms.enactment_timestamp"
    if window <= 0:
        yield "window_length", REQUIRED
    elif window > LONGEST_WINDOW:
        yield "window_length", f"must be at most {LONGEST_WINDOW}"


def _referral(program: ReferralProgram) -> Iterator[Problem]:
    seen: list[tuple[int, int]] = []
    for index, tier in enumerate(program.benefit_tiers):
        path = f"benefit_tiers.{index}"
        key = (tier.minimum_epochs, tier.minimum_running_notional_taker_volume)
        if key in seen:
            yield path, "duplicate benefit tier"
        seen.append(key)
        yield from _referral_tier(path, tier)
    stakes: list[int] = []
    for index, staking in enumerate(program.staking_tiers):
        path = f"staking_tiers.{index}"
        if staking.minimum_staked_tokens in stakes:
            yield path, "duplicate staking tier"
        stakes.append(staking.minimum_staked_tokens)
        if staking.minimum_staked_tokens <= 0:
            yield f"{path}.minimum_staked_tokens", POSITIVE
        if staking.referral_reward_multiplier < 1:
            yield f"{path}.referral_reward_multiplier", "must be greater than or equal to 1"


def _referral_tier(path: str, tier: ReferralBenefitTier) -> Iterator[Problem]:
    if tier.minimum_running_notional_taker_volume <= 0:
        yield f"{path}.minimum_running_notional_taker_volume", POSITIVE
    if tier.minimum_epochs <= 0:
        yield f"{path}.minimum_epochs", POSITIVE
    yield from _factors(f"{path}.referral_reward_factors", "reward", tier.reward_factors)
    yield from _factors(f"{path}.referral_discount_factors", "discount", tier.discount_factors)


def _volume_discount(program: VolumeDiscountProgram) -> Iterator[Problem]:
    for index, tier in enumerate(program.benefit_tiers):
        path = f"benefit_tiers.{index}"
        if tier.minimum_running_notional_taker_volume <= 0:
            yield f"{path}.minimum_running_notional_taker_volume", POSITIVE
        yield from _factors(f"{path}.volume_discount_factors", "discount", tier.discount_factors)


def _volume_rebate(program: VolumeRebateProgram) -> Iterator[Problem]:
    for index, tier in enumerate(program.benefit_tiers):
        path = f"benefit_tiers.{index}"
        if tier.minimum_party_maker_volume_fraction <= 0:
            yield f"{path}.minimum_party_maker_volume_fraction", POSITIVE
        if tier.additional_maker_rebate < 0:
            yield f"{path}.additional_maker_rebate", NOT_NEGATIVE


def _factors(path: str, kind: str, factors: Factors) -> Iterator[Problem]:
    for name, factor in zip(Factors._fields, factors, strict=True):
        if factor < 0:
            yield f"{path}.{name}_{kind}_factor", NOT_NEGATIVE
