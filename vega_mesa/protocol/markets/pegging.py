"""Pegged orders in a market: parked, priced, and moved when their reference moves (0037-OPEG; 02 §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.markets import cancellations, margining
from vega_mesa.protocol.matching.order import Order, OrderStatus, PeggedReference
from vega_mesa.protocol.matching.pegged import References, following, peg_price

ALL_REFERENCES = frozenset((PeggedReference.MID, PeggedReference.BEST_BID, PeggedReference.BEST_ASK))

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket
    from vega_mesa.protocol.markets.trading_market import TradingMarket


def price(market: TradingMarket, order: Order) -> bool:
    """Give a pegged order its price; False when there is none now (in an auction, or without a reference)."""
    if market.auction.in_auction:
        return False
    reference = References.read(market.book, market.price_scale.times(1)).price_for(order)
    found = peg_price(order, reference, market.price_scale, market.tick_size, market.max_price)
    if found is None:
        return False
    order.price, order.original_price = found
    return True


def park(market: TradingMarket, order: Order) -> None:
    """Put a pegged order that is off the book among the parked ones, and tell."""
    order.updated_at = market.now
    market.parked.park(order)
    market.announce(order)


def park_all(market: FuturesMarket) -> None:
    """Entering an auction: park every live peg in live-list order."""
    for order in list(market.book.pegged_live.values()):
        take_off(market, order)
        park(market, order)
        margining.release_if_flat(market, market.positions.by_party[order.party])


def take_off(market: FuturesMarket, order: Order) -> None:
    """Remove a pegged order from the book, its volume from its party's."""
    market.book.remove(order)
    market.positions.unregister(order)


def check_references(market: FuturesMarket, *, forced: bool = False) -> None:
    """Move the pegged orders whose reference has moved since the last check; nothing in an auction.

    Args:
        forced: on leaving an auction, all references count as moved.
    """
    book = market.book
    if book.in_auction or not (book.pegged_live or market.parked.orders):
        return  # whoever pegs first starts from the references of that moment, see watch_references
    moved = market.references.refresh(book)
    if forced:
        moved = ALL_REFERENCES
    while moved and _reprice(market, moved):
        moved = market.references.refresh(book)


def watch_references(market: FuturesMarket) -> None:
    """Before a market's only pegged order comes in: take over the references as the last check would have left them."""
    if not (market.auction.in_auction or market.book.pegged_live or market.parked.orders):
        market.references.refresh(market.book)


def _reprice(market: FuturesMarket, moved: frozenset[PeggedReference]) -> bool:
    """Take off, reprice and put back every peg on a moved reference; True when one was put back."""
    book, parked = market.book, market.parked
    live = following(book.pegged_live, moved)
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
        order.updated_at = market.now
        book.reinsert(order)
        market.positions.register(order)
    for order in priced:
        market.announce(order)
    _remargin(market, priced)
    return bool(priced)


def _remargin(market: FuturesMarket, priced: list[Order]) -> None:
    """Search for the margin of the repriced orders' parties; cancel what a party cannot carry, nothing else."""
    parties = sorted({order.party for order in priced} - market.isolated.keys())
    positions = [market.positions.by_party[party] for party in parties]
    call = margining.evaluate(market, positions)
    for party in call.distressed:
        for order in priced:
            if order.party == party and not order.is_finished:
                cancellations.take_out(market, order, OrderStatus.CANCELLED)
                market.announce(order)
        margining.release_if_flat(market, market.positions.by_party[party])
