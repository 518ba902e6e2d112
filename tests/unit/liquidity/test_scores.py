"""Liquidity scores and probability of trading (0034-PROB, 0042-LIQF)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.arithmetic import Factor, Scale
from vega_mesa.protocol.liquidity.probability_of_trading import ProbabilityOfTrading
from vega_mesa.protocol.liquidity.scores import price_range
from vega_mesa.protocol.markets import definition
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.order import BUY, SELL, Iceberg
from vega_mesa.protocol.risk.models import build

NO_BOUNDS = (Decimal(0), Decimal(10) ** 40)


class FallingModel:
    """Probability 1, 0.8, 0.6, 0.4, 0.2 and then nothing, by distance in thousandths of the best price."""

    projection_horizon = 1.0

    def probabilities_of_trading(self, current, prices, is_bid, low, high, tau):
        steps = [round(abs(price - current) / current * 1000) for price in prices]
        return [(1.0, 0.8, 0.6, 0.4, 0.2)[step] if step < 5 else 0.0 for step in steps]


@pytest.mark.parametrize(
    ("bid", "ask", "width", "scale", "expected"),
    [(990, 1010, "0.05", 0, (950, 1050)), (991, 1010, "0.05", 0, (951, 1050)), (990, 1010, "1.5", 0, (1, 2500)),
     (990, 1010, "0.001", 0, (999, 1011)), (99_000, 101_000, "0.0505", 3, (95_000, 105_000)),
     (10, 30, "0.01", 1, (20, 40)), (990, 1200, "0.01", 0, (1085, 1201))],
)  # fmt: skip
def test_price_range(bid, ask, width, scale, expected):
    assert price_range(bid, ask, Factor(width), Scale(scale)) == expected


def test_lookup_interpolates_between_thousandths_and_extrapolates_beyond():
    probability = ProbabilityOfTrading(FallingModel())
    assert probability.recalculate(0, 100_000) is False
    assert probability.recalculate(100_000, 100_000) is True

    def of(price, is_bid=True, bounds=NO_BOUNDS):
        return probability.of(price, is_bid, 100_000, 100_000, bounds)

    assert of(100_000) == of(100_001) == Decimal("0.5")
    assert of(99_950) == Decimal("0.45")
    assert of(99_900) == Decimal("0.4")
    assert of(100_150, is_bid=False) == Decimal("0.35")
    assert of(99_600) == Decimal("0.1")  # the last entry
    assert of(99_550) == Decimal("0.05")  # the line through the last two
    assert of(99_000) == probability.minimum
    assert of(99_950, bounds=(Decimal("99950.1"), NO_BOUNDS[1])) == probability.minimum
    assert of(100_050, is_bid=False, bounds=(Decimal(0), Decimal("100049.9"))) == probability.minimum


def test_lookup_before_the_first_calculation():
    probability = ProbabilityOfTrading(FallingModel())
    assert probability.of(800, True, 1000, 1010, NO_BOUNDS) == Decimal("0.5")
    assert probability.of(799, True, 1000, 1010, NO_BOUNDS) == probability.minimum
    assert not probability.initialised


def test_the_simple_model_is_constant():
    model = build(
        definition.SimpleRiskModel(long=Decimal("0.1"), short=Decimal("0.1"), probability_of_trading=Decimal("0.1"))
    )
    probability = ProbabilityOfTrading(model)
    probability.recalculate(1000, 1010)
    assert probability.of(1, True, 1000, 1010, NO_BOUNDS) == Decimal("0.05")
    assert probability.of(5000, False, 1000, 1010, NO_BOUNDS) == Decimal("0.05")


def test_the_log_normal_model_falls_with_the_distance():
    terms = definition.LogNormalRiskModel(risk_aversion=0.001, tau=1.9e-6, mu=0.0, sigma=1.0)
    probability = ProbabilityOfTrading(build(terms))
    probability.recalculate(100_000, 100_100)
    chances = [probability.of(100_000 - 50 * i, True, 100_000, 100_100, NO_BOUNDS) for i in range(10)]
    assert chances[0] == Decimal("0.5")
    assert chances == sorted(chances, reverse=True)
    wide = ProbabilityOfTrading(build(terms))
    wide.tau_scaling = Decimal(1000)
    wide.recalculate(100_000, 100_100)
    assert wide.of(99_500, True, 100_000, 100_100, NO_BOUNDS) > chances[-1]


def test_a_new_model_keeps_the_old_tables_until_the_next_calculation(world):
    probability = ProbabilityOfTrading(FallingModel())
    probability.recalculate(1000, 1000)
    probability.set_model(world.view.model)
    assert not probability.initialised
    assert probability.of(999, True, 1000, 1000, NO_BOUNDS) == Decimal("0.4")
    probability.recalculate(1000, 1000)
    assert probability.of(999, True, 1000, 1000, NO_BOUNDS) == Decimal("0.25")


def ticks(world, count):
    for _ in range(count):
        world.now += SECOND
        world.engine.on_tick(world.now)


def test_scores_are_normalised_and_the_first_tick_allocates(world):
    world.active("lp1", 100)
    world.active("lp2", 100)
    world.place("lp1")
    ticks(world, 1)
    assert world.engine.scores.averages == {}  # the first tick is an allocation
    ticks(world, 1)
    assert world.engine.scores.averages == {"lp1": 1, "lp2": 0}
    world.place("lp2")
    ticks(world, 1)
    assert world.engine.scores.averages == {"lp1": Decimal("0.75"), "lp2": Decimal("0.25")}


def test_without_any_score_all_are_equal(world):
    for party in ("a", "b", "c"):
        world.active(party, 100)
    ticks(world, 2)
    assert world.engine.scores.averages == dict.fromkeys("abc", Decimal("0.3333333333"))


def test_averages_are_rounded_to_ten_places(world):
    """features/verified/0034-PROB-liquidity_TauScaling: 0.5, 0.5, 0.5 and 0.9999991364 average 0.6249997841."""
    scores = world.engine.scores
    weight = Decimal("0.75")
    scores.averages, scores.samples = {"lp": Decimal("0.5")}, 4
    new = Decimal("0.9999991364")
    assert round(Decimal("0.5") * weight + new / 4, 10) == Decimal("0.6249997841")


def test_only_visible_volume_within_range_and_bounds_counts(world, make_order):
    world.active("lp1", 100)
    world.active("lp2", 100)
    iceberg = make_order("lp1", BUY, 10, 999)
    iceberg.iceberg = Iceberg(10, 1, reserve=1000)
    world.view.orders["lp1"] = [iceberg, make_order("lp1", BUY, 30, 955), make_order("lp1", SELL, 10, 1005)]
    world.place("lp2")
    world.view.bounds = (960, 1040)  # the order at 955 weighs, but has no chance
    ticks(world, 2)
    # lp1: buys 0.5 * 10 / 40 = 0.125; lp2: 0.5
    assert world.engine.scores.averages["lp1"] == Decimal("0.2")


def test_no_sample_without_both_static_prices(world):
    world.active("lp", 100)
    world.view.ask = 0
    ticks(world, 3)
    assert world.engine.scores.samples == 1


def test_an_allocation_starts_the_averages_anew(world):
    world.active("lp", 100)
    ticks(world, 6)
    assert world.engine.scores.samples == 6
    ticks(world, 1)  # six seconds after the last allocation: longer than the step of five
    assert world.engine.scores.samples == 1
    assert world.engine.scores.averages == {}


class Pool:
    def __init__(self, party, buys, sells, commitment=1000, proposed_fee="0.01"):
        self.party, self.buys, self.sells = party, buys, sells
        self.commitment, self.proposed_fee = commitment, Decimal(proposed_fee)

    def shape(self, low, high):
        return self.buys, self.sells


def test_pools_are_averaged_over_the_epoch(world):
    world.engine.parameters.stake_to_ccy_volume = Factor("0.5")
    ticks(world, 1)
    world.start_epoch()
    ticks(world, 3)
    world.view.pools = [Pool("amm", [(990, 10)], [(1010, 20)])]
    ticks(world, 1)
    averages = world.engine.pools.by_party["amm"]
    assert averages.stake == 6600  # 19800 after three ticks without it, one of them forgiven
    assert averages.score == Decimal("0.1666666666666667")
    world.start_epoch()
    assert world.engine.shares.by_party["amm"].stake == 6600
    world.view.pools = []
    ticks(world, 2)
    world.start_epoch()
    assert not world.engine.shares.by_party
    assert not world.engine.pools.by_party
