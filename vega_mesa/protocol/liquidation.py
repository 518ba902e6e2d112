"""How the network sells what it took over (0012-POSR, 03 §7.3-7.4): when, how much, at which price. Moves nothing."""

from __future__ import annotations

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.markets.definition import LiquidationStrategy
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.order import BUY, SELL, Side


class LiquidationEngine:
    """When and how the network's position is disposed of.

    Attributes:
        next_step: time of the next attempt in nanoseconds, 0 when there is nothing to sell.
    """

    __slots__ = ("strategy", "next_step", "_fraction", "_max_consumed", "_slippage")

    def __init__(self, strategy: LiquidationStrategy) -> None:
        self.next_step = 0
        self._adopt(strategy)

    def update(self, strategy: LiquidationStrategy) -> None:
        """Adopt a new strategy; a waiting attempt is moved to the last step plus the new time step."""
        if self.next_step:
            step = strategy.disposal_time_step - self.strategy.disposal_time_step
            self.next_step += step * SECOND
        self._adopt(strategy)

    def took_over(self, now: int, network_was_flat: bool) -> None:
        """The network took over a position: the first attempt is due after one time step, unless one is waiting."""
        if network_was_flat or not self.next_step:
            self.next_step = now + self.strategy.disposal_time_step * SECOND

    def is_due(self, now: int, position: int) -> bool:
        """Whether an attempt is due for the network's signed open volume (auction and mid price aside)."""
        return position != 0 and now >= self.next_step

    def side(self, position: int) -> Side:
        """The side of the order that reduces the position."""
        return SELL if position > 0 else BUY

    def limit_price(self, position: int, mid: int, lowest: int = 0, highest: int = 0) -> int:
        """The price of the attempt's order, asset decimals.

        Args:
            mid: mid of best bid and best ask, not 0.
            lowest: lower bound of price monitoring's valid range (0: none).
            highest: upper bound of it (0: none).
        """
        if position > 0:
            slippage = self._slippage
            price = mid * (slippage.scale - slippage.numerator) // slippage.scale
            return max(price, lowest, 0)
        price = mid * (self._slippage.scale + self._slippage.numerator) // self._slippage.scale
        return min(price, highest) if highest else price

    def order_size(self, position: int, available: int) -> int:
        """Size of the attempt's order; 0 means no attempt, and :meth:`attempted` must not be called.

        Args:
            available: volume of the other side at the limit price or better, automated market makers included.
        """
        if available <= 0:
            return 0
        held = abs(position)
        if held > self.strategy.full_disposal_size:
            held = self._fraction.ceil_of(held)
        return min(held, self._max_consumed.ceil_of(available))

    def attempted(self, now: int) -> None:
        """An order was sent: the next attempt is one time step from now."""
        self.next_step = now + self.strategy.disposal_time_step * SECOND

    def disposed(self, position: int) -> None:
        """The network's position after the attempt: at 0 nothing is waiting any more."""
        if position == 0:
            self.next_step = 0

    def _adopt(self, strategy: LiquidationStrategy) -> None:
        self.strategy = strategy
        self._fraction = Factor(strategy.disposal_fraction)
        self._max_consumed = Factor(strategy.max_fraction_consumed)
        self._slippage = Factor(strategy.disposal_slippage_range)
