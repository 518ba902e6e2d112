"""One stop order (0014-ORDT): an order that waits for a price, and the checks when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from typing import Final

from vega_mesa.protocol.arithmetic import EXACT, ONE, ZERO
from vega_mesa.protocol.commands.trading import OrderSubmission, StopOrderSetup, StopOrdersSubmission
from vega_mesa.protocol.matching.order import SELL
from vega_mesa.protocol.refusal import Refused


class StopOrderStatus(IntEnum):
    """Where a stop order stands."""

    UNSPECIFIED = 0
    PENDING = 1
    CANCELLED = 2
    STOPPED = 3
    TRIGGERED = 4
    EXPIRED = 5
    REJECTED = 6


class TriggerDirection(IntEnum):
    """Which way the price must go."""

    UNSPECIFIED = 0
    RISES_ABOVE = 1
    FALLS_BELOW = 2


RISES_ABOVE: Final = TriggerDirection.RISES_ABOVE
FALLS_BELOW: Final = TriggerDirection.FALLS_BELOW
EXPIRY_SUBMITS: Final = "EXPIRY_STRATEGY_SUBMIT"
SIZE_OF_POSITION: Final = "SIZE_OVERRIDE_SETTING_POSITION"


class StopOrderRefused(Refused):
    """The protocol refuses stop orders: both legs end REJECTED.

    Args:
        text: what is returned to the caller.
        reason: the rejection reason without its ``REJECTION_REASON_`` prefix.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


class StopOrder:
    """A stop order as the market holds it; prices in market decimals, times in ns.

    Attributes:
        id: of the stop order itself.
        submission: the order that waits, as it was sent.
        direction: FALLS_BELOW or RISES_ABOVE.
        price: fixed trigger, or None if it trails.
        trailing_offset: fraction by which it trails the best price seen, or None.
        expires_at: 0 = never.
        order_id: id of the order that came of it, "" before.
        partner: id of the stop order that goes when this one goes, "" if none.
    """

    __slots__ = (
        "id", "party", "market", "submission", "direction", "price", "trailing_offset", "expires_at",
        "expiry_strategy", "size_override", "size_fraction", "order_id", "partner", "status", "rejection_reason",
        "created_at", "updated_at",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        party: str,
        submission: OrderSubmission,
        direction: TriggerDirection,
        *,
        price: int | None = None,
        trailing_offset: Decimal | None = None,
        expires_at: int = 0,
        expiry_strategy: str = "EXPIRY_STRATEGY_CANCELS",
        size_override: str = "SIZE_OVERRIDE_SETTING_NONE",
        size_fraction: Decimal | None = None,
        created_at: int = 0,
    ) -> None:
        self.id = id
        self.party = party
        self.market = submission.market_id
        self.submission = submission
        self.direction = direction
        self.price = price
        self.trailing_offset = trailing_offset
        self.expires_at = expires_at
        self.expiry_strategy = expiry_strategy
        self.size_override = size_override
        self.size_fraction = size_fraction
        self.order_id = ""
        self.partner = ""
        self.status = StopOrderStatus.PENDING
        self.rejection_reason = ""
        self.created_at = created_at
        self.updated_at = 0

    @property
    def is_linked(self) -> bool:
        """Whether its size follows the position."""
        return self.size_override == SIZE_OF_POSITION

    @property
    def submits_on_expiry(self) -> bool:
        """Whether its order is sent when it expires."""
        return self.expiry_strategy == EXPIRY_SUBMITS

    def is_breached(self, price: int) -> bool:
        """Whether a last traded price (market decimals) fires it as it is submitted; a trailing one never does."""
        if self.price is None:
            return False
        return price <= self.price if self.direction is FALLS_BELOW else price >= self.price

    def closes(self, position: int) -> bool:
        """Whether the side of its order is against a position; nothing is against no position."""
        return position > 0 if self.submission.side is SELL else position < 0

    def copy(self) -> StopOrder:
        """A copy that nobody changes, for events."""
        copy = StopOrder.__new__(StopOrder)
        for name in StopOrder.__slots__:
            setattr(copy, name, getattr(self, name))
        return copy

    def __repr__(self) -> str:
        trigger = self.price if self.trailing_offset is None else f"{self.trailing_offset} trailing"
        return f"<StopOrder {self.id[:8]} {self.party} {self.direction.name} {trigger} {self.status.name}>"


