"""Pegged orders (0037-OPEG): which price they follow and what they cost. Signatures first; bodies follow."""

from __future__ import annotations

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.order import Order, PeggedReference


def validate_peg(order: Order) -> None:
    """Raise OrderRefused for a pegged order that can never be priced (02 §2.2 row 15)."""


def check_mid_crossing(order: Order, scale: Scale, tick: int) -> None:
    """Raise OrderRefused ``invalid offset - pegged mid will cross`` (row 16)."""


def check_tick(order: Order, tick: int) -> None:
    """Raise OrderRefused ``price not in tick size`` for price or pegged offset (row 17)."""


def peg_price(order: Order, reference: int, scale: Scale, tick: int, max_price: int | None) -> tuple[int, int] | None:
    """(asset price, market price) of a pegged order, or None if it must be parked."""
    raise NotImplementedError


class References:
    """Static bid, static ask, buy mid, sell mid (asset decimals, 0 = none)."""

    static_bid: int
    static_ask: int
    buy_mid: int
    sell_mid: int
    one: int

    def __init__(self, one: int) -> None: ...

    @classmethod
    def read(cls, book: OrderBook, one: int) -> References:
        """The references as the book stands (``one`` = price factor truncated)."""
        raise NotImplementedError

    def moved(self, previous: References) -> frozenset[PeggedReference]:
        """Which references differ from earlier ones."""
        raise NotImplementedError

    def refresh(self, book: OrderBook) -> frozenset[PeggedReference]:
        """Hot path: take over the book's references and say which moved (empty: nothing to do)."""
        raise NotImplementedError

    def price_for(self, order: Order) -> int:
        """The reference price of a pegged order, 0 if none."""
        raise NotImplementedError


class ParkedOrders:
    """Parked pegged orders in parking order; park, replace (keeps the slot), remove, get, of_party(sorted by id)."""
