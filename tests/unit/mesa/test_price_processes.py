import pickle

import numpy as np
import pytest

from vega_mesa.errors import ConfigError
from vega_mesa.price_processes import OrnsteinUhlenbeck, RandomWalk, RecordedPrices


def test_a_path_does_not_depend_on_who_asks_when():
    one, other = (RandomWalk(100, 0.01, np.random.default_rng(3)) for _ in range(2))
    forwards = [one.price(step) for step in range(20)]
    assert [other.price(step) for step in reversed(range(20))] == forwards[::-1]
    assert one.price(-1) == 100


def test_a_copy_continues_alike():
    walk = RandomWalk(100, 0.01, np.random.default_rng(3))
    walk.price(5)
    assert pickle.loads(pickle.dumps(walk)).price(50) == walk.price(50)


def test_a_walk_has_the_volatility_it_was_given():
    walk = RandomWalk(100, 0.01, np.random.default_rng(1), drift=0.001)
    moves = np.diff(np.log([walk.price(step) for step in range(20_000)]))
    assert moves.std() == pytest.approx(0.01, rel=0.02)
    assert moves.mean() == pytest.approx(0.001, abs=0.0003)


def test_a_price_is_drawn_back_to_its_mean():
    process = OrnsteinUhlenbeck(200, 100, 0.5, 0.0, np.random.default_rng(1))
    assert process.price(1) == pytest.approx(200 * 0.5**0.5)
    assert process.price(60) == pytest.approx(100)


def test_recorded_prices_stand_still_after_the_last():
    prices = RecordedPrices([1, 2, 3])
    assert [prices.price(step) for step in range(5)] == [1, 2, 3, 3, 3]
    assert len(RecordedPrices([1, 2])) == 2


def test_impossible_prices():
    for start in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="start"):
            RandomWalk(start, 0.1, np.random.default_rng(0))
    with pytest.raises(ConfigError):
        RecordedPrices([])
    with pytest.raises(ConfigError, match="mean"):
        OrnsteinUhlenbeck(1, 0, 0.1, 0.1, np.random.default_rng(0))
