"""A model's agents on somebody else's network."""

from __future__ import annotations

from typing import Any, TypeVar

from vega_mesa import compat
from vega_mesa.agent import VegaAgent
from vega_mesa.agents import MarketManager
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.model import VegaModel
from vega_mesa.server.service import Service

M = TypeVar("M", bound=VegaModel)


def joining(kind: type[M], service: Service) -> type[M]:
    """The model with its agents behind a service.

    They trade on the markets that there are: those who would make one are sent home, unless there is none.
    """

    class Joined(kind):  # type: ignore[misc, valid-type]
        def open_chain(self, genesis: Genesis) -> NullChain:
            return service.open_chain(genesis, catch_up=False)

        def _listen(self) -> None:
            super()._listen()
            self.chain.wait_for_total_catchup()  # what came before counts, too: deposits of a key that comes back

        def claim_key(self, agent: VegaAgent, key: str | None) -> str:
            name = super().claim_key(agent, key)
            party = service.party(name)
            self._keys[party] = agent
            return party

        def initialise(self) -> None:
            if not self.initialised and self.market is not None:
                for agent in compat.agents_of(self):
                    if isinstance(agent, MarketManager):
                        agent.remove()
            super().initialise()

    Joined.__name__ = kind.__name__
    Joined.__qualname__ = kind.__qualname__
    Joined.__doc__ = kind.__doc__
    return Joined


def join(kind: type[M], service: Service, **parameters: Any) -> M:
    """A model of this kind whose agents trade through a service."""
    return joining(kind, service)(**parameters)
