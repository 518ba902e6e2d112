"""The page in a real browser: it opens, steps, plays and resets, and the console stays clean."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60  # seconds
PANELS = ("Price", "Depth", "Profit and loss by agent type", "Insurance pool")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vega_mesa.cli", "viz", "ideal_market_maker", "--port", str(port), "--no-open"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert server.poll() is None, server.stdout.read()
            with socket.socket() as probe:
                if probe.connect_ex(("localhost", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(address, browser):
    """A visitor's page, drawn; whatever its console complains of fails the test."""
    complaints = []
    page = browser.new_page(viewport={"width": 1500, "height": 1300})
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("canvas", timeout=PATIENCE * 1_000)
    page.wait_for_function("document.querySelectorAll('canvas').length >= 3", timeout=PATIENCE * 1_000)
    yield page
    if folder := os.environ.get("VEGA_MESA_SCREENSHOTS"):
        test = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split()[0]
        page.screenshot(path=Path(folder) / f"{test}.png")
    page.close()
    assert not complaints


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


def test_page_opens_with_every_panel(page):
    for title in PANELS:
        assert page.locator(".vega-card-title", has_text=title).count() == 1
    assert page.locator(".vega-chip").count() >= 3
    assert page.get_by_text("Model Parameters").count() == 1


def test_step_moves_the_clock_and_redraws_the_charts(page):
    press(page, "Step")
    wait_for_clock(page, 1)
    page.wait_for_function("document.querySelectorAll('canvas').length == 4", timeout=PATIENCE * 1_000)
    page.wait_for_timeout(300)
    before = drawing(page)
    for step in range(2, 6):
        press(page, "Step")
        wait_for_clock(page, step)
    page.wait_for_timeout(300)
    after = drawing(page)
    assert len(after) == len(before) == 4
    assert all(old != new for old, new in zip(before[:3], after[:3], strict=True)), "price, depth or profit stood still"
    assert page.locator(".vega-chip", has_text="active").count() == 1


def test_play_runs_until_it_is_stopped_and_reset_begins_anew(page):
    press(page, "▶")
    wait_for_clock(page, 5)
    press(page, "❚❚")
    page.wait_for_timeout(500)
    stopped = clock(page)
    page.wait_for_timeout(700)
    assert clock(page) == stopped
    press(page, "Reset")
    page.wait_for_timeout(1_000)
    assert clock(page) < stopped


def test_dark_page_is_drawn_too(page):
    page.emulate_media(color_scheme="dark")
    press(page, "Step")
    wait_for_clock(page, 1)
