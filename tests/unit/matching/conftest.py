"""Short ways to build orders and books."""

from __future__ import annotations

from itertools import count

import pytest

from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.order import (
    BUY,
    GTC,
    LIMIT,
    MARKET,
    SELL,
    Iceberg,
    Order,
    Peg,
    PeggedReference,
    Side,
    TimeInForce,
)

NOW = 7


class Desk:
    """A book, and orders that need few words. Every order has a party of its own unless told."""

    def __init__(self) -> None:
        self.book = OrderBook("market")
        self.numbers = count(1)

    def order(
        self,
        side: Side,
        size: int,
        price: int = 0,
        party: str = "",
        tif: TimeInForce = GTC,
        *,
        peak: int = 0,
        minimum: int = 0,
        peg: tuple[PeggedReference, int] | None = None,
        reduce_only: bool = False,
        created_at: int = 0,
    ) -> Order:
        number = next(self.numbers)
        return Order(
            f"{number:04d}",
            "market",
            party or f"party{number}",
            side,
            LIMIT if price or peg else MARKET,
            tif,
            size,
            price,
            price,
            iceberg=Iceberg(peak, minimum or peak) if peak else None,
            peg=None if peg is None else Peg(*peg),
            reduce_only=reduce_only,
            created_at=created_at,
        )

    def send(self, order: Order) -> Confirmation:
        self.book.validate(order)
        return self.book.submit(order, self.book.match(order, NOW), NOW)

    def buy(self, size: int, price: int = 0, party: str = "", tif: TimeInForce = GTC, **rest: object) -> Confirmation:
        return self.send(self.order(BUY, size, price, party, tif, **rest))

    def sell(self, size: int, price: int = 0, party: str = "", tif: TimeInForce = GTC, **rest: object) -> Confirmation:
        return self.send(self.order(SELL, size, price, party, tif, **rest))

    def levels(self, side: Side) -> list[tuple[int, int, int]]:
        return list(self.book.levels(side))

    def queue(self, side: Side) -> list[tuple[int, int, int]]:
        """(price, visible, hidden) of every order in the order of priority."""
        return [
            (order.price, order.remaining, order.iceberg.reserve if order.iceberg else 0)
            for order in self.book.orders_best_first(side)
        ]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def auction(desk: Desk) -> Desk:
    desk.book.enter_auction()
    return desk
