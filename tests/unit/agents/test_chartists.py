"""Chartists and fundamentalists: what each expects, how moods spread, what indicators say."""

import builtins
import importlib
import math

import numpy as np
import pytest

from vega_mesa.agents import ChiarellaIoriTrader, LuxMarchesiTrader, TechnicalTrader
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.agents.technical_trader import candlestick_patterns
from vega_mesa.errors import ConfigError, MissingExtra
from vega_mesa.testing import Stage

FLAT = RecordedPrices([60_000.0])


def stage(path=(60_000.0,), *makers, **terms):
    return Stage(prices=RecordedPrices(path), makers=makers, **({"num_steps": 1000} | terms))


# -- Chiarella and Iori ------------------------------------------------------------------------------------------------


def with_weights(model, fundamentalist=0.0, chartist=0.0, noise=0.0, **arguments):
    trader = ChiarellaIoriTrader(model, **arguments)
    trader.fundamentalist, trader.chartist, trader.noise, trader.horizon = fundamentalist, chartist, noise, 10
    return trader


def test_what_is_expected_is_the_weighted_mean_of_three_parts():
    model = stage()
    value = RecordedPrices([110.0])
    trader = with_weights(model, 2.0, -1.0, 1.0, prices=value, reversion=5.0, volatility=0.01)
    trader.seen = [90.0, 95.0, 100.0]
    back, past = math.log(1.1) / 5, math.log(100 / 90) / 2
    assert trader.expected_return(0.5) == pytest.approx(10 * (2 * back - past + 0.01 * 0.5) / 4)
    trader = with_weights(model, chartist=1.0, prices=value)
    trader.seen = [100.0]
    assert trader.expected_return() == 0  # no past yet


def test_weights_are_drawn_from_half_normals_and_a_normal():
    model = stage()
    drawn = [ChiarellaIoriTrader(model, fundamentalist=2.0, chartist=1.0, noise=0.5) for _ in range(800)]
    assert np.mean([trader.fundamentalist for trader in drawn]) == pytest.approx(2 * math.sqrt(2 / math.pi), rel=0.1)
    assert np.mean([trader.noise for trader in drawn]) == pytest.approx(0.5 * math.sqrt(2 / math.pi), rel=0.1)
    chartists = [trader.chartist for trader in drawn]
    assert abs(np.mean(chartists)) < 0.15 and np.std(chartists) == pytest.approx(1.0, rel=0.1)
    assert all(0 <= trader.markup <= 0.005 and trader.horizon >= 1 for trader in drawn)


@pytest.mark.parametrize(("value", "sign"), [(63_000.0, 1), (57_000.0, -1)])
def test_a_fundamentalist_trades_towards_the_value(value, sign):
    model = stage()
    trader = with_weights(model, 1.0, prices=RecordedPrices([value]), probability=1.0, markup=0.0, reversion=10.0)
    for _ in range(20):
        model.step()
    assert trader.position() * sign > 0 and abs(trader.position()) <= 2.0 + 1e-9


def test_a_chartist_follows_and_a_contrarian_does_not():
    path = [60_000.0 * 1.002**step for step in range(60)]
    for chartist, sign in ((1.0, 1), (-1.0, -1)):
        model = stage(path)
        trader = with_weights(model, chartist=chartist, probability=1.0, markup=0.0)
        for _ in range(30):
            model.step()
        assert trader.position() * sign > 0


# -- Lux and Marchesi --------------------------------------------------------------------------------------------------


def crowd(model, moods, **arguments):
    return [LuxMarchesiTrader(model, **({"prices": FLAT, "mood": mood} | arguments)) for mood in moods]


def test_a_crowd_counts_itself():
    model = stage()
    traders = crowd(model, ["optimist"] * 3 + ["pessimist"] + ["fundamentalist"] * 4)
    shared = traders[0].crowd
    assert all(trader.crowd is shared for trader in traders)
    assert shared.number == 8 and shared.opinion == 0.5
    traders[0].remove()
    assert shared.number == 7 and shared.opinion == pytest.approx(1 / 3)
    for _ in range(30):
        model.step()
    moods = [agent.mood for agent in model.agents if isinstance(agent, LuxMarchesiTrader)]
    assert shared.count == {mood: moods.count(mood) for mood in shared.count}
    copy = model.fork()
    twins = [agent for agent in copy.agents if isinstance(agent, LuxMarchesiTrader)]
    assert all(twin.crowd is twins[0].crowd for twin in twins) and twins[0].crowd is not shared


