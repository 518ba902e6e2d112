"""What a command must look like before it enters a block: the checks of the command itself, not of any state.

Vega makes them when it decodes a transaction; one that fails vanishes. Here it is a mistake of the caller, in Vega's
words: every failing property with its messages, ascending. Commands of other topics are checked by their engines.

Spec: 0014-ORDT, 0004-AMND, 0074-BTCH, 0044-LIME, 0090-VAMM.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from vega_mesa.chain import amm_validation, transfer_validation
from vega_mesa.chain.shapes import LARGEST
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol.commands.amm import AmendAMM, CancelAMM, SubmitAMM
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
    StopOrderSetup,
    StopOrdersSubmission,
    UpdateMarginMode,
)
from vega_mesa.protocol.matching.order import (
    BUY,
    FOK,
    GTC,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    OrderType,
    PeggedReference,
    Side,
    TimeInForce,
)

LARGEST_SIZE: Final = (2**63 - 1) // 2
REQUIRED: Final = "is required"
POSITIVE: Final = "must be positive"
NOT_NEGATIVE: Final = "must be positive or zero"
INVALID: Final = "is not a valid value"
NEVER: Final = 0  # these two are single objects in Python, and the defaults of an order
UNNAMED: Final = ""
_GTT: Final = TimeInForce.GTT
_AT_ONCE: Final = frozenset((TimeInForce.IOC, TimeInForce.FOK))
_PEGGED_LIVES: Final = frozenset((TimeInForce.GTC, TimeInForce.GTT, TimeInForce.GFN))
_EXPIRY_STRATEGIES: Final = frozenset(("EXPIRY_STRATEGY_CANCELS", "EXPIRY_STRATEGY_SUBMIT"))
_SIZE_OVERRIDES: Final = frozenset(("SIZE_OVERRIDE_SETTING_NONE", "SIZE_OVERRIDE_SETTING_POSITION"))
_TRAILING_STEP: Final = Decimal("0.001")
Problem = tuple[str, str]  # property, message


def is_plain(command: object) -> bool:
    """Whether a command is of the commonest kind, and right in every respect: one look instead of all the checks.

    False says nothing: then the kinds of the fields have to be checked (:func:`vega_mesa.chain.commands.check`), and
    what they say (:func:`validate`).
    """
    if type(command) is OrderCancellation:
        return type(command.market_id) is str and type(command.order_id) is str
    if type(command) is not OrderSubmission:
        return False
    side, life, size, price = command.side, command.time_in_force, command.size, command.price
    if not (
        (side is BUY or side is SELL)
        and type(size) is int
        and 0 < size <= LARGEST_SIZE
        and type(price) is int
        and command.expires_at is NEVER
        and command.reference is UNNAMED
        and command.post_only is False
        and command.reduce_only is False
        and command.pegged_order is None
        and command.iceberg_opts is None
        and type(command.market_id) is str
        and command.market_id
    ):
        return False
    if command.type is LIMIT:
        return 0 < price <= LARGEST and (life is GTC or life is IOC or life is FOK)
    return command.type is MARKET and price == 0 and (life is IOC or life is FOK)


def validate(command: object) -> None:
    """Make sure that a command, whose fields are of the right kind, says something that can be meant.

    Raises:
        InvalidCommand: ``property (message, ...), property (message)``.
    """
    checks = _CHECKS.get(type(command))
    if checks is not None:
        problems = checks(command)
        if problems:
            raise InvalidCommand(_told(problems))


def _told(problems: list[Problem]) -> str:
    by_property: dict[str, list[str]] = {}
    for property, message in problems:
        by_property.setdefault(property, []).append(message)
    return ", ".join(f"{property} ({', '.join(messages)})" for property, messages in sorted(by_property.items()))


# -- orders ----------------------------------------------------------------------------------------------------------


def _order(order: OrderSubmission, path: str = "order_submission") -> list[Problem]:
    life, price, expires_at = order.time_in_force, order.price, order.expires_at
    if (
        0 < order.size <= LARGEST_SIZE
        and order.market_id
        and (order.side is BUY or order.side is SELL)
        and not (order.post_only or order.reduce_only or order.reference)
        and order.pegged_order is None
        and order.iceberg_opts is None
    ):  # nearly all orders are as plain as this
        at_once = life is IOC or life is FOK
        if order.type is LIMIT:
            if price > 0 and (not expires_at if life is GTC or at_once else life is _GTT and expires_at > 0):
                return []
        elif order.type is MARKET and at_once and not (price or expires_at):
            return []
    problems = _words(order, path) + _size(order.size, path) + _price(order, path) + _flags(order, path)
    problems += _expiry(expires_at, life, path)
    if order.iceberg_opts is not None:
        problems += _iceberg(order, order.iceberg_opts, path)
    if order.pegged_order is not None:
        problems += _peg(order, order.pegged_order, path)
    return problems


def _words(order: OrderSubmission, path: str) -> list[Problem]:
    problems = [] if order.market_id else [(f"{path}.market_id", REQUIRED)]
    if order.side is Side.UNSPECIFIED:
        problems.append((f"{path}.side", REQUIRED))
    if order.type is OrderType.UNSPECIFIED:
        problems.append((f"{path}.type", REQUIRED))
    if order.type is OrderType.NETWORK:
        problems.append((f"{path}.type", "is unauthorised"))
    if order.time_in_force is TimeInForce.UNSPECIFIED:
        problems.append((f"{path}.time_in_force", REQUIRED))
    if order.type is OrderType.MARKET and order.time_in_force not in _AT_ONCE:
        message = "is expected to be of type FOK or IOC when order is of type MARKET"
        problems.append((f"{path}.time_in_force", message))
    if len(order.reference) > 100:
        problems.append((f"{path}.reference", "reference is too long"))
    return problems


def _size(size: int, path: str) -> list[Problem]:
    if size <= 0:
        return [(f"{path}.size", POSITIVE)]
    return [(f"{path}.size", "size is too large")] if size > LARGEST_SIZE else []


def _price(order: OrderSubmission, path: str) -> list[Problem]:
    if order.pegged_order is not None:
        return []
    if order.type is OrderType.MARKET and order.price:
        return [(f"{path}.price", "is unavailable when the order is of type MARKET")]
    if order.type is LIMIT and order.price == 0:
        return [(f"{path}.price", "is required when the order is of type LIMIT")]
    if order.price < 0:
        return [(f"{path}.price", "must be positive when the order is of type LIMIT")]
    return []


def _flags(order: OrderSubmission, path: str) -> list[Problem]:
    problems = []
    at_once = order.time_in_force in _AT_ONCE
    if order.post_only:
        if order.reduce_only:
            message = "cannot be true at the same time as order_submission.reduce_only"
            problems.append((f"{path}.post_only", message))
        if order.type is not LIMIT:
            problems.append((f"{path}.post_only", "only valid for limit orders"))
        if at_once:
            problems.append((f"{path}.post_only", "only valid for persistent orders"))
    if order.reduce_only:
        if not at_once:
            problems.append((f"{path}.reduce_only", "only valid for non-persistent orders"))
        if order.pegged_order is not None:
            problems.append((f"{path}.reduce_only", "cannot be pegged"))
        if order.iceberg_opts is not None:
            problems.append((f"{path}.reduce_only", "iceberg order must not be reduce-only"))
    return problems


def _expiry(expires_at: int, life: TimeInForce, path: str) -> list[Problem]:
    if life is _GTT:
        return [] if expires_at > 0 else [(f"{path}.expires_at", POSITIVE)]
    message = "is only available when the time in force is of type GTT"
    return [(f"{path}.expires_at", message)] if expires_at else []


def _iceberg(order: OrderSubmission, iceberg: IcebergOptions, path: str) -> list[Problem]:
    problems = []
    own = f"{path}.iceberg_opts"
    if iceberg.peak_size < iceberg.minimum_visible_size:
        message = "must be >= order_submission.iceberg_opts.minimum_visible_size"
        problems.append((f"{own}.peak_size", message))
    if iceberg.peak_size > order.size:
        problems.append((f"{own}.peak_size", "must be <= order_submission.size"))
    if iceberg.minimum_visible_size <= 0:
        problems.append((f"{own}.minimum_visible_size", POSITIVE))
    if order.type is not LIMIT:
        problems.append((f"{path}.type", "iceberg order must be of type LIMIT"))
    if order.time_in_force in _AT_ONCE:
        problems.append((f"{path}.time_in_force", "iceberg order must be a persistent order"))
    return problems


def _peg(order: OrderSubmission, peg: PeggedOrderDetails, path: str) -> list[Problem]:
    problems = []
    own = f"{path}.pegged_order"
    if peg.reference is PeggedReference.UNSPECIFIED:
        problems.append((f"{own}.reference", REQUIRED))
    if order.side is Side.BUY and peg.reference is PeggedReference.BEST_ASK:
        problems.append((f"{own}.reference", "cannot have a reference of type BEST_ASK when on BUY side"))
    if order.side is Side.SELL and peg.reference is PeggedReference.BEST_BID:
        problems.append((f"{own}.reference", "cannot have a reference of type BEST_BID when on SELL side"))
    if order.type is not LIMIT:
        message = "is expected to be an order of type LIMIT when the order is pegged"
        problems.append((f"{path}.type", message))
    if order.time_in_force not in _PEGGED_LIVES:
        message = "is expected to have a time in force of type GTT, GTC or GFN when the order is pegged"
        problems.append((f"{path}.time_in_force", message))
    return problems + _offset(peg, f"{own}.offset")


def _offset(peg: PeggedOrderDetails, path: str) -> list[Problem]:
    if peg.reference is PeggedReference.MID:
        return [] if peg.offset > 0 else [(path, POSITIVE)]
    return [] if peg.offset >= 0 else [(path, NOT_NEGATIVE)]


def _amendment(amendment: OrderAmendment, path: str = "order_amendment") -> list[Problem]:
    life, expires_at = amendment.time_in_force, amendment.expires_at
    problems = [
        (f"{path}.{name}", REQUIRED)
        for name, value in (("market_id", amendment.market_id), ("order_id", amendment.order_id))
        if not value
    ]
    if life in (TimeInForce.GFA, TimeInForce.GFN):
        problems.append((f"{path}.time_in_force", f"cannot amend to time in force {life.name}"))
    if life is _GTT and expires_at is None:
        problems.append((f"{path}.time_in_force", "GTT order without expiry"))
    if expires_at is not None and expires_at > 0 and life not in (_GTT, TimeInForce.UNSPECIFIED):
        problems.append((f"{path}.expires_at", "non GTT order with expiry"))
    if amendment.price is not None and amendment.price <= 0:
        problems.append((f"{path}.price", REQUIRED))
    if amendment.size is not None:
        problems += _amended_size(amendment.size, amendment.size_delta, path)
    if abs(amendment.size_delta) > LARGEST_SIZE:
        problems.append((f"{path}.size_delta", "size is too large"))
    if amendment.pegged_offset is not None and amendment.pegged_offset < 0:
        problems.append((f"{path}.pegged_offset", POSITIVE))
    if not _amends(amendment):
        problems.append(("*", f"{path} does not amend anything"))
    return problems


def _amended_size(size: int, delta: int, path: str) -> list[Problem]:
    problems = _size(size, path)
    if delta:
        message = 'must be set to 0 if the property "order_amendment.size" is set'
        problems.append((f"{path}.size_delta", message))
    return problems


def _amends(amendment: OrderAmendment) -> bool:
    given = (amendment.price, amendment.size, amendment.expires_at, amendment.pegged_offset)
    return any(value is not None for value in given) or bool(
        amendment.size_delta or amendment.time_in_force or amendment.pegged_reference
    )


# -- stop orders, batches, margin ------------------------------------------------------------------------------------


def _stop_orders(submission: StopOrdersSubmission, path: str = "stop_orders_submission") -> list[Problem]:
    legs = [("falls_below", submission.falls_below), ("rises_above", submission.rises_above)]
    given = [(name, leg) for name, leg in legs if leg is not None]
    if not given:
        return [("*", "must have at least one of rises above or falls below")]
    problems = [problem for name, leg in given for problem in _stop_order(leg, f"{path}.{name}")]
    if len(given) == 2:
        for name, leg in given:
            if leg.expires_at and leg.expiry_strategy == "EXPIRY_STRATEGY_SUBMIT":
                problems.append((f"{path}.{name}.expiry_strategy", "is not a valid with one cancel other"))
    if len({leg.order_submission.market_id for _, leg in given}) > 1:
        problems.append(("*", "market ID for falls below and rises above must be the same"))
    return problems


def _stop_order(leg: StopOrderSetup, path: str) -> list[Problem]:
    problems = _order(leg.order_submission, f"{path}.order_submission")
    if leg.order_submission.time_in_force is TimeInForce.GFA:
        problems.append((f"{path}.order_submission.time_in_force", INVALID))
    if (leg.price is None) == (leg.trailing_percent_offset is None):
        problems.append((f"{path}.trigger", "must have a stop order trigger"))
    if leg.price is not None and leg.price <= 0:
        problems.append((f"{path}.trigger.price", POSITIVE))
    problems += _trailing(leg.trailing_percent_offset, f"{path}.trigger.trailing_percent_offset")
    if leg.expires_at is not None and leg.expires_at < 0:
        problems.append((f"{path}.expires_at", POSITIVE))
    if leg.expiry_strategy not in _EXPIRY_STRATEGIES:
        problems.append((f"{path}.expiry_strategy", INVALID))
    if leg.size_override_setting not in _SIZE_OVERRIDES:
        problems.append((f"{path}.size_override_setting", INVALID))
    if leg.size_override_percentage is not None and not 0 < leg.size_override_percentage <= 1:
        problems.append((f"{path}.size_override_value", "must be between 0 (excluded) and 1 (included)"))
    return problems


def _trailing(offset: Decimal | None, path: str) -> list[Problem]:
    if offset is None:
        return []
    if not 0 < offset < 1:
        return [(path, "must be between 0 and 1")]
    return [(path, "trailing percent offset minimal increment must be >= 0.001")] if offset % _TRAILING_STEP else []


def _batch(batch: BatchMarketInstructions) -> list[Problem]:
    path = "batch_market_instructions"
    problems: list[Problem] = []
    for index, mode in enumerate(batch.update_margin_mode):
        problems += _margin_mode(mode, f"{path}.update_margin_mode.{index}")
    for index, amendment in enumerate(batch.amendments):
        problems += _amendment(amendment, f"{path}.amendments.{index}")
    for index, order in enumerate(batch.submissions):
        problems += _order(order, f"{path}.submissions.{index}")
    for index, stop in enumerate(batch.stop_orders_submission):
        problems += _stop_orders(stop, f"{path}.stop_orders_submission.{index}")
    if not (problems or batch.cancellations or batch.stop_orders_cancellation or _has_orders(batch)):
        problems.append((path, "empty batch market instructions"))
    return problems


def _has_orders(batch: BatchMarketInstructions) -> bool:
    return bool(batch.update_margin_mode or batch.amendments or batch.submissions or batch.stop_orders_submission)


def _margin_mode(mode: UpdateMarginMode, path: str = "update_margin_mode") -> list[Problem]:
    problems = [] if mode.market_id else [(f"{path}.market_id", REQUIRED)]
    if mode.isolated and not 0 < mode.margin_factor <= 1:
        problems.append((f"{path}.margin_factor", "must be between 0 (excluded) and 1 (included)"))
    if not mode.isolated and mode.margin_factor:
        problems.append((f"{path}.margin_factor", "margin factor must not be set when margin mode is cross"))
    return problems


# -- liquidity -------------------------------------------------------------------------------------------------------


def _provision(submission: LiquidityProvisionSubmission) -> list[Problem]:
    path = "liquidity_provision_submission"
    problems = [] if submission.market_id else [(f"{path}.market_id", REQUIRED)]
    if submission.commitment_amount <= 0:
        problems.append((f"{path}.commitment_amount", "is not a valid number"))
    if submission.fee < 0:
        problems.append((f"{path}.fee", POSITIVE))
    if len(submission.reference) > 100:
        problems.append((f"{path}.reference", "reference is too long"))
    return problems


def _provision_amendment(amendment: LiquidityProvisionAmendment) -> list[Problem]:
    path = "liquidity_provision_amendment"
    problems = [] if amendment.market_id else [(f"{path}.market_id", REQUIRED)]
    if amendment.commitment_amount is None and amendment.fee is None and not amendment.reference:
        problems.append((path, REQUIRED))
    if amendment.commitment_amount is not None and amendment.commitment_amount < 0:
        problems.append((f"{path}.commitment_amount", "is not a valid number"))
    if amendment.fee is not None and amendment.fee < 0:
        problems.append((f"{path}.fee", POSITIVE))
    if len(amendment.reference) > 100:
        problems.append((f"{path}.reference", "reference is too long"))
    return problems


_CHECKS: Final[dict[type, Callable[[Any], list[Problem]]]] = {
    OrderSubmission: _order,
    OrderAmendment: _amendment,
    StopOrdersSubmission: _stop_orders,
    BatchMarketInstructions: _batch,
    UpdateMarginMode: _margin_mode,
    LiquidityProvisionSubmission: _provision,
    LiquidityProvisionAmendment: _provision_amendment,
    SubmitAMM: amm_validation.submission,
    AmendAMM: amm_validation.amendment,
    CancelAMM: amm_validation.cancellation,
    **transfer_validation.CHECKS,
}
