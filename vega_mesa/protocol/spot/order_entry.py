"""A new order enters a spot market: checks, matching, trades, funds locked for what rests (0080-SPOT; 05 §3.2, 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.markets import stop_triggers
from vega_mesa.protocol.markets.order_entry import (
    REFUSED_IN_AUCTION,
    REFUSED_OUTSIDE,
    accept_prices,
    new_order,
    reject,
)
from vega_mesa.protocol.markets.pegging import park, price
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.matching.confirmation import Confirmation, Fill
from vega_mesa.protocol.matching.iceberg import set_peak
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import NETWORK, SELL, Order, OrderStatus, OrderType, Trade
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.matching.pegged import check_mid_crossing, check_tick, validate_peg
from vega_mesa.protocol.spot import funds, pegging, trade_processing

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def submit_order(
    market: SpotMarket, party: str, submission: OrderSubmission, ids: IdGenerator, *, trigger_stops: bool = True
) -> Confirmation:
    """Take a new order in.

    Returns:
        The order as it stands and the trades it made.

    Raises:
        OrderRefused: with Vega's text; the order event, where there is one, has been sent.

    Emits:
        LedgerMoved, OrderUpdated, TradeHappened, and what a triggered auction or stop order emits.
    """
    order = new_order(market, party, submission, ids.next())
    try:
        validate(market, order)
        confirmation = place(market, order, ids)
        pegging.check_references(market)
        return confirmation
    except OrderRefused as refusal:
        reject(market, order, refusal)
        raise
    finally:
        if trigger_stops:
            stop_triggers.evaluate(market, ids)


def validate(market: SpotMarket, order: Order) -> None:
    """Refuse an order that the market, its lifetime, its peg or its party's funds do not allow."""
    if market.state not in TRADABLE:
        raise OrderRefused("MARKET_CLOSED", "trading not allowed")
    if order.side is SELL and not market.may_sell(order.party):
        raise OrderRefused("SELL_ORDER_NOT_ALLOWED", "sell order not allowed")
    refused = (REFUSED_IN_AUCTION if market.auction.in_auction else REFUSED_OUTSIDE).get(order.time_in_force)
    if refused is not None:
        raise OrderRefused(*refused)
    if 0 < order.expires_at < order.created_at:
        raise OrderRefused("INVALID_EXPIRATION_DATETIME", "invalid expiresAt time")
    if order.type is OrderType.NETWORK:
        raise OrderRefused("INVALID_TYPE", "invalid order type")
    if order.peg is not None:
        validate_peg(order)
        check_mid_crossing(order, market.price_scale, market.tick_size)
    check_tick(order, market.tick_size)
    asset = market.base_asset if order.side is SELL else market.quote_asset
    if order.party != NETWORK and market.purse(order.party, asset) is None:
        raise OrderRefused("INSUFFICIENT_ASSET_BALANCE", "party has insufficient balance in asset")
    if order.peg is not None:
        if market.auction.in_auction:
            return
        if not price(market, order):
            raise OrderRefused("UNABLE_TO_REPRICE_PEGGED_ORDER", "unable to reprice", emits=False)
    funds.check_submission(market, order)


def place(market: SpotMarket, order: Order, ids: IdGenerator) -> Confirmation:
    """Place a validated order: park it, let it rest in an auction, or let it trade."""
    if market.auction.in_auction:
        confirmation = park_new(market, order) if order.peg is not None else rest(market, order)
    else:
        confirmation = trade(market, order, ids)
    market.track_expiry(order)
    return confirmation


def park_new(market: SpotMarket, order: Order) -> Confirmation:
    """Let a pegged order wait for a price; nothing is locked for it."""
    if order.iceberg is not None:
        set_peak(order, order.iceberg)
    park(market, order)
    return Confirmation(order, [], [])


def rest(market: SpotMarket, order: Order, *, amended: bool = False) -> Confirmation:
    """Put an order on the book of an auction, backed by funds."""
    if order.id not in market.book.orders:
        market.book.validate(order)
        market.book.add_resting(order)
    funds.lock_remainder(market, order, amended=amended)
    market.announce(order)
    return Confirmation(order, [], [])


def trade(market: SpotMarket, order: Order, ids: IdGenerator) -> Confirmation:
    """Match an order in continuous trading; the remainder is backed before the trades are settled."""
    book = market.book
    book.validate(order)
    fills = book.match(order, market.now)
    trades: list[Trade] = []
    if fills:
        if order.post_only:
            raise OrderRefused("POST_ONLY_ORDER_WOULD_TRADE")
        if not accept_prices(market, order, fills):
            return rest_unmatched(market, order)
        trades = affordable_trades(market, order, fills)
    confirmation = book.submit(order, fills, market.now, trades)
    if order.reduce_only and not order.is_finished:
        order.status = OrderStatus.STOPPED  # the book lets no remainder of it rest
    funds.lock_remainder(market, order)
    market.announce(order)
    if trades:
        trade_processing.process(market, confirmation, ids)
    return confirmation


def affordable_trades(market: SpotMarket, order: Order, fills: list[Fill]) -> list[Trade]:
    """The trades that fills stand for, if the order's party can pay for them.

    Raises:
        OrderRefused: ``insufficient funds for order``.
    """
    trades = market.book.trades_for(order, fills, market.now)
    funds.check_trades(market, order, trades)
    return trades


def rest_unmatched(market: SpotMarket, order: Order) -> Confirmation:
    """The order's price started an auction: a peg is parked, anything else rests without trading."""
    if order.peg is not None:
        park(market, order)
        return Confirmation(order, [], [])
    market.book.add_resting(order)
    return rest(market, order)
