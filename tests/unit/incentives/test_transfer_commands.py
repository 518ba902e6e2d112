"""Checks of the commands about transfers and teams themselves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.chain import transfer_validation as validation
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.teams import (
    CreateReferralSet,
    JoinTeam,
    ProfileEntry,
    TeamDetails,
    TeamUpdate,
    UpdatePartyProfile,
    UpdateReferralSet,
)
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DispatchStrategy,
    DistributionStrategy,
    EntityScope,
    GovernanceTransfer,
    OneOffTransfer,
    Rank,
    RecurringTransfer,
    Transfer,
)
from vega_mesa.protocol.transfers.governance_checks import governance_transfer_problems
from vega_mesa.protocol.transfers.strategy_checks import strategy_problems

A = AccountType
KEY = "a" * 64
PLAIN = Transfer(asset="dollar", amount=1, to=KEY)
STRATEGY = DispatchStrategy(metric=DispatchMetric.MAKER_FEES_PAID, asset_for_metric="dollar")


def names(problems):
    return sorted(name for name, _ in problems)


def test_good_transfers():
    assert validation.transfer(PLAIN) == []
    recurring = RecurringTransfer(start_epoch=1, end_epoch=1, dispatch_strategy=STRATEGY)
    assert validation.transfer(replace(PLAIN, kind=recurring, to_account_type=A.REWARD_MAKER_PAID_FEES)) == []


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({"amount": 0}, "transfer.amount"),
        ({"to": ""}, "transfer.to"),
        ({"asset": ""}, "transfer.asset"),
        ({"from_account_type": A.BOND}, "transfer.from_account_type"),
        ({"to_account_type": A.BOND}, "transfer.to_account_type"),
        ({"reference": "x" * 101}, "transfer.reference"),
        ({"from_derived_key": KEY}, "transfer.from"),
        ({"kind": OneOffTransfer(deliver_on=-1)}, "transfer.deliver_on"),
        ({"kind": RecurringTransfer(start_epoch=0)}, "transfer.recurring.start_epoch"),
        ({"kind": RecurringTransfer(start_epoch=2, end_epoch=1)}, "transfer.recurring.end_epoch"),
        ({"kind": RecurringTransfer(start_epoch=2, factor=Decimal(0))}, "transfer.recurring.factor"),
        (
            {"kind": RecurringTransfer(start_epoch=2), "from_account_type": A.VESTED_REWARDS},
            "transfer.from_account_type",
        ),
        (
            {"kind": RecurringTransfer(start_epoch=2), "to_account_type": A.REWARD_MAKER_PAID_FEES},
            "transfer.recurring.dispatch_strategy",
        ),
    ],
)
def test_bad_transfers(changes, property):
    assert names(validation.transfer(replace(PLAIN, **changes))) == [property]


def test_metric_rewards_are_recurring():
    problems = validation.transfer(replace(PLAIN, to_account_type=A.REWARD_MAKER_PAID_FEES))
    assert [message for _, message in problems] == [
        validation.ONLY_RECURRING,
        "account type is not valid for one off transfer",
    ]


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({"metric": DispatchMetric.AVERAGE_NOTIONAL}, "dispatch_metric"),
        ({"asset_for_metric": ""}, "asset_for_metric"),
        ({"entity_scope": EntityScope.UNSPECIFIED}, "entity_scope"),
        ({"entity_scope": EntityScope.TEAMS}, "n_top_performers"),
        ({"entity_scope": EntityScope.TEAMS, "n_top_performers": Decimal(2)}, "n_top_performers"),
        ({"n_top_performers": Decimal(1)}, "n_top_performers"),
        ({"teams": ("t",)}, "team_scope"),
        ({"staking_requirement": -1}, "staking_requirement"),
        ({"distribution_strategy": DistributionStrategy.UNSPECIFIED}, "distribution_strategy"),
        ({"distribution_strategy": DistributionStrategy.RANK}, "rank_table"),
        ({"rank_table": (Rank(start_rank=1, share_ratio=1),)}, "rank_table"),
        (
            {
                "distribution_strategy": DistributionStrategy.RANK,
                "rank_table": (Rank(start_rank=1, share_ratio=1), Rank(start_rank=1, share_ratio=1)),
            },
            "rank_table.1.start_rank",
        ),
        ({"window_length": 101}, "window_length"),
        ({"window_length": 0}, "window_length"),
        ({"cap_reward_fee_multiple": Decimal(0)}, "cap_reward_fee_multiple"),
        ({"transfer_interval": 0}, "transfer_interval"),
        ({"target_notional_volume": 0}, "target_notional_volume"),
    ],
)
def test_bad_strategies(changes, property):
    problems = strategy_problems(replace(STRATEGY, **changes), A.REWARD_MAKER_PAID_FEES, "path")
    assert names(problems) == [f"path.{property}"]


def test_eligible_entities_need_a_condition():
    bare = DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES)
    account = A.REWARD_ELIGIBLE_ENTITIES
    assert names(strategy_problems(bare, account, "path")) == ["path.dispatch_metric"]
    assert strategy_problems(replace(bare, staking_requirement=1), account, "path") == []
    exposure = replace(bare, notional_time_weighted_average_position_requirement=1)
    assert names(strategy_problems(exposure, account, "path")) == ["path.asset_for_metric"]


def test_proposers_and_validators_have_no_requirements():
    strategy = DispatchStrategy(metric=DispatchMetric.MARKET_VALUE, staking_requirement=1)
    assert names(strategy_problems(strategy, A.REWARD_MARKET_PROPOSERS, "path")) == ["path.staking_requirement"]
    strategy = DispatchStrategy(metric=DispatchMetric.VALIDATOR_RANKING, asset_for_metric="dollar")
    assert names(strategy_problems(strategy, A.REWARD_VALIDATOR_RANKING, "path")) == ["path.asset_for_metric"]


GOOD = GovernanceTransfer(
    source_type=A.NETWORK_TREASURY,
    destination_type=A.GENERAL,
    destination=KEY,
    asset="dollar",
    amount=1,
    fraction_of_balance=Decimal(1),
)


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({}, None),
        ({"source_type": A.GLOBAL_REWARD}, "source_type"),
        ({"source": "market"}, "source"),
        ({"destination": ""}, "destination"),
        ({"destination_type": A.NETWORK_TREASURY, "destination": ""}, "destination_type"),
        ({"fraction_of_balance": Decimal(0)}, "fraction_of_balance"),
        ({"amount": -1}, "amount"),
        ({"destination_type": A.REWARD_MAKER_PAID_FEES, "destination": ""}, "destination_type"),
        ({"kind": RecurringTransfer(start_epoch=0)}, "recurring.start_epoch"),
    ],
)
def test_governance_transfers(changes, property):
    problems = governance_transfer_problems(replace(GOOD, **changes), "path")
    assert names(problems) == ([] if property is None else [f"path.{property}"])


def test_teams_and_profiles():
    assert validation.create_referral_set(CreateReferralSet()) == []
    assert names(validation.create_referral_set(CreateReferralSet(do_not_create_referral_set=True))) == [
        "create_referral_set"
    ]
    opened = CreateReferralSet(team=TeamDetails(name="", allow_list=(KEY,)))
    assert names(validation.create_referral_set(opened)) == [
        "create_referral_set.team.allow_list",
        "create_referral_set.team.name",
    ]
    update = UpdateReferralSet(id=KEY, team=TeamUpdate(allow_list=(KEY,)))
    assert names(validation.update_referral_set(update)) == ["update_referral_set.team.allow_list"]
    assert names(validation.join_team(JoinTeam(id="team"))) == ["join_team.id"]
    entries = (ProfileEntry(key="k", value="v"), ProfileEntry(key="k", value=""))
    profile = UpdatePartyProfile(alias="x" * 33, metadata=entries)
    assert names(validation.update_party_profile(profile)) == [
        "update_party_profile.alias",
        "update_party_profile.metadata.1.key",
        "update_party_profile.metadata.1.value",
    ]
