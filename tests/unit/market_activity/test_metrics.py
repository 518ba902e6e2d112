"""Values of the metrics over a window (0056-REWA)."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

import pytest

from vega_mesa.protocol.commands.transfers import DispatchMetric
from vega_mesa.protocol.market_activity import EpochActivity
from vega_mesa.protocol.market_activity.metrics import values


class History:
    """A tracker of which only the history matters; one mapping of fields for each epoch."""

    def __init__(self, *epochs):
        self.history = deque()
        for fields in epochs:
            closed = EpochActivity()
            for name, value in fields.items():
                setattr(closed, name, value)
            self.history.append(closed)

    def window(self, epochs):
        return list(self.history)[-epochs:]


def decimals(**by_party):
    return {party: Decimal(value) for party, value in by_party.items()}


def test_fees_are_parts_of_all_fees_in_the_window():
    trackers = [
        History({"maker_paid": {"a": 100}}, {"maker_paid": {"a": 1}}),
        History({}, {"maker_paid": {"b": 2}}),
    ]
    assert values(DispatchMetric.MAKER_FEES_PAID, trackers, 1) == decimals(
        a="0.3333333333333333", b="0.6666666666666667"
    )
    assert values(DispatchMetric.MAKER_FEES_PAID, trackers, 2)["a"] == Decimal("0.9805825242718447")


def test_missing_epochs_count_in_the_divisor():
    trackers = [History({"realised": decimals(a=6)})]
    assert values(DispatchMetric.REALISED_RETURN, trackers, 4) == decimals(a="1.5")
    trackers = [History({"notionals": {"a": 6 * 10**7}})]
    assert values(DispatchMetric.AVERAGE_NOTIONAL, trackers, 4) == decimals(a="1.5")


def test_relative_return_adds_markets_and_epochs():
    trackers = [
        History({"returns": decimals(a=1)}, {"returns": decimals(a=2)}),
        History({"returns": decimals(a=3, b=-1)}),
    ]
    assert values(DispatchMetric.RELATIVE_RETURN, trackers, 2) == decimals(a=3, b="-0.5")


@pytest.mark.parametrize(
    ("returns", "value"),
    [((-6, None), None), ((None, "-1.4285714285714286"), None), ((1, 3), 1), ((2, 2), 0), ((1, None, 5), "0.25")],
)
def test_volatility_needs_two_epochs_with_a_return(returns, value):
    """An epoch without an entry is absent, not 0 (0056-REWA-088)."""
    epochs = [{"returns": decimals(a=each)} if each is not None else {} for each in returns]
    found = values(DispatchMetric.RETURN_VOLATILITY, [History(*epochs)], 3)
    assert found == ({} if value is None else decimals(a=value))


def test_volatility_adds_markets_epoch_by_epoch_counted_from_the_end():
    old = History({"returns": decimals(a=100)}, {"returns": decimals(a=1)}, {"returns": decimals(a=1)})
    new = History({"returns": decimals(a=2)})
    assert values(DispatchMetric.RETURN_VOLATILITY, [old, new], 2) == decimals(a=1)
