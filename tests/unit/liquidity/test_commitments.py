"""Submitting, amending, cancelling; what an epoch's start does (0044-LIME)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.refusal import Refused

PENDING, ACTIVE, CANCELLED, REJECTED = "STATUS_PENDING", "STATUS_ACTIVE", "STATUS_CANCELLED", "STATUS_REJECTED"


def test_a_submission_waits_for_the_next_epoch_but_is_bonded_at_once(world):
    world.fund("lp", 150)
    assert world.submit("lp", 100) is False
    assert (world.bond("lp"), world.general("lp")) == (100, 50)
    assert world.engine.supplied_stake() == 100
    assert world.engine.provisions.stake() == 0
    world.start_epoch()
    assert world.statuses("lp") == [(PENDING, 100, 1), (ACTIVE, 100, 1)]
    assert world.engine.equity_like_share("lp") == 1


def test_in_the_opening_auction_a_submission_is_in_force_at_once(world):
    world.view.opening = True
    world.fund("lp", 100)
    assert world.submit("lp", 100) is True
    assert world.statuses("lp") == [(ACTIVE, 100, 1)]
    assert world.engine.equity_like_share("lp") == 1


def test_refused_submissions(world):
    world.fund("lp", 100)
    world.view.market_state = MarketState.TRADING_TERMINATED
    with pytest.raises(Refused, match="commitment submission not allowed"):
        world.submit("lp", 10)
    world.view.market_state = MarketState.ACTIVE
    with pytest.raises(Refused, match="party general account missing when trying to create a margin account"):
        world.submit("nobody", 10)
    with pytest.raises(Refused, match="commitment amount is zero"):
        world.submit("lp", 0)
    world.engine.set_min_lp_stake_quantum_multiple(Decimal(20))
    with pytest.raises(Refused, match="commitment amount is too low"):
        world.submit("lp", 19)
    world.engine.set_maximum_liquidity_fee_factor_level(Decimal("0.1"))
    with pytest.raises(Refused, match="invalid liquidity provision fee"):
        world.submit("lp", 20, "0.11")
    with pytest.raises(Refused, match="not enough collateral in general account"):
        world.submit("lp", 101)
    assert world.bond("lp") == 0
    assert not world.engine.is_provider("lp")
    assert [status for status, *_ in world.statuses("lp")] == [REJECTED, REJECTED, PENDING, REJECTED]
    world.submit("lp", 100)
    with pytest.raises(Refused, match="liquidity provision already exists"):
        world.submit("lp", 100)


def test_spot_needs_no_margin_account(spot):
    with pytest.raises(Refused, match="party general account missing when trying to create a bond account"):
        spot.submit("nobody", 10)
    spot.fund("lp", 10)
    spot.submit("lp", 10)
    assert spot.collateral.find(AccountType.MARGIN, "ETH", "lp", "m") is None


def test_refused_amendments(world):
    world.fund("lp", 100)
    with pytest.raises(Refused, match="party is not a liquidity provider"):
        world.amend("lp", 10)
    world.submit("lp", 50)
    with pytest.raises(Refused, match="empty liquidity provision amendment content"):
        world.amend("lp", 0, "0")
    with pytest.raises(Refused, match="invalid liquidity provision fee"):
        world.amend("lp", fee="1.1")
    with pytest.raises(Refused, match="commitment submission rejected, not enough stake"):
        world.amend("lp", 101)
    with pytest.raises(Refused, match="party has no existing liquidity provision"):
        world.cancel("other")


def test_only_changes_of_the_amount_wait(world):
    world.active("lp", 100)
    assert world.amend("lp", fee="0.2") is True
    assert world.amend("lp", 90) is False
    assert world.statuses("lp")[1:] == [(ACTIVE, 100, 2), (PENDING, 90, 3)]
    assert world.bond("lp") == 100


def test_lowering_a_queued_increase_releases_the_difference_at_once_and_a_top_up_restores_the_bond(world):
    """features/liquidity-provision/0044-LIME-020: 50000, pending 60000, amended to 1000."""
    world.active("lp", 50_000)
    world.fund("lp", 10_000)
    world.amend("lp", 60_000)
    assert world.bond("lp") == 60_000
    world.amend("lp", 1000)
    assert (world.bond("lp"), world.general("lp")) == (1000, 59_000)
    world.engine.top_up_bonds()
    assert (world.bond("lp"), world.general("lp")) == (50_000, 10_000)


def test_in_the_opening_auction_a_decrease_is_released_at_once_but_shares_stay(world):
    world.active("lp", 100)
    world.view.opening = True
    assert world.amend("lp", 60) is True
    assert (world.bond("lp"), world.general("lp")) == (60, 40)
    assert world.engine.shares.by_party["lp"].stake == 100


def test_a_fee_only_amendment_puts_a_pending_submission_in_force(world):
    world.fund("lp", 100)
    world.submit("lp", 100)
    assert world.amend("lp", fee="0.2") is True
    assert world.engine.provisions.active["lp"].fee == Decimal("0.2")
    world.start_epoch()
    assert world.engine.provisions.active["lp"].fee == Decimal("0.1")  # the queued record comes back


def test_cancelling_releases_what_is_pending_and_waits_for_the_rest(world):
    world.active("lp", 100)
    world.fund("lp", 50)
    world.amend("lp", 150)
    assert world.cancel("lp") is False
    assert world.bond("lp") == 0  # the whole pending amount, restored by the next top-up
    world.engine.top_up_bonds()
    world.view.mark = 0  # target stake 0: nothing to pay for leaving
    world.start_epoch()
    assert (world.bond("lp"), world.general("lp")) == (0, 150)
    assert world.statuses("lp")[-1] == (CANCELLED, 0, 2)
    assert not world.engine.shares.by_party
    assert not world.engine.service_level.by_party


def test_cancelling_in_the_opening_auction_ends_at_once(world):
    world.active("lp", 100)
    world.view.opening = True
    assert world.cancel("lp") is True
    assert world.general("lp") == 100
    assert world.statuses("lp")[-1][0] == CANCELLED
    assert not world.engine.is_provider("lp")


def test_a_spot_cancellation_drops_the_share_at_once(spot):
    spot.active("lp", 100)
    spot.cancel("lp")
    assert not spot.engine.shares.by_party
    assert spot.engine.provisions.active["lp"].commitment == 100


def set_target(world, target):
    """Mark price 1, factors 1, scaling 10 -> open interest a tenth of the target; or any target by the mark price."""
    world.engine.target.update(3600, Decimal(1))
    world.view.mark = 1
    world.engine.record_open_interest(target, world.now)


@pytest.mark.parametrize(("target", "back", "paid"), [(1000, 85, 15), (1040, 75, 25)])
def test_early_exit_is_free_as_far_as_stake_exceeds_the_target(world, target, back, paid):
    """0044-LIME-025: stake 1040, target 1000, 540 -> 440: 40 free, 45 + 15. 0044-LIME-023: nothing free, 75 + 25."""
    world.active("lp1", 540)
    world.active("lp2", 500)
    world.engine.parameters.early_exit_penalty = Decimal("0.25")
    set_target(world, target)
    world.amend("lp1", 440)
    world.start_epoch()
    assert world.general("lp1") == back
    assert world.insurance() == paid
    assert world.engine.provisions.active["lp1"].commitment == 440


def test_early_exit_uses_the_stake_without_queued_amendments_and_dust_stays_bonded(world):
    """features/liquidity-provision/0044-LIME-020 scenario 002."""
    world.active("lp1", 50_000)
    world.active("lp2", 10_000)
    world.engine.parameters.early_exit_penalty = Decimal("0.25")
    set_target(world, 20_274)
    world.amend("lp1", 1000)
    world.amend("lp2", 500)
    world.fund("lp3", 10**6)
    world.submit("lp3", 10**6)  # does not help
    world.entries.clear()
    world.start_epoch()
    moved = [(e.type.removeprefix("TRANSFER_TYPE_"), e.amount) for e in world.entries]
    assert moved == [
        ("BOND_HIGH", 33_274), ("BOND_HIGH", 11_793), ("BOND_SLASHING", 3931),
        ("BOND_HIGH", 6451), ("BOND_HIGH", 2286), ("BOND_SLASHING", 762),
    ]  # fmt: skip
    assert (world.bond("lp1"), world.bond("lp2")) == (1002, 501)
    commitments = [provision.commitment for provision in world.engine.provisions.sorted_active()]
    assert commitments == [1002, 501, 10**6]


def test_the_commitment_follows_the_bond_at_the_start_of_an_epoch(world):
    """features/liquidity-provision/0044-LIME-063: 6000, queued 3000, bond penalty of 10 %."""
    world.active("lp", 6000)
    world.engine.parameters.sla_penalty_slope = Decimal("0.1")
    world.engine.parameters.sla_penalty_max = Decimal(1)
    world.view.ask = 0  # without a mid price nobody meets a commitment
    world.engine.on_leave_opening_auction(world.now)
    set_target(world, 1)
    world.amend("lp", 3000)
    world.end_epoch(1)
    assert world.bond("lp") == 5400
    world.start_epoch()
    assert (world.bond("lp"), world.general("lp")) == (2400, 3000)
    assert world.engine.provisions.active["lp"].commitment == 2400
    assert world.statuses("lp")[-1] == (ACTIVE, 3000, 2)  # the synchronisation is silent
    assert world.engine.shares.by_party["lp"].stake == 2400


def test_shares_follow_the_synchronised_commitment_once(world):
    """features/liquidity-provision/0044-LIME-065: 4000 to 1000 leaves 1001; the unit of dust is not an increase."""
    world.active("lp1", 6000)
    world.active("lp2", 4000)
    world.engine.parameters.early_exit_penalty = Decimal("0.25")
    set_target(world, 1)
    world.amend("lp1", 4000)
    world.start_epoch()
    set_target(world, 7113)
    world.amend("lp1", 1000)
    world.start_epoch()
    assert (world.bond("lp1"), world.insurance()) == (1001, 528)
    entry = world.engine.shares.by_party["lp1"]
    assert (entry.average, entry.stake, entry.share) == (6000, 1001, Decimal("0.2001599680063987"))


def test_an_empty_bond_ends_the_commitment(world):
    world.active("lp", 100)
    world.engine.bonds.slash("TRANSFER_TYPE_BOND_SLASHING", "lp", 100)
    world.start_epoch()
    assert world.statuses("lp")[-1][0] == CANCELLED
    assert not world.engine.is_provider("lp")


def test_the_margin_shortfall_penalty_takes_bond_then_margin(world):
    """0042-LIQF-014, the slashing itself: shortfall 696 of a bond of 304 and a margin account of 1442."""
    world.active("lp", 1000)
    world.engine.parameters.apply_queued()
    world.view.opening = True
    world.engine.set_bond_penalty_parameter(Decimal(1))
    world.view.opening = False
    bond = world.collateral.find(AccountType.BOND, "ETH", "lp", "m")
    margin = world.collateral.find(AccountType.MARGIN, "ETH", "lp", "m")
    world.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", 696, bond, margin)
    assert world.engine.penalise_shortfall("lp", 696) == 696
    assert (bond.balance, margin.balance, world.insurance()) == (0, 304, 696)
    assert world.engine.penalise_shortfall("somebody", 100) == 0


def test_parameters_wait_for_the_epoch_outside_the_opening_auction(world, spot):
    for each in (world, spot):
        each.engine.set_early_exit_penalty(Decimal("0.3"))
        assert each.engine.parameters.early_exit_penalty == 0
        each.view.opening = True
        each.engine.set_early_exit_penalty(Decimal("0.2"))
        assert each.engine.parameters.early_exit_penalty == Decimal("0.2")
        each.engine.set_stake_to_ccy_volume(Decimal(2))
        assert each.engine.parameters.stake_to_ccy_volume.numerator == (0 if each.spot else 2)
        each.view.opening = False
        each.engine.set_maximum_liquidity_fee_factor_level(Decimal("0.4"))
        maximum = each.engine.parameters.maximum_liquidity_fee_factor_level.decimal
        assert maximum == (1 if each.spot else Decimal("0.4"))
        each.start_epoch()
        assert each.engine.parameters.stake_to_ccy_volume.numerator == 2
        assert each.engine.parameters.maximum_liquidity_fee_factor_level.decimal == Decimal("0.4")
    spot.view.opening = True
    spot.engine.set_stake_to_ccy_volume(Decimal(3), at_creation=True)
    assert spot.engine.parameters.stake_to_ccy_volume.numerator == 3


def test_a_stopped_market_stops_its_providers_in_order(world):
    world.active("b", 10)
    world.active("a", 10)
    world.events.clear()
    world.engine.stop(world.now)
    assert [(event.party, event.status) for event in world.events] == [("a", "STATUS_STOPPED"), ("b", "STATUS_STOPPED")]
