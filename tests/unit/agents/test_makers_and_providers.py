"""Makers and providers: the shape of their books, their limits, their hedges, what they earn."""

import numpy as np
import pytest

from vega_mesa.agents import (
    ArbitrageLiquidityProvider,
    AutomatedMarketMakerUser,
    BackgroundMarket,
    HedgedMarketMaker,
    MarketManager,
    MarketRegime,
    MultiRegimeBackgroundMarket,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
    ShapedMarketMaker,
    SimpleLiquidityProvider,
    TouchMarketMaker,
    UniformLiquidityProvider,
)
from vega_mesa.agents.book_shapes import exponential_shape, humped_shape, linear_shape
from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel
from vega_mesa.testing import Stage

ETHER = BITCOIN_FUTURE | {"instrument": BITCOIN_FUTURE["instrument"] | {"code": "ETH/USDC"}}


class Empty(VegaModel):
    """A market that has opened at the path's first price, with nobody on it but those that are asked for."""

    def __init__(self, path, *makers, num_steps=1000, **terms):
        super().__init__(rng=1, num_steps=num_steps, **terms)
        self.prices = RecordedPrices(path)
        MarketManager(self, asset_kind="builtin", prices=self.prices)
        OpeningAuctionPair(self, price=path[0], key="pair")
        for maker, arguments in makers:
            maker(self, **arguments)
        self.step()
        while not self.agent("pair").is_continuous():
            self.step()


# -- shapes ------------------------------------------------------------------------------------------------------------


def test_shapes():
    grown = exponential_shape(4, 0.001, 0.0005, 2.0, 0.3)
    assert np.allclose([depth.distance for depth in grown], [0.001, 0.0015, 0.002, 0.0025])
    assert np.allclose(np.diff(np.log([depth.size for depth in grown])), 0.3)
    assert [depth.size for depth in linear_shape(3, 0.001, 0.001, 2.0, 0.5)] == [2.0, 3.0, 4.0]
    hump = [depth.size for depth in humped_shape(12, 0.001, 0.001, 5.0, peak=3.0)]
    assert max(hump) == hump[3] == pytest.approx(5.0)
    assert hump[:4] == sorted(hump[:4]) and hump[3:] == sorted(hump[3:], reverse=True)
    with pytest.raises(ConfigError, match="bids"):
        Empty([100.0], (ShapedMarketMaker, {"bids": [(-0.1, 1.0)]}))


def test_a_shaped_maker_quotes_its_shape_leans_and_stops():
    shape = [(0.01, 1.0), (0.02, 3.0)]
    terms = {"bids": shape, "asks": [(0.015, 2.0)], "lean": 0.001, "inventory_limit": 2.0}
    model = Empty([1000.0], (ShapedMarketMaker, {"key": "maker", "prices": RecordedPrices([1000.0])} | terms))
    model.step()
    maker = model.agent("maker")
    assert [(level.price, level.volume) for level in maker.depth("buy")] == [(990.0, 1.0), (980.0, 3.0)]
    assert [(level.price, level.volume) for level in maker.depth("sell")] == [(1015.0, 2.0)]
    maker.position = lambda market=None: 1.0  # a lot: the size of the innermost bid
    assert [round(quote.price, 6) for quote in maker.quotes(1000.0)] == [989.0, 979.0, 1014.0]
    maker.position = lambda market=None: 2.0
    assert {quote.side for quote in maker.quotes(1000.0)} == {"sell"}


def test_a_background_market_follows_its_path_through_its_regimes():
    path = [1000.0 + 10 * step for step in range(40)]
    calm, thin = [(0.001, 5.0)], [(0.01, 0.5)]
    regimes = [MarketRegime(0, calm), MarketRegime(8, thin), MarketRegime(12, calm, ()), MarketRegime(15, calm)]
    model = Empty(path)
    background = MultiRegimeBackgroundMarket(model, prices=model.prices, regimes=regimes, key="background")
    seen = {}
    while model.step_count < 18:
        model.step()
        step = model.step_count - 1  # in which the book was made
        bids, asks = background.depth("buy"), background.depth("sell")
        seen[step] = (bids and bids[0].volume, asks and asks[0].volume)
        if bids and step > 4:
            assert bids[0].price == pytest.approx(path[step] * (0.99 if 8 <= step < 12 else 0.999), abs=0.1)
    assert seen[7] == (5.0, 5.0) and seen[9] == (0.5, 0.5) and seen[13] == (5.0, []) and seen[16] == (5.0, 5.0)
    with pytest.raises(ConfigError, match="regimes"):
        MultiRegimeBackgroundMarket(model, prices=model.prices, regimes=[MarketRegime(3, calm)])


