"""Orders that leave a spot market: cancelled, expired, or stopped with the market; their funds are released (02 §7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.protocol.events.trading import OrdersCancelled, OrdersExpired
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.matching.order import Order, OrderStatus
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.spot import pegging

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def cancel_order(market: SpotMarket, party: str, order_id: str) -> list[Order]:
    """Cancel one live or parked order, or all of the party's, in order-id order, when no id is given.

    Raises:
        Refused: ``trading not allowed``, ``unable to find the order in the market``, ``OrderError: Invalid Party ID``.

    Emits:
        OrdersCancelled.
    """
    if market.state not in TRADABLE:
        raise Refused("trading not allowed")
    if not order_id:
        orders = market.orders_of(party)
    else:
        order = market.find_order(order_id)
        if order is None:
            raise Refused("unable to find the order in the market")
        if order.party != party:
            raise OrderRefused("INVALID_PARTY_ID")
        orders = [order]
    if orders:
        cancel(market, orders)
    return orders


def cancel(market: SpotMarket, orders: list[Order]) -> None:
    """Cancel orders of one party: one event, one reference check."""
    for order in orders:
        take_out(market, order, OrderStatus.CANCELLED)
    ids = tuple(order.id for order in orders)
    market.bus.send(OrdersCancelled, market=market.id, party=orders[0].party, orders=ids)
    pegging.check_references(market)


def take_out(market: SpotMarket, order: Order, status: OrderStatus) -> None:
    """Take an order off the book or the parked list and release its funds; no event."""
    if order.status is OrderStatus.PARKED:
        market.parked.remove(order.id)
    elif order.id in market.book.orders:
        market.book.remove(order)
    market.holdings.release(order)
    if order.is_expirable:
        market.expiring.remove(order.id, order.expires_at)
    order.status = status
    order.updated_at = market.now


def cancel_at_boundary(market: SpotMarket, orders: Iterable[Order]) -> None:
    """Cancel orders that may not live on at the edge of an auction, an event for each."""
    for order in orders:
        take_out(market, order, OrderStatus.CANCELLED)
        market.bus.send(OrdersCancelled, market=market.id, party=order.party, orders=(order.id,))


def expire_orders(market: SpotMarket) -> None:
    """Take out every order whose expiry has come (02 §7.4)."""
    ids = market.expiring.expire(market.now)
    if not ids:
        return
    for id in ids:
        order = market.find_order(id)
        if order is not None:
            take_out(market, order, OrderStatus.EXPIRED)
    market.bus.send(OrdersExpired, market=market.id, orders=tuple(ids))
    pegging.check_references(market)


def stop_all(market: SpotMarket) -> None:
    """Stop every order, in order-id order: the market is at its end."""
    live = {**market.book.orders, **market.parked.orders}
    for id in sorted(live):
        take_out(market, live[id], OrderStatus.STOPPED)
        market.announce(live[id])
