"""What a closed-out party loses (0012-POSR, 03 §7.2)."""

from __future__ import annotations

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.trading import DistressSettled
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.settlement.takeover import confiscate, funds_of, settle_distressed


def test_the_whole_general_account_and_the_bond_are_taken(desk):
    desk.fund("party", 10, 200, 30)
    confiscate(desk.collateral, "BTC/DEC26", "USD", ["party"], desk.isolated)
    assert desk.balance(AccountType.INSURANCE) == 240
    assert desk.collateral.find(AccountType.MARGIN, "USD", "party", "BTC/DEC26") is None
    assert [(kind, amount) for kind, _, _, amount in desk.entries] == [
        ("TRANSFER_TYPE_MARGIN_LOW", 30),
        ("TRANSFER_TYPE_MARGIN_LOW", 200),
        ("TRANSFER_TYPE_MARGIN_CONFISCATED", 240),
    ]


def test_an_isolated_party_keeps_its_general_account_and_its_margin_account(desk):
    desk.fund("party", 10, 200)
    desk.isolated["party"] = 1
    confiscate(desk.collateral, "BTC/DEC26", "USD", ["party"], desk.isolated)
    assert desk.balance(AccountType.INSURANCE) == 10
    assert desk.balance(AccountType.GENERAL, "party") == 200
    assert desk.collateral.find(AccountType.MARGIN, "USD", "party", "BTC/DEC26") is not None


def test_empty_accounts_leave_no_entry(desk):
    desk.fund("party", 0, 0, 0)
    desk.entries.clear()
    confiscate(desk.collateral, "BTC/DEC26", "USD", ["party"], desk.isolated)
    assert desk.entries == []


def test_funds_are_reported_before_they_go_and_are_0_for_isolated_parties(desk):
    heard = []
    desk.bus.subscribe(DistressSettled, heard.append)
    for party in ("cross", "isolated"):
        desk.fund(party, 10, 200, 30)
        desk.trade("winner", party, 1, 100)
    desk.isolated["isolated"] = 1
    desk.mark(100)
    assert funds_of(desk.collateral, "BTC/DEC26", "USD", "cross") == 240
    settle_distressed(desk.settlement, desk.collateral, "USD", ["cross", "isolated"], 100, desk.isolated)
    assert [(e.party, e.margin, e.price) for e in heard] == [("cross", 240, 100), ("isolated", 0, 100)]
    assert desk.settlement.settled == {"winner": 2, NETWORK: -2}


def test_the_network_settles_what_it_took_over_from_the_mark_of_the_take_over(desk):
    desk.put(1000, AccountType.INSURANCE)
    desk.fund("party", 0)
    desk.trade("party", "winner", 2, 100)
    desk.mark(100)
    assert desk.positions.close_out("party", 100) == 2
    settle_distressed(desk.settlement, desk.collateral, "USD", ["party"], 100, desk.isolated)
    desk.positions.remove("party")
    desk.settle(70)
    assert desk.balance(AccountType.INSURANCE) == 940
    assert desk.margin("winner") == 60
