"""A market maker whose book deepens exponentially with the distance from the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agents.book_shapes import exponential_shape
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.shaped_market_maker import ShapedMarketMaker
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class ExponentialShapeMarketMaker(ShapedMarketMaker):
    """Quotes ``levels`` prices on each side; the n-th holds ``size * exp(growth * n)``.

    The whole curve leans against the inventory: it is shifted by ``lean`` of the reference for each ``size`` held.

    Args:
        levels: how many prices on a side.
        spacing: between them, as a fraction of the reference.
        half_spread: of the innermost price from the middle, as a fraction of the reference.
        size: at the innermost price.
        growth: of the size from price to price; negative for a book that thins out.
        lean: see above.
        inventory_limit: beyond this position only the side that reduces it is quoted; None for no limit.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        levels: int = 10,
        spacing: float = 0.0005,
        half_spread: float = 0.0005,
        size: float = 0.5,
        growth: float = 0.2,
        lean: float = 0.0001,
        inventory_limit: float | None = None,
        prices: PriceProcess | None = None,
        commitment: Number | None = None,
        commitment_fee: Number = 0.001,
        market: str | None = None,
        funds: Number = 10_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model,
            bids=exponential_shape(levels, half_spread, spacing, size, growth),
            lean=lean,
            lot=size,
            inventory_limit=inventory_limit,
            prices=prices,
            commitment=commitment,
            commitment_fee=commitment_fee,
            market=market,
            funds=funds,
            key=key,
        )
