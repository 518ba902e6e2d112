"""A trader that knows where the price is going."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class InformedTrader(FundedTrader):
    """Takes whatever quote the future price will prove wrong.

    The insider of L. R. Glosten, P. R. Milgrom, Bid, ask and transaction prices in a specialist market with
    heterogeneously informed traders, Journal of Financial Economics 14 (1985) 71-100.

    Args:
        prices: the process whose future it sees.
        foresight: how many steps ahead.
        accuracy: probability that it sees right; else it sees the opposite move.
        edge: least gain, as a fraction of the price, that it trades for: its fees and its pride.
        size: of an order.
        limit: largest position, long or short.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess,
        foresight: int = 5,
        accuracy: float = 1.0,
        edge: float = 0.001,
        size: float = 0.5,
        limit: float = 5.0,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.prices = prices
        self.foresight = foresight
        self.accuracy = accuracy
        self.edge = edge
        self.size = size
        self.limit = limit

    def step(self) -> None:
        """Buy below, or sell above, the price to come."""
        sees_right = self.random.random() < self.accuracy
        if not self.is_continuous(self.market):
            return
        now = self.model.step_count
        price, future = self.prices.price(now), self.prices.price(now + self.foresight)
        if not sees_right:
            future = price * price / future
        bid, ask = self.best_bid(self.market), self.best_ask(self.market)
        position = self.position(self.market)
        size = self.round_size(self.size, market=self.market)
        if ask is not None and future > ask * (1 + self.edge) and position + size <= self.limit:
            limit = self.round_price(future / (1 + self.edge), "down", self.market)
            self.submit_order(self.market, "buy", size, limit, time_in_force="IOC")
        elif bid is not None and future < bid * (1 - self.edge) and position - size >= -self.limit:
            limit = self.round_price(future / (1 - self.edge), "up", self.market)
            self.submit_order(self.market, "sell", size, limit, time_in_force="IOC")
