"""A server of the page and a browser, shared by the tests that need them."""

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


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
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


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(address, browser):
    """A visitor's page, wide enough for a trading desk; whatever its console complains of fails the test."""
    for page in visit(address, browser, width=1280, height=800):
        page.set_default_timeout(10_000)
        page.wait_for_function("document.querySelectorAll('canvas').length >= 2", timeout=PATIENCE * 1_000)
        yield page


@pytest.fixture
def page(address, browser):
    """A visitor's page that shows every panel of the market at once."""
    for page in visit(address, browser, width=1500, height=1300):
        page.wait_for_function("document.querySelectorAll('canvas').length >= 2", timeout=PATIENCE * 1_000)
        yield page


def visit(address, browser, *, width: int, height: int):
    """A page that has drawn its first charts, and is photographed at the end."""
    complaints = []
    page = browser.new_page(viewport={"width": width, "height": height})
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("canvas", timeout=PATIENCE * 1_000)
    yield page
    if folder := os.environ.get("VEGA_MESA_SCREENSHOTS"):
        test = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split()[0]
        page.screenshot(path=Path(folder) / f"{test}.png")
    page.close()
    assert not complaints
