import math
import pickle

import numpy as np
import pytest

from vega_mesa.agents.control.kalman_filter import Belief, Observed, steady_filter
from vega_mesa.agents.control.linear_quadratic import LinearQuadratic, stationary_regulator
from vega_mesa.errors import ConfigError

LEVEL = Observed(transition=1, observation=1, state_noise=0.5, observation_noise=2.0)
TREND = Observed([[1, 1], [0, 0.9]], [[1, 0]], np.diag([0.1, 0.02]), 1.5)


def simulated(system, steps, seed=1):
    """States and observations, each with one row a step."""
    generator = np.random.default_rng(seed)
    states = len(system.transition)
    shocks = generator.multivariate_normal(np.zeros(states), system.state_noise, steps)
    noise = generator.multivariate_normal(np.zeros(len(system.observation)), system.observation_noise, steps)
    state, rows, seen = np.zeros(states), [], []
    for step in range(steps):
        rows.append(state)
        seen.append(system.observation @ state + noise[step])
        state = system.transition @ state + shocks[step]
    return np.array(rows), np.array(seen)


def test_a_level_seen_through_noise_is_an_exponential_average():
    """J. F. Muth (1960): the weight of the newest observation is (sqrt(r^2 + 4 r) - r) / 2, r the ratio of noises."""
    ratio = 0.5 / 2.0
    weight = (math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2
    assert steady_filter(LEVEL).gain[0, 0] == pytest.approx(weight)
    _, seen = simulated(LEVEL, 200)
    average = 0.0
    for value in seen[:, 0]:
        average += weight * (value - average)
    last = LEVEL.follow(Belief(np.zeros(1), steady_filter(LEVEL).before), seen)[-1]
    assert last.mean[0] == pytest.approx(average)


@pytest.mark.parametrize("system", [LEVEL, TREND], ids=["level", "trend"])
def test_the_filter_is_the_least_squares_guess_from_all_that_was_seen(system):
    """The last belief is the conditional normal distribution, worked out in one piece from the joint covariance."""
    states, steps = len(system.transition), 7
    prior = 3 * np.eye(states)
    _, seen = simulated(system, steps)
    powers = [np.linalg.matrix_power(system.transition, n) for n in range(steps)]

    def covariance(i, j):
        """Of the states at steps i and j."""
        early = min(i, j)
        total = powers[i] @ prior @ powers[j].T
        for shock in range(early):
            total = total + powers[i - shock - 1] @ system.state_noise @ powers[j - shock - 1].T
        return total

    c, end = system.observation, steps - 1
    joint = np.block([[c @ covariance(i, j) @ c.T for j in range(steps)] for i in range(steps)])
    joint += np.kron(np.eye(steps), system.observation_noise)
    cross = np.hstack([covariance(end, j) @ c.T for j in range(steps)])
    belief = system.follow(Belief(np.zeros(states), prior), seen)[-1]
    assert belief.mean == pytest.approx(cross @ np.linalg.solve(joint, seen.ravel()))
    assert belief.covariance == pytest.approx(covariance(end, end) - cross @ np.linalg.solve(joint, cross.T))


@pytest.mark.parametrize("system", [LEVEL, TREND], ids=["level", "trend"])
def test_errors_are_as_large_as_the_filter_says_and_surprises_are_news(system):
    steps = 8_000
    states, seen = simulated(system, steps)
    beliefs = system.follow(Belief(np.zeros(len(system.transition)), np.eye(len(system.transition))), seen)
    errors = (states - np.array([belief.mean for belief in beliefs]))[100:]
    steady = steady_filter(system)
    assert beliefs[-1].covariance == pytest.approx(steady.after, rel=1e-9)
    for own in range(errors.shape[1]):  # errors are autocorrelated: a third of them count, by far not fewer
        assert errors[:, own].var() == pytest.approx(steady.after[own, own], rel=3.3 * math.sqrt(2 / (steps / 30)))
    surprises = [
        (y - system.observation @ system.predict(b).mean)[0] for b, y in zip(beliefs[:-1], seen[1:], strict=True)
    ]
    surprises = np.array(surprises[100:])
    for lag in (1, 2, 5):
        assert abs(np.corrcoef(surprises[lag:], surprises[:-lag])[0, 1]) < 3.3 / math.sqrt(len(surprises))


def test_the_filter_is_the_regulator_of_the_transposed_problem():
    dual = LinearQuadratic(TREND.transition.T, TREND.observation.T, TREND.state_noise, TREND.observation_noise)
    regulator = stationary_regulator(dual)
    steady = steady_filter(TREND)
    assert steady.before == pytest.approx(regulator.cost)
    predicting = steady.gain.T @ TREND.transition.T
    assert predicting == pytest.approx(regulator.gain)


def test_what_is_done_is_known():
    system = Observed(np.eye(2), np.eye(2), np.zeros((2, 2)), np.eye(2), control=[[1], [0]])
    belief = system.predict(Belief(np.zeros(2), np.eye(2)), np.array([3.0]))
    assert belief.mean.tolist() == [3.0, 0.0]


def test_precise_observations_are_believed_and_worthless_ones_are_not():
    belief = Belief(np.array([1.0]), np.eye(1))
    assert Observed(1, 1, 0.5, 1e-12).update(belief, np.array([5.0])).mean[0] == pytest.approx(5)
    assert Observed(1, 1, 0.5, 1e12).update(belief, np.array([5.0])).mean[0] == pytest.approx(1)


def test_shapes_are_checked_and_it_pickles():
    with pytest.raises(ConfigError, match="state_noise"):
        Observed(np.eye(2), [[1, 0]], 1, 1)
    copy = pickle.loads(pickle.dumps((TREND, steady_filter(TREND)), protocol=5))
    assert copy[1].gain.tolist() == steady_filter(copy[0]).gain.tolist()
