"""What orders of a spot market cost, and whether a party has it (0080-SPOT; 05 §3.2, 3.3, 3.5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.protocol.arithmetic import divide, exact, format_decimal
from vega_mesa.protocol.commands.trading import OrderAmendment
from vega_mesa.protocol.matching.order import BUY, SELL, Order, OrderType, Trade
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket

NOT_COVERED = "party does not have sufficient balance to cover the trade and fees"
NEW_SIZE_NOT_COVERED = "party does not have sufficient balance to cover the new size"


def required_quantity(market: SpotMarket, order: Order) -> int:
    """What a resting order must have locked: the base asset that it sells, or the quote asset at its limit price."""
    if order.side is SELL:
        return market.base_amount(order.true_remaining)
    return market.quote_amount(order.true_remaining, order.price)


def auction_fee(market: SpotMarket, order: Order, *, either_side: bool = False) -> int:
    """What a resting order must have locked for fees: a buyer's half in auctions, but not in the opening auction."""
    if order.side is SELL and not either_side:
        return 0
    return estimated_auction_fee(market, order, order.true_remaining, order.price)


def estimated_auction_fee(market: SpotMarket, order: Order, size: int, price: int) -> int:
    """Infrastructure and liquidity half of a trade in an auction other than the opening one."""
    if order.peg is not None or market.auction.is_opening or not market.auction.in_auction:
        return 0
    return market.fees.estimate_auction(order.party, order.side, size, price)


def check_submission(market: SpotMarket, order: Order) -> None:
    """Refuse a new order whose party could not pay for the whole of it; no event tells.

    Raises:
        OrderRefused: ``party does not have sufficient balance to cover the trade and fees``.
    """
    size = order.true_remaining
    if order.side is SELL:
        needed, asset = market.base_amount(size), market.base_asset
    else:
        needed, asset = market.quote_amount(size, order.price), market.quote_asset
        if order.peg is None and not market.auction.is_opening:
            if market.auction.in_auction:
                needed += estimated_auction_fee(market, order, size, order.price)
            else:
                needed += market.fees.estimate_continuous(order.party, BUY, size, order.price)
    if needed > market.available(order.party, asset):
        raise OrderRefused("INTERNAL_ERROR", NOT_COVERED, emits=False)


def check_trades(market: SpotMarket, order: Order, trades: Iterable[Trade]) -> None:
    """Refuse an order that cannot pay for its trades.

    Fees are divided by the position factor like the value, as the protocol does.

    Raises:
        OrderRefused: ``insufficient funds for order``.
    """
    size = value = 0
    for trade in trades:
        size += trade.size
        value += trade.size * trade.price + market.fees.continuous((trade,)).total
    if order.side is SELL:
        enough = market.base_amount(size) <= market.available(order.party, market.base_asset)
    else:
        enough = market.position_scale.over(value) <= market.available(order.party, market.quote_asset)
    if not enough:
        raise OrderRefused("INTERNAL_ERROR", "insufficient funds for order")


def lock_remainder(market: SpotMarket, order: Order, *, amended: bool = False) -> None:
    """Lock the funds of an order that now rests on the book.

    Args:
        amended: in an auction an amended order locks a fee whatever its side, as the protocol does.

    Raises:
        OrderRefused: ``insufficient funds for order``; the order stays on the book.
    """
    if order.type is OrderType.LIMIT and order.id in market.book.orders:
        try:
            fee = auction_fee(market, order, either_side=amended)
            market.holdings.lock(order, required_quantity(market, order), fee)
        except Refused as refusal:
            raise OrderRefused("INTERNAL_ERROR", refusal.text) from refusal


# -- amendments (05 §3.5) --------------------------------------------------------------------------------------------


def check_amendment(market: SpotMarket, order: Order, amendment: OrderAmendment) -> None:
    """Refuse an amendment that needs more than is locked and the party has.

    The requirement counts the visible volume only, as the protocol does.

    Raises:
        Refused: ``party does not have sufficient balance to cover the trade and fees``, or ``… the new size``.
    """
    delta = amendment.size_delta + (0 if amendment.size is None else amendment.size - order.size)
    if order.side is SELL:
        if delta > 0 and market.base_amount(delta) > market.available(order.party, market.base_asset):
            raise Refused(NEW_SIZE_NOT_COVERED)
        return
    remaining = order.remaining + delta
    if remaining <= 0 or (order.peg is not None and market.auction.in_auction):
        return
    price = market.price_scale.times(amendment.price) if amendment.price else order.price
    if not delta and price == order.price:
        return
    lock = market.holdings.of(order)
    needed = market.quote_amount(remaining, price) + estimated_auction_fee(market, order, remaining, price)
    if needed - lock.quantity - lock.fee > market.available(order.party, market.quote_asset):
        raise Refused(NOT_COVERED)


@exact
def check_value(market: SpotMarket, order: Order) -> None:
    """Refuse an amended order worth less than what is worth holding for it.

    The asset price is multiplied by the price factor once more, as the protocol does.
    """
    notional = market.price_scale.times(order.price) * order.size
    value = divide(notional, market.position_scale.decimal)
    required = market.minimum_order_value_multiple * market.collateral.quanta[market.asset]
    if value < required:
        shown = f"({format_decimal(value)}) is less than minimum holding requirement for spam"
        raise Refused(f"order value {shown} ({format_decimal(required)})")
