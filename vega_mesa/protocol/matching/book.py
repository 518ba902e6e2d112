"""The order book of one market (0068-MATC, 0024-OSTA, 0014-ORDT). Signatures first; bodies follow."""

from __future__ import annotations

from collections.abc import Iterator

from vega_mesa.protocol.matching.confirmation import Confirmation, Fill
from vega_mesa.protocol.matching.off_book import OffBookLiquidity
from vega_mesa.protocol.matching.order import Order, Side, Trade
from vega_mesa.protocol.matching.price_level import BookSide


class OrderBook:
    """Live orders of one market and how they match. Prices in asset decimals; the book never moves money."""

    market_id: str
    orders: dict[str, Order]  # live, resting, in order of insertion (a refreshed iceberg moves to the end)
    pegged_live: dict[str, Order]  # the live list of 0037-OPEG
    by_party: dict[str, dict[str, Order]]
    buys: BookSide
    sells: BookSide
    in_auction: bool
    last_traded_price: int  # continuous trades only; 0 before the first
    batch_id: int
    off_book: OffBookLiquidity | None

    def __init__(self, market_id: str) -> None: ...

    def validate(self, order: Order) -> None:
        """Raise OrderRefused in the book's own order of checks (02 §2.2). Call before match and before add_resting."""

    def match(self, order: Order, now: int) -> list[Fill]:
        """Dry run without mutation: [] if nothing crosses, in an auction, or for a FOK that cannot be filled."""
        raise NotImplementedError

    def trades_for(self, order: Order, fills: list[Fill], now: int) -> list[Trade]:
        """Trades (no ids, no fees yet) of fills; timestamp is the aggressor's created_at."""
        raise NotImplementedError

    def submit(self, order: Order, fills: list[Fill], now: int, trades: list[Trade] | None = None) -> Confirmation:
        """Apply fills of match, rest the remainder, set statuses (FILLED, STOPPED, PARTIALLY_FILLED, SELF_TRADING).

        ``trades`` are those of trades_for that already carry fees; made here if None. In an auction: rests unmatched.
        A reduce-only order never rests: the caller stops what remains.
        """
        raise NotImplementedError

    def add_resting(self, order: Order) -> None:
        """Insert unmatched (auction; after an auction was triggered; pegs): sets status ACTIVE, peak, batch id."""

    def remove(self, order: Order) -> None:
        """Take a live order off the book (cancel, expire, park); its status is the caller's."""

    def amend_in_place(self, order: Order, amended: Order) -> None:
        """Give the live order the values of its amended copy (size, remaining, reserve, expiry, TIF, version...) and
        keep its place in the queue (02 §6.5)."""

    def reduce(self, order: Order, delta: int) -> None:
        """Take ``delta`` off a live order's volume in place, reserve first."""

    def enter_auction(self) -> list[Order]:
        """Switch to auction mode; returns the GFN orders that the caller must cancel (they are still on the book)."""
        raise NotImplementedError

    def indicative(self) -> tuple[int, int, Side]:
        """Indicative price, volume and uncrossing side; (0, 0, UNSPECIFIED) if not crossed or not in an auction."""
        raise NotImplementedError

    def uncross(self, now: int) -> tuple[list[Confirmation], list[Order]]:
        """Leave the auction: one confirmation per aggressing order, and the GFA orders that the caller must cancel."""
        raise NotImplementedError

    def forget_indicative(self) -> None:
        """Off-book liquidity changed: work the indicative price out anew when it is asked for."""

    def best_bid(self) -> int: ...  # type: ignore[empty-body]
    def best_ask(self) -> int: ...  # type: ignore[empty-body]
    def best_static_bid(self) -> int: ...  # type: ignore[empty-body]
    def best_static_ask(self) -> int: ...  # type: ignore[empty-body]
    def best_bid_and_volume(self) -> tuple[int, int]: ...  # type: ignore[empty-body]
    def best_ask_and_volume(self) -> tuple[int, int]: ...  # type: ignore[empty-body]
    def best_static_bid_and_volume(self) -> tuple[int, int]: ...  # type: ignore[empty-body]
    def best_static_ask_and_volume(self) -> tuple[int, int]: ...  # type: ignore[empty-body]
    def mid_price(self) -> int: ...  # type: ignore[empty-body]
    def static_mid_price(self) -> int: ...  # type: ignore[empty-body]

    def volume_at_or_better(self, side: Side, price: int) -> int:
        """True volume of book orders of a side at prices at least as good (no off-book volume)."""
        raise NotImplementedError

    def average_fill_price(self, side: Side, volume: int) -> tuple[int, str]:
        """Price of consuming a volume of ``side``, and "" or the error text (``invalid volume``, ``insufficient orders``)."""
        raise NotImplementedError

    def vwap(self, side: Side, volume: int) -> int | None:
        """The same walk for the book price (volume 0: best level); None if the side has too little."""
        raise NotImplementedError

    def levels(self, side: Side) -> Iterator[tuple[int, int, int]]:
        """(price, true volume, number of orders), best first."""
        raise NotImplementedError

    def orders_of(self, party: str) -> list[Order]:
        """The party's live orders sorted by id."""
        raise NotImplementedError

    def orders_in_stop_order(self, party: str) -> list[Order]:
        """The party's live orders, buy levels low to high, then sell levels high to low, FIFO (02 §10.6)."""
        raise NotImplementedError
