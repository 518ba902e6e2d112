"""What the protocol says when it refuses an order (0014-ORDT): reasons, their texts, and the refusal."""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.matching.order import OrderStatus
from vega_mesa.protocol.refusal import Refused

UNSPECIFIED_TEXT: Final = "invalid OrderError"  # what Vega prints for the reasons that have no text of their own

ORDER_ERROR_TEXTS: Final[dict[str, str]] = {
    "UNSPECIFIED": "none",
    "INVALID_MARKET_ID": "OrderError: Invalid Market ID",
    "INVALID_ORDER_ID": "OrderError: Invalid Order ID",
    "OUT_OF_SEQUENCE": "OrderError: Order Out Of Sequence",
    "INVALID_REMAINING_SIZE": "OrderError: Invalid Remaining Size",
    "TIME_FAILURE": "OrderError: Vega Time failure",
    "REMOVAL_FAILURE": "OrderError: Order Removal Failure",
    "INVALID_EXPIRATION_DATETIME": "OrderError: Invalid Expiration Datetime",
    "INVALID_ORDER_REFERENCE": "OrderError: Invalid Order Reference",
    "EDIT_NOT_ALLOWED": "OrderError: Edit Not Allowed",
    "AMEND_FAILURE": "OrderError: Order Amend Failure",
    "NOT_FOUND": "OrderError: Order Not Found",
    "INVALID_PARTY_ID": "OrderError: Invalid Party ID",
    "MARKET_CLOSED": "OrderError: Market Closed",
    "MARGIN_CHECK_FAILED": "OrderError: Margin Check Failed",
    "MISSING_GENERAL_ACCOUNT": "OrderError: Missing General Account",
    "INTERNAL_ERROR": "OrderError: Internal Error",
    "INVALID_SIZE": "OrderError: Invalid Size",
    "INVALID_PERSISTENCE": "OrderError: Invalid Persistence",
    "INVALID_TYPE": "OrderError: Invalid Type",
    "SELF_TRADING": "OrderError: Self trading",
    "INSUFFICIENT_FUNDS_TO_PAY_FEES": "OrderError: Insufficient funds to pay fees",
    "INCORRECT_MARKET_TYPE": "OrderError: Invalid Market Type",
    "INVALID_TIME_IN_FORCE": "OrderError: invalid time in force",
    "CANNOT_SEND_GFN_ORDER_DURING_AN_AUCTION": "OrderError: GFN Order Received During An Auction",
    "CANNOT_SEND_GFA_ORDER_DURING_CONTINUOUS_TRADING": "OrderError: GFA Order Received During Continuous Trading",
    "CANNOT_AMEND_TO_GTT_WITHOUT_EXPIRYAT": "OrderError: Cannot amend order to GTT without an expiryAt field",
    "EXPIRYAT_BEFORE_CREATEDAT": "OrderError: ExpiryAt field must not be before CreatedAt",
    "CANNOT_HAVE_GTC_AND_EXPIRYAT": "OrderError: Cannot set ExpiryAt and GTC",
    "CANNOT_AMEND_TO_FOK_OR_IOC": "OrderError: Cannot amend TIF to FOK or IOC",
    "CANNOT_AMEND_TO_GFA_OR_GFN": "OrderError: Cannot amend TIF to GFA or GFN",
    "CANNOT_AMEND_FROM_GFA_OR_GFN": "OrderError: Cannot amend TIF from GFA or GFN",
    "CANNOT_SEND_IOC_ORDER_DURING_AUCTION": "OrderError: IOC orders are not allowed during auction",
    "CANNOT_SEND_FOK_ORDER_DURING_AUCTION": "OrderError: FOK orders are not allowed during auction",
    "MUST_BE_LIMIT_ORDER": UNSPECIFIED_TEXT,
    "MUST_BE_GTT_OR_GTC": UNSPECIFIED_TEXT,
    "WITHOUT_REFERENCE_PRICE": UNSPECIFIED_TEXT,
    "BUY_CANNOT_REFERENCE_BEST_ASK_PRICE": "OrderError: buy cannot reference best ask price",
    "OFFSET_MUST_BE_GREATER_OR_EQUAL_TO_ZERO": "OrderError: offset must be >= 0",
    "SELL_CANNOT_REFERENCE_BEST_BID_PRICE": "OrderError: sell cannot reference best bid price",
    "OFFSET_MUST_BE_GREATER_THAN_ZERO": "OrderError: offset must be greater than zero",
    "INSUFFICIENT_ASSET_BALANCE": "OrderError: insufficient asset balance to submit order",
    "CANNOT_AMEND_PEGGED_ORDER_DETAILS_ON_NON_PEGGED_ORDER": (
        "OrderError: cannot amend pegged details on a non pegged order"
    ),
    "UNABLE_TO_REPRICE_PEGGED_ORDER": UNSPECIFIED_TEXT,
    "UNABLE_TO_AMEND_PRICE_ON_PEGGED_ORDER": UNSPECIFIED_TEXT,
    "NON_PERSISTENT_ORDER_OUT_OF_PRICE_BOUNDS": "OrderError: non-persistent order trades out of price bounds",
    "TOO_MANY_PEGGED_ORDERS": "OrderError: too many pegged orders",
    "POST_ONLY_ORDER_WOULD_TRADE": "OrderError: post only order would trade",
    "REDUCE_ONLY_ORDER_WOULD_NOT_REDUCE_POSITION": "OrderError: reduce only order would not reduce position",
    "ISOLATED_MARGIN_CHECK_FAILED": "OrderError: isolated margin check failed",
    "PEGGED_ORDERS_NOT_ALLOWED_IN_ISOLATED_MARGIN_MODE": (
        "OrderError: pegged orders not allowed in isolated margin mode"
    ),
    "PRICE_NOT_IN_TICK_SIZE": "OrderError: price not in tick size",
    "PRICE_MUST_BE_LESS_THAN_OR_EQUAL_TO_MAX_PRICE": "OrderError: price exceeds max price",
    "SELL_ORDER_NOT_ALLOWED": "OrderError: sell order not allowed",
}

