"""A thousand bad requests: each is told that it is bad, none changes the state, none breaks the server."""

import json
import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

pytest.importorskip("fastapi")
pytest.importorskip("nacl")
pytest.importorskip("strawberry")

from starlette.testclient import TestClient

from vega_mesa.chain.commands import encode, known
from vega_mesa.models import MODELS
from vega_mesa.protocol.commands.bridging import FaucetMint
from vega_mesa.server.keys import Wallet
from vega_mesa.server.middleware import LARGEST_BODY
from vega_mesa.server.network import ServedNetwork
from vega_mesa.server.rest import create_app

REQUESTS = 1_000
SEARCH = settings(
    max_examples=40, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
ODD = (
    None, True, False, 0, -1, 2**63, 10**400, 1e308, 0.1, "", "x", "\x00", "\ud800", "SIDE_BUY", "9" * 5_000, [], [[]],
    {}, {"": ""}, ["a"] * 50, "'; drop table trades; --", "../../etc/passwd", "\U0001f600",
)  # fmt: skip


@pytest.fixture(scope="module")
def network():
    served = ServedNetwork(MODELS["ideal_market_maker"](rng=1), chain_id="test")
    for _ in range(5):
        served.next_block()
    yield served
    served.close()


@pytest.fixture(scope="module")
def client(network):
    with TestClient(create_app(network, clock=False), raise_server_exceptions=False) as found:
        yield found


def odd(draw, depth=0):
    value = draw.choice(ODD)
    if depth < 3 and draw.random() < 0.3:
        return {draw.choice(("marketId", "price", "x", "orderSubmission")): odd(draw, depth + 1) for _ in range(2)}
    return value


class Attacker:
    def __init__(self, client, network, draw):
        self.client, self.draw = client, draw
        self.chain_id = network.chain.genesis.chain_id
        self.wallet = Wallet(draw.randbytes(32))
        self.market = network.model.market.id
        self.replayed = self.wallet.envelope(self.chain_id, 0, encode(FaucetMint(asset="VOTE", amount=5)))
        assert client.post("/transactions", json=self.replayed).status_code == 200

    def post(self, body, path="/transactions"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, content=content, headers={"content-type": "application/json"})

    def forged(self):
        body = Wallet(self.draw.randbytes(32)).envelope(self.chain_id, 0, encode(FaucetMint(asset="VOTE", amount=9)))
        where = self.draw.choice(("signature", "party"))
        at = self.draw.randrange(len(body[where]))
        digit = self.draw.choice([d for d in "0123456789abcdef" if d != body[where][at]])
        return self.post(body | {where: body[where][:at] + digit + body[where][at + 1 :]})

    def replay(self):
        return self.post(self.replayed)

    def wrong_nonce(self):
        nonce = self.draw.choice((0, 2, 3, 10**6, 2**53 - 1))
        return self.post(self.wallet.envelope(self.chain_id, nonce, encode(FaucetMint(asset="VOTE", amount=5))))

    def oversized(self):
        return self.post(b" " * (LARGEST_BODY + self.draw.randrange(1, 1_000)))

    def not_json(self):
        return self.post(self.draw.choice((b"", b"{", b"\xff\xfe", b"[" * 9_000, b"NaN", b"1" * 9_000, b'"\\ud800"')))

    def odd_envelope(self):
        body = dict(self.replayed)
        body[self.draw.choice((*body, "more"))] = odd(self.draw)
        if body == self.replayed:
            body["nonce"] = -1
        return self.post(body)

    def signed_nonsense(self):
        name = self.draw.choice((*known(), "nothing", ""))
        fields = ("marketId", "side", "size", "price", "type", "asset", "amount", "orderId", "nonsense")
        body = {field: odd(self.draw) for field in self.draw.sample(fields, 4)}
        body["nonsense"] = odd(self.draw)  # no command has it, so none is good by chance
        command = self.draw.choice(({name: body}, {name: body, "another": {}}, {name: odd(self.draw) or "x"}))
        if isinstance(command.get(name), dict):
            command[name]["nonsense"] = 1
        return self.post(self.wallet.envelope(self.chain_id, 1, command))

    def unknown_market(self):
        order = {"marketId": "0" * 64, "side": "SIDE_BUY", "size": "1", "price": "1", "type": "TYPE_LIMIT"}
        order |= {"timeInForce": "TIME_IN_FORCE_GTC", "size": self.draw.choice(("0", "-1", "1" * 60, "0.5"))}
        return self.post(self.wallet.envelope(self.chain_id, 1, {"orderSubmission": order}))

    def odd_question(self):
        path = self.draw.choice(
            ("/orders", "/trades", "/accounts", "/positions", "/feed", "/blocks", f"/markets/{self.market}/depth",
             f"/markets/{self.market}/margin", f"/markets/{self.market}/candles", "/history/x", "/markets/x/data")
        )  # fmt: skip
        name = self.draw.choice(("limit", "since", "until", "wait", "levels", "size", "side", "interval", "price"))
        value = self.draw.choice(("-1", "x", "1e999", "nan", "9" * 400, "", "\x00", "0"))
        answer = self.client.get(path, params={name: value})
        assert answer.status_code < 500, (path, name, value)
        return self.client.get(f"/markets/{value.replace(chr(0), '%00') or 'none'}")

    def odd_graphql(self):
        aliases = " ".join(f"a{number}:markets{{id}}" for number in range(50))
        query = self.draw.choice(
            (
                "{", "{nothing}", "mutation{x}", '{depth(market:"x",levels:-1){buy{price}}}',
                "{trades(limit:99999){id}}",
                "{" + aliases + "}", "{" * 3_000, "query($a:Int!){block{height}}",
            )
        )  # fmt: skip
        answer = self.post({"query": query, "variables": odd(self.draw)}, "/graphql")
        assert answer.status_code < 500, (query, answer.text)
        return self.client.request(self.draw.choice(("PUT", "DELETE", "PATCH")), "/graphql")


def test_a_thousand_bad_requests_change_nothing(client, network):
    draw = random.Random(1)
    attacker = Attacker(client, network, draw)
    kinds = [getattr(attacker, name) for name in vars(Attacker) if name not in ("__init__", "post") and name[0] != "_"]
    before, entries = network.chain.state_hash(), len(network.chain.log)
    for number in range(REQUESTS):
        kind = kinds[number % len(kinds)]
        answer = kind()
        assert 400 <= answer.status_code < 500, (kind.__name__, answer.status_code, answer.text)
    assert network.chain.state_hash() == before
    assert len(network.chain.log) == entries
    assert client.get("/health").json()["status"] == "ok"


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["positive", "negative"])  # as the description allows, and against it
def test_the_server_does_as_its_openapi_says(network, client, mode):
    schemathesis = pytest.importorskip("schemathesis")
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    before, entries = network.chain.state_hash(), len(network.chain.log)
    asked = []

    def ask(case):
        if case.path == "/feed":
            case.query = {**(case.query or {}), "wait": 0}  # nobody makes blocks here
        if mode == "positive" and "market" in (case.path_parameters or {}):
            case.path_parameters["market"] = network.model.market.id
        sent = case.as_transport_kwargs(base_url="http://testserver")
        names = {"method": "method", "url": "url", "params": "params", "json": "json", "data": "content",
                 "headers": "headers"}  # fmt: skip
        answer = client.request(**{names[name]: sent[name] for name in names if sent.get(name) is not None})
        assert answer.status_code < 500, (sent, answer.text)
        asked.append(answer.status_code)

    for operation in schema.get_all_operations():
        cases = operation.ok().as_strategy(generation_mode=schemathesis.GenerationMode(mode))
        with suppress(Unsatisfiable):  # who takes nothing can be asked nothing wrong
            SEARCH(given(cases)(ask))()
    assert len(asked) > 400
    assert network.chain.state_hash() == before
    assert len(network.chain.log) == entries
