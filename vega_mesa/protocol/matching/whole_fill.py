"""An order that is filled whole, at once, by orders that hide nothing: what most orders that trade come to (0068-MATC).

:func:`find` changes nothing, :func:`carry_out` does what :meth:`OrderBook.submit` would do for such an order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.order import BUY, FILLED, Order, Trade
from vega_mesa.protocol.matching.price_level import BookSide

if TYPE_CHECKING:
    from vega_mesa.protocol.matching.book import OrderBook

Piece = tuple[Order, int]  # a resting order, and what it gives


def find(side: BookSide, limit: int, size: int, party: str) -> list[Piece] | None:
    """What fills an order completely, in trade order; None when the book ends, or its own order or an iceberg comes.

    Args:
        side: the other side of the book, without off-book liquidity.
        limit: the lowest key that the order accepts (see :func:`vega_mesa.protocol.matching.walk.limit_key`).
        size: of the order.
        party: of the order.
    """
    pieces: list[Piece] = []
    keys, levels = side.keys, side.levels
    index = len(keys)
    while index:
        index -= 1
        key = keys[index]
        if key < limit:
            return None
        resting = levels[key].first
        while resting is not None:
            if resting.party == party or resting.iceberg is not None:
                return None
            volume = resting.remaining
            if volume >= size:
                pieces.append((resting, size))
                return pieces
            pieces.append((resting, volume))
            size -= volume
            resting = resting.next
    return None


def carry_out(book: OrderBook, order: Order, pieces: list[Piece], now: int) -> Confirmation:
    """Fill an order with the pieces that :func:`find` has just found for it.

    Args:
        book: in continuous trading.
        order: new; ends FILLED.
        pieces: they add up to its size.
        now: block time, ns.

    Returns:
        The confirmation; its trades have no ids and no fees yet.
    """
    market, order_id, party, aggressor = book.market_id, order.id, order.party, order.side
    trades: list[Trade] = []
    passive: list[Order] = []
    for resting, size in pieces:
        price = resting.price
        if aggressor is BUY:
            trade = Trade(
                market, price, resting.original_price, size, aggressor, party, resting.party, order_id, resting.id, now
            )
        else:
            trade = Trade(
                market, price, resting.original_price, size, aggressor, resting.party, party, resting.id, order_id, now
            )
        trades.append(trade)
        passive.append(resting)
        resting.level.volume -= size  # type: ignore[union-attr]  # it has just been found there
        remaining = resting.remaining = resting.remaining - size
        resting.updated_at = now
        if not remaining:
            resting.status = FILLED
            book.remove(resting)
    book.last_traded_price = pieces[-1][0].price
    order.remaining = 0
    order.status = FILLED
    order.updated_at = now
    return Confirmation(order, trades, passive)
