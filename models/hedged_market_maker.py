"""One maker on two markets of the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from vega_mesa.agents import MarketManager, OpeningAuctionPair
from vega_mesa.agents.background_market import BackgroundMarket
from vega_mesa.agents.book_shapes import exponential_shape
from vega_mesa.agents.hedged_market_maker import HedgedMarketMaker as Maker
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.agents.price_sensitive_traders import PriceSensitiveLimitOrderTrader
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import NextMarketManager, change_terms, market_terms

OTHER: Final = "2"
NO_HEDGE: Final = 1e9  # a band that no position leaves


class HedgedMarketMaker(VegaModel):
    """What is it worth to a market maker to hedge on a second market?

    A maker quotes on the first market, where customers come; a deep book follows the outside price on the second, on
    which the maker takes the opposite of what it holds beyond a band. Hedging costs that market's spread and its fees;
    not hedging leaves the profit to the walk of the price. Equal seeds give both the same prices.

    Args:
        rng: seed.
        num_steps: length of the run.
        hedged: whether the maker hedges at all.
        band: net position that it bears without hedging.
        half_spread: of the maker's quotes, as a fraction of the price.
        other_half_spread: of the second market's best prices, as a fraction.
        quote_size: of the maker's quotes.
        intensity: customers' orders in a step to each side, on average, at the outside price.
        order_size: of the customers' orders, on average.
        initial_price: of the outside price.
        volatility: of the outside price in a step, as a fraction.
        market: a Vega market proposal (a JSON file) to trade, on both markets; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    MEASURES: ClassVar[Mapping[str, str]] = {
        "profit of the maker": "profit_HedgedMarketMaker",
        "largest net position": "largest_net_position",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 200,
        hedged: bool = True,
        band: float = 0.5,
        half_spread: float = 0.001,
        other_half_spread: float = 0.0001,
        quote_size: float = 1.0,
        intensity: float = 3.0,
        order_size: float = 0.3,
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
        self.largest_net_position = 0.0
        self.prices = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        terms = market_terms(market)
        first = MarketManager(self, terms=terms, prices=self.prices)
        second = NextMarketManager(self, name=OTHER, terms=terms, prices=self.prices)
        for manager in (first, second):
            change_terms(manager, price_monitoring=())
        other = second.code
        OpeningAuctionPair(self, price=initial_price)
        OpeningAuctionPair(self, price=initial_price, market=other)
        BackgroundMarket(
            self,
            prices=self.prices,
            bids=exponential_shape(5, other_half_spread, other_half_spread, 5.0),
            market=other,
        )
        self.maker = Maker(
            self,
            hedge=other,
            band=band if hedged else NO_HEDGE,
            half_spread=half_spread,
            size=quote_size,
            inventory_limit=NO_HEDGE,
            prices=self.prices,
        )
        for _ in range(2):
            PriceSensitiveLimitOrderTrader(self, prices=self.prices, intensity=intensity / 2, size=order_size)

    def step(self) -> None:
        """A step, and what the maker holds after it."""
        super().step()
        if not self.finished:
            self.largest_net_position = max(self.largest_net_position, abs(self.maker.net_position()))

    def summary(self) -> dict[str, Any]:
        """As of every model, and the largest position that the maker held on both markets together."""
        return super().summary() | {"largest_net_position": self.largest_net_position}
