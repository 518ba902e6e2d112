"""Guéant, Lehalle and Fernandez-Tapia (2013): the figures' parameters, both theorems, and the limits to neighbours."""

import math
import pickle

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from vega_mesa.agents.control import cartea_jaimungal as penalised
from vega_mesa.agents.control.avellaneda_stoikov import AvellanedaStoikov
from vega_mesa.agents.control.gueant_lehalle_fernandez_tapia import (
    AsymptoticQuotes,
    InventoryRisk,
    exact_quotes,
    stationary_quotes,
)
from vega_mesa.agents.control.quotes import OrderFlow
from vega_mesa.errors import ConfigError

FIGURE_1 = InventoryRisk(rate=0.9, decay=0.3, volatility=0.3, risk_aversion=0.01)  # ticks and seconds; T = 600
FIGURE_4 = InventoryRisk(rate=0.9, decay=0.3, volatility=0.4, risk_aversion=0.01)  # its left half
LIMIT, HORIZON = 30, 600.0


def columns(solution, low, high):
    """The rows of depths at inventories from ``low`` to ``high``."""
    chosen = (solution.inventories >= low) & (solution.inventories <= high)
    return solution.bid[:, chosen], solution.ask[:, chosen]


def test_figure_1_quotes_do_not_depend_on_time_far_from_the_end():
    """The finding that the figures 1 to 3 are drawn for."""
    solution = exact_quotes(FIGURE_1, limit=LIMIT, horizon=HORIZON, steps=60)
    bid, ask = columns(solution, -20, 20)
    assert np.ptp(bid[30:], axis=0).max() < 1e-3  # half of the time left or more, ticks
    assert np.ptp(ask[30:], axis=0).max() < 1e-3
    assert np.ptp(bid, axis=0).max() > 1  # and depend on it near the end


def test_theorem_2_the_exact_quotes_converge_to_the_eigenvector():
    stationary = stationary_quotes(FIGURE_1, limit=LIMIT)
    errors = []
    for horizon in (150.0, 300.0, 600.0, 1200.0):
        exact = exact_quotes(FIGURE_1, limit=LIMIT, horizon=horizon, steps=10)
        errors.append(np.abs(exact.bid[-1, :-1] - stationary.bid[0, :-1]).max())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-6
    assert exact.ask[-1, 1:] == pytest.approx(stationary.ask[0, 1:], abs=1e-6)


def test_convergence_is_as_fast_as_the_gap_of_the_spectrum_says():
    """The distance shrinks like exp(-gap * time), the gap being that of the two smallest eigenvalues."""
    inventories = np.arange(-LIMIT, LIMIT + 1)
    matrix = np.diag(FIGURE_1.alpha * inventories**2.0)
    matrix -= FIGURE_1.eta * (np.eye(2 * LIMIT + 1, k=1) + np.eye(2 * LIMIT + 1, k=-1))
    lowest = np.linalg.eigvalsh(matrix)[:3]
    gap = lowest[2] - lowest[0]  # the second vector is odd and the start is even: it is never there
    stationary = stationary_quotes(FIGURE_1, limit=LIMIT)
    exact = exact_quotes(FIGURE_1, limit=LIMIT, horizon=400.0, steps=40)
    distance = np.abs(exact.bid[:, LIMIT] - stationary.bid[0, LIMIT])
    rate = math.log(distance[20] / distance[30]) / 100.0
    assert rate == pytest.approx(gap, rel=0.01)


def test_figure_4_the_closed_form_is_very_good_for_small_inventories():
    """ "Satisfactory in most cases and always very good for small values of the inventory": in ticks."""
    stationary = stationary_quotes(FIGURE_4, limit=LIMIT)
    closed = AsymptoticQuotes(FIGURE_4)
    for inventory in range(-3, 4):
        assert closed.depths(HORIZON, inventory) == pytest.approx(stationary.depths(HORIZON, inventory), abs=0.03)
    for inventory in range(-15, 16):
        assert closed.depths(HORIZON, inventory) == pytest.approx(
            stationary.depths(HORIZON, inventory), rel=0.25, abs=0.5
        )