def make_stop_orders(
    party: str, command: StopOrdersSubmission, ids: Sequence[str], now: int
) -> tuple[StopOrder | None, StopOrder | None]:
    """The falls-below and the rises-above leg of a submission, linked to each other if both are there.

    Args:
        party: who sends it.
        command: the submission.
        ids: one for each leg that is there, falls-below first.
        now: block time, ns.
    """
    rest = list(ids)
    falls = None if command.falls_below is None else _make(party, command.falls_below, FALLS_BELOW, rest.pop(0), now)
    rises = None if command.rises_above is None else _make(party, command.rises_above, RISES_ABOVE, rest.pop(0), now)
    if falls is not None and rises is not None:
        falls.partner = rises.id
        rises.partner = falls.id
    return falls, rises


def _make(party: str, setup: StopOrderSetup, direction: TriggerDirection, stop_order_id: str, now: int) -> StopOrder:
    return StopOrder(
        stop_order_id,
        party,
        setup.order_submission,
        direction,
        price=setup.price,
        trailing_offset=setup.trailing_percent_offset,
        expires_at=setup.expires_at or 0,
        expiry_strategy=setup.expiry_strategy,
        size_override=setup.size_override_setting,
        size_fraction=setup.size_override_percentage,
        created_at=now,
    )


def check_stop_orders(
    falls: StopOrder | None, rises: StopOrder | None, *, now: int, pooled: int, limit: int, has_position: bool
) -> None:
    """Check a submission, once the market is known to accept stop orders at all.

    Args:
        falls: falls-below leg.
        rises: rises-above leg.
        now: block time, ns.
        pooled: the party's stop orders in this market's pool.
        limit: ``spam.protection.max.stopOrdersPerMarket``.
        has_position: whether the party has a position record, be it of size 0.

    Raises:
        StopOrderRefused: the first check that fails.
    """
    legs = [leg for leg in (falls, rises) if leg is not None]
    for leg in legs:
        if 0 < leg.expires_at < now:
            raise StopOrderRefused("stop order expiry in the past", "EXPIRY_IN_THE_PAST")
        if not leg.submission.reduce_only:
            raise StopOrderRefused("stop order must be reduce only", "MUST_BE_REDUCE_ONLY")
    if falls is not None and rises is not None and falls.expires_at and falls.expires_at == rises.expires_at:
        raise StopOrderRefused(
            "stop order OCOs must not have the same expiry time", "STOP_ORDER_CANNOT_MATCH_OCO_EXPIRY_TIMES"
        )
    if pooled + len(legs) > limit:
        raise StopOrderRefused("max stop orders per party reached", "MAX_STOP_ORDERS_PER_PARTY_REACHED")
    if not has_position:
        raise StopOrderRefused(
            "stop order submission not allowed without existing position",
            "STOP_ORDER_NOT_ALLOWED_WITHOUT_A_POSITION",
        )
    for leg in legs:
        if leg.is_linked and leg.size_fraction is not None and not ZERO < leg.size_fraction <= ONE:
            raise StopOrderRefused(
                "stop order size override percentage value is invalid", "STOP_ORDER_LINKED_PERCENTAGE_INVALID"
            )


def linked_size(stop_order: StopOrder, position: int) -> int:
    """Size of the order of a position-linked stop order when it is sent.

    Returns:
        ``round(|position| x fraction)``, halves away from zero; 0 if its side does not close the position: then no
        order is sent, and no event.
    """
    if not stop_order.closes(position):
        return 0
    fraction = ONE if stop_order.size_fraction is None else stop_order.size_fraction
    size = EXACT.multiply(Decimal(abs(position)), fraction)
    return int(size.to_integral_value(rounding=ROUND_HALF_UP))
