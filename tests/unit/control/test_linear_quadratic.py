import math
import pickle

import numpy as np
import pytest

from vega_mesa.agents.control.linear_quadratic import (
    LinearQuadratic,
    finite_regulator,
    iterated_regulator,
    riccati_step,
    stationary_regulator,
)
from vega_mesa.errors import ConfigError

GOLDEN = (1 + math.sqrt(5)) / 2
SCALAR = LinearQuadratic(1, 1, 1, 1)
DOUBLE = LinearQuadratic([[1, 1], [0, 1]], [[0], [1]], np.eye(2), 0.5, cross_cost=[[0.1], [0.2]])
DISCOUNTED = LinearQuadratic([[1.05, 0.2], [0, 0.9]], [[1], [0]], [[2, -1], [-1, 1]], 3, discount=0.95)
PROBLEMS = pytest.mark.parametrize("problem", [SCALAR, DOUBLE, DISCOUNTED], ids=["scalar", "double", "discounted"])


def test_the_scalar_problem_costs_the_golden_ratio():
    """P = 1 + P - P^2 / (1 + P), so P^2 = P + 1; the control takes P / (1 + P) of the state away."""
    regulator = stationary_regulator(SCALAR)
    assert regulator.cost[0, 0] == pytest.approx(GOLDEN)
    assert regulator.gain[0, 0] == pytest.approx(1 / GOLDEN)
    assert regulator.control(np.array([2.0]))[0] == pytest.approx(-2 / GOLDEN)


def test_the_finite_scalar_problem_costs_ratios_of_fibonacci_numbers():
    costs = finite_regulator(SCALAR, [[0]], 6).costs[:, 0, 0]
    assert costs[::-1] == pytest.approx([0, 1, 3 / 2, 8 / 5, 21 / 13, 55 / 34, 144 / 89])


@PROBLEMS
def test_iteration_and_scipy_agree(problem):
    iterated, solved = iterated_regulator(problem), stationary_regulator(problem)
    assert iterated.iterations > 1
    assert iterated.cost == pytest.approx(solved.cost, rel=1e-8)
    assert iterated.gain == pytest.approx(solved.gain, rel=1e-8)
    assert riccati_step(problem, solved.cost)[1] == pytest.approx(solved.cost, rel=1e-9)


@PROBLEMS
def test_a_long_horizon_begins_like_an_infinite_one(problem):
    finite, infinite = finite_regulator(problem, np.eye(len(problem.transition)), 400), stationary_regulator(problem)
    assert finite.gains[0] == pytest.approx(infinite.gain, rel=1e-8)
    assert finite.control(0, np.ones(len(problem.transition))) == pytest.approx(
        infinite.control(np.ones(len(problem.transition)))
    )


@PROBLEMS
def test_the_finite_solution_is_the_minimum_over_all_controls_at_once(problem):
    """The cost of a run is a quadratic form of all its controls: its minimum by least squares, without Riccati."""
    steps, states = 6, len(problem.transition)
    controls = problem.control.shape[1]
    start, end_cost = np.arange(1, states + 1).astype(float), 2 * np.eye(states)
    form, slope, state_of = np.zeros((steps * controls,) * 2), np.zeros(steps * controls), []
    reach, drift = np.zeros((states, steps * controls)), start  # x = reach @ u + drift
    for step in range(steps):
        state_of.append((reach, drift))
        chosen = np.zeros((controls, steps * controls))
        chosen[:, step * controls : (step + 1) * controls] = np.eye(controls)
        weight = problem.discount**step
        cross = reach.T @ problem.cross_cost @ chosen
        form += weight * (reach.T @ problem.state_cost @ reach + chosen.T @ problem.control_cost @ chosen)
        form += weight * (cross + cross.T)
        slope += weight * (reach.T @ problem.state_cost + chosen.T @ problem.cross_cost.T) @ drift
        reach, drift = problem.transition @ reach + problem.control @ chosen, problem.transition @ drift
    form += problem.discount**steps * reach.T @ end_cost @ reach
    slope += problem.discount**steps * reach.T @ end_cost @ drift
    best = np.linalg.solve(form, -slope).reshape(steps, controls)
    finite, state = finite_regulator(problem, end_cost, steps), start
    for step in range(steps):
        assert finite.control(step, state) == pytest.approx(best[step], abs=1e-9)
        state = problem.transition @ state + problem.control @ finite.control(step, state)


def test_noise_costs_the_same_whatever_the_state_and_does_not_change_the_rule():
    """The average cost of long simulated runs, at 99.9 percent confidence."""
    regulator = stationary_regulator(DOUBLE)
    covariance = np.diag([0.3, 0.1])
    generator = np.random.default_rng(1)
    state, total = np.zeros((2, 4000)), np.zeros(4000)
    for step in range(150):
        control = -regulator.gain @ state
        if step >= 50:
            total += (state * (DOUBLE.state_cost @ state)).sum(0) + (control * (DOUBLE.control_cost @ control)).sum(0)
            total += 2 * (state * (DOUBLE.cross_cost @ control)).sum(0)
        noise = np.sqrt(np.diag(covariance))[:, np.newaxis] * generator.standard_normal((2, 4000))
        state = DOUBLE.transition @ state + DOUBLE.control @ control + noise
    mean, error = total.mean() / 100, total.std() / 100 / math.sqrt(4000)
    assert regulator.noise_cost(covariance) == pytest.approx(mean, abs=3.3 * error)


def test_what_cannot_be_stabilised_is_refused():
    with pytest.raises(ConfigError, match="stabilise"):
        iterated_regulator(LinearQuadratic([[2, 0], [0, 0.5]], [[0], [1]], np.eye(2), 1))


def test_shapes_are_checked():
    with pytest.raises(ConfigError, match="state_cost"):
        LinearQuadratic(np.eye(2), [[1], [0]], 1, 1)
    with pytest.raises(ConfigError, match="transition"):
        LinearQuadratic(np.eye(3), [[1], [0]], np.eye(2), 1)
    with pytest.raises(ConfigError, match="discount"):
        LinearQuadratic(1, 1, 1, 1, discount=1.5)


def test_pickles():
    copy = pickle.loads(pickle.dumps((DOUBLE, stationary_regulator(DOUBLE)), protocol=5))
    assert copy[1].gain.tolist() == stationary_regulator(copy[0]).gain.tolist()
