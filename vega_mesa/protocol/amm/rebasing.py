"""What a new or changed market maker must trade so that it does not cross the market (0090-VAMM; 05 §4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from vega_mesa.protocol.amm.liquidity import PoolLiquidity
from vega_mesa.protocol.amm.pool import Pool
from vega_mesa.protocol.arithmetic import ceiling, exact, floor
from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.order import BUY, SELL, Side
from vega_mesa.protocol.refusal import Refused

CANNOT_REBASE = "not enough liquidity for AMM to rebase"


class Rebase(NamedTuple):
    """An order that brings the market to a market maker's fair price."""

    side: Side
    price: int
    size: int


@exact
def find_rebase(pool: Pool, book: OrderBook, others: PoolLiquidity, slippage: Decimal) -> Rebase | None:
    """The order that a market maker, not listed now, needs to join the market; None if it needs none.

    Args:
        pool: the market maker; it has a fair price.
        book: of the market, outside auctions.
        others: the market makers listed now.
        slippage: how far from the best price it may trade.

    Raises:
        Refused: ``not enough liquidity for AMM to rebase``.
    """
    fair = pool.fair_price
    ask, bid = book.best_ask(), book.best_bid()
    if ask and fair > ask:
        until = min(fair, floor(ask * (1 + slippage)))
        return _Search(pool, book, others, BUY, ask, until).find()
    if bid and fair < bid:
        until = max(fair, ceiling(bid * (1 - slippage)))
        return _Search(pool, book, others, SELL, bid, until).find()
    return None


class _Search:
    """Prices from the best one towards the limit of slippage, a tick apart.

    The volume that is required falls and the volume that is available grows along the way, so that the first price
    that will do is found by halving.
    """

    def __init__(self, pool: Pool, book: OrderBook, others: PoolLiquidity, side: Side, quote: int, until: int) -> None:
        self.pool = pool
        self.book = book
        self.others = others
        self.side = side
        self.quote = quote
        self.step = pool.tick if side is BUY else -pool.tick
        # the best price is always visited, and then those strictly before the limit
        self.visits = max(1, -(-abs(until - quote) // pool.tick) if (until - quote) * self.step > 0 else 0)

    def find(self) -> Rebase | None:
        """The order, or None if the market maker stands well as it is."""
        if not self._will_do(self.visits - 1):
            raise Refused(CANNOT_REBASE)
        low, high = 0, self.visits - 1
        while low < high:
            middle = (low + high) // 2
            if self._will_do(middle):
                high = middle
            else:
                low = middle + 1
        if self._required(low) == 0:
            return None
        return Rebase(self.side, self._price(low), self._required(max(0, low - 1)))

    def _price(self, visit: int) -> int:
        return self.quote + visit * self.step

    def _will_do(self, visit: int) -> bool:
        required = self._required(visit)
        return required == 0 or required < self._available(visit)

    def _required(self, visit: int) -> int:
        """Volume of the market maker itself between a price and its fair price."""
        price, fair = self._price(visit), self.pool.fair_price
        low, high = (price, fair) if self.side is BUY else (fair, price)
        return self.pool.volume_between(self.side.opposite, low, high)

    def _available(self, visit: int) -> int:
        """Volume of the market up to a price."""
        price = self._price(visit)
        volume = self.book.volume_at_or_better(self.side.opposite, price)
        return volume + self.others.volume_at_or_better(self.side.opposite, price)
