"""Orders, trades and the words they are described in (0014-ORDT, 0024-OSTA, 0037-OPEG)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.protocol.matching.identifiers import LaterId, id_at

if TYPE_CHECKING:
    from vega_mesa.protocol.matching.price_level import PriceLevel


class Side(IntEnum):
    """Which side of the book."""

    UNSPECIFIED = 0
    BUY = 1
    SELL = 2

    @property
    def opposite(self) -> Side:
        """The other side."""
        return SELL if self is BUY else BUY


class OrderType(IntEnum):
    """How an order is priced."""

    UNSPECIFIED = 0
    LIMIT = 1
    MARKET = 2
    NETWORK = 3


class TimeInForce(IntEnum):
    """How long an order lives."""

    UNSPECIFIED = 0
    GTC = 1
    GTT = 2
    IOC = 3
    FOK = 4
    GFA = 5
    GFN = 6


class OrderStatus(IntEnum):
    """Where an order stands."""

    UNSPECIFIED = 0
    ACTIVE = 1
    EXPIRED = 2
    CANCELLED = 3
    STOPPED = 4
    FILLED = 5
    REJECTED = 6
    PARTIALLY_FILLED = 7
    PARKED = 8


class PeggedReference(IntEnum):
    """What a pegged order follows."""

    UNSPECIFIED = 0
    MID = 1
    BEST_BID = 2
    BEST_ASK = 3


class TradeType(IntEnum):
    """Between whom a trade happened."""

    UNSPECIFIED = 0
    DEFAULT = 1
    NETWORK_CLOSE_OUT_GOOD = 2
    NETWORK_CLOSE_OUT_BAD = 3


# Members by plain names: the order path compares them by identity, without a look-up in the enumeration.
BUY: Final = Side.BUY
SELL: Final = Side.SELL
LIMIT: Final = OrderType.LIMIT
MARKET: Final = OrderType.MARKET
GTC: Final = TimeInForce.GTC
GTT: Final = TimeInForce.GTT
IOC: Final = TimeInForce.IOC
FOK: Final = TimeInForce.FOK
GFA: Final = TimeInForce.GFA
GFN: Final = TimeInForce.GFN
ACTIVE: Final = OrderStatus.ACTIVE
CANCELLED: Final = OrderStatus.CANCELLED
STOPPED: Final = OrderStatus.STOPPED
FILLED: Final = OrderStatus.FILLED
PARTIALLY_FILLED: Final = OrderStatus.PARTIALLY_FILLED
PARKED: Final = OrderStatus.PARKED
NETWORK: Final = "network"  # the party that holds the positions of those who were closed out

EXPIRABLE: Final = frozenset((TimeInForce.GTT, TimeInForce.GFN, TimeInForce.GFA))
UNFINISHED: Final = frozenset((OrderStatus.ACTIVE, OrderStatus.PARKED))


class Iceberg:
    """The hidden part of an order: ``reserve`` is what is not shown; the shown part is the order's ``remaining``."""

    __slots__ = ("peak_size", "minimum_visible_size", "reserve")

    def __init__(self, peak_size: int, minimum_visible_size: int, reserve: int = 0) -> None:
        self.peak_size = peak_size
        self.minimum_visible_size = minimum_visible_size
        self.reserve = reserve

    def __reduce__(self) -> tuple[object, ...]:
        return Iceberg, (self.peak_size, self.minimum_visible_size, self.reserve)


class Peg:
    """What a pegged order follows, and at which distance (market decimals, away from the touch)."""

    __slots__ = ("reference", "offset")

    def __init__(self, reference: PeggedReference, offset: int) -> None:
        self.reference = reference
        self.offset = offset

    def __reduce__(self) -> tuple[object, ...]:
        return Peg, (self.reference, self.offset)


