"""Iceberg orders (0014-ORDT): how much of them shows, and how several of them share what an aggressor takes."""

from __future__ import annotations

from vega_mesa.protocol.matching.confirmation import Fill
from vega_mesa.protocol.matching.order import Iceberg, Order
from vega_mesa.protocol.matching.price_level import PriceLevel


def set_peak(order: Order, iceberg: Iceberg) -> None:
    """Show the peak and hide the rest: on entering the book, on a refresh and on parking.

    An order without reserve that shows more than its peak hides the excess; otherwise the visible part is filled up
    to the peak from the reserve.
    """
    peak = iceberg.peak_size
    if iceberg.reserve == 0 and order.remaining > peak:
        iceberg.reserve = order.remaining - peak
        order.remaining = peak
        return
    more = min(peak - order.remaining, iceberg.reserve)
    if more > 0:
        iceberg.reserve -= more
        order.remaining += more


def show_all(order: Order) -> None:
    """Make the whole true remaining volume visible, as when the order aggresses."""
    iceberg = order.iceberg
    if iceberg is not None:
        order.remaining += iceberg.reserve
        iceberg.reserve = 0


def needs_refresh(order: Order) -> bool:
    """Whether the visible part fell below the minimum while there is reserve left."""
    iceberg = order.iceberg
    return iceberg is not None and iceberg.reserve > 0 and order.remaining < iceberg.minimum_visible_size


def take(order: Order, iceberg: Iceberg, size: int) -> None:
    """Trade a size: the visible part first, then the reserve."""
    visible = order.remaining
    if size <= visible:
        order.remaining = visible - size
    else:
        order.remaining = 0
        iceberg.reserve -= size - visible


def share_reserves(level: PriceLevel, remaining: int, fills: list[Fill], start: int) -> int:
    """Split an aggressor over the hidden reserves of a level whose visible volume is used up.

    Each iceberg gets its share in proportion to its reserve, rounded down; what rounding leaves goes out in time order.
    The share is added to the fill that the iceberg has on this level; one with nothing visible gets a fill of its
    own after the others, even for a share of 0.

    Args:
        level: the level.
        remaining: what the aggressor still wants, > 0.
        fills: fills so far; those of this level begin at ``start``.
        start: index of this level's first fill.

    Returns:
        What the aggressor still wants.

    Spec: 0014-ORDT (AC 037, 038).
    """
    orders: list[Order] = []
    reserves: list[int] = []
    for order in level:
        iceberg = order.iceberg
        if iceberg is not None and iceberg.reserve > 0:
            orders.append(order)
            reserves.append(iceberg.reserve)
    total = sum(reserves)
    wanted = min(remaining, total)
    shares = [reserve * wanted // total for reserve in reserves]
    rest = wanted - sum(shares)
    of_order = {fills[index].order.id: fills[index] for index in range(start, len(fills))}
    for index, order in enumerate(orders):
        extra = min(reserves[index] - shares[index], rest)
        rest -= extra
        fill = of_order.get(order.id)
        if fill is None:
            fills.append(Fill(order, shares[index] + extra, level.price))
        else:
            fill.size += shares[index] + extra
    return remaining - wanted
