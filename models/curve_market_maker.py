"""A deep book, and traders of every kind on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    InformedTrader,
    LimitOrderTrader,
    MarketManager,
    MomentumTrader,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.price_processes import OrnsteinUhlenbeck
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms


class CurveMarketMaker(VegaModel):
    """Who pays whom when noise, trend followers and an informed trader meet a maker with a curve of quotes?

    The outside price returns to its mean; the maker quotes a curve around it that deepens with the distance.

    Args:
        rng: seed.
        num_steps: length of the run.
        initial_price: of the outside price, and its mean.
        volatility: of the outside price in a step, as a fraction.
        reversion: share of its distance from the mean that the outside price loses in a step.
        levels: prices on each side of the maker's curve.
        half_spread: of the curve's innermost price, as a fraction.
        growth: of the curve's sizes from price to price.
        noise_traders: how many send market orders at random.
        limit_order_traders: how many leave limit orders at random.
        momentum_traders: how many follow the trend.
        informed_traders: how many see the outside price to come.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 100,
        initial_price: float = 60_000.0,
        volatility: float = 0.0005,
        reversion: float = 0.02,
        levels: int = 10,
        half_spread: float = 0.0005,
        growth: float = 0.2,
        noise_traders: int = 5,
        limit_order_traders: int = 5,
        momentum_traders: int = 2,
        informed_traders: int = 1,
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
        generator = self.child_generator()
        self.prices = OrnsteinUhlenbeck(initial_price, initial_price, reversion, volatility, generator)
        MarketManager(self, terms=market_terms(market), prices=self.prices)
        OpeningAuctionPair(self, price=initial_price)
        ExponentialShapeMarketMaker(
            self, prices=self.prices, levels=levels, half_spread=half_spread, growth=growth, commitment=100_000
        )
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5)
        for _ in range(limit_order_traders):
            LimitOrderTrader(self, prices=self.prices, life=20 * blocks_per_step * block_duration)
        for _ in range(momentum_traders):
            MomentumTrader(self)
        for _ in range(informed_traders):
            InformedTrader(self, prices=self.prices)
