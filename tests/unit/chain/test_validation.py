from decimal import Decimal

import pytest

from vega_mesa.chain.validation import LARGEST_SIZE, is_plain, validate
from vega_mesa.errors import InvalidCommand
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
from vega_mesa.protocol.matching.order import OrderType, PeggedReference, Side, TimeInForce

PATH = "order_submission"
MID, BID, ASK = PeggedReference.MID, PeggedReference.BEST_BID, PeggedReference.BEST_ASK


def order(**fields):
    return OrderSubmission(**({"market_id": "m", "side": Side.BUY, "size": 10, "price": 5} | fields))


def peg(reference, offset):
    return {"pegged_order": PeggedOrderDetails(reference=reference, offset=offset), "price": 0}


def test_plain_orders_need_one_look_and_no_other_gets_by():
    from vega_mesa.chain.commands import check

    assert is_plain(order()) and is_plain(OrderCancellation())
    wrong = [
        None,
        "1",
        1.5,
        True,
        0,
        -1,
        10**100,
        Side.BUY,
        TimeInForce.GTC,
        OrderType.NETWORK,
        Side.UNSPECIFIED,
        b"",
        "x",
    ]
    at_market = {"type": OrderType.MARKET, "time_in_force": TimeInForce.IOC, "price": 0}
    assert is_plain(order(**at_market)) and not is_plain(order(**at_market, post_only=True))
    for base in ({}, at_market):
        for name in OrderSubmission.__dataclass_fields__:
            for value in wrong:
                changed = order(**(base | {name: value}))
                if is_plain(changed):
                    check(changed)
                    validate(changed)
    assert not is_plain(OrderCancellation(order_id=3)) and not is_plain(None)


def complaint(command):
    with pytest.raises(InvalidCommand) as caught:
        validate(command)
    return str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"type": OrderType.MARKET, "price": 0, "time_in_force": TimeInForce.IOC},
        {"time_in_force": TimeInForce.GTT, "expires_at": 5},
        {"post_only": True, "reference": "mine"},
        {"reduce_only": True, "time_in_force": TimeInForce.IOC},
        {"iceberg_opts": IcebergOptions(peak_size=5, minimum_visible_size=2)},
        peg(MID, 1),
        peg(BID, 0),
        {"time_in_force": TimeInForce.GFA},
    ],
    ids=str,
)
def test_orders_that_can_be_meant(fields):
    validate(order(**fields))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"size": 0}, "size (must be positive)"),
        ({"size": LARGEST_SIZE + 1}, "size (size is too large)"),
        ({"price": 0}, "price (is required when the order is of type LIMIT)"),
        ({"price": -1}, "price (must be positive when the order is of type LIMIT)"),
        ({"market_id": ""}, "market_id (is required)"),
        ({"side": Side.UNSPECIFIED}, "side (is required)"),
        ({"reference": "x" * 101}, "reference (reference is too long)"),
        ({"time_in_force": TimeInForce.GTT}, "expires_at (must be positive)"),
        ({"expires_at": 5}, "expires_at (is only available when the time in force is of type GTT)"),
        ({"post_only": True, "time_in_force": TimeInForce.FOK}, "post_only (only valid for persistent orders)"),
        ({"reduce_only": True}, "reduce_only (only valid for non-persistent orders)"),
        (peg(MID, 0), "pegged_order.offset (must be positive)"),
        (peg(BID, -1), "pegged_order.offset (must be positive or zero)"),
        (peg(ASK, 1), "pegged_order.reference (cannot have a reference of type BEST_ASK when on BUY side)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "fields",
)
def test_orders_that_cannot(fields, message):
    assert complaint(order(**fields)) == f"{PATH}.{message}"


def test_all_that_is_wrong_is_told_in_order_of_properties():
    wrong = order(type=OrderType.MARKET, post_only=True, reduce_only=True)
    assert complaint(wrong) == (
        "order_submission.post_only (cannot be true at the same time as order_submission.reduce_only, "
        "only valid for limit orders), "
        "order_submission.price (is unavailable when the order is of type MARKET), "
        "order_submission.reduce_only (only valid for non-persistent orders), "
        "order_submission.time_in_force (is expected to be of type FOK or IOC when order is of type MARKET)"
    )
    network = order(type=OrderType.NETWORK, time_in_force=TimeInForce.FOK)
    assert complaint(network) == "order_submission.type (is unauthorised)"


