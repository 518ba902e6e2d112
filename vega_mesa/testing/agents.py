"""Whether an agent keeps to the rules that every agent keeps."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any, Final

from vega_mesa.agent import VegaAgent
from vega_mesa.chain.transaction import Transaction
from vega_mesa.model import VegaModel
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.testing.invariants import check_invariants, whole_state
from vega_mesa.testing.stage import Stage

Maker = Callable[..., Any] | tuple[Callable[..., Any], Mapping[str, Any]]
REFUSAL: Final = "refused for a test"


def check_agent(maker: Maker, *, model: Callable[..., VegaModel] = Stage, steps: int = 12, rng: int = 1) -> VegaModel:
    """Try an agent on a small market: it pickles, repeats itself, survives refusals, never overspends, finishes.

    Args:
        maker: a class, a pair of a class and its keyword arguments, or a function that takes the model and makes
            agents on it.
        model: what to try it on: a class of models that takes ``rng``, ``num_steps`` and ``makers``.
        steps: length of a run.
        rng: seed.

    Returns:
        The model of the undisturbed run, at its end, for further questions.

    Raises:
        AssertionError: a sentence that names the agent and what it does wrong.
    """
    check = _Check(maker, model, steps, rng)
    finished = check.finishes_and_never_overspends()
    check.repeats_itself(finished)
    check.pickles(finished)
    check.survives_refusals()
    check.survives_waiting()
    return finished


class _Check:
    def __init__(self, maker: Maker, model: Callable[..., VegaModel], steps: int, rng: int) -> None:
        self.maker = maker
        self.model = model
        self.steps = steps
        self.rng = rng
        function = maker[0] if isinstance(maker, tuple) else maker
        self.name = getattr(function, "__name__", repr(function))

    def make(self, **terms: Any) -> VegaModel:
        return self.model(rng=self.rng, num_steps=self.steps, makers=[self.maker], **terms)

    def run(self, model: VegaModel) -> VegaModel:
        model.initialise()
        self.look(model)
        while not model.finished:
            model.step()
            self.look(model)
        return model

    def look(self, model: VegaModel) -> None:
        try:
            check_invariants(model.chain)
        except AssertionError as broken:
            raise AssertionError(f"{self.name}, step {model.step_count}: {broken}") from None

    def finishes_and_never_overspends(self) -> VegaModel:
        model = self.run(self.make())
        assert model.step_count == self.steps, f"{self.name}: the run ended after {model.step_count} steps"
        return model

    def repeats_itself(self, first: VegaModel) -> None:
        again = self.run(self.make())
        assert whole_state(again) == whole_state(first), (
            f"{self.name}: two runs with the same seed differ; take random numbers from self.random or model.rng only"
        )

    def pickles(self, first: VegaModel) -> None:
        model = self.make()
        for _ in range(self.steps // 2):
            model.step()
        try:
            copy = model.fork()
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise AssertionError(f"{self.name}: does not pickle: {error}") from error
        assert whole_state(copy) == whole_state(model), f"{self.name}: a copy of the model is in another state"
        end = whole_state(first)
        assert whole_state(self.run(copy)) == end, f"{self.name}: a copy of the model has another future"
        assert whole_state(self.run(model)) == end, f"{self.name}: to be copied changed the model's future"

    def survives_refusals(self) -> None:
        for every in (1, 2):
            model = self.make()
            model.initialise()
            refusing = _Refusing(model, every, self.tried(model))
            try:
                self.run(model)
            except AssertionError:
                raise
            except Exception as error:
                raise AssertionError(
                    f"{self.name}: does not survive that the network refuses every command"
                    f"{'' if every == 1 else ' but one'}: {error!r}"
                ) from error
            refusing.stop()

    def survives_waiting(self) -> None:
        for ordering in ("shuffle", "vega"):
            model = self.make(transactions_per_block=0, ordering=ordering)
            try:
                self.run(model)
            except AssertionError:
                raise
            except Exception as error:
                raise AssertionError(
                    f"{self.name}: does not survive that transactions wait, ordering={ordering!r}: {error!r}"
                ) from error

    def tried(self, model: VegaModel) -> set[str]:
        """Keys of the agents that are tried: those that a run without them does not have."""
        without = self.model(rng=self.rng, num_steps=1)
        others = {agent.key for agent in without.agents if isinstance(agent, VegaAgent)}
        return {agent.key for agent in model.agents if isinstance(agent, VegaAgent)} - others


class _Refusing:
    """Stands between some parties and the chain, and refuses every so manieth of their commands."""

    def __init__(self, model: VegaModel, every: int, parties: set[str]) -> None:
        self.chain = model.chain
        self.every = every
        self.parties = parties
        self.count = 0
        self.submit = model.chain.submit
        model.chain.submit = self  # type: ignore[method-assign]

    def __call__(self, party: str, command: Any) -> Transaction:
        if party in self.parties:
            self.count += 1
            if self.count % self.every == 0:
                return self.refuse(party, command)
        return self.submit(party, command)

    def refuse(self, party: str, command: Any) -> Transaction:
        nonce = self.chain.nonces.get(party, 0)
        self.chain.nonces[party] = nonce + 1
        transaction = Transaction(self.chain.sender(party), nonce, command)
        transaction.outcome, transaction.height = Outcome(REFUSAL), self.chain.height
        return transaction

    def stop(self) -> None:
        del self.chain.submit  # the method of the class is back
