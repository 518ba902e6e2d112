"""Shares from scores, amounts from shares (0056-REWA)."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.commands.transfers import DistributionStrategy, Rank
from vega_mesa.protocol.rewards.distribution import (
    Rules,
    amounts,
    cap_at_one,
    capped_amounts,
    party_shares,
    team_shares,
)
from vega_mesa.protocol.rewards.lottery import PermutedCongruential, draw_order
from vega_mesa.protocol.rewards.scoring import Score, TeamScore, team_score

PRO_RATA = Rules(DistributionStrategy.PRO_RATA)
RANKS = tuple(Rank(start_rank=start, share_ratio=ratio) for start, ratio in ((1, 10), (2, 5), (4, 1)))
BY_RANK = Rules(DistributionStrategy.RANK, RANKS)


def scores(**by_party):
    """A score of None is of somebody who is not eligible."""
    return [
        Score(party, Decimal(0 if score is None else score), is_eligible=score is not None)
        for party, score in by_party.items()
    ]


def once(_party):
    return Decimal(1)


def twice_a(party):
    return Decimal(2) if party == "a" else Decimal(1)


def paid(rules, found, multiplier=once, balance=10_000):
    return amounts(balance, party_shares(rules, found, multiplier))


def test_pro_rata_of_the_worked_example():
    """06 §6.12: time-weighted values 12907, 12907, 4995, 4995 of a reward of 10000."""
    found = scores(aux1=12907, aux2=12907, party1=4995, party2=4995)
    assert paid(PRO_RATA, found) == {"aux1": 3604, "aux2": 3604, "party1": 1395, "party2": 1395}


def test_multipliers_weigh_scores():
    assert paid(PRO_RATA, scores(a=1, b=1), twice_a) == {"a": 6666, "b": 3333}


def test_negative_scores_are_lifted_and_the_lowest_drops_out():
    assert paid(PRO_RATA, scores(a=-1, b=1, c=0)) == {"b": 6666, "c": 3333}


def test_rank_gives_equal_scores_in_a_row_the_same_part():
    """Liquidated parties' example: two firsts, a third place with 5 parts, a fourth with 1."""
    found = scores(network=0, party1=9, aux1=9, aux2=5)
    assert paid(BY_RANK, found) == {"aux1": 3846, "party1": 3846, "aux2": 1923, "network": 384}


def test_rank_includes_eligible_zeros_but_nobody_else():
    assert paid(BY_RANK, scores(a=0, b=0, c=None)) == {"a": 5000, "b": 5000}


def test_rank_ends_where_the_table_gives_nothing():
    rules = Rules(DistributionStrategy.RANK, (Rank(start_rank=1, share_ratio=1), Rank(start_rank=2, share_ratio=0)))
    assert paid(rules, scores(a=1, b=2, c=3)) == {"c": 10_000}


def test_places_before_the_first_row_get_nothing_and_end_the_walk():
    rules = Rules(DistributionStrategy.RANK, (Rank(start_rank=2, share_ratio=1),))
    assert paid(rules, scores(a=1, b=2)) == {}


def test_shares_that_add_up_to_more_than_one_are_cut_at_the_largest():
    third = Decimal("0.6666666666666667")
    assert cap_at_one({"a": Decimal("0.3333333333333334"), "b": third})["b"] == Decimal("0.6666666666666666")


def test_teams_share_and_members_divide_by_their_multipliers():
    """06 §8.3.7: scores 10 and 7.5, members paid half of their team's part each."""
    teams = [
        TeamScore("team1", Decimal(10), tuple(scores(referee1=10, owner1=None))),
        TeamScore("team2", Decimal("7.5"), tuple(scores(referee2=10, referee3=5, owner2=None))),
    ]
    assert amounts(10_000, team_shares(PRO_RATA, teams, once)) == {"referee1": 5714, "referee2": 2142, "referee3": 2142}


def test_score_of_a_team_is_the_mean_of_its_best():
    members = scores(a=10, b=5, c=1, d=None)
    assert team_score(members, Decimal("0.5")) == Decimal("7.5")
    assert team_score(members, Decimal("0.01")) == 10, "at least one"
    assert team_score(members, Decimal(1)) == Decimal("5.3333333333333333"), "at most the eligible ones"
    assert team_score(scores(a=None), Decimal(1)) == 0


def test_what_a_cap_leaves_is_divided_again():
    shares = {"a": Decimal("0.5"), "b": Decimal("0.5")}
    caps = {"a": Decimal(100), "b": Decimal(10_000)}
    assert capped_amounts(1000, shares, caps) == {"a": 100, "b": 899}


def test_who_paid_no_fees_gets_nothing_under_a_cap():
    assert capped_amounts(1000, {"a": Decimal(1)}, {}) == {"a": 0}


@given(
    st.integers(0, 10**30),
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(-5, 10**18), max_size=12),
)
def test_never_more_is_paid_than_there_is(balance, by_party):
    found = scores(**by_party)
    for rules in (PRO_RATA, BY_RANK, Rules(DistributionStrategy.RANK_LOTTERY, RANKS, 12345)):
        assert sum(paid(rules, found, twice_a, balance).values()) <= balance


# -- lottery --------------------------------------------------------------------------------------------------------


def test_generator_is_reproducible_and_fills_64_bits():
    first, second = PermutedCongruential(1), PermutedCongruential(1)
    values = [first.next() for _ in range(200)]
    assert values == [second.next() for _ in range(200)]
    assert 2**63 < max(values) < 2**64
    assert len(set(values)) == 200


def test_first_numbers_of_the_generator():
    """One step of 128-bit arithmetic, written out."""
    seed = 42
    state = (
        ((seed << 64) | seed) * 47026247687942121848144207491837523525 + 117397592171526113268558934119004209487
    ) % 2**128
    high, low = state >> 64, state % 2**64
    turn = high >> 58
    word = high ^ low
    expected = ((word >> turn) | (word << (64 - turn))) % 2**64
    assert PermutedCongruential(seed).next() == expected
    assert PermutedCongruential(seed).below(1000) == expected % 1000
    assert PermutedCongruential(seed).below(1024) == expected % 1024


def test_draw_depends_on_the_seed_alone_and_prefers_high_scores():
    found = {"a": Decimal(1), "b": Decimal(1000), "c": Decimal(1)}
    assert draw_order(found, 7) == draw_order(dict(reversed(found.items())), 7)
    first = [draw_order(found, seed)[0] for seed in range(50)]
    assert first.count("b") >= 48
    assert sorted(draw_order(found, 7)) == ["a", "b", "c"]


def test_nobody_is_drawn_when_all_scores_are_zero():
    assert draw_order({"a": Decimal(0), "b": Decimal(0)}, 7) == []
