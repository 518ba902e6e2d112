"""Expiry lists, reduce-only orders, ids, the texts of refusals."""

from __future__ import annotations

import pickle
from hashlib import sha3_256

import pytest

from vega_mesa.protocol.matching.expiry import ExpiringOrders
from vega_mesa.protocol.matching.identifiers import IdGenerator, batch_id_count, batch_stop_order_ids, hash_text
from vega_mesa.protocol.matching.order import BUY, FOK, IOC, SELL, STOPPED, OrderStatus
from vega_mesa.protocol.matching.order_errors import ORDER_ERROR_TEXTS, STOPPING_REASONS, OrderRefused
from vega_mesa.protocol.matching.reduce_only import give_back, hold_back


def test_orders_expire_by_time_and_then_in_order_of_entry():
    expiring = ExpiringOrders()
    for name, time in (("b", 20), ("a", 20), ("c", 10), ("d", 21)):
        expiring.insert(name, time)
    assert expiring.expire(9) == []
    assert pickle.loads(pickle.dumps(expiring)).expire(20) == ["c", "b", "a"]
    assert expiring.remove("b", 20)
    assert not expiring.remove("b", 20)
    assert not expiring.remove("a", 19)
    assert expiring.expire(20) == ["c", "a"]
    assert len(expiring) == 1
    assert expiring.remove("d", 21)
    assert expiring.expire(99) == []


def test_a_reduce_only_order_is_cut_to_the_position(desk):
    # position 10, sell 20 IOC: trades 10, STOPPED with 10 remaining
    order = desk.order(SELL, 20, 100, tif=IOC, reduce_only=True)
    extra = hold_back(order, 10)
    assert (extra, order.remaining) == (10, 10)
    order.remaining = 0
    assert give_back(order, extra)
    assert (order.remaining, order.status) == (10, STOPPED)


def test_a_reduce_only_order_that_fills_is_not_stopped(desk):
    order = desk.order(BUY, 5, 100, reduce_only=True)
    extra = hold_back(order, -5)
    order.remaining = 0
    assert not give_back(order, extra)


@pytest.mark.parametrize(("side", "position", "tif"), [(BUY, 0, IOC), (BUY, 5, IOC), (SELL, -5, IOC), (SELL, 4, FOK)])
def test_a_reduce_only_order_that_would_not_reduce(desk, side, position, tif):
    order = desk.order(side, 5, 100, tif=tif, reduce_only=True)
    with pytest.raises(OrderRefused) as refusal:
        hold_back(order, position)
    assert refusal.value.text == "OrderError: reduce only order would not reduce position"
    assert refusal.value.status is STOPPED
    assert order.remaining == 5


def test_the_first_id_is_the_root():
    root = "ab" * 32
    ids = IdGenerator(root)
    second = sha3_256(bytes.fromhex(root)).hexdigest()
    assert ids.take(3) == [root, second, sha3_256(bytes.fromhex(second)).hexdigest()]
    assert hash_text("x") == sha3_256(b"x").hexdigest()


def test_the_first_stop_order_of_a_batch_has_the_id_of_its_last_order():
    ids = list("abcdefghij")
    assert batch_id_count(3, 2) == 7
    assert batch_stop_order_ids(ids, 2, [False, False]) == [("c",), ("d",)]
    assert batch_stop_order_ids(ids, 0, [True, False]) == [("a", "b"), ("c",)]


def test_the_texts_of_order_errors():
    assert len(ORDER_ERROR_TEXTS) == 54  # numbers 38 and 39 were never given
    without = [name for name, text in ORDER_ERROR_TEXTS.items() if text == "invalid OrderError"]
    assert len(without) == 5
    assert set(ORDER_ERROR_TEXTS) >= STOPPING_REASONS


def test_five_reasons_stop_and_the_others_reject():
    assert OrderRefused("POST_ONLY_ORDER_WOULD_TRADE").status is STOPPED
    assert OrderRefused("INVALID_PERSISTENCE").status is OrderStatus.REJECTED
    isolated = OrderRefused("PEGGED_ORDERS_NOT_ALLOWED_IN_ISOLATED_MARGIN_MODE", status=OrderStatus.REJECTED)
    assert isolated.status is OrderStatus.REJECTED


def test_orders_and_trades_survive_a_snapshot(desk):
    order = desk.order(BUY, 9, 100, peak=3)
    order.reason, order.version, order.batch_id = "SELF_TRADING", 4, 2
    assert pickle.loads(pickle.dumps(order)).values() == order.values() == order.copy().values()
    desk.sell(5, 100)
    trade = desk.buy(5, 100).trades[0]
    trade.id, trade.buyer_fee, trade.seller_auction_batch = "id", (1, 2), 3
    again = pickle.loads(pickle.dumps(trade))
    assert [getattr(again, name) for name in trade.__slots__] == [getattr(trade, name) for name in trade.__slots__]
