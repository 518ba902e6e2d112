"""Who pays, in which order, and who bears what is missing (03 §2.3, §5.6.7-10, §5.7)."""

from __future__ import annotations

import pytest

from vega_mesa.errors import InvariantBroken
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.trading import LossSocialised
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.settlement.collection import socialise
from vega_mesa.protocol.settlement.mark_to_market import MarkToMarket

M, G, B, I, S = (
    AccountType.MARGIN,
    AccountType.GENERAL,
    AccountType.BOND,
    AccountType.INSURANCE,
    AccountType.SETTLEMENT,
)


def move(desk, losses, wins):
    desk.collection.mark_to_market(MarkToMarket(100, losses, wins, {}))


def balances(desk, party):
    return tuple(desk.balance(type, party) for type in (M, G, B))


def test_cross_margin_pays_from_margin_general_bond_insurance(desk):
    desk.fund("l", 10, 20, 30)
    desk.put(100, I)
    move(desk, [("l", 65)], [("w", 65)])
    assert balances(desk, "l") == (0, 0, 0)
    assert desk.balance(I) == 95
    assert desk.margin("w") == 65
    assert [amount for kind, _, _, amount in desk.entries if kind == "TRANSFER_TYPE_MTM_LOSS"] == [10, 20, 30, 5]
    assert desk.socialised == []


def test_isolated_margin_never_searches_the_general_account(desk):
    desk.fund("l", 10, 20, 30)
    desk.isolated["l"] = 1
    move(desk, [("l", 45)], [("w", 45)])
    assert balances(desk, "l") == (0, 20, 0)
    assert desk.socialised == [("l", 5, "TYPE_SETTLEMENT"), ("w", -5, "TYPE_SETTLEMENT")]


def test_the_network_pays_from_and_receives_in_the_insurance_pool(desk):
    desk.put(50, I)
    desk.fund("l", 100)
    move(desk, [(NETWORK, 30)], [("w", 30)])
    move(desk, [("l", 12)], [(NETWORK, 12)])
    assert desk.balance(I) == 32


def test_the_networks_uncovered_loss_is_socialised_without_an_event_of_its_own(desk):
    desk.put(50, I)
    move(desk, [(NETWORK, 80)], [("w", 80)])
    assert desk.socialised == [("w", -30, "TYPE_SETTLEMENT")]
    assert desk.margin("w") == 50


def test_loss_socialisation_8080_5080(desk):
    """0002-STTL, loss socialisation case 1: ratio 0.6287128712871287, 8000 gets 5029 and the remainder of 1."""
    desk.fund("party1", 5000)
    desk.fund("aux1", 80)
    move(desk, [("party1", 8000), ("aux1", 80)], [("aux2", 80), ("party2", 8000)])
    assert desk.socialised == [
        ("party1", 3000, "TYPE_SETTLEMENT"),
        ("aux2", -30, "TYPE_SETTLEMENT"),
        ("party2", -2970, "TYPE_SETTLEMENT"),
    ]
    assert desk.margin("aux2") == 50
    assert desk.margin("party2") == 5030
    assert desk.balance(S) == 0


def test_the_remainder_goes_to_the_network_if_it_won_and_its_event_stays():
    paid, cuts = socialise([("a", 10), (NETWORK, 10), ("b", 10)], 20, 30)
    assert paid == [("a", 6), (NETWORK, 8), ("b", 6)]
    assert cuts == [("a", -4), (NETWORK, -4), ("b", -4)]


def test_otherwise_the_remainder_goes_to_the_last_winner_who_may_gain():
    paid, cuts = socialise([("a", 100), ("b", 100), ("c", 0)], 199, 200)
    assert paid == [("a", 99), ("b", 99), ("c", 1)]
    assert cuts == [("a", -1), ("b", -1), ("c", 1)]


def test_wins_above_losses_are_topped_up_by_the_insurance_pool(desk):
    desk.fund("l", 9)
    desk.put(5, I)
    move(desk, [("l", 9)], [("w1", 5), ("w2", 5)])
    assert (desk.margin("w1"), desk.margin("w2"), desk.balance(I)) == (5, 5, 4)


def test_a_list_that_starts_with_a_win_pays_nothing(desk):
    desk.put(5, I)
    move(desk, [], [("w", 1), ("l", 0)])
    assert desk.entries == []
    move(desk, [], [("l", 0), ("w", 1)])
    assert desk.margin("w") == 1


def test_zero_shares_carry_no_transfer(desk):
    desk.fund("l", 5)
    move(desk, [("l", 5)], [("z", 0), ("w", 5)])
    assert [kind for kind, *_ in desk.entries] == ["TRANSFER_TYPE_MTM_LOSS", "TRANSFER_TYPE_MTM_WIN"]


def test_losers_are_reported_after_all_losses_and_winners_before_the_wins(desk):
    desk.fund("l1", 1)
    desk.fund("l2", 1)
    order = []
    desk.bus.subscribe(LedgerMoved, lambda e: order.append(e.entries[0].type[14:]))
    desk.bus.subscribe(LossSocialised, lambda e: order.append(e.party))
    move(desk, [("l1", 5), ("l2", 5)], [("w", 10)])
    assert order == ["MTM_LOSS", "MTM_LOSS", "l1", "l2", "w", "MTM_WIN"]


def test_money_left_in_the_settlement_account_is_a_defect(desk):
    desk.fund("l", 10)
    with pytest.raises(InvariantBroken):
        move(desk, [("l", 10)], [("w", 9)])
