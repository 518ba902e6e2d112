"""Streaks of activity (0086-ASPR)."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from vega_mesa.protocol.activity_streak import ActivityStreaks, StreakTier
from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus

EPOCH = Epoch(sequence=0, start=0, expiry=0, end=1)


@pytest.fixture
def streaks():
    collateral = Collateral(EventBus())
    collateral.enable_asset("dollar", Decimal(10))
    found = ActivityStreaks(EventBus(), collateral)
    found.inactivity_limit = 2
    found.min_open_volume = found.min_trade_volume = 9
    found.set_benefit_tiers([StreakTier(3, Decimal(3), Decimal("1.5")), StreakTier(2, Decimal(2), Decimal(1))])
    return found


def end(streaks, *, highest=0, traded=0, mark=100, has_positions=True):
    tracker = SimpleNamespace(
        market=SimpleNamespace(mark_price=mark, position_scale=Scale(1)),
        asset="dollar",
        has_positions=has_positions,
        has_ended=False,
        highest={"a": highest} if highest else {},
        traded={"a": traded} if traded else {},
    )
    streaks.on_epoch_end(EPOCH, [tracker])
    streak = streaks.streaks.get("a")
    return None if streak is None else (streak.active, streak.inactive, streak.reward_multiplier)


def test_volumes_must_exceed_the_minimum(streaks):
    assert end(streaks, highest=9) == (0, 1, 1), "9 tenths at 100 are 90, 9 quanta: not more than 9"
    assert end(streaks, highest=10) == (1, 0, 1)
    assert end(streaks, traded=10) == (2, 0, 2)


def test_multipliers_stay_while_inactive_below_the_limit(streaks):
    for _ in range(3):
        end(streaks, traded=10)
    assert streaks.reward_multiplier("a") == 3
    assert end(streaks) == (3, 1, 3)
    assert end(streaks) == (0, 2, 1)
    assert streaks.vesting_multiplier("a") == 1


def test_a_streak_goes_on_after_a_pause_below_the_limit(streaks):
    end(streaks, traded=10)
    end(streaks)
    assert end(streaks, traded=10) == (2, 0, 2)


def test_spot_markets_and_markets_without_mark_price_do_not_count(streaks):
    assert end(streaks, traded=100, has_positions=False) is None
    assert end(streaks, traded=100, mark=None) is None


def test_unknown_parties_have_no_multiplier(streaks):
    assert streaks.reward_multiplier("b") == streaks.vesting_multiplier("b") == 1
