"""Noise that makes: limit orders at random distances, which expire or are taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agents.checks import not_negative
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.errors import ConfigError
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
        distance: from the reference, as a fraction of it; mean and standard deviation of a normal draw, so that some
            orders cross and trade at once.
        distance_spread: of a log-normal draw with the median ``distance`` instead, so that none does: standard
            deviation of its logarithm. Distances of limit orders have heavy tails: J.-P. Bouchaud, M. Mézard,
            M. Potters, Statistical properties of stock order books, Quantitative Finance 2 (2002) 251-256.
        life: seconds until an order expires, on average; None for orders that stay.
        expiring: part of the orders that expire, where there is a life.
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
        distance_spread: float | None = None,
        life: float | None = None,
        expiring: float = 1.0,
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
        self.distance_spread = None if distance_spread is None else not_negative("distance_spread", distance_spread)
        self.life = life
        if not 0 <= expiring <= 1:
            raise ConfigError("expiring", expiring, "a fraction, 0 to 1")
        self.expiring = expiring

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
        away = self._draw_distance()
        size = self.round_size(self.size * self.random.expovariate(1.0), market=self.market)
        wait = self._draw_life()
        reference = self._reference()
        if reference is None or size <= 0:
            return
        price = reference * (1 - away) if side == "buy" else reference * (1 + away)
        price = self.round_price(price, "down" if side == "buy" else "up", self.market)
        expires = None if wait is None else round(wait, 3)
        self.submit_order(self.market, "buy" if side == "buy" else "sell", size, price, expires=expires)

    def _draw_distance(self) -> float:
        spread = self.distance_spread
        if spread is None:
            return float(self.random.gauss(self.distance, self.distance))
        return self.distance * float(self.random.lognormvariate(0.0, spread))

    def _draw_life(self) -> float | None:
        if self.life is None or (self.expiring < 1 and self.random.random() >= self.expiring):
            return None
        return float(self.random.expovariate(1 / self.life)) + 1

    def _reference(self) -> float | None:
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.market) or self.mark_price(self.market)
