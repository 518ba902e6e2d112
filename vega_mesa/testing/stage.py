"""A small market that is quick to run, for one agent to be tried on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from vega_mesa.agents.background_market import BackgroundMarket
from vega_mesa.agents.book_shapes import exponential_shape
from vega_mesa.agents.market_manager import MarketManager
from vega_mesa.agents.opening_auction_pair import OpeningAuctionPair
from vega_mesa.agents.price_processes import GeometricRandomWalk, PriceProcess
from vega_mesa.agents.random_market_order_trader import RandomMarketOrderTrader
from vega_mesa.model import AgentMaker, VegaModel

PRICE: Final = 60_000.0


class Stage(VegaModel):
    """What does an agent do on a small and busy market?

    A bitcoin future, made by governance; a book around a random walk, five prices on a side; one noise trader; then the
    agents that are tried, and the market's settlement.

    Args:
        prices: the outside price; None for a random walk of its own. Agents may read it as ``model.prices``.
        volatility: of that walk in a step, as a fraction.
        manager: keyword arguments for the market manager, such as ``terms``.
        makers: the agents to try, as ``extra_agents``, but made before the run begins, so that ``model.agent(key)``
            finds them at once.
        terms: as for :class:`vega_mesa.model.VegaModel`.
    """

    def __init__(
        self,
        *,
        rng: int | None = 1,
        num_steps: int = 20,
        prices: PriceProcess | None = None,
        volatility: float = 0.001,
        manager: dict[str, Any] | None = None,
        makers: Iterable[AgentMaker] = (),
        **terms: Any,
    ) -> None:
        super().__init__(rng=rng, num_steps=num_steps, **terms)
        self.prices = prices or GeometricRandomWalk(PRICE, volatility, self.child_generator())
        price = self.prices.price(0)
        arguments: dict[str, Any] = {"asset_kind": "builtin", "prices": self.prices}
        MarketManager(self, **(arguments | (manager or {})))
        OpeningAuctionPair(self, price=price)
        BackgroundMarket(self, prices=self.prices, bids=exponential_shape(5, 0.0005, 0.0005, 1.0))
        RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5)
        for maker in makers:
            if isinstance(maker, tuple):
                maker[0](self, **maker[1])
            else:
                maker(self)
