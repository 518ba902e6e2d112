"""Almgren and Chriss (2000): the example of its section 4, closed forms against the sums, and the limits."""

import math

import numpy as np
import pytest

from vega_mesa.agents.control.almgren_chriss import (
    Liquidation,
    closed_form_costs,
    efficient_frontier,
    optimal_schedule,
    schedule_of,
    urgency,
)
from vega_mesa.errors import ConfigError

PAPER = Liquidation(  # table 1: a million shares in five days
    holding=1e6,
    horizon=5.0,
    periods=5,
    volatility=0.95,
    temporary_impact=2.5e-6,
    permanent_impact=2.5e-7,
    fixed_cost=0.0625,
)
FINE = Liquidation(1e6, 5.0, 500, 0.95, 2.5e-6, 2.5e-7, 0.0625)


def test_the_example_has_the_urgency_and_half_life_of_the_paper():
    """At a risk aversion of 1e-6 the paper finds kappa of 0.61 a day and a half-life of 1.6 days."""
    schedule = optimal_schedule(PAPER, 1e-6)
    assert schedule.urgency == pytest.approx(0.61, abs=0.005)
    assert schedule.half_life == pytest.approx(1.6, abs=0.05)


def test_the_naive_strategy_of_the_example():
    """Selling evenly: gamma X^2 / 2 + epsilon X + (eta - gamma tau / 2) X^2 / T, and a third of sigma^2 X^2 T or so."""
    naive = optimal_schedule(PAPER, 0.0)
    assert naive.sales == pytest.approx(np.full(5, 2e5))
    assert naive.expected_cost == pytest.approx(125_000 + 62_500 + 475_000)
    assert naive.variance == pytest.approx(0.95**2 * 1e12 * 5 / 3 * (1 - 1 / 5) * (1 - 1 / 10))


def test_selling_at_once_is_the_other_end():
    """All in the first period: eta X^2 / tau + epsilon X, and no variance at all."""
    hasty = optimal_schedule(PAPER, 1.0)
    assert hasty.sales[0] == pytest.approx(1e6, rel=1e-3)
    assert hasty.expected_cost == pytest.approx(2.5e-6 * 1e12 + 62_500, rel=1e-3)
    assert math.sqrt(hasty.variance) < 1e-3 * math.sqrt(optimal_schedule(PAPER, 0.0).variance)


@pytest.mark.parametrize("problem", [PAPER, FINE], ids=["paper", "fine"])
@pytest.mark.parametrize("risk_aversion", [1e-8, 2e-7, 1e-6, 2e-6, 1e-5])
def test_costs_in_closed_form_are_the_sums_over_the_schedule(problem, risk_aversion):
    schedule = optimal_schedule(problem, risk_aversion)
    assert closed_form_costs(problem, risk_aversion) == pytest.approx(
        (schedule.expected_cost, schedule.variance), rel=1e-9
    )


@pytest.mark.parametrize("risk_aversion", [1e-7, 1e-6, 1e-5])
def test_the_schedule_is_the_minimum_of_the_quadratic_programme(risk_aversion):
    """E + lambda V is a quadratic form of what is left after each period: its minimum by linear algebra."""
    n, tau = PAPER.periods, PAPER.period
    difference = np.eye(n, n - 1) - np.eye(n, n - 1, k=-1)  # sales = first - difference @ left
    first = np.zeros(n)
    first[0] = PAPER.holding
    speed, wait = PAPER.net_impact / tau, risk_aversion * PAPER.volatility**2 * tau
    left = np.linalg.solve(speed * difference.T @ difference + wait * np.eye(n - 1), speed * difference.T @ first)
    assert optimal_schedule(PAPER, risk_aversion).holdings[1:-1] == pytest.approx(left, rel=1e-9)


