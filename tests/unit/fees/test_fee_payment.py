"""Where the money of fees comes from and goes (0029-FEES)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.fees import FeesStats
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.fees import FeeBill, FeeCollector, FeeEngine
from vega_mesa.protocol.markets.definition import FeeFactors
from vega_mesa.protocol.matching.order import BUY, Trade
from vega_mesa.protocol.refusal import Refused


@pytest.fixture
def collateral():
    made = Collateral(EventBus())
    made.enable_asset("ETH")
    made.open_market_accounts("m", "ETH")
    for party, amount in (("buyer", 1000), ("seller", 1000)):
        made.deposit(party, "ETH", amount)
    return made


@pytest.fixture
def ledger(collateral):
    entries = []
    collateral.bus.subscribe(LedgerMoved, lambda event: entries.extend(event.entries))
    return entries


def bill(price: int = 1000) -> FeeBill:
    factors = FeeFactors(
        maker=Decimal("0.01"), infrastructure=Decimal("0.02"), buy_back=Decimal("0.05"), treasury=Decimal("0.04")
    )
    engine = FeeEngine("m", factors, 0)
    engine.set_liquidity_fee_factor(Decimal("0.03"))
    return engine.continuous([Trade("m", price, price, 1, BUY, "buyer", "seller", "b", "s", 1)])


def test_paying_moves_every_component(collateral):
    FeeCollector(collateral, "m", "ETH").pay(bill())
    balance = collateral.balance
    assert balance(AccountType.GENERAL, "ETH", "buyer") == 1000 - 150
    assert balance(AccountType.GENERAL, "ETH", "seller") == 1010
    assert balance(AccountType.FEES_INFRASTRUCTURE, "ETH") == 20
    assert balance(AccountType.FEES_LIQUIDITY, "ETH", market="m") == 30
    assert balance(AccountType.BUY_BACK_FEES, "ETH") == 50
    assert balance(AccountType.NETWORK_TREASURY, "ETH") == 40
    assert balance(AccountType.FEES_MAKER, "ETH", market="m") == 0
    assert collateral.imbalance() == {}


def test_margin_and_order_margin_follow_the_general_account(collateral, ledger):
    general = collateral.find(AccountType.GENERAL, "ETH", "buyer")
    margin = collateral.open(AccountType.MARGIN, "ETH", "buyer", "m")
    order_margin = collateral.open(AccountType.ORDER_MARGIN, "ETH", "buyer", "m")
    collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", 940, general, margin)
    collateral.transfer("TRANSFER_TYPE_ORDER_MARGIN_LOW", 50, margin, order_margin)
    ledger.clear()
    FeeCollector(collateral, "m", "ETH").pay(bill())
    assert general.balance == 0
    assert margin.balance == 890 - 90
    assert [entry.amount for entry in ledger if "BUY_BACK" in entry.type] == [50]
    assert [entry.amount for entry in ledger if "TREASURY" in entry.type] == [40]


def test_amounts_of_zero_leave_entries(collateral, ledger):
    engine = FeeEngine("m", FeeFactors(maker=Decimal("0.01")), 0)
    FeeCollector(collateral, "m", "ETH").pay(
        engine.continuous([Trade("m", 100, 100, 1, BUY, "buyer", "seller", "b", "s", 1)])
    )
    assert [(entry.type.removeprefix("TRANSFER_TYPE_"), entry.amount) for entry in ledger] == [
        ("MAKER_FEE_PAY", 1),
        ("BUY_BACK_FEE_PAY", 0),
        ("TREASURY_FEE_PAY", 0),
        ("INFRASTRUCTURE_FEE_PAY", 0),
        ("LIQUIDITY_FEE_PAY", 0),
        ("MAKER_FEE_RECEIVE", 1),
    ]


def test_state_does_not_depend_on_listeners(collateral, ledger):
    silent = Collateral(EventBus())
    silent.enable_asset("ETH")
    silent.open_market_accounts("m", "ETH")
    for party, amount in (("buyer", 1000), ("seller", 1000)):
        silent.deposit(party, "ETH", amount)
    for each in (collateral, silent):
        FeeCollector(each, "m", "ETH").pay(bill())
    assert ledger
    assert {k: a.balance for k, a in silent.accounts.items()} == {k: a.balance for k, a in collateral.accounts.items()}


def test_sufficiency_counts_general_and_margin_account(collateral):
    """0029-FEES-040."""
    collector = FeeCollector(collateral, "m", "ETH")
    collector.check(bill(6600))
    general = collateral.find(AccountType.GENERAL, "ETH", "buyer")
    collateral.transfer("X", 990, general, collateral.open(AccountType.MARGIN, "ETH", "buyer", "m"))
    collector.check(bill(6600))
    with pytest.raises(Refused, match="party has insufficient funds to cover fees"):
        collector.check(bill(6700))
    assert not collector.covers(bill(6700))


def test_close_outs_are_paid_by_the_insurance_pool_only_as_far_as_it_reaches(collateral):
    pool = collateral.find(AccountType.INSURANCE, "ETH", market="m")
    collateral.transfer("X", 15, collateral.find(AccountType.GENERAL, "ETH", "seller"), pool)
    engine = FeeEngine("m", FeeFactors(maker=Decimal("0.01"), infrastructure=Decimal("0.02")), 0)
    trade = Trade("m", 1000, 1000, 1, BUY, "network", "seller", "b", "s", 1)
    FeeCollector(collateral, "m", "ETH").pay_from_insurance(engine.close_out([trade]))
    assert pool.balance == 0
    assert collateral.balance(AccountType.FEES_INFRASTRUCTURE, "ETH") == 5
    assert collateral.balance(AccountType.GENERAL, "ETH", "seller") == 985 + 10


def test_spot_moves_nothing_if_a_party_cannot_pay_its_total(collateral):
    collector = FeeCollector(collateral, "m", "ETH")
    with pytest.raises(Refused, match="insufficient funds to pay fees"):
        collector.pay_spot(bill(7000))
    assert collateral.balance(AccountType.GENERAL, "ETH", "buyer") == 1000
    collector.pay_spot(bill())
    assert collateral.balance(AccountType.GENERAL, "ETH", "buyer") == 850


def test_spot_has_no_referrer_rewards(collateral):
    made = bill()
    made.payments.insert(5, ("TRANSFER_TYPE_FEE_REFERRER_REWARD_PAY", "buyer", 3))
    with pytest.raises(Refused, match="an invalid transfer type was send to build a fee transfer request"):
        FeeCollector(collateral, "m", "ETH").pay_spot(made)
    assert collateral.balance(AccountType.GENERAL, "ETH", "seller") == 1000  # the maker's receipt was skipped
    assert collateral.balance(AccountType.FEES_MAKER, "ETH", market="m") == 10


def test_statistics_of_an_epoch_in_quantum_are_cut_to_six_places(collateral):
    events = []
    collateral.bus.subscribe(FeesStats, events.append)
    engine = FeeEngine("m", FeeFactors(maker=Decimal("0.02")), 0)
    engine.continuous([Trade("m", 1000, 1000, 1, BUY, "buyer", "seller", "b", "s", 1)])
    engine.statistics.send(collateral.bus, "m", "ETH", Decimal(3), 7)
    assert events[0].total_maker_fees_received == (("seller", 20, Decimal("6.666666")),)
    assert events[0].maker_fees_generated == (("buyer", (("seller", 20, Decimal("6.666666")),)),)
    assert [p.amount for p in events[0].total_fees_paid_and_received] == [20, 20]
