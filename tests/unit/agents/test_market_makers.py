import math

import numpy as np
import pytest

from vega_mesa.agents import (
    AvellanedaStoikovMarketMaker,
    ExponentialShapeMarketMaker,
    MarketManager,
    OpeningAuctionPair,
)
from vega_mesa.agents.control.avellaneda_stoikov import optimal_spread, reservation_price
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel


class Stage(VegaModel):
    """A market, and whatever a test puts on it."""

    def __init__(self, *makers, num_steps=10, **terms):
        super().__init__(rng=1, num_steps=num_steps, **terms)
        MarketManager(self, asset_kind="builtin")
        OpeningAuctionPair(self, price=60_000.0)
        for maker, arguments in makers:
            maker(self, key="maker", **arguments)


def test_the_reservation_price_of_the_paper():
    # s - q gamma sigma^2 (T - t), with the paper's gamma 0.1, sigma 2, a time of 1 left
    assert reservation_price(100.0, 0, 0.1, 4.0) == 100.0
    assert reservation_price(100.0, 3, 0.1, 4.0) == pytest.approx(98.8)
    assert reservation_price(100.0, -3, 0.1, 4.0) == pytest.approx(101.2)


def test_the_spread_of_the_paper():
    # gamma sigma^2 (T - t) + 2/gamma ln(1 + gamma/k), k = 1.5: 0.4 + 20 ln(16/15) at the start, 1.29 at the end
    assert optimal_spread(0.1, 4.0, 1.5) == pytest.approx(0.4 + 20 * math.log(16 / 15))
    assert optimal_spread(0.1, 0.0, 1.5) == pytest.approx(1.2908, abs=1e-4)
    assert optimal_spread(1e-9, 4.0, 1.5) == pytest.approx(2 / 1.5)  # no fear of risk: the monopolist's spread


def test_quotes_lean_against_the_inventory_and_tighten_towards_the_horizon():
    model = Stage((AvellanedaStoikovMarketMaker, {"volatility": 30.0, "risk_aversion": 0.01, "inventory_limit": 2.0}))
    model.step()
    maker = model.agent("maker")
    bid, ask = maker.quotes(60_000.0)
    assert (bid.side, ask.side) == ("buy", "sell") and bid.price < 60_000 < ask.price
    maker.position = lambda market=None: 1.0
    lower_bid, lower_ask = maker.quotes(60_000.0)
    assert lower_bid.price < bid.price and lower_ask.price < ask.price
    assert lower_ask.price - lower_bid.price == pytest.approx(ask.price - bid.price)
    model.step_count = 9
    late_bid, late_ask = maker.quotes(60_000.0)
    assert late_ask.price - late_bid.price < ask.price - bid.price
    maker.position = lambda market=None: 2.0
    assert [quote.side for quote in maker.quotes(60_000.0)] == ["sell"]
    maker.position = lambda market=None: -2.0
    assert [quote.side for quote in maker.quotes(60_000.0)] == ["buy"]


def test_impossible_parameters_are_named():
    for name in ("risk_aversion", "arrival_decay"):
        with pytest.raises(ConfigError, match=name):
            Stage((AvellanedaStoikovMarketMaker, {name: 0.0}))
    with pytest.raises(ConfigError, match="levels"):
        Stage((ExponentialShapeMarketMaker, {"levels": 0}))
    with pytest.raises(ConfigError, match="funds"):
        Stage((ExponentialShapeMarketMaker, {"funds": -1}))


def test_a_makers_quotes_stand_around_its_price_and_are_replaced():
    prices = RecordedPrices([60_000.0, 60_000.0, 60_500.0, 61_000.0, 61_500.0])
    model = Stage((ExponentialShapeMarketMaker, {"prices": prices, "levels": 12, "growth": 0.1, "commitment": 10_000}))
    model.step()
    model.step()  # ends the opening auction
    for step in range(2, 5):
        model.step()
        maker = model.agent("maker")
        orders = maker.orders()
        assert len(orders) == 24  # more than one batch holds
        bid, ask = maker.best_bid(), maker.best_ask()
        assert bid < prices.price(step) < ask
        assert ask - bid == pytest.approx(prices.price(step) * 0.001, rel=0.01)
    assert maker.bond() == 10_000


def test_a_curve_grows_exponentially_and_leans():
    model = Stage((ExponentialShapeMarketMaker, {"levels": 5, "growth": 0.3, "size": 2.0, "lean": 0.001}))
    model.step()
    maker = model.agent("maker")
    quotes = list(maker.quotes(1000.0))
    buys, sells = quotes[:5], quotes[5:]
    for side, sign in ((buys, -1), (sells, 1)):
        sizes = np.array([quote.size for quote in side])
        assert sizes[0] == 2.0 and np.allclose(sizes[1:] / sizes[:-1], math.exp(0.3))
        assert np.allclose(np.diff([quote.price for quote in side]), sign * 0.5)
    maker.position = lambda market=None: 2.0
    assert next(iter(maker.quotes(1000.0))).price == pytest.approx(buys[0].price - 1.0)


def test_a_maker_without_a_price_of_its_own_quotes_around_the_market():
    model = Stage((ExponentialShapeMarketMaker, {}))
    model.step()  # the opening auction ends with this step
    model.step()
    assert model.agent("maker").best_bid() == pytest.approx(60_000 * 0.9995, abs=1)


def test_quotes_are_taken_back_at_the_end():
    model = Stage((AvellanedaStoikovMarketMaker, {"prices": RecordedPrices([60_000.0])}), num_steps=3)
    cancelled = []
    model.step()
    maker = model.agent("maker")
    original = maker.cancel_orders
    maker.cancel_orders = lambda market=None: cancelled.append(original(market))
    model.run()
    assert cancelled and cancelled[0].accepted