def test_an_even_pace_is_the_limit_of_no_risk_aversion():
    even = FINE.holding * (1 - FINE.times / FINE.horizon)
    distances = [np.abs(optimal_schedule(FINE, aversion).holdings - even).max() for aversion in (1e-7, 1e-8, 1e-9)]
    assert distances[0] / distances[1] == pytest.approx(10, rel=0.1)  # first order in lambda
    assert distances[1] / distances[2] == pytest.approx(10, rel=0.1)
    assert optimal_schedule(FINE, 0.0).holdings == pytest.approx(even)
    assert optimal_schedule(FINE, 0.0).half_life == math.inf


def test_short_periods_have_the_urgency_of_continuous_time():
    """kappa tends to sqrt(lambda sigma^2 / eta)."""
    many = Liquidation(1e6, 5.0, 100_000, 0.95, 2.5e-6, 2.5e-7)
    assert urgency(many, 1e-6) == pytest.approx(math.sqrt(1e-6 * 0.95**2 / 2.5e-6), rel=1e-5)


def test_the_efficient_frontier_falls_is_convex_and_nobody_is_below_it():
    """Figure 1 of the paper: its slope is minus the risk aversion."""
    aversions = np.geomspace(1e-8, 1e-5, 40)
    variance, cost = efficient_frontier(PAPER, aversions).T
    assert (np.diff(variance) < 0).all() and (np.diff(cost) > 0).all()
    slopes = np.diff(cost) / np.diff(variance)
    assert (np.diff(slopes) < 0).all()
    assert (-slopes > aversions[:-1]).all() and (-slopes < aversions[1:]).all()
    generator = np.random.default_rng(1)
    for _ in range(200):
        inside = np.sort(generator.random(4))[::-1]
        other = schedule_of(PAPER, PAPER.holding * np.concatenate([[1], inside, [0]]))
        for aversion, v, e in zip(aversions, variance, cost, strict=True):
            assert other.expected_cost + aversion * other.variance >= e + aversion * v


def test_simulated_sales_cost_what_the_formulas_say():
    """By the price equations themselves, within 99.9 percent confidence."""
    schedule = optimal_schedule(PAPER, 1e-6)
    count, tau = 20_000, PAPER.period
    shocks = np.random.default_rng(1).standard_normal((count, PAPER.periods))
    moves = PAPER.volatility * math.sqrt(tau) * shocks - PAPER.permanent_impact * schedule.sales
    before = 50 + np.concatenate([np.zeros((count, 1)), np.cumsum(moves, axis=1)[:, :-1]], axis=1)
    got = ((before - PAPER.fixed_cost - PAPER.temporary_impact * schedule.sales / tau) * schedule.sales).sum(axis=1)
    shortfall = 50 * PAPER.holding - got
    deviation = math.sqrt(schedule.variance)
    assert shortfall.mean() == pytest.approx(schedule.expected_cost, abs=3.3 * deviation / math.sqrt(count))
    assert shortfall.std() == pytest.approx(deviation, rel=3.3 / math.sqrt(2 * count))


def test_buying_mirrors_selling():
    buying = optimal_schedule(Liquidation(-1e6, 5.0, 5, 0.95, 2.5e-6, 2.5e-7, 0.0625), 1e-6)
    selling = optimal_schedule(PAPER, 1e-6)
    assert buying.holdings == pytest.approx(-selling.holdings)
    assert buying.expected_cost == pytest.approx(selling.expected_cost)


def test_a_schedule_can_be_read_at_any_time():
    schedule = optimal_schedule(PAPER, 0.0)
    assert schedule.holding(0) == 1e6 and schedule.holding(2.5) == pytest.approx(5e5) and schedule.holding(9) == 0


def test_impossible_parameters():
    with pytest.raises(ConfigError, match="permanent_impact"):
        Liquidation(1, 1, 1, 1, 1, 2.0)
    with pytest.raises(ConfigError, match="horizon"):
        Liquidation(1, 0, 1, 1, 1)
    with pytest.raises(ConfigError, match="risk_aversion"):
        optimal_schedule(PAPER, -1)
