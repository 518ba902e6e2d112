"""The choice of the market, what is remembered of each, and the pages of models that have more to show."""

import pytest

from vega_mesa.models import MODELS
from vega_mesa.viz.candles import candles, widths
from vega_mesa.viz.desk import create, deposit, guard
from vega_mesa.viz.markets import chosen, market_in_hand, markets, seen
from vega_mesa.viz.observer import observer_of, reading_of
from vega_mesa.viz.ticket import Ticket

PATIENCE = 60_000  # milliseconds
BROWSER = (pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser"))


def in_browser(test):
    for mark in BROWSER:
        test = mark(test)
    return test


def step(page, times: int) -> None:
    for number in range(1, times + 1):
        page.get_by_role("button", name="Step", exact=True).click()
        page.get_by_text(f"Step: {number}").or_(page.get_by_text(f"Time: {number}.0")).first.wait_for()


def choose(page, field, option: str) -> None:
    field.click()
    menu = page.locator(".menuable__content__active")
    menu.get_by_text(option, exact=True).first.click()
    menu.wait_for(state="hidden")


def choose_model(page, name: str) -> None:
    choose(page, page.locator("nav .v-select").first, name)
    page.locator(".v-toolbar__title", has_text=name.replace("_", " ")).wait_for(timeout=PATIENCE)
    page.wait_for_selector(".vega-market canvas", timeout=PATIENCE)


def drawing(page, place: int) -> str:
    return page.evaluate(f"document.querySelectorAll('canvas')[{place}].toDataURL()")


@in_browser
def test_the_chosen_market_is_that_of_all_pages(visitor):
    choose_model(visitor, "multi_market_load")
    step(visitor, 3)
    strip = visitor.locator(".vega-strip")
    visitor.locator(".vega-chip", has_text="continuous").wait_for()
    trades = visitor.locator(".vega-card", has_text="Trades").locator("tbody")
    before = trades.inner_text()
    choose(visitor, strip.locator(".v-select"), "BTC/USDT-3")
    visitor.wait_for_function(
        "text => [...document.querySelectorAll('.vega-market tbody')].every(body => body.innerText !== text)",
        arg=before,
    )
    chart = drawing(visitor, 0)
    choose(visitor, visitor.locator(".vega-chart-tools .v-select"), "5 steps \u00b7 5s")
    visitor.wait_for_function("old => document.querySelector('canvas').toDataURL() !== old", arg=chart)
    book = visitor.locator(".vega-ladder").inner_text()
    visitor.get_by_role("tab", name="Trade").click()
    visitor.locator(".vega-trade .vega-strip").get_by_text("BTC/USDT-3").wait_for()
    assert visitor.locator(".vega-ladder").inner_text() == book


@in_browser
def test_a_model_that_studies_its_providers_shows_them(visitor):
    choose_model(visitor, "liquidity_provision")
    step(visitor, 2)
    visitor.get_by_role("tab", name="Liquidity").click()
    study = visitor.locator(".vega-liquidity .vega-quarters")
    study.locator("canvas").nth(4).wait_for()
    for title in ("Return on capital", "Bond", "Equity-like share", "Liquidity fees received", "SLA performance"):
        study.locator(".vega-card-title", has_text=title).wait_for()
    rows = visitor.locator(".vega-liquidity .vega-card", has_text="fees waiting").locator("tbody tr")
    assert rows.count() == study.locator("tbody tr").count() == 4
    study.scroll_into_view_if_needed()


@pytest.fixture
def busy():
    """A model with five markets, looked at from its first block on."""
    model = guard(MODELS["multi_market_load"](rng=1))
    observer_of(model)
    for _ in range(5):
        model.step()
    yield model
    market_in_hand.set("")


def test_every_market_can_be_chosen_and_is_remembered_apart(busy):
    known = markets(busy)
    assert list(known.values()) == ["BTC/USDT", *(f"BTC/USDT-{number}" for number in range(2, 6))]
    assert chosen(busy) is busy.market
    for id in known:
        market_in_hand.set(id)
        reading, market = seen(busy), chosen(busy)
        assert (market.id, reading.market) == (id, market.definition.name)
        assert reading is reading_of(busy, market)
        assert sum(fill.size for fill in reading.fills) == pytest.approx(
            busy.units_of(market).shown_size(busy.tally.volume[id])
        )
        assert [sample.block for sample in reading.history][-5:] == list(
            range(busy.chain.height - 5, busy.chain.height)
        )


def test_a_market_of_another_model_is_not_chosen(busy):
    market_in_hand.set("nowhere")
    assert chosen(busy) is busy.market


def test_before_there_is_a_market_there_is_nothing_to_choose():
    model = MODELS["ideal_market_maker"](rng=1)
    assert markets(model) == {}
    assert chosen(model) is None
    assert (seen(model).market, seen(model).fills, seen(model).history) == ("No market yet", [], [])


def test_candles_add_up_to_the_trades_whatever_their_width(busy):
    reading = reading_of(busy)
    for width in widths(busy).values():
        found = candles(reading.fills, reading.history, width, reading.now)
        assert sum(one.trades for one in found) == len(reading.fills)
        assert sum(one.volume for one in found) == pytest.approx(sum(fill.size for fill in reading.fills))
    assert found[0].auction == "opening auction"


def test_an_auction_says_why_and_what_it_would_come_to():
    model = MODELS["ideal_market_maker"](rng=1)
    observer_of(model)
    model.initialise()
    for pair in [agent for agent in model.agents if "OpeningAuctionPair" in agent.key]:
        pair.step()
    reading = seen(model)
    assert (reading.mode, reading.trigger, reading.indicative) == ("opening auction", "opening", (60_000.0, 1.0))
    model.step()
    agent = model.agent(create(model, "alice"))
    agent.mint(agent.governance_asset(), 1_000)
    model.chain.next_block()
    agent.associate(1_000)
    agent.vote(agent.propose_market_state("BTC/USDT", "suspend").id)
    for _ in range(6):
        model.step()
    reading = seen(model)
    assert (reading.state, reading.trigger) == ("suspended via governance", "governance suspension")
    assert candles(reading.fills, reading.history, 1)[-1].auction == "suspended via governance"


def test_a_reading_is_new_after_each_block_and_each_command(busy):
    alice = busy.agent(create(busy, "alice"))
    before = reading_of(busy)
    assert reading_of(busy) is before
    deposit(busy, alice, "50000", wait=True)
    after = reading_of(busy)
    assert after is not before
    alice.send(Ticket(kind="market", size="0.1").command(alice))
    assert [fill.buyer for fill in reading_of(busy).fills][-1] == "alice"
    assert reading_of(busy) is not after
