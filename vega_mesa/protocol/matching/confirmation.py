"""What matching an order comes to: hypothetical fills, then the confirmation of what was done."""

from __future__ import annotations

from collections.abc import Sequence

from vega_mesa.protocol.matching.order import Order, Trade
from vega_mesa.protocol.outcome import Outcome


class Fill:
    """One resting order that an incoming order would trade with.

    ``size`` counts the visible part and, for an iceberg, its share of the hidden reserve; it can be 0 for an iceberg
    that has only reserve left during an uncrossing. ``price`` is in asset decimals. ``order.off_book`` marks an order
    that an automated market maker made for this fill: it is not on the book.
    """

    __slots__ = ("order", "size", "price")

    def __init__(self, order: Order, size: int, price: int) -> None:
        self.order = order
        self.size = size
        self.price = price

    def __repr__(self) -> str:
        return f"<Fill {self.size} @ {self.price} of {self.order!r}>"


class Confirmation(Outcome):
    """What happened to one order on the book, which is also the answer to the command that it came with.

    Attributes:
        order: the aggressive (or resting) order itself, with its final status of the entry step.
        trades: in trade order.
        passive: the resting order of each trade, one per trade and in trade order, icebergs already refreshed.
    """

    __slots__ = ("passive",)

    order: Order

    def __init__(self, order: Order, trades: Sequence[Trade] = (), passive: Sequence[Order] = ()) -> None:
        self.error = self.created = None
        self.id = order.id
        self.order = order
        self.trades = trades
        self.stop_orders = ()
        self.passive = passive

    def __repr__(self) -> str:
        return f"<Confirmation {self.order!r} {len(self.trades)} trades>"
