"""A market maker as a provider of liquidity (0042-LIQF; 05 §4.14)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from vega_mesa.protocol.amm.expansion import expand
from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.amm.pool import Pool
from vega_mesa.protocol.matching.order import BUY

Volumes = Sequence[tuple[int, int]]


class PoolProvider:
    """Implements :class:`vega_mesa.protocol.liquidity.market_view.LiquidityPool`.

    What it was asked last is kept: a market maker that does not trade looks the same at every tick.
    """

    __slots__ = ("pool", "parameters", "_known")

    def __init__(self, pool: Pool, parameters: AMMParameters) -> None:
        self.pool = pool
        self.parameters = parameters
        self._known: tuple[tuple[object, ...], tuple[Volumes, Volumes]] | None = None

    @property
    def party(self) -> str:
        """The market maker's own key."""
        return self.pool.party

    @property
    def commitment(self) -> int:
        """What its owner committed, asset decimals."""
        return self.pool.terms.commitment

    @property
    def proposed_fee(self) -> Decimal:
        """The liquidity fee factor that it bids."""
        return self.pool.terms.proposed_fee

    def shape(self, low: int, high: int, /) -> tuple[Volumes, Volumes]:
        """The market maker as orders between two prices: ``(price, size)`` of its buys and of its sells."""
        pool, levels = self.pool, self.parameters.calculation_levels
        key = (low, high, pool.real_position, pool.status, levels)
        if self._known is None or self._known[0] != key:
            orders = expand(pool, low, high, levels).orders
            buys = [(price, size) for side, price, size in orders if side is BUY]
            sells = [(price, size) for side, price, size in orders if side is not BUY]
            self._known = (key, (buys, sells))
        return self._known[1]

    def __reduce__(self) -> tuple[Any, ...]:
        return PoolProvider, (self.pool, self.parameters)
