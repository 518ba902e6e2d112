"""Funding payments (0053-PERP, 05 §1.9)."""

from __future__ import annotations

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.trading import FundingPaid
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.settlement.funding import funding_flows


def test_longs_pay_a_positive_payment_in_position_order(desk):
    desk.trade("long", "short", 3, 100)
    flows = funding_flows(desk.positions, 7, desk.scale)
    assert (flows.losses, flows.wins, flows.allowance) == ([("long", 21)], [("short", 21)], 0)
    flows = funding_flows(desk.positions, -7, desk.scale)
    assert (flows.losses, flows.wins) == ([("short", 21)], [("long", 21)])


def test_loss_socialisation_of_funding_0053_perp_039(make_desk):
    desk = make_desk(-3)
    desk.trade("aux2", "aux", 1, 1000)
    desk.trade("party2", "party1", 1, 1000)
    desk.trade("party3", "party1", 1, 1200)
    desk.fund("aux", 4793200)
    desk.fund("party1", 100000000)
    desk.put(200, AccountType.INSURANCE)
    desk.collection.funding(funding_flows(desk.positions, -5000, desk.scale))
    assert desk.socialised == [
        ("aux", 206600, "TYPE_FUNDING_PAYMENT"),
        ("aux2", -68867, "TYPE_FUNDING_PAYMENT"),
        ("party2", -68867, "TYPE_FUNDING_PAYMENT"),
        ("party3", -68866, "TYPE_FUNDING_PAYMENT"),
    ]
    assert [desk.margin(party) for party in ("aux2", "party2", "party3")] == [4931133, 4931133, 4931134]
    assert desk.balance(AccountType.SETTLEMENT) == 0


def test_the_network_pays_from_the_insurance_pool(desk):
    desk.positions.open(NETWORK).size = 1
    desk.positions.open("short").size = -1
    desk.put(10, AccountType.INSURANCE)
    desk.collection.funding(funding_flows(desk.positions, 3, desk.scale))
    assert desk.balance(AccountType.INSURANCE) == 7
    assert desk.margin("short") == 3


def test_rounding_goes_to_the_markets_insurance_pool(make_desk):
    """Loss 1.5 and 1.5 against wins of 0.9, 0.9, 0.6, 0.6: 2 collected, none paid."""
    desk = make_desk(1)
    for buyer, seller, size in (("l1", "w1", 9), ("l2", "w2", 9), ("l1", "w3", 6), ("l2", "w4", 6)):
        desk.trade(buyer, seller, size, 100)
    desk.fund("l1", 10)
    desk.fund("l2", 10)
    flows = funding_flows(desk.positions, 1, desk.scale)
    assert flows.losses == [("l1", 1), ("l2", 1)]
    assert [amount for _, amount in flows.wins] == [0, 0, 0, 0]
    assert flows.allowance == 2
    desk.collection.funding(flows)
    assert desk.balance(AccountType.INSURANCE) == 2


def test_zero_wins_are_dropped_when_there_are_others(make_desk):
    desk = make_desk(1)
    desk.trade("l", "w", 19, 100)
    desk.trade("l", "small", 1, 100)
    desk.positions.open("flat")
    assert funding_flows(desk.positions, 1, desk.scale).wins == [("w", 1)]


def test_every_payment_is_an_event_losses_negative(desk):
    heard = []
    desk.bus.subscribe(FundingPaid, heard.append)
    desk.trade("long", "short", 3, 100)
    desk.fund("long", 100)
    desk.collection.funding(funding_flows(desk.positions, 7, desk.scale))
    assert [(e.party, e.amount) for e in heard] == [("long", -21), ("short", 21)]


def test_payment_0_moves_nothing_but_zero_wins(desk):
    desk.trade("long", "short", 3, 100)
    flows = funding_flows(desk.positions, 0, desk.scale)
    assert flows.losses == []
    desk.collection.funding(flows)
    assert desk.entries == []
