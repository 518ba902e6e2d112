"""A served network, two processes of agents on it, and a person by hand; at the end the ledger balances."""

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")
pytest.importorskip("strawberry")
pytest.importorskip("duckdb")

import httpx

from vega_mesa.chain.commands import encode
from vega_mesa.datanode import DataNode
from vega_mesa.protocol.commands.bridging import EthereumDeposit, EthereumMintToken
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.matching.order import OrderType, Side, TimeInForce
from vega_mesa.server.keys import Wallet
from vega_mesa.server.service import NetworkService

COMMAND = (sys.executable, "-m", "vega_mesa.cli")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def served(tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [*COMMAND, "serve", "ideal_market_maker", "--port", str(port), "--speed", "10",
         "--db", str(tmp_path / "run.duckdb"), "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{address}/health").json()["height"] > 20:
                    break
            except httpx.HTTPError:
                assert server.poll() is None, server.stdout.read()
            time.sleep(0.1)
        yield address, server, tmp_path / "run.duckdb"
    finally:
        if server.poll() is None:
            server.kill()
        server.wait()


class Person:
    """Signs and sends by hand."""

    def __init__(self, address):
        self.http = httpx.Client(base_url=address, timeout=30)
        self.wallet = Wallet()

    def get(self, path, **parameters):
        return self.http.get(path, params=parameters).json()

    def send(self, command):
        now = self.get(f"/parties/{self.wallet.party}/nonce")
        body = self.wallet.envelope(now["chain_id"], now["nonce"], encode(command))
        answer = self.http.post("/transactions", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def bring(self, asset, amount):
        with closing(NetworkService(str(self.http.base_url))) as service:
            details = service.open_chain().exchange.assets.get(asset).details
        assert not self.send(EthereumMintToken(address=details.source.contract_address, amount=amount))["error"]
        assert not self.send(EthereumDeposit(asset=asset, amount=amount))["error"]
        for _ in range(600):
            if any(row["balance"] == str(amount) for row in self.get("/accounts", party=self.wallet.party)):
                return
            time.sleep(0.1)
        raise AssertionError("the deposit never arrived")


def market_order(market, side, size):
    return OrderSubmission(
        market_id=market, side=side, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, size=size, price=0
    )


@pytest.mark.slow
def test_two_processes_of_agents_and_a_person_share_a_network(served):
    address, server, db = served
    agents = [
        subprocess.Popen(
            [*COMMAND, "run", "ideal_market_maker", "--network", address, "--steps", "25", "--seed", seed,
             "--param", "traders=3"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for seed in ("5", "6")
    ]  # fmt: skip
    person = Person(address)
    market = person.get("/markets")[0]
    person.bring(market["asset"], 10**12)
    bought = person.send(market_order(market["id"], Side.BUY, 50))
    for _ in range(50):  # an empty side is refused: quotes come back in the next block
        if bought["trades"]:
            break
        time.sleep(0.1)
        bought = person.send(market_order(market["id"], Side.BUY, 50))
    assert bought["trades"], bought
    mine = bought["trades"][0]["id"]
    question = {"query": "{trades(limit: 1000){id}}"}
    for _ in range(100):  # told when its block is complete
        told = {trade["id"] for trade in person.http.post("/graphql", json=question).json()["data"]["trades"]}
        if mine in told:
            break
        time.sleep(0.02)
    assert mine in told
    assert mine in {trade["id"] for trade in person.get("/trades", market=market["id"], limit=1000)}

    for process in agents:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert "conservation: ok" in output
    parties = {row["party"] for row in person.get("/positions", limit=1000)}
    keys = {party for party in parties if len(party) == 64}
    assert person.wallet.party in keys
    assert len(keys) >= 4  # agents of the other processes traded too
    balances = [int(row["balance"]) for row in person.get("/accounts", asset=market["asset"], limit=1000)]
    assert sum(balances) == 0
    assert person.get("/health")["status"] == "ok"

    with closing(NetworkService(address)) as service:
        replica = service.open_chain()
        state = person.get("/state")
        for _ in range(100):
            if (state["height"], state["entries"]) == (replica.height, len(replica.log)):
                break
            replica.follow()
            state = person.get("/state")
    assert replica.state_hash() == state["state_hash"]
    assert not replica.exchange.imbalance()

    server.send_signal(signal.SIGINT)
    output, _ = server.communicate(timeout=30)
    assert server.returncode == 0, output
    assert "conservation: ok" in output
    with DataNode(db=db) as node:
        assert mine in set(node.trades()["id"])
        balances = node.sql("SELECT asset, sum(b) AS total FROM (SELECT account, asset, arg_max(balance, time) AS b "
                            "FROM accounts GROUP BY account, asset) GROUP BY asset")  # fmt: skip
        assert json.dumps([int(total) for total in balances["total"]]) == json.dumps([0] * len(balances))
