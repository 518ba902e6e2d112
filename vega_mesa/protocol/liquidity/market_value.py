"""The market's value and growth, from what is traded in windows of time (0042-LIQF)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ZERO, divide, exact, truncate
from vega_mesa.protocol.liquidity.equity_shares import EquityShares

# Every close multiplies by a factor of 16 digits. A hundred digits are more than any comparison or division can see.
_DIGITS: Final = Context(prec=100, rounding=ROUND_HALF_UP)


class MarketValue:
    """Traded value by windows; each close moves the virtual stakes.

    ``window`` is the length in nanoseconds (``market.value.windowLength``; 0 closes in every block whose time moved).
    """

    __slots__ = ("window", "start", "traded", "proxy", "growth", "average", "count", "_quiet")

    def __init__(self) -> None:
        self.window = 0
        self.start: int | None = None  # None: no window yet, the zero time
        self.traded = 0  # in this window, asset decimals
        self.proxy = ZERO  # the market value proxy of the last close
        self.growth = ZERO
        self.average = ZERO  # running average of the windows
        self.count = 1
        self._quiet = 0  # closes without trades or providers, not yet carried out

    def on_tick(self, now: int, shares: EquityShares, *, opening: bool) -> bool:
        """Close the window if it is over (never at a time before it); returns whether virtual stakes have changed."""
        if self.start is not None and now - self.start <= self.window:
            return False
        self.start = now
        if opening:
            self.traded = 0
            return False
        if not self.traded and not shares.by_party:
            self._quiet += 1
            return False
        self.catch_up()
        return self._close() and shares.grow(self.growth)

    def on_leave_opening_auction(self, now: int) -> None:
        """Start the first window that counts; what the auction traded becomes the first average."""
        self.catch_up()
        if not self.average and self.traded:
            self.average = Decimal(self.traded)
        self.traded = 0
        self.growth = ZERO
        self.start = now

    def catch_up(self) -> None:
        """Carry out the closes that nothing depended on so far."""
        if not self._quiet:
            return
        quiet, self._quiet = self._quiet, 0
        if self.average:
            traded, self.traded = self.traded, 0
            for _ in range(quiet):
                self._close()
            self.traded = traded

    @exact
    def _close(self) -> bool:
        traded = Decimal(self.traded)
        if self.count == 1:
            self.average += traded
        else:
            weight = divide(self.count - 1, self.count)
            self.average = _DIGITS.plus(self.average * weight + divide(traded, self.count))
        self.traded = 0
        if not self.average:
            return False
        self.growth = divide(self.average - self.proxy, self.proxy) if self.proxy else ZERO
        self.proxy = self.average
        self.count += 1
        return True

    def __getstate__(self) -> tuple[object, ...]:
        self.catch_up()  # so that a saved state does not depend on who looked
        return tuple(getattr(self, name) for name in self.__slots__)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for name, value in zip(self.__slots__, state, strict=True):
            setattr(self, name, value)

    @exact
    def spot_proxy(self, now: int, supplied_stake: int) -> int:
        """What a spot market shows as its value: the supplied stake or, if larger, the traded value extrapolated."""
        elapsed = 0 if self.start is None else min(now - self.start, self.window)
        if elapsed <= 0:
            return supplied_stake
        return truncate(max(Decimal(supplied_stake), divide(self.window, elapsed) * self.traded))
