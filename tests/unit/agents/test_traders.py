import numpy as np
import pytest

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    InformedTrader,
    LimitOrderTrader,
    MarketManager,
    MomentumTrader,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
    SimpleAgent,
)
from vega_mesa.agents.momentum_trader import (
    absolute_price_oscillator,
    chande_momentum,
    convergence_divergence,
    exponential_average,
    relative_strength,
)
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.model import VegaModel
from vega_mesa.protocol.markets.states import TradingMode


class Floor(VegaModel):
    """A market with a deep book around a recorded path, and one trader."""

    def __init__(self, path, trader, num_steps=40, **arguments):
        super().__init__(rng=2, num_steps=num_steps)
        self.prices = RecordedPrices(path)
        MarketManager(self, asset_kind="builtin", prices=self.prices)
        OpeningAuctionPair(self, price=path[0])
        ExponentialShapeMarketMaker(self, prices=self.prices, size=5.0, lean=0.0)
        if trader in (InformedTrader, LimitOrderTrader):
            arguments = {"prices": self.prices} | arguments
        trader(self, key="trader", **arguments)


RISING = [60_000.0 + 20 * step for step in range(60)]
FALLING = [60_000.0 - 20 * step for step in range(60)]
FLAT = [60_000.0] * 60


@pytest.mark.parametrize(("path", "sign"), [(RISING, 1), (FALLING, -1)], ids=["up", "down"])
def test_an_informed_trader_takes_the_side_of_the_future_and_earns(path, sign):
    model = Floor(path, InformedTrader, foresight=10, edge=0.0005, limit=3.0)
    while not model.finished:
        trader = model.agent("trader")
        if model.step_count == 30:
            assert trader.position() * sign > 0
            assert abs(trader.position()) <= 3.0
        model.step()
    assert model.agent("trader").profit() > 0


def test_an_informed_trader_sees_nothing_in_a_flat_price():
    model = Floor(FLAT, InformedTrader).run(20)
    assert model.agent("trader").profit() == 0


@pytest.mark.parametrize("indicator", ["apo", "macd", "rsi", "cmo"])
@pytest.mark.parametrize(("path", "sign"), [(RISING, 1), (FALLING, -1)], ids=["up", "down"])
def test_a_momentum_trader_follows_the_trend(indicator, path, sign):
    # an accelerating path, so that also the histogram of MACD keeps its sign
    bent = [path[0] + sign * step * step for step in range(60)]
    model = Floor(bent, MomentumTrader, indicator=indicator, fast=3, slow=8, signal=4, probability=1.0, size=0.5)
    for _ in range(20):
        model.step()
    trader = model.agent("trader")
    assert trader.position() * sign > 0 and abs(trader.position()) <= trader.limit


def test_indicators():
    prices = [10.0, 11.0, 10.5, 12.0, 13.0]
    assert exponential_average([1.0, 2.0, 3.0], 3) == [1.0, 1.5, 2.25]
    assert relative_strength(prices, 4) == pytest.approx(100 * 3.5 / 4.0)
    assert chande_momentum(prices, 4) == pytest.approx(100 * 3.0 / 4.0)
    assert relative_strength([5.0, 5.0], 2) == 50 and chande_momentum([5.0, 5.0], 2) == 0
    assert absolute_price_oscillator(prices, 2, 4) == pytest.approx(
        exponential_average(prices, 2)[-1] - exponential_average(prices, 4)[-1]
    )
    assert convergence_divergence([7.0] * 9, 2, 4, 3) == 0


def test_noise_comes_at_its_rate_in_its_sizes():
    model = Floor(FLAT, RandomMarketOrderTrader, num_steps=200, buy_intensity=2.0, sell_intensity=1.0, size=0.2)
    model.initialise()
    sent = []
    trader = model.agent("trader")
    submit = trader.submit_order
    trader.submit_order = lambda market, side, size, **options: sent.append((side, size)) or submit(market, side, size)
    for _ in range(150):
        model.step()
    buys = [size for side, size in sent if side == "buy"]
    assert len(buys) / 150 == pytest.approx(2.0, rel=0.2)
    assert (len(sent) - len(buys)) / 150 == pytest.approx(1.0, rel=0.25)
    assert np.mean([size for _, size in sent]) == pytest.approx(0.2, rel=0.15)
    assert trader.position() != 0


def test_limit_orders_rest_expire_and_are_taken_back():
    model = Floor(FLAT, LimitOrderTrader, num_steps=80, submit_probability=1.0, cancel_probability=0.0, life=5.0)
    for _ in range(60):
        model.step()
    resting = model.agent("trader").orders()
    assert 1 <= len(resting) < 30
    model.agent("trader").cancel_probability = 1.0
    model.agent("trader").submit_probability = 0.0
    for _ in range(15):
        model.step()
    assert model.agent("trader").orders() == []


def test_the_pair_opens_the_market_at_its_price_and_then_rests():
    model = Floor(FLAT, SimpleAgent)
    model.step()
    model.step()
    buyer, seller = model.agent("OpeningAuctionPair-1"), model.agent("OpeningAuctionPair-2")
    assert (buyer.side, seller.side) == ("buy", "sell")
    assert model.market.trading_mode is TradingMode.CONTINUOUS
    assert buyer.position() == 1.0 == -seller.position()
    assert buyer.mark_price() == 60_000.0
    assert buyer.orders() == seller.orders() == []


def test_the_template_buys_low_and_sells_higher():
    model = Floor(RISING, SimpleAgent, size=0.5, target=0.002)
    for _ in range(39):
        model.step()
    trader = model.agent("trader")
    assert trader.profit() > 0
