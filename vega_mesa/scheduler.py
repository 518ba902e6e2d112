"""Who acts when: one shuffled activation of the agents fills a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vega_mesa import compat

if TYPE_CHECKING:
    from vega_mesa.agent import VegaAgent
    from vega_mesa.model import VegaModel


class RandomActivation:
    """Lets every agent act once, in an order drawn from the model's random numbers, then closes the block.

    Agents that appear later are initialised before the activation that first includes them.
    """

    def __init__(self, model: VegaModel) -> None:
        self.model = model
        self._initialised = 0  # the number of the youngest agent that was
        self._gone: set[int] = set()  # removed during the running activation

    def initialise(self) -> None:
        """Initialise the agents that were not yet, the oldest first; also those that appear meanwhile."""
        while newcomers := [agent for agent in self._youngest_first() if agent.unique_id > self._initialised]:
            for agent in sorted(newcomers, key=_number):
                self._initialised = agent.unique_id
                if hasattr(agent, "initialise"):
                    agent.initialise()

    def _youngest_first(self) -> list[VegaAgent]:
        agents = compat.agents_of(self.model)
        return agents if agents and agents[-1].unique_id > self._initialised else []

    def step(self) -> None:
        """One activation of the agents, then the end of the block, the clock, the beginning of the next."""
        self.initialise()
        agents = compat.agents_of(self.model)
        self.model.random.shuffle(agents)
        gone = self._gone
        gone.clear()
        for agent in agents:
            if gone and agent.unique_id in gone:
                continue
            agent.step()
        self.model.chain.next_block()

    def finalise(self) -> None:
        """Tell the agents that the run is over, the youngest first: who set the stage clears it."""
        for agent in sorted(compat.agents_of(self.model), key=_number, reverse=True):
            if hasattr(agent, "finalise"):
                agent.finalise()

    def forget(self, agent: VegaAgent) -> None:
        """An agent was removed: it does not act any more, not in the running activation either."""
        self._gone.add(agent.unique_id)


def _number(agent: Any) -> int:
    return int(agent.unique_id)
