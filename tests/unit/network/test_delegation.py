from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.delegation import Delegation
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeTable, StakingAccounts, TokenBalances
from vega_mesa.protocol.validators import Validators, block_performance, voting_powers


class World:
    def __init__(self, bus):
        self.stake = StakeTable()
        self.validators = Validators()
        self.delegation = Delegation(bus, self.stake, self.validators)
        self.delegation.minimum_amount = 10
        for node in ("node1", "node2", "node3"):
            self.validators.add(node)
            self.stake.deposit(node, 1000)
        self.stake.deposit("party", 1000)
        self.sequence = -1
        self.roll()

    def roll(self):
        now = (self.sequence + 2) * 100 * SECOND
        data = []
        if self.sequence >= 0:
            ended = Epoch(sequence=self.sequence, start=now - 100 * SECOND, expiry=now - 1, end=now)
            data = self.delegation.end_epoch(ended)
        self.sequence += 1
        epoch = Epoch(sequence=self.sequence, start=now, expiry=now + 100 * SECOND)
        self.stake.on_epoch_start(epoch)
        self.delegation.on_epoch_start(epoch)
        return data


@pytest.fixture
def world(bus):
    return World(bus)


def refused(function, *arguments):
    with pytest.raises(Refused) as refusal:
        function(*arguments)
    return refusal.value.text


def test_errors_of_delegation_in_their_order(world):
    delegate = world.delegation.delegate
    assert refused(delegate, "party", "nobody", 1) == "invalid node ID"
    assert refused(delegate, "stranger", "node1", 1) == "cannot find staking account for the party"
    too_little = "delegation amount is lower than the minimum amount for delegation for a validator"
    assert refused(delegate, "party", "node1", 9) == too_little
    assert refused(delegate, "party", "node1", 1001) == "insufficient balance for delegation"
    delegate("party", "node1", 600)
    assert refused(delegate, "party", "node2", 401) == "insufficient balance for delegation"


def test_errors_of_undelegation(world):
    world.delegation.delegate("party", "node1", 100)
    for undelegate in (world.delegation.undelegate, world.delegation.undelegate_now):
        assert refused(undelegate, "party", "nobody", 1) == "invalid node ID"
        assert refused(undelegate, "party", "node1", 101) == "incorrect token amount for undelegation"
        assert refused(undelegate, "party", "node2", 1) == "incorrect token amount for undelegation"


def test_a_delegation_counts_from_the_next_epoch(world):
    world.delegation.delegate("party", "node1", 100)
    assert world.delegation.delegated("party") == {}
    assert world.delegation.delegated("party", next_epoch=True) == {"node1": 100}
    assert [each.delegated for each in world.roll()] == [0, 0, 0]
    assert world.delegation.delegated("party") == {"node1": 100}
    assert [each.delegators for each in world.roll()] == [(("party", 100),), (), ()]


def test_undelegating_now_takes_from_this_epoch_and_the_next(world):
    world.delegation.delegate("party", "node1", 100)
    world.roll()
    world.delegation.delegate("party", "node1", 50)
    world.delegation.undelegate_now("party", "node1", 120)
    assert world.delegation.delegated("party") == {}
    assert world.delegation.delegated("party", next_epoch=True) == {"node1": 30}
    world.delegation.undelegate_now("party", "node1", 0)
    assert world.delegation.delegated("party", next_epoch=True) == {}


def test_a_smaller_stake_cuts_delegations_in_proportion_and_the_rest_in_order_of_node(world):
    for node, amount in (("node1", 500), ("node2", 300), ("node3", 200)):
        world.delegation.delegate("party", node, amount)
    world.roll()
    world.stake.withdraw("party", 101)  # cut 50.5, 30.3, 20.2
    world.roll()
    assert world.delegation.delegated("party") == {"node1": 449, "node2": 270, "node3": 180}


def test_who_delegates_all_is_in_auto_delegation_until_undelegating(world):
    world.delegation.delegate("party", "node1", 300)
    world.delegation.delegate("party", "node2", 700)
    world.roll()
    assert world.delegation.is_automatic("party")
    world.stake.deposit("party", 101)
    world.roll()
    assert world.delegation.delegated("party") == {"node1": 330, "node2": 770}
    world.delegation.undelegate("party", "node1", 30)
    assert not world.delegation.is_automatic("party")


def test_manual_delegation_suspends_auto_delegation_for_the_epoch(world):
    world.delegation.delegate("party", "node1", 1000)
    world.roll()
    world.stake.deposit("party", 100)
    world.delegation.delegate("party", "node1", 50)
    world.roll()
    assert world.delegation.delegated("party") == {"node1": 1050}
    world.roll()
    assert world.delegation.delegated("party") == {"node1": 1100}