def test_the_closed_form_is_the_formula_of_the_paper():
    gamma, sigma, k, rate, q = 0.01, 0.4, 0.3, 0.9, 5
    root = math.sqrt(sigma**2 * gamma / (2 * k * rate) * (1 + gamma / k) ** (1 + k / gamma))
    base = math.log(1 + gamma / k) / gamma
    closed = AsymptoticQuotes(FIGURE_4)
    assert closed.depths(0, q) == pytest.approx((base + (2 * q + 1) / 2 * root, base - (2 * q - 1) / 2 * root))
    assert closed.spread == pytest.approx(2 * base + root)


def test_proposition_1_the_matrix_exponential_solves_the_system():
    steps, limit = 8, 6
    solution = exact_quotes(FIGURE_1, limit=limit, horizon=80.0, steps=steps)
    squares = np.arange(-limit, limit + 1) ** 2.0

    def slope(_, v):
        return -FIGURE_1.alpha * squares * v + FIGURE_1.eta * (np.append(v[1:], 0) + np.append(0, v[:-1]))

    moments = np.linspace(0, 80.0, steps + 1)
    integrated = solve_ivp(slope, (0, 80.0), np.ones(2 * limit + 1), t_eval=moments, rtol=1e-11, atol=1e-13)
    assert np.exp(FIGURE_1.decay * solution.value) == pytest.approx(integrated.y.T, rel=1e-8)


def test_near_the_end_the_quotes_are_those_of_avellaneda_and_stoikov():
    """Their closed form is the expansion of the exact quotes in the time left, and right to its second order."""
    policy = AvellanedaStoikov(FIGURE_1.risk_aversion, FIGURE_1.volatility, FIGURE_1.decay)
    errors = []
    for left in (2.0, 1.0, 0.5):
        exact = exact_quotes(FIGURE_1, limit=LIMIT, horizon=left, steps=1)
        errors.append(max(abs(exact.depths(left, q).bid - policy.depths(left, q).bid) for q in range(-5, 6)))
    assert errors[2] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(8, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(8, rel=0.05)


def test_without_risk_aversion_but_with_its_price_of_risk_it_is_the_penalised_problem():
    """As gamma vanishes with gamma * sigma^2 / 2 = phi held, the problem becomes that of Cartea and Jaimungal."""
    phi, gamma = 2e-4, 1e-7
    problem = InventoryRisk(0.9, 0.3, math.sqrt(2 * phi / gamma), gamma)
    exact = exact_quotes(problem, limit=10, horizon=100.0, steps=20)
    other = penalised.PenalisedInventory(OrderFlow.symmetric(0.9, 0.3), phi, 0.0, 10, 100.0)
    assert exact.bid[:, :-1] == pytest.approx(penalised.exact_quotes(other, 20).bid[:, :-1], abs=1e-4)


def test_long_and_short_mirror_each_other():
    solution = exact_quotes(FIGURE_1, limit=12, horizon=200.0, steps=5)
    assert solution.bid == pytest.approx(solution.ask[:, ::-1], abs=1e-9)
    assert (np.diff(solution.bid[1:, :-1], axis=1) > 0).all()  # the longer, the lower the bid
    assert np.isinf(solution.bid[:, -1]).all() and np.isinf(solution.ask[:, 0]).all()


def test_a_long_run_does_not_overflow_and_pickles():
    solution = exact_quotes(FIGURE_1, limit=LIMIT, horizon=1e6, steps=3)
    assert np.isfinite(solution.value).all()
    copy = pickle.loads(pickle.dumps(solution, protocol=5))
    assert copy.depths(5e5, 3) == solution.depths(5e5, 3)


def test_impossible_parameters():
    for values in ((0, 1, 1, 1), (1, 0, 1, 1), (1, 1, -1, 1), (1, 1, 1, 0)):
        with pytest.raises(ConfigError):
            InventoryRisk(*values)
    with pytest.raises(ConfigError, match="limit"):
        exact_quotes(FIGURE_1, limit=0, horizon=1, steps=1)
    with pytest.raises(ConfigError, match="steps"):
        exact_quotes(FIGURE_1, limit=1, horizon=1, steps=0)
