"""What a referral, discount or rebate programme may promise (0083-RFPR, 0084-VDPR, 0095-HVMR)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import format_decimal
from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.governance.proposals import ProposalError, ProposalRefused
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.network_parameters import NetworkParameters

LONGEST_WINDOW: Final = 200  # epochs
COMPONENTS: Final = ("infrastructure", "maker", "liquidity")


def check_program(change: terms.ProgramChange, enactment: int, parameters: NetworkParameters) -> None:
    """Refuse a programme beyond the limits of the network.

    Args:
        enactment: unix seconds.

    Raises:
        ProposalRefused: the first limit that is broken.
    """
    match change:
        case terms.UpdateReferralProgram():
            rules = _Rules(ProposalError.INVALID_REFERRAL_PROGRAM, parameters)
            rules.referral(change, enactment)
        case terms.UpdateVolumeDiscountProgram():
            rules = _Rules(ProposalError.INVALID_VOLUME_DISCOUNT_PROGRAM, parameters)
            rules.volume_discount(change, enactment)
        case terms.UpdateVolumeRebateProgram():
            rules = _Rules(ProposalError.INVALID_VOLUME_REBATE_PROGRAM, parameters)
            rules.volume_rebate(change, enactment)


class _Rules:
    """The limits of one kind of programme."""

    def __init__(self, reason: ProposalError, parameters: NetworkParameters) -> None:
        self.reason = reason
        self.parameters = parameters

    def referral(self, change: terms.UpdateReferralProgram, enactment: int) -> None:
        program = change.program
        self._times("referral program", program.ends_at, enactment, program.window_length)
        limit = "referralProgram.maxReferralTiers"
        self._count("benefit", len(program.benefit_tiers), limit)
        self._count("staking", len(program.staking_tiers), limit)
        self._distinct(
            "benefit", [(t.minimum_epochs, t.minimum_running_notional_taker_volume) for t in program.benefit_tiers]
        )
        self._distinct("staking", [tier.minimum_staked_tokens for tier in program.staking_tiers])
        for index, tier in enumerate(program.benefit_tiers, 1):
            self._factors(index, "referral reward", tier.reward_factors, "referralProgram.maxReferralRewardFactor")
            self._factors(
                index, "referral discount", tier.discount_factors, "referralProgram.maxReferralDiscountFactor"
            )
        if any(tier.referral_reward_multiplier < 1 for tier in program.staking_tiers):
            raise self._refused("referral reward multiplier must be greater than or equal to 1")

    def volume_discount(self, change: terms.UpdateVolumeDiscountProgram, enactment: int) -> None:
        program = change.program
        self._times("volume discount program", program.ends_at, enactment, program.window_length)
        self._count("benefit", len(program.benefit_tiers), "volumeDiscountProgram.maxBenefitTiers")
        self._distinct("benefit", [tier.minimum_running_notional_taker_volume for tier in program.benefit_tiers])
        for index, tier in enumerate(program.benefit_tiers, 1):
            limit = "volumeDiscountProgram.maxVolumeDiscountFactor"
            self._factors(index, "volume discount", tier.discount_factors, limit)

    def volume_rebate(self, change: terms.UpdateVolumeRebateProgram, enactment: int) -> None:
        program = change.program
        self._times("volume rebate program", program.ends_at, enactment, program.window_length)
        self._count("benefit", len(program.benefit_tiers), "volumeRebateProgram.maxBenefitTiers")
        self._distinct("benefit", [tier.minimum_party_maker_volume_fraction for tier in program.benefit_tiers])
        if any(tier.additional_maker_rebate < 0 for tier in program.benefit_tiers):
            raise self._refused("additional maker rebate must be positive or zero")

    def _times(self, name: str, ends_at: int, enactment: int, window: int) -> None:
        if ends_at and ends_at < enactment * SECOND:
            raise self._refused(f"the proposal must be enacted before the {name} ends")
        if not 1 <= window <= LONGEST_WINDOW:
            raise self._refused(f"window length must be from 1 to {LONGEST_WINDOW} epochs")

    def _count(self, kind: str, count: int, parameter: str) -> None:
        most = self.parameters.integer(parameter)
        if count > most:
            raise self._refused(
                f"the number of {kind} tiers in the proposal is higher than the maximum allowed by the network "
                f'parameter "{parameter}": maximum is {most}, but got {count}'
            )

    def _distinct(self, kind: str, keys: Sequence[object]) -> None:
        if any(key in keys[:index] for index, key in enumerate(keys)):
            raise self._refused(f"duplicate {kind} tier")

    def _factors(self, index: int, kind: str, factors: Factors, parameter: str) -> None:
        most = self.parameters.decimal(parameter)
        for name in COMPONENTS:
            factor: Decimal = getattr(factors, name)
            if factor < 0:
                raise self._refused(f"tier {index} defines a {kind} {name} factor that must be positive or zero")
            if factor > most:
                raise self._refused(
                    f"tier {index} defines a {kind} {name} factor higher than the maximum allowed by the network "
                    f'parameter "{parameter}": maximum is {format_decimal(most)}, but got {format_decimal(factor)}'
                )

    def _refused(self, text: str) -> ProposalRefused:
        return ProposalRefused(self.reason, text)
