"""What a referral, discount or rebate programme may promise (0083-RFPR, 0084-VDPR, 0095-HVMR)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import format_decimal
from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.governance.proposals import ProposalError, ProposalRefused
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.network_parameters import NetworkParameters

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
            rules.volume_discount(change)
        case terms.UpdateVolumeRebateProgram():
            rules = _Rules(ProposalError.INVALID_VOLUME_REBATE_PROGRAM, parameters)
            rules.count("tiers", len(change.program.benefit_tiers), "volumeRebateProgram.maxBenefitTiers")


class _Rules:
    """The limits of one kind of programme."""

    def __init__(self, reason: ProposalError, parameters: NetworkParameters) -> None:
        self.reason = reason
        self.parameters = parameters

    def referral(self, change: terms.UpdateReferralProgram, enactment: int) -> None:
        program = change.program
        if program.ends_at < enactment * SECOND:
            raise self._refused("the proposal must be enacted before the referral program ends")
        limit = "referralProgram.maxReferralTiers"
        self.count("benefit tiers", len(program.benefit_tiers), limit)
        self.count("staking tiers", len(program.staking_tiers), limit)
        for index, tier in enumerate(program.benefit_tiers, 1):
            self._factors(index, "referral reward", tier.reward_factors, "referralProgram.maxReferralRewardFactor")
            self._factors(
                index, "referral discount", tier.discount_factors, "referralProgram.maxReferralDiscountFactor"
            )

    def volume_discount(self, change: terms.UpdateVolumeDiscountProgram) -> None:
        tiers = change.program.benefit_tiers
        self.count("tiers", len(tiers), "volumeDiscountProgram.maxBenefitTiers")
        for index, tier in enumerate(tiers, 1):
            limit = "volumeDiscountProgram.maxVolumeDiscountFactor"
            self._factors(index, "volume discount", tier.discount_factors, limit)

    def count(self, what: str, count: int, parameter: str) -> None:
        most = self.parameters.integer(parameter)
        if count > most:
            raise self._refused(
                f"the number of {what} in the proposal is higher than the maximum allowed by the network "
                f'parameter "{parameter}": maximum is {most}, but got {count}'
            )

    def _factors(self, index: int, kind: str, factors: Factors, parameter: str) -> None:
        most = self.parameters.decimal(parameter)
        for name in COMPONENTS:
            factor: Decimal = getattr(factors, name)
            if factor > most:
                raise self._refused(
                    f"tier {index} defines a {kind} {name} factor higher than the maximum allowed by the network "
                    f'parameter "{parameter}": maximum is {format_decimal(most)}, but got {format_decimal(factor)}'
                )

    def _refused(self, text: str) -> ProposalRefused:
        return ProposalRefused(self.reason, text)
