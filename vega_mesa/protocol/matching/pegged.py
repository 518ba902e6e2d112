"""Pegged orders (0037-OPEG): what they follow, what they cost, and where they wait while they have no price."""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.order import BUY, GFN, GTC, GTT, LIMIT, SELL, Order, OrderStatus, PeggedReference
from vega_mesa.protocol.matching.order_errors import OrderRefused

MID: Final = PeggedReference.MID
BEST_BID: Final = PeggedReference.BEST_BID
BEST_ASK: Final = PeggedReference.BEST_ASK
NOTHING_MOVED: Final[frozenset[PeggedReference]] = frozenset()
EVERYTHING_MOVED: Final = frozenset((MID, BEST_BID, BEST_ASK))

WRAP: Final = 2**256  # prices and offsets are unsigned 256-bit numbers: a sum beyond that wraps around


def validate_peg(order: Order) -> None:
    """Check the terms of a pegged order, new or amended.

    Raises:
        OrderRefused: REJECTED, with the reason of the first check that fails. That a stopping reason is not among
            them is no accident: all of this happens while validating.
    """
    peg = order.peg
    assert peg is not None, f"{order!r} is not pegged"
    if order.type is not LIMIT:
        raise OrderRefused("MUST_BE_LIMIT_ORDER")
    if order.time_in_force not in (GTC, GTT, GFN):
        raise OrderRefused("MUST_BE_GTT_OR_GTC")
    if peg.reference is PeggedReference.UNSPECIFIED:
        raise OrderRefused("WITHOUT_REFERENCE_PRICE")
    if order.side is BUY and peg.reference is BEST_ASK:
        raise OrderRefused("BUY_CANNOT_REFERENCE_BEST_ASK_PRICE")
    if order.side is SELL and peg.reference is BEST_BID:
        raise OrderRefused("SELL_CANNOT_REFERENCE_BEST_BID_PRICE")
    if peg.reference is MID and peg.offset <= 0:
        raise OrderRefused("OFFSET_MUST_BE_GREATER_THAN_ZERO")
    if peg.offset < 0:
        raise OrderRefused("OFFSET_MUST_BE_GREATER_OR_EQUAL_TO_ZERO")


def mid_would_cross(order: Order, scale: Scale, tick: int) -> bool:
    """Whether an order pegged to the mid could meet its counterpart: offset and tick both vanish in asset decimals."""
    peg = order.peg
    return peg is not None and peg.reference is MID and scale.times(peg.offset) == 0 and scale.times(tick) == 0


def check_mid_crossing(order: Order, scale: Scale, tick: int) -> None:
    """Refuse a mid peg whose offset vanishes in asset decimals; the order's reason stays unset."""
    if mid_would_cross(order, scale, tick):
        raise OrderRefused("", "invalid offset - pegged mid will cross")


def check_tick(order: Order, tick: int) -> None:
    """Refuse a price or pegged offset off the tick (market decimals); the order's reason stays unset."""
    if (order.original_price if order.peg is None else order.peg.offset) % tick:
        raise OrderRefused("", "OrderError: price not in tick size")


def peg_price(order: Order, reference: int, scale: Scale, tick: int, max_price: int | None) -> tuple[int, int] | None:
    """Price a pegged order.

    Args:
        order: the order.
        reference: price that it follows, asset decimals, 0 if there is none (see :meth:`References.price_for`).
        scale: the market's price factor.
        tick: the market's tick size, market decimals.
        max_price: cap of a capped future, asset decimals.

    Returns:
        Price in asset decimals and in market decimals; None if the order must be parked.
    """
    peg = order.peg
    assert peg is not None, f"{order!r} is not pegged"
    if reference == 0:
        return None
    offset = peg.offset
    base = scale.over_ceil(reference) if peg.reference is BEST_ASK else scale.over(reference)
    excess = base % tick
    if offset == 0 and excess:  # a market maker's quote may lie off the tick
        base += -excess if order.side is BUY else tick - excess
    if order.side is BUY:
        if base <= offset:
            return None
        price = base - offset
        price += -price % tick
    else:
        price = (base + offset) % WRAP
        price -= price % tick
    price = scale.times(price)
    if max_price is not None:
        price = min(price, max_price - 1)
    price = price or 1
    return price, scale.over(price)


