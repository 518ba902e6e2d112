import contextlib
import json
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vega_mesa.chain import shapes
from vega_mesa.chain.commands import check, decode, encode, known
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
    StopOrderSetup,
    StopOrdersSubmission,
)
from vega_mesa.protocol.matching.order import OrderType, PeggedReference, Side, TimeInForce

NUMBERS = st.integers(-(2**256) + 1, 2**256 - 1)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
FREE = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers(-100, 100),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def values_of(shape):
    """A strategy of what a shape admits."""
    match shape:
        case shapes.Atom():
            return st.text(max_size=8) if shape.kind is str else st.booleans()
        case shapes.Integer():
            return NUMBERS
        case shapes.Exact():
            return DECIMALS
        case shapes.Double():
            return st.floats(allow_nan=False, allow_infinity=False)
        case shapes.Word():
            return st.sampled_from(list(shape.kind))
        case shapes.Choice():
            return st.sampled_from(shape.values)
        case shapes.Maybe():
            return st.none() | values_of(shape.inner)
        case shapes.Several():
            return st.lists(values_of(shape.item), max_size=2).map(tuple)
        case shapes.Named():
            return st.tuples(*map(values_of, shape.items)).map(shape.kind._make)
        case shapes.Row():
            return st.tuples(*map(values_of, shape.items))
        case shapes.Table():
            return st.dictionaries(st.text(max_size=5), values_of(shape.value), max_size=2)
        case shapes.OneOf():
            return st.one_of([values_of(s) for s in (*shape.records.values(), *shape.others)])
        case shapes.Record():
            return st.builds(shape.kind, **{field.name: values_of(field.shape) for field in shape.fields})
    return FREE


@pytest.mark.parametrize("name", sorted(known()))
def test_every_command_goes_through_json_and_back(name):
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(values_of(shapes.record_of(known()[name])))
    def holds(command):
        again = decode(json.loads(json.dumps(encode(command))))
        assert again == command and state_hash(again) == state_hash(command)

    holds()


def test_an_order_reads_as_on_the_network():
    order = OrderSubmission(
        market_id="m", side=Side.BUY, size=5, price=2**60, time_in_force=TimeInForce.IOC, type=OrderType.MARKET,
        pegged_order=PeggedOrderDetails(reference=PeggedReference.BEST_BID, offset=3),
    )  # fmt: skip
    assert encode(order) == {
        "orderSubmission": {
            "marketId": "m",
            "side": "SIDE_BUY",
            "size": 5,
            "price": str(2**60),
            "type": "TYPE_MARKET",
            "timeInForce": "TIME_IN_FORCE_IOC",
            "peggedOrder": {"reference": "PEGGED_REFERENCE_BEST_BID", "offset": 3},
        }
    }


def test_nested_commands_keep_their_order():
    batch = BatchMarketInstructions(
        cancellations=(OrderCancellation(market_id="b"), OrderCancellation(market_id="a")),
        stop_orders_submission=(
            StopOrdersSubmission(
                falls_below=StopOrderSetup(
                    order_submission=OrderSubmission(market_id="m", side=Side.SELL, size=1),
                    trailing_percent_offset=Decimal("0.10"),
                )
            ),
        ),
    )
    assert decode(encode(batch)) == batch
    assert str(decode(encode(batch)).stop_orders_submission[0].falls_below.trailing_percent_offset) == "0.10"


@pytest.mark.parametrize(
    "fields",
    [
        {"size": "5"},
        {"size": 5.0},
        {"size": True},
        {"size": 10**100},
        {"side": 1},
        {"side": "SIDE_BUY"},
        {"market_id": None},
        {"post_only": 1},
        {"pegged_order": {"reference": 1}},
        {"pegged_order": PeggedOrderDetails(reference=PeggedReference.MID, offset="x")},
    ],
)
def test_a_field_of_the_wrong_kind_is_named(fields):
    good = {"market_id": "m", "side": Side.BUY, "size": 1}
    check(OrderSubmission(**good))  # the usual types are remembered: the wrong ones must not slip through
    with pytest.raises(InvalidCommand, match=next(iter(fields))):
        check(OrderSubmission(**(good | fields)))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"orderSubmission": {}, "orderCancellation": {}},
        {"noSuch": {}},
        {"orderSubmission": []},
        {"orderSubmission": {"marketId": "m", "side": "SIDE_BUY"}},
        {"orderSubmission": {"marketId": "m", "side": True, "size": 1}},
        {"orderSubmission": {"marketId": "m", "side": "SIDE_BUY", "size": 1, "colour": "red"}},
        {"orderSubmission": {"marketId": "m", "side": "SIDE_BUY", "size": "1e5"}},
        {"batchMarketInstructions": {"cancellations": {}}},
    ],
)
def test_json_that_is_no_command_is_a_mistake(data):
    with pytest.raises(InvalidCommand):
        decode(data)


@given(FREE)
def test_nothing_but_our_error_comes_out_of_decoding(data):
    with contextlib.suppress(InvalidCommand):
        decode(data)


def test_what_is_no_command_is_a_mistake():
    for thing in (None, 1, "order", Side.BUY, object(), Enum):
        with pytest.raises(InvalidCommand):
            check(thing)
