"""A new order enters a market: the checks in the protocol's order, then matching, fees and the book.

Spec: 0014-ORDT, 0068-MATC, 0011-MARA. The order of work at submission is :func:`enter` (checks, then :func:`place`),
at placement :func:`place`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.arithmetic import divide, exact, format_decimal
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.fees import FeeBill
from vega_mesa.protocol.markets import auctions, isolated_margin, margining, pegging, trade_processing
from vega_mesa.protocol.markets.states import SMALL_VOLUME, TRADABLE
from vega_mesa.protocol.matching.confirmation import Confirmation, Fill
from vega_mesa.protocol.matching.iceberg import set_peak
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import (
    ACTIVE,
    BUY,
    GTC,
    LIMIT,
    MARKET,
    Iceberg,
    Order,
    OrderStatus,
    OrderType,
    Peg,
    TimeInForce,
    Trade,
)
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.matching.pegged import check_mid_crossing, check_tick, validate_peg
from vega_mesa.protocol.matching.reduce_only import give_back, hold_back
from vega_mesa.protocol.positions import Position
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket
    from vega_mesa.protocol.markets.trading_market import TradingMarket

NON_PERSISTENT = frozenset((TimeInForce.FOK, TimeInForce.IOC, TimeInForce.GFN))
REFUSED_IN_AUCTION = {
    TimeInForce.GFN: ("CANNOT_SEND_GFN_ORDER_DURING_AN_AUCTION", "gfn order received during auction trading"),
    TimeInForce.IOC: ("CANNOT_SEND_IOC_ORDER_DURING_AUCTION", "ioc order received during auction trading"),
    TimeInForce.FOK: ("CANNOT_SEND_FOK_ORDER_DURING_AUCTION", "fok order received during auction trading"),
}
REFUSED_OUTSIDE = {
    TimeInForce.GFA: (
        "CANNOT_SEND_GFA_ORDER_DURING_CONTINUOUS_TRADING",
        "gfa order received during continuous trading",
    ),
}
NETWORK_ORDER = OrderType.NETWORK


def enter(market: FuturesMarket, party: str, submission: OrderSubmission, ids: IdGenerator) -> Confirmation:
    """Check a new order and place it; a refused one is marked and told."""
    order = new_order(market, party, submission, ids.next())
    try:
        validate(market, order)
        return place(market, order, ids)
    except OrderRefused as refusal:
        reject(market, order, refusal)
        raise


def new_order(market: TradingMarket, party: str, submission: OrderSubmission, id: str) -> Order:
    """The order that a submission describes, priced in asset decimals."""
    peg, berg, price, scale = submission.pegged_order, submission.iceberg_opts, submission.price, market.price_scale
    return Order(
        id,
        market.id,
        party,
        submission.side,
        submission.type,
        submission.time_in_force,
        submission.size,
        price * scale.multiplier // scale.divisor,
        price,
        submission.reference,
        market.now,
        submission.expires_at,
        None if peg is None else Peg(peg.reference, peg.offset),
        None if berg is None else Iceberg(berg.peak_size, berg.minimum_visible_size),
        submission.post_only,
        submission.reduce_only,
    )


def reject(market: TradingMarket, order: Order, refusal: OrderRefused) -> None:
    """Mark a refused order and tell whoever listens, where the protocol tells at all."""
    if not refusal.emits:
        return
    order.status = refusal.status
    order.reason = refusal.reason
    order.updated_at = market.now
    market.announce(order)


# -- checks before the position is registered (02 §2.2, rows 3 to 20) ----------------------------------------------


def validate(market: FuturesMarket, order: Order) -> None:
    """Refuse an order that the market's state, its price, its lifetime or its peg does not allow."""
    kind = order.type
    if order.price == 0 and kind is LIMIT and order.peg is None:
        raise OrderRefused("PRICE_NOT_IN_TICK_SIZE", "invalid order price")
    if market.max_price is not None and order.price >= market.max_price:
        raise OrderRefused("PRICE_MUST_BE_LESS_THAN_OR_EQUAL_TO_MAX_PRICE", "invalid order price")
    if market.state not in TRADABLE:
        raise OrderRefused("MARKET_CLOSED", "trading not allowed")
    if order.time_in_force is not GTC:
        refused = (REFUSED_IN_AUCTION if market.auction.in_auction else REFUSED_OUTSIDE).get(order.time_in_force)
        if refused is not None:
            raise OrderRefused(*refused)
    if order.expires_at and 0 < order.expires_at < order.created_at:
        raise OrderRefused("INVALID_EXPIRATION_DATETIME", "invalid expiresAt time")
    if kind is NETWORK_ORDER:
        raise OrderRefused("INVALID_TYPE", "invalid order type")
    if order.peg is not None:
        _check_peg(market, order)
    if market.tick_size != 1:
        check_tick(order, market.tick_size)
    if order.party not in market.accounts:
        margining.open_accounts(market, order.party)
    if order.size > SMALL_VOLUME:
        _check_overflow(market, order)