class References:
    """The prices that pegged orders follow: of the static book, asset decimals, 0 where there is none.

    Attributes:
        one: one market tick of decimals in asset decimals, ``floor(1 x price factor)``, by which the mid of buys is
            rounded up.
    """

    __slots__ = ("one", "static_bid", "static_ask", "buy_mid", "sell_mid")

    def __init__(self, one: int) -> None:
        self.one = one
        self.static_bid = 0
        self.static_ask = 0
        self.buy_mid = 0
        self.sell_mid = 0

    @classmethod
    def read(cls, book: OrderBook, one: int) -> References:
        """The references as the book stands."""
        references = cls(one)
        references.refresh(book)
        return references

    def moved(self, previous: References) -> frozenset[PeggedReference]:
        """Which references differ from earlier ones; for membership tests."""
        return self._against(previous.static_bid, previous.static_ask, previous.buy_mid, previous.sell_mid)

    def refresh(self, book: OrderBook) -> frozenset[PeggedReference]:
        """Take over the book's references and say which moved; not for auctions, in which they stay as they were."""
        bid = book.best_static_bid()
        ask = book.best_static_ask()
        old_bid = self.static_bid
        old_ask = self.static_ask
        if bid == old_bid and ask == old_ask:
            return NOTHING_MOVED
        old_buy_mid = self.buy_mid
        old_sell_mid = self.sell_mid
        self.static_bid = bid
        self.static_ask = ask
        self.buy_mid = (bid + ask + self.one) // 2 if bid and ask else 0
        self.sell_mid = (bid + ask) // 2 if bid and ask else 0
        return self._against(old_bid, old_ask, old_buy_mid, old_sell_mid)

    def _against(self, bid: int, ask: int, buy_mid: int, sell_mid: int) -> frozenset[PeggedReference]:
        found = []
        if self.buy_mid != buy_mid or self.sell_mid != sell_mid:
            found.append(MID)
        if self.static_bid != bid:
            found.append(BEST_BID)
        if self.static_ask != ask:
            found.append(BEST_ASK)
        return frozenset(found)

    def price_for(self, order: Order) -> int:
        """The reference price of a pegged order; 0 if there is none."""
        peg = order.peg
        assert peg is not None, f"{order!r} is not pegged"
        if peg.reference is BEST_BID:
            return self.static_bid
        if peg.reference is BEST_ASK:
            return self.static_ask
        return self.buy_mid if order.side is BUY else self.sell_mid


class ParkedOrders:
    """Pegged orders without a price, in the order in which they were parked. They are not on the book."""

    __slots__ = ("orders",)

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}

    def park(self, order: Order) -> None:
        """Append an order: status PARKED, no price. The caller has taken it off the book."""
        order.status = OrderStatus.PARKED
        order.price = 0
        order.original_price = 0
        self.orders[order.id] = order

    def replace(self, order: Order) -> None:
        """Put an amended copy into the slot of its original."""
        assert order.id in self.orders, f"{order!r} is not parked"
        order.status = OrderStatus.PARKED
        order.price = 0
        order.original_price = 0
        self.orders[order.id] = order

    def remove(self, order_id: str) -> Order:
        """Take an order off the list; its status is the caller's affair."""
        return self.orders.pop(order_id)

    def get(self, order_id: str) -> Order | None:
        """The parked order of this id."""
        return self.orders.get(order_id)

    def of_party(self, party: str) -> list[Order]:
        """Parked orders of a party, by id."""
        return sorted((order for order in self.orders.values() if order.party == party), key=_id)

    def good_for_normal(self) -> list[Order]:
        """Parked GFN orders in parking order: an auction cancels them."""
        return [order for order in self.orders.values() if order.time_in_force is GFN]

    def __len__(self) -> int:
        return len(self.orders)


def _id(order: Order) -> str:
    return order.id


def following(orders: dict[str, Order], moved: frozenset[PeggedReference]) -> list[Order]:
    """Those pegged orders whose reference moved, in list order: of the live list, then of the parked list."""
    return [order for order in orders.values() if order.peg is not None and order.peg.reference in moved]
