"""Trading by hand in a real browser: a key, money, an order that a bot fills, others that rest, mistakes in words."""

import pytest

from vega_mesa.errors import VegaMesaError
from vega_mesa.models import MODELS
from vega_mesa.viz.desk import create, deposit, guard, withdraw
from vega_mesa.viz.pages.holdings import fill_rows, margin_mode, standing, trigger
from vega_mesa.viz.reading import Fill
from vega_mesa.viz.ticket import KINDS, Ticket, preview

BROWSER = (pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser"))


def in_browser(test):
    for mark in BROWSER:
        test = mark(test)
    return test


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def step(page, times: int = 1) -> None:
    for _ in range(times):
        before = page.get_by_text("Step: ").or_(page.get_by_text("Time: ")).first.inner_text()
        press(page, "Step")
        page.wait_for_function("before => !document.body.innerText.includes(before + '\\n')", arg=before)


def says(page, text: str) -> None:
    page.locator(".vega-notice", has_text=text).wait_for()


def tile(page, name: str):
    return page.locator(".vega-standing .vega-tile", has_text=name).locator(".vega-tile-value")


def fill(page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def choose(page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).locator("xpath=ancestor::*[@role='button']").click()
    page.locator(".menuable__content__active").get_by_text(option, exact=True).first.click()
    page.locator(".menuable__content__active").wait_for(state="hidden")


def ticket_height(page) -> float:
    return page.locator(".vega-card", has_text="time in force").bounding_box()["height"]


@pytest.fixture
def desk(visitor):
    """The trade page of a market that trades, with a funded key."""
    step(visitor, 2)
    visitor.get_by_role("tab", name="Trade").click()
    visitor.wait_for_selector(".vega-trade canvas")
    fill(visitor, new_key="alice")
    press(visitor, "Create key")
    says(visitor, "alice is ready")
    fill(visitor, amount="50000")
    press(visitor, "Deposit")
    says(visitor, "50000 credited")
    return visitor


@in_browser
def test_a_hand_placed_order_trades_with_a_bot_is_seen_and_guarded_by_stops(desk):
    choose(desk, "type", "market")
    fill(desk, size="0.1")
    desk.locator(".vega-preview", has_text="0.00 \u2192 ").wait_for()
    press(desk, "Send buy order")
    says(desk, "filled 0.1 at")
    tile(desk, "position").get_by_text("+0.1").wait_for()
    desk.locator(".vega-card", has_text="Fills").get_by_text("AvellanedaStoikovMarketMaker-1").wait_for()
    assert float(tile(desk, "margin").inner_text().replace(",", "")) > 0

    press(desk, "Sell")
    choose(desk, "type", "trailing stop")
    desk.get_by_label("trails by %", exact=True).fill("5")
    press(desk, "Send sell order")
    says(desk, "accepted")
    choose(desk, "type", "OCO")
    fill(desk, falls_below="50000", rises_above="10%")
    press(desk, "Send sell order")
    orders = desk.locator(".vega-card", has_text="Cancel all")
    orders.get_by_text("10% trailing").wait_for()
    assert orders.locator("tbody tr").count() == 3
    orders.locator("tr", has_text="50,000").get_by_role("button", name="cancel").click()
    says(desk, "stop order cancelled")
    orders.get_by_text("10% trailing").wait_for(state="hidden")
    press(desk, "Cancel all")
    orders.get_by_text("no live orders").wait_for()

    choose(desk, "margin mode", "isolated")
    fill(desk, margin_factor="0.5")
    press(desk, "Set margin mode")
    tile(desk, "mode").get_by_text("isolated 0.5").wait_for()
    assert 2_900 < float(tile(desk, "margin").inner_text().replace(",", "")) < 3_100
    choose(desk, "margin mode", "cross")
    press(desk, "Set margin mode")
    tile(desk, "mode").get_by_text("cross").wait_for()


def refused(desk) -> None:
    """Mistakes and refusals are said, and change nothing; what is there can be withdrawn."""
    fill(desk, size="many", price="60000")
    desk.locator(".vega-preview", has_text="many").wait_for()
    press(desk, "Send buy order")
    says(desk, "many")
    fill(desk, size="1000")
    press(desk, "Send buy order")
    says(desk, "margin")
    fill(desk, new_key="alice")
    press(desk, "Create key")
    says(desk, "alice")
    assert tile(desk, "position").inner_text() == "0"
    assert tile(desk, "free").inner_text() == "50,000.00"
    desk.locator(".vega-card", has_text="Cancel all").get_by_text("no live orders").wait_for()
    fill(desk, amount="60000")
    press(desk, "Withdraw")
    desk.locator(".vega-notice.vega-bad").wait_for()
    fill(desk, amount="20000")
    press(desk, "Withdraw")
    says(desk, "20000 USDT withdrawn")
    tile(desk, "free").get_by_text("30,000.00").wait_for()


@in_browser
def test_mistakes_change_nothing_and_orders_rest_are_amended_and_cancelled(desk):
    refused(desk)
    height = ticket_height(desk)
    for kind in KINDS:
        choose(desk, "type", kind)
        assert ticket_height(desk) == height, kind
    choose(desk, "type", "limit")
    fill(desk, size="0.1", price="50000")
    desk.locator(".vega-preview", has_text="nothing at once").wait_for()
    press(desk, "Send buy order")
    says(desk, "order active")
    orders = desk.locator(".vega-card", has_text="Cancel all")
    press(desk, "select")
    fill(desk, new_price="49000")
    press(desk, "Amend")
    orders.get_by_text("49,000").wait_for()
    choose(desk, "type", "pegged")
    fill(desk, offset="5")
    press(desk, "Send buy order")
    orders.get_by_text("pegged").wait_for()
    choose(desk, "type", "iceberg")
    fill(desk, size="0.4", price="48000", peak="0.1", minimum="0.05")
    press(desk, "Send buy order")
    orders.get_by_text("iceberg").wait_for()
    orders.get_by_role("button", name="cancel", exact=True).nth(2).wait_for()
    orders.get_by_role("button", name="cancel", exact=True).first.click()
    says(desk, "order cancelled")
    press(desk, "Cancel all")
    orders.get_by_text("no live orders").wait_for()


@pytest.fixture
def funded():
    """A model that trades, and a key with money."""
    model = guard(MODELS["ideal_market_maker"](rng=1))
    for _ in range(5):
        model.step()
    alice = model.agent(create(model, "alice"))
    deposit(model, alice, "50000", wait=True)
    return model, alice


def test_a_preview_is_what_the_order_then_does(funded):
    model, alice = funded
    before = model.chain.state_hash()
    ticket = Ticket(kind="market", size="0.1")
    seen = preview(model, alice, ticket.command(alice))
    assert model.chain.state_hash() == before
    alice.send(ticket.command(alice))
    assert seen.margin[1] == alice.margin()
    assert seen.general[1] == alice.general()
    assert seen.filled == 0.1


def test_stop_tickets_say_where_they_fire(funded):
    model, alice = funded
    alice.send(Ticket(kind="market", size="0.1").command(alice))
    guard_ = {"side": "sell", "size": "0.1"}
    alice.send(Ticket(kind="stop", trigger_price="50000", **guard_).command(alice))
    alice.send(Ticket(kind="trailing stop", trail="2.5", **guard_).command(alice))
    alice.send(Ticket(kind="OCO", below="40000.5", above=" 5 %", **guard_).command(alice))
    stops = model.market.stop_orders.of_party("alice")
    assert sorted(trigger(alice, stop) for stop in stops) == [
        "\u2264 2.5% trailing", "\u2264 40,000.5", "\u2264 50,000", "\u2265 5% trailing"
    ]  # fmt: skip
    assert sorted(bool(stop.partner) for stop in stops) == [False, False, True, True]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "stop"},
        {"kind": "trailing stop", "trail": "far"},
        {"kind": "OCO", "below": "50000"},
        {"kind": "limit"},
        {"kind": "limit", "price": "1", "life": "GTT"},
        {"kind": "iceberg", "price": "1", "peak": "1"},
    ],
)
def test_a_ticket_with_a_gap_is_a_mistake(funded, fields):
    _, alice = funded
    with pytest.raises(VegaMesaError):
        Ticket(size="1", **fields).command(alice)


def test_margin_modes_are_told(funded):
    model, alice = funded
    assert margin_mode(model.market, "alice") == "cross"
    alice.use_isolated_margin("0.25")
    assert dict(standing(alice, model.market))["mode"] == "isolated 0.25"
    assert set(dict(standing(None, None)).values()) == {"-"}


def test_withdrawn_money_is_gone(funded):
    model, alice = funded
    assert not withdraw(model, alice, "20000").error
    assert alice.general() == 30_000
    assert withdraw(model, alice, "40000").error


def test_fills_are_told_from_the_side_of_the_party():
    fills = [Fill(1, 0, 10.0, 1.0, "buy", "a", "b"), Fill(2, 0, 11.0, 2.0, "sell", "b", "a"), Fill(3, 0, 1.0, 1.0, "")]
    assert [row.cells for row in fill_rows(fills, "a")] == [("sold", "2", "11", "b"), ("bought", "1", "10", "b")]
    assert fill_rows([], "a") == []
