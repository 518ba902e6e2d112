"""Mark-to-market shares, rounding, idle parties (0003-MTMK)."""

from __future__ import annotations

import pickle

import pytest

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import PositionSettled
from vega_mesa.protocol.matching.order import NETWORK, Side
from vega_mesa.protocol.settlement.mark_to_market import Settlement, Shares, _gain


def test_losses_then_wins_in_position_order(desk):
    desk.trade("winner", "loser", 2, 1000)
    desk.trade("other winner", "loser", 1, 1010)
    result = desk.mark(1050)
    assert result.losses == [("loser", 140)]
    assert result.wins == [("winner", 100), ("other winner", 40)]
    assert result.parties == ["loser", "winner", "other winner"]


def test_held_volume_moves_from_the_last_mark_and_new_trades_from_their_price(desk):
    desk.trade("a", "b", 10, 100)
    desk.mark(110)
    desk.trade("a", "b", 5, 120)
    result = desk.mark(105)
    assert result.losses == [("a", 10 * 5 + 5 * 15)]
    assert result.wins == [("b", 125)]


def test_a_party_that_closed_settles_its_trades_and_is_forgotten(desk):
    desk.trade("a", "b", 10, 100)
    desk.mark(100)
    desk.trade("b", "a", 10, 90)
    result = desk.mark(95)
    assert result.losses == [("a", 100)]
    assert result.wins == [("b", 100)]
    assert desk.settlement.settled == {}
    assert desk.positions.remove_flat() == ["a", "b"]


def test_an_unchanged_mark_concerns_only_who_traded_or_is_new(desk):
    desk.trade("a", "b", 10, 100)
    desk.mark(100)
    desk.trade("c", "d", 1, 100)
    desk.positions.register(desk.order("e", Side.BUY, 1, 90))
    result = desk.mark(100)
    assert result.losses == []
    assert result.wins == [("c", 0), ("d", 0), ("e", 0)]
    assert desk.mark(100).wins == []


def test_parties_with_orders_only_are_zero_entries_whenever_the_mark_moves(desk):
    desk.trade("a", "b", 1, 100)
    desk.positions.register(desk.order("orders only", Side.BUY, 1, 90))
    assert desk.mark(100).wins == [("a", 0), ("b", 0), ("orders only", 0)]
    result = desk.mark(110)
    assert (result.losses, result.wins) == ([("b", 10)], [("a", 10), ("orders only", 0)])


def test_a_position_that_is_flat_and_unknown_is_no_entry(desk):
    order = desk.order("came and went", Side.BUY, 1, 90)
    desk.positions.register(order)
    desk.positions.unregister(order)
    desk.trade("a", "b", 1, 100)
    assert desk.mark(100).parties == ["a", "b"]


@pytest.mark.parametrize("moves", [(100, 105, 95), (100, 100, 100), (100, 105, 105)])
def test_skipping_untouched_positions_changes_nothing(make_desk, moves):
    """The short cut at an unchanged mark gives what looking at everybody gives."""
    desk, full = make_desk(), make_desk()
    for mark in moves:
        for each in (desk, full):
            each.trade("a", "b", 3, mark + 1)
            each.positions.register(each.order("c", Side.SELL, 1, 200))
        full.positions.touched = dict(full.positions.by_party)
        one, other = desk.mark(mark), full.mark(mark)
        assert (one.losses, one.wins) == (other.losses, other.wins)


# -- rounding --------------------------------------------------------------------------------------------------------


def test_what_truncation_leaves_goes_to_the_largest_winner(make_desk):
    """Losses 3; wins 1.5 and 1.5 truncate to 1 and 1: the first of the largest gets the unit."""
    desk = make_desk(1)
    desk.trade("first", "loser", 15, 100)
    desk.trade("second", "loser", 15, 100)
    result = desk.mark(101)
    assert result.losses == [("loser", 3)]
    assert result.wins == [("first", 2), ("second", 1)]


def test_winners_with_share_0_come_before_the_largest_winner(make_desk):
    """Loss 2; wins 1.2, 0.5 and 0.3 truncate to 1, 0 and 0: the one unit of rounding goes to the first with 0."""
    desk = make_desk(1)
    for party, size in (("big", 12), ("small", 5), ("smaller", 3)):
        desk.trade(party, "loser", size, 100)
    result = desk.mark(101)
    assert result.losses == [("loser", 2)]
    assert result.wins == [("big", 1), ("small", 1), ("smaller", 0)]


def test_after_the_turns_the_rest_goes_to_the_largest_winner():
    shares = Shares()
    shares.losses = [("l", 9)]
    shares.wins = [("z1", 0), ("w", 4), ("z2", 0)]
    shares.unpaid_winners = [0, 2]
    shares.largest_winner = 1
    shares.excess = 5
    shares.distribute_rounding()
    assert shares.wins == [("z1", 1), ("w", 7), ("z2", 1)]


