"""Amendments: what is legal and what comes out (0004-AMND)."""

from __future__ import annotations

import pytest

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.commands.trading import OrderAmendment
from vega_mesa.protocol.matching.amendment import (
    apply_amendment,
    check_amendment,
    check_expiry,
    has_expired,
    is_unchanged,
    must_replace,
)
from vega_mesa.protocol.matching.order import BUY, FOK, GFA, GFN, GTC, GTT, IOC, PeggedReference
from vega_mesa.protocol.matching.order_errors import OrderRefused


def amendment(**fields):
    return OrderAmendment(market_id="market", order_id="id", **fields)


def amend(order, decimals=0, **fields):
    return apply_amendment(order, amendment(**fields), Scale(decimals), 50)


@pytest.mark.parametrize(
    ("own", "fields", "reason"),
    [
        (GTC, {"time_in_force": GTT}, "CANNOT_AMEND_TO_GTT_WITHOUT_EXPIRYAT"),
        (GTC, {"time_in_force": GTC, "expires_at": 9}, "CANNOT_HAVE_GTC_AND_EXPIRYAT"),
        (GTC, {"time_in_force": FOK}, "CANNOT_AMEND_TO_FOK_OR_IOC"),
        (GTC, {"time_in_force": IOC}, "CANNOT_AMEND_TO_FOK_OR_IOC"),
        (GTC, {"time_in_force": GTT, "expires_at": 5}, "EXPIRYAT_BEFORE_CREATEDAT"),
        (GTC, {"time_in_force": GFA}, "CANNOT_AMEND_TO_GFA_OR_GFN"),
        (GFA, {"time_in_force": GFN}, "CANNOT_AMEND_TO_GFA_OR_GFN"),
        (GFN, {"time_in_force": GTC}, "CANNOT_AMEND_FROM_GFA_OR_GFN"),
        (GTC, {"pegged_offset": 1}, "CANNOT_AMEND_PEGGED_ORDER_DETAILS_ON_NON_PEGGED_ORDER"),
        (
            GTC,
            {"pegged_reference": PeggedReference.MID},
            "CANNOT_AMEND_PEGGED_ORDER_DETAILS_ON_NON_PEGGED_ORDER",
        ),
    ],
)
def test_refused(desk, own, fields, reason):
    order = desk.order(BUY, 5, 100, tif=own, created_at=5)
    with pytest.raises(OrderRefused) as refusal:
        check_amendment(order, amendment(**fields))
    assert refusal.value.reason == reason


def test_the_price_of_a_pegged_order_cannot_be_amended(desk):
    order = desk.order(BUY, 5, peg=(PeggedReference.MID, 3))
    with pytest.raises(OrderRefused) as refusal:
        check_amendment(order, amendment(price=7))
    assert refusal.value.text == "invalid OrderError"
    check_amendment(order, amendment(pegged_offset=7))
    amended = amend(order, pegged_offset=7, pegged_reference=PeggedReference.BEST_BID)
    assert (amended.peg.offset, amended.peg.reference) == (7, PeggedReference.BEST_BID)
    assert order.peg.offset == 3


def test_an_amendment_of_nothing_bumps_the_version(desk):
    order = desk.order(BUY, 5, 100, created_at=3)
    amended = amend(order)
    assert is_unchanged(order, amended)
    assert (amended.version, amended.updated_at, amended.created_at, amended.id) == (2, 50, 3, order.id)
    assert order.version == 1


def test_a_price_that_scales_to_the_same_is_no_change(desk):
    order = desk.order(BUY, 5, 10)
    order.original_price = 100
    amended = amend(order, -1, price=105)
    assert (amended.price, amended.original_price) == (10, 100)
    moved = amend(order, -1, price=111)
    assert (moved.price, moved.original_price) == (11, 111)
    assert must_replace(order, moved)


def test_an_absolute_size_is_applied_as_a_difference(desk):
    # size 6 on an order of size 8 with remaining 5
    order = desk.order(BUY, 8, 100)
    order.remaining = 5
    amended = amend(order, size=6)
    assert (amended.size, amended.remaining) == (6, 3)
    assert not must_replace(order, amended)
    both = amend(order, size=6, size_delta=4)
    assert (both.size, both.remaining) == (10, 7)
    assert must_replace(order, both)
    assert amend(order, size=2).remaining == 0


def test_023_024_the_volume_of_an_iceberg_changes_in_its_reserve(desk):
    order = desk.order(BUY, 50, 100, peak=2)
    order.remaining, order.iceberg.reserve = 2, 48
    more = amend(order, size_delta=50)
    assert (more.size, more.remaining, more.iceberg.reserve) == (100, 2, 98)
    assert not must_replace(order, more)
    less = amend(more, size_delta=-50)
    assert (less.remaining, less.iceberg.reserve) == (2, 48)
    little = amend(more, size_delta=-99)
    assert (little.remaining, little.iceberg.reserve) == (1, 0)
    assert amend(more, size_delta=-200).remaining == 0


def test_time_in_force_and_expiry(desk):
    order = desk.order(BUY, 5, 100, tif=GTT, created_at=5)
    order.expires_at = 70
    assert amend(order, time_in_force=GTC).expires_at == 0
    assert amend(order, expires_at=80).expires_at == 80
    plain = desk.order(BUY, 5, 100)
    stored = amend(plain, expires_at=80)  # stored without effect on a GTC order
    assert (stored.time_in_force, stored.expires_at) == (GTC, 80)
    assert not is_unchanged(plain, stored)
    with pytest.raises(OrderRefused, match="Invalid Expiration Datetime"):
        check_expiry(amend(order, expires_at=4))
    assert has_expired(amend(order, expires_at=49), 50)
    assert not has_expired(amend(order, expires_at=50), 50)
