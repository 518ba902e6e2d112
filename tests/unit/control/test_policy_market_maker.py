"""A solved problem at work in a market."""

import pytest
from pandas.testing import assert_frame_equal

from vega_mesa.agents import AvellanedaStoikovMarketMaker, MarketManager, OpeningAuctionPair, RandomMarketOrderTrader
from vega_mesa.agents.control import FixedSpread, OrderFlow
from vega_mesa.agents.control.avellaneda_stoikov import AvellanedaStoikov
from vega_mesa.agents.control.cartea_jaimungal import PenalisedInventory, exact_quotes
from vega_mesa.agents.policy_market_maker import PolicyMarketMaker
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel

PROBLEM = PenalisedInventory(OrderFlow.symmetric(1.0, 0.05), 0.05, 1.0, limit=3, horizon=40.0)


class Market(VegaModel):
    """One maker, and traders who take."""

    def __init__(self, maker, rng=1, num_steps=40, **arguments):
        super().__init__(rng=rng, num_steps=num_steps)
        self.prices = GeometricRandomWalk(60_000.0, 0.0005, self.child_generator())
        MarketManager(self, asset_kind="builtin", prices=self.prices)
        OpeningAuctionPair(self, price=60_000.0)
        maker(self, prices=self.prices, key="maker", **arguments)
        for _ in range(3):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5, size=0.2)


def run_of(*, rng=1, **arguments):
    return Market(PolicyMarketMaker, rng=rng, **arguments).run()


def test_the_book_shows_the_depths_of_the_policy():
    solution = exact_quotes(PROBLEM, 40)
    model = Market(PolicyMarketMaker, policy=solution, size=0.5)
    for _ in range(6):
        model.step()
    maker = model.agent("maker")
    reference, position = model.prices.price(6), maker.position()
    bid, ask = maker.quotes(reference)
    depths = solution.depths(34, position / 0.5)
    assert (reference - bid.price, ask.price - reference) == pytest.approx(depths, rel=1e-6)
    assert bid.size == ask.size == 0.5


def test_at_its_bounds_it_quotes_one_side():
    model = Market(PolicyMarketMaker, policy=exact_quotes(PROBLEM, 40), size=0.5)
    model.step()
    maker = model.agent("maker")
    maker.position = lambda market=None: 1.5
    assert [quote.side for quote in maker.quotes(60_000.0)] == ["sell"]
    maker.position = lambda market=None: -2.0
    assert [quote.side for quote in maker.quotes(60_000.0)] == ["buy"]


def test_the_agent_of_avellaneda_and_stoikov_is_the_policy_at_work():
    policy = AvellanedaStoikov(1e-3, 30.0, 0.05)
    by_policy = run_of(policy=policy, size=2.0, lot=1.0)
    by_agent = Market(
        AvellanedaStoikovMarketMaker, risk_aversion=1e-3, volatility=30.0, arrival_decay=0.05, size=2.0
    ).run()
    assert_frame_equal(by_policy.market_table(), by_agent.market_table())


def test_a_policy_keeps_the_inventory_that_a_fixed_spread_lets_wander():
    """Over ten seeds, the mean square of the position at the steps of the runs."""

    def wandering(policy, **arguments):
        squares = []
        for rng in range(10):
            model = Market(PolicyMarketMaker, rng=rng, policy=policy, size=1.0, **arguments)
            while model.running:
                model.step()
                squares.append(model.agent("maker").position() ** 2)
        return sum(squares) / len(squares)

    leaning = wandering(exact_quotes(PROBLEM, 40), lot=0.5)
    assert leaning < 0.7 * wandering(FixedSpread(20.0))


def test_a_model_with_a_policy_can_be_forked():
    model = Market(PolicyMarketMaker, policy=exact_quotes(PROBLEM, 40), size=0.5)
    for _ in range(5):
        model.step()
    other = model.fork()
    assert_frame_equal(other.run().market_table(), model.run().market_table())


def test_impossible_parameters_of_the_agent_are_named():
    for name in ("size", "lot", "step_length"):
        with pytest.raises(ConfigError, match=name):
            Market(PolicyMarketMaker, policy=FixedSpread(1.0), **{name: 0.0})
