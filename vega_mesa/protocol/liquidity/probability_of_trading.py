"""How likely an order at some distance from the best price trades (0034-PROB)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import EXACT, ONE, divide, exact, to_decimal
from vega_mesa.protocol.liquidity.market_view import ProbabilityModel

_SMALLEST: Final = 1e-8  # a table ends before the first probability that is not larger
_STEP: Final = 1000  # millionths of the best price from one entry of a table to the next
_HALF: Final = Decimal("0.5")
_CHUNK: Final = 64
_PLACES: Final = 10**16


class ProbabilityOfTrading:
    """The state variable ``probability_of_trading`` of one market.

    A recalculation only notes the best prices: the tables are made when somebody looks something up.
    """

    __slots__ = (
        "model",
        "tau_scaling",
        "minimum",
        "initialised",
        "_tau",
        "_best",
        "_tables",
        "_known",
        "_known_for",
        "version",
    )

    def __init__(self, model: ProbabilityModel) -> None:
        self.model = model
        self.tau_scaling = ONE
        self.minimum = Decimal("0.00000001")
        self.initialised = False
        self._tau = 0.0
        self._best: tuple[int, int] | None = None
        self._tables: tuple[list[float], list[float]] | None = None
        self._known: dict[tuple[int, bool], Decimal] = {}
        self._known_for: tuple[object, ...] = ()
        self.version = 0  # changes whenever an answer may change by itself

    def set_model(self, model: ProbabilityModel) -> None:
        """Change the risk model; the old tables serve until the next recalculation."""
        self._build()
        self.model = model
        self.initialised = False

    def recalculate(self, best_static_bid: int, best_static_ask: int) -> bool:
        """Calculate anew from the best static prices; False (nothing done) while one is missing."""
        if not best_static_bid or not best_static_ask:
            return False
        horizon = to_decimal(self.model.projection_horizon)
        tau = float(EXACT.multiply(horizon, self.tau_scaling))
        best = (best_static_bid, best_static_ask)
        if not self.initialised or best != self._best or tau != self._tau:
            self._best, self._tau = best, tau
            self._tables = None
            self._known_for = ()
            self.version += 1
        self.initialised = True
        return True

    def of(
        self, price: int, is_bid: bool, best_static_bid: int, best_static_ask: int, bounds: tuple[Decimal, Decimal]
    ) -> Decimal:
        """Probability for an order, at least :attr:`minimum`.

        Args:
            bounds: lowest and highest price that price monitoring allows, not rounded.
        """
        key = (best_static_bid, best_static_ask, bounds, self.minimum)
        if key != self._known_for:
            self._known = {}
            self._known_for = key
        known = self._known.get((price, is_bid))
        if known is None:
            best = best_static_bid if is_bid else best_static_ask
            known = self._known[price, is_bid] = self._look_up(price, is_bid, best, bounds)
        return known

    @exact
    def _look_up(self, price: int, is_bid: bool, best: int, bounds: tuple[Decimal, Decimal]) -> Decimal:
        if price >= best if is_bid else price <= best:
            return _HALF
        if price < bounds[0] if is_bid else price > bounds[1]:
            return self.minimum
        self._build()
        table = [] if self._tables is None else self._tables[0 if is_bid else 1]
        distance = abs(price - best)
        if not table:
            return _HALF if distance * 5 <= best else self.minimum
        quotient = (2 * distance * _PLACES + best) // (2 * best)  # to 16 places, half up
        offset = quotient * 1_000_000 // _PLACES
        last = len(table) - 1
        index = offset // _STEP
        if index < last:
            low, high = to_decimal(table[index]), to_decimal(table[index + 1])
            return max(self.minimum, (low + (high - low) * divide(offset - index * _STEP, _STEP)) * _HALF)
        if offset == last * _STEP:
            return max(self.minimum, to_decimal(table[last]) * _HALF)
        if not last:
            return self.minimum
        low, high = to_decimal(table[last - 1]), to_decimal(table[last])
        extrapolated = high + (high - low) * divide(offset - last * _STEP, _STEP)
        return min(ONE, max(self.minimum, extrapolated * _HALF))

    def _build(self) -> None:
        """Make the tables of the last recalculation, if they are not made yet."""
        if self._tables is not None or self._best is None:
            return
        bid, ask = self._best
        self._tables = (self._table(bid, True, 0.0, float(bid)), self._table(ask, False, float(ask), float(6 * ask)))

    def _table(self, best: int, is_bid: bool, low: float, high: float) -> list[float]:
        """Probabilities at the best price and at each further thousandth of it."""
        table: list[float] = []
        sign = -1 if is_bid else 1
        start = 0
        while True:
            prices = [best * (1000 + sign * i) / 1000 for i in range(start, start + _CHUNK)]
            for value in self.model.probabilities_of_trading(float(best), prices, is_bid, low, high, self._tau):
                if value <= _SMALLEST:
                    return table
                table.append(value)
            start += _CHUNK