def test_anti_whaling_score_of_a_set_of_thirteen(world):
    # 0061-REWP: stakes of 10000 each, minValidators 5, competition level 1.1, multiplier 5.
    validators = Validators()
    validators.competition_level, validators.min_validators = Decimal("1.1"), 5
    validators.optimal_stake_multiplier, validators.minimum_stake = Decimal(5), Decimal(100)
    for index in range(1, 14):
        validators.add(f"node{index}")
    stake = StakeTable()
    delegation = Delegation(world.delegation.bus, stake, validators)
    for index in range(1, 14):
        stake.deposit(f"node{index}", 10_000)
        delegation.delegate(f"node{index}", f"node{index}", 10_000)
    delegation.on_epoch_start(Epoch(sequence=0, start=1, expiry=2))
    delegation.end_epoch(Epoch(sequence=0, start=1, expiry=2, end=3))
    scores = validators.scores(1, delegation.validator_data())
    assert {format(round(score.validator_score, 5), "f") for score in scores} == {"0.07692"}
    assert {format(round(score.normalised, 5), "f") for score in scores} == {"0.07692"}


def test_optimal_stake_and_a_whale():
    validators = Validators()
    validators.min_validators, validators.optimal_stake_multiplier = 5, Decimal(3)
    assert validators.optimal_stake(1000, 2) == 200
    validators.competition_level = Decimal("1.1")
    assert validators.optimal_stake(1000, 11) == 100


def test_performance_and_voting_power():
    assert block_performance(0, 0, 1, 2, Decimal(0)) == Decimal("0.05")
    assert block_performance(48, 100, 1, 2, Decimal(0)) == 1
    assert block_performance(8, 100, 1, 2, Decimal(0)) == Decimal("0.2")
    assert voting_powers({"a": Decimal("0.3"), "b": Decimal("0.1"), "c": Decimal(0)}) == {"a": 7500, "b": 2500, "c": 1}
    assert voting_powers({"a": Decimal(0)}) == {"a": 10}


def test_stake_in_a_range_is_the_lowest_balance_of_it(bus):
    staking = StakingAccounts(bus, Collateral(bus))
    staking.deposited("1", "party", 100, 10)
    staking.removed("2", "party", 40, 20)
    staking.deposited("3", "party", 90, 30)
    assert staking.available("party") == 150
    assert staking.in_range("party", 10, 15) == 100
    assert staking.in_range("party", 15, 40) == 60
    assert staking.in_range("party", 5, 40) == 0
    assert staking.in_range("party", 30, 40) == 150
    assert refused(staking.deposited, "3", "party", 1, 40) == "duplicate staking event"
    assert refused(staking.available, "stranger") == "party not found"


def test_at_equal_times_deposits_come_before_removals_and_too_large_a_removal_reads_zero(bus):
    staking = StakingAccounts(bus, Collateral(bus))
    staking.removed("1", "party", 40, 10)
    assert staking.available("party") == 0
    staking.deposited("2", "party", 100, 10)
    assert staking.available("party") == 60


def test_tokens_are_associated_from_the_general_account(bus):
    collateral = Collateral(bus)
    collateral.enable_asset("vega")
    staking = StakingAccounts(bus, collateral, "vega")
    collateral.deposit("party", "vega", 100)
    assert refused(staking.associate, "1", "party", 101, SECOND) == "not enough funds to transfer"
    staking.associate("1", "party", 70, SECOND)
    staking.dissociate("2", "party", 20, 2 * SECOND)
    assert staking.available("party") == 50
    assert collateral.balance(AccountType.LOCKED_FOR_STAKING, "vega", "party") == 50
    assert collateral.balance(AccountType.GENERAL, "vega", "party") == 50
    assert staking.total_supply() == 100
    assert collateral.imbalance() == {}


def test_without_ethereum_the_balance_of_the_token_is_the_stake(bus):
    collateral = Collateral(bus)
    collateral.enable_asset("vega")
    collateral.deposit("party", "vega", 100)
    balances = TokenBalances(collateral, "vega")
    assert balances.available("party") == balances.in_range("party", 0, 1) == 100
    assert balances.total_supply() == 1
    assert refused(balances.available, "stranger") == "account does not exists"


def test_a_later_deposit_does_not_count_in_the_running_epoch_and_a_withdrawal_does(world):
    start = 100 * SECOND
    world.stake.deposit("party", 500)
    assert world.stake.available("party") == 1500
    assert world.stake.in_range("party", start, 0) == 1000
    world.stake.withdraw("party", 700)
    assert world.stake.in_range("party", start, 0) == 800
    assert refused(world.stake.withdraw, "stranger", 1) == "party staking accoung is missing"
    assert refused(world.stake.withdraw, "party", 9999) == "incorrect balance for unstaking"
