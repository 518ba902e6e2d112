"""A served network: signatures, nonces, spam rules, reads, GraphQL and its subscriptions."""

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")
pytest.importorskip("strawberry")

from starlette.testclient import TestClient

from vega_mesa.chain.commands import encode
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.errors import InvalidCommand, UsageError
from vega_mesa.models import MODELS
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.bridging import (
    EthereumDeposit,
    EthereumMintToken,
    EthereumStopBridge,
    FaucetMint,
    OracleDataSubmission,
)
from vega_mesa.protocol.commands.governance import NewFreeform, ProposalSubmission
from vega_mesa.protocol.commands.staking import AssociateTokens
from vega_mesa.protocol.commands.trading import BatchMarketInstructions, OrderCancellation, OrderSubmission
from vega_mesa.protocol.matching.order import OrderType, Side, TimeInForce
from vega_mesa.server.keys import Wallet, is_signed, message, read_secret
from vega_mesa.server.middleware import LARGEST_BODY
from vega_mesa.server.network import ServedNetwork
from vega_mesa.server.rest import create_app
from vega_mesa.server.serve import FOR_ANYBODY
from vega_mesa.server.service import NetworkService, NullService


@pytest.fixture
def network():
    served = ServedNetwork(MODELS["ideal_market_maker"](rng=1, network_parameters=FOR_ANYBODY))
    for _ in range(6):
        served.next_block()
    yield served
    served.close()


@pytest.fixture
def client(network):
    with TestClient(create_app(network, clock=False), raise_server_exceptions=False) as found:
        yield found


class Person:
    def __init__(self, client, network):
        self.client, self.network, self.wallet, self.nonce = client, network, Wallet(), 0
        self.chain_id = network.chain.genesis.chain_id

    def send(self, command):
        body = self.wallet.envelope(self.chain_id, self.nonce, encode(command))
        answer = self.client.post("/transactions", json=body)
        self.nonce += answer.status_code == 200
        return answer


@pytest.fixture
def person(client, network):
    return Person(client, network)


def bring_money(person, network, amount=10**12):
    market = network.model.market
    token = network.exchange.assets.get(market.asset).details.source.contract_address
    assert person.send(EthereumMintToken(address=token, amount=amount)).json()["error"] is None
    assert person.send(EthereumDeposit(asset=market.asset, amount=amount)).json()["error"] is None
    for _ in range(200):
        if network.exchange.collateral.balance(AccountType.GENERAL, market.asset, person.wallet.party):
            return
        network.next_block()
    raise AssertionError("the deposit never arrived")


def market_order(market, size=100):
    return OrderSubmission(
        market_id=market.id, side=Side.BUY, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, size=size, price=0
    )


def test_a_hand_driven_order_trades_and_is_told_everywhere(person, network, client):
    bring_money(person, network)
    market = network.model.market
    answer = person.send(market_order(market)).json()
    assert answer["error"] is None and answer["trades"]
    network.next_block()
    party = person.wallet.party
    told = client.get("/trades", params={"market": market.id}).json()
    assert any(trade["buyer"] == party for trade in told)
    mine = client.get("/trades", params={"party": party}).json()
    assert mine == [trade for trade in told if party in (trade["buyer"], trade["seller"])]
    assert client.get("/positions", params={"party": party}).json()[0]["open_volume"] == "100"
    assert {row["type"] for row in client.get("/accounts", params={"party": party}).json()} >= {"GENERAL", "MARGIN"}
    question = {"query": f'{{trades(party: "{party}"){{buyer size}} positions{{party openVolume}}}}'}
    data = client.post("/graphql", json=question).json()["data"]
    assert data["trades"] and all(trade["buyer"] == party for trade in data["trades"])
    assert {"party": party, "openVolume": "100"} in data["positions"]
    assert not network.model.imbalance()


