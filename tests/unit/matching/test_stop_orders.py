"""Stop orders: when they fire, with whom they go, when they expire (0014-ORDT). Numbers from Vega's own scenarios."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.commands.trading import OrderSubmission, StopOrderSetup, StopOrdersSubmission
from vega_mesa.protocol.matching.order import BUY, IOC, SELL
from vega_mesa.protocol.matching.stop_order import (
    FALLS_BELOW,
    RISES_ABOVE,
    StopOrder,
    StopOrderRefused,
    StopOrderStatus,
    check_stop_orders,
    linked_size,
    make_stop_orders,
)
from vega_mesa.protocol.matching.stop_orders import StopOrderPool
from vega_mesa.protocol.refusal import Refused

NAMES = ("party", "direction", "price", "trailing", "side", "linked")


def stop(name, direction=FALLS_BELOW, price=None, *, party="p", side=SELL, trailing=None, fraction=None, **rest):
    submission = OrderSubmission(market_id="market", side=side, size=5, price=1, time_in_force=IOC, reduce_only=True)
    if fraction is not None:
        rest |= {"size_override": "SIZE_OVERRIDE_SETTING_POSITION", "size_fraction": Decimal(fraction)}
    offset = None if trailing is None else Decimal(trailing)
    return StopOrder(name, party, submission, direction, price=price, trailing_offset=offset, **rest)


def pool_of(*stops, seen=0):
    pool = StopOrderPool()
    pool.last_price = seen
    for one in stops:
        pool.insert(one)
    return pool


def fired(pool, price, position=1):
    return [one.id for one in pool.trigger(price, 9, lambda _: position).fired]


def pair(first, second):
    first.partner, second.partner = second.id, first.id
    return first, second


def test_fixed_triggers_fire_in_order_of_price_and_then_of_age():
    pool = pool_of(
        stop("low", price=50),
        stop("high", price=60),
        stop("high, later", price=60),
        stop("up", RISES_ABOVE, 55),
        stop("up, lower", RISES_ABOVE, 54),
        stop("not yet", price=49),
    )
    assert fired(pool, 61) == ["up, lower", "up"]
    assert fired(pool, 50) == ["high", "high, later", "low"]
    assert list(pool.orders) == ["not yet"]
    assert pool.count("p") == 1


def test_059_060_a_trailing_stop_falls_from_the_highest_price():
    pool = pool_of(stop("t", trailing="0.05"), seen=50)
    assert fired(pool, 60) == []
    assert fired(pool, 58) == []
    assert fired(pool, 57) == ["t"]


def test_061_a_trailing_stop_rises_from_the_lowest_price():
    pool = pool_of(stop("t", RISES_ABOVE, trailing="0.05", side=BUY), seen=50)
    assert [fired(pool, price, -1) for price in (40, 41, 42)] == [[], [], ["t"]]


def test_a_quarter_below_60_is_45():
    pool = pool_of(stop("t", trailing="0.25"), seen=60)
    assert [fired(pool, price) for price in (46, 45)] == [[], ["t"]]


def test_trailing_stops_start_at_the_price_last_seen():
    pool = pool_of()
    assert fired(pool, 100) == []
    pool.insert(stop("t", trailing="0.1"))
    assert fired(pool, 91) == []
    assert fired(pool, 90) == ["t"]


def test_trailing_stops_fire_by_anchor_offset_and_age():
    pool = pool_of(
        stop("wide", trailing="0.2"), stop("narrow", trailing="0.1"), stop("narrow 2", trailing="0.1"), seen=90
    )
    assert fired(pool, 100) == []
    assert fired(pool, 70) == ["narrow", "narrow 2", "wide"]
    pool = pool_of(stop("high anchor", RISES_ABOVE, trailing="0.1"), seen=90)
    assert fired(pool, 80) == []
    pool.insert(stop("same anchor", RISES_ABOVE, trailing="0.05"))
    assert fired(pool, 90) == ["same anchor", "high anchor"]


def test_a_price_seen_before_moves_no_anchor():
    pool = pool_of(stop("t", trailing="0.5"), seen=100)
    assert fired(pool, 100) == []
    assert fired(pool, 50) == ["t"]


def test_the_partner_of_a_fired_one_is_stopped():
    falls, rises = pair(stop("f", price=50), stop("r", RISES_ABOVE, 60))
    pool = pool_of(falls, rises)
    result = pool.trigger(50, 9, lambda _: 1)
    assert (result.fired, result.stopped) == ([falls], [rises])
    assert (falls.status, rises.status) == (StopOrderStatus.TRIGGERED, StopOrderStatus.STOPPED)
    assert falls.updated_at == rises.updated_at == 9
    assert len(pool) == 0


def test_of_two_partners_in_reach_only_the_first_fires():
    falls, rises = pair(stop("f", price=60), stop("r", RISES_ABOVE, 40))
    result = pool_of(rises, falls).trigger(50, 9, lambda _: 1)
    assert (result.fired, result.stopped) == ([falls], [rises])


def test_128_a_linked_stop_that_no_longer_closes_is_said_to_be_cancelled_again_and_again():
    linked = stop("l", price=50, fraction=1, expires_at=30)
    pool = pool_of(linked)
    assert pool.trigger(55, 9, lambda _: 0).cancelled == []
    for _ in range(2):
        assert pool.trigger(55, 9, lambda _: -3).cancelled == [linked]
    assert linked.status is StopOrderStatus.CANCELLED
    assert pool.count("p") == 1
    assert pool.expire(99, in_auction=False).ended == []
    assert fired(pool, 50, position=3) == ["l"]  # the position turned back
    assert linked.status is StopOrderStatus.TRIGGERED


@pytest.mark.parametrize(
    ("position", "fraction", "size"),
    [(5, "0.5", 3), (20, "0.75", 15), (1, "0.4", 0), (-5, "1", 0), (0, "1", 0), (3, None, 3)],
)
def test_129_138_the_size_of_a_linked_stop(position, fraction, size):
    assert linked_size(stop("l", price=1, fraction=fraction), position) == size


def test_a_buy_closes_a_short_position():
    assert linked_size(stop("l", price=1, side=BUY, fraction="0.5"), -5) == 3


def test_131_the_partner_of_an_expired_one_is_stopped():
    falls, rises = pair(stop("stop-1", price=50, expires_at=40), stop("stop-2", RISES_ABOVE, 60, expires_at=30))
    pool = pool_of(falls, rises)
    assert pool.expire(29, in_auction=False).ended == []
    result = pool.expire(30, in_auction=False)
    assert [(one.id, one.status.name) for one in result.ended] == [("stop-1", "STOPPED"), ("stop-2", "EXPIRED")]
    assert result.to_submit == []


def test_expired_ones_that_submit_go_by_id():
    pool = pool_of(*(stop(name, price=5, expires_at=30, expiry_strategy="EXPIRY_STRATEGY_SUBMIT") for name in "cab"))
    assert [one.id for one in pool.expire(30, in_auction=False).to_submit] == ["a", "b", "c"]


def test_in_an_auction_everything_just_expires():
    falls, rises = pair(
        stop("a", price=50, expires_at=40),
        stop("b", RISES_ABOVE, 60, expires_at=30, expiry_strategy="EXPIRY_STRATEGY_SUBMIT"),
    )
    result = pool_of(falls, rises).expire(30, in_auction=True)
    assert {one.status for one in result.ended} == {StopOrderStatus.EXPIRED}
    assert result.to_submit == []


def test_cancels():
    pool = pool_of(
        *pair(stop("a", price=5), stop("b", RISES_ABOVE, 9)), stop("d", price=5), stop("c", price=5, party="q")
    )
    with pytest.raises(Refused, match="stop order not found"):
        pool.cancel("p", "c", 9)
    assert [one.id for one in pool.cancel("p", "b", 9)] == ["b", "a"]
    pool.insert(stop("0", price=5))
    assert [one.id for one in pool.cancel_all("p", 9)] == ["0", "d"]
    assert pool.cancel_all("p", 9) == []
    assert [one.status for one in pool.stop_all(9)] == [StopOrderStatus.STOPPED]


def test_a_pool_survives_a_snapshot():
    pool = pool_of(stop("t", trailing="0.1"), stop("f", price=50), stop("f2", price=50), seen=100)
    again = pickle.loads(pickle.dumps(pool, protocol=5))
    assert fired(again, 50) == fired(pool, 50) == ["f", "f2", "t"]


def test_what_is_breached_at_submission():
    assert stop("f", price=50).is_breached(50)
    assert not stop("f", price=50).is_breached(51)
    assert stop("r", RISES_ABOVE, 50).is_breached(50)
    assert not stop("t", trailing="0.1").is_breached(1)


def test_a_submission_becomes_linked_stop_orders():
    order = OrderSubmission(market_id="market", side=SELL, size=5, reduce_only=True)
    falls = StopOrderSetup(order_submission=order, price=50, expires_at=30)
    rises = StopOrderSetup(order_submission=order, trailing_percent_offset=Decimal("0.1"))
    one, other = make_stop_orders("p", StopOrdersSubmission(falls_below=falls, rises_above=rises), ["1", "2"], 7)
    assert (one.id, one.partner, one.price, one.expires_at, one.created_at) == ("1", "2", 50, 30, 7)
    assert (other.id, other.partner, other.trailing_offset) == ("2", "1", Decimal("0.1"))
    nothing, single = make_stop_orders("p", StopOrdersSubmission(rises_above=rises), ["3"], 7)
    assert (nothing, single.id, single.partner) == (None, "3", "")


def _not_reduce_only():
    order = OrderSubmission(market_id="market", side=SELL, size=5)
    return StopOrder("x", "p", order, FALLS_BELOW, price=5)


@pytest.mark.parametrize(
    ("falls", "rises", "state", "reason"),
    [
        (stop("f", price=5, expires_at=9), None, {}, "EXPIRY_IN_THE_PAST"),
        (_not_reduce_only(), None, {}, "MUST_BE_REDUCE_ONLY"),
        (
            stop("f", price=5, expires_at=20),
            stop("r", RISES_ABOVE, 9, expires_at=20),
            {},
            "STOP_ORDER_CANNOT_MATCH_OCO_EXPIRY_TIMES",
        ),
        (stop("f", price=5), stop("r", RISES_ABOVE, 9), {"pooled": 3}, "MAX_STOP_ORDERS_PER_PARTY_REACHED"),
        (stop("f", price=5), None, {"has_position": False}, "STOP_ORDER_NOT_ALLOWED_WITHOUT_A_POSITION"),
        (stop("f", price=5, fraction="1.5"), None, {}, "STOP_ORDER_LINKED_PERCENTAGE_INVALID"),
        (stop("f", price=5, fraction="0"), None, {}, "STOP_ORDER_LINKED_PERCENTAGE_INVALID"),
    ],
)
def test_checks_at_submission(falls, rises, state, reason):
    conditions = {"now": 10, "pooled": 0, "limit": 4, "has_position": True} | state
    with pytest.raises(StopOrderRefused) as refusal:
        check_stop_orders(falls, rises, **conditions)
    assert refusal.value.reason == reason


def test_an_expiry_now_is_accepted():
    falls = stop("f", price=5, expires_at=10, fraction="1")
    check_stop_orders(falls, stop("r", RISES_ABOVE, 9), now=10, pooled=2, limit=4, has_position=True)
    copy = falls.copy()
    assert (copy.id, copy.expires_at, copy.status) == ("f", 10, StopOrderStatus.PENDING)
    assert copy is not falls
