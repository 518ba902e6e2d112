"""When, how much and at which price the network sells (03 §7.3-7.4)."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.liquidation import LiquidationEngine
from vega_mesa.protocol.markets.definition import LiquidationStrategy
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.order import Side

DEFAULT = LiquidationStrategy(
    disposal_time_step=10,
    disposal_fraction=Decimal("0.1"),
    full_disposal_size=20,
    max_fraction_consumed=Decimal("0.05"),
    disposal_slippage_range=Decimal("0.1"),
)


def test_the_first_attempt_is_one_step_after_the_take_over():
    engine = LiquidationEngine(DEFAULT)
    engine.took_over(100 * SECOND, network_was_flat=True)
    assert not engine.is_due(109 * SECOND, 5)
    assert engine.is_due(110 * SECOND, 5)
    assert not engine.is_due(110 * SECOND, 0)


def test_a_further_take_over_does_not_postpone_the_attempt():
    engine = LiquidationEngine(DEFAULT)
    engine.took_over(100 * SECOND, network_was_flat=True)
    engine.took_over(105 * SECOND, network_was_flat=False)
    assert engine.next_step == 110 * SECOND


def test_the_legacy_strategy_sells_everything_at_the_next_tick():
    engine = LiquidationEngine(LiquidationStrategy())
    engine.took_over(100 * SECOND, network_was_flat=True)
    assert engine.is_due(100 * SECOND, -7)
    assert engine.order_size(-7, 3) == 3
    assert engine.order_size(-7, 30) == 7
    assert engine.limit_price(5, 100) == 0
    assert engine.limit_price(-5, 100) == 1100


def test_after_an_attempt_the_next_is_one_step_later_and_nothing_waits_when_flat():
    engine = LiquidationEngine(DEFAULT)
    engine.attempted(7 * SECOND)
    engine.disposed(3)
    assert engine.next_step == 17 * SECOND
    engine.disposed(0)
    assert engine.next_step == 0


def test_a_new_strategy_counts_its_step_from_the_last_step():
    engine = LiquidationEngine(DEFAULT)
    engine.attempted(100 * SECOND)
    engine.update(LiquidationStrategy(disposal_time_step=3))
    assert engine.next_step == 103 * SECOND


@pytest.mark.parametrize(
    ("position", "available", "size"),
    [
        (20, 10_000, 20),  # not above the full disposal size: all of it
        (21, 10_000, 3),  # ceil(2.1)
        (-1000, 10_000, 100),
        (1000, 100, 5),  # at most a twentieth of what is there
        (1000, 101, 6),  # ceil(5.05)
        (1000, 1, 1),
        (1000, 0, 0),  # nothing there: no attempt
    ],
)
def test_size_of_the_order(position, available, size):
    assert LiquidationEngine(DEFAULT).order_size(position, available) == size


@pytest.mark.parametrize(
    ("position", "mid", "lowest", "highest", "price"),
    [
        (5, 1005, 0, 0, 904),  # trunc(904.5)
        (-5, 1005, 0, 0, 1105),  # trunc(1105.5)
        (5, 1005, 950, 1050, 950),
        (-5, 1005, 950, 1050, 1050),
        (5, 1005, 800, 1200, 904),
    ],
)
def test_limit_price_stays_within_slippage_and_price_monitoring(position, mid, lowest, highest, price):
    assert LiquidationEngine(DEFAULT).limit_price(position, mid, lowest, highest) == price


def test_long_sells_short_buys():
    engine = LiquidationEngine(DEFAULT)
    assert engine.side(1) is Side.SELL
    assert engine.side(-1) is Side.BUY


def test_survives_pickling():
    engine = LiquidationEngine(DEFAULT)
    engine.attempted(SECOND)
    copy = pickle.loads(pickle.dumps(engine, protocol=5))
    assert copy.next_step == engine.next_step
    assert copy.order_size(21, 10_000) == 3