def _check_overflow(market: FuturesMarket, order: Order) -> None:
    try:
        market.positions.check_overflow(order)
    except Refused as refusal:
        raise OrderRefused("", refusal.text, emits=False) from refusal


def _check_peg(market: FuturesMarket, order: Order) -> None:
    if order.party in market.isolated:
        text = "OrderError: pegged orders not allowed in isolated margin mode"
        raise OrderRefused("", text, OrderStatus.REJECTED)
    validate_peg(order)
    check_mid_crossing(order, market.price_scale, market.tick_size)


# -- placement (02 §2.2 rows 21 to 31, §10.3 to 10.5) ----------------------------------------------------------------


def place(market: FuturesMarket, order: Order, ids: IdGenerator) -> Confirmation:
    """Place a validated order: park it, let it trade, let it rest, in that order of precedence."""
    if order.peg is not None:
        pegging.watch_references(market)
        if not pegging.price(market, order):
            return _park(market, order)
    position = market.positions.register(order)
    if position.margin is None:
        accounts = market.accounts[order.party]  # type: ignore[unreachable]
        position.margin, position.general = accounts.margin, accounts.general
    try:
        if market.auction.in_auction:
            confirmation = _rest_in_auction(market, order, position)
        else:
            confirmation = _trade(market, order, position, ids)
    finally:
        if not (position.size or position.buy or position.sell):
            margining.release_if_flat(market, position)
    if order.expires_at:
        market.track_expiry(order)
    if (market.book.pegged_live or market.parked.orders) and not market.auction.in_auction:
        pegging.check_references(market)
    return confirmation


def _park(market: FuturesMarket, order: Order) -> Confirmation:
    """A pegged order without a price now: it has no position and no margin yet."""
    if order.iceberg is not None:
        set_peak(order, order.iceberg)
    pegging.park(market, order)
    market.track_expiry(order)
    return Confirmation(order)


def _rest_in_auction(market: FuturesMarket, order: Order, position: Position) -> Confirmation:
    hidden = 0
    try:
        if order.reduce_only:
            hidden = hold_back(order, position.size)
        elif order.party not in market.isolated and not position.reduced_by(order):
            margining.check_new_order(market, order, position)
        market.book.validate(order)
    except OrderRefused:
        order.remaining += hidden
        market.positions.unregister(order)
        raise
    return _rest(market, order, position, hidden)


def _rest(market: FuturesMarket, order: Order, position: Position, hidden: int) -> Confirmation:
    """Put an order on the book of an auction; a party in isolated margin pays for it."""
    market.book.add_resting(order)
    _settle_remainder(market, order, hidden)
    isolated = order.party in market.isolated
    refusal = isolated_margin.after_execution(market, order, position) if isolated else None
    market.announce(order)
    if refusal is not None:
        raise refusal
    return Confirmation(order)


