"""One side of a book: price levels in price order, and in each a queue of orders in time order (0068-MATC)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from vega_mesa.protocol.matching.order import BUY, Order, Side


class PriceLevel:
    """Orders at one price, first come first.

    The queue is a doubly linked list through the orders themselves, so that any order leaves in constant time.
    ``volume`` is the sum of true remaining volumes, hidden reserves included.
    """

    __slots__ = ("key", "price", "volume", "first", "last")

    def __init__(self, key: int, price: int) -> None:
        self.key = key
        self.price = price
        self.volume = 0
        self.first: Order | None = None
        self.last: Order | None = None

    def __iter__(self) -> Iterator[Order]:
        order = self.first
        while order is not None:
            yield order
            order = order.next


class BookSide:
    """The levels of one side.

    ``keys`` is sorted and its last element is the best price: a key is the price of a buy level and the negated price
    of a sell level. A list that is bisected beats a sorted dictionary at any width that a market reaches.
    """

    __slots__ = ("side", "keys", "levels")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.keys: list[int] = []
        self.levels: dict[int, PriceLevel] = {}

    def add_level(self, key: int, price: int) -> PriceLevel:
        """Open a level, still empty."""
        level = self.levels[key] = PriceLevel(key, price)
        keys = self.keys
        if keys and key < keys[-1]:
            insort(keys, key)
        else:
            keys.append(key)
        return level

    def drop_level(self, key: int) -> None:
        """Close a level that has become empty."""
        del self.levels[key]
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]

    def best_first(self) -> Iterator[PriceLevel]:
        """Levels from the best price away from it."""
        levels = self.levels
        for key in reversed(self.keys):
            yield levels[key]

    def worst_first(self) -> Iterator[PriceLevel]:
        """Levels from the price furthest from the other side towards it (buys low to high, sells high to low)."""
        levels = self.levels
        for key in self.keys:
            yield levels[key]

    def best_static(self) -> PriceLevel | None:
        """The best level that holds at least one order that is not pegged."""
        levels = self.levels
        for key in reversed(self.keys):
            level = levels[key]
            order = level.first
            while order is not None:
                if order.peg is None:
                    return level
                order = order.next
        return None

    def volume_at_or_better(self, price: int) -> int:
        """Sum of true volumes at prices at least as good as one."""
        key = price if self.side is BUY else -price
        keys = self.keys
        levels = self.levels
        total = 0
        for index in range(bisect_left(keys, key), len(keys)):
            total += levels[keys[index]].volume
        return total
