"""The short way of most orders: they rest at once, or are filled whole at once, or are cancelled while they rest.

Each is what the long way (:mod:`vega_mesa.protocol.markets.order_entry`,
:mod:`vega_mesa.protocol.markets.cancellations`) comes to for them, without the checks that cannot fail here: the same
state, the same events in the same order. Whatever is not plain about the order, its party, the market or those who
listen is left to the long way, untouched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, OrdersCancelled, OrderUpdated, PositionUpdated
from vega_mesa.protocol.markets import margining, pegging, plain_fills, stop_triggers
from vega_mesa.protocol.markets.states import SMALL_VOLUME, MarketState
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, CANCELLED, FOK, GTC, IOC, LIMIT, MARKET, SELL, Order
from vega_mesa.protocol.matching.walk import ANY_PRICE
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.positions import UNKNOWN, Position

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

NEVER: Final = 0  # these two are single objects in Python, and the defaults of an order
UNNAMED: Final = ""
LARGE: Final = 2**128  # a price that is looked at more closely
_ACTIVE = MarketState.ACTIVE


def enter(market: FuturesMarket, party: str, submission: OrderSubmission, ids: IdGenerator) -> Confirmation | None:
    """Take in an order that has no options, on a market in continuous trading: it rests, or it is filled whole.

    Args:
        submission: not checked yet: its fields may hold anything.

    Returns:
        None, with nothing changed, when the order has to go the long way.

    Emits:
        PositionUpdated, MarginLevelsUpdated, LedgerMoved, OrderUpdated, TradeHappened.
    """
    book, position = market.book, market.positions.by_party.get(party)
    kind, life, side = submission.type, submission.time_in_force, submission.side
    size, shown_price = submission.size, submission.price
    if (
        position is None
        or position.margin is None  # type: ignore[redundant-expr]  # before its first order
        or not market.has_plain_margins
        or market.isolated
        or market.state is not _ACTIVE
        or book.in_auction
        or book.off_book is not None
        or type(size) is not int
        or type(shown_price) is not int
        or not 0 < size <= SMALL_VOLUME
        or (side is not BUY and side is not SELL)
        or (life is not GTC and life is not IOC and life is not FOK)
        or submission.expires_at is not NEVER
        or submission.reference is not UNNAMED
        or submission.post_only is not False
        or submission.reduce_only is not False
        or submission.pegged_order is not None
        or submission.iceberg_opts is not None
    ):
        return None
    confirmation: Confirmation | None = None
    if kind is LIMIT:
        scale = market.price_scale
        price = shown_price * scale.multiplier // scale.divisor
        if not 0 < price < LARGE or shown_price % market.tick_size:
            return None
        if side is BUY:
            keys, limit = book.sells.keys, -price
        else:
            keys, limit = book.buys.keys, price
        if keys and keys[-1] >= limit:
            confirmation = plain_fills.fill(market, position, submission, ids, price, limit)
        elif life is GTC:
            confirmation = _rest(market, position, submission, ids, price)
    elif kind is MARKET and life is not GTC and not shown_price:
        confirmation = plain_fills.fill(market, position, submission, ids, 0, ANY_PRICE)
    stop_orders = market.stop_orders
    if (stop_orders.orders or stop_orders.looked_at != market.last_traded_price) and confirmation is not None:
        stop_triggers.evaluate(market, ids)
    return confirmation


def _rest(
    market: FuturesMarket, position: Position, submission: OrderSubmission, ids: IdGenerator, price: int
) -> Confirmation | None:
    """Put a limit order that meets nobody on the book, and move its margin."""
    size, held, buy, sell = submission.size, position.size, position.buy, position.sell
    buying = submission.side is BUY
    if buying:
        buy += size
        reduces = buy <= -held
    else:
        sell += size
        reduces = sell <= held
    margin, general = position.margin, position.general
    missing, exposure, mark = 0, UNKNOWN, market.mark_price or 0
    if not reduces:  # what can only reduce the position needs no margin (0019-MCAL)
        exposure = market.margin.exposure(held, buy, sell)
        missing = market.margin.initial_of(exposure, mark) - margin.balance
        if missing > general.balance:
            return None
    party, positions, wanted = position.party, market.positions, market.bus.wanted
    if buying:
        position.buy = buy
        position.buy_notional += size * price
    else:
        position.sell = sell
        position.sell_notional += size * price
    if position.exposure >= 0:
        position.exposure = exposure
    positions.touched[party] = position
    if PositionUpdated in wanted:
        positions.announce(position)
    if MarginLevelsUpdated in wanted and not reduces:
        margining.announce(market, party, market.margin.levels_of(exposure, mark))
    if missing > 0:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", missing, general, margin)
    order = Order(
        ids.next(), market.id, party, submission.side, LIMIT, GTC, size, price, submission.price,
        submission.reference, market.now,
    )  # fmt: skip
    book = market.book
    book.rest(order)
    if OrderUpdated in wanted:
        market.announce(order)
    if book.pegged_live or market.parked.orders:
        pegging.check_references(market)
    return Confirmation(order)


def withdraw(market: FuturesMarket, party: str, order_id: str) -> Outcome | None:
    """Cancel one order that rests and cannot expire.

    Args:
        order_id: not checked yet.

    Returns:
        None, with nothing changed, when the cancellation has to go the long way.

    Emits:
        PositionUpdated, OrdersCancelled.
    """
    book = market.book
    try:
        order = book.orders[order_id]
    except (KeyError, TypeError):
        return None
    if (
        order.party != party
        or order.expires_at
        or order.iceberg is not None
        or market.state is not _ACTIVE
        or market.isolated
    ):
        return None
    book.remove(order)
    positions, wanted = market.positions, market.bus.wanted
    position = positions.by_party[party]
    remaining = order.remaining  # as Positions.unregister, which looks for more: every third command comes by here
    if order.side is BUY:
        position.buy -= remaining
        position.buy_notional -= remaining * order.price
    else:
        position.sell -= remaining
        position.sell_notional -= remaining * order.price
    position.exposure = UNKNOWN
    positions.touched[party] = position
    if PositionUpdated in wanted:
        positions.announce(position)
    order.status = CANCELLED
    order.updated_at = market.now
    if OrdersCancelled in wanted:
        market.bus.send(OrdersCancelled, market=market.id, party=party, orders=(order_id,))
    if not (position.size or position.buy or position.sell):
        margining.release_if_flat(market, position)
    if book.pegged_live or market.parked.orders:
        pegging.check_references(market)
    return Outcome(None, order_id, order)
