"""One test for each point under "Liquidity and fees" where a careful reader of the specs still goes wrong.

Most of them have a test of their engine, by whose name they are found here; what needs a whole market is tested below.
"""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.markets.definition import LiquiditySLAParameters, TargetStakeParameters
from vega_mesa.protocol.matching.order import BUY, SELL

TESTS = Path(__file__).parent.parent
BY_POINT = {
    "fee hysteresis is a ring of the last raw penalties before the current one": (
        "liquidity/test_service_level.py", "test_fee_penalties_remember_raw_penalties_of_previous_epochs",
    ),
    "early exit uses supplied stake without the queued amendment": (
        "liquidity/test_commitments.py",
        "test_early_exit_uses_the_stake_without_queued_amendments_and_dust_stays_bonded",
    ),
    "the commitment is re-synchronised to the bond at epoch start": (
        "liquidity/test_commitments.py", "test_the_commitment_follows_the_bond_at_the_start_of_an_epoch",
    ),
    "marginal-cost fees use running stake at or above target": (
        "liquidity/test_fee_distribution.py", "test_marginal_cost_takes_the_bid_at_which_the_stake_reaches_the_target",
    ),
    "marginal-cost fees are recomputed each tick": (
        "liquidity/test_fee_distribution.py", "test_the_factor_follows_the_target_stake_in_every_tick",
    ),
    "each fee component is ceiled": ("fees/test_fee_components.py", "test_each_component_is_rounded_up"),
    "fees are halved with ceil in auctions": (
        "fees/test_fee_components.py",
        "test_auction_fees_are_halved_and_rounded_up_for_both_sides_without_maker_fee",
    ),
    "referral discount floored, then volume discount floored": (
        "fees/test_fee_components.py",
        "test_referral_discount_is_taken_before_the_volume_discount_and_each_is_cut_down",
    ),
    "the referrer's reward is floored out of the rest": (
        "fees/test_fee_components.py",
        "test_the_referrers_reward_is_cut_out_of_what_is_left_and_is_not_part_of_the_fee",
    ),
    "close-out fees come only from the market's insurance pool": (
        "fees/test_fee_payment.py", "test_close_outs_are_paid_by_the_insurance_pool_only_as_far_as_it_reaches",
    ),
    "growth of equity-like shares acts at the second window close": (
        "liquidity/test_equity_shares.py", "test_growth_acts_from_the_second_close_on",
    ),
    "the SLA looks at block-end state only": (
        "liquidity/test_service_level.py", "test_time_between_two_ends_of_blocks_belongs_to_the_earlier",
    ),
    "the SLA counts iceberg reserve": (
        "liquidity/test_service_level.py", "test_notional_counts_at_the_mark_price_with_hidden_reserve",
    ),
    "score sampling ignores the reserve": (
        "liquidity/test_scores.py", "test_only_visible_volume_within_range_and_bounds_counts",
    ),
    "the SLA range in auctions uses the book's own last traded price": (
        "liquidity/test_service_level.py", "test_the_auction_range_uses_the_books_own_last_traded_price",
    ),
    "auction uncrossings do not set the book's last traded price": (
        "matching/test_uncrossing.py", "test_an_uncrossing_does_not_set_the_last_traded_price_of_the_book",
    ),
    "referral volume of the last epoch counts twice when a programme starts": (
        "programmes/test_referrals.py", "test_the_last_epochs_volume_counts_twice_when_a_programme_starts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("point", BY_POINT)
def test_the_point_has_a_named_test_of_its_engine(point):
    file, name = BY_POINT[point]
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in functions
    assert any(isinstance(node, ast.Assert) for node in ast.walk(functions[name]))


def commit(desk, party, amount, fee="0.01"):
    desk.fund(10**6, party)
    command = LiquidityProvisionSubmission(market_id="M", commitment_amount=amount, fee=Decimal(fee))
    assert not desk.send(party, command).error


def begin_a_long_epoch(desk):
    """Commitments come in force; the epoch in which they do lasts an hour."""
    desk.exchange.set_parameter("validators.epoch.length", "1h")
    desk.block()
    desk.block()
    assert not desk.market.liquidity.provisions.pending


def account(desk, type, party=""):
    return desk.exchange.collateral.balance(type, "USD", party, "M")


def test_one_mark_to_market_can_slash_a_bond_twice(desk):
    desk.market.liquidity.parameters.set("bond_penalty_parameter", Factor(1), now=True)
    desk.fund(1000 + 720 + 26, "lp")
    commitment = LiquidityProvisionSubmission(market_id="M", commitment_amount=1000, fee=Decimal("0.01"))
    assert not desk.send("lp", commitment).error
    desk.order("maker-b", BUY, 6, 1000)
    desk.order("lp", SELL, 6, 1000)
    desk.block()
    assert (*desk.balance("lp"), account(desk, AccountType.BOND, "lp")) == (720, 26, 1000)
    moved = desk.listen(LedgerMoved)
    desk.trade(1100)
    desk.block()
    slashed = [
        (entry.from_account[-1], entry.amount)
        for event in moved
        for entry in event.entries
        if entry.type == "TRANSFER_TYPE_BOND_SLASHING"
    ]
    # the loss leaves 120; the call for 792 finds 26 in the general account, so 646 are slashed: 354 of bond, 292 of
    # margin; the recheck asks for these 292 again, finds nothing, and slashes as much
    bond, margin = (chr(48 + type) for type in (AccountType.BOND, AccountType.MARGIN))
    assert slashed == [(bond, 354), (margin, 292), (margin, 292)]
    assert account(desk, AccountType.INSURANCE) == 646 + 292
    assert desk.balance("lp") == (208, 0)


def test_what_happens_within_a_block_is_not_measured(make_desk):
    desk = make_desk(liquidity_sla=LiquiditySLAParameters(price_range=Decimal("0.5")))
    desk.exchange.set_parameter("market.liquidity.stakeToCcyVolume", "1")
    commit(desk, "lp", 1000)
    desk.trade(1000)
    desk.quote(990, 1010)
    begin_a_long_epoch(desk)
    level = desk.market.liquidity.service_level
    for _ in range(4):
        desk.order("lp", BUY, 5, 980)
        desk.order("lp", SELL, 5, 1020)
        desk.cancel("lp")  # there all the time but for the last moment
        desk.block()
    assert level.by_party["lp"].fraction(desk.exchange.now, level.epoch_start) == 0
    desk.order("lp", BUY, 5, 980)
    desk.order("lp", SELL, 5, 1020)
    desk.block()
    assert level.by_party["lp"].meets_since is not None


def test_the_fee_follows_the_target_within_an_epoch(make_desk):
    desk = make_desk(target_stake=TargetStakeParameters(time_window=3600, scaling_factor=Decimal(1)))
    commit(desk, "cheap", 1000, "0.001")
    commit(desk, "dear", 1000, "0.002")
    desk.trade(1000)
    begin_a_long_epoch(desk)
    assert desk.market.liquidity.fee_factor == Decimal("0.001")
    desk.trade(1000, size=11)  # target 12 x 1000 x 0.1: more than the cheap one supplies
    desk.block()
    assert desk.market.liquidity.fee_factor == Decimal("0.002")


def test_a_queued_amendment_is_not_supplied_yet_when_exits_are_charged(make_desk):
    desk = make_desk(target_stake=TargetStakeParameters(time_window=3600, scaling_factor=Decimal(1)))
    desk.exchange.set_parameter("market.liquidity.earlyExitPenalty", "1")
    commit(desk, "a", 1000)
    commit(desk, "b", 1000)
    desk.trade(1000, size=15)  # target 1500, supplied 2000: 500 may leave for nothing
    begin_a_long_epoch(desk)
    desk.send("b", LiquidityProvisionAmendment(market_id="M", commitment_amount=5000))
    desk.send("a", LiquidityProvisionAmendment(market_id="M", commitment_amount=200))
    desk.market.on_epoch_start(desk.exchange.epochs.current)
    assert account(desk, AccountType.INSURANCE) == 300