class Order:
    """One order as the market holds it.

    ``price`` is in asset decimals (what the book matches on), ``original_price`` in market decimals (what the party
    sent and events show; 0 while a pegged order is parked). ``remaining`` is untraded *and visible*: the reserve of an
    iceberg comes on top (:attr:`true_remaining`). Times are nanoseconds.

    ``next``, ``previous`` and ``level`` link the order into its price level and belong to the book.
    """

    __slots__ = (
        "id", "market", "party", "reference", "side", "type", "time_in_force", "price", "original_price", "size",
        "remaining", "created_at", "updated_at", "expires_at", "status", "reason", "version", "batch_id", "peg",
        "iceberg", "post_only", "reduce_only", "off_book", "next", "previous", "level",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        market: str,
        party: str,
        side: Side,
        type: OrderType,
        time_in_force: TimeInForce,
        size: int,
        price: int = 0,
        original_price: int = 0,
        reference: str = "",
        created_at: int = 0,
        expires_at: int = 0,
        peg: Peg | None = None,
        iceberg: Iceberg | None = None,
        post_only: bool = False,
        reduce_only: bool = False,
    ) -> None:
        self.id = id
        self.market = market
        self.party = party
        self.reference = reference
        self.side = side
        self.type = type
        self.time_in_force = time_in_force
        self.price = price
        self.original_price = original_price
        self.size = size
        self.remaining = size
        self.created_at = created_at
        self.updated_at = 0
        self.expires_at = expires_at
        self.status = ACTIVE
        self.reason = ""  # e.g. "MARGIN_CHECK_FAILED": the name without its ORDER_ERROR_ prefix
        self.version = 1
        self.batch_id = 0
        self.peg = peg
        self.iceberg = iceberg
        self.post_only = post_only
        self.reduce_only = reduce_only
        self.off_book = False  # made by an automated market maker: trades, but never rests on the book
        self.next: Order | None = None
        self.previous: Order | None = None
        self.level: PriceLevel | None = None

    @property
    def true_remaining(self) -> int:
        """Untraded volume, hidden reserve included."""
        return self.remaining if self.iceberg is None else self.remaining + self.iceberg.reserve

    @property
    def is_finished(self) -> bool:
        """Neither on the book nor parked."""
        return self.status not in UNFINISHED

    @property
    def is_expirable(self) -> bool:
        """Belongs in the expiry list."""
        return self.time_in_force in EXPIRABLE and self.expires_at > 0

    def copy(self) -> Order:
        """A copy of the values, not linked into any level."""
        return rebuild_order(self.values())

    def values(self) -> tuple[object, ...]:
        """Every value but the links, in the order of ``__slots__``; flat, so that links never recurse."""
        peg = None if self.peg is None else (self.peg.reference, self.peg.offset)
        berg = self.iceberg
        iceberg = None if berg is None else (berg.peak_size, berg.minimum_visible_size, berg.reserve)
        return (
            self.id, self.market, self.party, self.reference, self.side, self.type, self.time_in_force, self.price,
            self.original_price, self.size, self.remaining, self.created_at, self.updated_at, self.expires_at,
            self.status, self.reason, self.version, self.batch_id, peg, iceberg, self.post_only, self.reduce_only,
            self.off_book,
        )  # fmt: skip

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, self.values()

    def __repr__(self) -> str:
        return (
            f"<Order {self.reference or self.id[:8]} {self.party} {self.side.name} {self.remaining}/{self.size} "
            f"@ {self.price} {self.time_in_force.name} {self.status.name}>"
        )


def rebuild_order(values: tuple[Any, ...]) -> Order:
    """Make an order from :meth:`Order.values`, linked into no level."""
    order = Order.__new__(Order)
    (
        order.id, order.market, order.party, order.reference, order.side, order.type, order.time_in_force, order.price,
        order.original_price, order.size, order.remaining, order.created_at, order.updated_at, order.expires_at,
        order.status, order.reason, order.version, order.batch_id, peg, iceberg, order.post_only, order.reduce_only,
        order.off_book,
    ) = values  # fmt: skip
    order.peg = None if peg is None else Peg(*peg)
    order.iceberg = None if iceberg is None else Iceberg(*iceberg)
    order.next = order.previous = order.level = None
    return order


def _rebuild(*values: Any) -> Order:
    """For snapshots, which take functions of this name only."""
    return rebuild_order(values)


class Trade:
    """One execution. ``price`` in asset decimals, ``market_price`` in market decimals, ``timestamp`` in nanoseconds.

    ``buyer_fee`` and ``seller_fee`` are set by the fee engine (:class:`vega_mesa.protocol.fees.Fee`), or None. An id
    that was set aside as ``later_id`` is worked out when it is read: most trades are never asked for theirs.
    """

    __slots__ = (
        "later_id", "market", "price", "market_price", "size", "aggressor", "buyer", "seller", "buy_order",
        "sell_order", "timestamp", "type", "buyer_fee", "seller_fee", "buyer_auction_batch", "seller_auction_batch",
        "_id",
    )  # fmt: skip

    def __init__(
        self,
        market: str,
        price: int,
        market_price: int,
        size: int,
        aggressor: Side,
        buyer: str,
        seller: str,
        buy_order: str,
        sell_order: str,
        timestamp: int,
        type: TradeType = TradeType.DEFAULT,
    ) -> None:
        self._id = ""
        self.later_id: LaterId | None = None
        self.market = market
        self.price = price
        self.market_price = market_price
        self.size = size
        self.aggressor = aggressor
        self.buyer = buyer
        self.seller = seller
        self.buy_order = buy_order
        self.sell_order = sell_order
        self.timestamp = timestamp
        self.type = type
        self.buyer_fee: object | None = None
        self.seller_fee: object | None = None
        self.buyer_auction_batch = 0
        self.seller_auction_batch = 0

    @property
    def id(self) -> str:
        """64 hexadecimal digits, or "" before the trade is booked."""
        if not self._id and self.later_id is not None:
            self._id = id_at(*self.later_id)
            self.later_id = None
        return self._id

    @id.setter
    def id(self, value: str) -> None:
        self._id = value

    def __reduce__(self) -> tuple[object, ...]:
        arguments = (
            self.market, self.price, self.market_price, self.size, self.aggressor, self.buyer, self.seller,
            self.buy_order, self.sell_order, self.timestamp, self.type,
        )  # fmt: skip
        rest = (self.id, self.buyer_fee, self.seller_fee, self.buyer_auction_batch, self.seller_auction_batch)
        return Trade, arguments, rest

    def __setstate__(self, rest: tuple[str, object | None, object | None, int, int]) -> None:
        self.id, self.buyer_fee, self.seller_fee, self.buyer_auction_batch, self.seller_auction_batch = rest

    def __repr__(self) -> str:
        return f"<Trade {self.size} @ {self.price} {self.buyer} from {self.seller}>"
