"""Agents that look, measure or throw: the snitch, the delay checker, the fuzzer and its commands."""

from random import Random

import pytest

from vega_mesa.agents import FuzzingAgent, Snitch, TransactionDelayChecker
from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.agents.random_commands import KINDS, RandomCommands, Vocabulary, vocabulary_of
from vega_mesa.errors import ConfigError, InvariantBroken
from vega_mesa.testing import Stage, check_invariants

ORDERED = {"terms": BITCOIN_FUTURE | {"enableTransactionReordering": True}}


def test_a_snitch_changes_nothing_and_forgets_nothing():
    # as the last agent: whoever comes after it would be shuffled otherwise
    quiet, watched = Stage(num_steps=15), Stage(num_steps=15, makers=[(Snitch, {"key": "snitch"})])
    watched.run()
    snitch = watched.agent("snitch")
    trades = snitch.table("trades")
    assert len(trades) == watched.tally.trades[watched.market.id]
    assert trades["size"].sum() == pytest.approx(watched.summary()["volume"])
    markets, books = snitch.table("markets"), snitch.table("books")
    assert list(markets["step"]) == [*range(15), 15]
    assert set(books["side"]) == {"buy", "sell"} and books["level"].max() == 4
    positions = snitch.table("positions")
    assert abs(positions.groupby("step")["position"].sum()).max() < 1e-9
    accounts = snitch.table("accounts")
    assert "BackgroundMarket-1" in set(accounts["owner"]) and (accounts["balance"] != 0).all()
    assert len(quiet.run().agents) == len(watched.agents) - 1


def test_a_copy_of_the_model_has_a_snitch_that_hears():
    model = Stage(num_steps=20, makers=[(Snitch, {"key": "snitch", "tables": ("trades",)})])
    for _ in range(8):
        model.step()
    copy = model.fork()
    model.run()
    copy.run()
    assert copy.agent("snitch").rows == model.agent("snitch").rows
    assert len(copy.agent("snitch").rows["trades"]) == copy.tally.trades[copy.market.id]
    with pytest.raises(ConfigError, match="name"):
        model.agent("snitch").table("books")


@pytest.mark.parametrize("delay", [1, 3])
def test_what_can_take_waits_and_makers_do_not(delay):
    parameters = {"market.aggressiveOrderBlockDelay": str(delay)}
    model = Stage(
        num_steps=30,
        manager=ORDERED,
        transactions_per_block=0,
        ordering="vega",
        network_parameters=parameters,
        makers=[(TransactionDelayChecker, {"key": "checker", "every": 5, "distance": 0.02})],
    ).run()
    delays = model.agent("checker").delays()
    found = delays.groupby("kind")["delay"].agg(["min", "max"])
    assert len(delays) > 9 and delays["error"].isna().all()
    assert tuple(found.loc["aggressive"]) == (delay, delay)
    assert tuple(found.loc["post_only"]) == tuple(found.loc["cancellation"]) == (0, 0)


def test_nothing_waits_where_transactions_execute_as_they_come():
    model = Stage(num_steps=15, makers=[(TransactionDelayChecker, {"key": "checker"})]).run()
    assert set(model.agent("checker").delays()["delay"]) == {0}


# -- the fuzzer --------------------------------------------------------------------------------------------------------


def test_every_kind_of_command_is_drawn():
    source = RandomCommands(Random(1), sense=0.0, junk=0.0)
    words = Vocabulary(markets=("m",), assets=("a",), now=10**18)
    drawn = {type(source.draw(words)).__name__ for _ in range(2_000)}
    assert drawn == set(KINDS)
    with pytest.raises(ConfigError, match="kinds"):
        RandomCommands(Random(1), kinds=["Nonsense"])


def test_commands_name_what_exists():
    model = Stage(num_steps=10)
    for _ in range(5):
        model.step()
    agent = model.agent("BackgroundMarket-1")
    words = vocabulary_of(agent, model.market.id)
    assert words.markets == (model.market.id,) and model.market.asset in words.assets
    assert set(words.orders) <= {order.id for order in agent.orders()} and words.orders
    low, high = words.prices
    assert low < 600_000 < high and high < 700_000  # in market decimals
    assert "market.fee.factors.makerFee" in words.parameters and agent.key in words.parties


def test_a_fuzzer_is_refused_misunderstood_and_heard():
    model = Stage(num_steps=60, makers=[(FuzzingAgent, {"key": "fuzzer", "commands": 20})])
    model.initialise()
    while not model.finished:
        model.step()
        check_invariants(model.chain)
    fuzzer = model.agent("fuzzer")
    assert fuzzer.sent == 60 * 20
    assert fuzzer.accepted > 100 and fuzzer.refused > 100 and fuzzer.mistakes["InvalidCommand"] > 100
    assert len(fuzzer.refusals) > 10


def test_a_fuzzer_hides_no_defect():
    model = Stage(num_steps=10, makers=[(FuzzingAgent, {"key": "fuzzer", "kinds": ("OrderCancellation",)})])
    model.initialise()
    fuzzer = model.agent("fuzzer")
    for defect in (InvariantBroken("money appeared"), KeyError("x")):

        def send(command, defect=defect):
            raise defect

        fuzzer.send = send
        with pytest.raises(type(defect)):
            fuzzer.step()
