from types import SimpleNamespace

import pytest

from tests.conformance.checks import Reconciliation, check_net_deposits, total_of_balances
from tests.conformance.failures import Mismatch, NotBuiltYet, StepFailed
from tests.conformance.recorder import TOPICS, Recorder
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.trading import OrdersCancelled, OrdersExpired, OrderUpdated
from vega_mesa.protocol.matching.order import Order, OrderStatus, OrderType, Side, TimeInForce


@pytest.fixture
def world():
    bus = EventBus()
    collateral = Collateral(bus)
    world = SimpleNamespace(exchange=SimpleNamespace(collateral=collateral), recorder=Recorder(bus), net_deposits=0)
    world.collateral, world.bus = collateral, bus
    world.reconciliation = Reconciliation(world)
    collateral.enable_asset("USD")
    collateral.enable_asset("VOTE")
    collateral.deposit("p", "USD", 100)
    world.net_deposits = 100
    return world


def test_a_transfer_reconciles(world):
    world.reconciliation.start_step()
    collateral = world.collateral
    margin = collateral.open(AccountType.MARGIN, "USD", "p", "m")
    collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", 40, collateral.find(AccountType.GENERAL, "USD", "p"), margin)
    world.reconciliation.finish_step()
    check_net_deposits(world)


def test_money_without_a_ledger_entry_is_noticed(world):
    world.reconciliation.start_step()
    account = world.collateral.find(AccountType.GENERAL, "USD", "p")
    account.balance += 1
    world.collateral._announce(account)
    with pytest.raises(Mismatch, match="against its ledger entries"):
        world.reconciliation.finish_step()


def test_a_balance_that_changed_silently_is_noticed(world):
    world.reconciliation.start_step()
    world.collateral.find(AccountType.GENERAL, "USD", "p").balance -= 1
    with pytest.raises(Mismatch, match="announced balance"):
        world.reconciliation.finish_step()


def test_a_ledger_entry_without_movement_is_noticed(world):
    world.reconciliation.start_step()
    general, insurance = (world.collateral.open(type, "USD", owner) for type, owner in (
        (AccountType.GENERAL, "p"), (AccountType.GLOBAL_INSURANCE, "")))  # fmt: skip
    world.bus.send(LedgerMoved, entries=(world.collateral._entry("X", 5, general, insurance),))
    with pytest.raises(StepFailed, match="not announced"):
        world.reconciliation.finish_step()


def test_steps_are_reconciled_one_by_one(world):
    for _ in range(2):
        world.reconciliation.start_step()
        world.collateral.deposit("p", "USD", 5)
        world.reconciliation.finish_step()
    assert world.recorder.account(AccountType.GENERAL, "USD", "p").balance == 110


def test_a_closed_account_may_be_gone_when_it_was_empty(world):
    account = world.collateral.open(AccountType.MARGIN, "USD", "p", "m")
    world.reconciliation.start_step()
    world.collateral.close(account)
    world.reconciliation.finish_step()


def test_net_deposits_count_all_assets_but_votes_and_not_the_outside(world):
    world.collateral.deposit("p", "VOTE", 7)
    assert total_of_balances(world) == 100
    check_net_deposits(world)
    world.net_deposits += 1
    with pytest.raises(Mismatch, match="net deposits"):
        check_net_deposits(world)


# -- recorder --------------------------------------------------------------------------------------------------------


def order(id="o", reference="r", status=OrderStatus.ACTIVE, remaining=5):
    made = Order(id, "m", "p", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 5, reference=reference)
    made.status, made.remaining = status, remaining
    return made


def test_the_latest_event_of_a_reference_counts(world):
    for remaining in (5, 3):
        world.bus.send(OrderUpdated, order=order(remaining=remaining))
    assert world.recorder.order("p", "r").remaining == 3
    assert world.recorder.order("q", "r") is None


def test_a_cancelled_notice_counts_also_after_a_clear(world):
    world.bus.send(OrdersCancelled, market="m", party="p", orders=("o",))
    world.recorder.clear()
    world.bus.send(OrderUpdated, order=order())
    assert world.recorder.order("p", "r").status is OrderStatus.CANCELLED
    assert world.recorder.orders()[0].status is OrderStatus.ACTIVE


def test_expired_orders_come_last_as_copies(world):
    world.bus.send(OrderUpdated, order=order())
    world.bus.send(OrdersExpired, market="m", orders=("o", "unknown"))
    world.bus.send(OrderUpdated, order=order("other", "r"))
    assert [o.status for o in world.recorder.orders()] == [
        OrderStatus.ACTIVE, OrderStatus.ACTIVE, OrderStatus.EXPIRED,
    ]  # fmt: skip
    assert world.recorder.order("p", "r").status is OrderStatus.EXPIRED


def test_clearing_hides_events_from_one_view_only(world):
    world.bus.send(OrderUpdated, order=order())
    world.recorder.clear("orders")
    assert world.recorder.since_clear("orders") == []
    assert len(world.recorder.all("orders")) == 1
    assert world.recorder.account(AccountType.GENERAL, "USD", "p").balance == 100


def test_an_event_that_nobody_can_send_is_not_built_yet(world, monkeypatch):
    monkeypatch.setitem(TOPICS, "dragons", ("DragonSeen",))
    with pytest.raises(NotBuiltYet, match="DragonSeen"):
        world.recorder.since_clear("dragons")
