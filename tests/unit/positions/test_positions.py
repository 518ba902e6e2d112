"""Positions: potential and open volume, average entry price, order of positions (0006-POSI)."""

from __future__ import annotations

import pickle

import pytest

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.trading import PositionUpdated
from vega_mesa.protocol.matching.order import (
    NETWORK,
    Iceberg,
    Order,
    OrderType,
    Peg,
    PeggedReference,
    Side,
    TimeInForce,
    Trade,
)
from vega_mesa.protocol.positions import MAX_VOLUME, UNKNOWN, Positions, average_entry_price
from vega_mesa.protocol.refusal import Refused

BUY, SELL = Side.BUY, Side.SELL


def order(party, side, size, price, type=OrderType.LIMIT, **more):
    return Order("id", "m", party, side, type, TimeInForce.GTC, size, price, **more)


@pytest.fixture
def positions():
    return Positions("m", EventBus())


def trade(positions, buyer, seller, size, price, buy_price=None, sell_price=None):
    buy = order(buyer, BUY, size, price if buy_price is None else buy_price)
    sell = order(seller, SELL, size, price if sell_price is None else sell_price)
    positions.register(buy)
    positions.register(sell)
    positions.trade(Trade("m", price, price, size, BUY, buyer, seller, "b", "s", 0), buy, sell)


def values(position):
    return (position.size, position.buy, position.sell, position.buy_notional, position.sell_notional)


def test_live_orders_are_potential_volume(positions):
    first, second = order("a", BUY, 10, 100), order("a", BUY, 5, 90)
    positions.register(first)
    position = positions.register(second)
    positions.register(order("a", SELL, 3, 200))
    assert values(position) == (0, 15, 3, 1450, 600)
    assert (position.vw_buy_price, position.vw_sell_price) == (96, 200)
    positions.unregister(first)
    assert values(position) == (0, 5, 3, 450, 600)


def test_the_reserve_of_an_iceberg_counts(positions):
    iceberg = order("a", SELL, 10, 100, iceberg=Iceberg(10, 5, 90))
    assert values(positions.register(iceberg)) == (0, 0, 100, 0, 10000)
    assert values(positions.unregister(iceberg)) == (0, 0, 0, 0, 0)


def test_an_amended_order_replaces_its_volume(positions):
    before = order("a", BUY, 10, 100)
    after = order("a", BUY, 4, 110)
    positions.register(before)
    assert values(positions.amend(before, after)) == (0, 4, 0, 440, 0)
    before, after = order("a", SELL, 1, 1), order("a", SELL, 2, 3)
    positions.register(before)
    assert values(positions.amend(before, after)) == (0, 4, 2, 440, 6)


def test_a_trade_moves_volume_at_each_orders_own_price(positions):
    buy, sell = order("a", BUY, 10, 105), order("b", SELL, 4, 100)
    positions.register(sell)
    positions.register(buy)
    positions.trade(Trade("m", 100, 100, 4, BUY, "a", "b", "b", "s", 0), buy, sell)
    assert values(positions.by_party["a"]) == (4, 6, 0, 630, 0)
    assert values(positions.by_party["b"]) == (-4, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("average", "size", "added", "price", "expected"),
    [
        (100, 10, 5, 130, 110),  # increase
        (100, 3, 2, 101, 100),  # floored: 502 // 5
        (100, -10, 4, 130, 100),  # decrease
        (100, -10, 10, 130, 0),  # closed
        (100, -10, 15, 130, 110),  # flip: (10 * 100 + 5 * 130) // 15, a blend
        (0, 0, 5, 130, 130),
    ],
)
def test_average_entry_price(average, size, added, price, expected):
    assert average_entry_price(average, size, added, price) == expected


def test_trade_keeps_the_averages_and_the_open_interest(positions):
    """The inlined arithmetic of a trade against the function, over every kind of change on both sides."""
    averages = dict.fromkeys("abc", (0, 0))
    for buyer, seller, size, price in [
        ("a", "b", 10, 100),
        ("a", "c", 3, 130),
        ("c", "a", 5, 90),
        ("b", "a", 20, 111),
        ("c", "b", 20, 95),
        ("a", "b", 12, 104),
        ("a", "c", 7, 99),
        ("b", "c", 50, 101),
    ]:
        for party, sign in ((buyer, 1), (seller, -1)):
            average, held = averages[party]
            averages[party] = (average_entry_price(average, sign * held, size, price), held + sign * size)
        trade(positions, buyer, seller, size, price)
        assert {p.party: (p.average_entry_price, p.size) for p in positions.by_party.values()} == {
            party: averages[party] for party in positions.by_party
        }
        assert positions.open_interest == sum(max(held, 0) for _, held in averages.values())


def test_order_of_positions_is_first_registration_and_leavers_re_enter_at_the_end(positions):
    orders = [order(party, BUY, 1, 1) for party in "cab"]
    for each in orders:
        positions.register(each)
    positions.unregister(orders[0])
    assert [p.party for p in positions.flat()] == ["c"]
    assert positions.remove_flat() == ["c"]
    assert not positions.has_record("c")
    positions.register(order("c", BUY, 1, 1))
    assert list(positions.by_party) == ["a", "b", "c"]
    assert [p.party for p in positions.in_order(positions.touched)] == ["a", "b", "c"]


def test_flat_positions_are_found_after_several_marks_and_removed_sorted(positions):
    for party in "ba":
        each = order(party, BUY, 1, 1)
        positions.register(each)
        positions.unregister(each)
    positions.register(order("c", BUY, 1, 1))
    positions.settled()
    assert [p.party for p in positions.flat()] == ["b", "a"]
    assert positions.remove_flat() == ["a", "b"]
    assert positions.remove_flat() == []