def test_every_read_answers(client, network):
    id = network.model.market.id
    for path in (
        "/genesis", "/feed", "/state", "/blocks", "/parameters", "/proposals", "/assets", "/markets",
        f"/markets/{id}", f"/markets/{id}/data", f"/markets/{id}/depth", f"/markets/{id}/candles?interval=5",
        f"/markets/{id}/margin?side=buy&size=1000", "/orders", "/positions", "/accounts", "/trades",
        "/liquidity_provisions", "/history/ledger", "/parties/x/nonce", "/health", "/metrics", "/openapi.json", "/docs",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200 and answer.content, path
    margin = client.get(f"/markets/{id}/margin?side=sell&size=1000&price=600000").json()
    assert 0 < int(margin["maintenance"]) < int(margin["initial"])
    assert int(client.get(f"/markets/{id}/data").json()["price_bounds"][0]["low"]) > 0
    assert 'route="/orders",status="200"' in client.get("/metrics").text
    assert client.get("/markets/x").status_code == 404
    assert client.get("/history/nothing").status_code == 422


def test_liquidity_provisions_are_told_with_their_shares_and_service_level(client, network):
    market = network.model.market
    told = client.get("/liquidity_provisions", params={"market": market.id}).json()
    (provider,) = market.liquidity.provisions.active
    assert [row["party"] for row in told] == [provider]
    assert (told[0]["status"], float(told[0]["equity_like_share"])) == ("ACTIVE", 1)
    assert int(told[0]["bond"]) == int(told[0]["commitment"]) == int(told[0]["next_commitment"]) > 0
    assert 0 <= float(told[0]["time_on_book"]) <= 1
    assert client.get("/liquidity_provisions", params={"party": "nobody"}).json() == []
    question = {"query": "{liquidityProvisions{party equityLikeShare timeOnBook lastFeePenalty}}"}
    row = client.post("/graphql", json=question).json()["data"]["liquidityProvisions"][0]
    assert (row["party"], float(row["equityLikeShare"])) == (provider, 1)


def test_subscriptions_tell_trades_market_data_and_blocks(client, network):
    wanted = {
        "trades": "subscription{trades{price}}",
        "marketData": "subscription{marketData{markPrice}}",
        "blocks": "subscription{blocks{height}}",
    }
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        for name, query in wanted.items():
            socket.send_json({"type": "subscribe", "id": name, "payload": {"query": query}})
        heard = set()
        client.portal.call(_make_blocks, network)
        while heard != set(wanted):
            told = socket.receive_json()
            if told["type"] == "next":
                assert told["payload"]["data"][told["id"]]
                heard.add(told["id"])


async def _make_blocks(network):
    import asyncio

    for _ in range(30):
        await asyncio.sleep(0.02)
        network.next_block()


def test_nobody_acts_for_a_key_that_they_do_not_hold(client, network):
    mine, other = Wallet(), Wallet()
    chain_id = network.chain.genesis.chain_id
    command = encode(FaucetMint(asset="VOTE", amount=5))
    good = mine.envelope(chain_id, 0, command)
    before = network.chain.state_hash()
    for wrong in (
        good | {"party": other.party},
        good | {"nonce": 1},
        good | {"command": encode(FaucetMint(asset="VOTE", amount=6))},
        good | {"signature": other.sign(chain_id, 0, command)},
        good | {"signature": mine.sign("another-chain", 0, command)},
        good | {"signature": "0" * 128},
        good | {"party": "0" * 64},
    ):
        assert client.post("/transactions", json=wrong).status_code == 401
    assert client.post("/transactions", json=good | {"party": "MarketManager-1"}).status_code == 422
    assert network.chain.state_hash() == before
    assert client.post("/transactions", json=good).status_code == 200
    assert client.post("/transactions", json=good).status_code == 409  # a replay


def test_a_signed_command_acts_for_its_party_alone(person, network):
    other = Wallet().party
    asset = network.model.market.asset
    manager = "MarketManager-1"
    for command in (
        EthereumDeposit(asset=asset, amount=1, wallet=other),
        OracleDataSubmission(properties=(("a", "1"),), signers=(manager,)),
        OracleDataSubmission(properties=(("a", "1"),), signers=(person.wallet.party, manager)),
        EthereumStopBridge(),
    ):
        assert person.send(command).status_code == 403


def test_numbers_beyond_any_money_are_turned_away(person, network):
    bring_money(person, network)
    market = network.model.market
    token = network.exchange.assets.get(market.asset).details.source.contract_address
    assert person.send(EthereumMintToken(address=token, amount=10**31)).status_code == 422
    for price, size in ((10**30, 10**18), (1, 10**18), (10**30, 1)):
        order = OrderSubmission(
            market_id=market.id, side=Side.SELL, type=OrderType.LIMIT, time_in_force=TimeInForce.GTC, size=size,
            price=price,
        )  # fmt: skip
        assert person.send(order).status_code < 500
    network.next_block()
    network.node.flush()
    assert person.client.get("/health").json()["status"] == "ok"


def test_spam_rules_count_by_epoch(person, network):
    assert person.send(_freeform(network)).status_code == 429  # no tokens
    person.send(FaucetMint(asset="VOTE", amount=10**6))
    network.next_block()
    person.send(AssociateTokens(amount=10**6))
    answers = [person.send(_freeform(network)).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    instructions = (OrderCancellation(market_id=network.model.market.id, order_id=""),) * 16
    assert person.send(BatchMarketInstructions(cancellations=instructions)).status_code == 429


def _freeform(network):
    return ProposalSubmission(
        change=NewFreeform(), closing=network.chain.now // 10**9 + 10, enactment=0, title="t", description="d"
    )


def test_too_many_transactions_in_a_block_are_turned_away(person, network, monkeypatch):
    monkeypatch.setattr("vega_mesa.server.spam.TRANSACTIONS_IN_A_BLOCK", 3)
    mint = FaucetMint(asset="VOTE", amount=1)
    assert [person.send(mint).status_code for _ in range(4)] == [200, 200, 200, 429]
    network.next_block()
    assert person.send(mint).status_code == 200


def test_large_bodies_are_not_read(client):
    assert client.post("/transactions", content=b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert client.post("/graphql", content=b"x" * (LARGEST_BODY + 1)).status_code == 413


def test_a_signature_holds_for_its_message_only():
    wallet = Wallet.named(b"secret", "Maker-1")
    assert wallet.party == Wallet.named(b"secret", "Maker-1").party != Wallet.named(b"secret", "Maker-2").party
    signature = wallet.sign("chain", 3, {"b": 1, "a": {"z": "ä", "y": None}})
    assert message("chain", 3, {"a": {"y": None, "z": "ä"}, "b": 1}) == (
        b'{"chain_id":"chain","command":{"a":{"y":null,"z":"\\u00e4"},"b":1},"nonce":3}'
    )
    assert is_signed(wallet.party, signature, message("chain", 3, {"a": {"y": None, "z": "ä"}, "b": 1}))
    assert not is_signed(wallet.party, signature, message("chain", 4, {"a": {"y": None, "z": "ä"}, "b": 1}))


def test_a_secret_is_made_once_and_kept_from_others(tmp_path):
    file = tmp_path / "secret"
    made = read_secret(file)
    assert file.stat().st_mode & 0o077 == 0
    assert read_secret(file) == made != read_secret(tmp_path / "another")
    file.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        read_secret(file)
    short = tmp_path / "short"
    short.touch(0o600)
    for wrong in (short, tmp_path, tmp_path / "none" / "secret"):
        with pytest.raises(UsageError, match=str(wrong)):
            read_secret(wrong)


def test_both_services_are_one_interface(client, network, monkeypatch):
    far = NetworkService("http://testserver", secret=b"x")
    far._http = client
    near = NullService()
    for service in (near, far):
        chain = service.open_chain(Genesis())
        assert isinstance(chain, NullChain)
        party = service.party("alice")
        taken = service.submit(party, FaucetMint(asset="VOTE", amount=7))
        assert taken.accepted and taken.party == party
    assert far.chain.state_hash() == network.chain.state_hash()
    network.next_block()
    far.chain.next_block()
    assert far.chain.height == network.chain.height
    assert far.chain.state_hash() == network.chain.state_hash()
    with pytest.raises(InvalidCommand, match="no key"):
        far.submit(Wallet().party, FaucetMint(asset="VOTE", amount=7))
