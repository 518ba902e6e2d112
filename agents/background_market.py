"""The rest of the world as a book: liquidity that follows a given path, whatever the agents do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from vega_mesa.agents.book_shapes import Shape
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote
from vega_mesa.agents.shaped_market_maker import DEFAULT_SHAPE, ShapedMarketMaker, read_shape
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

_NOTHING: Final = 1e-6


class BackgroundMarket(ShapedMarketMaker):
    """Keeps limit orders of a given shape around a given path, without regard to what it holds or earns.

    The exogenous book of the literature on execution and market making, e.g. A. Obizhaeva, J. Wang, Optimal trading
    strategy and supply/demand dynamics, Journal of Financial Markets 16 (2013) 1-32: what an order takes away is back
    in the next step. It makes the price, so that agents can be studied as price takers.

    Args:
        prices: the path.
        bids: shape of the bids, see :mod:`vega_mesa.agents.book_shapes`.
        asks: shape of the asks; None for that of the bids.
        resilience: part of what was taken from its book that comes back in a step, 0 to 1.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess,
        bids: Shape | Iterable[tuple[float, float]] = DEFAULT_SHAPE,
        asks: Shape | Iterable[tuple[float, float]] | None = None,
        resilience: float = 1.0,
        market: str | None = None,
        funds: Number = 1_000_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, bids=bids, asks=asks, prices=prices, market=market, funds=funds, key=key)
        if not 0 < resilience <= 1:
            raise ConfigError("resilience", resilience, "a fraction, more than 0, at most 1")
        self.resilience = resilience
        self._fullness = {"buy": 1.0, "sell": 1.0}  # part of each side's shape that was last quoted
        self._quoted = {"buy": 0.0, "sell": 0.0}

    def quotes(self, reference: float) -> Iterable[Quote]:
        """Both shapes around the path, as full as what was taken from them allows."""
        if self.resilience < 1:
            self._recover()
        totals = {"buy": 0.0, "sell": 0.0}
        for quote in super().quotes(reference):
            size = self.round_size(quote.size * self._fullness[quote.side], market=self.market)
            totals[quote.side] += size
            yield quote._replace(size=size)
        self._quoted = totals

    def _recover(self) -> None:
        """What is left of the last quotes, plus a part of what is missing."""
        shown = self.units(self.market).shown_size
        left = {"buy": 0.0, "sell": 0.0}
        for order in self.orders(self.market):
            left["buy" if order.side.name == "BUY" else "sell"] += shown(order.true_remaining)
        for side, quoted in self._quoted.items():
            missing = 1 - self._fullness[side] * min(1.0, left[side] / quoted) if quoted else 0.0
            missing *= 1 - self.resilience
            self._fullness[side] = 1 - missing if missing > _NOTHING else 1.0


class MarketRegime(NamedTuple):
    """How the book is from a step on: asks like bids unless they are given; an empty side for no liquidity there."""

    start: int
    bids: Shape | Iterable[tuple[float, float]]
    asks: Shape | Iterable[tuple[float, float]] | None = None


class MultiRegimeBackgroundMarket(BackgroundMarket):
    """A background market whose shape changes at given steps: calm, thin, one-sided, calm again.

    For runs on the liquidity that vanishes when it is needed, as M. K. Brunnermeier, L. H. Pedersen, Market liquidity
    and funding liquidity, Review of Financial Studies 22 (2009) 2201-2238, describe it.

    Args:
        prices: the path; a :class:`vega_mesa.agents.price_processes.RegimeSwitching` one has regimes of its own.
        regimes: in ascending order of their starts, the first at step 0.
        resilience: part of what was taken from its book that comes back in a step, 0 to 1.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess,
        regimes: Iterable[MarketRegime] = (MarketRegime(0, DEFAULT_SHAPE),),
        resilience: float = 1.0,
        market: str | None = None,
        funds: Number = 1_000_000_000,
        key: str | None = None,
    ) -> None:
        self.regimes = tuple(_read(MarketRegime(*regime)) for regime in regimes)
        starts = [regime.start for regime in self.regimes]
        if not starts or starts[0] != 0 or sorted(set(starts)) != starts:
            raise ConfigError("regimes", starts, "ascending starts, the first at step 0")
        first = self.regimes[0]
        super().__init__(
            model, prices=prices, bids=first.bids, asks=first.asks, resilience=resilience, market=market, funds=funds,
            key=key,
        )  # fmt: skip

    def regime(self, step: int) -> MarketRegime:
        """The regime that holds at a step."""
        return next(regime for regime in reversed(self.regimes) if regime.start <= step)

    def shapes(self) -> tuple[Shape, Shape]:
        """Those of the regime that holds now."""
        regime = self.regime(self.model.step_count)
        assert isinstance(regime.bids, tuple) and isinstance(regime.asks, tuple)
        return regime.bids, regime.asks


def _read(regime: MarketRegime) -> MarketRegime:
    bids = read_shape("bids", regime.bids)
    return MarketRegime(regime.start, bids, bids if regime.asks is None else read_shape("asks", regime.asks))
