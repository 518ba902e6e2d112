"""Noise that makes: limit orders at random distances, which expire or are taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class LimitOrderTrader(FundedTrader):
    """Leaves limit orders around a reference price.

    Args:
        prices: reference; without one the market's mid price, or its mark.
        submit_probability: of sending an order in a step.
        cancel_probability: of cancelling one of its orders in a step.
        size: of an order, on average.
        distance: from the reference, as a fraction of it; standard deviation of a normal draw, so that some orders
            cross and trade at once.
        life: seconds until an order expires, on average; None for orders that stay.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess | None = None,
        submit_probability: float = 0.5,
        cancel_probability: float = 0.2,
        size: float = 0.1,
        distance: float = 0.002,
        life: float | None = None,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.prices = prices
        self.submit_probability = submit_probability
        self.cancel_probability = cancel_probability
        self.size = size
        self.distance = distance
        self.life = life

    def step(self) -> None:
        """Perhaps cancel, perhaps submit."""
        if not self.is_trading(self.market):
            return
        if self.random.random() < self.cancel_probability:
            self._cancel_one()
        if self.random.random() < self.submit_probability:
            self._submit_one()

    def _cancel_one(self) -> None:
        orders = self.orders(self.market)
        if orders:
            self.cancel_order(self.random.choice(orders).id, self.market)

    def _submit_one(self) -> None:
        side = self.random.choice(("buy", "sell"))
        away = self.random.gauss(self.distance, self.distance)
        size = self.round_size(self.size * self.random.expovariate(1.0), market=self.market)
        wait = None if self.life is None else self.random.expovariate(1 / self.life) + 1
        reference = self._reference()
        if reference is None or size <= 0:
            return
        price = reference * (1 - away) if side == "buy" else reference * (1 + away)
        price = self.round_price(price, "down" if side == "buy" else "up", self.market)
        expires = None if wait is None else round(wait, 3)
        self.submit_order(self.market, "buy" if side == "buy" else "sell", size, price, expires=expires)

    def _reference(self) -> float | None:
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.market) or self.mark_price(self.market)
