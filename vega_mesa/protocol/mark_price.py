"""Composite prices: the mark price, and the internal price of perpetuals (0009-MRKP).

Sources have slots: 0 trades, 1 book, 2 and up the oracles in the order of the configuration, last the median. A market
whose mark price is the last trade uses none of them. Prices in asset decimals, times and frequencies in nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import ONE, ZERO, Factor, divide, exact, power, truncate
from vega_mesa.protocol.markets.definition import CompositePriceConfiguration, CompositePriceType
from vega_mesa.protocol.matching.order import BUY, SELL, Side, Trade
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
    bid, ask = book.best_bid(), book.best_ask()
    if not bid or not ask:
        return None
    scaling = initial_scaling
    cash = Decimal(cash_amount)
    buy_price = book.vwap(BUY, _sampled_volume(cash, scaling, linear_slippage, factors.short, bid))
    if buy_price is None:
        return None
    sell_price = book.vwap(SELL, _sampled_volume(cash, scaling, linear_slippage, factors.long, ask))
    if sell_price is None:
        return None
    return (buy_price + sell_price) // 2


@exact
def _sampled_volume(cash: Decimal, scaling: Decimal, slippage: Decimal, risk: Factor, best: int) -> int:
    """Volume that ``cash`` is the initial margin of, at the best price; position decimals do not enter."""
    margin = scaling * (slippage + risk.decimal)
    return truncate(divide(divide(cash, margin), best)) if margin else 0


def median(prices: Iterable[int]) -> int | None:
    """Middle of the non-zero prices (floor of the mean of the two middle ones); None if there is none."""
    ordered = sorted(price for price in prices if price)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


class CompositePrice:
    """Puts a price together from trades, book and oracles.

    The number of slots is the number of staleness tolerances: a configuration with one too few makes the last oracle
    share its slot with the median, which overwrites it at the next calculation.

    Args:
        configuration: type, weights, tolerances, decay.
        cap: highest price of a capped market, asset decimals; oracle prices above it are ignored.

    Attributes:
        uses_book: whether book samples matter (not for the last-trade type).
    """

    __slots__ = ("configuration", "cap", "uses_book", "_trades", "_samples", "_values", "_updated")

    def __init__(self, configuration: CompositePriceConfiguration, cap: int | None = None) -> None:
        self.cap = cap
        self._trades: list[tuple[int, int, int]] = []  # price, size, time
        self._samples: dict[int, int] = {}  # by time
        self.update(configuration)

    @property
    def cash_amount(self) -> int:
        """What :func:`book_sample` asks about, asset decimals."""
        return self.configuration.cash_amount

    def update(self, configuration: CompositePriceConfiguration) -> None:
        """Take a new configuration: values and update times of the sources are forgotten."""
        self.configuration = configuration
        self.uses_book = configuration.type is not CompositePriceType.LAST_TRADE
        slots = len(configuration.source_staleness_tolerance_ns) if self.uses_book else 0
        self._values = [0] * slots
        self._updated = [0] * slots

    def record_trade(self, price: int, size: int, now: int) -> None:
        """Note a trade (none that the network takes part in)."""
        self._trades.append((price, size, now))
        if self._updated:
            self._updated[TRADES] = now

    def record_trades(self, trades: Sequence[Trade]) -> None:
        """Note the trades of one order."""
        last = trades[-1]
        if not self.uses_book:  # it is all that counts
            self._trades = [(last.price, last.size, last.timestamp)]
            return
        for trade in trades:
            self._trades.append((trade.price, trade.size, trade.timestamp))
        if self._updated:
            self._updated[TRADES] = last.timestamp

    def record_book(self, sample: int | None, now: int) -> None:
        """Note a book sample (None: nothing to note); a later one at the same time replaces it."""
        if sample is None or not self.uses_book:
            return
        self._samples[now] = sample
        if len(self._updated) > BOOK:
            self._updated[BOOK] = now

    def record_oracle(self, index: int, price: int | None, now: int) -> None:
        """Note a price (asset decimals) of the oracle with this index, counted from 0."""
        slot = ORACLES + index
        if not price or (self.cap is not None and price > self.cap) or slot >= len(self._values):
            return
        self._values[slot] = price
        self._updated[slot] = now

    def calculate(self, now: int, frequency: int) -> int | None:
        """The candidate price, or None: the previous price stays. Clears trades and samples.

        Afterwards the caller takes a new book sample at the same time (03 §5.4), whatever becomes of the candidate.
        """
        if not self.uses_book:
            candidate = self._trades[-1][0] if self._trades else None
        else:
            candidate = self._combine(now, frequency)
        self._trades.clear()
        self._samples.clear()
        return candidate

    def _combine(self, now: int, frequency: int) -> int | None:
        values, updated = self._values, self._updated
        if not values:
            return None
        configuration = self.configuration
        if self._trades and frequency > 0:
            price = _trades_price(self._trades, now, frequency, configuration.decay_weight, configuration.decay_power)
            if price is not None:
                values[TRADES] = price
        if len(values) > BOOK:
            price = _book_price(self._samples, now, frequency)
            if price is not None:
                values[BOOK] = price
        last = len(values) - 1
        sources = [slot for slot in range(last) if self._is_usable(slot, now)]
        middle = median(values[slot] for slot in sources)
        if middle is not None:
            values[last] = middle
            updated[last] = max(updated[last], *(updated[slot] for slot in sources))
        usable = [slot for slot in range(len(values)) if self._is_usable(slot, now)]
        if configuration.type is CompositePriceType.MEDIAN:
            return median(values[slot] for slot in usable)
        return _weighted([(values[slot], self._weight(slot)) for slot in usable])

    def _weight(self, slot: int) -> Decimal:
        weights = self.configuration.source_weights
        return weights[slot] if slot < len(weights) else ZERO

    def _is_usable(self, slot: int, now: int) -> bool:
        """Whether a source has a value that is not stale."""
        tolerance = self.configuration.source_staleness_tolerance_ns[slot]
        return self._values[slot] != 0 and now - self._updated[slot] <= tolerance


@exact
def _trades_price(
    trades: Sequence[tuple[int, int, int]], now: int, frequency: int, decay_weight: Decimal, decay_power: Decimal
) -> int | None:
    """Mean of trade prices, weighted by size and, linearly or steeper, by how recent they are (0009-MRKP)."""
    total = sum(size for _, size, _ in trades)
    weighted, weights = ZERO, ZERO
    for price, size, time in trades:
        weight = divide(size, total)
        if decay_weight:
            age = power(divide(now - time, frequency), decay_power)
            weight *= max(ZERO, ONE - decay_weight * age)
        weighted += weight * price
        weights += weight
    return truncate(divide(weighted, weights)) if weights else None


@exact
def _book_price(samples: dict[int, int], now: int, frequency: int) -> int | None:
    """Mean of the book samples of the last interval, each weighted by how long it was the latest."""
    times = sorted(time for time in samples if time >= now - frequency)
    if not times:
        return None
    total = now - times[0]
    if total == 0 and len(times) == 1:
        return samples[times[0]]
    if total <= 0:
        return 0
    price = ZERO
    for time, following in zip(times, [*times[1:], now], strict=True):
        price += divide(following - time, total) * samples[time]
    return truncate(price)


@exact
def _weighted(prices: Sequence[tuple[int, Decimal]]) -> int | None:
    """Weighted mean in which every term is truncated on its own."""
    total = sum((weight for _, weight in prices), ZERO)
    if not total:
        return None
    return sum(truncate(divide(price * weight, total)) for price, weight in prices)
