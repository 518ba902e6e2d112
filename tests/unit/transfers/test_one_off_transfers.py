"""One-off transfers, their fees and discounts (0057-TRAN)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.transfers import OneOffTransfer, RecurringTransfer

ANN, BOB = "a" * 64, "b" * 64
NETWORK_KEY = "0" * 64
SECOND = 10**9
A = AccountType


def test_a_transfer_arrives_at_once(world):
    assert world.send() == ""
    assert (world.general(ANN), world.general(BOB)) == (99_000, 101_000)
    assert world.status() == ("STATUS_DONE", "")


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"party": "ann"}, "invalid from account"),
        ({"to": "bob"}, "invalid to account"),
        ({"amount": 0}, "cannot transfer zero funds"),
        (
            {"from_account_type": A.LOCKED_FOR_STAKING, "to_account_type": A.GLOBAL_REWARD},
            "can only transfer from locked for staking to general account",
        ),
        (
            {"to_account_type": A.LOCKED_FOR_STAKING},
            "transfers to locked for staking allowed only from own general account",
        ),
        (
            {"from_account_type": A.LOCKED_FOR_STAKING},
            "transfers from locked for staking allowed only to own general account",
        ),
        ({"from_derived_key": "key"}, "invalid from derived key"),
        ({"from_derived_key": "d" * 64}, "unsupported from account type"),
        (
            {"from_derived_key": "d" * 64, "from_account_type": A.VESTED_REWARDS},
            f"party {ANN} does not own derived key {'d' * 64}",
        ),
        ({"from_account_type": A.MARGIN}, "unsupported from account type"),
        ({"to_account_type": A.GLOBAL_REWARD}, "to party is invalid for reward account type"),
        ({"to_account_type": A.BOND}, "unsupported to account type"),
        ({"asset": "euro"}, "could not transfer funds: unknown asset"),
        ({"amount": 100_001}, "could not pay the fee for transfer: not enough funds to transfer"),
        (
            {"from_account_type": A.VESTED_REWARDS},
            f"could not pay the fee for transfer: account does not exist: !{ANN}dollarG",
        ),
    ],
)
def test_refusals(world, terms, text):
    assert world.send(**terms) == text
    assert world.general(ANN) == 100_000


def test_a_delivery_in_the_past_is_at_once_and_one_now_waits_for_the_next_tick(world):
    world.tick(5)
    assert world.send(kind=OneOffTransfer(deliver_on=4 * SECOND)) == ""
    assert world.general(BOB) == 101_000
    assert world.send(kind=OneOffTransfer(deliver_on=5 * SECOND)) == ""
    assert (world.general(BOB), world.balance(A.PENDING_TRANSFERS)) == (101_000, 1_000)
    assert world.status()[0] == "STATUS_DONE", "also when it is only scheduled"
    world.tick(0)
    assert (world.general(BOB), world.balance(A.PENDING_TRANSFERS)) == (102_000, 0)


def test_minimum_amount(world):
    world.transfers.min_quantum_multiple = Decimal("0.3")
    text = "could not transfer funds, less than minimal amount requested to transfer"
    assert world.send(amount=1_499) == text
    assert world.send(amount=1_500) == ""


def test_below_the_minimum_vested_rewards_move_only_in_full(world):
    world.transfers.min_quantum_multiple = Decimal(1)
    vested = world.collateral.open(A.VESTED_REWARDS, "dollar", ANN)
    source = world.collateral.find(A.GENERAL, "dollar", ANN)
    world.collateral.transfer("TRANSFER_TYPE_REWARDS_VESTED", 70, source, vested)
    terms = {"to": ANN, "from_account_type": A.VESTED_REWARDS}
    text = "transfer from vested account under minimal transfer amount must be the full balance"
    assert world.send(amount=69, **terms) == text
    assert world.send(amount=70, **terms) == ""


def test_a_derived_key_pays_from_its_own_vested_rewards(world):
    pool = "d" * 64
    world.incentives.profiles.add_derived_key(ANN, pool)
    vested = world.collateral.open(A.VESTED_REWARDS, "dollar", pool)
    source = world.collateral.find(A.GENERAL, "dollar", ANN)
    world.collateral.transfer("TRANSFER_TYPE_REWARDS_VESTED", 70, source, vested)
    world.transfers.fees.factor, world.transfers.fees.max_quantum_amount = Decimal(1), Decimal(1)
    terms = {"from_derived_key": pool, "from_account_type": A.VESTED_REWARDS, "to": ANN}
    assert world.send(amount=50, **terms) == ""
    assert (vested.balance, world.general(ANN)) == (20, 99_980), "without a fee"


# -- fees -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def dear(world):
    """A fee of the whole amount, at most a quantum."""
    world.transfers.fees.factor = Decimal(1)
    world.transfers.fees.max_quantum_amount = Decimal(1)
    return world


def test_fee_is_capped_by_the_quantum_without_a_floor(dear):
    """06 §7.4.7: 10000 cost min(10000, 5000)."""
    assert dear.send(amount=10_000) == ""
    assert dear.general(ANN) == 100_000 - 10_000 - 5_000
    assert dear.balance(A.FEES_INFRASTRUCTURE) == 5_000
    dear.transfers.fees.factor = Decimal("0.0009")
    assert dear.send(amount=1_000) == ""
    assert dear.balance(A.FEES_INFRASTRUCTURE) == 5_000


def test_fee_is_zero_until_both_parameters_are_set(world):
    world.transfers.fees.factor = Decimal(1)
    assert world.send() == ""
    assert world.balance(A.FEES_INFRASTRUCTURE) == 0


def test_moving_ones_own_vested_or_staked_funds_is_free(dear):
    assert dear.send(to=ANN, to_account_type=A.LOCKED_FOR_STAKING) == ""
    assert dear.send(to=ANN, from_account_type=A.LOCKED_FOR_STAKING, amount=400) == ""
    assert dear.general(ANN) == 99_400
    assert dear.balance(A.FEES_INFRASTRUCTURE) == 0


def test_trading_fees_become_discounts_when_the_epoch_ends(dear):
    dear.transfers.fees.decay = Decimal("0.5")
    dear.transfers.register_fees("dollar", {ANN: 301})
    assert dear.transfers.available_discount(ANN, "dollar") == 0
    dear.end()
    assert dear.transfers.available_discount(ANN, "dollar") == 301
    assert dear.send(amount=100) == ""
    assert (dear.general(ANN), dear.transfers.available_discount(ANN, "dollar")) == (99_900, 201)
    dear.transfers.register_fees("dollar", {ANN: 10, BOB: 7})
    dear.end()
    assert dear.transfers.available_discount(ANN, "dollar") == 110, "100.5 and 10"
    dear.end()
    assert [dear.transfers.available_discount(party, "dollar") for party in (ANN, BOB)] == [55, 3]


def test_discounts_below_the_tracked_minimum_are_forgotten(dear):
    dear.transfers.fees.decay = Decimal("0.5")
    dear.transfers.fees.min_tracked_amount = Decimal("0.001")
    dear.transfers.register_fees("dollar", {ANN: 10, BOB: 4})
    dear.end()
    assert [dear.transfers.available_discount(party, "dollar") for party in (ANN, BOB)] == [10, 0]
    dear.end()
    dear.end()
    assert dear.transfers.available_discount(ANN, "dollar") == 0


def test_a_discount_is_used_up_even_when_the_funds_do_not_suffice(dear):
    dear.transfers.register_fees("dollar", {ANN: 1_000})
    dear.end()
    assert dear.send(amount=200_000).endswith("not enough funds to transfer")
    assert dear.transfers.available_discount(ANN, "dollar") == 0


def test_discounts_of_an_epoch_do_not_serve_its_recurring_transfers(dear):
    dear.send(amount=100, kind=RecurringTransfer(start_epoch=1))
    dear.end()
    dear.transfers.register_fees("dollar", {ANN: 100})
    dear.end()
    assert dear.general(ANN) == 99_800
    dear.end()
    assert dear.general(ANN) == 99_700
