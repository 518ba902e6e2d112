"""The checks that we give to others: good agents pass, and each rule that is broken is named."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vega_mesa.agent import VegaAgent
from vega_mesa.agents import SimpleAgent
from vega_mesa.agents.random_commands import KINDS, Vocabulary
from vega_mesa.chain.commands import check, decode, encode
from vega_mesa.errors import ConfigError, MissingExtra
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.testing import Stage, check_agent, check_invariants, check_model, strategies


class Good(VegaAgent):
    def initialise(self):
        self.fund(self.find_market().asset, 100_000)

    def step(self):
        if self.is_continuous() and self.random.random() < 0.5:
            self.buy(0.01)


class KeepsALambda(Good):
    def step(self):
        self.rule = lambda price: price > 0


class TossesItsOwnCoin(Good):
    def step(self):
        if self.is_continuous():
            self.buy(0.001 * random.SystemRandom().randint(1, 1_000))  # so many sides that no two tosses agree


class LooksAtTheClock(Good):
    def step(self):
        if self.is_continuous():
            self.buy(0.001 * (1 + time.perf_counter_ns() % 1_000))


class TrustsTheNetwork(Good):
    def step(self):
        if self.is_continuous():
            receipt = self.submit_order(None, "buy", 0.01, 100.0)
            assert receipt.order.remaining >= 0  # there is none when it is refused


class IsImpatient(Good):
    def step(self):
        if self.is_continuous():
            self.cancel_order(self.submit_order(None, "buy", 0.01, 100.0).transaction.order.id)


class Forges(Good):
    def step(self):
        accounts = self.model.exchange.collateral.accounts.values()
        own = [account for account in accounts if account.owner == self.key and account.type is AccountType.GENERAL]
        own[0].balance += 1


class Overdraws(Good):
    def step(self):
        asset, accounts = self.find_market().asset, self.model.exchange.collateral.accounts.values()
        general = [each for each in accounts if each.type is AccountType.GENERAL and each.asset == asset]
        mine = next(each for each in general if each.owner == self.key)
        other = next(each for each in general if each.owner != self.key)
        other.balance += mine.balance + 5
        mine.balance = -5


class Stops(Good):
    def step(self):
        self.model.finalise()


@pytest.mark.parametrize("maker", [Good, SimpleAgent, (SimpleAgent, {"size": 0.2})], ids=str)
def test_good_agents_pass(maker):
    model = check_agent(maker, steps=6)
    assert model.finished and model.step_count == 6


@pytest.mark.parametrize(
    ("maker", "complaint"),
    [
        (KeepsALambda, "KeepsALambda: does not pickle"),
        (TossesItsOwnCoin, "TossesItsOwnCoin: two runs with the same seed differ"),
        (LooksAtTheClock, "LooksAtTheClock: two runs with the same seed differ"),
        (TrustsTheNetwork, "TrustsTheNetwork: does not survive that the network refuses every command"),
        (IsImpatient, "IsImpatient: does not survive that"),
        (Forges, "Forges, step 1: .*: asset .*off by"),
        (Overdraws, "Overdraws, step 1: .*account .*: -5"),
        (Stops, "Stops: the run ended after 1 steps"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_rule_is_named(maker, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check_agent(maker, steps=10)


# -- models ------------------------------------------------------------------------------------------------------------


class Positional(Stage):
    def __init__(self, size=1.0, *, rng=None, num_steps=5):
        super().__init__(rng=rng, num_steps=num_steps)


class Demanding(Stage):
    def __init__(self, *, size, rng=None, num_steps=5):
        super().__init__(rng=rng, num_steps=num_steps)


class Unseeded(Stage):
    def __init__(self, *, rng=None, num_steps=5):
        super().__init__(rng=None, num_steps=num_steps)


class Meddles(Stage):
    def __init__(self, *, rng=None, num_steps=5):
        super().__init__(rng=rng, num_steps=num_steps)

    def step(self):
        super().step()
        self.exchange.set_parameter("market.fee.factors.makerFee", "0.00123")  # past the log of transactions


def test_a_good_model_passes():
    assert check_model(Stage, steps=8).finished


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        (Positional, "Positional: size may be given by position"),
        (Demanding, "Demanding: size has no default"),
        (Unseeded, "Unseeded: two runs with the same seed differ"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_model_that_breaks_a_rule_is_named(kind, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check_model(kind, steps=5)


def test_a_model_whose_log_does_not_tell_everything_is_found():
    with pytest.raises(Exception, match="replay"):
        check_model(Meddles, steps=5)


def test_a_crossed_book_is_found():
    model = Stage(num_steps=8)
    for _ in range(5):
        model.step()
    check_invariants(model.chain)
    model.market.positions.by_party["BackgroundMarket-1"].size += 1
    with pytest.raises(AssertionError, match="add up to 1"):
        check_invariants(model.chain)


# -- strategies --------------------------------------------------------------------------------------------------------

WORDS = Vocabulary(markets=("m",), assets=("a",), orders=("o",), parties=("p",), now=10**18)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.commands(WORDS))
def test_commands_are_well_formed_and_survive_json(command):
    check(command)
    assert decode(encode(command)) == command
    assert type(command).__name__ in KINDS


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.schedules(WORDS, ["p", "q"], kinds=["OrderSubmission"], longest=5))
def test_schedules_are_of_blocks_and_commands(schedule):
    assert 1 <= len(schedule) <= 5
    for entry in schedule:
        assert entry in (1, 2, 3) or (entry[0] in ("p", "q") and type(entry[1]).__name__ == "OrderSubmission")


def test_strategies_say_what_is_wrong(monkeypatch):
    with pytest.raises(ConfigError, match="kinds"):
        strategies.commands(WORDS, kinds=["Nonsense"])
    assert isinstance(strategies.commands(WORDS), st.SearchStrategy)
    monkeypatch.setitem(__import__("sys").modules, "hypothesis.strategies", None)
    with pytest.raises(MissingExtra, match="pip install hypothesis"):
        strategies.commands(WORDS)
