"""A market as its liquidity engine sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from vega_mesa.protocol.liquidity.market_view import FactorPair, LiquidityPool
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.matching.order import Order
from vega_mesa.protocol.risk.models import RiskModel

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.trading_market import TradingMarket


class MarketLiquidityView:
    """Implements :class:`vega_mesa.protocol.liquidity.market_view.MarketView`. Prices in asset decimals."""

    __slots__ = ("_market",)

    def __init__(self, market: TradingMarket) -> None:
        self._market = market

    def state(self) -> MarketState:
        """Where the market stands in its life."""
        return self._market.state

    def in_auction(self) -> bool:
        """Whether the market is in an auction of any kind."""
        return self._market.auction.in_auction

    def in_opening_auction(self) -> bool:
        """Whether the auction is the opening one; also before it has begun."""
        market = self._market
        return market.auction.is_opening or market.state is MarketState.PROPOSED

    def mark_price(self) -> int:
        """The mark price, 0 for none."""
        return self._market.mark_price or 0

    def mid_price(self) -> int:
        """Mid of the whole book."""
        return self._market.book.mid_price()

    def best_static_bid(self) -> int:
        """Highest bid that is not pegged."""
        return self._market.book.best_static_bid()

    def best_static_ask(self) -> int:
        """Lowest ask that is not pegged."""
        return self._market.book.best_static_ask()

    def book_last_traded_price(self) -> int:
        """The book's own last traded price."""
        return self._market.book.last_traded_price

    def indicative_price(self) -> int:
        """Where the auction would uncross now."""
        return self._market.book.indicative()[0]

    def indicative_open_interest(self) -> int:
        """Open interest as it would be after the auction's indicative trades."""
        return self._market.indicative_open_interest()

    def orders_of(self, party: str, /) -> Iterable[Order]:
        """The party's orders on the book."""
        return self._market.book.by_party.get(party, {}).values()

    def valid_price_range(self) -> tuple[int, int]:
        """What price monitoring allows now, in whole asset units."""
        return self._market.price_monitor.valid_range()

    def exact_valid_price_range(self) -> tuple[Decimal, Decimal]:
        """What price monitoring allows now, unrounded."""
        return self._market.price_monitor.exact_valid_range()

    def risk_model(self) -> RiskModel:
        """The risk model in force."""
        return self._market.risk_model

    def risk_factors(self) -> FactorPair:
        """The risk factors in force."""
        return self._market.risk_factors

    def liquidity_pools(self) -> Sequence[LiquidityPool]:
        """The automated market makers that are live now."""
        return self._market.liquidity_pools()
