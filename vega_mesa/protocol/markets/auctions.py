"""Auctions of a futures market: entered, checked at every tick, left (0026-AUCT, 0032-PRIM; 03 §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.auctions.auction_state import AuctionNotice
from vega_mesa.protocol.events.trading import AuctionUpdated
from vega_mesa.protocol.markets import (
    cancellations,
    closeouts,
    isolated_margin,
    marking,
    pegging,
    stop_triggers,
    trade_processing,
)
from vega_mesa.protocol.markets.definition import PriceMonitoringTrigger
from vega_mesa.protocol.markets.states import AuctionTrigger, MarketState
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import OrderStatus
from vega_mesa.protocol.risk.state_variables import StateVariableTrigger

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket
    from vega_mesa.protocol.markets.trading_market import TradingMarket


# -- entering (03 §8.3) ----------------------------------------------------------------------------------------------


def enter_price_auction(market: TradingMarket, breached: PriceMonitoringTrigger) -> None:
    """Start a price-monitoring auction because a price breached this trigger."""
    market.auction.start_price(market.price_monitor.now, breached.auction_extension)
    market.enter_auction()
    market.set_state(MarketState.SUSPENDED)


def enter(market: FuturesMarket) -> None:
    """Put the book into the auction that has been flagged: good-for-normal orders go, pegs are parked."""
    good_for_normal = market.book.enter_auction()
    notice = market.auction.entered()
    cancellations.cancel_at_boundary(market, good_for_normal)
    for order in market.parked.good_for_normal():
        cancellations.take_out(market, order, OrderStatus.CANCELLED)
        market.announce(order)
    pegging.park_all(market)
    market.product.on_auction_entered(market)
    announce(market, notice)


def announce(market: TradingMarket, notice: AuctionNotice | None) -> None:
    """Send an auction event."""
    if notice is None:
        return
    market.bus.send(
        AuctionUpdated,
        market=market.id,
        leave=notice.leave,
        opening=notice.opening,
        start=notice.start,
        end=notice.end,
        trigger=notice.trigger,
        extension_trigger=notice.extension_trigger,
    )


def enter_or_extend_long_block(market: TradingMarket, duration: int) -> None:
    """The block before took too long: an auction of ``duration`` seconds, or at least that long (03 §8.6)."""
    auction = market.auction
    if auction.in_auction:
        remaining = auction.remaining_seconds(market.now)
        if remaining < duration:
            auction.extend(AuctionTrigger.LONG_BLOCK, duration - remaining)
        return
    auction.start_long_block(market.now, duration)
    market.enter_auction()
    market.set_state(MarketState.SUSPENDED)


# -- the check at every tick (03 §8.2) -------------------------------------------------------------------------------


def check(market: TradingMarket, ids: IdGenerator) -> None:
    """Leave, extend or cancel the auction, if it is time; outside auctions only top up bonds."""
    auction = market.auction
    if not auction.in_auction:
        market.liquidity.top_up_bonds()
        return
    if market.state is MarketState.SUSPENDED_VIA_GOVERNANCE and auction.has_passed(market.now):
        auction.extend(AuctionTrigger.GOVERNANCE_SUSPENSION, auction.minimum_duration)
        return
    if not _check_end(market, ids):
        return
    stop_triggers.evaluate(market, ids)


def _check_end(market: TradingMarket, ids: IdGenerator) -> bool:
    """Work through a tick in an auction; False when the market was cancelled."""
    auction = market.auction
    indicative = market.book.indicative()[0]
    if auction.is_opening and not market.price_monitor.initialised and indicative:
        market.price_monitor.reset(indicative)
        market.recalculate(StateVariableTrigger.FIRST_UNCROSSING_PRICE)
    if not auction.has_passed(market.now):
        return not (auction.is_opening and _give_up(market))
    if auction.is_opening:
        if _give_up(market):
            return False
        if not indicative or not market.state_variables.all_initialised:
            return True
        auction.ready_to_leave()
    elif auction.is_long_block or auction.is_automated_purchase:
        auction.ready_to_leave()
    if not auction.is_price:
        market.liquidity.top_up_bonds()
    if auction.is_price or (auction.ready and not auction.is_opening):
        _check_price(market, indicative)
    if auction.is_price and auction.ready:
        market.liquidity.top_up_bonds()
    announce(market, auction.take_extension_notice())
    if auction.ready:
        market.leave_auction(ids)
    return True


def _check_price(market: TradingMarket, indicative: int) -> None:
    breached = market.price_monitor.check_in_auction(indicative)
    if breached is None:
        market.auction.ready_to_leave()
    else:
        market.auction.extend(AuctionTrigger.PRICE, breached.auction_extension)


def _give_up(market: TradingMarket) -> bool:
    """Cancel a market whose opening auction has lasted, or is scheduled to last, too long (03 §8.4)."""
    longest = market.maximum_auction_duration_ns
    auction = market.auction
    if not longest:
        return False
    limit = auction.begin + longest
    if market.now <= limit and auction.end <= limit:
        return False
    market.cancel()
    return True


# -- leaving (03 §8.5) -----------------------------------------------------------------------------------------------


def leave(market: FuturesMarket, ids: IdGenerator, *, resumed: bool = False) -> None:
    """Uncross and go back to continuous trading, unless the price that comes of it starts another auction.

    Args:
        resumed: a governance suspension was lifted: the auction's state is gone before the book uncrosses (03 §8.7).
    """
    opening = market.auction.is_opening
    uncross(market, ids, resumed=resumed)
    notice = market.auction.left(market.now)
    market.product.on_auction_left(market, opening=opening)
    marking.sample_after_auction(market)
    marking.update_mark_price(market, leaving_opening=opening)
    market.product.after_auction_mark(market)
    if not market.auction.in_auction:
        pegging.check_references(market, forced=True)
        market.liquidity.top_up_bonds()
        announce(market, notice)
        marking.mark_to_market(market, ids)
        market.next_mark_to_market = market.now + market.mark_price_frequency
        closeouts.dispose(market)
        market.set_state(MarketState.ACTIVE)
    if opening:
        market.liquidity.on_leave_opening_auction(market.now)
    market.update_liquidity_fee()
    market.recalculate(StateVariableTrigger.AUCTION_ENDED)


def uncross(market: FuturesMarket, ids: IdGenerator, *, resumed: bool = False) -> None:
    """Trade the volume-maximising price; what is left of good-for-auction orders is cancelled."""
    trigger = market.auction.trigger
    confirmations, good_for_auction = market.book.uncross(market.now)
    for confirmation in confirmations:
        if confirmation.trades:
            market.pay_auction_fees(confirmation, trigger, resumed=resumed)
            trade_processing.process(market, confirmation.order, confirmation, ids, uncrossing=True)
    for confirmation in confirmations:
        confirmation.order.updated_at = market.now
        if confirmation.order.is_finished and confirmation.order.is_expirable:
            market.expiring.remove(confirmation.order.id, confirmation.order.expires_at)
        market.announce(confirmation.order)
    isolated_margin.release_after_uncrossing(market)
    live = [order for order in good_for_auction if order.id in market.book.orders]  # not stopped with their party
    cancellations.cancel_at_boundary(market, live)
