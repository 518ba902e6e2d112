"""Avellaneda and Stoikov (2008): the tables of section 3.3, and the limit of no risk aversion."""

import math

import numpy as np
import pytest

from vega_mesa.agents.control.avellaneda_stoikov import AvellanedaStoikov, optimal_spread, reservation_price
from vega_mesa.agents.control.quotes import Depths, FixedSpread, OrderFlow
from vega_mesa.agents.control.simulation import simulate_quotes
from vega_mesa.errors import ConfigError

FLOW = OrderFlow.symmetric(140, 1.5)
RUNS_OF_PAPER, RUNS = 1000, 4000

TABLES = [  # tables 1 to 3: gamma, strategy, average spread, profit, std(profit), final q, std(final q)
    (0.1, "inventory", 1.49, 65.0, 6.6, 0.08, 2.9),
    (0.1, "symmetric", 1.49, 68.4, 12.7, 0.26, 8.4),
    (0.01, "inventory", 1.35, 68.6, 8.7, 0.12, 5.1),
    (0.01, "symmetric", 1.35, 68.8, 12.8, 0.09, 8.7),
    (1.0, "inventory", 3.02, 31.4, 5.0, 0.02, 1.7),
    (1.0, "symmetric", 3.02, 44.0, 11.0, 0.00, 5.1),
]


def simulated(risk_aversion, strategy, seed=1):
    policy = AvellanedaStoikov(risk_aversion, volatility=2.0, arrival_decay=1.5)
    return simulate_quotes(
        policy if strategy == "inventory" else policy.symmetric(horizon=1.0),
        FLOW,
        volatility=2.0,
        horizon=1.0,
        steps=200,
        count=RUNS,
        generator=np.random.default_rng(seed),
        fills="linear",
    )


@pytest.mark.parametrize("row", TABLES, ids=lambda row: f"{row[1]} {row[0]}")
def test_tables_of_the_paper(row):
    """Means within three standard errors of both simulations together, deviations within 10 percent."""
    risk_aversion, strategy, spread, profit, profit_deviation, inventory, inventory_deviation = row
    result = simulated(risk_aversion, strategy)
    errors = math.sqrt(1 / RUNS_OF_PAPER + 1 / RUNS)
    assert result.spread == pytest.approx(spread, abs=0.015)
    assert result.profit.mean() == pytest.approx(profit, abs=3 * result.profit.std() * errors)
    assert result.profit.std() == pytest.approx(profit_deviation, rel=0.1)
    assert result.inventory.mean() == pytest.approx(inventory, abs=3 * result.inventory.std() * errors)
    assert result.inventory.std() == pytest.approx(inventory_deviation, rel=0.1)


def test_the_inventory_strategy_gives_up_some_profit_for_much_less_risk():
    inventory, symmetric = simulated(0.1, "inventory"), simulated(0.1, "symmetric")
    assert 0.9 < inventory.profit.mean() / symmetric.profit.mean() < 1
    assert inventory.profit.std() < symmetric.profit.std() / 1.8
    assert inventory.inventory.std() < symmetric.inventory.std() / 2.5


def test_reservation_price_and_spread_of_a_worked_example():
    """gamma 0.1, sigma 2, k 1.5, the whole time left, three units long: by hand."""
    assert reservation_price(100, 3, 0.1, 4.0) == pytest.approx(98.8)
    assert optimal_spread(0.1, 4.0, 1.5) == pytest.approx(0.4 + 20 * math.log(16 / 15))
    depths = AvellanedaStoikov(0.1, 2.0, 1.5).depths(1.0, 3)
    assert depths.ask + depths.bid == pytest.approx(optimal_spread(0.1, 4.0, 1.5))
    assert 100 + (depths.ask - depths.bid) / 2 == pytest.approx(98.8)


def test_without_risk_aversion_the_spread_is_two_over_k_and_inventory_does_not_matter():
    assert AvellanedaStoikov(0.0, 2.0, 1.5).depths(1.0, 7) == Depths(1 / 1.5, 1 / 1.5)
    for risk_aversion in (1e-3, 1e-6, 1e-9):
        near = AvellanedaStoikov(risk_aversion, 2.0, 1.5).depths(1.0, 7)
        assert near == pytest.approx((1 / 1.5, 1 / 1.5), abs=40 * risk_aversion)


def test_at_the_end_inventory_no_longer_matters():
    policy = AvellanedaStoikov(0.1, 2.0, 1.5)
    assert policy.depths(0.0, 5) == policy.depths(0.0, -5)


def test_impossible_parameters():
    for arguments in ((-0.1, 1, 1), (0.1, -1, 1), (0.1, 1, 0), (0.1, 1, math.inf)):
        with pytest.raises(ConfigError):
            AvellanedaStoikov(*arguments)
    with pytest.raises(ConfigError):
        OrderFlow(-1, 1, 1)


def test_a_fixed_spread_earns_what_its_fills_bring():
    """Expected profit of a policy that ignores inventory: depth times intensity, on both sides, exactly."""
    steps, depth = 100, 0.5
    chance = -math.expm1(-140 * math.exp(-1.5 * depth) / steps)
    result = simulate_quotes(
        FixedSpread(depth),
        FLOW,
        volatility=2.0,
        horizon=1.0,
        steps=steps,
        count=RUNS,
        generator=np.random.default_rng(2),
    )
    assert result.fills.mean() == pytest.approx(2 * steps * chance, abs=3.3 * math.sqrt(2 * steps / 4 / RUNS))
    expected = 2 * steps * chance * depth
    assert result.profit.mean() == pytest.approx(expected, abs=3.3 * result.profit.std() / math.sqrt(RUNS))
