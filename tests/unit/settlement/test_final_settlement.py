"""Final settlement (0002-STTL, 03 §9.4)."""

from __future__ import annotations

import pytest

from vega_mesa.errors import InvariantBroken
from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.settlement.final import FinalSettlement, final_settlement


def test_settlement_at_expiry(desk):
    """0002-STTL settlement at expiry: 2 sold at 1000 settle at 42; party2 has 1000, party3 5000."""
    desk.fund("party1", 840, 9160)
    desk.fund("party2", 432, 568)
    desk.fund("party3", 432, 4568)
    desk.trade("party2", "party1", 1, 1000)
    desk.trade("party3", "party1", 1, 1000)
    desk.settle(1000)
    desk.finish(42)
    assert desk.margin("party1") + desk.balance(AccountType.GENERAL, "party1") == 11916
    assert desk.margin("party2") + desk.balance(AccountType.GENERAL, "party2") == 42
    assert desk.margin("party3") + desk.balance(AccountType.GENERAL, "party3") == 4042
    assert desk.balance(AccountType.SETTLEMENT) == 0


def test_losses_then_wins_each_sorted_by_party():
    result = final_settlement({"d": 1, "b": -2, "c": 2, "a": -1, "e": 0}, 100, 90, Scale(0))
    assert result.losses == [("c", 20), ("d", 10)]
    assert result.wins == [("a", 10), ("b", 20)]


def test_fractions_are_cut_and_their_balance_is_dust():
    """With one position decimal: losses 1.5 + 1.5, wins 0.8, 0.8, 0.7, 0.7: 2 - 0 = 2 left, fractions 3 - 1."""
    settled = {"l1": 15, "l2": 15, "w1": -8, "w2": -8, "w3": -7, "w4": -7}
    result = final_settlement(settled, 101, 100, Scale(1))
    assert result.losses == [("l1", 1), ("l2", 1)]
    assert result.wins == [("w1", 0), ("w2", 0), ("w3", 0), ("w4", 0)]
    assert result.dust == 2


def test_dust_goes_to_the_global_insurance(make_desk):
    desk = make_desk(1)
    for seller, size in (("w1", 8), ("w2", 7), ("w3", 5)):
        desk.fund(seller, 0)
        desk.trade("l", seller, size, 101)
    desk.fund("l", 100)
    desk.settle(101)
    desk.finish(100)
    assert desk.margin("l") == 98
    assert desk.balance(AccountType.GLOBAL_INSURANCE) == 2
    assert desk.entries[-1][0] == "TRANSFER_TYPE_CLEAR_ACCOUNT"
    assert ("TRANSFER_TYPE_WIN", 0) in [(kind, amount) for kind, _, _, amount in desk.entries]


def test_more_than_dust_is_a_defect(desk):
    desk.fund("l", 10)
    with pytest.raises(InvariantBroken):
        desk.collection.final(FinalSettlement([("l", 10)], [("w", 8)], 1))


def test_the_bond_is_not_used_and_the_general_account_counts_for_isolated_parties(desk):
    desk.fund("l", 10, 20, 1000)
    desk.isolated["l"] = 1
    desk.collection.final(FinalSettlement([("l", 50)], [("w", 50)], 0))
    assert desk.balance(AccountType.BOND, "l") == 1000
    assert desk.balance(AccountType.GENERAL, "l") == 20
    assert desk.socialised == [("l", 20, "TYPE_UNSPECIFIED"), ("w", -40, "TYPE_UNSPECIFIED")]


def test_a_price_equal_to_the_last_mark_moves_nothing(desk):
    desk.trade("a", "b", 1, 100)
    desk.settle(100)
    desk.finish(100)
    assert desk.entries == []
