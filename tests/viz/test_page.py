"""The page in a real browser: it opens, steps, plays and resets, and the console stays clean."""

import time

import pytest

PATIENCE = 60  # seconds
PANELS = ("Price", "Book", "Depth", "Trades")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def clock(page) -> float:
    """The number in Mesa's information box: "Step: 3" or "Time: 3.0"."""
    return float(page.get_by_text(r"Step: ").or_(page.get_by_text("Time: ")).first.inner_text().split(":")[1])


def wait_for_clock(page, least: float) -> None:
    until = time.monotonic() + PATIENCE
    while clock(page) < least:
        assert time.monotonic() < until, f"the clock stays at {clock(page)}"
        page.wait_for_timeout(100)


def drawing(page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('canvas')].map(c => c.toDataURL())")


def test_step_moves_the_clock_and_redraws_every_panel(page):
    for title in PANELS:
        assert page.locator(".vega-card-title", has_text=title).count() == 1
    assert page.locator(".vega-chip").count() >= 3
    assert page.get_by_text("Model Parameters").count() == 1
    press(page, "Step")
    wait_for_clock(page, 1)
    page.wait_for_function("document.querySelectorAll('canvas').length == 2", timeout=PATIENCE * 1_000)
    page.wait_for_timeout(300)
    before = drawing(page)
    for step in range(2, 6):
        press(page, "Step")
        wait_for_clock(page, step)
    page.wait_for_timeout(300)
    after = drawing(page)
    assert len(after) == len(before) == 2
    assert all(old != new for old, new in zip(before, after, strict=True)), "price or depth stood still"
    assert page.locator(".vega-chip", has_text="active").count() == 1
    page.locator(".vega-tile", has_text="price bounds").get_by_text("\u2013").wait_for()
    near = drawing(page)[0]
    page.get_by_label("show bounds").check(force=True)
    page.wait_for_function("old => document.querySelector('canvas').toDataURL() !== old", arg=near)


def test_play_runs_until_it_is_stopped_and_reset_begins_anew(page):
    press(page, "▶")
    wait_for_clock(page, 5)
    press(page, "❚❚")
    page.wait_for_timeout(500)
    stopped = clock(page)
    page.wait_for_timeout(700)
    assert clock(page) == stopped
    press(page, "Reset")
    until = time.monotonic() + PATIENCE
    while clock(page) >= stopped:
        assert time.monotonic() < until, f"the clock stays at {clock(page)}"
        page.wait_for_timeout(100)
