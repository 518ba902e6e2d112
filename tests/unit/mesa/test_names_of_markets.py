"""A market is found by name at once, and by the name that it has now."""

from dataclasses import replace

import pytest

from vega_mesa.errors import UnknownMarket
from vega_mesa.models import MultiMarketLoad


@pytest.fixture(scope="module")
def model():
    model = MultiMarketLoad(rng=1, markets=2)
    model.initialise()
    return model


def test_a_name_is_looked_up_once(model):
    found = model.find_market("BTC/USDT-2")
    assert model.find_market("BTC/USDT-2") is found is model.find_market(found.id)
    assert model.find_market(found.definition.name) is found


def test_a_market_that_was_renamed_goes_by_its_new_name(model):
    first, second = (model.find_market(code) for code in model.codes)
    second.update(replace(second.definition, code="BTC/USDT"))  # a newer market takes an older one's code
    assert model.find_market("BTC/USDT") is second and model.find_market(first.id) is first
    with pytest.raises(UnknownMarket):
        model.find_market("BTC/USDT-2")
    second.update(replace(second.definition, code="BTC/USDT-2"))
    assert model.find_market("BTC/USDT") is first


def test_a_fork_finds_its_own_markets(model):
    model.find_market("BTC/USDT")
    fork = model.fork()
    assert fork.find_market("BTC/USDT") is fork.market is not model.market
