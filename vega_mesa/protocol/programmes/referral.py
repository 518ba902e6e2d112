"""Referral sets and the referral programme: discounts for referees, rewards for referrers (0083-RFPR)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import ONE, ZERO, Factor, exact
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.programmes import (
    Factors,
    RefereeJoinedReferralSet,
    RefereeStats,
    ReferralProgramEnded,
    ReferralProgramStarted,
    ReferralProgramUpdated,
    ReferralSetCreated,
    ReferralSetStatsUpdated,
)
from vega_mesa.protocol.fees.lookups import ComponentFactors
from vega_mesa.protocol.programmes.lifecycle import MAX_WINDOW, Lifecycle, TakerVolumes
from vega_mesa.protocol.refusal import Refused

NO_FACTORS: Final = Factors(ZERO, ZERO, ZERO)


class Stake(Protocol):
    """Staked governance tokens."""

    def available(self, party: str, /) -> int:
        """The party's stake; refused if it never staked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralBenefitTier:
    """What a set earns from a running volume (quantum) on; discounts also need epochs in the set."""

    minimum_running_notional_taker_volume: int
    minimum_epochs: int
    reward_factors: Factors
    discount_factors: Factors


@dataclass(frozen=True, slots=True, kw_only=True)
class StakingTier:
    """How a referrer's stake multiplies its rewards."""

    minimum_staked_tokens: int
    referral_reward_multiplier: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralProgram:
    """A version of the programme. ``window_length`` in epochs, ``ends_at`` in nanoseconds (0: never)."""

    window_length: int
    benefit_tiers: tuple[ReferralBenefitTier, ...] = ()
    staking_tiers: tuple[StakingTier, ...] = ()
    ends_at: int = 0
    version: int = field(default=0)


class Member:
    """A party in a set: when it joined (nanoseconds) and from which epoch it counts."""

    __slots__ = ("party", "joined_at", "epoch", "discount", "discount_factors")

    def __init__(self, party: str, joined_at: int, epoch: int) -> None:
        self.party = party
        self.joined_at = joined_at
        self.epoch = epoch
        self.discount_factors = NO_FACTORS
        self.discount: ComponentFactors | None = None  # the same for the fee engine, None when all are 0


class ReferralSet:
    """A referrer, its referees in order of joining, and what they traded by epoch (quantum, capped by party)."""

    __slots__ = ("id", "referrer", "referees", "volumes", "reward_factors", "multiplier", "applied", "reward")

    def __init__(self, id: str, referrer: Member) -> None:
        self.id = id
        self.referrer = referrer
        self.referees: list[Member] = []
        self.volumes: dict[int, int] = {}
        self.reward_factors = NO_FACTORS
        self.multiplier = ZERO
        self.applied = NO_FACTORS
        self.reward: ComponentFactors | None = None

    def add_volume(self, epoch: int, volume: int) -> None:
        """Add to an epoch's entry; entries older than any window are dropped."""
        self.volumes[epoch] = self.volumes.get(epoch, 0) + volume
        if len(self.volumes) > MAX_WINDOW:
            del self.volumes[next(iter(self.volumes))]

    def running_volume(self, window: int) -> int:
        """Sum of the last entries."""
        return sum(list(self.volumes.values())[-window:]) if window else 0


