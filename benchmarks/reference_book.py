"""The yardstick: a bare limit order book in pure Python, nothing of Vega in it.

``SortedDict`` from price to level, in each level a linked list of slotted orders, orders by id in a dict. Every speed
that this project claims is a ratio to this book, run beside it in the same process on the same machine.
"""

from __future__ import annotations

from sortedcontainers import SortedDict


class Order:
    """A resting order, linked into its level."""

    __slots__ = ("id", "side", "price", "size", "party", "level", "previous", "next")

    def __init__(self, order_id: int, side: int, price: int, size: int, party: int) -> None:
        self.id = order_id
        self.side = side
        self.price = price
        self.size = size
        self.party = party
        self.level: Level | None = None
        self.previous: Order | None = None
        self.next: Order | None = None


class Level:
    """Orders at one price, first come first."""

    __slots__ = ("price", "volume", "first", "last")

    def __init__(self, price: int) -> None:
        self.price = price
        self.volume = 0
        self.first: Order | None = None
        self.last: Order | None = None


class Trade:
    """One execution."""

    __slots__ = ("maker", "taker", "price", "size", "maker_party", "taker_party")

    def __init__(self, maker: int, taker: int, price: int, size: int, maker_party: int, taker_party: int) -> None:
        self.maker = maker
        self.taker = taker
        self.price = price
        self.size = size
        self.maker_party = maker_party
        self.taker_party = taker_party


class ReferenceBook:
    """Price-time priority with limit orders, cancels and market orders."""

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.bids: SortedDict[int, Level] = SortedDict()
        self.asks: SortedDict[int, Level] = SortedDict()

    def add(self, order_id: int, side: int, price: int, size: int, party: int) -> list[Trade]:
        """Match a limit order (side 0 buys, 1 sells) and rest what remains."""
        trades: list[Trade] = []
        size = self._match(order_id, side, price, size, party, trades)
        if size:
            order = Order(order_id, side, price, size, party)
            levels = self.asks if side else self.bids
            level = levels.get(price)
            if level is None:
                level = levels[price] = Level(price)
                level.first = order
            else:
                last = level.last
                assert last is not None
                last.next = order
                order.previous = last
            level.last = order
            level.volume += size
            order.level = level
            self.orders[order_id] = order
        return trades

    def cancel(self, order_id: int) -> None:
        """Take a live order off."""
        order = self.orders.pop(order_id)
        level = order.level
        assert level is not None
        level.volume -= order.size
        if order.previous is None:
            level.first = order.next
        else:
            order.previous.next = order.next
        if order.next is None:
            level.last = order.previous
        else:
            order.next.previous = order.previous
        if level.first is None:
            del (self.asks if order.side else self.bids)[order.price]

    def market(self, order_id: int, side: int, size: int, party: int) -> list[Trade]:
        """Match an order at any price; it never rests."""
        trades: list[Trade] = []
        self._match(order_id, side, None, size, party, trades)
        return trades

    def _match(self, taker: int, side: int, limit: int | None, size: int, party: int, trades: list[Trade]) -> int:
        levels = self.bids if side else self.asks
        while size and levels:
            price, level = levels.peekitem(-1 if side else 0)
            if limit is not None and (price < limit if side else price > limit):
                break
            while size:
                maker = level.first
                assert maker is not None
                traded = min(size, maker.size)
                trades.append(Trade(maker.id, taker, price, traded, maker.party, party))
                size -= traded
                level.volume -= traded
                maker.size -= traded
                if maker.size == 0:
                    del self.orders[maker.id]
                    level.first = maker.next
                    if level.first is None:
                        del levels[price]
                        break
                    level.first.previous = None
        return size
