"""Two futures: equal but for what was changed, and the present stays as it is."""

import numpy as np
import pytest

from vega_mesa.errors import ConfigError, UsageError
from vega_mesa.models import MODELS
from vega_mesa.viz.desk import guard
from vega_mesa.viz.futures import compare, fork

FEE = "market.fee.factors.makerFee"


@pytest.fixture
def model():
    made = guard(MODELS["ideal_market_maker"](rng=1, num_steps=60))
    for _ in range(10):
        made.step()
    return made


def test_a_copy_with_a_seed_goes_on_otherwise_and_the_same_each_time(model):
    plain, one, same, other = fork(model), fork(model, seed=5), fork(model, seed=5), fork(model, seed=6)
    assert {twin.chain.state_hash() for twin in (plain, one, same, other)} == {model.chain.state_hash()}
    assert one.rng is not model.rng and isinstance(one.rng, np.random.Generator)
    for twin in (plain, one, same, other, model):
        for _ in range(3):
            twin.step()
    assert plain.chain.state_hash() == model.chain.state_hash()
    assert one.chain.state_hash() == same.chain.state_hash()
    assert len({twin.chain.state_hash() for twin in (plain, one, other)}) == 3


def test_only_what_was_changed_differs(model):
    before = model.chain.state_hash()
    told = []
    found = compare(model, 8, parameters={FEE: "0.01"}, progress=lambda done, all: told.append((done, all)))
    assert model.chain.state_hash() == before
    assert told == [(step, 8) for step in range(1, 9)]
    assert [step for step, _ in found.changed.marks] == list(range(10, 19))
    assert found.as_it_is.marks[0] == found.changed.marks[0] == found.past[-1]
    assert found.change == f"{FEE} = 0.01"
    rows = {name: (one, other) for name, one, other in found.rows()}
    one, other = rows["profit of AvellanedaStoikovMarketMaker"]
    assert other > one  # it earns the fee
    assert rows["volume since the fork"][0] > 0
    goes_on = fork(model)
    for _ in range(8):
        goes_on.step()
    assert goes_on.profit_by_type() == found.as_it_is.profits


def test_another_seed_is_another_price_path(model):
    found = compare(model, 5, seed=77)
    assert found.as_it_is.marks[0] == found.changed.marks[0]
    assert found.as_it_is.marks[1:] != found.changed.marks[1:]


def test_a_run_that_ends_ends_both_futures(model):
    found = compare(model, 1_000, seed=2)
    assert found.changed.marks[-1][0] == 60
    model.run()
    with pytest.raises(UsageError, match="ended"):
        compare(model, 5, seed=2)


def test_mistakes_are_told(model):
    with pytest.raises(UsageError, match="nothing would differ"):
        compare(model, 5)
    with pytest.raises(UsageError, match="steps"):
        compare(model, 0, seed=1)
    with pytest.raises(ConfigError, match="makerFee"):
        compare(model, 5, parameters={FEE: "2"})
    with pytest.raises(ConfigError, match=r"no\.such"):
        compare(model, 5, parameters={"no.such": "2"})


def test_every_model_can_be_forked_with_a_seed():
    for kind in MODELS.values():
        made = kind(rng=1)
        made.step()
        twin = fork(made, seed=3)
        twin.step()
        assert not twin.imbalance()
