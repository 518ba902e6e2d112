"""The metrics of rewards: each party's value over the last epochs (0056-REWA; 06 §6.7.5).

A party without an entry in the window is not in the result: it is "not found", which is not the same as a score of 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact
from vega_mesa.protocol.commands.transfers import DispatchMetric
from vega_mesa.protocol.market_activity.market import EpochActivity, MarketTracker
from vega_mesa.protocol.market_activity.party import SCALE

Values = dict[str, Decimal]
Number = Decimal | int


def _sums(trackers: Iterable[MarketTracker], window: int, field: str) -> dict[str, Number]:
    """Sums of one field of every epoch of the window over all markets, by party."""
    read = attrgetter(field)
    sums: dict[str, Number] = {}
    for tracker in trackers:
        for epoch in tracker.window(window):
            for party, value in read(epoch).items():
                sums[party] = sums.get(party, 0) + value
    return sums


def _fee_shares(trackers: Sequence[MarketTracker], window: int, field: str) -> Values:
    """Each party's part of all fees of a kind."""
    fees = _sums(trackers, window, field)
    total = sum(fees.values())
    return {party: divide(fee, total) for party, fee in fees.items() if fee > 0}


def maker_fees_paid(trackers: Sequence[MarketTracker], window: int) -> Values:
    """Part of the maker fees that were paid."""
    return _fee_shares(trackers, window, "maker_paid")


def maker_fees_received(trackers: Sequence[MarketTracker], window: int) -> Values:
    """Part of the maker fees that were received."""
    return _fee_shares(trackers, window, "maker_received")


def liquidity_fees_received(trackers: Sequence[MarketTracker], window: int) -> Values:
    """Part of the liquidity fees that were received."""
    return _fee_shares(trackers, window, "lp_received")


def average_notional(trackers: Sequence[MarketTracker], window: int) -> Values:
    """Mean time-weighted value; smaller by the scale of positions than it should be, which proportions do not show."""
    sums = _sums(trackers, window, "notionals")
    return {party: divide(value, window * SCALE) for party, value in sums.items()}


def relative_return(trackers: Sequence[MarketTracker], window: int) -> Values:
    """Mean gain over time-weighted volume."""
    return {party: divide(value, window) for party, value in _sums(trackers, window, "returns").items()}


def realised_return(trackers: Sequence[MarketTracker], window: int) -> Values:
    """Mean realised gain."""
    return {party: divide(value, window) for party, value in _sums(trackers, window, "realised").items()}


def return_volatility(trackers: Sequence[MarketTracker], window: int) -> Values:
    """One over the variance of the returns of at least two epochs; 0 when they do not vary."""
    returns: dict[str, list[Decimal]] = {}
    for epochs in _by_epoch(trackers, window):
        sums: Values = {}
        for epoch in epochs:
            for party, value in epoch.returns.items():
                sums[party] = sums.get(party, ZERO) + value
        for party, value in sums.items():
            returns.setdefault(party, []).append(value)
    found = {}
    for party, values in returns.items():
        if len(values) > 1:
            variance = population_variance(values)
            found[party] = divide(ONE, variance) if variance else ZERO
    return found


def _by_epoch(trackers: Sequence[MarketTracker], window: int) -> Iterator[list[EpochActivity]]:
    """The epochs of the window, each with the markets that were tracked in it."""
    windows = [tracker.window(window) for tracker in trackers]
    for back in range(window, 0, -1):
        yield [epochs[-back] for epochs in windows if len(epochs) >= back]


def population_variance(values: Sequence[Decimal]) -> Decimal:
    """Mean squared distance from the mean, each division to 16 digits."""
    mean = divide(sum(values, ZERO), len(values))
    return divide(sum(((value - mean) ** 2 for value in values), ZERO), len(values))


METRICS: Final[dict[DispatchMetric, Callable[[Sequence[MarketTracker], int], Values]]] = {
    DispatchMetric.MAKER_FEES_PAID: maker_fees_paid,
    DispatchMetric.MAKER_FEES_RECEIVED: maker_fees_received,
    DispatchMetric.LP_FEES_RECEIVED: liquidity_fees_received,
    DispatchMetric.AVERAGE_NOTIONAL: average_notional,
    DispatchMetric.RELATIVE_RETURN: relative_return,
    DispatchMetric.REALISED_RETURN: realised_return,
    DispatchMetric.RETURN_VOLATILITY: return_volatility,
}


@exact
def values(metric: DispatchMetric, trackers: Sequence[MarketTracker], window: int) -> Values:
    """Everybody's value of a metric that markets are tracked for."""
    return METRICS[metric](trackers, window)
