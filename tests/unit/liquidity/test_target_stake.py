"""Target stake (0041-TSTK)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.liquidity.target_stake import SpotTargetStake, TargetStake, WindowMaximum
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.refusal import Refused


def test_risk_and_scaling_factor_keep_five_decimals(make_risk_factors):
    """features/verified/0041-TSK-target_stake: 1000 * 1 * 3.5569036 * 10 is 35569; with 4 decimals 355690000."""
    target = TargetStake(3600, Decimal(10), 0)
    target.record(1, SECOND)
    factors = make_risk_factors("0.8", "3.5569036")
    assert target.value(SECOND, 1000, factors) == 35_569
    assert target.value(SECOND, 10_000_000, factors) == 355_690_000
    assert target.value(SECOND, 0, factors) == 0


def test_position_decimals_divide_before_the_factors(make_risk_factors):
    target = TargetStake(3600, Decimal(1), 2)
    target.record(199, SECOND)
    assert target.value(SECOND, 1, make_risk_factors("2", "1")) == 2  # trunc(1.99) * 2


def test_the_newest_reading_never_expires():
    """Trap: the latest timestamp's open interest is kept even when it is older than the window."""
    window = WindowMaximum(10)
    window.record(100, 1)
    window.record(40, 3)
    window.record(30, 5)
    assert window.at(11) == 100
    assert window.at(12) == 40
    assert window.at(14) == 30
    assert window.at(1000) == 30


def test_an_equal_reading_refreshes_the_maximum():
    window = WindowMaximum(10)
    window.record(100, 1)
    window.record(100, 8)
    window.record(10, 9)
    assert window.at(18) == 100
    assert window.at(19) == 10


def test_a_reading_from_before_the_last_is_not_taken():
    window = WindowMaximum(10)
    window.record(1, 5)
    window.record(7, 4)
    assert window.at(5) == 1


def test_the_factor_must_make_sense():
    with pytest.raises(Refused, match="scaling factor can't be negative"):
        TargetStake(10, Decimal(-1), 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8), st.booleans()), max_size=40))
def test_the_window_gives_what_keeping_every_reading_gives(steps):
    """A plain model: all per-timestamp maxima, recomputed when the maximum has expired."""
    width, now = 7, 10
    window = WindowMaximum(width)
    readings: dict[int, int] = {}
    best, time = 0, 0
    for delay, value, query in steps:
        now += delay
        if query:
            if time < now - width and readings:
                last = max(readings)
                best, time = readings[last], last
                for moment, maximum in readings.items():
                    if moment >= now - width and maximum > best:
                        best, time = maximum, moment
            assert window.at(now) == best
        else:
            window.record(value, now)
            readings[now] = max(value, readings.get(now, 0))
            if value >= best:
                best, time = value, now


def test_in_auctions_the_indicative_trades_count(world):
    world.engine.record_open_interest(5, world.now)
    world.view.mark = 100
    assert world.engine.shown_target_stake(world.now) == 5000
    world.view.auction = True
    world.view.indicative, world.view.indicative_oi = 200, 7
    assert world.engine.shown_target_stake(world.now) == 14_000
    world.view.indicative = 0
    world.view.indicative_oi = 3
    assert world.engine.shown_target_stake(world.now) == 5000
    assert world.engine.shown_target_stake(world.now + 3601 * SECOND) == 3000  # the maximum has expired
    assert world.engine.target_stake(world.now) == 5000


def test_in_auctions_an_old_maximum_makes_room_for_younger_readings(make_risk_factors):
    target = TargetStake(10, Decimal(1), 0)
    target.record(100, 1 * SECOND)
    target.record(40, 8 * SECOND)
    risk = make_risk_factors("1", "1")
    assert target.theoretical(12 * SECOND, 1, risk, 7) == 40
    assert target.theoretical(12 * SECOND, 1, risk, 50) == 50
    assert target.theoretical(19 * SECOND, 1, risk, 7) == 7  # nothing is younger than the window


def test_spot_targets_follow_the_supplied_stake(spot):
    spot.fund("lp", 1000)
    spot.submit("lp", 1000)
    assert spot.engine.target_stake(spot.now) == 0
    spot.end_block()
    assert spot.engine.target_stake(spot.now) == 10_000
    target = SpotTargetStake(60, Decimal("0.3333"))
    target.record(100, 1)
    assert target.value(1) == 33
