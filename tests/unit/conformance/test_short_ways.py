"""Vega's scenarios on networks side by side, one of which nobody listens to: they stay in the same state.

The scenarios check the exchange step by step, by the events that it sends; so they never see what it does at once while
nobody listens. Here each of them runs in several worlds, step by step: in one that tells everything and goes the long
ways; in one that tells everything, but takes plain orders for what they are; and in one that tells nothing, where every
short way is open. Whether the scenario holds is not asked here, only whether all worlds answer the same.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.configurations import Configurations
from tests.conformance.parsing import find_features, read_feature
from tests.conformance.recorder import Recorder
from tests.conformance.runner import REGISTRY
from tests.conformance.world import World
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.protocol.markets import silent_marking
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.matching.identifiers import IdGenerator

FEATURES = Path(os.environ.get("VEGA_FEATURES", Path(__file__).parents[4] / "shared/conformance/features"))
OF_NO_CONCERN = {"activity-streak", "pap", "rewards", "spot", "spots", "teams", "transfers", "vesting"}
PLAIN_EVERY = 5  # scenarios: most of what rests there also rests where nobody listens


class HeardWorld(World):
    """A world that tells everything. What rewards come from is not recorded: that would make all marks long."""

    records_activity = False

    def answer(self, step):
        """Carry a step out; returns what it objects to. No order is taken for a plain one."""
        with pytest.MonkeyPatch.context() as patch:
            for way in ("submit_plain", "cancel_plain"):
                patch.setattr(FuturesMarket, way, lambda *_: None)
            return objection(step, self)

    def balances(self):
        return {key: account.balance for key, account in self.exchange.collateral.accounts.items()}


def objection(step, world):
    """What a step objects to in a world, if anything."""
    try:
        REGISTRY.run(step.text, step.table, world)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other worlds have to say the same
        return f"{type(error).__name__}: {error}"
    return None


class UnheardWorld(HeardWorld):
    """A world that tells nothing. Its steps read what was told in the heard one."""

    taken = Counter()

    def __init__(self, configurations, heard):
        self.heard = heard
        super().__init__(configurations, perps=heard.perps)

    def _listen(self):
        self.recorder, self.reconciliation = self.heard.recorder, self.heard.reconciliation
        self.profits = self.heard.profits
        self.sequence = None

    def _remember_stakes(self, event):
        super()._remember_stakes(event)
        self.sequence = event.sequence

    def epoch(self):
        """Steps wait for it to end: it has to be this world's own."""
        return self.sequence

    def execute(self, party, command, id_root=None):
        """As a chain does it: what is plain goes the short way."""
        root = self.next_id() if id_root is None else id_root
        outcome = self.exchange.execute_plain(party, command, IdGenerator(root))
        if outcome is None:
            return super().execute(party, command, root)
        self.taken["fills" if outcome.trades else type(command).__name__] += 1
        return outcome

    def answer(self, step):
        """A step that clears what was told clears it in the heard world's memory, where it has been cleared."""
        stores = self.recorder.stores.values()
        cleared = [store.start for store in stores]
        for store, start in zip(stores, self.heard.cleared_before, strict=True):
            store.start = start
        answer = objection(step, self)
        for store, start in zip(stores, cleared, strict=True):
            store.start = start
        return answer


class PlainWorld(UnheardWorld):
    """A world that tells everything, and takes plain orders for what they are."""

    def _listen(self):
        super()._listen()
        self.told = Recorder(self.exchange.bus)

    def differences(self):
        """Topics of which it has told something else than the heard world."""
        return [
            topic for topic, store in self.heard.recorder.stores.items() if told(store) != told(self.told.stores[topic])
        ]


def told(store):
    """The events of a topic without their numbers, as one number."""
    return state_hash([[getattr(event, name) for name in event.__slots__ if name != "seq"] for event in store.events])


def disagreement(scenario, configurations, *, with_plain):
    """Where the worlds of a scenario part; None if they never do."""
    heard = HeardWorld(configurations)
    unheard = UnheardWorld(configurations, heard)
    plain = PlainWorld(configurations, heard) if with_plain else None
    others = [world for world in (unheard, plain) if world is not None]
    for step in scenario.steps:
        heard.recorder.start_step()
        heard.cleared_before = [store.start for store in heard.recorder.stores.values()]
        answer, balances = heard.answer(step), None
        for world in others:
            if (other := world.answer(step)) != answer:
                return f"{type(world).__name__} at line {step.line}: {other} instead of {answer}"
            balances = balances or heard.balances()
            if world.balances() != balances:
                return f"balances of {type(world).__name__} at line {step.line}"
    if state_hash(heard.exchange) != state_hash(unheard.exchange):
        return "state at the end"
    topics = plain.differences() if plain is not None else []
    return f"events: {', '.join(topics)}" if topics else None


@pytest.fixture
def taken(monkeypatch):
    """How often each short way was taken where nothing is told."""
    count = Counter()
    settle = silent_marking.settle

    def settle_and_count(market, mark):
        done = settle(market, mark)
        count["marks"] += done
        return done

    monkeypatch.setattr(silent_marking, "settle", settle_and_count)
    monkeypatch.setattr(UnheardWorld, "taken", count)
    return count


@pytest.mark.slow
@pytest.mark.skipif(not FEATURES.is_dir(), reason=f"Vega's scenarios stay outside the project: none in {FEATURES}")
def test_scenarios_come_to_the_same_whoever_listens(taken):
    found, number = [], 0
    for path in find_features(FEATURES, []):
        if path.relative_to(FEATURES).parts[0] in OF_NO_CONCERN:
            continue
        configurations = Configurations()
        for scenario in read_feature(FEATURES, path):
            number += 1
            where = disagreement(scenario, configurations, with_plain=number % PLAIN_EVERY == 0)
            if where is not None:
                found.append(f"{scenario.key} {where}")
    assert not found
    assert number > 500
    assert min(taken[way] for way in ("OrderSubmission", "fills", "OrderCancellation", "marks")) > 100, taken