def test_the_intensities_of_the_paper():
    model = stage()
    terms = {"herding": 0.8, "trend_following": 0.4, "profit_weight": 0.5, "opinion_rate": 3.0, "strategy_rate": 2.0}
    optimist, *_, reasonable = crowd(model, ["optimist"] * 2 + ["pessimist"] + ["fundamentalist"] * 2, **terms)
    seen = optimist.crowd
    seen.trend = 0.0005  # half a trend_scale
    price, value = 100.0, 100.2
    pull = 0.8 * seen.opinion + 0.4 * 0.5
    gain = 0.75 * 0.002 / 0.001
    found = optimist.intensities(price, value)
    assert found["pessimist"] == pytest.approx(3.0 * 0.6 * math.exp(-pull))
    assert found["fundamentalist"] == pytest.approx(2.0 * 0.4 * math.exp(-0.5 * (0.5 - gain)))
    found = reasonable.intensities(price, value)
    assert found["optimist"] == pytest.approx(2.0 * 0.4 * math.exp(0.5 * (0.5 - gain)))
    assert found["pessimist"] == pytest.approx(2.0 * 0.2 * math.exp(0.5 * (-0.5 - gain)))


def test_herding_makes_the_crowd_of_one_opinion_and_no_mood_dies_out():
    spreads = {}
    for herding in (0.0, 2.0):
        model = stage()
        moods = ["optimist"] * 10 + ["pessimist"] * 10 + ["fundamentalist"]
        terms = {"herding": herding, "trend_following": 0.0, "strategy_rate": 0.0, "opinion_rate": 0.5}
        traders = crowd(model, moods, **terms, funds=0)
        opinions = []
        for _ in range(500):
            for trader in traders:
                trader._change_mood(model.random.random(), 60_000.0, 60_000.0)
            opinions.append(abs(traders[0].crowd.opinion))
            assert min(traders[0].crowd.count.values()) >= 1
        spreads[herding] = np.mean(opinions[100:])
    assert spreads[2.0] > 0.6 > 0.3 > spreads[0.0]


def test_optimists_buy_pessimists_sell_fundamentalists_correct():
    positions = {}
    for mood, value in (("optimist", 1.0), ("pessimist", 1.0), ("fundamentalist", 1.01), ("fundamentalist", 0.99)):
        model = stage()
        (trader,) = crowd(model, [mood], prices=RecordedPrices([60_000.0 * value]))
        for _ in range(8):
            model.step()
        positions[mood, value] = trader.position()
    assert positions["optimist", 1.0] > 0 > positions["pessimist", 1.0]
    assert positions["fundamentalist", 1.01] > 0 > positions["fundamentalist", 0.99]
    with pytest.raises(ConfigError, match="mood"):
        crowd(model, ["gloomy"])


# -- TA-Lib ------------------------------------------------------------------------------------------------------------


def test_the_extra_is_named_when_it_is_missing(monkeypatch):
    real = importlib.import_module
    monkeypatch.setattr(
        importlib, "import_module", lambda name: real(name) if name != "talib" else builtins.__import__("no_such")
    )
    with pytest.raises(MissingExtra, match=r'pip install "vega_mesa\[ta\]"'):
        TechnicalTrader(stage())


@pytest.fixture
def library():
    return pytest.importorskip("talib")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("indicator", ["APO", "RSI", "STOCHRSI", "CMO", "MACD"])
@pytest.mark.parametrize("sign", [1, -1])
def test_indicators_follow_the_trend(indicator, sign):
    # a path that bends, for MACD; and trembles, so that no other indicator is stuck at its end
    tremble = 0 if indicator == "MACD" else 40
    path = [60_000.0 + sign * (2 * step**2 + (tremble * step if step % 7 else 0)) for step in range(60)]
    arguments = {"indicator": indicator, "fast": 3, "slow": 8, "signal": 4, "key": "trader", "probability": 1.0}
    model = stage(path, (TechnicalTrader, arguments))
    opinions = []
    while model.step_count < 45:
        model.step()
        opinions.append(model.agent("trader").opinion())
    agree = sum(1 for opinion in opinions[15:] if opinion * sign > 0)
    assert agree > sum(1 for opinion in opinions[15:] if opinion * sign < 0)


@pytest.mark.usefixtures("library")
def test_candles_are_made_of_steps_and_patterns_are_read():
    trader = TechnicalTrader(stage(), indicator="candles", candle=3, patterns=("CDLENGULFING",))
    for price in (10, 12, 9, 11, 13, 12.5):
        trader.see(float(price))
    assert trader.candles == [(10.0, 12.0, 9.0, 9.0), (9.0, 13.0, 9.0, 12.5)]
    falls = [(110 - i, 110.5 - i, 108.5 - i, 109 - i) for i in range(10)]
    trader.candles = [tuple(map(float, candle)) for candle in [*falls, (99.0, 103.0, 98.0, 102.0)]]
    assert trader.score() == 100  # a rise that swallows the fall before it
    trader.candles = [tuple(200 - part for part in (o, low, high, c)) for o, high, low, c in trader.candles]
    assert trader.score() == -100
    assert len(candlestick_patterns()) > 50
    with pytest.raises(ConfigError, match="patterns"):
        TechnicalTrader(stage(), patterns=("CDLNONSENSE",))


def test_scores_are_those_of_the_library(library):
    prices = 100 + np.cumsum(np.sin(np.arange(80.0)) + 0.1)
    trader = TechnicalTrader(stage(), indicator="RSI", fast=14)
    trader.candles = [(p, p, p, p) for p in prices]
    assert trader.score() == pytest.approx(library.RSI(prices, timeperiod=14)[-1] - 50)