def test_a_book_that_was_eaten_comes_back_by_its_resilience():
    model = Empty([1000.0])
    background = BackgroundMarket(model, prices=model.prices, bids=[(0.01, 8.0)], resilience=0.5, key="background")
    taker = RandomMarketOrderTrader(model, buy_intensity=0.0, sell_intensity=0.0)
    for _ in range(60):
        model.step()
    assert background.depth("sell")[0].volume == pytest.approx(8.0)
    taker.submit_order(None, "buy", 8.0)
    volumes = []
    for _ in range(3):
        model.step()
        volumes.append(background.depth("sell")[0].volume)
    assert volumes == [4.0, 6.0, 7.0]
    assert background.depth("buy")[0].volume == pytest.approx(8.0)


# -- at the touch ------------------------------------------------------------------------------------------------------


def test_a_maker_at_the_touch_joins_the_others_and_leaves_when_it_holds_too_much():
    model = Empty([1000.0], (ShapedMarketMaker, {"key": "other", "bids": [(0.01, 1.0)]}))
    model.agent("other").prices = RecordedPrices([1000.0])
    maker = TouchMarketMaker(model, key="maker", size=0.5, inventory_limit=1.0)
    for _ in range(3):
        model.step()
    for _ in range(3):
        model.step()
        others = model.agent("other").orders()
        assert sorted(order.price for order in maker.orders()) == sorted(order.price for order in others)
    maker.position = lambda market=None: 1.0
    assert [quote.side for quote in maker.quotes(1000.0)] == ["sell"]
    model.agent("other").cancel_orders()
    assert maker.best_of_others("buy") is None and not list(maker.quotes(1000.0))  # it does not follow itself


@pytest.mark.parametrize(
    ("arguments", "quotes"),
    [({"improve": 2}, (990.2, 1009.8)), ({"improve": 1000}, (999.9, 1000.1)), ({"least_spread": 0.04}, (980, 1020))],
    ids=str,
)
def test_it_may_be_better_or_back_away(arguments, quotes):
    model = Empty([1000.0], (ShapedMarketMaker, {"key": "other", "bids": [(0.01, 1.0)]}))
    model.agent("other").prices = RecordedPrices([1000.0])
    model.step()
    maker = TouchMarketMaker(model, key="maker", **arguments)
    assert [quote.price for quote in maker.quotes(1000.0)] == pytest.approx(list(quotes))


# -- liquidity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [UniformLiquidityProvider, SimpleLiquidityProvider])
def test_a_provider_keeps_its_commitment_and_is_paid_for_it(kind):
    parameters = {"validators.epoch.length": "10s", "market.liquidity.providersFeeCalculationTimeStep": "5s"}
    model = Stage(network_parameters=parameters, makers=[(kind, {"key": "provider"})], num_steps=60)
    for _ in range(40):
        model.step()
    provider = model.agent("provider")
    assert provider.liquidity_commitment() == 100_000 and provider.bond() == pytest.approx(100_000)
    assert provider.time_on_book() > 0.9
    obligation = provider.liquidity_obligation()
    for side in ("BUY", "SELL"):
        value = sum(
            order.true_remaining * order.price for order in provider.orders() if order.side.name == side
        ) / 10 ** (3 + provider.units().asset_decimals)
        assert value >= 0.95 * obligation
    levels = {order.price for order in provider.orders()}
    assert len(levels) <= (10 if kind is UniformLiquidityProvider else 2)
    assert len(list(provider.quotes(60_000.0))) == (10 if kind is UniformLiquidityProvider else 2)


def test_an_arbitrageur_takes_what_is_stale_and_nothing_else():
    stale = RecordedPrices([1000.0])
    path = [1000.0] * 6 + [1030.0] * 60
    model = Empty(path, (ShapedMarketMaker, {"key": "stale", "prices": stale, "bids": [(0.005, 1.0), (0.01, 1.0)]}))
    trader = ArbitrageLiquidityProvider(
        model, key="arbitrage", prices=model.prices, commitment=None, edge=0.01, limit=3.0
    )
    while model.step_count < 6:
        model.step()
    assert trader.position() == 0
    model.step()
    assert trader.position() == 2.0 == trader.taken  # both asks, at 1005 and 1010, are below 1030 less its edge
    for _ in range(4):
        model.step()
    assert trader.position() == 3.0  # its limit
    model.run(20)  # settles at the outside price
    assert trader.profit() > 0
    assert model.agent("stale").profit() < 0


