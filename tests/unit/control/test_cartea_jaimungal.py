"""Cartea and Jaimungal (2015): the matrix exponential, the equation, backward induction and simulation agree."""

import math
import pickle

import numpy as np
import pytest

from vega_mesa.agents.control.backward_induction import induced_quotes
from vega_mesa.agents.control.cartea_jaimungal import (
    PenalisedInventory,
    exact_quotes,
    integrated_quotes,
    value_slope,
)
from vega_mesa.agents.control.quotes import FixedSpread, OrderFlow
from vega_mesa.agents.control.simulation import simulate_quotes
from vega_mesa.errors import ConfigError

BOOK = PenalisedInventory(OrderFlow.symmetric(1.0, 100.0), 1e-5, 1e-4, 3, 30.0)  # a tight market for half a minute
LOPSIDED = PenalisedInventory(OrderFlow(2.0, 0.5, 10.0), 2e-3, 5e-3, 6, 20.0)
MARKUP = 1 / 100


def worth(problem, result):
    """What the maker of a simulated run maximises."""
    return (
        result.profit - problem.terminal_penalty * result.inventory**2 - problem.running_penalty * result.inventory_cost
    )


@pytest.mark.parametrize("problem", [BOOK, LOPSIDED], ids=["book", "lopsided"])
def test_the_matrix_exponential_solves_the_equation(problem):
    exact, integrated = exact_quotes(problem, 40), integrated_quotes(problem, 40)
    assert exact.value == pytest.approx(integrated.value, abs=1e-8)
    assert exact.bid[:, :-1] == pytest.approx(integrated.bid[:, :-1], abs=1e-8)
    assert exact.ask[:, 1:] == pytest.approx(integrated.ask[:, 1:], abs=1e-8)


@pytest.mark.parametrize("problem", [BOOK, LOPSIDED], ids=["book", "lopsided"])
def test_the_depths_are_where_the_equation_has_its_maximum(problem):
    """Quoting a little more or less on one side, at one moment, makes the value grow more slowly."""
    solution = exact_quotes(problem, 4)
    decay = problem.flow.decay
    for value, bid in zip(solution.value, solution.bid, strict=True):
        gain = np.diff(value)

        def earned(depth, gain=gain):
            return problem.flow.sells * np.exp(-decay * depth) * (depth + gain)

        best = earned(bid[:-1])
        for nudge in (-0.01, 0.01):
            assert (earned(bid[:-1] + nudge / decay) < best).all()
        asks = problem.flow.buys / (math.e * decay) * np.exp(-decay * gain)
        expected = -problem.running_penalty * problem.squares + np.append(best, 0) + np.append(0, asks)
        assert value_slope(problem, value) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("problem", [BOOK, LOPSIDED], ids=["book", "lopsided"])
def test_backward_induction_converges_to_the_matrix_exponential(problem):
    """Halving the steps halves the error: first order in the length of a step."""
    errors = []
    for steps in (500, 1000, 2000):
        induced, exact = induced_quotes(problem, steps), exact_quotes(problem, steps)
        errors.append(np.abs(induced.bid[-1, :-1] - exact.bid[-1, :-1]).max())
        assert np.abs(induced.ask[-1, 1:] - exact.ask[-1, 1:]).max() < 20 / steps / problem.flow.decay
    assert errors[-1] < 0.005 / problem.flow.decay
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.1)


def test_backward_induction_over_a_menu_of_depths_finds_the_nearest_to_the_best():
    menu = np.arange(0, 0.05, 0.0002)
    chosen, free = induced_quotes(BOOK, 600, choices=menu), induced_quotes(BOOK, 600)
    assert np.abs(chosen.bid[1:, :-1] - free.bid[1:, :-1]).max() < 0.00021
    assert (chosen.value <= free.value + 1e-12).all()
    assert free.value - chosen.value == pytest.approx(0, abs=1e-4)


def test_not_to_quote_is_a_choice():
    """With depths too small to pay for the inventory that they bring, who is long does not bid."""
    problem = PenalisedInventory(OrderFlow.symmetric(1.0, 100.0), 1e-3, 1e-4, 3, 30.0)
    chosen = induced_quotes(problem, 600, choices=np.array([0.001]))
    assert math.isinf(chosen.depths(30, 2).bid) and chosen.depths(30, 2).ask == 0.001


def test_backward_induction_refuses_steps_in_which_a_fill_is_more_than_certain():
    with pytest.raises(ConfigError, match="steps"):
        induced_quotes(BOOK, 5)
    assert induced_quotes(BOOK, 600, least_depth=0.0).bid[:, :-1].min() >= 0


def test_figure_depths_at_the_end_are_known():
    """At the end only the terminal penalty counts: 1 / k + alpha * ((q + 1)^2 - q^2) for the bid."""
    solution = exact_quotes(BOOK, 30)
    for q in range(-3, 3):
        assert solution.depths(0.0, q).bid == pytest.approx(MARKUP + 1e-4 * (2 * q + 1), abs=1e-12)
        assert solution.depths(0.0, -q).ask == pytest.approx(MARKUP + 1e-4 * (2 * q + 1), abs=1e-12)


