"""The walk of an incoming order through the other side of the book: which fills it would get (0068-MATC).

Nothing here changes the book. Orders at a level trade in time order by their visible volume; the hidden reserves of
the level are shared afterwards; off-book liquidity trades in the gaps, at an equal price before the book.
"""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.matching.confirmation import Fill
from vega_mesa.protocol.matching.iceberg import share_reserves
from vega_mesa.protocol.matching.off_book import OffBookLiquidity
from vega_mesa.protocol.matching.order import BUY, LIMIT, SELL, Order
from vega_mesa.protocol.matching.price_level import BookSide, PriceLevel

ANY_PRICE: Final = -(1 << 256)  # below every key: prices are unsigned 256-bit integers
NOBODY: Final = ""  # as the party that must not trade with itself: self-trades are allowed

FILLABLE: Final = 1
TOO_LITTLE: Final = 0
OWN_ORDER: Final = -1


def limit_key(order: Order) -> int:
    """The lowest key (see BookSide) of the other side that an order accepts."""
    if order.type is not LIMIT:
        return ANY_PRICE
    return -order.price if order.side is BUY else order.price


def consume(level: PriceLevel, remaining: int, party: str, fills: list[Fill]) -> int:
    """Add the fills of one level.

    Args:
        level: the level.
        remaining: what the aggressor wants, > 0.
        party: whose orders stop the walk; NOBODY if self-trades are allowed.
        fills: is extended.

    Returns:
        What the aggressor still wants; -1 if it met an order of its own party.
    """
    price = level.price
    start = len(fills)
    hidden = False
    resting = level.first
    while resting is not None:
        if resting.party == party:
            return -1
        visible = resting.remaining
        if visible >= remaining:
            fills.append(Fill(resting, remaining, price))
            return 0
        if visible:
            fills.append(Fill(resting, visible, price))
            remaining -= visible
        iceberg = resting.iceberg
        if iceberg is not None and iceberg.reserve > 0:
            hidden = True
        resting = resting.next
    return share_reserves(level, remaining, fills, start) if hidden else remaining


def walk(side: BookSide, order: Order, limit: int, party: str) -> list[Fill]:
    """Fills of an order against one side of the book alone."""
    fills: list[Fill] = []
    keys = side.keys
    levels = side.levels
    remaining = order.remaining
    index = len(keys) - 1
    while index >= 0:
        key = keys[index]
        if key < limit:
            break
        remaining = consume(levels[key], remaining, party, fills)
        if remaining <= 0:
            break
        index -= 1
    return fills


def walk_off_book(side: BookSide, order: Order, limit: int, party: str, source: OffBookLiquidity) -> list[Fill]:
    """Fills of an order against one side of the book and the off-book liquidity between its levels.

    The caller begins and finishes the source's temporary positions.

    Spec: 0090-VAMM.
    """
    fills: list[Fill] = []
    keys = side.keys
    remaining = order.remaining
    inner: int | None = None
    index = len(keys) - 1
    while index >= 0 and keys[index] >= limit:
        level = side.levels[keys[index]]
        remaining = _trade_interval(source, order, remaining, inner, level.price, fills)
        if remaining == 0:
            return fills
        remaining = consume(level, remaining, party, fills)
        if remaining <= 0:
            return fills
        inner = level.price
        index -= 1
    # Beyond the last acceptable level the limit of the order ends the interval. A market order's limit is 0: a sell
    # goes all the way down, a buy gets nothing.
    if order.type is LIMIT or order.side is SELL:
        _trade_interval(source, order, remaining, inner, order.price, fills)
    return fills


def _trade_interval(
    source: OffBookLiquidity, order: Order, remaining: int, inner: int | None, outer: int, fills: list[Fill]
) -> int:
    for made in source.trade(order, remaining, inner, outer):
        fills.append(Fill(made, made.size, made.price))
        remaining -= made.size
    assert remaining >= 0, "off-book liquidity traded more than the order had"
    return remaining


def fill_or_kill(side: BookSide, order: Order, limit: int, source: OffBookLiquidity | None) -> int:
    """Whether a fill-or-kill order can be filled: FILLABLE, TOO_LITTLE, or OWN_ORDER if its own party stands before.

    Only visible volume counts: an order that needs hidden reserve is not filled, although it could be (a quirk).
    """
    wanted = order.remaining
    inner: int | None = None
    scratch: list[Fill] = []
    for level in side.best_first():
        if level.key < limit:
            break
        if source is not None:
            wanted = _trade_interval(source, order, wanted, inner, level.price, scratch)
            if wanted == 0:
                return FILLABLE
            inner = level.price
        for resting in level:
            if resting.party == order.party:
                return OWN_ORDER
            wanted -= resting.remaining
            if wanted <= 0:
                return FILLABLE
    if source is not None and (order.type is LIMIT or order.side is SELL):
        wanted = _trade_interval(source, order, wanted, inner, order.price, scratch)
    return FILLABLE if wanted == 0 else TOO_LITTLE
