"""Games, and who met their requirements for how long (0056-REWA)."""

from __future__ import annotations

from decimal import Decimal

from vega_mesa.protocol.commands.transfers import DispatchMetric, DispatchStrategy
from vega_mesa.protocol.rewards.games import Entries, Games, game_id

STRATEGY = DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=2)


def test_equal_strategies_are_one_game():
    games = Games()
    first = games.add(STRATEGY)
    assert games.add(DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=2)) is first
    assert first.references == 2
    assert len(first.id) == 64


def test_every_field_makes_another_game():
    others = [
        DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=3),
        DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=2, markets=("m",)),
        DispatchStrategy(
            metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=2, cap_reward_fee_multiple=Decimal("1.0")
        ),
        DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=2, cap_reward_fee_multiple=Decimal(1)),
        DispatchStrategy(metric=DispatchMetric.ELIGIBLE_ENTITIES, window_length=2, staking_requirement=0),
    ]
    assert len({game_id(each) for each in (STRATEGY, *others)}) == 6


def test_a_game_without_transfers_pays_nothing_and_is_dropped_at_the_next_epoch():
    games = Games()
    game = games.add(STRATEGY)
    games.release(game.id)
    assert games.live(game.id) is None
    assert game.id in games.by_id
    games.on_epoch_start()
    assert games.by_id == {}


def play(window, *epochs):
    """Who is eligible at the end of each epoch, given who meets the requirements in it."""
    entries, results = Entries(), []
    for parties in epochs:
        entries.open_epoch()
        for party in parties:
            entries.add(party)
        results.append("".join(party for party in "abc" if entries.is_eligible(party, window)))
    return results


def test_who_misses_an_epoch_is_out_until_the_window_has_moved_on():
    assert play(2, "ab", "a", "ab") == ["ab", "a", "a"]


def test_history_begins_with_the_first_epoch_in_which_anybody_qualifies():
    assert play(2, "", "", "a", "ab") == ["", "", "a", "a"]


def test_only_the_first_epoch_is_ever_forgotten():
    """Once there are more epochs than the window, one must have qualified in all since the second."""
    assert play(1, "a", "b", "b", "ab", "ab") == ["a", "b", "b", "b", "b"]
    assert play(2, "b", "ab", "ab", "ab") == ["b", "b", "ab", "ab"]
