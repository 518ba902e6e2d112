"""Every page of every model draws without a browser: before there is a market, while it trades, and for a key."""

import pytest
import solara

from vega_mesa.models import MODELS
from vega_mesa.viz import session
from vega_mesa.viz.desk import create, deposit, guard
from vega_mesa.viz.markets import market_in_hand, markets
from vega_mesa.viz.pages import PAGES
from vega_mesa.viz.records import records_of

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
    key = create(model, "alice")
    for market in markets(model):
        market_in_hand.set(market)
        deposit(model, model.agent(key), "50000", wait=False, market=market)
        model.step()
        draw("Trade", model)
        draw("Liquidity", model)


def test_pages_after_the_end():
    model = guard(MODELS["ideal_market_maker"](rng=1, num_steps=5))
    for page in PAGES:
        draw(page, model)
    model.run()
    create(model, "alice")
    for page in PAGES:
        draw(page, model)
