"""Price monitoring: is a price plausible, given the recent ones (0032-PRIM).

The monitor knows prices and time, not the market: it says which trigger a price violates, and the market acts.
Prices are integers in asset decimals, times nanoseconds, horizons and extensions seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import EXACT, Scale, divide, truncate
from vega_mesa.protocol.markets.definition import PriceMonitoringTrigger
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.risk.models import RiskModel

YEAR_SECONDS: Final = 31_557_600  # 365.25 days
DEFAULT_DOWN: Final = Decimal("0.9")
DEFAULT_UP: Final = Decimal("1.1")
NO_MAXIMUM: Final = 2**256 - 1


class PriceBound:
    """One trigger, whether it still counts, and its factors."""

    __slots__ = ("trigger", "active", "down", "up", "year_fraction", "_factors_reference", "_range")

    def __init__(self, trigger: PriceMonitoringTrigger, active: bool = True) -> None:
        self.trigger = trigger
        self.active = active
        self.down = DEFAULT_DOWN
        self.up = DEFAULT_UP
        self.year_fraction = divide(trigger.horizon, YEAR_SECONDS)
        self._factors_reference: Decimal | None = None
        self._range: PriceRange | None = None

    def calculate_factors(self, model: RiskModel, reference: Decimal) -> None:
        """Factors from the model's range around ``reference``."""
        if reference == self._factors_reference:
            return
        low, high = model.price_range(reference, self.year_fraction, self.trigger.probability)
        self.down, self.up = divide(low, reference), divide(high, reference)
        self._factors_reference = reference
        self._range = None

    def range_around(self, reference: Decimal) -> PriceRange:
        """The range around a reference; the last one is kept, for references rarely change."""
        known = self._range
        if known is None or known.reference != reference:
            known = self._range = PriceRange(self, reference)
        return known


class PriceRange:
    """The range of a bound at the monitor's time: ``low`` and ``high`` (both inside), and what they come from."""

    __slots__ = ("bound", "reference", "exact_low", "exact_high", "low", "high")

    def __init__(self, bound: PriceBound, reference: Decimal) -> None:
        self.bound = bound
        self.reference = reference
        self.exact_low = EXACT.multiply(reference, bound.down)
        self.exact_high = EXACT.multiply(reference, bound.up)
        self.low = int(self.exact_low.to_integral_value(ROUND_CEILING, EXACT))
        self.high = int(self.exact_high.to_integral_value(ROUND_FLOOR, EXACT))


class MarketBound:
    """A price-monitoring bound as market data shows it, prices in market decimals."""

    __slots__ = ("low", "high", "reference", "trigger", "active")

    def __init__(self, low: int, high: int, reference: int, trigger: PriceMonitoringTrigger, active: bool) -> None:
        self.low = low
        self.high = high
        self.reference = reference
        self.trigger = trigger
        self.active = active

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MarketBound):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<MarketBound {self.low}-{self.high} around {self.reference}, {self.trigger.horizon} s>"


def sort_triggers(triggers: Iterable[PriceMonitoringTrigger]) -> list[PriceMonitoringTrigger]:
    """Order triggers as the protocol does: an insertion sort with a comparison that is no total order.

    One trigger comes before its predecessor only with a shorter horizon *and* at least its probability.
    """
    result = list(triggers)
    for start in range(1, len(result)):
        i = start
        while i > 0 and _is_less(result[i], result[i - 1]):
            result[i - 1], result[i] = result[i], result[i - 1]
            i -= 1
    return result


def _is_less(one: PriceMonitoringTrigger, other: PriceMonitoringTrigger) -> bool:
    return one.horizon < other.horizon and one.probability >= other.probability


