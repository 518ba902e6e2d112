"""Measuring providers, and penalties (0042-LIQF, 0044-LIME)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.liquidity.sla import PenaltyMemory
from vega_mesa.protocol.markets.definition import LiquiditySLAParameters
from vega_mesa.protocol.matching.order import BUY, SELL, Iceberg, OrderStatus


def parameters(**changes):
    values = {"price_range": "0.05", "commitment_min_time_fraction": "0.6", "sla_competition_factor": "1"} | changes
    memory = int(values.pop("performance_hysteresis_epochs", 1))
    decimals = {name: Decimal(value) for name, value in values.items()}
    return LiquiditySLAParameters(performance_hysteresis_epochs=memory, **decimals)


@pytest.fixture
def measured(make_world):
    def make(commitment=4000, slope="0.2", most="1", **changes):
        world = make_world(sla=parameters(**changes))
        world.view.opening = True
        world.engine.set_stake_to_ccy_volume(Decimal(1))
        world.engine.set_non_performance_bond_penalty_slope(Decimal(slope))
        world.engine.set_non_performance_bond_penalty_max(Decimal(most))
        world.active("lp", commitment)
        world.engine.on_leave_opening_auction(world.now)
        world.performance = world.engine.service_level.by_party["lp"]
        return world

    return make


def test_time_between_two_ends_of_blocks_belongs_to_the_earlier(measured):
    """f = 3 of 8 s, m 0.6, slope 0.2, commitment 4000: 300 (0044-LIME-016)."""
    world = measured()
    world.place("lp")
    world.end_block(2)
    world.end_block(1)
    world.view.orders.clear()
    world.end_block(2)
    world.end_block(1)
    world.end_epoch(2)
    assert world.performance.last_fraction == Decimal("0.375")
    assert world.performance.last_bond_penalty == Decimal("0.075")
    assert world.insurance() == 300
    world.start_epoch()
    world.end_epoch(10)
    assert world.insurance() == 300 + 740  # 0.2 of 3700: f = 0


@pytest.mark.parametrize(
    ("met", "slope", "most", "commitment", "penalty"),
    [(3, "0.7", "0.6", 4000, 1400), (0, "0.7", "0.6", 4000, 2400), (0, "0.7", "0.6", 1600, 960),
     (0, "0.5", "1", 80_000, 40_000), (0, "0.5", "1", 500, 250), (6, "0.7", "0.6", 4000, 0)],
)  # fmt: skip
def test_bond_penalties(measured, met, slope, most, commitment, penalty):
    """0044-LIME-088, features/verified/0044-LIME-SLA."""
    world = measured(commitment, slope, most)
    if met:
        world.place("lp")
    world.end_block()
    world.view.orders.clear()
    world.end_block(met)
    world.end_epoch(10 - met)
    assert world.insurance() == penalty


def test_commitments_are_lowered_epoch_after_epoch(make_world):
    """features/verified/0044-LIME-SLA scenario 001: 40250 + 19 of fees, then 20125 more."""
    world = make_world(sla=parameters())
    world.view.opening = True
    world.engine.set_non_performance_bond_penalty_slope(Decimal("0.5"))
    world.engine.set_non_performance_bond_penalty_max(Decimal(1))
    world.engine.set_stake_to_ccy_volume(Decimal(1))
    world.active("lp1", 80_000)
    world.active("lp2", 500)
    world.engine.on_leave_opening_auction(world.now)
    world.end_epoch(5)
    assert (world.bond("lp1"), world.bond("lp2"), world.insurance()) == (40_000, 250, 40_250)
    world.start_epoch()
    world.end_epoch(5)
    assert world.insurance() == 40_250 + 20_125


def test_notional_counts_at_the_mark_price_with_hidden_reserve(measured, make_order):
    world = measured(commitment=10_000)
    sell = make_order("lp", SELL, 4, 1005)
    world.view.orders["lp"] = [make_order("lp", BUY, 10, 995), sell]
    world.end_block()
    assert world.performance.meets_since is None
    sell.iceberg = Iceberg(4, 1, reserve=6)
    world.end_block()
    assert world.performance.meets_since == world.now
    sell.status = OrderStatus.PARKED
    world.end_block()
    assert world.performance.meets_since is None


def test_orders_on_the_edge_of_the_range_count(measured, make_order):
    world = measured(commitment=10)
    world.view.orders["lp"] = [make_order("lp", BUY, 1, 950), make_order("lp", SELL, 1, 1050)]
    world.end_block()
    assert world.performance.meets_since is not None
    world.view.orders["lp"] = [make_order("lp", BUY, 1, 949), make_order("lp", SELL, 1, 1050)]
    world.end_block()
    assert world.performance.meets_since is None


def test_without_a_mid_price_nobody_meets(measured):
    world = measured(commitment=1)
    world.place("lp")
    world.view.ask = 0
    world.end_block()
    assert world.performance.meets_since is None


def test_with_no_stake_to_volume_a_mid_price_is_enough(make_world):
    world = make_world()
    world.active("lp", 100)
    world.end_block()
    assert world.engine.service_level.by_party["lp"].meets_since == world.now


@pytest.mark.parametrize(
    ("last", "indicative", "sell", "meets"),
    [(0, 4875, 5118, True), (0, 4875, 5119, False), (0, 4875, 5250, False),
     (5000, 4875, 5250, True), (5000, 4875, 5251, False), (5000, 0, 5250, True), (5000, 0, 5251, False)],
)  # fmt: skip
def test_the_auction_range_uses_the_books_own_last_traded_price(measured, make_order, last, indicative, sell, meets):
    """0044-LIME-116: after an uncrossing at 5000 the book has no last price, so [0, 1.05 * 4875]."""
    world = measured(commitment=1)
    world.view.auction = True
    world.view.last_traded, world.view.indicative = last, indicative
    world.view.orders["lp"] = [make_order("lp", BUY, 100, 4740), make_order("lp", SELL, 100, sell)]
    world.end_block()
    assert (world.performance.meets_since is not None) == meets


def test_an_auction_range_reaches_down_from_the_lower_price(measured, make_order):
    world = measured(commitment=1)
    world.view.auction = True
    world.view.last_traded, world.view.indicative = 1000, 2000
    for bid, meets in ((950, True), (949, False)):
        world.view.orders["lp"] = [make_order("lp", BUY, 100, bid), make_order("lp", SELL, 100, 2100)]
        world.end_block()
        assert (world.performance.meets_since is not None) == meets


def test_fee_penalties_remember_raw_penalties_of_previous_epochs(measured):
    """Trap: the ring holds the last n raw penalties before the present one; the applied one is the larger."""
    world = measured(performance_hysteresis_epochs="2", slope="0")
    applied = []
    for meets in (False, True, True, True):
        world.view.orders.clear()
        if meets:
            world.place("lp")
        world.start_epoch()
        world.end_block()
        world.end_epoch(10)
        applied.append(world.performance.last_fee_penalty)
    assert applied == [1, 1, Decimal("0.5"), 0]


def test_fee_penalty_between_minimum_and_full_time(measured):
    world = measured(sla_competition_factor="0.5", performance_hysteresis_epochs="0")
    world.place("lp")
    world.start_epoch()
    world.view.orders.clear()
    world.end_block(8)
    world.end_epoch(2)
    assert world.performance.last_fraction == Decimal("0.8")
    assert world.performance.last_fee_penalty == Decimal("0.25")  # (1 - 0.2/0.4) * 0.5


def test_a_full_time_commitment_without_slack(measured):
    world = measured(commitment_min_time_fraction="1")
    world.place("lp")
    world.start_epoch()
    world.end_epoch(3)
    assert world.performance.last_fee_penalty == 0


def test_resizing_the_memory():
    memory = PenaltyMemory(2)
    for value in (1, 2, 3):
        memory.add(Decimal(value))
    assert memory.filled() == [3, 2]
    memory.resize(4)
    memory.add(Decimal(4))
    assert memory.filled() == [3, 2, 4]  # written from the old capacity on
    memory.resize(2)
    assert memory.filled() == [4]  # the highest places
    memory.add(Decimal(5))
    assert memory.slots == [5, None]


def test_nothing_is_measured_or_paid_in_the_opening_auction(make_world):
    world = make_world()
    world.view.opening = True
    world.fund("lp", 100)
    world.submit("lp", 100)
    world.end_block(1)
    assert world.engine.service_level.by_party["lp"].meets_since is None
    assert world.end_epoch(1) == []
    assert world.engine.service_level.by_party["lp"].last_fee_penalty == 0


def test_new_market_parameters_wait_for_the_next_epoch(world, spot):
    for each, waits in ((world, True), (spot, False)):
        each.view.opening = True
        each.engine.update_sla(parameters(price_range="0.5"))
        assert (each.engine.service_level.parameters.price_range == Decimal("0.05")) == waits
        each.start_epoch()
        assert each.engine.service_level.parameters.price_range == Decimal("0.5")


def test_who_joins_at_an_epochs_start_counts_from_its_first_end_of_block(make_world):
    world = make_world(sla=parameters())
    world.view.opening = True
    world.engine.set_stake_to_ccy_volume(Decimal(1))
    world.view.opening = False
    world.fund("lp", 100)
    world.submit("lp", 100)
    world.place("lp")
    world.start_epoch(1)
    assert world.engine.service_level.by_party["lp"].meets_since is None
    world.end_block()
    world.end_epoch(5)
    assert world.engine.service_level.by_party["lp"].last_fraction == 1
