"""The law of each process. Seeds are fixed; a right process would fail an unfixed one of these once in a thousand."""

import math

import numpy as np
import pytest
from scipy import stats

from vega_mesa.agents.price_processes import (
    ArithmeticRandomWalk,
    GeometricRandomWalk,
    JumpDiffusion,
    OrnsteinUhlenbeck,
    RegimeSwitching,
)

CONFIDENCE = 0.999
QUANTILE = stats.norm.ppf((1 + CONFIDENCE) / 2)
COUNT = 20_000


def assert_mean(sample, expected):
    """The expected mean lies in the confidence interval of the sample's."""
    error = QUANTILE * sample.std(ddof=1) / math.sqrt(len(sample))
    assert abs(sample.mean() - expected) < error


def assert_variance(sample, expected):
    """The expected variance lies in the confidence interval of the sample's, by the variance of squares."""
    assert_mean((sample - sample.mean()) ** 2, expected)


def generator(seed=1):
    return np.random.default_rng(seed)


def test_arithmetic_random_walk():
    walk = ArithmeticRandomWalk(1000, 2.0, generator(), drift=0.5)
    ends = walk.paths(COUNT, 40, generator())[:, -1]
    assert_mean(ends, 1000 + 40 * 0.5)
    assert_variance(ends, 40 * 4.0)
    assert stats.kstest((ends - 1020) / math.sqrt(160), "norm").pvalue > 1 - CONFIDENCE


def test_arithmetic_random_walk_shows_no_price_below_its_floor():
    paths = ArithmeticRandomWalk(10, 3.0, generator(), floor=0.5).paths(50, 200, generator())
    assert paths.min() == 0.5
    sank = (paths == 0.5).any(axis=1)
    assert sank.any() and (paths[sank, -1] > 0.5).any()  # and comes back


def test_geometric_random_walk():
    walk = GeometricRandomWalk(100, 0.02, generator(), drift=0.001)
    paths = walk.paths(COUNT, 30, generator())
    logs = np.log(paths[:, -1] / 100)
    assert_mean(logs, 0.03)
    assert_variance(logs, 30 * 0.02**2)
    assert_mean(paths[:, -1], 100 * math.exp(30 * (0.001 + 0.02**2 / 2)))


def test_geometric_random_walk_with_half_its_variance_taken_off_is_a_martingale():
    walk = GeometricRandomWalk(100, 0.1, generator(), drift=-0.005)
    assert_mean(walk.paths(COUNT, 30, generator())[:, -1], 100)


@pytest.mark.parametrize("of", ["logarithm", "price"])
def test_ornstein_uhlenbeck_has_its_exact_moments_at_every_horizon(of):
    start, mean, reversion, volatility = 120.0, 100.0, 0.3, 0.04 if of == "logarithm" else 2.0
    process = OrnsteinUhlenbeck(start, mean, reversion, volatility, generator(), of=of)
    paths = process.paths(COUNT, 12, generator())
    deviations = paths - mean if of == "price" else np.log(paths / mean)
    for step in (1, 4, 12):
        left = math.exp(-reversion * step)
        assert_mean(deviations[:, step], deviations[0, 0] * left)
        assert_variance(deviations[:, step], volatility**2 * (1 - left**2) / (2 * reversion))


def test_ornstein_uhlenbeck_in_the_long_run():
    process = OrnsteinUhlenbeck(100, 100, 0.05, 0.01, generator())
    paths = np.log(process.paths(COUNT, 200, generator()) / 100)
    assert process.stationary_deviation == pytest.approx(0.01 / math.sqrt(0.1))
    assert_variance(paths[:, 200], process.stationary_deviation**2)
    lagged = paths[:, 200] * paths[:, 190]  # autocovariance decays with the persistence
    assert_mean(lagged, process.stationary_deviation**2 * math.exp(-0.05 * 10))


def test_ornstein_uhlenbeck_steps_compose():
    """Two steps of length one have the law of one of length two: no error of discretisation."""
    fine = OrnsteinUhlenbeck(150, 100, 0.2, 0.05, generator())
    coarse = OrnsteinUhlenbeck(150, 100, 0.4, 0.05 * math.sqrt(2), generator())
    assert fine.persistence**2 == pytest.approx(coarse.persistence, rel=1e-14)
    two = fine.shock_deviation**2 * (1 + fine.persistence**2)
    assert two == pytest.approx(coarse.shock_deviation**2, rel=1e-14)


