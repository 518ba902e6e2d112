"""Many markets at once, all of them busy."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    LimitOrderTrader,
    MarketManager,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import NextMarketManager, change_terms, market_terms


class MultiMarketLoad(VegaModel):
    """How much does the exchange do in a second of computing time when many markets trade at once?

    Every market has a price of its own, a maker with a curve of quotes, and traders that make and take. All settle in
    one asset. :meth:`speed` says what the clock said; the summary is the same on every machine.

    Args:
        rng: seed.
        num_steps: length of the run.
        markets: how many.
        levels: prices on each side of every maker's curve.
        noise_traders: on each market, how many send market orders at random.
        limit_order_traders: on each market, how many leave limit orders at random.
        intensity: market orders of each noise trader in a step, to each side, on average.
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

    MEASURES: ClassVar[Mapping[str, str]] = {
        "transactions": "transactions",
        "trades on all markets": "trades_on_all",
        "profit": "profit_",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 50,
        markets: int = 5,
        levels: int = 10,
        noise_traders: int = 3,
        limit_order_traders: int = 3,
        intensity: float = 1.0,
        initial_price: float = 60_000.0,
        volatility: float = 0.0005,
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
        self.seconds = 0.0  # computing time of the steps
        self.prices = [GeometricRandomWalk(initial_price, volatility, self.child_generator()) for _ in range(markets)]
        terms = market_terms(market)
        self.codes: list[str] = []
        for number, prices in enumerate(self.prices, 1):
            if number == 1:
                manager = MarketManager(self, terms=terms, prices=prices)
            else:
                manager = NextMarketManager(self, name=str(number), terms=terms, prices=prices)
            change_terms(manager, price_monitoring=())
            code = manager.change.definition.code
            self.codes.append(code)
            OpeningAuctionPair(self, price=initial_price, market=code)
            ExponentialShapeMarketMaker(self, prices=prices, levels=levels, commitment=100_000, market=code)
            for _ in range(noise_traders):
                RandomMarketOrderTrader(self, buy_intensity=intensity, sell_intensity=intensity, market=code)
            for _ in range(limit_order_traders):
                LimitOrderTrader(self, prices=prices, life=20 * blocks_per_step * block_duration, market=code)

    def step(self) -> None:
        """A step, and how long it took; what comes before the first one does not count."""
        self.initialise()
        began = time.perf_counter()
        super().step()
        self.seconds += time.perf_counter() - began

    def speed(self) -> dict[str, float]:
        """Steps, transactions and trades in a second of computing time, in all steps so far."""
        seconds = self.seconds or 1.0
        counts = {
            "steps": self.step_count,
            "transactions": len(self.chain.log),
            "trades": sum(self.tally.trades.values()),
        }
        return {name: count / seconds for name, count in counts.items()}

    def summary(self) -> dict[str, Any]:
        """As of every model, of its first market; and the trades on every market."""
        row = super().summary()
        trades = [self.tally.trades.get(self.find_market(code).id, 0) for code in self.codes] if self.market else []
        row |= {"markets": len(self.codes), "trades_on_all": sum(trades)}
        return row | {f"trades_{code}": number for code, number in zip(self.codes, trades, strict=False)}
