"""The market maker of the paper, in the market that the paper assumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

from vega_mesa.agents import (
    AvellanedaStoikovMarketMaker,
    MarketManager,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms

COMMITTED: Final = 0.5  # of the quotes: so much is left of them at the end of a block in which others have taken


class IdealMarketMaker(VegaModel):
    """Does a market maker earn its spread when orders arrive at random and the price is a random walk?

    One Avellaneda-Stoikov maker quotes around an outside price; noise traders take; nobody knows more than the maker.
    It commits liquidity too: half of what it quotes, for a commitment is measured when the block's orders have traded.

    Args:
        rng: seed.
        num_steps: length of the run, also the maker's horizon.
        initial_price: of the outside price.
        volatility: of the outside price in a step, as a fraction.
        traders: how many noise traders.
        intensity: market orders of each noise trader in a step, to each side, on average.
        order_size: of the noise traders' orders, on average.
        risk_aversion: the maker's, 1 / money.
        arrival_decay: the maker's belief how fast order flow thins out with the distance as a fraction of the price.
        quote_size: of the maker's quotes.
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
        traders: int = 5,
        intensity: float = 0.5,
        order_size: float = 0.1,
        risk_aversion: float = 1e-5,
        arrival_decay: float = 3000.0,
        quote_size: float = 2.0,
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
        self.prices = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        MarketManager(self, terms=market_terms(market), prices=self.prices)
        OpeningAuctionPair(self, price=initial_price)
        AvellanedaStoikovMarketMaker(
            self,
            prices=self.prices,
            volatility=volatility * initial_price,
            risk_aversion=risk_aversion,
            arrival_decay=arrival_decay / initial_price,
            size=quote_size,
            commitment=COMMITTED * quote_size * initial_price,
        )
        for _ in range(traders):
            RandomMarketOrderTrader(self, buy_intensity=intensity, sell_intensity=intensity, size=order_size)
