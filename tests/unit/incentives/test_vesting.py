"""Locked, vesting and vested rewards (0085-RVST)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.rewards import VestingBalancesSummary, VestingStatsUpdated
from vega_mesa.protocol.party_profiles import PartyProfiles
from vega_mesa.protocol.vesting import BenefitTier, Vesting


class Quanta:
    def quantum(self, _asset):
        return Decimal(1)


class Streaks(dict):
    def vesting_multiplier(self, party):
        return self.get(party, Decimal(1))


class World:
    def __init__(self):
        self.bus = EventBus()
        self.collateral = Collateral(self.bus)
        self.collateral.enable_asset("dollar")
        self.streaks = Streaks()
        self.keys = PartyProfiles(self.bus)
        self.vesting = Vesting(self.bus, self.collateral, Quanta(), self.streaks, self.keys)
        self.vesting.base_rate = Decimal("0.1")
        self.vesting.minimum_transfer = Decimal(1)
        self.epoch = 0

    def reward(self, amount, lock, party="a"):
        source = self.collateral.open(AccountType.EXTERNAL, "dollar")
        account = self.collateral.open(AccountType.VESTING_REWARDS, "dollar", party)
        self.collateral.transfer("TRANSFER_TYPE_REWARD_PAYOUT", amount, source, account)
        self.vesting.add_reward(party, "dollar", amount, lock)

    def end(self):
        self.vesting.on_epoch_end(Epoch(sequence=self.epoch, start=0, expiry=0, end=1))
        self.epoch += 1
        return self.balances()

    def balances(self, party="a"):
        balance = self.collateral.balance
        return balance(AccountType.VESTING_REWARDS, "dollar", party), balance(
            AccountType.VESTED_REWARDS, "dollar", party
        )


@pytest.fixture
def world():
    return World()


def test_lock_and_rate_of_the_worked_example(world):
    """06 §6.13: a lock of two epochs, a tenth vests at each end; another reward three epochs later."""
    found = []
    for number in range(6):
        if number in {0, 3}:
            world.reward(10_000, 2)
        found.append(world.end())
    assert found == [(10_000, 0), (10_000, 0), (9_000, 1_000), (18_100, 1_900), (17_290, 2_710), (15_561, 4_439)]


def test_without_a_lock_a_reward_vests_at_the_same_end(world):
    world.reward(10_000, 0)
    assert world.end() == (9_000, 1_000)


def test_a_lock_of_one_vests_at_the_next_end(world):
    world.reward(10_000, 1)
    assert [world.end(), world.end()] == [(10_000, 0), (9_000, 1_000)]


def test_at_least_the_minimum_vests_and_never_more_than_there_is(world):
    world.vesting.minimum_transfer = Decimal(700)
    world.reward(1_000, 0)
    assert [world.end(), world.end()] == [(300, 700), (0, 1_000)]
    assert world.vesting.parties == {}


def test_streaks_speed_vesting_up(world):
    world.streaks["a"] = Decimal("2.5")
    world.reward(1_000, 0)
    assert world.end() == (750, 250)


def test_bonus_follows_from_what_is_vesting_and_vested(world):
    world.vesting.set_benefit_tiers([BenefitTier(500, Decimal(3)), BenefitTier(100, Decimal(2))])
    assert world.vesting.reward_multiplier("a") == 1
    world.end()
    world.reward(100, 0)
    assert world.vesting.reward_multiplier("a") == 2
    world.reward(400, 0)
    assert world.vesting.reward_multiplier("a") == 2, "the same for all rewards of one end"
    world.end()
    assert world.vesting.reward_multiplier("a") == 3


def test_bonus_counts_the_balances_of_derived_keys(world):
    world.vesting.set_benefit_tiers([BenefitTier(100, Decimal(2))])
    world.keys.add_derived_key("a", "pool")
    world.reward(100, 0, "pool")
    assert world.vesting.reward_multiplier("a") == 2
    stats = []
    world.bus.subscribe(VestingStatsUpdated, stats.append)
    world.reward(1, 0)
    world.end()
    (mine, _) = stats[0].stats
    assert (mine.multiplier, mine.quantum_balance) == (1, 1)
    assert (mine.summed_multiplier, mine.summed_quantum_balance) == (2, 101)


def test_summary_says_until_when_rewards_are_locked(world):
    summaries = []
    world.bus.subscribe(VestingBalancesSummary, summaries.append)
    world.reward(10, 3)
    world.end()
    assert [(each.until_epoch, each.amount) for each in summaries[0].locked] == [(3, 10)]
