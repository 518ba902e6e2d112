"""Recurring transfers, and the games that they feed (0057-TRAN, 0056-REWA)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.teams import TeamDetails
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DistributionStrategy,
    EntityScope,
    IndividualScope,
    Rank,
    RecurringTransfer,
)
from vega_mesa.protocol.refusal import Refused

ANN, BOB, CID = "a" * 64, "b" * 64, "c" * 64
A = AccountType


def every_epoch(start=1, end=None, factor="1"):
    return RecurringTransfer(start_epoch=start, end_epoch=end, factor=Decimal(factor))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (every_epoch(end=0), "end epoch is zero"),
        (every_epoch(start=0), "start epoch is zero"),
        (every_epoch(3, 2), "start epoch after end epoch"),
        (every_epoch(factor="0"), "invalid factor"),
    ],
)
def test_refusals(world, kind, text):
    assert world.send(kind=kind) == text


def test_duplicates_and_starts_in_the_past_are_refused(world):
    assert world.send(kind=every_epoch()) == ""
    text = "cannot submit duplicate recurring transfer with same from and to"
    assert world.send(kind=every_epoch(5, 6, "2"), amount=7) == text
    assert world.send(kind=every_epoch(), to=CID) == ""
    world.end()
    world.end()
    assert world.send(kind=every_epoch(), to=ANN) == "start epoch in the past"


def test_it_pays_at_the_end_of_each_epoch_from_start_to_end(world):
    world.send(kind=every_epoch(1, 2, "0.5"), amount=1_001)
    received = []
    for _ in range(4):
        world.end()
        received.append(world.general(BOB) - 100_000)
    assert received == [0, 1_001, 1_501, 1_501]
    assert world.status() == ("STATUS_DONE", "")
    assert world.transfers.recurring == {}


def test_it_stops_without_funds_or_below_the_minimum(world):
    world.send(kind=every_epoch(), amount=60_000)
    for _ in range(3):
        world.end()
    assert world.status() == ("STATUS_STOPPED", "could not pay the fee for transfer: not enough funds to transfer")
    world.transfers.min_quantum_multiple = Decimal("0.1")
    world.send(kind=every_epoch(world.epoch, factor="0.9"), party=CID, amount=550)
    world.end()
    world.end()
    assert world.status()[1] == "could not transfer funds, less than minimal amount requested to transfer"


def test_only_the_owner_cancels(world):
    world.send(kind=every_epoch(), id="t")
    with pytest.raises(Refused, match=r"^cannot cancel other parties recurring transfers$"):
        world.transfers.cancel(BOB, "t")
    world.transfers.cancel(ANN, "t")
    assert world.status() == ("STATUS_CANCELLED", "transfer cancelled")
    with pytest.raises(Refused, match=r"^recurring transfer does not exists$"):
        world.transfers.cancel(ANN, "t")


# -- games ----------------------------------------------------------------------------------------------------------


def test_nothing_moves_while_nobody_would_be_rewarded(world):
    world.end()
    world.reward()
    world.end()
    assert world.general(ANN) == 100_000
    world.trade(BOB, CID, fee=30)
    world.trade(CID, BOB, fee=10)
    world.end()
    assert world.general(ANN) == 99_000
    assert (world.vesting(BOB), world.vesting(CID)) == (750, 250)


def test_two_transfers_with_equal_strategies_feed_one_account(world):
    world.end()
    world.reward(id="one")
    world.reward(id="two", party=BOB, amount=500)
    assert len(world.incentives.games.by_id) == 1
    world.trade(BOB, CID, fee=30)
    world.end()
    assert world.vesting(BOB) == 1_500


def test_what_a_cap_leaves_stays_for_the_next_epoch(world):
    world.end()
    world.reward(id="t", cap_reward_fee_multiple=Decimal("0.5"))
    world.trade(BOB, CID, fee=100)
    world.end()
    assert world.vesting(BOB) == 50
    (game,) = world.incentives.games.by_id
    assert world.balance(A.REWARD_MAKER_PAID_FEES, game) == 950
    world.trade(BOB, CID, fee=4_000)
    world.end()
    assert world.vesting(BOB) == 50 + 1_950


def test_an_account_without_a_live_transfer_is_not_paid_out(world):
    world.end()
    world.reward(id="t", cap_reward_fee_multiple=Decimal("0.5"))
    world.trade(BOB, CID, fee=100)
    world.end()
    world.transfers.cancel(ANN, "t")
    world.trade(BOB, CID, fee=100)
    world.end()
    assert world.vesting(BOB) == 50


def test_interval_counts_from_the_first_epoch(world):
    world.end()
    world.reward(transfer_interval=3, window_length=3)
    world.trade(BOB, CID, fee=1)
    paid = []
    for _ in range(7):
        world.end()
        paid.append(100_000 - world.general(ANN))
        world.trade(BOB, CID, fee=1)
    assert paid == [0, 0, 1_000, 1_000, 1_000, 2_000, 2_000]


def test_target_volume_scales_the_amount_and_no_volume_means_none(world):
    world.end()
    world.reward(metric=DispatchMetric.AVERAGE_NOTIONAL, to=A.REWARD_AVERAGE_NOTIONAL, target_notional_volume=400)
    world.trade(BOB, CID, size=1, price=100)
    world.end()
    assert world.general(ANN) == 100_000 - 250
    world.end()
    assert world.general(ANN) == 100_000 - 250, "a transfer of 0 goes on while there is no minimum"
    world.trade(BOB, CID, size=9, price=100)
    world.end()
    assert world.general(ANN) == 100_000 - 1_250


def test_requirements_of_stake_and_exposure(world):
    world.end()
    world.stake.deposit(BOB, 10)
    terms = {"metric": DispatchMetric.AVERAGE_NOTIONAL, "to": A.REWARD_AVERAGE_NOTIONAL}
    world.reward(**terms, staking_requirement=10)
    world.reward(**terms, notional_time_weighted_average_position_requirement=101, amount=70)
    world.trade(BOB, CID, price=100)
    world.end()
    assert (world.vesting(BOB), world.vesting(CID)) == (1_000, 0)
    world.trade(BOB, CID, price=100)
    world.end()
    assert (world.vesting(BOB), world.vesting(CID)) == (2_035, 35)


def test_rank_pays_eligible_parties_although_all_scores_are_zero(world):
    world.end()
    world.reward(
        metric=DispatchMetric.RELATIVE_RETURN,
        to=A.REWARD_RELATIVE_RETURN,
        distribution_strategy=DistributionStrategy.RANK,
        rank_table=(Rank(start_rank=1, share_ratio=1),),
    )
    world.trade(BOB, CID)
    world.incentives.activity.on_mark_to_market(world.market, [(BOB, 5)], [(BOB, 5)])
    world.end()
    assert world.vesting(BOB) == 1_000


def test_eligible_keys_and_scopes(world):
    teams = world.incentives.teams
    teams.create(BOB, "team", TeamDetails(name="team"))
    world.end()
    for amount, terms in (
        (100, {"eligible_keys": (CID,)}),
        (10, {"individual_scope": IndividualScope.IN_TEAM}),
        (1, {"individual_scope": IndividualScope.NOT_IN_TEAM}),
    ):
        world.reward(amount=amount, **terms)
    world.trade(BOB, CID, fee=1)
    world.trade(CID, BOB, fee=1)
    world.end()
    assert (world.vesting(BOB), world.vesting(CID)) == (10, 101)


def test_teams_compete_with_their_best(world):
    teams = world.incentives.teams
    teams.create(BOB, "bobs", TeamDetails(name="bobs"))
    teams.create(CID, "cids", TeamDetails(name="cids"))
    world.end()
    world.reward(
        entity_scope=EntityScope.TEAMS,
        individual_scope=IndividualScope.UNSPECIFIED,
        n_top_performers=Decimal(1),
    )
    world.trade(BOB, ANN, fee=3)
    world.trade(CID, ANN, fee=1)
    world.end()
    assert (world.vesting(BOB), world.vesting(CID)) == (750, 250)


def test_eligible_entities_without_conditions_are_all_owners_of_accounts(world):
    world.end()
    world.reward(
        metric=DispatchMetric.ELIGIBLE_ENTITIES, to=A.REWARD_ELIGIBLE_ENTITIES, asset_for_metric="", amount=900
    )
    world.collateral.deposit("d" * 64, "dollar", 1)
    world.end()
    assert [world.vesting(party) for party in (ANN, BOB, CID, "d" * 64)] == [299, 299, 299, 0], (
        "a third has sixteen digits"
    )


# -- market creation ------------------------------------------------------------------------------------------------


def bonus(world, **terms):
    return world.reward(metric=DispatchMetric.MARKET_VALUE, to=A.REWARD_MARKET_PROPOSERS, **terms)


def test_a_market_is_paid_once_by_a_funder_when_it_has_traded_more_than_enough(world):
    world.incentives.bonuses.quantum_multiple = Decimal(2)
    world.end()
    bonus(world)
    world.trade(ANN, BOB, size=100, price=100)
    world.end()
    assert world.vesting(CID) == 0, "10000 is not more than 2 quanta of 5000"
    world.trade(ANN, BOB)
    world.end()
    assert world.vesting(CID) == 1_000
    world.end()
    assert world.vesting(CID) == 1_000
    bonus(world, party=BOB)
    world.end()
    assert world.vesting(CID) == 2_000


def test_without_a_metric_asset_the_bonus_is_paid_every_epoch(world):
    world.end()
    bonus(world, asset_for_metric="")
    world.trade(ANN, BOB)
    world.end()
    world.end()
    assert world.vesting(CID) == 2_000