def _trade(market: FuturesMarket, order: Order, position: Position, ids: IdGenerator) -> Confirmation:
    book = market.book
    isolated = order.party in market.isolated
    margined = not isolated and not order.reduce_only and not position.reduced_by(order)
    hidden = 0
    try:
        if order.reduce_only:
            hidden = hold_back(order, position.size)
        elif margined and not margining.move_initial(market, order.party, position):
            margining.check_new_order(market, order, position)
        book.validate(order)
        fills = book.match(order, market.now)
        trades, bill = [], None
        if fills:
            if order.post_only:
                raise OrderRefused("POST_ONLY_ORDER_WOULD_TRADE")
            if accept_prices(market, order, fills):
                trades = book.trades_for(order, fills, market.now)
                bill = _bill(market, order, position, trades, margined=margined)
    except OrderRefused:
        order.remaining += hidden
        market.positions.unregister(order)
        raise
    if book.in_auction:
        return _rest_unmatched(market, order, position, hidden)
    confirmation = book.submit(order, fills, market.now, trades)
    if order.status is not ACTIVE or order.reduce_only:
        _settle_remainder(market, order, hidden)
    if bill is not None:
        market.fee_collector.pay(bill)
    refusal = isolated_margin.after_execution(market, order, position) if isolated else None
    market.announce(order)
    if bill is not None:
        trade_processing.process(market, order, confirmation, ids)
    if refusal is not None:
        raise refusal
    return confirmation


def _bill(market: FuturesMarket, order: Order, position: Position, trades: list[Trade], *, margined: bool) -> FeeBill:
    """The fees of an order's trades, which its party can pay with the margin that the trades ask for.

    Args:
        margined: whether the margin was checked when the order came in.
    """
    bill = market.fees.of_one_order(trades)
    if order.party in market.isolated:
        isolated_margin.cover_trades(market, order, position, trades, bill)
        return bill
    margining.check_fees(market, order.party, bill)
    if margined and order.type is MARKET:
        margining.check_market_order(market, order, position, trades)
    return bill


def _rest_unmatched(market: FuturesMarket, order: Order, position: Position, hidden: int) -> Confirmation:
    """The order's price started an auction: a peg is parked, anything else rests as an order of the auction."""
    if order.peg is not None:
        market.positions.unregister(order)
        return _park(market, order)
    return _rest(market, order, position, hidden)


def _settle_remainder(market: FuturesMarket, order: Order, hidden: int) -> None:
    """Give back what was hidden of a reduce-only order, and unregister what will never trade."""
    if order.reduce_only:
        if order.id in market.book.orders:
            market.book.remove(order)
        give_back(order, hidden)
    if order.is_finished and order.remaining > 0:
        market.positions.unregister(order)


def accept_prices(market: TradingMarket, order: Order, fills: list[Fill]) -> bool:
    """Hold each price against the price monitor; False when the order has just started an auction (0032-PRIM)."""
    persistent = order.time_in_force not in NON_PERSISTENT
    monitor = market.price_monitor
    for fill in fills:
        breach = monitor.check(fill.price, persistent)
        if breach is None:
            continue
        if not persistent:
            raise OrderRefused("NON_PERSISTENT_ORDER_OUT_OF_PRICE_BOUNDS")
        auctions.enter_price_auction(market, breach)
        return False
    return True


@exact
def check_value(market: FuturesMarket, order: Order) -> None:
    """Refuse an amended order worth less than a margin that would count (02 §6.2, row 8).

    The asset price is multiplied by the price factor once more, as the protocol does.
    """
    mark = market.mark_price or 0
    price = order.price
    if order.peg is not None:
        offset = market.price_scale.times(order.peg.offset)
        price = mark - offset if order.side is BUY else mark + offset
    factor = market.risk_factors.long if order.side is BUY else market.risk_factors.short
    notional = divide(market.price_scale.times(price) * order.size, market.position_scale.decimal)
    value = notional * (factor.decimal + market.definition.linear_slippage_factor)
    required = market.minimum_order_value_multiple * market.collateral.quanta[market.asset]
    if value < required:
        shown, needed = format_decimal(value), format_decimal(required)
        raise Refused(f"order value ({shown}) is less than minimum maintenance margin for spam ({needed})")
