import math

import numpy as np
import pandas as pd
import pytest

from vega_mesa.agents.price_processes import RecordedPrices, ResampledPrices
from vega_mesa.errors import ConfigError, InvalidPriceFile


@pytest.fixture
def file(tmp_path):
    times = pd.date_range("2024-01-01", periods=12, freq="10min", tz="UTC")
    path = tmp_path / "prices.csv"
    pd.DataFrame({"timestamp": times, "close": range(100, 112)}).to_csv(path, index=False)
    return path


def test_recorded_prices_stand_still_after_the_last():
    prices = RecordedPrices([1, 2, 3])
    assert prices.path(4).tolist() == [1, 2, 3, 3, 3]
    assert [prices.price(step) for step in range(5)] == [1, 2, 3, 3, 3]
    assert len(RecordedPrices([1, 2])) == 2


def test_a_file_as_it_is(file):
    assert RecordedPrices.from_file(file).path(11).tolist() == list(range(100, 112))
    assert RecordedPrices.from_file(file, start="2024-01-01T01:00:00Z").price(0) == 106


def test_a_file_on_a_coarser_grid_has_the_last_price_of_each_step(file):
    prices = RecordedPrices.from_file(file, every="30min")
    assert [prices.price(step) for step in range(len(prices))] == [100, 103, 106, 109, 111]


def test_a_file_on_a_finer_grid_repeats_prices_and_never_looks_ahead(file):
    prices = RecordedPrices.from_file(file, every="5min")
    assert prices.path(5).tolist() == [100, 100, 101, 101, 102, 102]


def test_what_is_wrong_with_a_file_is_named(file, tmp_path):
    with pytest.raises(ConfigError, match="every"):
        RecordedPrices.from_file(file, every="soon")
    with pytest.raises(ConfigError, match="start"):
        RecordedPrices.from_file(file, start="2030-01-01")
    with pytest.raises(InvalidPriceFile):
        RecordedPrices.from_file(tmp_path / "none.csv")


def test_resampled_returns_are_those_of_the_record(file):
    process = ResampledPrices.from_file(file, np.random.default_rng(1), block=4)
    returns = np.diff(np.log(process.path(500)))
    recorded = np.log(np.arange(101, 112) / np.arange(100, 111))
    nearest = np.abs(returns[:, np.newaxis] - recorded).min(axis=1)
    assert nearest.max() < 1e-12


def test_every_return_is_equally_likely_and_blocks_are_as_long_as_asked():
    returns = np.array([0.01, -0.02, 0.03, -0.04, 0.05])
    record = 100 * np.exp(np.concatenate([[0], np.cumsum(returns)]))
    process = ResampledPrices(record, np.random.default_rng(1), block=8)
    changes = np.diff(np.log(process.paths(20_000, 10, np.random.default_rng(2))), axis=1)
    taken = np.abs(changes[:, :, np.newaxis] - returns).argmin(axis=2)
    for step in (0, 4, 9):
        counts = np.bincount(taken[:, step], minlength=5)
        assert abs(counts - 4000).max() < 3.3 * math.sqrt(20_000 * 0.2 * 0.8) * 1.2  # 99.9 % and five of them
    follows = (taken[:, 1:] == (taken[:, :-1] + 1) % 5).mean()
    expected = 1 - 1 / 8 + 1 / 8 / 5  # goes on, or begins there by chance
    assert follows == pytest.approx(expected, abs=3.3 * math.sqrt(expected * (1 - expected) / taken[:, 1:].size))


def test_resampling_keeps_the_mean_and_the_variance_of_returns():
    generator = np.random.default_rng(5)
    record = 100 * np.exp(np.cumsum(0.01 * generator.standard_normal(400)))
    process = ResampledPrices(record, generator, block=10)
    changes = np.diff(np.log(process.paths(4000, 50, generator)), axis=1)
    assert changes.mean() == pytest.approx(process.returns.mean(), abs=3.3 * 0.01 / math.sqrt(4000 * 50 / 10))
    assert changes.std() == pytest.approx(process.returns.std(), rel=0.02)
