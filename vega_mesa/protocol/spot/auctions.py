"""Auctions of a spot market: fees locked on entering, assets exchanged on leaving (0026-AUCT, 0080-SPOT; 05 §3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vega_mesa.protocol.markets.auctions import announce
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, Order, OrderStatus
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk.state_variables import StateVariableTrigger
from vega_mesa.protocol.spot import cancellations, funds, marking, pegging, trade_processing

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def enter(market: SpotMarket) -> None:
    """Put the book into the auction that has been flagged: orders cancelled, pegs parked, fees of buys locked."""
    good_for_normal = market.book.enter_auction()
    notice = market.auction.entered()
    cancellations.cancel_at_boundary(market, good_for_normal)
    for order in market.parked.good_for_normal():
        cancellations.take_out(market, order, OrderStatus.CANCELLED)
        market.announce(order)
    pegging.park_all(market)
    lock_fees(market)
    announce(market, notice)


def buys(market: SpotMarket) -> Iterator[Order]:
    """Live buy orders, by party id, then by order id."""
    for party in sorted(market.book.by_party):
        for order in market.book.orders_of(party):
            if order.side is BUY and order.level is not None:
                yield order


def lock_fees(market: SpotMarket) -> None:
    """Lock what is missing of the fees of resting buys; whose party cannot pay is cancelled, after all were asked.

    Spec: 0080-SPOT-021
    """
    if market.auction.is_opening:
        return
    unpaid: list[Order] = []
    for order in buys(market):
        missing = funds.auction_fee(market, order) - market.holdings.of(order).fee
        if missing > 0:
            try:
                market.holdings.lock(order, 0, missing)
            except Refused:
                unpaid.append(order)
    cancellations.cancel_at_boundary(market, unpaid)


def leave(market: SpotMarket, ids: IdGenerator, *, resumed: bool = False) -> None:
    """Uncross and go back to continuous trading, unless the price that comes of it starts another auction.

    Args:
        resumed: governance lifted a suspension; the buyers of the uncrossing pay its fees.
    """
    opening = market.auction.is_opening
    lock_fees(market)
    _uncross(market, ids, resumed=resumed)
    notice = market.auction.left(market.now)
    marking.mark_after_auction(market, opening=opening)
    if not market.auction.in_auction:
        pegging.check_references(market, forced=True)
        announce(market, notice)
        market.next_mark_to_market = market.now + market.mark_price_frequency
        if not opening:
            for order in buys(market):
                if order.peg is None:
                    market.holdings.release_fee(order)
        market.set_state(MarketState.ACTIVE)
    if opening:
        market.liquidity.on_leave_opening_auction(market.now)
    market.update_liquidity_fee()
    market.recalculate(StateVariableTrigger.AUCTION_ENDED)


def _uncross(market: SpotMarket, ids: IdGenerator, *, resumed: bool) -> None:
    trigger = market.auction.trigger
    confirmations, good_for_auction = market.book.uncross(market.now)
    for confirmation in confirmations:
        if confirmation.trades:
            trade_processing.process_uncrossing(market, confirmation, ids, trigger, resumed=resumed)
    for confirmation in confirmations:
        order = confirmation.order
        order.updated_at = market.now
        if order.is_finished and order.is_expirable:
            market.expiring.remove(order.id, order.expires_at)
        market.announce(order)
    cancellations.cancel_at_boundary(market, good_for_auction)
