"""Transfers out of the network's accounts (0028-GOVE, 0057-TRAN)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.governance import CancelGovernanceTransfer, NewGovernanceTransfer
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DispatchStrategy,
    GovernanceTransfer,
    GovernanceTransferType,
    OneOffTransfer,
    RecurringTransfer,
)
from vega_mesa.protocol.refusal import Refused

ANN, BOB, CID = "a" * 64, "b" * 64, "c" * 64
SECOND = 10**9
A = AccountType


@pytest.fixture
def treasury(world):
    """A world whose treasury holds 10000."""
    account = world.collateral.open(A.NETWORK_TREASURY, "dollar")
    source = world.collateral.find(A.GENERAL, "dollar", ANN)
    world.collateral.transfer("TRANSFER_TYPE_TRANSFER_FUNDS_DISTRIBUTE", 10_000, source, account)
    world.incentives.governance_transfers.max_fraction = Decimal(1)
    world.incentives.governance_transfers.max_amount = Decimal(100)
    return world


def terms(**changes):
    values = {
        "source_type": A.NETWORK_TREASURY,
        "destination_type": A.GENERAL,
        "destination": BOB,
        "asset": "dollar",
        "amount": 4_000,
        "fraction_of_balance": Decimal(1),
    }
    return GovernanceTransfer(**(values | changes))


def enact(world, transfer, id="g"):
    change = NewGovernanceTransfer(transfer=transfer)
    world.incentives.check_transfer(change)
    world.incentives.enact_transfer(change, id, world.now)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"source_type": A.GENERAL}, "invalid source type for governance transfer"),
        ({"destination_type": A.MARGIN}, "invalid destination for governance transfer"),
        ({"asset": ""}, "missing asset for governance transfer"),
        ({"destination_type": A.INSURANCE, "destination": "x"}, "account does not exist: x*dollar1"),
        ({"source_type": A.INSURANCE, "source": "x"}, "account does not exist: x*dollar1"),
        ({"amount": -1}, "invalid max amount for governance transfer"),
        ({"fraction_of_balance": Decimal("1.1")}, "invalid fraction of balance for governance transfer"),
    ],
)
def test_refusals(treasury, changes, text):
    with pytest.raises(Refused) as refusal:
        enact(treasury, terms(**changes))
    assert refusal.value.text == text


def test_amount_is_the_least_of_all_limits(treasury):
    enact(treasury, terms())
    assert treasury.general(BOB) == 104_000
    enact(treasury, terms(fraction_of_balance=Decimal("0.5")))
    assert treasury.general(BOB) == 107_000
    best_effort = GovernanceTransferType.BEST_EFFORT
    treasury.incentives.governance_transfers.max_amount = Decimal("0.1")
    enact(treasury, terms(transfer_type=best_effort))
    assert treasury.general(BOB) == 107_500
    with pytest.raises(Refused, match=r"^invalid transfer amount for transfer type all or nothing$"):
        enact(treasury, terms())


def test_a_later_delivery_happens_at_its_tick_with_the_balance_of_then(treasury):
    enact(treasury, terms(kind=OneOffTransfer(deliver_on=5 * SECOND), amount=100_000))
    treasury.tick(4)
    assert treasury.general(BOB) == 100_000
    treasury.tick(1)
    assert treasury.general(BOB) == 110_000


def test_recurring_until_the_end_of_its_last_epoch(treasury):
    enact(treasury, terms(kind=RecurringTransfer(start_epoch=1, end_epoch=2, factor=Decimal("0.5")), amount=1_000))
    received = []
    for _ in range(4):
        treasury.end()
        received.append(treasury.general(BOB) - 100_000)
    assert received == [0, 1_000, 1_500, 1_500]
    assert treasury.status()[0] == "STATUS_DONE"


def test_a_game_is_fed_and_cancelled(treasury):
    strategy = DispatchStrategy(metric=DispatchMetric.MAKER_FEES_PAID, asset_for_metric="dollar")
    kind = RecurringTransfer(start_epoch=1, dispatch_strategy=strategy)
    treasury.end()
    enact(treasury, terms(kind=kind, destination="", destination_type=A.REWARD_MAKER_PAID_FEES, amount=1_000))
    treasury.trade(BOB, CID, fee=1)
    treasury.end()
    assert treasury.vesting(BOB) == 1_000
    cancel = CancelGovernanceTransfer(transfer_id="g")
    treasury.incentives.check_transfer(cancel)
    treasury.incentives.enact_transfer(cancel, "x", treasury.now)
    with pytest.raises(Refused, match=r"^Governance transfer g not found$"):
        treasury.incentives.check_transfer(cancel)


def test_a_game_s_asset_must_exist_and_its_markets_need_not(treasury):
    """Parties may name tracked markets only."""
    strategy = DispatchStrategy(metric=DispatchMetric.MAKER_FEES_PAID, asset_for_metric="dollar", markets=("none",))
    text = "could not transfer funds, invalid market for dispatch asset"
    assert treasury.reward(markets=("none",)) == text
    into_game = {"destination": "", "destination_type": A.REWARD_MAKER_PAID_FEES}
    kind = RecurringTransfer(start_epoch=1, dispatch_strategy=strategy)
    enact(treasury, terms(kind=kind, **into_game))
    unknown = RecurringTransfer(start_epoch=1, dispatch_strategy=replace(strategy, asset_for_metric="euro"))
    with pytest.raises(Refused, match=r"^could not transfer funds, invalid asset for metric: "):
        enact(treasury, terms(kind=unknown, **into_game))
