"""Agents that join a served network see all of its past, not only what happens from then on."""

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")

from starlette.testclient import TestClient

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.models import MODELS
from vega_mesa.server.joining import join
from vega_mesa.server.network import ServedNetwork
from vega_mesa.server.rest import create_app
from vega_mesa.server.service import NetworkService, NullService


@pytest.fixture
def network():
    served = ServedNetwork(MODELS["ideal_market_maker"](rng=1))
    for _ in range(6):
        served.next_block()
    yield served
    served.close()


def joined(client) -> tuple[VegaModel, VegaAgent]:
    service = NetworkService("http://testserver", secret=b"x" * 32)
    service._http = client
    model = join(VegaModel, service, rng=1)
    return model, VegaAgent(model, key="alice")


def test_what_a_key_deposited_on_an_earlier_day_is_not_its_profit(network):
    with TestClient(create_app(network, clock=False)) as client:
        model, alice = joined(client)
        alice.fund("USDT", 1_000)
        for _ in range(200):
            network.next_block()
            model.chain.next_block()
            if alice.general():
                break
        again, back = joined(client)
        assert back.key == alice.key != "alice"
        assert back.general() == alice.general() == 1_000
        assert back.profit() == alice.profit() == 0
        assert again.tally.volume == network.model.tally.volume
        assert again.chain.height == network.chain.height
        network.next_block()
        again.chain.next_block()
        assert again.chain.height == network.chain.height


def test_a_model_joins_a_chain_of_its_own_as_well():
    model = join(MODELS["ideal_market_maker"], NullService(), rng=1).run(5)
    assert model.chain.state_hash() == MODELS["ideal_market_maker"](rng=1).run(5).chain.state_hash()
