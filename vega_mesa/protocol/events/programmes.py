"""Referral, volume discount and volume rebate programmes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from vega_mesa.protocol.events.bus import Event


class Factors(NamedTuple):
    """One factor for each of maker, infrastructure and liquidity fee."""

    maker: Decimal
    infrastructure: Decimal
    liquidity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralProgramStarted(Event):
    """A referral programme is in force and none was before."""

    program: Any  # vega_mesa.protocol.programmes.referral.ReferralProgram
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralProgramUpdated(Event):
    """Another referral programme is in force."""

    program: Any
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralProgramEnded(Event):
    """The referral programme is over."""

    version: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSetCreated(Event):
    """A party became a referrer."""

    set_id: str
    referrer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereeJoinedReferralSet(Event):
    """A party applied a referral code."""

    set_id: str
    referee: str
    at_epoch: int


class RefereeStats(NamedTuple):
    """One referee at the end of an epoch; the volume in units of the quantum, not capped."""

    party: str
    taker_volume: int
    discount_factors: Factors


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSetStatsUpdated(Event):
    """One referral set at the end of an epoch."""

    set_id: str
    at_epoch: int
    was_eligible: bool
    running_notional_taker_volume: int
    referrer_taker_volume: int
    reward_factors: Factors  # of the tier
    rewards_multiplier: Decimal
    rewards_factors_multiplier: Factors  # multiplied and capped
    referees: tuple[RefereeStats, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDiscountProgramStarted(Event):
    """A volume discount programme is in force and none was before."""

    program: Any  # vega_mesa.protocol.programmes.volume_discount.VolumeDiscountProgram
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDiscountProgramUpdated(Event):
    """Another volume discount programme is in force."""

    program: Any
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDiscountProgramEnded(Event):
    """The volume discount programme is over."""

    version: int
    epoch: int


class PartyVolumeDiscount(NamedTuple):
    """One party's running volume (quantum) and discounts."""

    party: str
    running_volume: int
    discount_factors: Factors


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDiscountStatsUpdated(Event):
    """Volume discounts of all parties, ascending."""

    at_epoch: int
    stats: tuple[PartyVolumeDiscount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRebateProgramStarted(Event):
    """A volume rebate programme is in force and none was before."""

    program: Any  # vega_mesa.protocol.programmes.volume_rebate.VolumeRebateProgram
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRebateProgramUpdated(Event):
    """Another volume rebate programme is in force."""

    program: Any
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRebateProgramEnded(Event):
    """The volume rebate programme is over."""

    version: int
    epoch: int


class PartyVolumeRebate(NamedTuple):
    """One maker: its part of all maker fees, those fees (quantum), and its tier's rebate before the cap."""

    party: str
    maker_volume_fraction: Decimal
    maker_fees_received: int
    additional_rebate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRebateStatsUpdated(Event):
    """Rebates of all makers, ascending."""

    at_epoch: int
    stats: tuple[PartyVolumeRebate, ...]
