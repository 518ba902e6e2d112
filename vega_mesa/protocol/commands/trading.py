"""What a party sends to trade: Vega's names, market decimals, nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from vega_mesa.protocol.matching.order import GTC, LIMIT, OrderType, PeggedReference, Side, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class PeggedOrderDetails:
    """What an order follows, and its distance (market decimals, away from the touch)."""

    reference: PeggedReference
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IcebergOptions:
    """How much of an order is shown, and when it is shown anew."""

    peak_size: int
    minimum_visible_size: int


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class OrderSubmission:
    """A new order (0014-ORDT). ``price`` in market decimals, 0 for market and pegged orders.

    Every order begins with one of these, so it is filled while it is still open, and then sealed: the constructor that
    a frozen class is given goes through ``object.__setattr__`` field by field and takes three times as long.
    """

    market_id: str
    side: Side
    size: int
    price: int = 0
    type: OrderType = LIMIT
    time_in_force: TimeInForce = GTC
    expires_at: int = 0
    reference: str = ""
    post_only: bool = False
    reduce_only: bool = False
    pegged_order: PeggedOrderDetails | None = None
    iceberg_opts: IcebergOptions | None = None

    def __new__(
        cls,
        *,
        market_id: str,
        side: Side,
        size: int,
        price: int = 0,
        type: OrderType = LIMIT,
        time_in_force: TimeInForce = GTC,
        expires_at: int = 0,
        reference: str = "",
        post_only: bool = False,
        reduce_only: bool = False,
        pegged_order: PeggedOrderDetails | None = None,
        iceberg_opts: IcebergOptions | None = None,
    ) -> Self:
        """Make one; keywords only."""
        order: Any = _new(_OpenSubmission)
        order.market_id = market_id
        order.side = side
        order.size = size
        order.price = price
        order.type = type
        order.time_in_force = time_in_force
        order.expires_at = expires_at
        order.reference = reference
        order.post_only = post_only
        order.reduce_only = reduce_only
        order.pegged_order = pegged_order
        order.iceberg_opts = iceberg_opts
        order.__class__ = cls
        return order  # type: ignore[no-any-return]  # by now it is one

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        return (), {name: getattr(self, name) for name in self.__slots__}


class _OpenSubmission:
    """An order submission while it is filled."""

    __slots__ = OrderSubmission.__slots__


_new = object.__new__


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAmendment:
    """A change of a live order (0004-AMND). None means unchanged; ``size`` is absolute, ``size_delta`` signed."""

    market_id: str
    order_id: str
    price: int | None = None
    size: int | None = None
    size_delta: int = 0
    time_in_force: TimeInForce = TimeInForce.UNSPECIFIED
    expires_at: int | None = None
    pegged_offset: int | None = None
    pegged_reference: PeggedReference = PeggedReference.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class OrderCancellation:
    """Cancel one order, all of the party's orders on a market (no order id), or all of them (no market id either)."""

    market_id: str = ""
    order_id: str = ""

    def __new__(cls, *, market_id: str = "", order_id: str = "") -> Self:
        """Make one, as :class:`OrderSubmission` is made."""
        cancellation: Any = _new(_OpenCancellation)
        cancellation.market_id = market_id
        cancellation.order_id = order_id
        cancellation.__class__ = cls
        return cancellation  # type: ignore[no-any-return]  # by now it is one

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        return (), {"market_id": self.market_id, "order_id": self.order_id}


class _OpenCancellation:
    """A cancellation while it is filled."""

    __slots__ = OrderCancellation.__slots__


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrderSetup:
    """One leg of a stop order: a fixed trigger (market decimals) or a trailing offset (fraction), and the order."""

    order_submission: OrderSubmission
    price: int | None = None
    trailing_percent_offset: Decimal | None = None
    expires_at: int | None = None
    expiry_strategy: str = "EXPIRY_STRATEGY_CANCELS"  # or EXPIRY_STRATEGY_SUBMIT
    size_override_setting: str = "SIZE_OVERRIDE_SETTING_NONE"  # or SIZE_OVERRIDE_SETTING_POSITION
    size_override_percentage: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrdersSubmission:
    """A stop order, or two that cancel each other (0014-ORDT)."""

    falls_below: StopOrderSetup | None = None
    rises_above: StopOrderSetup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrdersCancellation:
    """Cancel one stop order, all on a market, or all."""

    market_id: str = ""
    stop_order_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMarginMode:
    """Choose cross or isolated margin in a market (0019-MCAL); ``margin_factor`` only for isolated."""

    market_id: str
    isolated: bool
    margin_factor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMarketInstructions:
    """Several instructions in one transaction, processed in Vega's order (0074-BTCH)."""

    update_margin_mode: tuple[UpdateMarginMode, ...] = ()
    cancellations: tuple[OrderCancellation, ...] = ()
    amendments: tuple[OrderAmendment, ...] = ()
    submissions: tuple[OrderSubmission, ...] = ()
    stop_orders_cancellation: tuple[StopOrdersCancellation, ...] = ()
    stop_orders_submission: tuple[StopOrdersSubmission, ...] = ()
