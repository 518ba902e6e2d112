"""The solution of the control problem, in the market for which it is the solution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar, Final, Literal

from vega_mesa.agents import MarketManager, OpeningAuctionPair, PolicyMarketMaker
from vega_mesa.agents.control import FixedSpread, OrderFlow, QuotePolicy
from vega_mesa.agents.control.backward_induction import induced_quotes
from vega_mesa.agents.control.cartea_jaimungal import PenalisedInventory
from vega_mesa.agents.price_processes import ArithmeticRandomWalk
from vega_mesa.agents.price_sensitive_traders import PriceSensitiveLimitOrderTrader
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms

PARTS: Final = 20  # of a step, into which backward induction cuts it


class IdealMarketMakerV2(VegaModel):
    """How much more does the optimal market maker earn than one that looks at nothing?

    Orders arrive at random and each accepts a price up to an exponential distance from a random walk: what A.
    Cartea, S. Jaimungal, J. Penalva, Algorithmic and High-Frequency Trading, Cambridge 2015, chapter 10, assume. The
    optimal maker quotes the solution by backward induction; the naive one a fixed spread, half as wide as is best.
    There are no fees, so that the problem is the one that was solved. Equal seeds give both the same prices.

    Args:
        rng: seed.
        num_steps: length of the run, also the maker's horizon.
        maker: who quotes: ``optimal`` or ``naive``.
        initial_price: of the outside price.
        volatility: of the outside price in a step, in price.
        intensity: orders in a step to each side, on average.
        decay: how fast orders thin out with the distance, 1 / price.
        size: of orders and of quotes.
        half_spread: of the naive maker, price; None for half of ``1 / decay``.
        running_penalty: of the optimal maker, money a step and squared quote that it holds.
        terminal_penalty: of the optimal maker at the end, money for a squared quote.
        limit: the largest inventory of the optimal maker, in quotes.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    NETWORK_PARAMETERS: ClassVar[Mapping[str, str]] = {
        **VegaModel.NETWORK_PARAMETERS,
        "market.fee.factors.makerFee": "0",
        "market.fee.factors.infrastructureFee": "0",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 200,
        maker: Literal["optimal", "naive"] = "optimal",
        initial_price: float = 60_000.0,
        volatility: float = 2.0,
        intensity: float = 2.0,
        decay: float = 0.05,
        size: float = 0.5,
        half_spread: float | None = None,
        running_penalty: float = 0.01,
        terminal_penalty: float = 0.1,
        limit: int = 20,
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
        self.prices = ArithmeticRandomWalk(initial_price, volatility, self.child_generator())
        self.policy: QuotePolicy
        if maker == "optimal":
            flow = OrderFlow.symmetric(intensity, decay)
            problem = PenalisedInventory(flow, running_penalty, terminal_penalty, limit, float(num_steps))
            self.policy = induced_quotes(problem, num_steps * max(PARTS, round(4 * intensity)), least_depth=0.0)
        else:
            self.policy = FixedSpread(0.5 / decay if half_spread is None else half_spread)
        MarketManager(self, terms=market_terms(market), prices=self.prices)
        OpeningAuctionPair(self, price=initial_price)
        self.maker = PolicyMarketMaker(self, policy=self.policy, size=size, prices=self.prices)
        for _ in range(2):
            PriceSensitiveLimitOrderTrader(
                self,
                prices=self.prices,
                intensity=intensity / 2,
                decay=decay * initial_price,
                size=size,
                size_spread=0.0,
                funds=10_000_000,
            )
