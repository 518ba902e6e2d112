"""Trading by hand: a party whose orders come from the page, and a lock that keeps them out of a running step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from vega_mesa.agent import VegaAgent
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError, UnknownParty, VegaMesaError
from vega_mesa.model import MOST_BLOCKS_FOR_DEPOSITS, VegaModel

Result = TypeVar("Result")


class HandTrader(VegaAgent):
    """A party whose orders come from the page; by itself it does nothing."""


class GuardedStep:
    """A model's step that waits while somebody acts by hand, and the other way round."""

    def __init__(self, model: VegaModel, step: Callable[[], None]) -> None:
        self.model = model
        self.step = step

    def __call__(self) -> None:
        """One step, alone."""
        with lock_of(self.model):
            self.step()


_locks: WeakKeyDictionary[VegaModel, threading.RLock] = WeakKeyDictionary()


def lock_of(model: VegaModel) -> Any:
    """The lock of a model: held by its steps, by what is done by hand and by what reads much at once."""
    return _locks.setdefault(model, threading.RLock())


def guard(model: VegaModel) -> VegaModel:
    """Make the steps of a model hold its lock; again does nothing."""
    if not isinstance(vars(model).get("step"), GuardedStep):
        model.__dict__["step"] = GuardedStep(model, model.step)
    return model


def traders(model: VegaModel) -> list[str]:
    """The keys that were made by hand, the oldest first."""
    return [agent.key for agent in model.agents if isinstance(agent, HandTrader)]


def create(model: VegaModel, key: str) -> str:
    """Make a key to trade with; a name of its own when ``key`` is empty.

    Raises:
        ConfigError: the key is taken.
    """
    name = key.strip() or None
    try:
        model.agent(name or "")
    except UnknownParty:
        return HandTrader(model, key=name).key
    raise ConfigError("key", name, "a text that no other agent has")  # before there is an agent without a key


def deposit(model: VegaModel, agent: VegaAgent, amount: str, *, wait: bool) -> Transaction:
    """Bring money in the market's asset.

    Args:
        wait: make blocks, in which no agent acts, until Ethereum has confirmed it.

    Raises:
        VegaMesaError: there is no market yet, or the amount cannot be read.
    """
    sent = agent.fund(agent.find_market().asset, amount)
    for _ in range(MOST_BLOCKS_FOR_DEPOSITS if wait and not sent.error else 0):
        model.chain.next_block()
        if not model.tally.on_the_way:
            break
    return sent


def attempt(model: VegaModel, act: Callable[[], Result]) -> tuple[Result | None, str]:
    """Do something between two steps.

    Returns:
        What came of it, and the text of the mistake or of the refusal, empty when there was none.
    """
    with lock_of(model):
        try:
            result = act()
        except VegaMesaError as mistake:
            return None, str(mistake)
    return result, str(getattr(result, "error", None) or "")
