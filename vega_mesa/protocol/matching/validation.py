"""The book's own checks of an incoming order, in their order; the first failure wins (02 of 0014-ORDT)."""

from __future__ import annotations

from vega_mesa.protocol.matching.order import FOK, GFA, GFN, GTC, GTT, LIMIT, MARKET, Order, OrderType
from vega_mesa.protocol.matching.order_errors import OrderRefused


def validate(order: Order, market_id: str, in_auction: bool) -> None:
    """Check an order that is about to enter a book.

    Args:
        order: the order.
        market_id: market of the book.
        in_auction: whether the book is in an auction.

    Raises:
        OrderRefused: with the reason of the first check that fails.
    """
    reason = _first_failure(order, market_id) or _time_in_force_failure(order, in_auction)
    if reason:
        raise OrderRefused(reason)


def _first_failure(order: Order, market_id: str) -> str:
    if order.market != market_id:
        return "INVALID_MARKET_ID"
    if order.type is OrderType.UNSPECIFIED:
        return "INVALID_TYPE"
    if order.remaining == 0:
        return "INVALID_REMAINING_SIZE"
    if order.time_in_force is GTT and order.expires_at == 0:
        return "INVALID_EXPIRATION_DATETIME"
    if not order.party:
        return "INVALID_PARTY_ID"
    if order.size == 0:
        return "INVALID_SIZE"
    if order.remaining > order.size:
        return "INVALID_REMAINING_SIZE"
    return ""


def _time_in_force_failure(order: Order, in_auction: bool) -> str:
    time_in_force = order.time_in_force
    if order.type is OrderType.NETWORK and time_in_force is not FOK:
        return "INVALID_PERSISTENCE"
    if time_in_force is GTT and order.type is not LIMIT:
        return "INVALID_PERSISTENCE"
    if order.type is MARKET and (time_in_force is GTT or time_in_force is GTC):
        return "INVALID_PERSISTENCE"
    if time_in_force is (GFN if in_auction else GFA):
        return "INVALID_TIME_IN_FORCE"
    if order.type is MARKET and order.expires_at > 0:
        return "INVALID_EXPIRATION_DATETIME"
    return ""
