"""What the liquidity engine reads of its market; the market implements it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.matching.order import Order


class FactorPair(Protocol):
    """Risk factors of a unit of long and of short exposure."""

    @property
    def long(self) -> Factor:
        """Of long exposure."""

    @property
    def short(self) -> Factor:
        """Of short exposure."""


class ProbabilityModel(Protocol):
    """The part of a risk model that says how likely an order trades."""

    @property
    def projection_horizon(self) -> float:
        """Years that the model looks ahead."""

    def probabilities_of_trading(
        self, current: float, prices: Iterable[float], is_bid: bool, low: float, high: float, tau: float
    ) -> list[float]:
        """Chance of each price, from the best price ``current``, over ``tau`` years; 0 outside ``[low, high]``."""


class LiquidityPool(Protocol):
    """An automated market maker, as a provider of liquidity (0042-LIQF)."""

    @property
    def party(self) -> str:
        """The pool's own party, not its owner."""

    @property
    def commitment(self) -> int:
        """What its owner committed, asset decimals."""

    @property
    def proposed_fee(self) -> Decimal:
        """The liquidity fee factor that it bids."""

    def shape(self, low: int, high: int, /) -> tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]:
        """The pool as orders between two prices (inclusive): ``(price, size)`` of its buys and of its sells."""


class MarketView(Protocol):
    """A market as its liquidity engine sees it. Prices in asset decimals, 0 for none; volumes in position decimals."""

    def state(self) -> MarketState:
        """Where the market stands in its life."""

    def in_auction(self) -> bool:
        """Whether the market is in an auction of any kind."""

    def in_opening_auction(self) -> bool:
        """Whether the auction's trigger is the opening (also while the market is proposed or pending)."""

    def mark_price(self) -> int:
        """The mark price."""

    def mid_price(self) -> int:
        """``floor((best bid + best ask) / 2)`` of the whole book, pegged orders and pools included."""

    def best_static_bid(self) -> int:
        """Highest bid, pegged orders excluded, pools included."""

    def best_static_ask(self) -> int:
        """Lowest ask, pegged orders excluded, pools included."""

    def book_last_traded_price(self) -> int:
        """The book's own last traded price: set by trades of arriving orders, never by an auction's uncrossing."""

    def indicative_price(self) -> int:
        """Where the auction would uncross now."""

    def indicative_open_interest(self) -> int:
        """Open interest as it would be after the auction's indicative trades."""

    def orders_of(self, party: str, /) -> Iterable[Order]:
        """The party's orders on the book (parked ones excluded)."""

    def valid_price_range(self) -> tuple[int, int]:
        """Lowest and highest price that price monitoring allows now (0 and a huge number without bounds)."""

    def exact_valid_price_range(self) -> tuple[Decimal, Decimal]:
        """The same from the bounds before they are rounded."""

    def risk_model(self) -> ProbabilityModel:
        """The risk model in force."""

    def risk_factors(self) -> FactorPair:
        """The risk factors in force."""

    def liquidity_pools(self) -> Sequence[LiquidityPool]:
        """The automated market makers that are live now; empty on spot markets."""
