"""When the numbers of the risk model are calculated anew (0065-FTCO).

On the network these are agreed by the validators; here they are calculated at once. This module only says what is due;
the market calculates and reports back with :meth:`StateVariables.calculated`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class StateVariable(StrEnum):
    """The three numbers, or tables, of a market that come from the risk model."""

    RISK_FACTORS = "risk_factors"
    PRICE_BOUND_FACTORS = "price_bound_factors"
    PROBABILITY_OF_TRADING = "probability_of_trading"


class StateVariableTrigger(StrEnum):
    """What happened in the market."""

    MARKET_ENACTMENT = "market_enactment"
    MARKET_UPDATED = "market_updated"
    FIRST_UNCROSSING_PRICE = "first_uncrossing_price"
    AUCTION_ENDED = "auction_ended"
    TIME = "time"


ON_ENACTMENT: Final = (StateVariable.RISK_FACTORS,)
ON_PRICES: Final = (StateVariable.PRICE_BOUND_FACTORS, StateVariable.PROBABILITY_OF_TRADING)


class StateVariables:
    """Which state variables of one market are due, and whether all have a first result.

    Args:
        delay: nanoseconds between calculations by time (``network.floatingPointUpdates.delay``); 0 means every tick.
    """

    __slots__ = ("delay", "_last", "_initialised")

    def __init__(self, delay: int = 0) -> None:
        self.delay = delay
        self._last: dict[StateVariable, int] = {}
        self._initialised: dict[StateVariable, bool] = dict.fromkeys(StateVariable, False)

    @property
    def all_initialised(self) -> bool:
        """Whether the opening auction may be left."""
        return all(self._initialised.values())

    def is_initialised(self, variable: StateVariable) -> bool:
        """Whether the variable has a result that is still valid."""
        return self._initialised[variable]

    def on(self, trigger: StateVariableTrigger) -> tuple[StateVariable, ...]:
        """What to calculate now because of something that happened (not for ``TIME``: :meth:`due`)."""
        if trigger in (StateVariableTrigger.MARKET_ENACTMENT, StateVariableTrigger.MARKET_UPDATED):
            return ON_ENACTMENT
        return ON_PRICES

    def due(self, now: int) -> tuple[StateVariable, ...]:
        """What to calculate now because time has passed; ask at every tick, before the market's own tick."""
        delay = self.delay
        if delay == 0:
            return ON_PRICES
        last = self._last
        return tuple(v for v in ON_PRICES if v not in last or now >= last[v] + delay)

    def calculated(self, variable: StateVariable, now: int) -> None:
        """Note a result. A calculation that could not be done (no price yet) is not reported."""
        self._last[variable] = now
        self._initialised[variable] = True

    def invalidate(self, variable: StateVariable) -> None:
        """Forget that a variable has a result (a changed risk model does so to the probability of trading)."""
        self._initialised[variable] = False
