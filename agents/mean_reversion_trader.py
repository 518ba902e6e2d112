"""A trader that bets on the return to the mean."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import TYPE_CHECKING

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


def deviation(prices: Sequence[float]) -> float:
    """How many standard deviations the last price is above the mean of all; 0 when nothing moved."""
    spread = pstdev(prices)
    return 0.0 if spread <= 1e-12 * abs(prices[-1]) else (prices[-1] - fmean(prices)) / spread


class MeanReversionTrader(FundedTrader):
    """Sells when the price is far above its moving average, buys when far below, and closes half way back.

    The contrarian of the literature on transitory prices: J. M. Poterba, L. H. Summers, Mean reversion in stock
    prices, Journal of Financial Economics 22 (1988) 27-59; opening and closing by two thresholds as in E. Gatev,
    W. N. Goetzmann, K. G. Rouwenhorst, Pairs trading, Review of Financial Studies 19 (2006) 797-827. Its opposite is
    :class:`vega_mesa.agents.momentum_trader.MomentumTrader`.

    Args:
        window: steps of the moving average.
        opens: deviation from the average, in standard deviations, beyond which it trades.
        closes: deviation within which it closes its position, less than ``opens``.
        size: of an order.
        limit: largest position, long or short.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        window: int = 20,
        opens: float = 2.0,
        closes: float = 0.5,
        size: float = 0.2,
        limit: float = 1.0,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.window = at_least("window", window, 2)
        self.opens = positive("opens", opens)
        self.closes = not_negative("closes", closes)
        if closes >= opens:
            raise ConfigError("closes", closes, f"less than opens, {opens}")
        self.size = positive("size", size)
        self.limit = limit
        self.seen: list[float] = []

    def step(self) -> None:
        """Look at the price; open, add to or close a position."""
        if not self.is_continuous(self.market):
            return
        price = self.mid_price(self.market) or self.mark_price(self.market)
        if price is None:
            return
        self.seen.append(price)
        del self.seen[: -self.window]
        if len(self.seen) < self.window:
            return
        away, position = deviation(self.seen), self.position(self.market)
        if abs(away) < self.closes and position:
            self.submit_order(self.market, "sell" if position > 0 else "buy", abs(position), reduce_only=True)
        elif abs(away) > self.opens:
            sign = -1 if away > 0 else 1
            if abs(position + sign * self.size) <= self.limit:
                size = self.round_size(self.size, market=self.market)
                self.submit_order(self.market, "buy" if sign > 0 else "sell", size)
