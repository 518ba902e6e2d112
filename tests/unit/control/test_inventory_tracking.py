"""Gârleanu and Pedersen (2013) in closed form, and the separation principle."""

import math

import numpy as np
import pytest

from vega_mesa.agents.control.inventory_tracking import InventoryTracking, average_cost, tracking_rule
from vega_mesa.agents.control.linear_quadratic import stationary_regulator
from vega_mesa.errors import ConfigError

PROBLEM = InventoryTracking(target=2.0, reversion=0.1, shock=0.5, risk=0.4, cost=3.0, price_noise=1.0)
DISCOUNTED = InventoryTracking(target=5.0, reversion=0.3, shock=0.5, risk=0.1, cost=1.0, price_noise=2.0, discount=0.96)


@pytest.mark.parametrize("problem", [PROBLEM, DISCOUNTED], ids=["undiscounted", "discounted"])
def test_trade_partially_and_aim_in_front_of_the_target(problem):
    """The regulator's gains are the closed form of the paper: x' = (1 - a / lambda) x + a / lambda * aim."""
    gain = stationary_regulator(problem.control_problem()).gain[0]
    rate, aim = problem.trading_rate(), problem.aim()
    assert gain == pytest.approx([rate, -rate * aim], rel=1e-9)
    assert 0 < rate < 1 and 0 < aim < problem.target


def test_the_trading_rate_is_the_formula_of_the_paper():
    """With its rho, gamma and lambda: discount 1 - rho, risk (1 - rho) gamma, cost lambda."""
    rho, gamma, cost = 0.02, 0.7, 4.0
    problem = InventoryTracking(1.0, 0.2, 0.1, (1 - rho) * gamma, cost, 1.0, discount=1 - rho)
    b = gamma * (1 - rho) + cost * rho
    a = (-b + math.sqrt(b * b + 4 * gamma * cost * (1 - rho) ** 2)) / (2 * (1 - rho))
    assert problem.trading_rate() == pytest.approx(a / cost)
    assert problem.aim() == pytest.approx(1 / (1 + 0.2 * a / gamma))


def test_free_trading_goes_to_the_target_and_dear_trading_stays():
    free = InventoryTracking(2.0, 0.1, 0.5, 0.4, 1e-9, 1.0)
    assert free.trading_rate() == pytest.approx(1, abs=1e-6) and free.aim() == pytest.approx(2, abs=1e-6)
    assert InventoryTracking(2.0, 0.1, 0.5, 0.4, 1e9, 1.0).trading_rate() < 1e-4


def test_separation_the_rule_does_not_know_the_noise_and_the_filter_not_the_cost():
    noisy = InventoryTracking(2.0, 0.1, 0.5, 0.4, 3.0, price_noise=10.0)
    costly = InventoryTracking(2.0, 0.1, 0.5, 0.4, 300.0, price_noise=1.0)
    rule = tracking_rule(PROBLEM)
    assert tracking_rule(noisy).regulator.gain == pytest.approx(rule.regulator.gain)
    assert tracking_rule(costly).filter.gain == pytest.approx(rule.filter.gain)
    assert (tracking_rule(noisy).filter.gain < rule.filter.gain + 1e-9)[1, 1]


def test_separation_the_two_halves_are_best_together():
    """Among all pairs of gains, those solved apart cost least: any nudge of either or both costs more."""
    rule = tracking_rule(PROBLEM)
    best = average_cost(PROBLEM, rule.regulator.gain, rule.filter.gain)
    generator = np.random.default_rng(1)
    for size in (1e-3, 1e-2, 1e-1):
        for _ in range(100):
            gain = rule.regulator.gain * (1 + size * generator.standard_normal((1, 2)))
            filter_gain = rule.filter.gain + size * generator.standard_normal((2, 2)) * 0.5
            for pair in ((gain, rule.filter.gain), (rule.regulator.gain, filter_gain), (gain, filter_gain)):
                assert average_cost(PROBLEM, *pair) >= best - 1e-12


def test_separation_the_cost_is_that_of_control_plus_that_of_not_knowing():
    """tr(P W) for the noise of the state, and tr(K' (R + B'P B) K S) for the error S of the guess."""
    rule, costs, system = tracking_rule(PROBLEM), PROBLEM.control_problem(), PROBLEM.observed_system()
    bend = costs.control_cost + costs.control.T @ rule.regulator.cost @ costs.control
    ignorance = np.trace(rule.regulator.gain.T @ bend @ rule.regulator.gain @ rule.filter.after)
    expected = rule.regulator.noise_cost(system.state_noise) + ignorance
    assert average_cost(PROBLEM, rule.regulator.gain, rule.filter.gain) == pytest.approx(expected, rel=1e-9)
    assert ignorance > 0


def test_simulated_tracking_costs_what_it_should():
    rule, costs, system = tracking_rule(PROBLEM), PROBLEM.control_problem(), PROBLEM.observed_system()
    generator, count, steps, warm = np.random.default_rng(2), 1500, 400, 150
    state, guess, total = np.zeros((2, count)), np.zeros((2, count)), np.zeros(count)
    deviations = np.sqrt(np.diag(system.observation_noise))[:, np.newaxis]
    for step in range(steps):
        seen = state + deviations * generator.standard_normal((2, count))
        guess = guess + rule.filter.gain @ (seen - guess)
        control = -rule.regulator.gain @ guess
        if step >= warm:
            held = state[0] + control[0]
            total += PROBLEM.risk / 2 * (held - PROBLEM.target * state[1]) ** 2 + PROBLEM.cost / 2 * control[0] ** 2
        shock = np.sqrt(np.diag(system.state_noise))[:, np.newaxis] * generator.standard_normal((2, count))
        state = system.transition @ state + costs.control @ control + shock
        guess = system.transition @ guess + costs.control @ control
    mean, error = total.mean() / (steps - warm), total.std() / (steps - warm) / math.sqrt(count)
    expected = average_cost(PROBLEM, rule.regulator.gain, rule.filter.gain)
    assert mean == pytest.approx(expected, abs=3.3 * error)


def test_gains_that_let_the_state_run_away_cost_without_bound():
    rule = tracking_rule(PROBLEM)
    assert average_cost(PROBLEM, -rule.regulator.gain, rule.filter.gain) == math.inf


def test_impossible_parameters():
    for name in ("risk", "cost", "price_noise", "inventory_shock", "inventory_noise"):
        with pytest.raises(ConfigError, match=name):
            InventoryTracking(
                **{"target": 1, "reversion": 0.1, "shock": 1, "risk": 1, "cost": 1, "price_noise": 1, name: 0}
            )
    with pytest.raises(ConfigError, match="reversion"):
        InventoryTracking(1, 0, 1, 1, 1, 1)
