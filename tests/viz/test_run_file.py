"""A saved run comes back exactly, with what was done by hand; damaged and foreign files are refused in words."""

import json

import pytest

from vega_mesa.errors import ReplayDiverged, StoreError
from vega_mesa.models import MODELS
from vega_mesa.viz.desk import create, deposit, guard
from vega_mesa.viz.run_file import RunFile


def traded(kind="ideal_market_maker", **arguments):
    """A run with a hand trader in it, who deposits with blocks of its own, trades and leaves."""
    model = guard(MODELS[kind](rng=3, num_steps=40, **arguments))
    for _ in range(4):
        model.step()
    alice = model.agent(create(model, "alice"))
    deposit(model, alice, "50000", wait=True)
    model.step()
    alice.buy(0.1)
    alice.submit_order(None, "sell", 0.2, 90_000)
    model.step()
    alice.cancel_orders()
    create(model, "")
    model.chain.next_block()
    for _ in range(3):
        model.step()
    return model


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"traders": 2, "blocks_per_step": 3, "network_parameters": {"market.fee.factors.makerFee": "0.001"}},
        {"transactions_per_block": 0, "ordering": "shuffle"},
        {"transactions_per_block": 3},
    ],
)
def test_a_saved_run_comes_back_and_goes_on_as_it_would_have(arguments):
    model = traded(**arguments)
    told = []
    again = RunFile.read(RunFile.of(model).text()).again(lambda done, all: told.append((done, all)))
    assert told[-1] == (9, 9)
    assert again.chain.state_hash() == model.chain.state_hash()
    assert [agent.key for agent in again.agents] == [agent.key for agent in model.agents]
    assert again.arguments == model.arguments
    for _ in range(5):
        again.step()
        model.step()
    assert again.chain.state_hash() == model.chain.state_hash()
    assert RunFile.of(again) == RunFile.of(model)


def test_a_run_that_has_ended_comes_back_ended():
    model = guard(MODELS["curve_market_maker"](rng=1, num_steps=6)).run()
    again = RunFile.read(RunFile.of(model).text()).again()
    assert again.finished
    assert again.chain.state_hash() == model.chain.state_hash()


def test_a_refused_command_is_part_of_the_run():
    model = guard(MODELS["ideal_market_maker"](rng=1))
    model.step()
    bob = model.agent(create(model, "bob"))
    assert bob.buy(1).error
    assert RunFile.of(RunFile.of(model).again()) == RunFile.of(model)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "vega_mesa run 0"}, "not a run that this version"),
        ({"model": "perpetuum_mobile"}, "perpetuum_mobile"),
        ({"arguments": {"engines": 4}}, "engines"),
        ({"arguments": {"traders": "many"}}, "cannot be made again"),
        ({"seed": -1}, "damaged"),
        ({"steps": "9"}, "damaged"),
        ({"byHand": [{"step": 2, "height": 3, "command": {"format": {}}}]}, "damaged"),
        ({"byHand": [{"step": 10, "height": 3}]}, "out of order"),
        ({"byHand": [{"step": 2, "height": 3, "party": "nobody", "command": {"faucetMint": {}}}]}, "damaged"),
    ],
)
def test_damaged_and_foreign_files_are_refused(change, words):
    content = json.loads(RunFile.of(traded()).text()) | change
    with pytest.raises(StoreError, match=words):
        RunFile.read(json.dumps(content)).again()


def test_what_is_no_run_at_all_is_refused():
    for text in ("", "\x00\x01", "[]", "{", '{"format": 1}', "[" * 100_000):
        with pytest.raises(StoreError, match=r"not a (saved )?run"):
            RunFile.read(text)


def test_another_outcome_than_the_saved_one_is_refused():
    content = json.loads(RunFile.of(traded()).text())
    for change in ({"seed": 4}, {"steps": 10}, {"byHand": []}, {"height": content["height"] + 1}):
        with pytest.raises(ReplayDiverged):
            RunFile.read(json.dumps(content | change)).again()


def test_loading_can_be_stopped():
    with pytest.raises(StoreError, match="stopped"):
        RunFile.of(traded()).again(stopped=lambda: True)


def test_a_model_of_ones_own_is_not_saved():
    class Own(MODELS["ideal_market_maker"]):
        pass

    with pytest.raises(StoreError, match="Own"):
        RunFile.of(Own(rng=1))
