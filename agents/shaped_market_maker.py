"""A market maker whose book has any shape."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.agents.book_shapes import Depth, Shape, exponential_shape
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

DEFAULT_SHAPE: Final = exponential_shape(5, half_spread=0.0005, spacing=0.0005, size=0.5)


class ShapedMarketMaker(QuotingMarketMaker):
    """Quotes a given size at each of given distances, on both sides; the whole shape leans against the inventory.

    The lean is the price shift by inventory of Y. Amihud, H. Mendelson, Dealership market: market-making with
    inventory, Journal of Financial Economics 8 (1980) 31-53: here proportional to what is held, so that the maker's
    next trade is more likely to bring it home.

    Args:
        bids: the shape of the bids, see :mod:`vega_mesa.agents.book_shapes`; plain pairs will do.
        asks: the shape of the asks; None for that of the bids.
        lean: how far the shape moves for each ``lot`` held, as a fraction of the reference.
        lot: see above; None for the size of the innermost bid.
        inventory_limit: beyond this position only the side that reduces it is quoted; None for no limit.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        bids: Shape | Iterable[tuple[float, float]] = DEFAULT_SHAPE,
        asks: Shape | Iterable[tuple[float, float]] | None = None,
        lean: float = 0.0,
        lot: float | None = None,
        inventory_limit: float | None = None,
        prices: PriceProcess | None = None,
        commitment: Number | None = None,
        commitment_fee: Number = 0.001,
        market: str | None = None,
        funds: Number = 10_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, prices=prices, commitment=commitment, commitment_fee=commitment_fee, market=market, funds=funds,
            key=key,
        )  # fmt: skip
        self.bids = read_shape("bids", bids)
        self.asks = self.bids if asks is None else read_shape("asks", asks)
        self.lean = lean
        self.lot = lot if lot is not None else next((depth.size for depth in self.bids + self.asks if depth.size), 1.0)
        self.inventory_limit = inventory_limit

    def shapes(self) -> tuple[Shape, Shape]:
        """Bids and asks as they should be now; for a subclass to change with the time."""
        return self.bids, self.asks

    def quotes(self, reference: float) -> Iterable[Quote]:
        """The shape on both sides, the innermost price first."""
        inventory = self.position(self.market)
        centre = reference * (1 - self.lean * inventory / self.lot)
        limit = math.inf if self.inventory_limit is None else self.inventory_limit
        bids, asks = self.shapes()
        if inventory < limit:
            yield from _side("buy", bids, centre, -reference)
        if inventory > -limit:
            yield from _side("sell", asks, centre, reference)


def read_shape(field: str, shape: Iterable[tuple[float, float]]) -> Shape:
    """Make sure that distances are and sizes are not negative.

    Raises:
        ConfigError: they are not.
    """
    read = tuple(Depth(*depth) for depth in shape)
    if not all(0 <= depth.distance < math.inf and 0 <= depth.size < math.inf for depth in read):
        raise ConfigError(field, read[:3], "pairs of a distance, 0 or more, and a size, 0 or more")
    return read


def _side(side: Literal["buy", "sell"], shape: Shape, centre: float, outward: float) -> Iterable[Quote]:
    for distance, size in shape:
        yield Quote(side, centre + outward * distance, size)
