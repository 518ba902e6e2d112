"""What holds for every process: one path, whoever asks; same seed, same path; pickles; many paths at once."""

import itertools
import pickle

import numpy as np
import pytest

from vega_mesa.agents.price_processes import (
    ArithmeticRandomWalk,
    GeometricRandomWalk,
    JumpDiffusion,
    OrnsteinUhlenbeck,
    PriceProcess,
    RecordedPrices,
    Regime,
    RegimeSwitching,
    ResampledPrices,
)
from vega_mesa.errors import ConfigError

RECORD = [100, 101, 99, 102, 107, 95, 96, 97]
STEPS = 300


def arithmetic(generator):
    return ArithmeticRandomWalk(100, 0.5, generator, drift=0.01)


def geometric(generator):
    return GeometricRandomWalk(100, 0.01, generator, drift=0.001)


def reverting(generator):
    return OrnsteinUhlenbeck(120, 100, 0.1, 0.02, generator)


def reverting_in_money(generator):
    return OrnsteinUhlenbeck(120, 100, 0.1, 0.5, generator, of="price")


def jumping(generator):
    return JumpDiffusion(100, 0.01, 0.3, -0.01, 0.03, generator, drift=0.001)


def switching(generator):
    return RegimeSwitching(100, [Regime(0.001, 0.01), Regime(-0.002, 0.05)], [[0.9, 0.1], [0.3, 0.7]], generator)


def resampled(generator):
    return ResampledPrices(RECORD, generator, block=3)


RANDOM = [arithmetic, geometric, reverting, reverting_in_money, jumping, switching, resampled]


def made(process, seed=3):
    return process(np.random.default_rng(seed))


@pytest.mark.parametrize("process", RANDOM)
def test_a_path_at_once_is_the_path_step_by_step(process):
    at_once = made(process).path(STEPS)
    one_by_one, backwards, in_parts, iterated = (made(process) for _ in range(4))
    assert at_once.shape == (STEPS + 1,) and at_once.dtype == float
    assert [one_by_one.price(step) for step in range(STEPS + 1)] == at_once.tolist()
    assert [backwards.price(step) for step in reversed(range(STEPS + 1))] == at_once[::-1].tolist()
    for step in (1, 2, 50, 49, 299):
        in_parts.path(step)
    assert in_parts.path(STEPS).tolist() == at_once.tolist()
    assert list(itertools.islice(iterated, STEPS + 1)) == at_once.tolist()


@pytest.mark.parametrize("process", RANDOM)
def test_same_seed_same_path_other_seed_another(process):
    assert made(process, 5).path(50).tolist() == made(process, 5).path(50).tolist()
    assert made(process, 5).path(50).tolist() != made(process, 6).path(50).tolist()


@pytest.mark.parametrize("process", RANDOM)
def test_a_copy_continues_alike(process):
    original = made(process)
    original.price(20)
    copy = pickle.loads(pickle.dumps(original, protocol=5))
    assert copy.path(200).tolist() == original.path(200).tolist()


@pytest.mark.parametrize("process", RANDOM)
def test_many_paths_follow_the_same_rule_and_leave_its_own_path_alone(process):
    one, other = made(process), made(process)
    one.price(10)
    many = one.paths(7, 30, np.random.default_rng(8))
    assert many.shape == (7, 31) and (many > 0).all()
    assert (many[:, 0] == one.price(0)).all()
    assert one.path(40).tolist() == other.path(40).tolist()
    shocks = np.random.default_rng(3).standard_normal((40, 1, one.SHOCKS))
    assert one.paths(1, 40, shocks=shocks)[0].tolist() == other.path(40).tolist()


@pytest.mark.parametrize("process", RANDOM)
def test_a_step_takes_a_fixed_number_of_draws(process):
    generator, counted = np.random.default_rng(3), np.random.default_rng(3)
    walk = process(generator)
    walk.price(17)
    counted.standard_normal(17 * walk.SHOCKS)
    assert generator.standard_normal() == counted.standard_normal()


def test_shocks_of_the_wrong_shape_are_refused():
    walk = made(jumping)
    with pytest.raises(ConfigError, match="shocks"):
        walk.paths(2, 10, shocks=np.zeros((10, 2, 1)))
    with pytest.raises(ConfigError, match="generator"):
        walk.paths(2, 10)


def test_before_the_beginning_is_the_beginning():
    walk = made(geometric)
    assert walk.price(-1) == 100
    assert walk.path(0).tolist() == [100]


def test_a_process_of_ones_own_needs_one_method():
    class Growth(PriceProcess):
        def next_price(self, price):
            return 2 * price

    assert Growth(1.0).path(4).tolist() == [1, 2, 4, 8, 16]
    with pytest.raises(NotImplementedError):
        PriceProcess(1.0).price(1)


def test_impossible_starts():
    for start in (0, -1, float("nan"), float("inf")):
        for kind in (GeometricRandomWalk, ArithmeticRandomWalk):
            with pytest.raises(ConfigError, match="start"):
                kind(start, 0.1, np.random.default_rng(0))


def test_impossible_parameters_are_named():
    g = np.random.default_rng(0)
    cases = [
        ("volatility", lambda: GeometricRandomWalk(1, -0.1, g)),
        ("floor", lambda: ArithmeticRandomWalk(1, 0.1, g, floor=0)),
        ("mean", lambda: OrnsteinUhlenbeck(1, 0, 0.1, 0.1, g)),
        ("reversion", lambda: OrnsteinUhlenbeck(1, 1, -0.1, 0.1, g)),
        ("rate", lambda: JumpDiffusion(1, 0.1, -1, 0, 0.1, g)),
        ("transitions", lambda: RegimeSwitching(1, [(0, 0.1)], [[0.9]], g)),
        ("first", lambda: RegimeSwitching(1, [(0, 0.1)], [[1.0]], g, first=1)),
        ("volatility", lambda: RegimeSwitching(1, [(0, -0.1)], [[1.0]], g)),
        ("prices", lambda: ResampledPrices([1], g)),
        ("block", lambda: ResampledPrices([1, 2], g, block=0.5)),
        ("prices", lambda: RecordedPrices([])),
        ("prices", lambda: RecordedPrices([1, -1])),
    ]
    for field, make in cases:
        with pytest.raises(ConfigError, match=field):
            make()
