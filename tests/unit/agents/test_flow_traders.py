"""Traders that react to a quote or to a path: what each claims of its flow."""

import numpy as np
import pytest

from vega_mesa.agents import (
    AuctionUncrosser,
    BackgroundMarket,
    LimitOrderTrader,
    MarketManager,
    MeanReversionTrader,
    PriceSensitiveLimitOrderTrader,
    PriceSensitiveMarketOrderTrader,
    RiskyTrader,
)
from vega_mesa.agents.mean_reversion_trader import deviation
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel
from vega_mesa.protocol.markets.states import TradingMode
from vega_mesa.testing import Stage


def stage(path, *makers, **terms):
    return Stage(prices=RecordedPrices(path), makers=makers, **({"num_steps": 1000} | terms))


def until_continuous(model):
    while not (model.step_count and model.agent("BackgroundMarket-1").is_continuous()):
        model.step()
    return model


@pytest.mark.parametrize("kind", [PriceSensitiveMarketOrderTrader, PriceSensitiveLimitOrderTrader])
def test_the_flow_falls_off_exponentially_with_the_distance_of_the_quote(kind):
    # half a spread of d: exp(-decay d) of the orders trade; the stage's book stands at 0.0005
    volumes = {}
    for decay in (20.0, 2_000.0):
        arguments = {"intensity": 2.0, "decay": decay, "size": 0.02, "size_spread": 0.0, "key": "trader"}
        arguments["prices"] = RecordedPrices([60_000.0])
        model = until_continuous(stage([60_000.0] * 9, (kind, arguments)))
        trader, traded = model.agent("trader"), []
        submit = trader.submit_order
        trader.submit_order = lambda *a, submit=submit, traded=traded, **k: traded.append(submit(*a, **k)) or traded[-1]
        for _ in range(150):
            model.step()
        volumes[decay] = sum(receipt.filled for receipt in traded)
    assert volumes[20.0] == pytest.approx(150 * 4 * 0.02, rel=0.15)
    assert volumes[2_000.0] / volumes[20.0] == pytest.approx(np.exp(-1.0), rel=0.25)


def test_nobody_pays_more_than_the_private_value():
    for life, resting in ((None, []), (10.0, ["BUY"])):
        trader = (PriceSensitiveLimitOrderTrader, {"key": "trader", "intensity": 0.0, "size": 0.05, "life": life})
        model = until_continuous(stage([60_000.0] * 9, trader))
        trader = model.agent("trader")
        model.random.expovariate = lambda rate: 0.0002  # more than the reference, less than the ask
        trader.send_order("buy", 0.05, 60_000.0)
        assert [(order.side.name, order.price) for order in trader.orders()] == [(s, 60_012 * 10**6) for s in resting]
        model.random.expovariate = lambda rate: 0.0007
        trader.cancel_orders()
        trader.send_order("sell", 5.0, 60_000.0)
        assert trader.position() == -1.0  # at 59 970; not at 59 940
        assert len(trader.orders()) == len(resting)
        model.agent("RandomMarketOrderTrader-1").remove()
        for _ in range(12):
            model.step()
        assert not trader.orders()
    with pytest.raises(ConfigError, match="life"):
        stage([1.0], (PriceSensitiveLimitOrderTrader, {"life": -1}))


class Closed(VegaModel):
    """A market whose opening auction nobody ends."""

    def __init__(self, *makers):
        super().__init__(rng=1, num_steps=100)
        MarketManager(self, asset_kind="builtin")
        for maker, arguments in makers:
            maker(self, **arguments)


def test_an_uncrosser_ends_an_opening_auction():
    prices = RecordedPrices([500.0])
    modes = []
    for makers in ((), ((AuctionUncrosser, {"prices": prices, "patience": 4, "reach": 0.01, "key": "x"}),)):
        model = Closed(*makers)
        for _ in range(4):
            model.step()
        assert model.market.trading_mode is TradingMode.OPENING_AUCTION  # patience
        for _ in range(5):
            model.step()
        modes.append(model.market.trading_mode)
    assert modes == [TradingMode.OPENING_AUCTION, TradingMode.CONTINUOUS]
    assert model.agent("x").last_price() == 500.0  # the middle of 495 and 505
    assert (model.agent("x").position(), model.agent("x-seller").position()) == (0.1, -0.1)
    assert not model.agent("x").orders()


def test_an_uncrosser_finds_the_price_after_a_shock():
    path = [60_000.0] * 5 + [66_000.0] * 100
    model = stage(path, (AuctionUncrosser, {"prices": RecordedPrices(path), "key": "x"}), num_steps=100)
    model.initialise()
    model.agent("BackgroundMarket-1").quotes = lambda reference: ()
    model.agent("RandomMarketOrderTrader-1").remove()
    while model.step_count < 6:
        model.step()
    for key, side in (("OpeningAuctionPair-2", "sell"), ("OpeningAuctionPair-1", "buy")):
        model.agent(key).submit_order(None, side, 0.1, 66_000.0)  # beyond what price monitoring allows
    assert model.market.trading_mode is TradingMode.MONITORING_AUCTION
    for key in ("OpeningAuctionPair-1", "OpeningAuctionPair-2"):
        model.agent(key).cancel_orders()
    while model.market.trading_mode is not TradingMode.CONTINUOUS:
        model.step()
    assert model.agent("x").last_price() == 66_000.0