class PriceMonitor:
    """Price history, bounds and checks of one market.

    Args:
        triggers: of the market definition, in its order.
        risk_model: where price ranges come from.

    Attributes:
        now: time of the last :meth:`on_time`, nanoseconds; a price auction begins then.
        initialised: whether there is a price to refer to.
    """

    __slots__ = (
        "now", "initialised", "_model", "_bounds", "_horizon", "_current", "_past", "_references", "_ranges", "_low",
        "_high",
    )  # fmt: skip

    def __init__(self, triggers: Iterable[PriceMonitoringTrigger], risk_model: RiskModel) -> None:
        self.now = 0
        self.initialised = False
        self._model = risk_model
        self._current: list[int] = []
        self._past: list[tuple[int, Decimal]] = []
        self._references: dict[int, Decimal] = {}
        self._set_triggers(triggers, active=True)

    def _set_triggers(self, triggers: Iterable[PriceMonitoringTrigger], active: bool) -> None:
        self._bounds = [PriceBound(trigger, active) for trigger in sort_triggers(triggers)]
        self._horizon = self._bounds[-1].trigger.horizon * SECOND if self._bounds else 0
        self._forget_ranges()

    def _forget_ranges(self) -> None:
        self._ranges: list[PriceRange] | None = None
        self._low, self._high = 1, 0  # nothing is inside: the next check looks closely

    # --- time and history

    def on_time(self, now: int) -> None:
        """Move to a time; the prices of the time before become one entry of the history. Never moves back."""
        if now <= self.now:
            return
        if self._current:
            self._past.append((self.now, _mean(self._current)))
            self._current = []
        self.now = now
        self._references = {}
        self._forget_ranges()
        past = self._past
        if len(past) > 1:
            drop = min(bisect_left(past, now - self._horizon, key=_time), len(past) - 1)
            if drop:
                del past[:drop]

    def record(self, price: int) -> None:
        """Note a price at this time, without a check."""
        self._current.append(price)
        self.initialised = True

    def reset(self, price: int) -> None:
        """Start the history anew from a price; 0 keeps the newest entry of the past. All bounds become active."""
        self._references = {}
        self._forget_ranges()
        if price:
            self._past = []
            self._current = [price]
            self.initialised = True
        elif self._past:
            del self._past[:-1]
        else:
            self.initialised = False
        self._reactivate()

    def _reactivate(self) -> None:
        for bound in self._bounds:
            bound.active = True
        self._forget_ranges()

    def _reference(self, horizon: int) -> Decimal | None:
        """The price that a horizon (seconds) looks back to; None before the first price."""
        reference = self._references.get(horizon)
        if reference is None:
            reference = self._look_back(horizon)
            if reference is not None:
                self._references[horizon] = reference
        return reference

    def _look_back(self, horizon: int) -> Decimal | None:
        past = self._past
        if past:
            count = bisect_right(past, self.now - horizon * SECOND, key=_time)
            return past[count - 1 if count else 0][1]
        return Decimal(self._current[0]) if self._current else None

    # --- parameters

    def update(
        self, triggers: Iterable[PriceMonitoringTrigger], risk_model: RiskModel, in_price_auction: bool = False
    ) -> None:
        """Take new triggers and a new model: default factors until recalculated, history kept.

        All bounds are active, unless the market is in a price auction.
        """
        self._model = risk_model
        self._references = {}
        self._set_triggers(triggers, active=not in_price_auction)

    def recalculate_factors(self) -> bool:
        """Calculate the bound factors from the model; False when there is no price yet.

        Ranges already in use at this time stay, unless a price was recorded at this time.
        """
        for bound in self._bounds:
            reference = self._reference(bound.trigger.horizon)
            if reference is None:
                return False
            bound.calculate_factors(self._model, reference)
        if not self._current and not self._past:
            return False
        if self._current:
            self._forget_ranges()
        return True

    # --- ranges

    def ranges(self) -> list[PriceRange]:
        """The ranges at this time: built once per time, from the bounds active then, in checking order."""
        if self._ranges is None:
            ranges = []
            for bound in self._bounds:
                if bound.active:
                    reference = self._reference(bound.trigger.horizon)
                    if reference is None:
                        return []
                    ranges.append(bound.range_around(reference))
            self._ranges = ranges
            self._tighten()
        return self._ranges

    def _peek(self) -> list[PriceRange]:
        """As :meth:`ranges`, for who only looks: nothing is kept, so that looking does not change the state."""
        if self._ranges is not None:
            return self._ranges
        active = [bound for bound in self._bounds if bound.active]
        references = [(bound, self._look_back(bound.trigger.horizon)) for bound in active]
        ranges = [PriceRange(bound, reference) for bound, reference in references if reference is not None]
        return ranges if len(ranges) == len(active) else []

    def _tighten(self) -> None:
        """The prices that are inside every active range."""
        low, high = 0, NO_MAXIMUM
        for entry in self._ranges or ():
            if entry.bound.active:
                low, high = max(low, entry.low), min(high, entry.high)
        self._low, self._high = low, high

    def valid_range(self) -> tuple[int, int]:
        """Highest lower and lowest upper bound of the ranges at this time, asset decimals (0 and a huge number)."""
        low, high = 0, NO_MAXIMUM
        for entry in self.ranges():
            low = max(low, entry.low)
            if entry.high:
                high = min(high, entry.high)
        return low, high

    def exact_valid_range(self) -> tuple[Decimal, Decimal]:
        """As :meth:`valid_range`, from the bounds before they are rounded to integers (0034-PROB)."""
        low, high = Decimal(0), Decimal(NO_MAXIMUM)
        for entry in self.ranges():
            low = max(low, entry.exact_low)
            if entry.exact_high:
                high = min(high, entry.exact_high)
        return low, high

    def market_bounds(self, price_scale: Scale) -> list[MarketBound]:
        """What market data shows, by horizon, then probability (03 §1.4).

        Lower bounds get 1 when assets have more decimals than the market, even after an exact division.
        """
        one = 1 if price_scale.exponent > 0 else 0
        bounds = [
            MarketBound(
                price_scale.over(entry.low) + one,
                price_scale.over(entry.high),
                price_scale.over(truncate(entry.reference)),
                entry.bound.trigger,
                entry.bound.active,
            )
            for entry in self._peek()
        ]
        bounds.sort(key=_by_horizon)
        return bounds

    # --- checks

    def is_safe(self, price: int) -> bool:
        """Whether :meth:`check` finds nothing to say against the price of a trade, which is about to happen."""
        if self._low > self._high:
            self.ranges()
        return self._low <= price <= self._high

    def check(self, price: int, persistent: bool = True, record: bool = False) -> PriceMonitoringTrigger | None:
        """Check a price outside auctions.

        Args:
            price: of a trade to come, or a candidate for the mark price; 0 never violates.
            persistent: whether the order could rest (GFN, IOC and FOK could not).
            record: add the price to the history if it is fine.

        Returns:
            None if fine. Else the violated trigger, which is used up: start a price auction for its extension, from
            :attr:`now`; or, not persistent, stop the order (all bounds are active again then).
        """
        if not price:
            return None
        if not self._low <= price <= self._high:
            trigger = self._violated(price)
            if trigger is not None:
                if not persistent:
                    self._reactivate()
                return trigger
        if record:
            self.record(price)
        return None

    def check_in_auction(self, price: int) -> PriceMonitoringTrigger | None:
        """Check the indicative price (0: none) of an auction whose end has passed.

        Returns:
            None if fine: the auction is ready to be left; the history starts anew from the price and all bounds are
            active. Else the violated trigger, which is used up: the auction is extended by its extension.
        """
        if price:
            trigger = self._violated(price)
            if trigger is not None:
                return trigger
        self.reset(price)
        return None

    def _violated(self, price: int) -> PriceMonitoringTrigger | None:
        """Deactivate the first active bound that the price violates."""
        for entry in self.ranges():
            if entry.bound.active and not entry.low <= price <= entry.high:
                entry.bound.active = False
                self._tighten()
                return entry.bound.trigger
        return None


def _mean(prices: Sequence[int]) -> Decimal:
    return Decimal(prices[0]) if len(prices) == 1 else divide(sum(prices), len(prices))


def _time(entry: tuple[int, Decimal]) -> int:
    return entry[0]


def _by_horizon(bound: MarketBound) -> tuple[int, Decimal]:
    return bound.trigger.horizon, bound.trigger.probability
