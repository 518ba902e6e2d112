"""Trading by hand: a party whose orders come from the page, and a lock that keeps them out of a running step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from vega_mesa.agent import VegaAgent
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import VegaMesaError
from vega_mesa.model import MOST_BLOCKS_FOR_DEPOSITS, VegaModel
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.viz import diary

Result = TypeVar("Result")


class HandTrader(VegaAgent):
    """A party whose orders come from the page; by itself it does nothing.

    Args:
        secret: makes the key of a served network together with the name ``key``, so that one can come back to it.
    """

    def __init__(self, model: VegaModel, *, key: str | None = None, secret: str = "") -> None:
        self.secret = secret
        self.name = ""
        place = diary.now(model)
        super().__init__(model, key=key)
        self.name = self.name or self.key
        diary.diary_of(model).append(place._replace(key=self.name))

    def send(self, command: Any) -> Transaction:
        """Send, and note it: what is done by hand is part of a saved run."""
        place = diary.now(self.model)
        sent = super().send(command)
        diary.diary_of(self.model).append(place._replace(party=self.key, command=command))
        return sent


class GuardedStep:
    """A model's step that waits while somebody acts by hand, and the other way round."""

    def __init__(self, model: VegaModel, step: Callable[[], None]) -> None:
        self.model = model
        self.step = step

    def __call__(self) -> None:
        """One step, alone."""
        with lock_of(self.model):
            diary.before_step(self.model)
            self.step()


_locks: WeakKeyDictionary[VegaModel, threading.Condition] = WeakKeyDictionary()


def lock_of(model: VegaModel) -> threading.Condition:
    """The lock of a model: held by its steps, by what is done by hand and by what reads much at once.

    Who waits for it as a condition lets go of it, and hears when a network that others serve has moved.
    """
    return _locks.setdefault(model, threading.Condition())


def alone(draw: Callable[..., Result]) -> Callable[..., Result]:
    """Let a component, whose first argument is the model, read it while nothing moves."""

    @wraps(draw)
    def drawn(model: VegaModel, *arguments: Any, **named: Any) -> Result:
        with lock_of(model):
            return draw(model, *arguments, **named)

    return drawn


def is_served(model: VegaModel) -> bool:
    """Whether the model is somebody else's network, see :mod:`vega_mesa.viz.network`."""
    return bool(getattr(model, "served", False))


def guard(model: VegaModel) -> VegaModel:
    """Make the steps of a model hold its lock; again does nothing."""
    if not isinstance(vars(model).get("step"), GuardedStep):
        model.__dict__["step"] = GuardedStep(model, model.step)
    return model


def traders(model: VegaModel) -> list[str]:
    """The keys that were made by hand, the oldest first."""
    with lock_of(model):
        return [agent.key for agent in model.agents if isinstance(agent, HandTrader)]


def label(agent: VegaAgent) -> str:
    """A key as people tell it apart: on a served network it is long, and has a name only here."""
    name = getattr(agent, "name", agent.key)
    return name if name == agent.key else f"{name} \u00b7 {agent.key[:8]}"


def create(model: VegaModel, key: str, secret: str = "") -> str:
    """Make a key to trade with; a name of its own when ``key`` is empty.

    Args:
        secret: see :class:`HandTrader`.

    Raises:
        ConfigError: the key is taken.
    """
    return HandTrader(model, key=key.strip() or None, secret=secret).key


def deposit(model: VegaModel, agent: VegaAgent, amount: str, *, wait: bool, asset: str | None = None) -> Transaction:
    """Bring money: of an asset, by default that of the first market.

    Args:
        wait: make blocks, in which no agent acts, until Ethereum has confirmed it.

    Raises:
        VegaMesaError: there is no market yet, or the amount cannot be read.
    """
    sent = agent.fund(agent.find_market().asset if asset is None else asset, amount)
    for _ in range(MOST_BLOCKS_FOR_DEPOSITS if wait and not sent.error else 0):
        model.chain.next_block()
        if not model.tally.on_the_way:
            break
    return sent


def withdraw(model: VegaModel, agent: VegaAgent, amount: str, *, asset: str | None = None) -> Transaction:
    """Take money out, see :func:`deposit`; of a token, the next block signs what then pays the key's wallet.

    Raises:
        VegaMesaError: there is no market yet, or the amount cannot be read.
    """
    id = model.find_asset(agent.find_market().asset if asset is None else asset)
    sent = agent.withdraw(id, amount)
    if sent.error or isinstance(model.exchange.assets.get(id).details.source, BuiltinSource):
        return sent
    model.chain.next_block()
    return agent.claim_withdrawal(sent.id)


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