def test_figure_depths_far_from_the_end_do_not_depend_on_time():
    """The limit is that of the eigenvector of the largest eigenvalue."""
    problem = PenalisedInventory(BOOK.flow, 2e-4, BOOK.terminal_penalty, 3, 60.0)
    solution = exact_quotes(problem, 60)
    assert np.ptp(solution.bid[30:, :-1], axis=0).max() < 1e-6
    matrix = np.diag(-100 * 2e-4 * problem.squares) + (np.eye(7, k=1) + np.eye(7, k=-1)) / math.e
    vector = np.abs(np.linalg.eigh(matrix)[1][:, -1])
    assert solution.bid[-1, :-1] == pytest.approx(MARKUP + np.log(vector[:-1] / vector[1:]) / 100, abs=1e-9)


def test_more_penalty_leans_harder_and_none_with_wide_bounds_does_not_lean():
    leans = []
    for penalty in (1e-5, 1e-4, 1e-3):
        problem = PenalisedInventory(BOOK.flow, penalty, 1e-4, 3, 30.0)
        solution = exact_quotes(problem, 1)
        leans.append(solution.depths(30, 1).bid - solution.depths(30, 1).ask)
    assert leans == sorted(leans) and leans[0] > 0
    free = exact_quotes(PenalisedInventory(BOOK.flow, 0.0, 0.0, 80, 30.0), 10)
    assert free.depths(30, 5) == pytest.approx((MARKUP, MARKUP), abs=1e-9)
    assert free.value[-1, 80] == pytest.approx(2 * 30 / (math.e * 100))  # both sides earn 1 / (e k) a time


def test_long_and_short_mirror_each_other_unless_the_flow_is_lopsided():
    solution = exact_quotes(BOOK, 10)
    assert solution.bid == pytest.approx(solution.ask[:, ::-1], abs=1e-12)
    lopsided = exact_quotes(LOPSIDED, 10).depths(20, 0)
    assert lopsided.bid < lopsided.ask  # buyers are many: what is bought will be sold


def test_depths_rise_and_fall_with_inventory():
    for problem in (BOOK, LOPSIDED):
        solution = exact_quotes(problem, 10)
        assert (np.diff(solution.bid[1:, :-1], axis=1) > 0).all()
        assert (np.diff(solution.ask[1:, 1:], axis=1) < 0).all()


@pytest.mark.parametrize("problem", [BOOK, LOPSIDED], ids=["book", "lopsided"])
def test_simulated_runs_earn_what_the_value_promises(problem):
    """The mean over runs of what the maker maximises is the value at its start, at 99.9 percent confidence."""
    count, steps = 8000, 1500
    result = simulate_quotes(
        exact_quotes(problem, 150),
        problem.flow,
        volatility=1e-3,
        horizon=problem.horizon,
        steps=steps,
        count=count,
        generator=np.random.default_rng(3),
    )
    worths = worth(problem, result)
    expected = exact_quotes(problem, 1).value[-1, problem.limit]
    assert worths.mean() == pytest.approx(expected, abs=3.3 * worths.std() / math.sqrt(count) + 0.002 * expected)
    assert np.abs(result.inventory).max() <= problem.limit


def test_no_fixed_spread_earns_more():
    problem = LOPSIDED

    def mean_worth(policy):
        result = simulate_quotes(
            policy,
            problem.flow,
            volatility=0.0,
            horizon=problem.horizon,
            steps=400,
            count=2000,
            generator=np.random.default_rng(4),
        )
        return worth(problem, result).mean()

    best = mean_worth(exact_quotes(problem, 100))
    assert all(mean_worth(FixedSpread(factor / problem.flow.decay)) < best for factor in (0.5, 1.0, 1.5, 2.0, 3.0))


def test_between_moments_depths_are_interpolated_and_beyond_they_stay():
    solution = exact_quotes(BOOK, 3)
    first, second = solution.depths(10, 1), solution.depths(20, 1)
    assert solution.depths(15, 1) == pytest.approx(((first.bid + second.bid) / 2, (first.ask + second.ask) / 2))
    assert solution.depths(99, 1) == solution.depths(30, 1)
    assert solution.depths(-1, 1) == solution.depths(0, 1)
    assert solution.depths(15, 7) == solution.depths(15, 3) and math.isinf(solution.depths(15, 3).bid)
    assert pickle.loads(pickle.dumps(solution, protocol=5)).depths(15, 1) == solution.depths(15, 1)


def test_what_double_precision_cannot_hold_is_refused():
    with pytest.raises(ConfigError, match="penalty"):
        exact_quotes(PenalisedInventory(OrderFlow.symmetric(1.0, 100.0), 0.0, 10.0, 100, 1e-6), 1)
