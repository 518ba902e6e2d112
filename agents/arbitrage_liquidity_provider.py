"""A liquidity provider that takes what stands on the wrong side of its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.simple_liquidity_providers import UniformLiquidityProvider
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class ArbitrageLiquidityProvider(UniformLiquidityProvider):
    """Quotes around an outside price, and picks off the quotes of others that have not followed it.

    The arbitrageur of T. Foucault, R. Kozhan, W. W. Tham, Toxic arbitrage, Review of Financial Studies 30 (2017)
    1053-1094: stale quotes lose to it, and the market's price is brought back to the outside price, as far as its
    ``limit`` allows.

    Args:
        prices: the outside price.
        edge: least gain, as a fraction of the price, that it takes a quote for: its fees and its pride.
        limit: largest position, long or short, that it takes quotes up to.
        commitment: of liquidity, in the market's asset; None provides none, and leaves the arbitrage.
        levels, nearest, farthest, reserve: see :class:`UniformLiquidityProvider`.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess,
        edge: float = 0.001,
        limit: float = 5.0,
        commitment: Number | None = 100_000,
        commitment_fee: Number = 0.001,
        levels: int = 5,
        nearest: float = 0.001,
        farthest: float = 0.01,
        reserve: float = 0.5,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, commitment=commitment or 0, commitment_fee=commitment_fee, levels=levels, nearest=nearest,
            farthest=farthest, reserve=reserve, prices=prices, market=market, funds=funds, key=key,
        )  # fmt: skip
        self.commitment = commitment or None
        self.edge = not_negative("edge", edge)
        self.limit = positive("limit", limit)
        self.taken = 0.0  # volume that it took from others

    def step(self) -> None:
        """Take what is stale, then renew its own quotes."""
        outside = self.reference_price()
        if self.is_continuous(self.market) and outside is not None:
            self._take("buy", outside / (1 + self.edge))
            self._take("sell", outside * (1 + self.edge))
        super().step()

    def _take(self, side: Literal["buy", "sell"], worst: float) -> None:
        """Trade with everything up to a price, as far as the limit allows."""
        volume = self._stale_volume("sell" if side == "buy" else "buy", worst)
        position = self.position(self.market)
        room = self.limit - position if side == "buy" else self.limit + position
        size = self.round_size(max(0.0, min(volume, room)), market=self.market)
        if size > 0:
            if self.orders(self.market):
                self.cancel_orders(self.market)  # its own old quotes must not stand in the way
            price = self.round_price(worst, "down" if side == "buy" else "up", self.market)
            self.taken += self.submit_order(self.market, side, size, price, time_in_force="IOC").filled

    def _stale_volume(self, side: Literal["buy", "sell"], worst: float) -> float:
        """Volume of others on a side of the book that is better than a price."""
        own: dict[float, float] = {}
        units = self.units(self.market)
        for order in self.orders(self.market):
            price = units.shown_price(order.price)
            own[price] = own.get(price, 0.0) + units.shown_size(order.true_remaining)
        levels = self.depth(side, 50, self.market)
        return sum(
            max(0.0, level.volume - own.get(level.price, 0.0))
            for level in levels
            if (level.price <= worst if side == "sell" else level.price >= worst)
        )
