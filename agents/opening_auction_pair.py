"""Two parties that agree on a price, so that an opening auction can end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.protocol.markets.states import TradingMode
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class OpeningAuctionPair(FundedTrader):
    """Buys in the opening auction what its other half sells, at one price; afterwards both hold what they have.

    Args:
        price: at which they meet.
        size: how much changes hands.
        side: which half this is; ``both`` is the buyer, who makes the seller.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        price: float,
        size: float = 1.0,
        side: Literal["buy", "sell", "both"] = "both",
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.price = price
        self.size = size
        self.side: Literal["buy", "sell"] = "sell" if side == "sell" else "buy"
        if side == "both":
            seller = None if key is None else f"{key}-seller"
            OpeningAuctionPair(model, price=price, size=size, side="sell", market=market, funds=funds, key=seller)

    def step(self) -> None:
        """While the opening auction lasts, keep an order in it."""
        if not self.is_trading(self.market):
            return
        if self.find_market(self.market).trading_mode is not TradingMode.OPENING_AUCTION:
            return
        if not self.orders(self.market) and self.position(self.market) == 0:
            price = self.round_price(self.price, market=self.market)
            size = self.round_size(self.size, "up", self.market)
            self.submit_order(self.market, self.side, size, price, time_in_force="GFA")