def test_deviations():
    assert deviation([1.0, 1.0, 1.0]) == 0
    assert deviation([1.0, 2.0, 3.0]) == pytest.approx(np.sqrt(1.5))
    assert deviation([3.0, 2.0, 1.0]) == pytest.approx(-np.sqrt(1.5))


def test_a_mean_reverter_earns_on_a_wave_and_a_trend_ruins_its_bet():
    steps = np.arange(300)
    wave = (60_000 * (1 + 0.01 * np.sin(steps / 5))).tolist()
    ramp = (60_000 * (1 + 0.0005 * steps)).tolist()
    trader = (MeanReversionTrader, {"key": "trader", "window": 32, "opens": 1.2, "limit": 2.0})
    profits = {}
    for name, path in (("wave", wave), ("ramp", ramp)):
        model = stage(path, trader, num_steps=120)
        model.initialise()
        largest = 0.0
        while not model.finished:
            largest = max(largest, abs(model.agent("trader").position()))
            model.step()
        assert 0 < largest <= 2.0
        profits[name] = model.agent("trader").profit()
    assert profits["wave"] > 0 > profits["ramp"]
    with pytest.raises(ConfigError, match="closes"):
        stage(wave, (MeanReversionTrader, {"opens": 1.0, "closes": 1.0}))


@pytest.mark.parametrize(("side", "slope"), [("buy", -1), ("sell", 1)])
def test_a_risky_trader_is_closed_out_and_its_money_is_gone(side, slope):
    path = [60_000.0 * (1 + slope * 0.0005 * max(0, step - 5)) for step in range(200)]
    model = stage(path, (RiskyTrader, {"key": "risky", "side": side, "funds": 5_000}), num_steps=80)
    model.initialise()
    pool = []
    while not model.finished:
        model.step()
        pool.append(model.summary()["insurance_pool"])
    risky = model.agent("risky")
    assert risky.closeouts == 1 and risky.profit() < -0.8 * 5_000
    assert max(pool) > 0  # what was left of its margin


def test_a_risky_trader_takes_about_as_much_as_it_may():
    model = until_continuous(stage([60_000.0] * 9, (RiskyTrader, {"key": "risky", "side": "buy", "greed": 0.9})))
    model.step()
    risky = model.agent("risky")
    assert risky.margin() / 10_000 == pytest.approx(0.9, abs=0.1)
    assert risky.position() * 60_000 > 20 * 10_000  # leverage
    moderate = (RiskyTrader, {"key": "risky", "side": "sell", "leverage": 2.0, "greed": 1.0})
    model = until_continuous(stage([60_000.0] * 9, moderate))
    model.step()
    assert model.agent("risky").position() * 60_000 == pytest.approx(-20_000, rel=0.02)


def test_a_risky_trader_may_come_back():
    path = [60_000.0 * (1 - 0.001 * max(0, step - 5)) for step in range(200)]
    model = stage(path, (RiskyTrader, {"key": "risky", "side": "buy", "funds": 2_000, "again": True}), num_steps=100)
    model.run()
    assert model.agent("risky").closeouts >= 2
    assert model.agent("risky").profit() < -2_500


def test_the_book_of_a_background_market_is_its_shape():
    model = until_continuous(stage([50_000.0] * 9))
    background = model.agent("BackgroundMarket-1")
    asks = background.depth("sell", 5)
    assert [round(level.price / 50_000 - 1, 6) for level in asks] == [0.0005, 0.001, 0.0015, 0.002, 0.0025]
    assert isinstance(background, BackgroundMarket)


def test_limit_orders_at_log_normal_distances_some_of_which_expire():
    path = [60_000.0] * 9
    arguments = {"key": "trader", "submit_probability": 1.0, "cancel_probability": 0.0, "size": 0.01, "life": 5000.0}
    arguments |= {"distance": 0.02, "distance_spread": 0.5, "expiring": 0.3, "prices": RecordedPrices(path)}
    model = until_continuous(stage(path, (LimitOrderTrader, arguments)))
    for _ in range(250):
        model.step()
    orders = model.agent("trader").orders()
    logs = np.log([abs(order.price / 60_000e6 - 1) for order in orders])
    assert np.mean(logs) == pytest.approx(np.log(0.02), abs=0.15) and np.std(logs) == pytest.approx(0.5, rel=0.15)
    expiring = sum(order.expires_at > 0 for order in orders) / len(orders)
    assert expiring == pytest.approx(0.3, abs=0.1)
    with pytest.raises(ConfigError, match="expiring"):
        stage(path, (LimitOrderTrader, {"expiring": 2.0}))