class Referrals:
    """All sets, and the programme in force. The fee engine asks :meth:`discount` and :meth:`reward`."""

    def __init__(self, bus: EventBus, stake: Stake, volumes: TakerVolumes) -> None:
        self.bus = bus
        self.stake = stake
        self.volumes = volumes
        self.lifecycle: Lifecycle[ReferralProgram] = Lifecycle(
            bus, ReferralProgramStarted, ReferralProgramUpdated, ReferralProgramEnded
        )
        self.sets: dict[str, ReferralSet] = {}
        self.set_of_referrer: dict[str, str] = {}
        self.set_of_referee: dict[str, str] = {}
        self.epoch = 0
        self.in_force = False
        self.max_party_volume = 0
        self.max_reward_proportion = ZERO
        self.min_staked_tokens = 0
        self._referees: dict[str, Member] = {}

    # -- network parameters ----------------------------------------------------------------------------------------

    def set_max_party_notional_volume_by_quantum_per_epoch(self, volume: int) -> None:
        """``referralProgram.maxPartyNotionalVolumeByQuantumPerEpoch``; 0 until set."""
        self.max_party_volume = volume

    def set_max_referral_reward_proportion(self, proportion: Decimal) -> None:
        """``referralProgram.maxReferralRewardProportion``; 0 until set."""
        self.max_reward_proportion = proportion

    def set_min_staked_vega_tokens(self, amount: int) -> None:
        """``referralProgram.minStakedVegaTokens``."""
        self.min_staked_tokens = amount

    # -- sets ------------------------------------------------------------------------------------------------------

    def create_set(self, now: int, party: str, set_id: str) -> None:
        """Make a party the referrer of a new set.

        Raises:
            Refused: it is a referrer or referee already, or stakes too little.

        Emits:
            ReferralSetCreated
        """
        if party in self.set_of_referrer:
            raise Refused(f'party "{party}" is already a referrer')
        if party in self.set_of_referee:
            raise Refused(f'party "{party}" has already been referred')
        stake = self._stake(party)
        if stake < self.min_staked_tokens:
            required = self.min_staked_tokens
            raise Refused(
                f'party "{party}" not eligible for referral rewards, staking balance required of {required} got {stake}'
            )
        self.sets[set_id] = ReferralSet(set_id, Member(party, now, self.epoch))
        self.set_of_referrer[party] = set_id
        self.bus.send(ReferralSetCreated, set_id=set_id, referrer=party)

    def apply_code(self, now: int, party: str, set_id: str) -> None:
        """Make a party a referee of a set, or let it leave a set whose referrer stakes too little.

        Raises:
            Refused: the party may not, or there is no such set.

        Emits:
            RefereeJoinedReferralSet
        """
        if party in self.set_of_referrer:
            raise Refused(f'party "{party}" is already a referrer')
        present = self.set_of_referee.get(party)
        if present is not None and (present == set_id or self._is_eligible(self.sets[present])):
            raise Refused(f'party "{party}" has already been referred')
        if set_id not in self.sets:
            raise Refused(f'no referral set for referral code "{set_id}"')
        if present is not None:
            self.sets[present].referees.remove(self._referees[party])
        member = Member(party, now, self.epoch)
        self.sets[set_id].referees.append(member)
        self.set_of_referee[party] = set_id
        self._referees[party] = member
        self.bus.send(RefereeJoinedReferralSet, set_id=set_id, referee=party, at_epoch=self.epoch)

    def require_owner(self, party: str, set_id: str) -> None:
        """Check that a party may change a set.

        Raises:
            Refused: no such set, or not the party's.
        """
        if set_id not in self.sets:
            raise Refused("unknown set ID")
        if self.set_of_referrer.get(party) is None:
            raise Refused(f'party "{party}" is not part of a referral set')
        if self.set_of_referrer[party] != set_id:
            raise Refused(f'party "{party}" does not own the referral set')

    # -- programme -------------------------------------------------------------------------------------------------

    def update(self, program: ReferralProgram) -> None:
        """Store a programme for the next epoch, its tiers ascending."""
        benefits = sorted(program.benefit_tiers, key=_by_volume_and_epochs)
        staking = sorted(program.staking_tiers, key=_by_stake)
        self.lifecycle.update(replace(program, benefit_tiers=tuple(benefits), staking_tiers=tuple(staking)))

    def on_epoch_end(self, epoch: Epoch) -> None:
        """Record the epoch's volumes and, with a programme in force, compute the factors.

        Emits:
            ReferralSetStatsUpdated: one for each set, ascending.
        """
        self._record(epoch.sequence)
        if self.lifecycle.current is not None:
            self._compute(self.lifecycle.current, epoch.sequence, announce=True)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Put a new programme in force. Its factors are computed at once, and that counts the last volumes again."""
        self.epoch = epoch.sequence
        if self.lifecycle.start_epoch(epoch.sequence, epoch.start) and self.lifecycle.current is not None:
            self._record(epoch.sequence)
            self._compute(self.lifecycle.current, epoch.sequence, announce=False)

    def discount(self, party: str, /) -> ComponentFactors | None:
        """Discount of a referee while a programme is in force."""
        if self.lifecycle.current is None:
            return None
        member = self._referees.get(party)
        return None if member is None else member.discount

    def reward(self, party: str, /) -> tuple[str, ComponentFactors] | None:
        """The referrer of a referee and its reward factors, which outlive the programme."""
        set_id = self.set_of_referee.get(party)
        if set_id is None:
            return None
        referral_set = self.sets[set_id]
        return None if referral_set.reward is None else (referral_set.referrer.party, referral_set.reward)

    def discount_factors(self, party: str) -> Factors:
        """The same as :meth:`discount`, as decimals."""
        member = self._referees.get(party)
        return NO_FACTORS if member is None or self.lifecycle.current is None else member.discount_factors

    def _record(self, epoch: int) -> None:
        notional, most = self.volumes.taker_notional, self.max_party_volume
        for referral_set in self.sets.values():
            volume = min(notional(referral_set.referrer.party), most)
            volume += sum(min(notional(member.party), most) for member in referral_set.referees)
            referral_set.add_volume(epoch, volume)

    @exact
    def _compute(self, program: ReferralProgram, epoch: int, *, announce: bool) -> None:
        self.in_force = False
        for set_id in sorted(self.sets):
            referral_set = self.sets[set_id]
            volume = referral_set.running_volume(program.window_length)
            eligible = self._is_eligible(referral_set)
            self._compute_rewards(program, referral_set, volume, eligible)
            for member in referral_set.referees:
                factors = NO_FACTORS
                if eligible:
                    factors = _discount(program, volume, epoch - member.epoch + 1)
                member.discount_factors = factors
                member.discount = components(factors)
                self.in_force = self.in_force or member.discount is not None
            self.in_force = self.in_force or referral_set.reward is not None
            if announce:
                self._announce(referral_set, epoch, volume, eligible)

    def _compute_rewards(
        self, program: ReferralProgram, referral_set: ReferralSet, volume: int, eligible: bool
    ) -> None:
        factors, multiplier = NO_FACTORS, ONE
        if eligible:
            for tier in program.benefit_tiers:
                if volume < tier.minimum_running_notional_taker_volume:
                    break
                factors = tier.reward_factors
            stake = self._stake(referral_set.referrer.party)
            for staking_tier in program.staking_tiers:
                if stake < staking_tier.minimum_staked_tokens:
                    break
                multiplier = staking_tier.referral_reward_multiplier
        referral_set.reward_factors = factors
        referral_set.multiplier = multiplier
        most = self.max_reward_proportion
        referral_set.applied = Factors(*(min(factor * multiplier, most) for factor in factors))
        referral_set.reward = components(referral_set.applied)

    def _announce(self, referral_set: ReferralSet, epoch: int, volume: int, eligible: bool) -> None:
        if ReferralSetStatsUpdated not in self.bus.wanted:
            return
        notional = self.volumes.taker_notional
        self.bus.send(
            ReferralSetStatsUpdated,
            set_id=referral_set.id,
            at_epoch=epoch,
            was_eligible=eligible,
            running_notional_taker_volume=volume,
            referrer_taker_volume=notional(referral_set.referrer.party),
            reward_factors=referral_set.reward_factors,
            rewards_multiplier=referral_set.multiplier,
            rewards_factors_multiplier=referral_set.applied,
            referees=tuple(
                RefereeStats(member.party, notional(member.party), member.discount_factors)
                for member in referral_set.referees
            ),
        )

    def _is_eligible(self, referral_set: ReferralSet) -> bool:
        return self._stake(referral_set.referrer.party) >= self.min_staked_tokens

    def _stake(self, party: str) -> int:
        try:
            return self.stake.available(party)
        except Refused:
            return 0


def components(factors: Factors) -> ComponentFactors | None:
    """Factors as the fee engine multiplies with them; None when all are 0."""
    if not any(factors):
        return None
    return ComponentFactors(Factor(factors.maker), Factor(factors.infrastructure), Factor(factors.liquidity))


def _discount(program: ReferralProgram, volume: int, epochs: int) -> Factors:
    """The last tier that a referee passes before the first that it fails."""
    factors = NO_FACTORS
    for tier in program.benefit_tiers:
        if epochs < tier.minimum_epochs or volume < tier.minimum_running_notional_taker_volume:
            break
        factors = tier.discount_factors
    return factors


def _by_volume_and_epochs(tier: ReferralBenefitTier) -> tuple[int, int]:
    return tier.minimum_running_notional_taker_volume, tier.minimum_epochs


def _by_stake(tier: StakingTier) -> int:
    return tier.minimum_staked_tokens
