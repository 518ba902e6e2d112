"""Where liquidity that does not rest on the book plugs in: automated market makers (0090-VAMM)."""

from __future__ import annotations

from typing import Protocol

from vega_mesa.protocol.matching.order import Order, Side


class OffBookLiquidity(Protocol):
    """A source of volume between and at the price levels of a book. All prices in asset decimals.

    Orders that it makes have ``off_book`` set, type LIMIT, GTC, status FILLED, ``remaining == size``, the party of the
    pool and the average price of their volume. The book never inserts nor changes them; the market registers them in
    the positions at their full size before it settles the trade.
    """

    def begin(self, now: int) -> None:
        """Start a walk: temporary positions are the real ones. Called before a dry run and before an uncrossing.

        Args:
            now: block time, ns, for the orders that are made.
        """

    def trade(self, order: Order, remaining: int, inner: int | None, outer: int) -> list[Order]:
        """Make the orders that trade with ``order`` in an interval of prices, and move the temporary positions.

        Args:
            order: the aggressor.
            remaining: how much of it is left, > 0.
            inner: price of the previous book level (already traded); None in the first interval, which then starts
                two ticks of the market makers before their best price.
            outer: price up to and including which to trade: the next book level or the limit of the order. A market
                sell order ends at 0. A source that finds inner equal to outer widens by one tick to the better side.

        Returns:
            Orders of the other side in trade order; the sizes add up to at most ``remaining``.
        """

    def finish(self) -> None:
        """End of the walk: temporary positions are forgotten."""

    def best(self, side: Side) -> tuple[int, int]:
        """Best price of a side and the volume quoted there; ``(0, 0)`` without a quote."""

    def expand(self, lowest: int, highest: int) -> list[Order]:
        """All pools as limit orders with prices in ``[lowest, highest]``, for auctions; pools in list order.

        The book asks anew whenever its crossed region or its orders changed, so a source keeps what is dear.
        """

    def refine(self, lowest: int, low: int, high: int, highest: int) -> list[Order] | None:
        """Expand anew, in three pieces, the pools that the last :meth:`expand` only approximated.

        Args:
            lowest: lower end of the crossed region.
            low: lowest price of maximum volume.
            high: highest price of maximum volume.
            highest: upper end of the crossed region.

        Returns:
            The orders of all pools, or None if none was approximated.
        """
