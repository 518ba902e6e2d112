"""A person on a served network, in a real browser: a key, money, an order that a bot fills; and what is left of it."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")
pytest.importorskip("duckdb")

import duckdb
import httpx

from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.server.keys import Wallet

CLI = [sys.executable, "-m", "vega_mesa.cli"]
PATIENCE = 60  # seconds
SECRET = "correct horse"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(*arguments: str, port: int) -> subprocess.Popen:
    command = [*CLI, *arguments, "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, server.stdout.read()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.2)
    raise AssertionError("it never listened")


def ended(server: subprocess.Popen) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=PATIENCE)


@pytest.fixture
def network(tmp_path):
    port, file = free_port(), tmp_path / "run.duckdb"
    server = started("serve", "ideal_market_maker", "--db", str(file), "--speed", "8", "--quiet", port=port)
    yield server, f"http://127.0.0.1:{port}", file
    ended(server)


@pytest.fixture
def console(network, browser):
    port = free_port()
    server = started("viz", "--network", network[1], "--no-open", port=port)
    complaints = []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(30_000)
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://localhost:{port}")
    yield page
    page.close()
    ended(server)
    assert not complaints


def photograph(page, name: str) -> None:
    if folder := os.environ.get("VEGA_MESA_SCREENSHOTS"):
        page.wait_for_timeout(500)  # colours fade
        page.screenshot(path=f"{folder}/served_{name}.png")


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page, text: str) -> None:
    page.locator(".vega-notice", has_text=text).wait_for()


def fill(page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def choose(page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).locator("xpath=ancestor::*[@role='button']").click()
    page.locator(".menuable__content__active .v-list-item", has_text=option).first.click()


def test_a_hand_placed_order_trades_and_is_on_the_page_in_graphql_and_in_the_database(network, console):
    server, address, file = network
    party = Wallet.named(SECRET.encode(), "alice").party
    console.locator(".vega-chip", has_text="live").wait_for()
    console.locator(".vega-chip", has_text="continuous").wait_for()
    photograph(console, "market")
    console.get_by_role("tab", name="Trade").click()
    fill(console, new_key="alice")
    console.get_by_label("secret", exact=True).fill(SECRET)
    press(console, "Create key")
    says(console, f"alice \u00b7 {party[:8]} is ready")
    fill(console, amount="50000")
    press(console, "Deposit")
    says(console, "50000 on the way")
    free = console.locator(".vega-standing .vega-tile", has_text="free").locator(".vega-tile-value")
    free.get_by_text("50,000.00").wait_for()
    choose(console, "type", "market")
    fill(console, size="0.1")
    console.locator(".vega-preview", has_text="would trade").wait_for()
    press(console, "Send buy order")
    says(console, "filled 0.1 at")
    console.locator(".vega-card", has_text="Fills").get_by_text("AvellanedaStoikovMarketMaker-1").first.wait_for()
    photograph(console, "trade")
    console.emulate_media(color_scheme="dark")
    photograph(console, "trade_dark")

    question = "{trades(limit: 1000){buyer seller size}}"
    until = time.monotonic() + PATIENCE
    mine: list[dict] = []
    while not mine and time.monotonic() < until:  # trades are told when their block has closed
        told = httpx.post(f"{address}/graphql", json={"query": question}, trust_env=False).json()["data"]["trades"]
        mine = [trade for trade in told if trade["buyer"] == party]
        time.sleep(0.1)
    assert mine[0]["seller"] == "AvellanedaStoikovMarketMaker-1"

    console.get_by_role("tab", name="Agents").click()
    console.locator(".vega-card", has_text="general").get_by_text("RandomMarketOrderTrader-1").first.wait_for()
    console.get_by_role("tab", name="Run").click()
    console.get_by_text("This network is run by whoever serves it").wait_for()
    with console.expect_download() as download:
        press(console, "Save")
    log = TransactionLog.read(download.value.path())
    assert NullChain.replay(log).nonces[party] == 3  # of its tokens, its deposit and its order
    photograph(console, "run_dark")
    ended(server)
    console.locator(".vega-chip", has_text="lost").wait_for()
    console.get_by_text("Trying again").wait_for()
    photograph(console, "lost")
    with duckdb.connect(str(file), read_only=True) as database:
        rows = database.sql("select seller from trades where buyer = ?", params=[party]).fetchall()
    assert ("AvellanedaStoikovMarketMaker-1",) in rows


def test_a_wrong_address_is_one_line(tmp_path):
    for wrong, word in (
        (["http://127.0.0.1:9"], "refused"),
        (["127.0.0.1:9"], "not an address"),
        (["http://127.0.0.1:9", "sla"], "leave sla out"),
    ):
        command = [*CLI, "viz", "--no-open", "--network", *wrong]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert word in done.stderr
