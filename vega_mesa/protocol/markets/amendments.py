"""A live order changes (0004-AMND; 02 §6): checks, then in place, or off the book and in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import OrderAmendment
from vega_mesa.protocol.markets import (
    cancellations,
    isolated_margin,
    margining,
    order_entry,
    pegging,
    stop_triggers,
    trade_processing,
)
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
from vega_mesa.protocol.matching.order import BUY, Order, OrderStatus
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.matching.pegged import check_tick, validate_peg
from vega_mesa.protocol.positions import MAX_VOLUME
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket


def amend_order(market: FuturesMarket, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
    """Change a live or parked order.

    Raises:
        Refused: with Vega's text; the order is as it was (in isolated margin the party's orders may be stopped).
    """
    try:
        confirmation = _amend(market, party, amendment, ids)
        pegging.check_references(market)
        return confirmation
    finally:
        stop_triggers.evaluate(market, ids)


def _amend(market: FuturesMarket, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
    if market.state not in TRADABLE:
        raise Refused("trading not allowed")
    order = market.find_order(amendment.order_id)
    if order is None:
        raise OrderRefused("INVALID_ORDER_ID")
    if order.party != party:
        raise OrderRefused("INVALID_PARTY_ID")
    check_amendment(order, amendment)
    amended = apply_amendment(order, amendment, market.price_scale, market.now)
    if amended.peg is not None:
        validate_peg(amended)
    market.check_order_value(amended)
    if amendment.price and market.tick_size != 1:
        check_tick(amended, market.tick_size)
    _check_overflow(market, order, amended)
    if amended.remaining <= 0:
        return _cancel(market, order)
    check_expiry(amended)
    if has_expired(amended, market.now):
        return _expire(market, order, amended)
    expired_at = order.expires_at if order.is_expirable else 0  # of the order as it was: it may change in place
    try:
        change = _amend_resting if order.peg is None else _amend_peg
        confirmation = change(market, order, amended, ids)
    except Refused:
        if expired_at and market.find_order(order.id) is None:  # stopped with all orders of its party
            market.expiring.remove(order.id, expired_at)
        raise
    if expired_at:
        market.expiring.remove(order.id, expired_at)
    market.track_expiry(confirmation.order)
    return confirmation


def _check_overflow(market: FuturesMarket, order: Order, amended: Order) -> None:
    position = market.positions.by_party.get(order.party)
    if position is None:
        return
    more = amended.true_remaining - order.true_remaining
    potential = position.buy if order.side is BUY else position.sell
    if more > 0 and potential + more > MAX_VOLUME:
        raise Refused("cannot register position without causing overflow")


# -- outcomes --------------------------------------------------------------------------------------------------------


def _cancel(market: FuturesMarket, order: Order) -> Confirmation:
    cancellations.cancel(market, [order])
    return Confirmation(order, [], [])


def _expire(market: FuturesMarket, order: Order, amended: Order) -> Confirmation:
    cancellations.take_out(market, order, OrderStatus.EXPIRED)
    if order.party in market.isolated:
        isolated_margin.release_excess_order_margin(market, market.positions.by_party[order.party])
    amended.status = OrderStatus.EXPIRED
    market.announce(amended)
    return Confirmation(amended, [], [])


def _amend_peg(market: FuturesMarket, order: Order, amended: Order, ids: IdGenerator) -> Confirmation:
    """02 §6.4: parked orders stay where they are, priced ones go the ordinary way."""
    was_parked = order.status is OrderStatus.PARKED
    if not pegging.price(market, amended):
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
    position = market.positions.register(amended)
    try:
        levels = margining.order_levels(market, position, amended.price)
        margining.require_funds(market, amended.party, levels)
    finally:
        market.positions.unregister(amended)
    market.parked.remove(order.id)
    amended.status = OrderStatus.ACTIVE
    return order_entry.place(market, amended, ids)


def _amend_resting(market: FuturesMarket, order: Order, amended: Order, ids: IdGenerator) -> Confirmation:
    """02 §6.5: in place where priority is kept, otherwise off the book and in again."""
    if is_unchanged(order, amended):
        market.book.amend_in_place(order, amended)
        market.announce(order)
        return Confirmation(order, [], [])
    party = order.party
    before = order.copy()
    position = market.positions.amend(order, amended)
    if party not in market.isolated:
        try:
            margining.check_new_order(market, amended, position)
        except OrderRefused as refusal:
            market.positions.amend(amended, before)
            raise Refused("margin check failed") from refusal
    if must_replace(order, amended):
        if market.auction.in_auction:
            return _replace_in_auction(market, order, amended)
        return _replace(market, order, amended, ids)
    shrinks = amended.size < order.size
    market.book.amend_in_place(order, amended)
    if party in market.isolated:
        if not isolated_margin.fund_orders(market, party, position.size):
            raise isolated_margin.stop_unfunded(market, party)
    elif shrinks:
        margining.recheck(market, [position])
    market.announce(order)
    return Confirmation(order, [], [])


def _replace_in_auction(market: FuturesMarket, order: Order, amended: Order) -> Confirmation:
    book, party = market.book, order.party
    book.remove(order)
    book.add_resting(amended)
    size = market.open_volume(party)
    if party in market.isolated and not isolated_margin.fund_orders(market, party, size):
        book.remove(amended)
        book.reinsert(order)  # stopped as it was
        market.positions.amend(amended, order)
        raise isolated_margin.stop_unfunded(market, party)
    market.announce(amended)
    return Confirmation(amended, [], [])


def _replace(market: FuturesMarket, order: Order, amended: Order, ids: IdGenerator) -> Confirmation:
    """Cancel and replace in continuous trading: the new order may trade."""
    book, party = market.book, order.party
    isolated = party in market.isolated
    position = market.positions.by_party[party]
    show_all(amended)
    try:
        book.validate(amended)
        fills = book.match(amended, market.now)
        if fills and amended.post_only:
            raise OrderRefused("POST_ONLY_ORDER_WOULD_TRADE")
        accepted = order_entry.accept_prices(market, amended, fills)
    except OrderRefused as refusal:
        market.positions.amend(amended, order)
        raise Refused("couldn't insert order in book") from refusal
    if not accepted:
        return _replace_in_auction(market, order, amended)
    trades, bill = [], None
    if fills:
        trades = book.trades_for(amended, fills, market.now)
        bill = market.fees.of_one_order(trades)
        try:
            if isolated:
                isolated_margin.cover_trades(market, amended, position, trades, bill, amending=True)
            else:
                margining.check_fees(market, party, bill)
        except OrderRefused:
            market.positions.amend(amended, order)
            if isolated:
                isolated_margin.stop_orders(market, party)
            raise
    book.remove(order)
    confirmation = book.submit(amended, fills, market.now, trades)
    late: OrderRefused | None = None
    if isolated:
        traded = sum(trade.size for trade in trades)
        size = position.size + (traded if amended.side is BUY else -traded)
        if not isolated_margin.fund_orders(market, party, size):
            late = isolated_margin.stop_unfunded(market, party)
    if amended.is_finished and amended.remaining > 0 and late is None:
        market.positions.unregister(amended)
    if bill is not None:
        market.fee_collector.pay(bill)
        trade_processing.process(market, amended, confirmation, ids)
    market.announce(amended)
    if late is not None:
        raise late
    return confirmation
