"""Orders that leave a market: cancelled by their party, expired, or stopped with a party (02 §7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.protocol.events.trading import OrdersCancelled, OrdersExpired
from vega_mesa.protocol.markets import isolated_margin, margining, pegging
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.matching.order import CANCELLED, PARKED, Order, OrderStatus
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket


def cancel_order(market: FuturesMarket, party: str, order_id: str) -> list[Order]:
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
        if not orders:
            return orders
    else:
        order = market.book.orders.get(order_id) or market.parked.get(order_id)
        if order is None:
            raise Refused("unable to find the order in the market")
        if order.party != party:
            raise OrderRefused("INVALID_PARTY_ID")
        orders = [order]
    cancel(market, orders)
    return orders


def cancel(market: FuturesMarket, orders: list[Order]) -> None:
    """Cancel orders of one party: one event, one margin release, one reference check."""
    party = orders[0].party
    for order in orders:
        take_out(market, order, CANCELLED)
    if OrdersCancelled in market.bus.wanted:
        market.bus.send(OrdersCancelled, market=market.id, party=party, orders=tuple(order.id for order in orders))
    _release(market, party)
    if market.book.pegged_live or market.parked.orders:
        pegging.check_references(market)


def take_out(market: FuturesMarket, order: Order, status: OrderStatus) -> None:
    """Take an order off the book or the parked list and unregister its volume; no event."""
    if order.status is PARKED:
        market.parked.remove(order.id)
    else:
        if order.id in market.book.orders:
            market.book.remove(order)
        market.positions.unregister(order)
    if order.expires_at and order.is_expirable:
        market.expiring.remove(order.id, order.expires_at)
    order.status = status
    order.updated_at = market.now


def _release(market: FuturesMarket, party: str) -> None:
    position = market.positions.by_party.get(party)
    if position is None:
        return
    if party in market.isolated:
        isolated_margin.release_excess_order_margin(market, position)
    if not (position.size or position.buy or position.sell):
        margining.release_if_flat(market, position)


def cancel_at_boundary(market: FuturesMarket, orders: Iterable[Order]) -> None:
    """Cancel good-for-normal or good-for-auction orders at the edge of an auction, an event for each."""
    for order in orders:
        take_out(market, order, OrderStatus.CANCELLED)
        market.bus.send(OrdersCancelled, market=market.id, party=order.party, orders=(order.id,))
        _release(market, order.party)


def expire_orders(market: FuturesMarket) -> None:
    """Take out every order whose expiry has come (02 §7.4)."""
    ids = market.expiring.expire(market.now)
    if not ids:
        return
    for id in ids:
        order = market.find_order(id)
        if order is None:
            continue
        take_out(market, order, OrderStatus.EXPIRED)
        if order.party in market.isolated:
            isolated_margin.release_excess_order_margin(market, market.positions.by_party[order.party])
    market.bus.send(OrdersExpired, market=market.id, orders=tuple(ids))
    pegging.check_references(market)


def stop_all(market: FuturesMarket, orders: Iterable[Order], reason: str = "") -> int:
    """Stop orders for a party in distress or a market at its end; returns how many were on the book."""
    on_book = 0
    for order in orders:
        on_book += order.status is not OrderStatus.PARKED
        take_out(market, order, OrderStatus.STOPPED)
        order.reason = reason
        market.announce(order)
    return on_book
