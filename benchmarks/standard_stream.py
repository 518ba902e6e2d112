"""The standard stream of operations: the same 202,000 rows for every engine that we time.

One seeded generator keeps a price-time-priority book so that cancels hit live orders and marketable orders can always
be filled in full; every correct engine makes the same 57,956 trades of it. The digest of the rows is checked.
"""

from __future__ import annotations

from hashlib import sha256
from random import Random
from struct import pack
from typing import Final

from benchmarks.reference_book import ReferenceBook

ADD: Final = 0
CANCEL: Final = 1
MARKETABLE: Final = 2
PRELUDE: Final = 2_000
OPERATIONS: Final = 200_000
PARTIES: Final = 200
TRADES: Final = 57_956
VOLUME: Final = 957_966
DIGEST: Final = "2bd4e6d37c154a60cdf7d247785bb8a862c89c5b8fca51f456c7fc6e5c191e57"

Row = tuple[int, int, int, int, int, int]  # operation, id, side (0 buys), price, size, party


class _Generator:
    """Draws operations one by one."""

    def __init__(self) -> None:
        self.random = Random(20240607)
        self.book = ReferenceBook()
        self.mid = 100_000
        self.next_id = 0
        self.live: list[int] = []
        self.place: dict[int, int] = {}

    def draw(self, prelude: bool) -> Row:
        random = self.random
        if random.random() < 0.10:
            self.mid += random.choice((-1, 1))
        r = random.random()
        if prelude or r < 0.45:
            return self._add()
        if r < 0.80:
            return self._cancel() if self.live else self._add()
        return self._marketable() if self.book.bids and self.book.asks else self._add()

    def _add(self) -> Row:
        random, book = self.random, self.book
        side = random.randrange(2)
        offset = 1 + int(random.expovariate(1 / 20))
        size = random.randint(1, 100)
        if side == 0:
            price = self.mid - offset
            if book.asks:
                price = min(price, book.asks.peekitem(0)[0] - 1)
        else:
            price = self.mid + offset
            if book.bids:
                price = max(price, book.bids.peekitem(-1)[0] + 1)
        party = random.randrange(PARTIES)
        order_id = self._take_id()
        book.add(order_id, side, price, size, party)
        self.place[order_id] = len(self.live)
        self.live.append(order_id)
        return ADD, order_id, side, price, size, party

    def _cancel(self) -> Row:
        order_id = self.live[self.random.randrange(len(self.live))]
        order = self.book.orders[order_id]
        self.book.cancel(order_id)
        self._forget(order_id)
        return CANCEL, order_id, order.side, order.price, 0, order.party

    def _marketable(self) -> Row:
        random, book = self.random, self.book
        middle = book.bids.peekitem(-1)[0] + book.asks.peekitem(0)[0]
        latent = 2 * self.mid
        chance = 0.7 if middle < latent else 0.3 if middle > latent else 0.5
        side = 0 if random.random() < chance else 1
        size = random.randint(1, 30) if random.random() < 0.9 else random.randint(1, 200)
        size = min(size, sum(level.volume for level in (book.bids if side else book.asks).values()))
        party = random.randrange(PARTIES)
        order_id = self._take_id()
        for trade in book.market(order_id, side, size, party):
            if trade.maker not in book.orders:
                self._forget(trade.maker)
        return MARKETABLE, order_id, side, 0, size, party

    def _take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _forget(self, order_id: int) -> None:
        """Swap with the last, then drop the last."""
        index = self.place.pop(order_id)
        last = self.live.pop()
        if last != order_id:
            self.live[index] = last
            self.place[last] = index


def standard_stream() -> tuple[list[Row], list[Row]]:
    """The prelude of 2,000 adds, and the 200,000 operations to time.

    Raises:
        AssertionError: the rows are not those that every published figure was measured on.
    """
    generator = _Generator()
    prelude = [generator.draw(prelude=True) for _ in range(PRELUDE)]
    operations = [generator.draw(prelude=False) for _ in range(OPERATIONS)]
    digest = sha256()
    for row in prelude + operations:
        digest.update(pack("<6q", *row))
    assert digest.hexdigest() == DIGEST, f"another stream: {digest.hexdigest()}"
    return prelude, operations
