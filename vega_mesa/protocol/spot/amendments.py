"""A live order on a spot market changes (0004-AMND; 05 §3.5): checks, then in place, or off the book and in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import OrderAmendment
from vega_mesa.protocol.markets import stop_triggers
from vega_mesa.protocol.markets.order_entry import accept_prices
from vega_mesa.protocol.markets.pegging import price
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.matching.amendment import (
    apply_amendment,
    check_amendment,
    check_expiry,
    has_expired,
    is_unchanged,
    must_replace,
)
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.iceberg import show_all
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import Order, OrderStatus, Trade
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.matching.pegged import check_tick, validate_peg
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.spot import cancellations, funds, order_entry, pegging, trade_processing

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def amend_order(market: SpotMarket, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
    """Change a live or parked order.

    Raises:
        Refused: with Vega's text; the order is as it was, but may have lost the funds that backed it.
    """
    try:
        confirmation = _amend(market, party, amendment, ids)
        pegging.check_references(market)
        return confirmation
    finally:
        stop_triggers.evaluate(market, ids)


def _amend(market: SpotMarket, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
    if market.state not in TRADABLE:
        raise Refused("trading not allowed")
    order = market.find_order(amendment.order_id)
    if order is None:
        raise OrderRefused("INVALID_ORDER_ID")
    if order.party != party:
        raise OrderRefused("INVALID_PARTY_ID")
    check_amendment(order, amendment)
    funds.check_amendment(market, order, amendment)
    amended = apply_amendment(order, amendment, market.price_scale, market.now)
    if amended.peg is not None:
        validate_peg(amended)
    if market.minimum_order_value_multiple:
        funds.check_value(market, amended)
    if amendment.price:
        check_tick(amended, market.tick_size)
    if amended.remaining <= 0:
        cancellations.cancel(market, [order])
        return Confirmation(order, [], [])
    check_expiry(amended)
    if has_expired(amended, market.now):
        return _expire(market, order, amended)
    if order.is_expirable:
        market.expiring.remove(order.id, order.expires_at)
    try:
        confirmation = (_amend_resting if order.peg is None else _amend_peg)(market, order, amended, ids)
    except Refused:
        market.track_expiry(order)
        raise
    market.track_expiry(confirmation.order)
    return confirmation


def _expire(market: SpotMarket, order: Order, amended: Order) -> Confirmation:
    cancellations.take_out(market, order, OrderStatus.EXPIRED)
    amended.status = OrderStatus.EXPIRED
    market.announce(amended)
    return Confirmation(amended, [], [])


def _amend_peg(market: SpotMarket, order: Order, amended: Order, ids: IdGenerator) -> Confirmation:
    """Parked orders stay where they are in an auction; priced ones go the ordinary way or are submitted anew."""
    was_parked = order.status is OrderStatus.PARKED
    if not price(market, amended):
        if not was_parked:
            pegging.take_off(market, order)
            market.parked.park(order)
        amended.status = OrderStatus.PARKED
        amended.price = amended.original_price = 0
        market.parked.replace(amended)
        market.announce(amended)
        return Confirmation(amended, [], [])
    if not was_parked:
        return _amend_resting(market, order, amended, ids)
    funds.check_submission(market, amended)
    market.parked.remove(order.id)
    amended.status = OrderStatus.ACTIVE
    return order_entry.place(market, amended, ids)


def _amend_resting(market: SpotMarket, order: Order, amended: Order, ids: IdGenerator) -> Confirmation:
    if is_unchanged(order, amended):
        market.book.amend_in_place(order, amended)
        market.announce(order)
        return Confirmation(order, [], [])
    market.holdings.release(order)
    if not must_replace(order, amended):
        return _amend_in_place(market, order, amended)
    if market.auction.in_auction:
        market.book.remove(order)
        market.book.add_resting(amended)
        return order_entry.rest(market, amended, amended=True)
    return _replace(market, order, amended, ids)


def _amend_in_place(market: SpotMarket, order: Order, amended: Order) -> Confirmation:
    """Priority is kept."""
    market.book.amend_in_place(order, amended)
    funds.lock_remainder(market, order, amended=True)
    market.announce(order)
    return Confirmation(order, [], [])


def _replace(market: SpotMarket, order: Order, amended: Order, ids: IdGenerator) -> Confirmation:
    """Cancel and replace in continuous trading: the new order may trade. Its funds are released already."""
    book = market.book
    show_all(amended)
    try:
        book.validate(amended)
        fills = book.match(amended, market.now)
        if fills and amended.post_only:
            raise OrderRefused("POST_ONLY_ORDER_WOULD_TRADE")
        accepted = accept_prices(market, amended, fills)
    except OrderRefused as refusal:
        raise Refused("couldn't insert order in book") from refusal
    if not accepted:
        market.holdings.release(order)  # entering the auction has locked a fee for the order as it was
        if order.id in book.orders:
            book.remove(order)
        return order_entry.rest_unmatched(market, amended)
    trades: list[Trade] = order_entry.affordable_trades(market, amended, fills) if fills else []
    book.remove(order)
    confirmation = book.submit(amended, fills, market.now, trades)
    if trades:
        trade_processing.process(market, confirmation, ids)
    funds.lock_remainder(market, amended)
    market.announce(amended)
    return confirmation
