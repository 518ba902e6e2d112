"""The short way of most orders: a limit order that rests at once, and the cancellation of an order that rests.

Each is what the long way (:mod:`vega_mesa.protocol.markets.order_entry`,
:mod:`vega_mesa.protocol.markets.cancellations`) comes to for them, in one step: the same state, the same events in the
same order. Whatever is not plain about the order, its party or the market is left to the long way, untouched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, OrderUpdated, PositionUpdated
from vega_mesa.protocol.markets import pegging
from vega_mesa.protocol.markets.states import SMALL_VOLUME, MarketState
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, GTC, LIMIT, Order
from vega_mesa.protocol.positions import UNKNOWN

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

_ACTIVE = MarketState.ACTIVE


def rest(market: FuturesMarket, party: str, submission: OrderSubmission, ids: IdGenerator) -> Confirmation | None:
    """Rest a good-till-cancelled limit order that meets nobody, and move its margin.

    Returns:
        None, with nothing changed, when the order has to go the long way.

    Emits:
        PositionUpdated, LedgerMoved, OrderUpdated.
    """
    positions, book = market.positions, market.book
    wanted = market.bus.wanted
    position = positions.by_party.get(party)
    if position is None:
        return None
    margin, general = position.margin, position.general
    if (
        margin is None
        or general is None
        or submission.type is not LIMIT
        or submission.time_in_force is not GTC
        or not submission.is_plain
        or market.state is not _ACTIVE
        or not market.has_plain_margins
        or market.isolated
        or book.in_auction
        or book.off_book is not None
        or MarginLevelsUpdated in wanted
    ):
        return None
    size, shown_price, scale = submission.size, submission.price, market.price_scale
    price = shown_price * scale.multiplier // scale.divisor
    if price <= 0 or shown_price % market.tick_size or not 0 < size <= SMALL_VOLUME:
        return None
    held, buy, sell = position.size, position.buy, position.sell
    if submission.side is BUY:
        opposite, key = book.sells.keys, -price
        buy += size
        reduces = buy <= -held
    else:
        opposite, key = book.buys.keys, price
        sell += size
        reduces = sell <= held
    if opposite and opposite[-1] >= key:
        return None

    missing = 0
    if reduces:  # what can only reduce the position needs no margin (0019-MCAL)
        exposure = UNKNOWN
    else:
        exposure = market.margin.exposure(held, buy, sell)
        missing = market.margin.initial_of(exposure, market.mark_price or 0) - margin.balance
        if missing > general.balance:
            return None
        if position.exposure < 0:
            exposure = UNKNOWN
    if submission.side is BUY:
        position.buy = buy
        position.buy_notional += size * price
    else:
        position.sell = sell
        position.sell_notional += size * price
    position.exposure = exposure
    positions.touched[party] = position
    if PositionUpdated in wanted:
        positions.announce(position)
    if missing > 0:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", missing, general, margin)
    order = Order(
        ids.next(), market.id, party, submission.side, LIMIT, GTC, size, price, shown_price, submission.reference,
        market.now,
    )  # fmt: skip
    book.reinsert(order)
    if OrderUpdated in wanted:
        market.announce(order)
    if book.pegged_live or market.parked.orders:
        pegging.check_references(market)
    return Confirmation(order)
