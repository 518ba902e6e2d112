"""Rewards of validators and delegators (0061-REWP)."""

from __future__ import annotations

from decimal import Decimal

from vega_mesa.protocol.rewards.staking import staking_amounts
from vega_mesa.protocol.validators import ValidatorData, Validators

SHARE = Decimal("0.883")


def genesis():
    """06 §6.13: 13 validators of 10000, four of them with delegations; the fourth has too little of its own."""
    validators = Validators()
    validators.competition_level = Decimal("1.1")
    validators.min_validators = 5
    validators.minimum_stake = Decimal(100)
    validators.optimal_stake_multiplier = Decimal(5)
    own = [10_000] * 13
    own[3] = 99
    data = []
    for number in range(13):
        delegated = [1_000, 2_000, 3_000, 111_000][number] if number < 4 else 0
        delegators = (("party1", delegated),) if delegated else ()
        stake = own[number] if number < 4 else 0
        data.append(
            ValidatorData(
                node=f"node{number + 1:02d}",
                public_key=f"key{number + 1:02d}",
                self_stake=stake,
                delegated=delegated,
                delegators=delegators,
            )
        )
    return validators.scores(0, data), data


def test_scores_and_rewards_of_the_worked_example():
    scores, data = genesis()
    assert [f"{score.normalised:.5f}" for score in scores[:4]] == ["0.31032", "0.33854", "0.35114", "0.00000"]
    whole = staking_amounts(50_000, data, scores, Decimal(0), 0)
    assert whole == {"key01": 15_516, "key02": 16_926, "key03": 17_557}


def one(delegators, own=0):
    data = ValidatorData(
        node="node",
        public_key="key",
        self_stake=own,
        delegated=sum(amount for _, amount in delegators),
        delegators=tuple(delegators),
    )
    validators = Validators()
    validators.min_validators, validators.optimal_stake_multiplier = 1, Decimal(3)
    return validators.scores(0, [data]), [data]


def test_delegators_share_their_part_and_rounding_goes_round_again():
    scores, data = one([("a", 1), ("b", 1), ("c", 1)])
    assert staking_amounts(100, data, scores, Decimal(1), 0) == {"a": 33, "b": 33, "c": 33}
    assert staking_amounts(1000, data, scores, SHARE, 0) == {"key": 117, "a": 294, "b": 294, "c": 294}


def test_nobody_gets_more_than_the_cap_over_all_validators():
    scores, data = one([("a", 900), ("b", 100)], own=0)
    found = staking_amounts(1000, data, scores, Decimal(1), 300)
    assert found["a"] == 300
    assert 100 < found["b"] <= 300


def test_a_delegator_of_nothing_gets_nothing():
    scores, data = one([("a", 10), ("b", 0)])
    assert staking_amounts(10, data, scores, Decimal(1), 0) == {"a": 10}
