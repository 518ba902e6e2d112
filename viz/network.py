"""Somebody else's network in the console: a replica of it with all its parties, and a line that brings the news.

The page asks the network for news without holding the model's lock, and holds it only to execute them: what a person
does never waits for a block, unless it wants to; and then it lets go of the lock.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

from vega_mesa import compat
from vega_mesa.agent import VegaAgent
from vega_mesa.chain.genesis import Genesis
from vega_mesa.errors import ConfigError, StoreError, VegaMesaError
from vega_mesa.model import VegaModel
from vega_mesa.protocol.events.ledger import AccountOpened
from vega_mesa.server.service import PATIENCE, NetworkChain, NetworkService
from vega_mesa.viz.desk import HandTrader, lock_of
from vega_mesa.viz.observer import observer_of
from vega_mesa.viz.records import records_of

WAIT: Final = 5.0  # seconds that one question for news may take
PAUSE: Final = 0.3  # seconds between two questions: how often a page is drawn at most
RETRY: Final = 2.0  # seconds after a question without an answer
NAMED: Final = re.compile(r"([A-Za-z_]\w*)-\d+")  # the keys of a model's own agents: their type with a number


class Party(VegaAgent):
    """Somebody on the network, who acts elsewhere."""


class Replica(NetworkChain):
    """A chain that the line follows: who waits for a block here waits for the line, without the lock."""

    moved: threading.Condition

    def next_block(self) -> None:
        """Wait for the network's next block.

        Raises:
            StoreError: there has been none for long.
        """
        before = self.height
        with self.moved:
            if not self.moved.wait_for(lambda: self.height > before, PATIENCE):
                raise StoreError(f"{self.service.address}: no block since {before}")


class VisitedModel(VegaModel):
    """A served network as a model: its parties are agents that do nothing, but for those that one trades as by hand.

    It begins at the network's genesis; each block that it is told of is a step, and is collected as one.
    """

    served = True

    def __init__(self, service: NetworkService) -> None:
        self.service = service
        super().__init__(rng=0)
        self.initialised = True
        self.kinds: dict[str, type[Party]] = {}
        self.exchange.bus.subscribe(AccountOpened, self._on_opened)

    def open_chain(self, genesis: Genesis) -> Replica:  # noqa: ARG002 - the network has its own
        """A replica that knows the network's genesis, and nothing else yet."""
        chain = self.service.chain = Replica(self.service, catch_up=False)
        chain.moved = lock_of(self)
        chain.on_block = self._on_block
        return chain

    def claim_key(self, agent: VegaAgent, key: str | None) -> str:
        """A hand trader's key follows from its name and its secret, or from that of this visit."""
        if not isinstance(agent, HandTrader):
            return super().claim_key(agent, key)
        numbers = range(1, len(self._keys) + 2)
        names = [trader.name for trader in self._keys.values() if isinstance(trader, HandTrader)]
        agent.name = key or next(name for n in numbers if (name := f"trader-{n}") not in names)
        party = self.service.party(agent.name, agent.secret.encode() if agent.secret else None)
        known = self._keys.get(party)
        if isinstance(known, HandTrader):
            raise ConfigError("key", agent.name, "a name that is not in use")
        if known is not None:  # the party traded here before this visit
            known.remove()
            del self._keys[party]
        return super().claim_key(agent, party)

    def take(self, news: dict[str, object]) -> bool:
        """Execute news, and tell who waits for them; see :meth:`NetworkChain.take`."""
        chain = self.chain
        assert isinstance(chain, Replica)
        with chain.moved:
            complete = chain.take(news)
            chain.moved.notify_all()
        return complete

    def _on_block(self) -> None:
        self.step_count = self.chain.height - 1
        compat.set_clock(self, self.step_count)
        self.datacollector.collect(self)
        self.tally.begin_step()

    def _on_opened(self, event: AccountOpened) -> None:
        if event.owner and event.owner not in self._keys:
            self._kind(event.owner)(self, key=event.owner)

    def _kind(self, party: str) -> type[Party]:
        """The class of a party: agents of a model keep their types, others are parties."""
        named = NAMED.fullmatch(party)
        name = named[1] if named else Party.__name__
        return self.kinds.setdefault(name, type(name, (Party,), {"__doc__": Party.__doc__}))


class Line:
    """The connection of one page to a network.

    Attributes:
        model: the network, None before it has answered for the first time.
        trouble: why there is no connection now, empty when there is.
        complete: whether the model stands where the network does.
    """

    def __init__(self, address: str) -> None:
        self.service = NetworkService(address)
        self.model: VisitedModel | None = None
        self.trouble = ""
        self.complete = False

    @property
    def state(self) -> str:
        """In one word or two."""
        if self.trouble:
            return "lost"
        return "live" if self.complete else "catching up" if self.model is not None else "connecting"

    def follow(self, ended: threading.Event, redraw: Callable[[], None]) -> None:
        """Follow the network, and try again when it is lost, until the page ends."""
        while not ended.is_set():
            pause = PAUSE
            try:
                self.turn()
            except VegaMesaError as trouble:
                self.trouble, self.complete, pause = f"{trouble}. Trying again.", False, RETRY
            if not ended.is_set():
                redraw()
            ended.wait(pause if self.complete or self.trouble else 0.0)

    def turn(self) -> None:
        """Ask for the next news once, and take them.

        Raises:
            StoreError: no answer.
        """
        if self.model is None or self.trouble:
            self.model = self._visit()
        chain = self.model.chain
        assert isinstance(chain, Replica)
        news = chain.news(chain.height, WAIT if self.complete else 0.0)
        self.complete = self.model.take(news)
        self.trouble = ""

    def _visit(self) -> VisitedModel:
        """The model, unless another network runs at the address now."""
        genesis = self.service.genesis()
        if self.model is not None and self.model.chain.genesis.chain_id == genesis.chain_id:
            return self.model
        model = VisitedModel(self.service)
        records_of(model)
        observer_of(model)
        return model
