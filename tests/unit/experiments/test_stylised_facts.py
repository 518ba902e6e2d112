"""Each fact on series that are made to have it or not; then a real file and a model side by side."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vega_mesa.errors import ConfigError
from vega_mesa.experiments.stylised_facts import (
    autocorrelation,
    bars,
    chance_band,
    clustering,
    compare,
    depth_profile,
    draw_stylised_facts,
    excess_kurtosis,
    log_returns,
    read_trades,
    roll_spread,
    spread_profile,
    stylised_facts,
    tail_index,
    volume_volatility,
)
from vega_mesa.models import ComprehensiveMarket

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "prices" / "btc-usd-daily.csv"  # beside the checkout
PRICES = Path(os.environ.get("VEGA_PRICES", SHARED))
REASON = "no file of daily bitcoin prices: name one in VEGA_PRICES"
NUMBER = 20_000


@pytest.fixture(scope="module")
def random():
    return np.random.default_rng(7)


def table_of(returns, sizes=None):
    prices = 100 * np.exp(np.concatenate([[0], np.cumsum(returns)]))
    volumes = np.ones(len(prices)) if sizes is None else np.concatenate([[1], sizes])
    return pd.DataFrame({"time": np.arange(len(prices)), "price": prices, "size": volumes})


def test_the_hill_estimator_finds_the_exponent_of_a_pareto_tail(random):
    tail = tail_index(random.pareto(3.0, NUMBER) + 1, share=0.1)
    assert tail.number == NUMBER / 10 and abs(tail.exponent - 3) < 3 * tail.error
    assert tail_index(random.standard_normal(NUMBER)).exponent > 5
    with pytest.raises(ConfigError, match="not 0"):
        tail_index(np.zeros(50))


def test_excess_kurtosis_of_known_distributions(random):
    assert excess_kurtosis(random.standard_normal(NUMBER)) == pytest.approx(0, abs=0.15)
    assert excess_kurtosis(random.laplace(size=NUMBER)) == pytest.approx(3, abs=0.7)
    assert excess_kurtosis(np.array([-1.0, 1.0] * 50)) == pytest.approx(-2)


def test_autocorrelation_of_an_autoregressive_series(random):
    values = np.zeros(NUMBER)
    shocks = random.standard_normal(NUMBER)
    for step in range(1, NUMBER):
        values[step] = 0.6 * values[step - 1] + shocks[step]
    assert autocorrelation(values, 3) == pytest.approx([0.6, 0.36, 0.216], abs=0.03)
    assert abs(autocorrelation(shocks, 5)).max() < 2 * chance_band(NUMBER)
    assert not autocorrelation(np.ones(50), 3).any()


def test_volatility_that_depends_on_its_past_clusters(random):
    variance, returns = 1e-4, np.zeros(NUMBER)
    for step in range(NUMBER):  # a GARCH(1, 1)
        returns[step] = variance**0.5 * random.standard_normal()
        variance = 2e-6 + 0.1 * returns[step] ** 2 + 0.88 * variance
    facts = stylised_facts(table_of(returns))
    assert (clustering(returns) > chance_band(NUMBER)).all()
    assert facts.verdicts["volatility clusters"] and facts.verdicts["heavy tails"]
    assert facts.verdicts["no memory in returns"] and facts.verdicts["volume goes with volatility"] is None


def test_a_random_walk_has_none_of_the_facts_but_no_memory(random):
    facts = stylised_facts(table_of(0.01 * random.standard_normal(5000), random.exponential(size=5000)))
    assert facts.returns == 5000
    assert facts.verdicts == {
        "heavy tails": False,
        "no memory in returns": True,
        "volatility clusters": False,
        "volume goes with volatility": False,
    }


def test_volume_that_comes_with_large_returns(random):
    returns = 0.01 * random.standard_normal(3000)
    assert volume_volatility(table_of(returns, np.abs(returns))) > 0.99
    assert volume_volatility(table_of(returns)) is None


def test_trades_are_put_into_bars():
    trades = pd.DataFrame({"time": [0.2, 0.9, 3.5], "price": [100.0, 101.0, 99.0], "size": [1.0, 2.0, 4.0]})
    table = bars(trades, 1)
    assert table["price"].tolist() == [101, 101, 101, 99]
    assert table["volume"].tolist() == [3, 0, 0, 4]
    assert log_returns(trades, 1) == pytest.approx([0, 0, np.log(99 / 101)])
    assert log_returns(trades) == pytest.approx(np.diff(np.log([100, 101, 99])))
    with pytest.raises(ConfigError, match="size"):
        bars(trades.drop(columns="size"))


def test_little_is_said_about_little():
    facts = stylised_facts(table_of(np.full(5, 0.01)))
    assert facts.returns == 5 and set(facts.verdicts.values()) == {None}


def test_the_spread_from_the_quotes_and_from_the_bounce(random):
    sides = random.choice([-1, 1], NUMBER)
    trades = pd.DataFrame({"price": 100 + 0.05 * sides})
    assert roll_spread(trades) == pytest.approx(0.1, rel=0.03)
    assert roll_spread(pd.DataFrame({"price": [1.0, 2.0, 4.0, 7.0, 11.0]})) is None
    quotes = pd.DataFrame({"best_bid": [99.0, None], "best_ask": [101.0, 101.0], "bid_depth": [5.0, 7.0]})
    assert spread_profile(quotes) == pytest.approx({"spread_median": 0.02, "spread_high": 0.02, "bid_depth_median": 5})


def test_depth_by_distance():
    levels = pd.DataFrame(
        {
            "step": [1, 1, 1, 2],
            "side": ["buy", "sell", "buy", "buy"],
            "distance": [0.0001, 0.0012, 0.5, 0.0001],
            "volume": [1.0, 2.0, 9.0, 3.0],
        }
    )
    profile = depth_profile(levels, width=0.001, farthest=0.003)
    assert profile.index.tolist() == pytest.approx([0.0005, 0.0015, 0.0025])
    assert profile["buy"].tolist() == [2, 0, 0] and profile["sell"].tolist() == [0, 1, 0]


@pytest.mark.skipif(not PRICES.is_file(), reason=REASON)
def test_real_prices_have_all_the_facts():
    trades = read_trades(PRICES)
    facts = stylised_facts(trades)
    assert all(facts.verdicts.values()) and 2 < facts.tail_index < 4
    assert (trades["size"] != 1).any() and trades["time"].is_monotonic_increasing


def test_a_model_and_a_series_side_by_side(random, tmp_path):
    model = ComprehensiveMarket(rng=4, num_steps=150).run()
    tables = {
        "model": (model.trade_table(), model.bar),
        "real": (read_trades(PRICES), None) if PRICES.is_file() else (table_of(random.standard_t(3, 2000)), None),
    }
    side_by_side = compare({name: stylised_facts(*table) for name, table in tables.items()})
    assert list(side_by_side.columns) == ["model", "real"]
    assert side_by_side.loc["volume_volatility", "model"] > 0
    assert {"tail_index", "clustering", "heavy tails", "volatility clusters"} <= set(side_by_side.index)
    draw_stylised_facts(tables).savefig(tmp_path / "facts.png")
    assert (tmp_path / "facts.png").stat().st_size > 10_000
    assert depth_profile(model.level_table())["buy"].sum() > 0
    assert spread_profile(model.market_table())["spread_median"] > 0