def test_a_position_removed_and_opened_anew_is_not_flat_twice(positions):
    each = order("a", BUY, 1, 1)
    positions.register(each)
    positions.unregister(each)
    positions.settled()
    positions.remove("a")
    positions.register(each)
    assert positions.flat() == []


def test_mark_reaches_everybody_and_new_positions_start_at_0(positions):
    positions.register(order("a", BUY, 1, 1))
    positions.mark(100)
    positions.settled()
    assert positions.register(order("b", BUY, 1, 1)).price == 0
    positions.mark(100)
    assert [p.price for p in positions.by_party.values()] == [100, 100]
    positions.mark(90)
    assert [p.price for p in positions.by_party.values()] == [90, 90]


def test_what_a_mark_to_market_found_lasts_until_the_next_change(positions):
    bid, ask = order("a", BUY, 2, 1), order("b", SELL, 2, 1)
    position, other = positions.register(bid), positions.register(ask)
    trade = Trade("m", 1, 1, 1, BUY, "a", "b", bid.id, ask.id, 0)
    changes = [  # and whether the balance is still that of a settled position
        (lambda: positions.register(bid), True),
        (lambda: positions.amend(bid, bid), True),
        (lambda: positions.unregister(bid), True),
        (lambda: positions.trade(trade, bid, ask), False),
        (positions.forget_margins, False),
        (lambda: positions.close_out("a", 1), False),
    ]
    for change, settled in changes:
        position.exposure = position.balance = 7
        positions.mark(5)
        assert (position.exposure, position.balance) == (7, 7)
        change()
        assert position.exposure == UNKNOWN
        assert position.balance == (7 if settled else UNKNOWN)
    assert other.exposure == UNKNOWN
    position.exposure = position.balance = 7
    positions.forget_balances()
    assert (position.exposure, position.balance) == (7, UNKNOWN)


def test_overflow_of_potential_volume_is_refused_before_anything_changes(positions):
    positions.check_overflow(order("a", BUY, MAX_VOLUME, 1))
    position = positions.register(order("a", BUY, MAX_VOLUME - 1, 1))
    positions.check_overflow(order("a", BUY, 1, 1))
    with pytest.raises(Refused, match=r"^cannot register position without causing overflow$"):
        positions.check_overflow(order("a", BUY, 2, 1))
    positions.check_overflow(order("a", SELL, 2, 1))
    assert position.buy == MAX_VOLUME - 1


@pytest.mark.parametrize("size", [7, -7])
def test_close_out_hands_the_volume_to_the_network(positions, size):
    buyer, seller = ("a", "b") if size > 0 else ("b", "a")
    trade(positions, buyer, seller, 7, 100)
    positions.register(order("a", BUY, 1, 90))
    assert positions.close_out("a", 120) == size
    network = positions.by_party[NETWORK]
    assert (network.size, network.average_entry_price) == (size, 120)
    assert positions.by_party["a"].size == 0
    assert positions.by_party["a"].buy == 1
    assert positions.open_interest == 7
    assert list(positions.by_party)[-1] == NETWORK


def test_close_out_of_both_sides_leaves_nothing_open(positions):
    trade(positions, "a", "b", 7, 100)
    positions.close_out("a", 120)
    positions.close_out("b", 120)
    assert positions.open_interest == 0
    assert positions.by_party[NETWORK].size == 0


def test_what_an_order_can_only_reduce(positions):
    trade(positions, "a", "b", 10, 100)
    long, short = positions.by_party["a"], positions.by_party["b"]
    sell = order("a", SELL, 10, 100)
    positions.register(sell)
    assert long.reduced_by(sell)
    assert not long.reduced_by(order("a", BUY, 1, 100))
    assert not short.reduced_by(order("b", SELL, 1, 100))
    assert short.reduced_by(order("b", BUY, 10, 0, OrderType.MARKET))
    assert not short.reduced_by(order("b", BUY, 11, 0, OrderType.MARKET))
    assert not short.reduced_by(order("b", BUY, 1, 1, peg=Peg(PeggedReference.MID, 1)))
    positions.register(order("a", SELL, 1, 100))
    assert not long.reduced_by(sell)  # all sells together exceed the volume
    assert not positions.open("c").reduced_by(order("c", BUY, 1, 1))


def test_hypothetical_trades_leave_the_position_alone(positions):
    trade(positions, "a", "b", 10, 100)
    positions.mark(110)
    market = order("a", BUY, 5, 0, OrderType.MARKET)
    position = positions.register(market)
    copy = position.with_trades(market, [(5, 130)])
    assert (copy.size, copy.buy, copy.average_entry_price, copy.price) == (15, 0, 110, 116)
    assert (position.size, position.buy, position.price) == (10, 5, 110)
    sell = order("a", SELL, 5, 0, OrderType.MARKET)
    positions.register(sell)
    copy = position.with_trades(sell, [(5, 130)])
    assert (copy.size, copy.sell, copy.average_entry_price, copy.price) == (5, 0, 100, 116)


def test_events_when_wanted(positions):
    heard = []
    positions.bus.subscribe(PositionUpdated, heard.append)
    trade(positions, "a", "b", 2, 100)
    assert [(e.party, e.size, e.potential_buys, e.potential_sells) for e in heard] == [
        ("a", 0, 2, 0),
        ("b", 0, 0, 2),
        ("a", 2, 0, 0),
        ("b", -2, 0, 0),
    ]


def test_positions_survive_pickling_as_the_same_objects(positions):
    trade(positions, "a", "b", 2, 100)
    copy = pickle.loads(pickle.dumps(positions, protocol=5))
    assert {p: q.values() for p, q in copy.by_party.items()} == {p: q.values() for p, q in positions.by_party.items()}
    assert copy.touched["a"] is copy.by_party["a"]
    assert copy.open_interest == 2
