"""Referral sets and programme (0083-RFPR)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.programmes import (
    Factors,
    ReferralProgramEnded,
    ReferralProgramStarted,
    ReferralProgramUpdated,
    ReferralSetStatsUpdated,
)
from vega_mesa.protocol.programmes import ReferralBenefitTier, ReferralProgram, Referrals, StakingTier
from vega_mesa.protocol.refusal import Refused

SECOND = 10**9


class Stakes(dict):
    def available(self, party):
        if party not in self:
            raise Refused("party not found")
        return self[party]


class Volumes(dict):
    def taker_notional(self, party):
        return self.get(party, 0)

    def taker_notionals(self):
        return dict(self)


def factors(value):
    return Factors(*[Decimal(value)] * 3)


def tier(volume, epochs, reward, discount):
    return ReferralBenefitTier(
        minimum_running_notional_taker_volume=volume,
        minimum_epochs=epochs,
        reward_factors=factors(reward),
        discount_factors=factors(discount),
    )


PROGRAM = ReferralProgram(
    window_length=7,
    benefit_tiers=(tier(3000, 3, "0.21", "0.24"), tier(2000, 2, "0.021", "0.024")),
    staking_tiers=(
        StakingTier(minimum_staked_tokens=20, referral_reward_multiplier=Decimal(2)),
        StakingTier(minimum_staked_tokens=10, referral_reward_multiplier=Decimal("1.5")),
    ),
)


class World:
    def __init__(self):
        self.stakes, self.volumes = Stakes(), Volumes()
        self.bus = EventBus()
        self.events = []
        kinds = (ReferralProgramStarted, ReferralProgramUpdated, ReferralProgramEnded, ReferralSetStatsUpdated)
        self.bus.subscribe(kinds, self.events.append)
        self.referrals = Referrals(self.bus, self.stakes, self.volumes)
        self.referrals.set_max_party_notional_volume_by_quantum_per_epoch(10**6)
        self.referrals.set_max_referral_reward_proportion(Decimal("0.5"))
        self.epoch = Epoch(sequence=0, start=0, expiry=SECOND)

    def next_epoch(self, **volumes):
        """End the epoch with these volumes, and start the next."""
        self.volumes.clear()
        self.volumes.update(volumes)
        self.referrals.on_epoch_end(self.epoch)
        sequence = self.epoch.sequence + 1
        self.epoch = Epoch(sequence=sequence, start=sequence * SECOND, expiry=0)
        self.referrals.on_epoch_start(self.epoch)
        self.volumes.clear()  # the tracker clears after the referral engine

    def make_set(self):
        self.referrals.create_set(0, "referrer", "code")
        self.referrals.apply_code(0, "referee", "code")


@pytest.fixture
def world():
    return World()


def test_a_party_is_in_one_set_only(world):
    world.make_set()
    create, apply = world.referrals.create_set, world.referrals.apply_code
    with pytest.raises(Refused, match='party "referrer" is already a referrer'):
        create(0, "referrer", "other")
    with pytest.raises(Refused, match='party "referee" has already been referred'):
        create(0, "referee", "other")
    with pytest.raises(Refused, match='party "referrer" is already a referrer'):
        apply(0, "referrer", "code")
    with pytest.raises(Refused, match='party "referee" has already been referred'):
        apply(0, "referee", "code")
    with pytest.raises(Refused, match='no referral set for referral code "nothing"'):
        apply(0, "new", "nothing")


def test_a_referrer_must_stake(world):
    world.referrals.set_min_staked_vega_tokens(10)
    text = 'party "referrer" not eligible for referral rewards, staking balance required of 10 got 0'
    with pytest.raises(Refused, match=text):
        world.referrals.create_set(0, "referrer", "code")
    world.stakes["referrer"] = 10
    world.make_set()


def test_a_referee_may_leave_a_set_whose_referrer_is_not_eligible(world):
    world.stakes.update(referrer=10, other=10)
    world.make_set()
    world.referrals.create_set(0, "other", "code2")
    with pytest.raises(Refused, match="has already been referred"):
        world.referrals.apply_code(0, "referee", "code2")
    world.referrals.set_min_staked_vega_tokens(11)
    world.referrals.apply_code(0, "referee", "code2")
    assert world.referrals.set_of_referee["referee"] == "code2"
    assert world.referrals.sets["code"].referees == []


def test_owners_of_sets(world):
    world.make_set()
    world.referrals.require_owner("referrer", "code")
    for party, set_id, text in (
        ("referrer", "x", "unknown set ID"),
        ("referee", "code", 'party "referee" is not part of a referral set'),
    ):
        with pytest.raises(Refused, match=text):
            world.referrals.require_owner(party, set_id)


def start(world, program=PROGRAM):
    """Epoch 1 is the first with the programme."""
    world.referrals.update(program)
    world.next_epoch()


def test_rewards_ignore_epochs_and_discounts_do_not(world):
    """features/referrals/0083-RFPR-benefit_factors, by hand."""
    start(world)
    world.make_set()
    discount, referral_set = world.referrals.discount_factors, world.referrals.sets["code"]
    world.next_epoch(referee=2000)
    assert referral_set.reward_factors == factors("0.021")
    assert discount("referee") == factors(0)  # in its first epoch
    world.next_epoch(referee=0)
    assert discount("referee") == factors("0.024")
    assert discount("referrer") == factors(0)
    world.next_epoch(referee=1000)
    assert referral_set.reward_factors == factors("0.21")
    assert discount("referee") == factors("0.24")
    assert world.referrals.reward("referee")[0] == "referrer"
    assert world.referrals.reward("referrer") is None


def test_stake_multiplies_rewards_up_to_a_cap(world):
    world.stakes["referrer"] = 15
    start(world)
    world.make_set()
    world.next_epoch(referee=3000)
    assert world.referrals.sets["code"].applied == factors("0.315")
    world.stakes["referrer"] = 20
    world.referrals.set_max_referral_reward_proportion(Decimal("0.4"))
    world.next_epoch()
    assert world.referrals.sets["code"].applied == factors("0.4")
    stats = [event for event in world.events if isinstance(event, ReferralSetStatsUpdated)][-1]
    assert (stats.reward_factors, stats.rewards_multiplier) == (factors("0.21"), 2)


def test_who_is_not_eligible_earns_nothing(world):
    start(world)
    world.make_set()
    world.referrals.set_min_staked_vega_tokens(5)
    world.next_epoch(referee=3000)
    stats = world.events[-1]
    assert not stats.was_eligible
    assert (stats.reward_factors, stats.rewards_multiplier) == (factors(0), 1)
    assert world.referrals.discount("referee") is None
    assert not world.referrals.in_force


def test_volumes_are_capped_by_party_and_nothing_counts_until_the_cap_is_set(world):
    world.referrals.set_max_party_notional_volume_by_quantum_per_epoch(0)
    world.make_set()
    world.next_epoch(referee=500)
    assert world.referrals.sets["code"].volumes == {0: 0}
    world.referrals.set_max_party_notional_volume_by_quantum_per_epoch(400)
    world.next_epoch(referee=500, referrer=100)
    assert world.referrals.sets["code"].volumes == {0: 0, 1: 500}


def test_the_last_epochs_volume_counts_twice_when_a_programme_starts(world):
    world.make_set()
    world.referrals.update(PROGRAM)
    world.next_epoch(referee=1000)
    referral_set = world.referrals.sets["code"]
    assert referral_set.volumes == {0: 1000, 1: 1000}
    assert referral_set.reward_factors == factors("0.021")  # 2000 are running
    world.next_epoch(referee=50)
    assert referral_set.volumes == {0: 1000, 1: 1050}
    assert world.events[-1].running_notional_taker_volume == 2050


def test_the_window_looks_back_over_entries(world):
    world.make_set()
    for volume in (1, 2, 4, 8):
        world.next_epoch(referee=volume)
    assert world.referrals.sets["code"].running_volume(2) == 12
    assert world.referrals.sets["code"].running_volume(200) == 15


def test_rewards_outlive_a_programme_but_discounts_do_not(world):
    """Trap: the applied reward factors are not reset when the programme ends."""
    start(world, ReferralProgram(window_length=1, benefit_tiers=(tier(1, 1, "0.1", "0.2"),), ends_at=3 * SECOND))
    world.make_set()
    world.next_epoch(referee=5)
    assert world.referrals.discount("referee") is not None
    world.next_epoch(referee=5)  # epoch 3 starts at the end of the programme
    assert world.referrals.discount("referee") is None
    assert world.referrals.reward("referee") is not None
    assert isinstance(world.events[-1], ReferralProgramEnded)
    world.next_epoch(referee=5)
    assert world.referrals.reward("referee") is not None


def test_versions_count_every_update(world):
    world.referrals.update(PROGRAM)
    world.referrals.update(PROGRAM)
    world.next_epoch()
    assert world.events[-1].program.version == 2
    assert isinstance(world.events[-1], ReferralProgramStarted)
    assert [t.minimum_epochs for t in world.events[-1].program.benefit_tiers] == [2, 3]
    world.referrals.update(PROGRAM)
    world.next_epoch()
    assert isinstance(world.events[-1], ReferralProgramUpdated)


def test_a_programme_that_is_over_at_once_starts_and_ends(world):
    world.referrals.update(ReferralProgram(window_length=1, ends_at=1))
    world.next_epoch()
    assert [type(event) for event in world.events] == [ReferralProgramStarted, ReferralProgramEnded]
    assert world.referrals.lifecycle.current is None
