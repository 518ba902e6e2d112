"""The model without a market: running, seeds, keys, copies."""

import sys
from collections import Counter
from functools import partial

import mesa
import numpy as np
import pytest

from vega_mesa import compat
from vega_mesa.agent import VegaAgent
from vega_mesa.errors import ConfigError, UnknownAsset, UnknownMarket, UnknownParty
from vega_mesa.model import VegaModel


class Recorder(VegaAgent):
    def initialise(self):
        self.model.story.append(("initialise", self.key))

    def step(self):
        self.model.story.append(("step", self.key, self.model.chain.height, self.random.random()))

    def finalise(self):
        self.model.story.append(("finalise", self.key))


class Named(VegaAgent):
    def __init__(self, model, *, tune=1, key=None):
        super().__init__(model, key=key)
        self.tune = tune


class Small(VegaModel):
    def __init__(self, *, agents=5, rng=None, **terms):
        super().__init__(rng=rng, **terms)
        self.story = []
        for _ in range(agents):
            Recorder(self)


def keys(story, what):
    return [entry[1] for entry in story if entry[0] == what]


def test_agents_initialise_in_order_step_shuffled_finalise_in_reverse():
    model = Small(rng=1, num_steps=3).run()
    names = [f"Recorder-{number}" for number in range(1, 6)]
    assert keys(model.story, "initialise") == names
    assert keys(model.story, "finalise") == names[::-1]
    steps = keys(model.story, "step")
    assert len(steps) == 15 and sorted(steps[:5]) == names
    assert steps[:5] != names or steps[5:10] != names


def test_every_activation_fills_one_block():
    model = Small(rng=1, num_steps=3)
    model.run()
    heights = [entry[2] for entry in model.story if entry[0] == "step"]
    assert heights == [1] * 5 + [2] * 5 + [3] * 5
    assert model.chain.height == 4


def test_a_step_is_so_many_blocks():
    model = Small(rng=1, num_steps=3, blocks_per_step=4, block_duration="1m")
    model.step()
    assert model.chain.height == 5
    assert model.chain.now == model.chain.genesis.time + 4 * 60 * 10**9
    assert model.step_count == 1 and not model.finished


def test_the_last_planned_step_ends_the_run_and_nothing_follows():
    model = Small(rng=1, num_steps=2)
    for _ in range(5):
        model.step()
    assert model.step_count == 2 and model.finished and not model.running
    assert len(keys(model.story, "finalise")) == 5
    model.finalise()
    assert len(keys(model.story, "finalise")) == 5
    assert len(model.market_table()) == 2


def test_run_may_plan_another_length():
    assert Small(rng=1, num_steps=2).run(4).step_count == 4
    assert Small(rng=1).run(3).finished


def test_equal_seeds_equal_stories():
    stories = [Small(rng=seed, num_steps=3).run().story for seed in (7, np.int64(7), 8)]
    assert stories[0] == stories[1] != stories[2]


def test_a_fresh_seed_is_told():
    model = Small()
    again = Small(rng=model.seed)
    assert model.run(2).story == again.run(2).story


@pytest.mark.parametrize(
    "terms",
    [
        {"rng": 1.5},
        {"rng": "x"},
        {"rng": -1},
        {"rng": True},
        {"rng": np.random.default_rng(1)},
        {"num_steps": 0},
        {"blocks_per_step": 0.5},
        {"block_duration": 0},
        {"ordering": "fastest"},
        {"collect": "some"},
        {"extra_agents": [3]},
        {"network_parameters": {"no.such": "1"}},
        {"network_parameters": {"validators.epoch.length": "soon"}},
    ],
    ids=lambda terms: str(terms).partition(" at 0x")[0],  # the same in every process
)
def test_terms_out_of_range_are_mistakes(terms):
    with pytest.raises(ConfigError):
        Small(**terms)


def test_keys_are_unique():
    model = Small(rng=1, agents=1)
    Named(model, key="alice")
    assert model.agent("alice").key == "alice"
    for key in ("alice", "Recorder-1", "", 5):
        with pytest.raises(ConfigError, match="key"):
            Named(model, key=key)
    with pytest.raises(UnknownParty):
        model.agent("bob")
    Named(model, key="Recorder-2")
    assert Recorder(model).key == "Recorder-3"


def test_extra_agents_are_classes_or_pairs():
    for extra, expected in (
        (Named, [1]),
        ([Named], [1]),
        ((Named, {"tune": 5}), [5]),
        ([Named, (Named, {"tune": 6})], [1, 6]),
    ):
        model = Small(rng=1, agents=0, extra_agents=extra)
        model.initialise()
        assert [agent.tune for agent in model.agents] == expected


def test_who_comes_late_is_initialised_and_who_leaves_does_not_act():
    class Parent(VegaAgent):
        def step(self):
            if self.model.step_count == 1:
                Recorder(self.model)
                for other in list(self.model.agents):
                    if isinstance(other, Recorder) and other.key == "Recorder-1":
                        other.remove()

    class Family(Small):
        pass

    model = Family(rng=3, agents=1)
    Parent(model)
    model.run(4)
    assert keys(model.story, "initialise") == ["Recorder-1", "Recorder-2"]
    assert 1 <= keys(model.story, "step").count("Recorder-1") <= 2
    assert keys(model.story, "step").count("Recorder-2") == 2
    assert keys(model.story, "finalise") == ["Recorder-2"]


def test_a_fork_has_the_same_future_until_somebody_interferes():
    model = Small(rng=5, num_steps=10)
    model.step()
    fork = model.fork()
    model.run()
    fork.run()
    assert fork.story == model.story
    assert fork.chain.state_hash() == model.chain.state_hash()
    twin = model.fork()
    assert Recorder(twin).unique_id == len(twin.agents)
    assert len(model.agents) == 5


def test_reading_what_is_not_there():
    model = Small(rng=1, agents=1)
    agent = next(iter(model.agents))
    assert model.market is None and not agent.is_trading() and agent.profit() == 0.0
    for read in (agent.best_bid, agent.position, agent.market_state, lambda: agent.buy(1), lambda: agent.best_bid("X")):
        with pytest.raises(UnknownMarket):
            read()
    with pytest.raises(UnknownAsset, match="VOTE"):
        agent.balance("EUR")
    assert model.summary()["market_state"] is None


def test_mesa_sees_an_ordinary_model():
    model = Small(rng=1)
    assert isinstance(model, mesa.Model) and isinstance(next(iter(model.agents)), mesa.Agent)
    model.agents.shuffle_do("step")
    model.run_model()
    assert len(model.agent_table().loc[1]) == 5
    assert list(model.market_table().index) == list(range(1, 101))


def test_repeats_speak_to_this_mesa():
    assert compat.repeats(3) in ({"iterations": 3}, {"rng": [None] * 3})


def test_an_idle_agent_costs_about_as_many_calls_as_in_mesas_own_shuffle():
    # How long it takes is measured in benchmarks/: time proves nothing on a machine that does other things too.
    def calls(action):
        made = Counter()
        sys.setprofile(lambda frame, event, argument: made.update([event]))
        try:
            action()
        finally:
            sys.setprofile(None)
        return made["call"] + made["c_call"]

    costs = []
    for number in (100, 1_100):
        model = VegaModel(rng=1, collect="nothing")
        for _ in range(number):
            VegaAgent(model)
        model.initialise()
        costs.append((calls(model.schedule.step), calls(partial(model.agents.shuffle_do, "step"))))
    (few, few_in_mesa), (many, many_in_mesa) = costs
    assert many - few <= 1.25 * (many_in_mesa - few_in_mesa)
