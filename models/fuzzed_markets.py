"""Several markets, and agents that throw random commands at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from vega_mesa.agents import ExponentialShapeMarketMaker, MarketManager, OpeningAuctionPair, RandomMarketOrderTrader
from vega_mesa.agents.fuzzer import FuzzingAgent
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.chain.invariants import broken_invariants, replays
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import NextMarketManager, change_terms, market_terms


class FuzzedMarkets(VegaModel):
    """Is there any sequence of commands that breaks the exchange?

    Fuzzing agents send random commands of every kind to several markets, valid, valid-looking and invalid, while makers
    and noise traders keep the markets alive. After every step all invariants are looked at: money is neither made nor
    lost, no account is overdrawn, no book is crossed, positions add up. :meth:`replays` runs the whole log again.

    Args:
        rng: seed.
        num_steps: length of the run.
        markets: how many.
        fuzzers: how many agents send random commands.
        commands: of each of them in a step.
        sense: part of the commands that are plain orders near the price.
        junk: part of the commands in which anything may stand anywhere.
        funds: of each fuzzing agent; little, so that it is closed out at times.
        initial_price: of every outside price.
        volatility: of the outside prices in a step, as a fraction.
        market: a Vega market proposal (a JSON file) to trade, on every market; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    MEASURES: ClassVar[Mapping[str, str]] = {"commands": "commands_", "broken invariants": "broken"}

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 50,
        markets: int = 3,
        fuzzers: int = 5,
        commands: int = 10,
        sense: float = 0.4,
        junk: float = 0.1,
        funds: float = 50_000.0,
        initial_price: float = 60_000.0,
        volatility: float = 0.001,
        market: Path | None = None,
        blocks_per_step: int = 1,
        block_duration: float = 1.0,
        transactions_per_block: int = 1,
        ordering: Literal["arrival", "shuffle", "vega"] = "arrival",
        network_parameters: Mapping[str, str] | None = None,
        extra_agents: AgentMaker | Iterable[AgentMaker] = (),
    ) -> None:
        super().__init__(
            rng=rng,
            num_steps=num_steps,
            blocks_per_step=blocks_per_step,
            block_duration=block_duration,
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            network_parameters=network_parameters,
            extra_agents=extra_agents,
        )
        if markets < 1:
            raise ConfigError("markets", markets, "1 or more")
        self.broken: list[str] = []  # invariants that did not hold, with the step
        self.prices = [GeometricRandomWalk(initial_price, volatility, self.child_generator()) for _ in range(markets)]
        terms = market_terms(market)
        for number, prices in enumerate(self.prices, 1):
            if number == 1:
                manager = MarketManager(self, terms=terms, prices=prices)
            else:
                manager = NextMarketManager(self, name=str(number), terms=terms, prices=prices)
            if number > 1:
                change_terms(manager, price_monitoring=())  # the first keeps its auctions
            code = manager.change.definition.code
            OpeningAuctionPair(self, price=initial_price, market=code)
            ExponentialShapeMarketMaker(self, prices=prices, levels=3, commitment=100_000, market=code)
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5, market=code)
        self.fuzzers = [
            FuzzingAgent(self, commands=commands, sense=sense, junk=junk, funds=funds) for _ in range(fuzzers)
        ]

    def step(self) -> None:
        """A step, and a look at the invariants."""
        if self.finished:
            return
        super().step()
        self.broken += [f"step {self.step_count}: {words}" for words in broken_invariants(self.exchange)]

    def replays(self) -> bool:
        """Whether the finished run, executed anew from its log, comes to the same state."""
        return replays(self.chain)

    def summary(self) -> dict[str, Any]:
        """As of every model; how many commands there were, what became of them, and how many invariants broke."""
        return super().summary() | {
            "markets_traded": sum(number > 0 for number in self.tally.trades.values()),
            "commands_sent": sum(agent.sent for agent in self.fuzzers),
            "commands_accepted": sum(agent.accepted for agent in self.fuzzers),
            "commands_refused": sum(agent.refused for agent in self.fuzzers),
            "commands_mistaken": sum(sum(agent.mistakes.values()) for agent in self.fuzzers),
            "broken": len(self.broken),
        }
