from itertools import pairwise

import pytest

from vega_mesa.agents import LimitOrderTrader, LiquidityProvider, MarketManager, OpeningAuctionPair
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel

FAST = {"validators.epoch.length": "10s", "market.liquidity.providersFeeCalculationTimeStep": "5s"}


class Stage(VegaModel):
    """A market, its provider, and limit orders that pegs can follow."""

    def __init__(self, *, num_steps=40, stake_to_volume="1", **provider):
        parameters = {**FAST, "market.liquidity.stakeToCcyVolume": stake_to_volume}
        super().__init__(rng=1, num_steps=num_steps, network_parameters=parameters)
        prices = RecordedPrices([60_000.0])
        MarketManager(self, asset_kind="builtin")
        OpeningAuctionPair(self, price=60_000.0)
        LiquidityProvider(self, prices=prices, key="lp", **provider)
        for _ in range(5):
            LimitOrderTrader(self, prices=prices, distance=0.0005, cancel_probability=0.0)

    @property
    def lp(self):
        return self.agent("lp")


def sizes(provider):
    units = provider.units()
    return {order.side.name: units.shown_size(order.true_remaining) for order in provider.orders()}


def test_it_quotes_what_its_commitment_wants_and_a_reserve():
    model = Stage(commitment=120_000, reserve=0.5, stake_to_volume="2")
    model.step()
    model.step()
    lp = model.lp
    assert lp.liquidity_commitment() == lp.bond() == 120_000
    assert lp.liquidity_obligation() == 240_000
    assert sizes(lp) == {"BUY": 5.0, "SELL": 5.0}  # 300,000 at 60,000
    assert sizes(Stage(size=0.25).run(5).lp) == {}  # the market has settled


def test_its_spread_is_as_asked_and_leans_against_its_inventory():
    model = Stage(half_spread=0.001, size=2.0, lean=0.5)
    model.step()
    bid, ask = model.lp.quotes(60_000.0)
    assert (bid.price, ask.price, bid.size) == (pytest.approx(59_940.0), pytest.approx(60_060.0), 2.0)
    model.lp.position = lambda market=None: 1.0
    bid, ask = model.lp.quotes(60_000.0)
    assert bid.price < 59_940.0 and 60_000.0 < ask.price < 60_060.0
    model.lp.position = lambda market=None: 100.0
    assert list(model.lp.quotes(60_000.0))[1].price > 60_000.0  # never across the reference


def test_who_is_there_keeps_its_commitment_and_who_is_away_does_not():
    levels = {}
    for inactivity in (0.0, 0.5, 1.0):
        model = Stage(inactivity=inactivity)
        for _ in range(38):
            model.step()
        levels[inactivity] = model.market.liquidity.service_level.by_party.get("lp")
        assert bool(sizes(model.lp)) == (not model.lp.is_away)
    assert levels[0.0].last_fraction == 1
    assert 0.1 < levels[0.5].last_fraction < 0.9
    assert levels[1.0].last_fraction < 0.2  # it commits in the auction, and leaves


def test_absences_have_the_share_and_the_length_that_were_asked_for():
    lp = Stage(inactivity=0.3, absence=4.0).lp
    away = []
    for _ in range(20_000):
        lp.is_away = lp._draws_away()
        away.append(lp.is_away)
    spells = sum(now and not before for before, now in pairwise(away))
    assert sum(away) / len(away) == pytest.approx(0.3, abs=0.02)
    assert sum(away) / spells == pytest.approx(4.0, abs=0.3)


def test_pegged_quotes_follow_the_middle_of_the_book():
    model = Stage(orders="pegged", half_spread=0.001, size=1.0)
    for _ in range(15):
        model.step()
    orders = list(model.lp.orders())
    assert len(orders) == 2 and all(order.peg is not None for order in orders)
    book, units = model.market.book, model.lp.units()
    middle = units.shown_price((book.best_static_bid() + book.best_static_ask()) / 2)
    for order in orders:
        assert abs(units.shown_price(order.price) - middle) == pytest.approx(60.0, abs=0.2)


def test_pegs_without_anything_to_follow_do_not_pile_up():
    model = Stage(orders="pegged", size=1.0)
    for agent in list(model.agents):
        if isinstance(agent, LimitOrderTrader):
            agent.remove()
    for _ in range(15):
        model.step()
    assert len(model.market.parked.of_party("lp")) + len(model.lp.orders()) <= 2


@pytest.mark.parametrize(
    "mistake",
    [
        {"inactivity": 1.5},
        {"absence": 0.5},
        {"orders": "iceberg"},
        {"half_spread": 0.0},
        {"size": -1.0},
        {"reserve": -1},
    ],
)
def test_mistakes_are_named(mistake):
    with pytest.raises(ConfigError, match=next(iter(mistake))):
        Stage(**mistake)
