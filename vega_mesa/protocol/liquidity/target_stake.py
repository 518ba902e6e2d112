"""Target stake: how much commitment a market wants (0041-TSTK)."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ZERO, Factor, exact, truncate
from vega_mesa.protocol.liquidity.market_view import FactorPair
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.refusal import Refused

_FIVE_DIGITS: Final = 100_000  # risk factor and scaling factor keep five decimals


class WindowMaximum:
    """Maximum of a series over a time window; the newest reading never expires."""

    __slots__ = ("window", "value", "time", "_last_time", "_last", "_earlier")

    def __init__(self, window: int) -> None:
        self.window = window  # nanoseconds
        self.value = 0
        self.time = 0
        self._last_time = -1
        self._last = 0  # maximum of the newest timestamp's readings
        self._earlier: deque[tuple[int, int]] = deque()  # (time, maximum), values falling: others cannot win any more

    def record(self, value: int, now: int) -> None:
        """Add a reading; one that is older than the last is not taken."""
        last_time = self._last_time
        if now == last_time:
            if value > self._last:  # noqa: PLR1730  a call costs as much as the comparison
                self._last = value
        elif now > last_time:
            self._fold(now)
            self._last_time = now
            self._last = value
        else:
            return
        if value >= self.value:
            self.value = value
            self.time = now

    def _fold(self, now: int) -> None:
        earlier = self._earlier
        if self._last_time >= 0:
            while earlier and earlier[-1][1] <= self._last:
                earlier.pop()
            earlier.append((self._last_time, self._last))
        oldest = now - self.window
        while earlier and earlier[0][0] < oldest:
            earlier.popleft()

    def at(self, now: int) -> int:
        """The maximum that counts at ``now``."""
        oldest = now - self.window
        if self.time >= oldest:
            return self.value
        return max([self._last, *(value for moment, value in self._earlier if moment >= oldest)])

    def has_expired(self, now: int) -> bool:
        """Whether every reading lies outside the window, the newest too."""
        return self._last_time < now - self.window


class TargetStake:
    """The target of a futures market: its largest recent open interest times risk and scaling factor.

    Args:
        time_window: seconds.
        position_factor_decimals: position decimals of the market, may be negative.
    """

    __slots__ = ("open_interest", "_scaling", "_up", "_down")

    def __init__(self, time_window: int, scaling_factor: Decimal, position_decimals: int) -> None:
        self.open_interest = WindowMaximum(0)
        self._up: int = 10 ** max(0, -position_decimals)
        self._down: int = 10 ** max(0, position_decimals)
        self.update(time_window, scaling_factor)

    def update(self, time_window: int, scaling_factor: Decimal) -> None:
        """Change the market's parameters.

        Raises:
            Refused: a negative scaling factor.
        """
        if scaling_factor < ZERO:
            raise Refused("scaling factor can't be negative")
        self.open_interest.window = time_window * SECOND
        scaling = Factor(scaling_factor)
        self._scaling: int = scaling.numerator * _FIVE_DIGITS // scaling.scale

    def record(self, open_interest: int, now: int) -> None:
        """Tell the open interest after a trade (sum of long positions, position decimals)."""
        self.open_interest.record(open_interest, now)

    def value(self, now: int, mark_price: int, risk: FactorPair) -> int:
        """The target stake, asset decimals."""
        return self._target(self.open_interest.at(now), mark_price, risk)

    def theoretical(self, now: int, price: int, risk: FactorPair, indicative_open_interest: int) -> int:
        """The target stake if the auction uncrossed now, asset decimals."""
        largest = self.open_interest.at(now)
        if indicative_open_interest > largest or self.open_interest.has_expired(now):
            largest = indicative_open_interest
        return self._target(largest, price, risk)

    def _target(self, open_interest: int, price: int, risk: FactorPair) -> int:
        value = price * open_interest * self._up // self._down
        if not value:
            return 0
        long, short = risk.long, risk.short
        factor = max(
            long.numerator * _FIVE_DIGITS // long.scale,
            short.numerator * _FIVE_DIGITS // short.scale,
        )
        return value * factor * self._scaling // (_FIVE_DIGITS * _FIVE_DIGITS)


class SpotTargetStake:
    """The target of a spot market: its largest recent supplied stake times a factor."""

    __slots__ = ("supplied", "scaling_factor")

    def __init__(self, time_window: int, scaling_factor: Decimal) -> None:
        self.supplied = WindowMaximum(0)
        self.update(time_window, scaling_factor)

    def update(self, time_window: int, scaling_factor: Decimal) -> None:
        """Change the market's parameters (seconds, factor).

        Raises:
            Refused: a negative scaling factor.
        """
        if scaling_factor < ZERO:
            raise Refused("scaling factor can't be negative")
        self.supplied.window = time_window * SECOND
        self.scaling_factor: Decimal = scaling_factor

    def record(self, supplied_stake: int, now: int) -> None:
        """Tell the supplied stake at the end of a block."""
        self.supplied.record(supplied_stake, now)

    @exact
    def value(self, now: int) -> int:
        """The target stake, asset decimals."""
        return truncate(Decimal(self.supplied.at(now)) * self.scaling_factor)