# Raised after the validation stage, these end an order as STOPPED instead of REJECTED.
STOPPING_REASONS: Final = frozenset(
    (
        "NON_PERSISTENT_ORDER_OUT_OF_PRICE_BOUNDS",
        "POST_ONLY_ORDER_WOULD_TRADE",
        "REDUCE_ONLY_ORDER_WOULD_NOT_REDUCE_POSITION",
        "ISOLATED_MARGIN_CHECK_FAILED",
        "PEGGED_ORDERS_NOT_ALLOWED_IN_ISOLATED_MARGIN_MODE",
    )
)


class OrderRefused(Refused):
    """The protocol refuses an order.

    Args:
        reason: name of the order error without its ``ORDER_ERROR_`` prefix, e.g. ``INVALID_PERSISTENCE``; "" leaves
            the reason of the order unset (tick size, pegged validity: only the text tells).
        text: what is returned to the caller; by default the text of the reason.
        status: what the order becomes; by default STOPPED for the five stopping reasons, else REJECTED. Pass REJECTED
            for a stopping reason that is raised while validating.

    Attributes:
        emits: whether an order event is sent for the refusal (some refusals send none).
    """

    def __init__(
        self, reason: str, text: str = "", status: OrderStatus = OrderStatus.UNSPECIFIED, emits: bool = True
    ) -> None:
        super().__init__(text or ORDER_ERROR_TEXTS[reason])
        if status is OrderStatus.UNSPECIFIED:
            status = OrderStatus.STOPPED if reason in STOPPING_REASONS else OrderStatus.REJECTED
        self.reason = reason
        self.status = status
        self.emits = emits