def test_ornstein_uhlenbeck_without_noise_or_without_reversion():
    still = OrnsteinUhlenbeck(200, 100, math.log(2), 0.0, generator())
    assert still.price(1) == pytest.approx(200 * 0.5**0.5)
    assert still.price(60) == pytest.approx(100)
    free = OrnsteinUhlenbeck(100, 100, 0.0, 0.01, generator(4))
    assert free.path(50) == pytest.approx(GeometricRandomWalk(100, 0.01, generator(4)).path(50), rel=1e-12)
    assert free.stationary_deviation == math.inf


def test_jump_diffusion():
    rate, jump_mean, jump_deviation = 0.4, -0.02, 0.05
    process = JumpDiffusion(100, 0.01, rate, jump_mean, jump_deviation, generator(), drift=0.002)
    changes = np.diff(np.log(process.paths(COUNT, 5, generator())), axis=1).ravel()
    variance = 0.01**2 + rate * (jump_mean**2 + jump_deviation**2)
    assert_mean(changes, 0.002 + rate * jump_mean)
    assert_variance(changes, variance)
    third = rate * (jump_mean**3 + 3 * jump_mean * jump_deviation**2)  # cumulants of a compound Poisson sum
    fourth = rate * (jump_mean**4 + 6 * jump_mean**2 * jump_deviation**2 + 3 * jump_deviation**4)
    centred = changes - (0.002 + rate * jump_mean)
    assert_mean(centred**3, third)
    assert_mean(centred**4, fourth + 3 * variance**2)


def test_jump_diffusion_counts_jumps_as_poisson():
    """With jumps of one size and nothing else, the change of the logarithm counts them."""
    process = JumpDiffusion(1, 0.0, 2.5, 1e-3, 0.0, generator())
    counts = np.rint(np.diff(np.log(process.paths(COUNT, 1, generator())), axis=1).ravel() * 1e3).astype(int)
    expected = stats.poisson.pmf(np.arange(8), 2.5) * COUNT
    observed = np.bincount(np.minimum(counts, 8), minlength=9)
    expected = np.append(expected, COUNT - expected.sum())
    assert stats.chisquare(observed, expected).pvalue > 1 - CONFIDENCE


def test_jump_diffusion_without_jumps_is_the_geometric_random_walk():
    shocks = generator().standard_normal((50, 4, 3))
    without = JumpDiffusion(100, 0.01, 0.0, -0.1, 0.3, generator()).paths(4, 50, shocks=shocks)
    walk = GeometricRandomWalk(100, 0.01, generator()).paths(4, 50, shocks=shocks[:, :, :1].copy())
    assert without == pytest.approx(walk, rel=1e-13)


def test_regime_switching():
    transitions = [[0.95, 0.05], [0.2, 0.8]]
    process = RegimeSwitching(100, [(0.001, 0.01), (-0.004, 0.04)], transitions, generator(2))
    shares = process.stationary()
    assert shares == pytest.approx([0.8, 0.2])
    changes = np.diff(np.log(process.paths(COUNT, 80, generator())), axis=1)
    mean = 0.8 * 0.001 - 0.2 * 0.004
    square = 0.8 * (0.01**2 + 0.001**2) + 0.2 * (0.04**2 + 0.004**2)
    assert_mean(changes[:, -1], mean)
    assert_mean(changes[:, -1] ** 2, square)
    assert stats.kurtosis(changes[:, -1]) > 2  # a mixture has heavy tails
    near = np.corrcoef(changes[:, -1] ** 2, changes[:, -2] ** 2)[0, 1]
    far = np.corrcoef(changes[:, -1] ** 2, changes[:, -30] ** 2)[0, 1]
    assert near > 0.1 > abs(far)  # volatility clusters, and forgets


def test_regimes_are_those_that_made_the_prices():
    process = RegimeSwitching(100, [(0.01, 0.0), (-0.01, 0.0)], [[0.5, 0.5], [0.5, 0.5]], generator(2), first=1)
    moves = np.diff(process.path(200))
    assert process.regime(0) == 1
    assert [process.regime(step) for step in range(1, 201)] == [0 if move > 0 else 1 for move in moves]
    stays = RegimeSwitching(100, [(0, 0.1), (0, 0.2)], [[1, 0], [0, 1]], generator(2), first=1)
    assert {stays.regime(step) for step in range(100)} == {1}
