"""Noise that takes: market orders at random times, of random sides and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class RandomMarketOrderTrader(FundedTrader):
    """Buys and sells at market, each side by a Poisson process: the flow that Avellaneda and Stoikov (2008) assume.

    Args:
        buy_intensity: market orders to buy in a step, on average.
        sell_intensity: market orders to sell in a step, on average.
        size: of an order, on average.
        size_spread: standard deviation of the logarithm of an order's size; 0 for always the same.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        buy_intensity: float = 1.0,
        sell_intensity: float = 1.0,
        size: float = 0.1,
        size_spread: float = 0.5,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.buy_intensity = buy_intensity
        self.sell_intensity = sell_intensity
        self.size = size
        self.size_spread = size_spread

    def step(self) -> None:
        """Send this step's orders; in an auction market orders have no place, so none."""
        buys = int(self.model.rng.poisson(self.buy_intensity))
        sells = int(self.model.rng.poisson(self.sell_intensity))
        if not self.is_continuous(self.market):
            return
        sides = ["buy"] * buys + ["sell"] * sells
        self.random.shuffle(sides)
        for side in sides:
            size = self.round_size(self._draw_size(), market=self.market)
            if size > 0:
                self.submit_order(self.market, "buy" if side == "buy" else "sell", size)

    def _draw_size(self) -> float:
        spread = self.size_spread
        return self.size * float(self.model.rng.lognormal(-spread * spread / 2, spread))
