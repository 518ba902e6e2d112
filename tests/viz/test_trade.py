"""Trading by hand in a real browser: a key, money, an order that a bot fills, one that rests, mistakes in words."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


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
    page.locator(".menuable__content__active .v-list-item", has_text=option).first.click()


@pytest.fixture
def desk(visitor):
    """The trade page of a market that trades, with a funded key."""
    step(visitor, 3)
    visitor.get_by_role("tab", name="Trade").click()
    visitor.wait_for_selector(".vega-trade canvas")
    fill(visitor, new_key="alice")
    press(visitor, "Create key")
    says(visitor, "alice is ready")
    fill(visitor, amount="50000")
    press(visitor, "Deposit")
    says(visitor, "50000 credited")
    return visitor


def test_a_hand_placed_order_trades_with_a_bot_and_the_fill_is_seen(desk):
    choose(desk, "type", "market")
    fill(desk, size="0.1")
    desk.locator(".vega-preview", has_text="would trade").wait_for()
    desk.locator(".vega-preview", has_text="0.00 \u2192 ").wait_for()
    press(desk, "Send buy order")
    says(desk, "filled 0.1 at")
    tile(desk, "position").get_by_text("+0.1").wait_for()
    desk.locator(".vega-card", has_text="Fills").get_by_text("AvellanedaStoikovMarketMaker-1").wait_for()
    assert float(tile(desk, "margin").inner_text().replace(",", "")) > 0


def test_orders_rest_are_amended_and_cancelled(desk):
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
    orders.locator("tbody tr").nth(2).wait_for()
    orders.get_by_role("button", name="cancel", exact=True).first.click()
    says(desk, "order cancelled")
    press(desk, "Cancel all")
    orders.get_by_text("no live orders").wait_for()


def test_mistakes_and_refusals_are_said_and_change_nothing(desk):
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


def test_a_stop_order_waits_and_is_cancelled(desk):
    choose(desk, "type", "market")
    fill(desk, size="0.1")
    press(desk, "Send buy order")
    says(desk, "filled")
    choose(desk, "type", "stop")
    press(desk, "Sell")
    fill(desk, trigger_price="30000")
    press(desk, "Send sell order")
    says(desk, "accepted")
    orders = desk.locator(".vega-card", has_text="Cancel all")
    orders.get_by_text("waits").wait_for()
    orders.get_by_role("button", name="cancel", exact=True).click()
    orders.get_by_text("no live orders").wait_for()
