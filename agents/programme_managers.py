"""The parties that make trading cheaper: for referees, for who takes much, for who makes much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from vega_mesa.agents.checks import at_least
from vega_mesa.agents.proposer import Proposer
from vega_mesa.protocol.commands.governance import (
    ProgramChange,
    UpdateReferralProgram,
    UpdateVolumeDiscountProgram,
    UpdateVolumeRebateProgram,
)
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.programmes.referral import ReferralBenefitTier, ReferralProgram, StakingTier
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram, VolumeDiscountTier
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram, VolumeRebateTier
from vega_mesa.units import Number, decimal

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

NEVER: Final = 253_402_300_799 * SECOND  # the network wants an end: the last second of the year 9999


class ReferralTier(NamedTuple):
    """From a set's running volume (quantum) and a referee's epochs in it on: parts of the fee."""

    volume: int
    epochs: int
    reward: Number
    discount: Number


class ProgrammeManager(Proposer):
    """Votes a programme in before the run; it works from the epoch after that on.

    Args:
        window: epochs that a running volume looks back, 1 to 200.
        voting: how many blocks there are to vote.
    """

    FAMILY = ""  # of the network's parameters for such proposals

    def __init__(self, model: VegaModel, *, window: int = 1, voting: int = 2, key: str | None = None) -> None:
        super().__init__(model, voting=voting, key=key)
        self.window = at_least("window", window, 1)

    def programme(self) -> ProgramChange:
        """What to propose."""
        raise NotImplementedError

    def initialise(self) -> None:
        """Make such proposals possible within seconds, then vote the programme in."""
        self.make_easy(self.FAMILY)
        self.enact(self.programme())


class ReferralProgrammeManager(ProgrammeManager):
    """Votes the referral programme in (0083-RFPR): referees pay less, their referrers earn.

    Args:
        tiers: see :class:`ReferralTier`; plain tuples will do.
        staking: pairs of a referrer's stake (smallest units) and what its reward is multiplied with, 1 or more.
        window: epochs that a set's volume looks back, 1 to 200.
    """

    FAMILY = "referralProgram"

    def __init__(
        self,
        model: VegaModel,
        *,
        tiers: Iterable[ReferralTier | tuple[int, int, Number, Number]] = ((1, 1, 0.1, 0.1),),
        staking: Iterable[tuple[int, Number]] = (),
        window: int = 1,
        voting: int = 2,
        key: str | None = None,
    ) -> None:
        super().__init__(model, window=window, voting=voting, key=key)
        self.tiers = tuple(ReferralTier(*tier) for tier in tiers)
        self.staking = tuple(staking)

    def programme(self) -> UpdateReferralProgram:
        """The programme as governance knows it."""
        tiers = tuple(
            ReferralBenefitTier(
                minimum_running_notional_taker_volume=tier.volume,
                minimum_epochs=tier.epochs,
                reward_factors=_same(tier.reward),
                discount_factors=_same(tier.discount),
            )
            for tier in self.tiers
        )
        staking = tuple(
            StakingTier(minimum_staked_tokens=stake, referral_reward_multiplier=decimal(multiplier))
            for stake, multiplier in self.staking
        )
        program = ReferralProgram(window_length=self.window, benefit_tiers=tiers, staking_tiers=staking, ends_at=NEVER)
        return UpdateReferralProgram(program=program)


class DiscountProgrammeManager(ProgrammeManager):
    """Votes the volume discount programme in (0084-VDPR): who takes much pays less.

    Args:
        tiers: pairs of a running taker volume (quantum) and the part of all fees that is let off from there on.
        window: epochs that the volume looks back, 1 to 200.
    """

    FAMILY = "VolumeDiscountProgram"

    def __init__(
        self,
        model: VegaModel,
        *,
        tiers: Iterable[tuple[int, Number]] = ((1, 0.1),),
        window: int = 1,
        voting: int = 2,
        key: str | None = None,
    ) -> None:
        super().__init__(model, window=window, voting=voting, key=key)
        self.tiers = tuple(tiers)

    def programme(self) -> UpdateVolumeDiscountProgram:
        """The programme as governance knows it."""
        tiers = tuple(
            VolumeDiscountTier(minimum_running_notional_taker_volume=volume, discount_factors=_same(discount))
            for volume, discount in self.tiers
        )
        return UpdateVolumeDiscountProgram(
            program=VolumeDiscountProgram(window_length=self.window, benefit_tiers=tiers, ends_at=NEVER)
        )


class RebateProgrammeManager(ProgrammeManager):
    """Votes the high-volume maker rebate programme in (0095-HVMR): who makes much of the volume earns more.

    Args:
        tiers: pairs of a part of all maker volume and the rebate from there on, a fraction of a trade's value.
        window: epochs that the volume looks back, 1 to 200.
    """

    FAMILY = "VolumeRebateProgram"

    def __init__(
        self,
        model: VegaModel,
        *,
        tiers: Iterable[tuple[Number, Number]] = ((0.1, 0.0001),),
        window: int = 1,
        voting: int = 2,
        key: str | None = None,
    ) -> None:
        super().__init__(model, window=window, voting=voting, key=key)
        self.tiers = tuple(tiers)

    def programme(self) -> UpdateVolumeRebateProgram:
        """The programme as governance knows it."""
        tiers = tuple(
            VolumeRebateTier(
                minimum_party_maker_volume_fraction=decimal(fraction), additional_maker_rebate=decimal(rebate)
            )
            for fraction, rebate in self.tiers
        )
        return UpdateVolumeRebateProgram(
            program=VolumeRebateProgram(window_length=self.window, benefit_tiers=tiers, ends_at=NEVER)
        )


def _same(value: Number) -> Factors:
    """One factor for all components of the fee."""
    factor = decimal(value)
    return Factors(factor, factor, factor)
