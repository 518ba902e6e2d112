"""Volume discounts and rebates (0084-VDPR, 0095-HVMR)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.programmes import Factors, VolumeDiscountStatsUpdated, VolumeRebateStatsUpdated
from vega_mesa.protocol.programmes import (
    VolumeDiscountProgram,
    VolumeDiscounts,
    VolumeDiscountTier,
    VolumeRebateProgram,
    VolumeRebates,
    VolumeRebateTier,
)
from vega_mesa.protocol.programmes.volume_rebate import volume_fractions

SECOND = 10**9


def epoch(sequence):
    return Epoch(sequence=sequence, start=sequence * SECOND, expiry=0)


class Tracker(dict):
    def taker_notional(self, party):
        return self.get(party, 0)

    def taker_notionals(self):
        return dict(self)

    def maker_fees_received(self, epochs):
        self.asked = epochs
        return dict(self)


def factors(value):
    return Factors(*[Decimal(value)] * 3)


@pytest.fixture
def discounts():
    made = VolumeDiscounts(EventBus(), Tracker())
    made.events = []
    made.bus.subscribe(VolumeDiscountStatsUpdated, made.events.append)
    return made


DISCOUNTS = VolumeDiscountProgram(
    window_length=2,
    benefit_tiers=(
        VolumeDiscountTier(minimum_running_notional_taker_volume=200, discount_factors=factors("0.2")),
        VolumeDiscountTier(minimum_running_notional_taker_volume=100, discount_factors=factors("0.1")),
    ),
)


def run(engine, sequence, **volumes):
    tracker = engine.volumes if isinstance(engine, VolumeDiscounts) else engine.fees
    tracker.clear()
    tracker.update(volumes)
    engine.on_epoch_end(epoch(sequence))
    engine.on_epoch_start(epoch(sequence + 1))


def test_discounts_follow_the_sum_over_the_window(discounts):
    run(discounts, 0, a=100)
    assert discounts.discount("a") is None
    discounts.update(DISCOUNTS)
    run(discounts, 1, b=50)
    assert discounts.discount_factors("a") == factors("0.1")  # known at the start, nothing is counted twice
    assert discounts.discount("b") is None
    run(discounts, 2, a=150, b=50)
    assert discounts.discount_factors("a") == factors("0.1")  # 150: epoch 0 is out of the window
    assert discounts.discount_factors("b") == factors("0.1")
    run(discounts, 3, a=50)
    assert discounts.discount("a").maker == Factor("0.2")
    assert [(s.party, s.running_volume) for s in discounts.events[-1].stats] == [("a", 200), ("b", 50)]


def test_discounts_end_with_the_programme(discounts):
    discounts.update(VolumeDiscountProgram(window_length=1, benefit_tiers=DISCOUNTS.benefit_tiers, ends_at=3 * SECOND))
    run(discounts, 0)
    run(discounts, 1, a=500)
    assert discounts.in_force
    run(discounts, 2, a=500)
    assert not discounts.in_force
    assert discounts.discount("a") is None


REBATES = VolumeRebateProgram(
    window_length=3,
    benefit_tiers=(
        VolumeRebateTier(minimum_party_maker_volume_fraction=Decimal("0.5"), additional_maker_rebate=Decimal("0.003")),
        VolumeRebateTier(minimum_party_maker_volume_fraction=Decimal("0.2"), additional_maker_rebate=Decimal("0.001")),
    ),
)


def test_rebates_follow_the_fraction_of_maker_fees_and_are_capped_when_used():
    rebates = VolumeRebates(EventBus(), Tracker())
    events = []
    rebates.bus.subscribe(VolumeRebateStatsUpdated, events.append)
    rebates.update(REBATES)
    run(rebates, 0, a=60, b=25, c=15)
    assert rebates.fees.asked == 3
    assert rebates.maker_volume_fraction("a") == Decimal("0.6")
    assert not rebates.in_force  # neither network parameter was ever set: the cap is 0
    rebates.set_buyback_fee(Decimal("0.002"))
    assert (rebates.rebate_factor("a"), rebates.rebate_factor("b")) == (Decimal("0.002"), Decimal("0.001"))
    rebates.set_treasury_fee(Decimal("0.005"))
    assert rebates.rebate("a") == Factor("0.003")
    assert rebates.rebate("c") is None
    run(rebates, 1, b=10)
    assert [(s.party, s.additional_rebate) for s in events[-1].stats] == [("a", 0), ("b", Decimal("0.003"))]


def test_fractions_never_add_to_more_than_one():
    fractions = volume_fractions(dict.fromkeys("abcdef", 1))
    assert sum(fractions.values()) == 1
    assert fractions["a"] == Decimal("0.1666666666666665")
    assert fractions["b"] == Decimal("0.1666666666666667")
    assert volume_fractions({"a": 0}) == {}
