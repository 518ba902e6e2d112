"""Funding of perpetuals as pure computation: auction intervals, time-weighted prices, the payment (0053-PERP).

Prices are asset decimals, times nanoseconds. No market, no money, no events: see
:mod:`vega_mesa.protocol.products.perpetual`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from typing import Final, NamedTuple

from vega_mesa.errors import InvariantBroken
from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.markets.definition import PerpetualProduct
from vega_mesa.protocol.refusal import Refused

YEAR: Final = 365 * 24 * 3600 * 10**9  # nanoseconds
ALREADY_EXISTS: Final = "data-point already exists at timestamp"
TOO_OLD: Final = "data-point is too old"


class AuctionIntervals:
    """When, in the running funding period, the market was in auction; the opening auction does not count.

    Attributes:
        closed: intervals ``(entered, left)`` in the order in which they ended.
        entered: since when an auction has been running, None outside auctions.
    """

    __slots__ = ("closed", "entered")

    def __init__(self) -> None:
        self.closed: list[tuple[int, int]] = []
        self.entered: int | None = None

    def enter(self, time: int) -> None:
        """An auction begins; at the very time the last one ended that one goes on."""
        if self.entered is not None:
            raise InvariantBroken(f"auction entered at {time}, but one runs since {self.entered}")
        if self.closed and self.closed[-1][1] == time:
            time = self.closed.pop()[0]
        self.entered = time

    def leave(self, time: int) -> None:
        """The auction ends; one of no length has not been."""
        if self.entered is None:
            raise InvariantBroken(f"auction left at {time}, but none was entered")
        if time != self.entered:
            self.closed.append((self.entered, time))
        self.entered = None

    def begin_period(self) -> None:
        """A new funding period: what is over is forgotten, a running auction keeps the time it was entered at."""
        self.closed.clear()

    def length(self, begin: int, end: int) -> int:
        """How long of ``[begin, end]`` was spent in auction."""
        closed = 0
        for entered, left in self.closed:
            closed += max(0, min(left, end) - max(entered, begin))
        if self.entered is None or self.entered >= end:
            return closed
        return end - begin if begin > self.entered else end - self.entered + closed

    def counts_at(self, time: int) -> bool:
        """Whether a window that begins now counts as begun in auction: also true *after* a closed auction."""
        if self.entered is not None and self.entered <= time:
            return True
        return any(left < time for _, left in self.closed)


class PriceSeries:
    """Prices of one source since the start of the funding period, at most one of them from before.

    The weighted sum over all but the last price is kept; only what an auction or a late point changes is summed again.

    Args:
        start: when the period began; 0: no period yet.
        auctions: shared with the other series of the market.

    Attributes:
        times, prices: the points in time order.
    """

    __slots__ = ("start", "auctions", "times", "prices", "_sums")

    def __init__(self, start: int, auctions: AuctionIntervals) -> None:
        self.start = start
        self.auctions = auctions
        self.times: list[int] = []
        self.prices: list[int] = []
        self._sums: list[int] = []  # _sums[i]: price times length outside auctions, up to times[i]

    def __len__(self) -> int:
        return len(self.times)

    def __getstate__(self) -> tuple[int, AuctionIntervals, list[int], list[int]]:
        return self.start, self.auctions, self.times, self.prices

    def __setstate__(self, state: tuple[int, AuctionIntervals, list[int], list[int]]) -> None:
        self.start, self.auctions, self.times, self.prices = state
        self._sums = []

    @property
    def latest(self) -> int | None:
        """The last price by time."""
        return self.prices[-1] if self.prices else None

    def has_started(self, time: int) -> bool:
        """Whether the first price is not later than ``time``."""
        return bool(self.times) and self.times[0] <= time

    # -- points ----------------------------------------------------------------------------------------------------

    def add(self, time: int, price: int) -> int:
        """Add a price; returns the average at its time, without its own effect, or the price if it is the first.

        Raises:
            Refused: there is a price for that time, or the price is older than the one from before the period.
        """
        times = self.times
        if not times:
            self._insert(0, time, price)
            return price
        place = bisect_left(times, time)
        if place < len(times) and times[place] == time:
            raise Refused(ALREADY_EXISTS)
        first = times[0]
        if first <= self.start and time < first:
            raise Refused(TOO_OLD)
        if first < time <= self.start:
            del times[0], self.prices[0]
            self._insert(0, time, price)
            return price
        if place == 0:
            self._insert(0, time, price)
            return price
        average = self.twap(time)
        self._insert(place, time, price)
        return average

    def _insert(self, place: int, time: int, price: int) -> None:
        self.times.insert(place, time)
        self.prices.insert(place, price)
        del self._sums[place:]

    def auction_changed(self, time: int) -> None:
        """An auction was entered or left: what was summed up beyond that time no longer holds."""
        del self._sums[bisect_right(self.times, time, hi=len(self._sums)) :]

    def begin_period(self, start: int) -> None:
        """Forget what came before the new period, but for the newest point at or before its start."""
        keep = bisect_right(self.times, start) - 1
        if keep > 0:
            del self.times[:keep], self.prices[:keep]
        self.start = start
        self._sums = []

    # -- averages --------------------------------------------------------------------------------------------------

    def twap(self, time: int) -> int:
        """The time-weighted average price at a time: auctions do not count; 0 before the first price."""
        if not self.times:
            return 0
        window = max(self.start, self.times[0])
        if time < window:
            return 0
        if time == window:
            return 0 if self.auctions.counts_at(window) else self.prices[0]
        last = bisect_right(self.times, time) - 1
        total = self._sum_until(last) + self._weighted(last, max(self.times[last], window), time)
        length = time - window - self.auctions.length(window, time)
        return total // length if length else 0

    def _sum_until(self, place: int) -> int:
        sums, times, window = self._sums, self.times, max(self.start, self.times[0])
        if not sums:
            sums.append(0)
        while len(sums) <= place:
            done = len(sums) - 1
            sums.append(sums[done] + self._weighted(done, max(times[done], window), times[done + 1]))
        return sums[place]

    def _weighted(self, place: int, begin: int, end: int) -> int:
        return self.prices[place] * (end - begin - self.auctions.length(begin, end))


class Funding(NamedTuple):
    """What a funding period comes to so far.

    Attributes:
        payment: what one whole unit of a long position pays (negative: receives), asset decimals.
        rate: the payment as a share of the external average.
        internal_twap, external_twap: the averages it came from.
    """

    payment: int
    rate: Decimal
    internal_twap: int
    external_twap: int


@exact
def funding(terms: PerpetualProduct, internal: int, external: int, length: int, in_auction: int) -> Funding:
    """Payment and rate of a funding period (05 §1.7).

    Args:
        terms: interest, clamps, scaling and bounds.
        internal, external: time-weighted average prices.
        length: of the period.
        in_auction: how much of it was spent in auction.
    """
    mark, index = Decimal(internal), Decimal(external)
    payment = mark - index
    if terms.interest_rate:
        interest = (ONE + terms.interest_rate * divide(length, YEAR)) * index - mark
        payment += min(index * terms.clamp_upper_bound, max(index * terms.clamp_lower_bound, interest))
    if in_auction > 0 and length > 0:
        payment *= ONE - divide(in_auction, length)
    if terms.funding_rate_scaling_factor is not None:
        payment *= terms.funding_rate_scaling_factor
    rate = divide(payment, index) if index else ZERO
    upper, lower = terms.funding_rate_upper_bound, terms.funding_rate_lower_bound
    if upper is not None and rate > upper:
        rate, payment = upper, upper * index
    if lower is not None and rate < lower:
        rate, payment = lower, lower * index
    return Funding(truncate(payment), rate, internal, external)
