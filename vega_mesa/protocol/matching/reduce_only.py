"""Orders that may only make a position smaller (0014-ORDT)."""

from __future__ import annotations

from vega_mesa.protocol.matching.order import BUY, FOK, STOPPED, Order
from vega_mesa.protocol.matching.order_errors import OrderRefused


def hold_back(order: Order, position: int) -> int:
    """Lower the remaining volume of a reduce-only order to what closes the position.

    Args:
        order: the order, before it is matched.
        position: open volume of the party, signed, its orders not counted.

    Returns:
        The volume held back, for :func:`give_back` after matching.

    Raises:
        OrderRefused: the order would not reduce the position, or is fill-or-kill and larger than it.
    """
    reduces = position < 0 if order.side is BUY else position > 0
    extra = max(0, order.remaining - abs(position))
    if not reduces or (extra and order.time_in_force is FOK):
        raise OrderRefused("REDUCE_ONLY_ORDER_WOULD_NOT_REDUCE_POSITION")
    order.remaining -= extra
    return extra


def give_back(order: Order, extra: int) -> bool:
    """Restore what was held back; an order with any volume left is STOPPED, also if it traded, also if it is GTC.

    Returns:
        Whether the order was stopped.
    """
    order.remaining += extra
    if order.remaining:
        order.status = STOPPED
    return order.remaining > 0
