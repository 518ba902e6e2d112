"""Two parties that end auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.protocol.markets.states import TradingMode
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class AuctionUncrosser(FundedTrader):
    """Buys, or sells, in whatever auction the market is in, at prices that cross with those of its other half.

    An opening auction ends only with a crossing, and one that price monitoring has called finds a new price only where
    somebody trades (0026-AUCT, 0032-PRIM): this sees to both. Orders are good for the auction only.

    Args:
        prices: where they meet; without one the auction's indicative price, or the market's mark.
        size: of an order.
        reach: how far beyond that price the two reach, as a fraction of it.
        patience: steps that an auction lasts before they act, so that others set its price.
        side: which half this is; ``both`` is the buyer, who makes the seller.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess | None = None,
        size: float = 0.1,
        reach: float = 0.001,
        patience: int = 0,
        side: Literal["buy", "sell", "both"] = "both",
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.prices = prices
        self.size = positive("size", size)
        self.reach = not_negative("reach", reach)
        self.patience = int(not_negative("patience", patience))
        self.side: Literal["buy", "sell"] = "sell" if side == "sell" else "buy"
        self.waited = 0
        if side == "both":
            seller = None if key is None else f"{key}-seller"
            AuctionUncrosser(
                model, prices=prices, size=size, reach=reach, patience=patience, side="sell", market=market,
                funds=funds, key=seller,
            )  # fmt: skip

    def step(self) -> None:
        """In an auction that has lasted long enough, keep one order in it."""
        if not self.is_auction():
            self.waited = 0
            return
        self.waited += 1
        price = self.meeting_price()
        if self.waited <= self.patience or price is None or self.orders(self.market):
            return
        size = self.round_size(self.size, "up", self.market)
        if self.side == "buy":
            limit = self.round_price(price * (1 + self.reach), "up", self.market)
        else:
            limit = self.round_price(price * (1 - self.reach), "down", self.market)
        self.submit_order(self.market, self.side, size, limit, time_in_force="GFA")

    def is_auction(self) -> bool:
        """Whether the market is in an auction, of any kind but a suspension by governance."""
        if not self.is_trading(self.market):
            return False
        mode = self.find_market(self.market).trading_mode
        return mode not in (TradingMode.CONTINUOUS, TradingMode.NO_TRADING, TradingMode.SUSPENDED_VIA_GOVERNANCE)

    def meeting_price(self) -> float | None:
        """Where both halves aim."""
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.indicative_price(self.market) or self.mark_price(self.market)