def test_without_a_winner_a_network_placeholder_takes_the_rest(make_desk):
    """A loss of 1.0 against two sellers at the mark: negative zeros are no winners."""
    desk = make_desk(1)
    desk.settlement.settled["loser"] = 10
    desk.positions.open("loser").size = 10
    desk.settlement.last_mark = 101
    result = desk.mark(100)
    assert result.losses == [("loser", 1)]
    assert result.wins == [(NETWORK, 1)]


def test_a_placeholder_has_two_turns_after_the_winners_with_share_0():
    shares = Shares()
    shares.wins = [("zero", 0)]
    shares.unpaid_winners = [0]
    shares.excess = 3
    shares.distribute_rounding()
    assert shares.wins == [("zero", 1), (NETWORK, 2)]


def test_a_placeholder_without_money_is_not_appended():
    shares = Shares()
    shares.wins = [("zero", 0)]
    shares.unpaid_winners = [0]
    shares.excess = 1
    shares.distribute_rounding()
    assert shares.wins == [("zero", 1)]


def test_wins_above_losses_are_left_alone(make_desk):
    """Losses 0.5 and 0.5 are entries without a transfer; the win of 1 stays."""
    desk = make_desk(1)
    desk.trade("winner", "l1", 5, 100)
    desk.trade("winner", "l2", 5, 100)
    result = desk.mark(101)
    assert (result.losses, result.wins) == ([], [("winner", 1), ("l1", 0), ("l2", 0)])


@pytest.mark.parametrize(
    ("trades", "mark", "negative"),
    [
        ([(1, 100)], 100, False),  # a buy at the mark
        ([(-1, 100)], 100, True),  # a sell at the mark: negative zero
        ([(-1, 100), (1, 100)], 100, False),
        ([(1, 100), (-1, 100)], 100, True),
    ],
)
def test_a_zero_keeps_the_sign_of_its_last_operand(trades, mark, negative):
    assert _gain(0, 0, trades, mark) == (0, negative)


def test_negative_zeros_get_no_rounding(make_desk):
    """Buyer and seller at the mark both have share 0; only the buyer counts as a winner."""
    desk = make_desk(1)
    desk.trade("w", "l", 15, 100)
    desk.trade("w2", "l", 15, 100)
    desk.trade("buyer", "seller", 1, 101)
    result = desk.mark(101)
    assert result.wins == [("w", 1), ("w2", 1), ("buyer", 1), ("seller", 0)]


def test_position_decimals_may_be_negative(make_desk):
    """0053-PERP-039: with -3 position decimals one unit is a thousand; 1000 to 1200 is 200000."""
    desk = make_desk(-3)
    desk.trade("aux2", "aux", 1, 1000)
    desk.mark(1000)
    assert desk.mark(1200).losses == [("aux", 200000)]


# -- events ----------------------------------------------------------------------------------------------------------


def test_every_position_is_reported_when_somebody_listens(desk):
    heard = []
    desk.bus.subscribe([PositionSettled, PositionsMarked], heard.append)
    desk.trade("a", "b", 2, 100)
    desk.mark(100)
    desk.trade("c", "a", 1, 100)
    desk.mark(100)
    assert [(e.party, e.price, e.trades) for e in heard[3:6]] == [
        ("a", 100, ((-1, 100),)),
        ("b", 100, ()),
        ("c", 100, ((1, 100),)),
    ]
    assert heard[6].positions == (("a", ((-1, 100),)), ("c", ((1, 100),)))


def test_nothing_is_built_for_nobody(desk):
    desk.trade("a", "b", 2, 100)
    before = desk.bus.seq
    desk.mark(101)
    assert desk.bus.seq == before


def test_take_over_moves_settled_size_and_waiting_trades_to_the_network(desk):
    desk.trade("a", "b", 2, 100)
    desk.mark(100)
    desk.trade("a", "b", 1, 105)
    desk.settlement.take_over("b")
    assert desk.settlement.settled == {"a": 2, NETWORK: -2}
    assert desk.settlement.trades == {"a": [(1, 105)], NETWORK: [(-1, 105)]}


def test_holds_needs_a_settled_position_and_waiting_trades(desk):
    desk.trade("a", "b", 2, 100)
    assert desk.settlement.has_traded("a")
    assert not desk.settlement.holds("a")
    desk.mark(100)
    assert not desk.settlement.holds("a")
    desk.trade("a", "c", 1, 100)
    assert desk.settlement.holds("a")
    assert not desk.settlement.holds("c")


def test_settlement_survives_pickling():
    settlement = Settlement("m", EventBus(), Scale(2))
    settlement.settled["a"] = 3
    copy = pickle.loads(pickle.dumps(settlement, protocol=5))
    assert copy.settled == {"a": 3}
    assert copy.position_scale.decimal == 100
