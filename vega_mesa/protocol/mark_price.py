"""Composite prices: the mark price, and the internal price of perpetuals (0009-MRKP).

Sources have slots: 0 trades, 1 book, 2 and up the oracles in the order of the configuration, last the median. A market
whose mark price is the last trade uses none of them. Prices in asset decimals, times and frequencies in nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import EXACT, ONE, ZERO, Factor, divide, power, truncate
from vega_mesa.protocol.markets.definition import CompositePriceConfiguration, CompositePriceType
from vega_mesa.protocol.matching.order import BUY, SELL, Side
from vega_mesa.protocol.risk.models import RiskFactors

TRADES: Final = 0
BOOK: Final = 1
ORACLES: Final = 2


class SampledBook(Protocol):
    """What a book sample asks of the order book."""

    def best_bid(self) -> int:
        """Best buy price, 0 if none."""

    def best_ask(self) -> int:
        """Best sell price, 0 if none."""

    def vwap(self, side: Side, volume: int) -> int | None:
        """Volume-weighted price of taking ``volume`` from a side, best price for volume 0; None if not possible."""


def book_sample(
    book: SampledBook, cash_amount: int, initial_scaling: Decimal, linear_slippage: Decimal, factors: RiskFactors
) -> int | None:
    """Price that a cash amount, as initial margin, would trade at on both sides of the book (outside auctions).

    In an auction the sample is the indicative price instead, when there is one.

    Args:
        book: the order book.
        cash_amount: asset decimals.
        initial_scaling: scaling factor of the initial margin.
        linear_slippage: slippage factor of the market.
        factors: risk factors in force.
    """
    raise NotImplementedError


def median(prices: Iterable[int]) -> int | None:
    """Middle of the non-zero prices (floor of the mean of the two middle ones); None if there is none."""
    raise NotImplementedError


class CompositePrice:
    """Puts a price together from trades, book and oracles.

    Args:
        configuration: type, weights, tolerances, decay.
        cap: highest price of a capped market, asset decimals; oracle prices above it are ignored.
    """

    def __init__(self, configuration: CompositePriceConfiguration, cap: int | None = None) -> None:
        raise NotImplementedError

    def update(self, configuration: CompositePriceConfiguration) -> None:
        """Take a new configuration: values and update times of the sources are forgotten."""

    @property
    def uses_book(self) -> bool:
        """Whether book samples matter (not for the last-trade type)."""
        raise NotImplementedError

    def record_trade(self, price: int, size: int, now: int) -> None:
        """Note a trade (none that the network takes part in)."""

    def record_book(self, sample: int, now: int) -> None:
        """Note a book sample; a later one at the same time replaces it."""

    def record_oracle(self, index: int, price: int | None, now: int) -> None:
        """Note a price (asset decimals) of the oracle with this index, counted from 0."""

    def calculate(self, now: int, frequency: int) -> int | None:
        """The candidate price, or None: the previous price stays. Clears trades and samples.

        Afterwards the caller takes a new book sample at the same time (03 §5.4).
        """
        raise NotImplementedError
