"""What can be read off a book: best prices, volumes, prices of filling a volume (0021-MDAT, 0009-MRKP).

Prices are in asset decimals, 0 where there is none. Best prices and their volumes count off-book quotes; depth and
fill prices count book orders only.
"""

from __future__ import annotations

from collections.abc import Iterator

from vega_mesa.protocol.matching.off_book import OffBookLiquidity
from vega_mesa.protocol.matching.order import BUY, SELL, Order, Side
from vega_mesa.protocol.matching.price_level import BookSide


class Depth:
    """The reading half of an order book.

    Attributes:
        market_id: the market.
        buys: levels of the buy side.
        sells: levels of the sell side.
        in_auction: orders rest without matching.
        last_traded_price: of the last continuous trade, 0 before the first; an uncrossing does not set it.
        off_book: liquidity of automated market makers, if the market has any.
    """

    __slots__ = ("market_id", "buys", "sells", "in_auction", "last_traded_price", "off_book")

    def __init__(self, market_id: str) -> None:
        self.market_id = market_id
        self.buys = BookSide(BUY)
        self.sells = BookSide(SELL)
        self.in_auction = False
        self.last_traded_price = 0
        self.off_book: OffBookLiquidity | None = None

    def side(self, side: Side) -> BookSide:
        """The levels of one side."""
        return self.buys if side is BUY else self.sells

    # Best prices. The variants without off-book liquidity are short cuts: they are read after every order.

    def best_bid(self) -> int:
        """Highest buy price, pegged orders included."""
        if self.off_book is not None:
            return self.best_bid_and_volume()[0]
        keys = self.buys.keys
        return keys[-1] if keys else 0

    def best_ask(self) -> int:
        """Lowest sell price, pegged orders included."""
        if self.off_book is not None:
            return self.best_ask_and_volume()[0]
        keys = self.sells.keys
        return -keys[-1] if keys else 0

    def best_static_bid(self) -> int:
        """Highest price of a level with at least one buy order that is not pegged."""
        level = self.buys.best_static()
        price = 0 if level is None else level.price
        if self.off_book is None:
            return price
        return max(price, self.off_book.best(BUY)[0])

    def best_static_ask(self) -> int:
        """Lowest price of a level with at least one sell order that is not pegged."""
        level = self.sells.best_static()
        price = 0 if level is None else level.price
        if self.off_book is None:
            return price
        quoted = self.off_book.best(SELL)[0]
        return quoted if price == 0 or 0 < quoted < price else price

    def best_bid_and_volume(self) -> tuple[int, int]:
        """Best bid and the volume there, hidden reserve included."""
        keys = self.buys.keys
        return self._with_quote(BUY, keys[-1], self.buys.levels[keys[-1]].volume) if keys else self._quote(BUY)

    def best_ask_and_volume(self) -> tuple[int, int]:
        """Best ask and the volume there, hidden reserve included."""
        keys = self.sells.keys
        return self._with_quote(SELL, -keys[-1], self.sells.levels[keys[-1]].volume) if keys else self._quote(SELL)

    def best_static_bid_and_volume(self) -> tuple[int, int]:
        """Best static bid and the visible volume of the orders there that are not pegged."""
        return self._static(BUY)

    def best_static_ask_and_volume(self) -> tuple[int, int]:
        """Best static ask and the visible volume of the orders there that are not pegged."""
        return self._static(SELL)

    def _static(self, side: Side) -> tuple[int, int]:
        level = self.side(side).best_static()
        if level is None:
            return self._quote(side)
        visible = 0
        for order in level:
            if order.peg is None:
                visible += order.remaining
        return self._with_quote(side, level.price, visible)

    def _quote(self, side: Side) -> tuple[int, int]:
        return (0, 0) if self.off_book is None else self.off_book.best(side)

    def _with_quote(self, side: Side, price: int, volume: int) -> tuple[int, int]:
        """The better of the book and the off-book quote; both volumes at an equal price."""
        if self.off_book is None:
            return price, volume
        quoted, quoted_volume = self.off_book.best(side)
        if quoted == 0 or (quoted < price if side is BUY else quoted > price):
            return price, volume
        if quoted == price:
            return price, volume + quoted_volume
        return quoted, quoted_volume

    def mid_price(self) -> int:
        """``floor((best bid + best ask) / 2)``; 0 if either is missing."""
        bid, ask = self.best_bid(), self.best_ask()
        return (bid + ask) // 2 if bid and ask else 0

    def static_mid_price(self) -> int:
        """``floor((best static bid + best static ask) / 2)``; 0 if either is missing."""
        bid, ask = self.best_static_bid(), self.best_static_ask()
        return (bid + ask) // 2 if bid and ask else 0

    def levels(self, side: Side) -> Iterator[tuple[int, int, int]]:
        """``(price, true volume, number of orders)`` of each level, best first."""
        for level in self.side(side).best_first():
            yield level.price, level.volume, sum(1 for _ in level)

    def volume_at_or_better(self, side: Side, price: int) -> int:
        """True volume of a side at prices at least as good as one, off-book liquidity not counted."""
        return self.side(side).volume_at_or_better(price)

    def orders_best_first(self, side: Side) -> Iterator[Order]:
        """Orders of a side in the order in which they would trade."""
        for level in self.side(side).best_first():
            yield from level

    def average_fill_price(self, side: Side, volume: int) -> tuple[int, str]:
        """What a volume of a side would cost on average.

        Args:
            side: the side of the book that is consumed.
            volume: how much.

        Returns:
            Price, asset decimals, rounded down, and "" or the text of an error, which comes with a price too:
            ``invalid volume`` (price 0) or ``insufficient orders`` (the average of what there is; the last traded
            price if there is nothing). In an auction the indicative price.
        """
        if volume == 0:
            return 0, "invalid volume"
        if self.in_auction:
            return self.indicative()[0], ""
        cost, missing = self._cost(side, volume)
        if missing == volume:
            return self.last_traded_price, "insufficient orders"
        return cost // (volume - missing), "insufficient orders" if missing else ""

    def vwap(self, side: Side, volume: int) -> int | None:
        """Volume-weighted price of consuming a volume, for the book part of a mark price.

        Returns:
            Asset decimals, rounded down; the best price for a volume of 0; None if the side holds too little.

        Spec: 0009-MRKP.
        """
        keys = self.side(side).keys
        if not keys:
            return None
        if volume == 0:
            return abs(keys[-1])
        cost, missing = self._cost(side, volume)
        return None if missing else cost // volume

    def _cost(self, side: Side, volume: int) -> tuple[int, int]:
        """Cost of a volume, and how much of it is missing."""
        cost = 0
        for level in self.side(side).best_first():
            taken = min(level.volume, volume)
            cost += level.price * taken
            volume -= taken
            if volume == 0:
                break
        return cost, volume

    def indicative(self) -> tuple[int, int, Side]:
        """See :meth:`vega_mesa.protocol.matching.book.OrderBook.indicative`."""
        raise NotImplementedError