def test_an_arbitrageur_provides_too():
    model = Stage(num_steps=40)
    ArbitrageLiquidityProvider(model, prices=model.prices, key="provider")
    for _ in range(10):
        model.step()
    assert model.agent("provider").liquidity_commitment() == 100_000
    assert len(model.agent("provider").orders()) == 10


# -- hedged ------------------------------------------------------------------------------------------------------------


class TwoVenues(Stage):
    def __init__(self, band, **terms):
        super().__init__(**terms)
        MarketManager(self, asset_kind="builtin", asset="USDC", terms=ETHER, prices=self.prices)
        OpeningAuctionPair(self, market="ETH/USDC", price=self.prices.price(0))
        HedgedMarketMaker(self, market="ETH/USDC", hedge="BTC/USDT", band=band, key="maker")
        RandomMarketOrderTrader(self, market="ETH/USDC", buy_intensity=1.5, sell_intensity=0.5)


def test_a_hedged_maker_holds_the_opposite_elsewhere():
    nets, inventories = [], []
    model = TwoVenues(0.3, num_steps=60)
    model.initialise()
    maker = model.agent("maker")
    original = maker._cover
    maker._cover = lambda: (original(), nets.append(abs(maker.net_position())))
    for _ in range(50):
        model.step()
        inventories.append(abs(maker.position("ETH/USDC")))
    assert max(inventories) > 2  # it has gathered more than it bears
    assert max(nets) <= 0.3 + 1e-9  # and has covered it
    assert maker.position("ETH/USDC") * maker.position("BTC/USDT") < 0
    assert model.imbalance() == {}


def test_who_hedges_does_not_care_where_the_price_goes():
    results = {}
    for band in (0.3, 1e9):
        for slope in (1, -1):
            prices = RecordedPrices([60_000 * (1 + slope * 0.0004 * step) for step in range(100)])
            model = TwoVenues(band, num_steps=60, prices=prices).run()
            maker = model.agent("maker")
            results[band, slope] = maker.profit("ETH/USDC") + maker.profit("BTC/USDT")
    assert abs(results[0.3, 1] - results[0.3, -1]) < 0.2 * abs(results[1e9, 1] - results[1e9, -1])


# -- automated ---------------------------------------------------------------------------------------------------------


def test_an_automated_market_maker_trades_for_its_user_and_follows():
    model = Stage(num_steps=60, volatility=0.0)
    user = AutomatedMarketMakerUser(model, commitment=50_000, width=0.02, follows=0.25, prices=model.prices, key="user")
    model.initialise()
    while model.step_count < 5:
        model.step()
    assert user.is_making() and user.sent.accepted
    assert user.general() == pytest.approx(950_000)
    assert user.pool_money() == pytest.approx(50_000, rel=0.01)
    model.agent("BackgroundMarket-1").quotes = lambda reference: ()
    model.agent("RandomMarketOrderTrader-1").step = lambda: None
    model.step()
    buyer = model.agent("OpeningAuctionPair-1")
    before = buyer.best_ask()
    assert before == pytest.approx(60_000, rel=0.001)
    held = user.pool_position()
    assert buyer.submit_order(None, "buy", 0.5, 61_000.0).filled == 0.5
    assert user.pool_position() == pytest.approx(held - 0.5)
    assert buyer.best_ask() > before  # along its curve
    assert user.profit() == pytest.approx(user.equity() - 1_000_000)
    base = user.base
    user.prices = RecordedPrices([base * 1.01])
    model.step()
    assert user.base == pytest.approx(base * 1.01, rel=1e-4)  # the range has moved
    model.run()
    assert not user.is_making() and model.imbalance() == {}


def test_a_narrow_range_on_a_market_of_its_own_keeps_it_trading():
    model = Empty([1000.0], (RandomMarketOrderTrader, {"size": 0.05}), num_steps=40)
    AutomatedMarketMakerUser(model, prices=model.prices, key="user", on_leaving="reduce_only")
    model.run()
    assert model.tally.trades[model.market.id] > 10
    assert model.imbalance() == {}