def test_icebergs():
    def iceberg(peak, least, **fields):
        return order(iceberg_opts=IcebergOptions(peak_size=peak, minimum_visible_size=least), **fields)

    own = f"{PATH}.iceberg_opts"
    at_least = f"{own}.peak_size (must be >= order_submission.iceberg_opts.minimum_visible_size)"
    assert complaint(iceberg(2, 3)) == at_least
    assert complaint(iceberg(11, 3)) == f"{own}.peak_size (must be <= order_submission.size)"
    assert complaint(iceberg(2, 0)) == f"{own}.minimum_visible_size (must be positive)"
    life = f"{PATH}.time_in_force (iceberg order must be a persistent order)"
    assert complaint(iceberg(5, 1, time_in_force=TimeInForce.IOC)) == life


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "* (order_amendment does not amend anything)"),
        ({"price": 0}, "order_amendment.price (is required)"),
        ({"size": 5, "size_delta": 1}, 'size_delta (must be set to 0 if the property "order_amendment.size" is set)'),
        ({"time_in_force": TimeInForce.GFA}, "time_in_force (cannot amend to time in force GFA)"),
        ({"time_in_force": TimeInForce.GTT}, "time_in_force (GTT order without expiry)"),
        ({"time_in_force": TimeInForce.GTC, "expires_at": 5}, "expires_at (non GTT order with expiry)"),
        ({"pegged_offset": -1}, "pegged_offset (must be positive)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "amendment",
)
def test_amendments(fields, message):
    assert complaint(OrderAmendment(market_id="m", order_id="o", **fields)).endswith(message)


def test_stop_orders():
    inner = order(reduce_only=True, time_in_force=TimeInForce.IOC)

    def leg(**fields):
        return StopOrdersSubmission(falls_below=StopOrderSetup(order_submission=inner, **fields))

    path = "stop_orders_submission.falls_below"
    validate(leg(price=5))
    validate(leg(trailing_percent_offset=Decimal("0.05")))
    assert complaint(StopOrdersSubmission()) == "* (must have at least one of rises above or falls below)"
    assert complaint(leg()) == f"{path}.trigger (must have a stop order trigger)"
    offset = f"{path}.trigger.trailing_percent_offset"
    assert complaint(leg(trailing_percent_offset=Decimal(1))) == f"{offset} (must be between 0 and 1)"
    assert "0.001" in complaint(leg(trailing_percent_offset=Decimal("0.0005")))
    assert complaint(leg(price=5, expiry_strategy="x")) == f"{path}.expiry_strategy (is not a valid value)"
    both = StopOrdersSubmission(
        falls_below=StopOrderSetup(order_submission=inner, price=5),
        rises_above=StopOrderSetup(order_submission=order(market_id="n", time_in_force=TimeInForce.IOC), price=9),
    )
    assert complaint(both) == "* (market ID for falls below and rises above must be the same)"


def test_batches_name_the_instruction():
    validate(BatchMarketInstructions(cancellations=(OrderCancellation(),)))
    empty = "batch_market_instructions (empty batch market instructions)"
    assert complaint(BatchMarketInstructions()) == empty
    wrong = BatchMarketInstructions(submissions=(order(), order(size=0)))
    assert complaint(wrong) == "batch_market_instructions.submissions.1.size (must be positive)"


def test_margin_modes_and_commitments():
    validate(UpdateMarginMode(market_id="m", isolated=True, margin_factor=Decimal("0.5")))
    assert "margin_factor" in complaint(UpdateMarginMode(market_id="m", isolated=True, margin_factor=Decimal(2)))
    assert "margin_factor" in complaint(UpdateMarginMode(market_id="m", isolated=False, margin_factor=Decimal(1)))
    provision = LiquidityProvisionSubmission(market_id="", commitment_amount=0, fee=Decimal(-1))
    assert complaint(provision) == (
        "liquidity_provision_submission.commitment_amount (is not a valid number), "
        "liquidity_provision_submission.fee (must be positive), "
        "liquidity_provision_submission.market_id (is required)"
    )
    nothing = LiquidityProvisionAmendment(market_id="m")
    assert complaint(nothing) == "liquidity_provision_amendment (is required)"


def test_other_commands_are_for_their_engines():
    validate(OrderCancellation())
