"""Every page of every model draws without a browser: before there is a market, while it trades, and for a key."""

import pytest
import solara

from vega_mesa.agents import MarketManager
from vega_mesa.agents.market_presets import BITCOIN_SPOT
from vega_mesa.model import VegaModel
from vega_mesa.models import MODELS
from vega_mesa.viz import session
from vega_mesa.viz.desk import create, deposit, guard, withdraw
from vega_mesa.viz.markets import market_in_hand, markets
from vega_mesa.viz.pages import PAGES
from vega_mesa.viz.pages.holdings import standing
from vega_mesa.viz.pages.key_card import assets
from vega_mesa.viz.records import records_of
from vega_mesa.viz.ticket import Ticket, preview

STEPS = 3


@pytest.fixture(autouse=True)
def visitor():
    yield
    session.key_in_hand.set("")
    market_in_hand.set("")


def draw(page: str, model) -> None:
    _, context = solara.render(PAGES[page](model), handle_error=False)
    context.close()


@pytest.mark.parametrize("name", MODELS)
def test_pages_of_a_model(name):
    model = guard(MODELS[name](rng=1))
    records_of(model)
    for page in PAGES:
        draw(page, model)
    for _ in range(STEPS):
        model.step()
    for market in markets(model):
        market_in_hand.set(market)
        for page in PAGES:
            draw(page, model)


def test_pages_of_a_key_on_every_kind_of_market():
    model = guard(MODELS["fuzzed_markets"](rng=1))
    for _ in range(STEPS):
        model.step()
    deposit(model, model.agent(create(model, "alice")), "50000", wait=False)
    for market in markets(model):
        market_in_hand.set(market)
        model.step()
        draw("Trade", model)
        draw("Liquidity", model)


class Spot(VegaModel):
    """A spot market in its opening auction."""

    def __init__(self, **given) -> None:
        super().__init__(**given)
        MarketManager(self, terms=BITCOIN_SPOT, asset_kind="builtin")


def test_spot_markets_are_traded_with_two_assets():
    model = guard(Spot(rng=1))
    for _ in range(STEPS):
        model.step()
    alice, bob = (model.agent(create(model, name)) for name in ("alice", "bob"))
    quote, base = assets(model, model.market)
    deposit(model, alice, "10000", wait=True)
    deposit(model, bob, "5", wait=True, asset=base)
    bob.submit_order(None, "sell", 1, 1_000)
    alice.submit_order(None, "buy", 1, 1_000)
    while not model.market.mark_price:
        model.step()
    bob.submit_order(None, "sell", 2, 1_000)
    order = Ticket(kind="market", size="0.5").command(alice)
    told = preview(model, alice, order)
    assert (told.error, told.filled, told.average_price) == ("", 0.5, 1_000)
    assert 0 < told.fees < 10
    alice.send(order)
    assert told.general[1] == alice.general() == pytest.approx(10_000 - 1_500 - told.fees, abs=10)
    seen = dict(standing(alice, model.market))
    assert (seen["position"], seen["mode"]) == ("+1.5", "spot")
    assert not withdraw(model, alice, "1.5", asset=base).error
    for page in PAGES:
        draw(page, model)
    assert quote != base


def test_pages_after_the_end():
    model = guard(MODELS["ideal_market_maker"](rng=1, num_steps=5))
    for page in PAGES:
        draw(page, model)
    model.run()
    create(model, "alice")
    for page in PAGES:
        draw(page, model)
