"""Rules of orders and margins that sit between two others: each was misread once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.trading import UpdateMarginMode
from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus


def isolate(desk, party: str, factor: str = "0.5") -> None:
    assert desk.send(party, UpdateMarginMode(market_id="M", isolated=True, margin_factor=Decimal(factor))).accepted


def order_margin(desk, party: str) -> int:
    return desk.exchange.collateral.balance(AccountType.ORDER_MARGIN, "USD", party, "M")


# -- amendments in isolated margin -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("funds", "accepted"), [(950, False), (1100, True)])
def test_an_amended_order_that_trades_dearer_than_its_margin_is_paid_for_by_the_general_account_alone(
    desk, funds, accepted
):
    """0019-MCAL-204: 450 of order margin and 500 of general account do not add up to the 550 that the trade asks."""
    desk.fund(funds, "a")
    isolate(desk, "a")
    order = desk.order("a", BUY, 1, 900).order
    assert (order_margin(desk, "a"), desk.balance("a")[1]) == (450, funds - 450)
    desk.order("maker-s", SELL, 1, 1100)
    outcome = desk.amend("a", order.id, price=1100)
    assert outcome.error == (None if accepted else "margin check failed")
    assert desk.open_volume("a") == (1 if accepted else 0)
    if not accepted:
        assert order.status is OrderStatus.STOPPED
        assert (order_margin(desk, "a"), desk.balance("a")) == (0, (0, funds))


def test_an_amended_order_that_traded_before_counts_only_what_it_trades_now(desk):
    desk.fund(10**6, "a")
    isolate(desk, "a")
    order = desk.order("a", BUY, 10, 900).order
    desk.order("maker-s", SELL, 4, 900)
    desk.order("a", SELL, 10, 1100)
    desk.order("maker-s", SELL, 2, 1000)
    assert desk.amend("a", order.id, price=1000).accepted
    assert desk.open_volume("a") == 6
    assert order_margin(desk, "a") == 2200  # half of 4 x 1100: the position takes up only 6 of the 10 that are sold
