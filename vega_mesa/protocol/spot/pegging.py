"""Pegged orders of a spot market: parked without funds, repriced with fresh ones (0037-OPEG; 05 §3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.markets.pegging import ALL_REFERENCES, park, price
from vega_mesa.protocol.matching.order import Order, OrderStatus, PeggedReference
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.matching.pegged import following
from vega_mesa.protocol.spot import funds

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def park_all(market: SpotMarket) -> None:
    """Entering an auction: park every live peg in live-list order; its funds are released."""
    for order in list(market.book.pegged_live.values()):
        take_off(market, order)
        park(market, order)


def take_off(market: SpotMarket, order: Order) -> None:
    """Take a live peg off the book and release its funds."""
    market.book.remove(order)
    market.holdings.release(order)


def check_references(market: SpotMarket, *, forced: bool = False) -> None:
    """Move the pegged orders whose reference has moved since the last check; nothing in an auction.

    Args:
        forced: on leaving an auction, all references count as moved.
    """
    if market.auction.in_auction:
        return
    moved = market.references.refresh(market.book)
    if forced:
        moved = ALL_REFERENCES
    while moved and (market.book.pegged_live or market.parked) and _reprice(market, moved):
        moved = market.references.refresh(market.book)


def _reprice(market: SpotMarket, moved: frozenset[PeggedReference]) -> bool:
    """Take off, reprice and put back every peg on a moved reference; True when one was put back."""
    parked = market.parked
    live = following(market.book.pegged_live, moved)
    waiting = following(parked.orders, moved)
    for order in live:
        take_off(market, order)
    for order in waiting:
        parked.remove(order.id)
    priced: list[Order] = []
    for order in (*live, *waiting):
        if price(market, order):
            priced.append(order)
        elif order.status is OrderStatus.PARKED:
            parked.park(order)
        else:
            park(market, order)
    for order in priced:
        _put_back(market, order)
    return bool(priced)


def _put_back(market: SpotMarket, order: Order) -> None:
    """Put a repriced peg on the book; it is stopped if its party cannot pay for it any more."""
    order.updated_at = market.now
    try:
        funds.check_submission(market, order)
        market.book.reinsert(order)
        funds.lock_remainder(market, order)
    except OrderRefused:
        if order.id in market.book.orders:
            market.book.remove(order)
        if order.is_expirable:
            market.expiring.remove(order.id, order.expires_at)
        order.status = OrderStatus.STOPPED
    market.announce(order)
