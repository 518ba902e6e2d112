"""Amending an order (0004-AMND): which amendments are legal, and the order that comes out of one.

Nothing here touches the book: an amendment is applied to a copy, and the market decides from the difference whether
the copy replaces the order or the order is changed in place.
"""

from __future__ import annotations

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.commands.trading import OrderAmendment
from vega_mesa.protocol.matching.order import FOK, GFA, GFN, GTC, GTT, IOC, Order, PeggedReference, TimeInForce
from vega_mesa.protocol.matching.order_errors import OrderRefused


def check_amendment(order: Order, amendment: OrderAmendment) -> None:
    """Check an amendment against the order as it is.

    Raises:
        OrderRefused: the first check that fails; the order is untouched.
    """
    asked = amendment.time_in_force
    expires_at = amendment.expires_at
    if asked is GTT and expires_at is None:
        raise OrderRefused("CANNOT_AMEND_TO_GTT_WITHOUT_EXPIRYAT")
    if asked is GTC and expires_at is not None:
        raise OrderRefused("CANNOT_HAVE_GTC_AND_EXPIRYAT")
    if asked is FOK or asked is IOC:
        raise OrderRefused("CANNOT_AMEND_TO_FOK_OR_IOC")
    if asked is GTT and expires_at is not None and expires_at <= order.created_at:
        raise OrderRefused("EXPIRYAT_BEFORE_CREATEDAT")
    own = order.time_in_force
    if asked in (GFA, GFN) and own is not asked:
        raise OrderRefused("CANNOT_AMEND_TO_GFA_OR_GFN")
    if own in (GFA, GFN) and asked is not TimeInForce.UNSPECIFIED and own is not asked:
        raise OrderRefused("CANNOT_AMEND_FROM_GFA_OR_GFN")
    _check_peg(order, amendment)


def _check_peg(order: Order, amendment: OrderAmendment) -> None:
    if order.peg is not None:
        if amendment.price:
            raise OrderRefused("UNABLE_TO_AMEND_PRICE_ON_PEGGED_ORDER")
    elif amendment.pegged_offset is not None or amendment.pegged_reference is not PeggedReference.UNSPECIFIED:
        raise OrderRefused("CANNOT_AMEND_PEGGED_ORDER_DETAILS_ON_NON_PEGGED_ORDER")


def apply_amendment(order: Order, amendment: OrderAmendment, scale: Scale, now: int) -> Order:
    """Make the amended copy of an order.

    The version goes up even if nothing else changes. A remaining volume of 0 means that the order is to be cancelled.

    Args:
        order: live or parked.
        amendment: checked.
        scale: the market's price factor.
        now: block time, ns.
    """
    amended = order.copy()
    amended.updated_at = now
    amended.version += 1
    if amendment.price:
        price = scale.times(amendment.price)
        if price != order.price:
            amended.price = price
            amended.original_price = amendment.price
    if amendment.size is not None:
        _resize(amended, amendment.size - amended.size)
    _resize(amended, amendment.size_delta)
    if amendment.time_in_force is not TimeInForce.UNSPECIFIED:
        amended.time_in_force = amendment.time_in_force
        if amended.time_in_force is not GTT:
            amended.expires_at = 0
    if amendment.expires_at is not None:
        amended.expires_at = amendment.expires_at
    if amended.peg is not None:
        if amendment.pegged_offset is not None:
            amended.peg.offset = amendment.pegged_offset
        if amendment.pegged_reference is not PeggedReference.UNSPECIFIED:
            amended.peg.reference = amendment.pegged_reference
    return amended


def _resize(order: Order, delta: int) -> None:
    """More volume goes into an iceberg's reserve; less comes out of the reserve first."""
    iceberg = order.iceberg
    order.size += delta
    if delta >= 0:
        if iceberg is None:
            order.remaining += delta
        else:
            iceberg.reserve += delta
        return
    less = -delta
    if iceberg is not None:
        hidden = min(iceberg.reserve, less)
        iceberg.reserve -= hidden
        less -= hidden
    order.remaining = max(0, order.remaining - less)


def check_expiry(amended: Order) -> None:
    """Refuse an amended order that expires before it was created."""
    if amended.expires_at and amended.expires_at < amended.created_at:
        raise OrderRefused("INVALID_EXPIRATION_DATETIME")


def has_expired(amended: Order, now: int) -> bool:
    """Whether an amendment moved the expiry into the past: the order then ends as EXPIRED."""
    return 0 < amended.expires_at < now


def is_unchanged(order: Order, amended: Order) -> bool:
    """Whether nothing that the book or the positions see has changed."""
    return (
        order.price == amended.price
        and order.size == amended.size
        and order.remaining == amended.remaining
        and order.expires_at == amended.expires_at
        and order.time_in_force is amended.time_in_force
    )


def must_replace(order: Order, amended: Order) -> bool:
    """Whether the amended order loses its place: another price, or more volume unless it goes into a reserve."""
    return order.price != amended.price or (amended.size > order.size and order.iceberg is None)
