"""An automated market maker as limit orders between two prices, for auctions and liquidity (0090-VAMM; 05 §4.11)."""

from __future__ import annotations

from typing import NamedTuple

from vega_mesa.protocol.amm.curves import Curve
from vega_mesa.protocol.amm.pool import REDUCE_ONLY, Pool
from vega_mesa.protocol.matching.order import BUY, SELL, Side

Shape = tuple[Side, int, int]


class Expansion(NamedTuple):
    """Orders in ascending price order, as side, price (asset decimals) and size."""

    orders: list[Shape]
    approximate: bool = False


NOTHING = Expansion([])


def expand(pool: Pool, start: int, end: int, levels: int) -> Expansion:
    """Show a market maker as orders.

    Args:
        pool: the market maker.
        start: lowest price wanted.
        end: highest price wanted.
        levels: how many steps are walked exactly; beyond that the steps grow and prices are averages.
    """
    if pool.lower is None:
        return NOTHING
    lower, upper = pool.curves
    low, high, fair, tick = lower.low, upper.high, pool.fair_price, pool.tick
    if pool.status is REDUCE_ONLY:
        position = pool.position
        if position == 0:
            return NOTHING
        low, high = (fair, lower.high) if position > 0 else (lower.high, fair)
        if high - low <= tick:
            only = (SELL, lower.high - tick, position) if position > 0 else (BUY, lower.high + tick, -position)
            return Expansion([only])
    if end < low or start > high or max(start, low) > min(end, high):
        return NOTHING
    first, last = max(start, low), min(end, high)
    if first == last == fair:
        return NOTHING
    return _Expander(pool, levels).run(start, end, first, last)


class _Expander:
    """The work on one market maker."""

    def __init__(self, pool: Pool, levels: int) -> None:
        self.pool = pool
        self.lower, self.upper = pool.curves
        self.base = self.lower.high
        self.fair = pool.fair_price
        self.position = pool.position
        self.tick = pool.tick
        self.levels = levels

    def run(self, start: int, end: int, first: int, last: int) -> Expansion:
        """Orders between two prices that lie in the range of the market maker.

        Args:
            start, end: the prices asked for.
            first, last: the same, clipped to the range.
        """
        fair, tick = self.fair, self.tick
        starts_low = first < self.base or (first == self.base and start > fair)
        ends_low = last < self.base or (last == self.base and end >= fair)
        start_curve = self.lower if starts_low else self.upper
        end_curve = self.lower if ends_low else self.upper
        widened = last < fair
        if start > fair:
            first -= max(tick, first - start_curve.price_below(first))
        if widened:
            last += max(tick, end_curve.price_above(last) - last)
        after = first + max(tick, start_curve.price_above(first) - first)
        before = last - max(tick, last - end_curve.price_below(last))
        opening, closing = self._boundary(first, after), self._boundary(before, last)
        orders = [opening]
        steps, approximate = self._steps(before - after)
        if before > after:
            self._walk(after, before, steps, approximate, orders)
        if closing[1] != opening[1]:
            orders.append(closing)
        return Expansion(orders, approximate)

    def _position_at(self, price: int) -> int:
        return self.position if price == self.fair else self.pool.position_at(price)

    def _boundary(self, low: int, high: int) -> Shape:
        volume = max(1, abs(self._position_at(low) - self._position_at(high)))
        return (SELL, high, volume) if low >= self.fair else (BUY, low, volume)

    def _steps(self, width: int) -> tuple[tuple[int, int], bool]:
        """Step of the lower and of the upper curve, and whether they had to be made larger."""
        tick = self.tick
        lower, upper = self._natural_step(self.lower), self._natural_step(self.upper)
        if width <= 0 or width // max(lower, upper) <= self.levels:
            return (lower, upper), False
        step = ((width // tick // self.levels if self.levels else 0) + 1) * tick
        return (step, step), True

    def _natural_step(self, curve: Curve) -> int:
        if curve.is_empty:
            return self.tick
        return max(self.tick, curve.high - curve.price_below(curve.high))

    def _walk(self, first: int, last: int, steps: tuple[int, int], approximate: bool, orders: list[Shape]) -> None:
        """The orders between two prices: up the lower curve, then up the upper curve."""
        for step, low, high in (
            (steps[0], first, min(last, self.base)),
            (steps[1], max(first, self.base), last),
        ):
            price = low
            while price < high:
                following = price + step
                if high - following < self.tick:
                    following = high
                if price < self.fair < following:  # buys up to the fair price, sells from there
                    following = self.fair
                self._step(price, following, approximate, orders)
                price = following

    def _step(self, low: int, high: int, approximate: bool, orders: list[Shape]) -> None:
        below, above = self._position_at(low), self._position_at(high)
        volume = abs(below - above)
        if volume == 0:
            return
        buying = low < self.fair
        if not approximate:
            orders.append((BUY, low, volume) if buying else (SELL, high, volume))
        elif buying:
            orders.append((BUY, self.pool.price_from(above, high, SELL, volume), volume))
        else:
            orders.append((SELL, self.pool.price_from(below, low, BUY, volume), volume))
