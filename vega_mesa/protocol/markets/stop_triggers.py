"""Stop orders in a market: submitted, fired by the last traded price, expired and cancelled (0014-ORDT; 02 §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import StopOrdersSubmission
from vega_mesa.protocol.events.trading import StopOrderUpdated
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.stop_order import (
    StopOrder,
    StopOrderRefused,
    StopOrderStatus,
    linked_size,
    make_stop_orders,
)
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.trading_market import TradingMarket


def submit(
    market: TradingMarket, party: str, submission: StopOrdersSubmission, ids: IdGenerator
) -> tuple[list[StopOrder], Confirmation | None]:
    """Pool a stop order or a pair that cancel each other; one already breached is sent at once.

    Returns:
        The stop orders, and what the order that was sent at once came to.

    Raises:
        StopOrderRefused: both sides are shown as rejected.
        Refused: of an order that was sent at once; its stop order stays triggered.
    """
    legs = [leg for leg in (submission.falls_below, submission.rises_above) if leg is not None]
    falls, rises = make_stop_orders(party, submission, ids.take(len(legs)), market.now)
    stop_orders = [order for order in (falls, rises) if order is not None]
    try:
        _check(market, party, falls, rises)
    except StopOrderRefused as refusal:
        for order in stop_orders:
            order.status, order.rejection_reason = StopOrderStatus.REJECTED, refusal.reason
            announce(market, order)
        raise
    breached = _breached(market, stop_orders)
    if breached is None:
        for order in stop_orders:
            market.stop_orders.insert(order)
            announce(market, order)
        return stop_orders, None
    for order in stop_orders:
        order.status = StopOrderStatus.TRIGGERED if order is breached else StopOrderStatus.STOPPED
    try:
        confirmation = market.submit_order(party, breached.submission, ids)
        breached.order_id = confirmation.order.id
    finally:
        for order in stop_orders:
            announce(market, order)
    return stop_orders, confirmation


def _check(market: TradingMarket, party: str, falls: StopOrder | None, rises: StopOrder | None) -> None:
    if market.auction.is_opening:
        raise StopOrderRefused(
            "stop orders are not accepted during the opening auction",
            "STOP_ORDER_NOT_ALLOWED_DURING_OPENING_AUCTION",
        )
    if market.state not in TRADABLE:
        raise StopOrderRefused("trading not allowed", "TRADING_NOT_ALLOWED")
    market.check_stop_orders(party, falls, rises)


def _breached(market: TradingMarket, stop_orders: list[StopOrder]) -> StopOrder | None:
    """The side that the last traded price already breaches, outside auctions (02 §5.3)."""
    if market.auction.in_auction:
        return None
    last = market.price_scale.over(market.last_traded_price)
    for order in stop_orders:
        if order.is_breached(last):
            return order
    return None


def announce(market: TradingMarket, order: StopOrder) -> None:
    """Tell how a stop order stands."""
    if StopOrderUpdated in market.bus.wanted:
        order.market = market.id
        market.bus.send(StopOrderUpdated, stop_order=order.copy())


def evaluate(market: TradingMarket, ids: IdGenerator) -> None:
    """Show the last traded price to the pool and send what fires, until nothing does (02 §5.4, 5.5)."""
    pool = market.stop_orders
    last = market.last_traded_price
    if not last or (market.stop_orders_wait and market.auction.in_auction):
        return
    if not pool.orders:
        scale = market.price_scale
        pool.last_price = last * scale.divisor // scale.multiplier
        pool.looked_at = last
        return
    pool.looked_at = 0
    while True:
        result = pool.trigger(market.price_scale.over(market.last_traded_price), market.now, market.open_volume)
        for order in (*result.stopped, *result.cancelled):
            announce(market, order)
        if not result.fired:
            return
        for order in [order for order in result.fired if _send(market, order, ids)]:
            announce(market, order)


def _send(market: TradingMarket, order: StopOrder, ids: IdGenerator) -> bool:
    """Submit the order that a stop order wraps; a refusal leaves the stop order without an order id.

    Returns:
        False when nothing was to be sent, and nothing is to be told.
    """
    submission = order.submission
    if order.is_linked:
        size = linked_size(order, market.open_volume(order.party))
        if not size:
            return False
        submission = replace(submission, size=size)
    try:
        order.order_id = market.submit_order(order.party, submission, ids, trigger_stops=False).order.id
    except Refused:
        order.order_id = ""
    return True


def expire(market: TradingMarket, ids: IdGenerator) -> None:
    """Take out what has expired; outside auctions send those whose strategy says so, in id order (02 §5.7)."""
    expired = market.stop_orders.expire(market.now, market.auction.in_auction)
    silent = [order for order in expired.to_submit if not _send(market, order, ids)]
    for order in expired.ended:
        if order not in silent:
            announce(market, order)


def cancel(market: TradingMarket, party: str, stop_order_id: str) -> None:
    """Cancel one stop order (with its partner), or all of a party's.

    Raises:
        Refused: ``stop order not found``, or ``trading not allowed``.
    """
    if market.state not in TRADABLE:
        raise Refused("trading not allowed")
    if stop_order_id:
        cancelled = market.stop_orders.cancel(party, stop_order_id, market.now)
    else:
        cancelled = market.stop_orders.cancel_all(party, market.now)
    for order in cancelled:
        announce(market, order)
