"""Margin levels against worked numbers (03 §12.2) and the rules of 03 §6.4, 6.5."""

import pickle
from decimal import Decimal

import pytest

from vega_mesa.errors import Unsupported
from vega_mesa.protocol.arithmetic import Factor, Scale
from vega_mesa.protocol.margin.levels import HypotheticalPosition, MarginCalculator, MarginLevels
from vega_mesa.protocol.markets.definition import MarginScalingFactors
from vega_mesa.protocol.positions import Position
from vega_mesa.protocol.risk.models import RiskFactors


def calculator(long="0.1", short="0.1", linear="0", quadratic="0", scaling=None, decimals=0, cap=None):
    return MarginCalculator(
        RiskFactors(Factor(long), Factor(short)),
        Decimal(linear),
        Decimal(quadratic),
        scaling or MarginScalingFactors(),
        Scale(decimals),
        cap,
    )


def position(size=0, buy=0, sell=0, buy_notional=0, sell_notional=0, price=0):
    return HypotheticalPosition(size, buy, sell, buy_notional, sell_notional, price)


def test_maintenance_is_a_ceiling_and_the_other_levels_are_floored_from_it():
    # sell 1 @ 21, factor 0.1, in auction: 2.1 up to 3, 3.6 down to 3
    levels = calculator().levels(position(sell=1, sell_notional=21), 21, auction_price=0)
    assert levels == MarginLevels(3, 3, 3, 4)


@pytest.mark.parametrize(("maintenance", "initial"), [(4100, 4920), (4110, 4932), (4200, 5040)])
def test_initial_is_the_scaled_maintenance(maintenance, initial):
    levels = calculator(long="1").levels(position(size=1), maintenance)
    assert (levels.maintenance, levels.initial) == (maintenance, initial)


def test_scaling_factors_keep_five_digits():
    scaling = MarginScalingFactors(search=Decimal("1.1"), initial=Decimal("1.200009"), release=Decimal("1.4000199"))
    levels = calculator(long="1", scaling=scaling).levels(position(size=1), 10**6)
    assert (levels.initial, levels.release) == (1_200_000, 1_400_010)


def test_auction_orders_at_their_own_or_the_auction_price():
    # 10 @ 14900 and 6 @ 15800 (0019-MCAL-107): 243800 * 0.1
    buys = position(buy=16, buy_notional=10 * 14900 + 6 * 15800)
    assert calculator(linear="0.25").levels(buys, 15800, auction_price=0).maintenance == 24380
    assert calculator(linear="0.25").levels(buys, 15800, auction_price=15800).maintenance == 25280


def test_resting_orders_count_at_the_mark_in_continuous_trading():
    # 3 * 15900 * (0.25 + 0.1) + 3 * 15900 * 0.1, whatever the limit prices are (0009-MRKP-120)
    short = position(size=-3, sell=3, sell_notional=3 * 99999)
    assert calculator(linear="0.25").levels(short, 15900).maintenance == 21465


def test_orders_that_only_reduce_do_not_count():
    calculator_ = calculator(linear="0.25")
    assert calculator_.maintenance(position(size=5, sell=5), 1000) == calculator_.maintenance(position(size=5), 1000)
    assert calculator_.maintenance(position(size=-5, buy=5), 1000) == calculator_.maintenance(position(size=-5), 1000)


def test_orders_that_could_flip_are_not_netted_against_the_position():
    assert calculator().maintenance(position(size=1, sell=20), 1000) == 2000
    assert calculator().maintenance(position(size=-1, buy=20), 1000) == 2000


def test_without_orders_only_the_open_volume_counts():
    assert calculator().maintenance(position(size=3, buy=7), 1000, include_orders=False) == 300
    assert calculator().maintenance(position(buy=7), 1000, include_orders=False) == 0
    assert calculator().maintenance(position(size=3, buy=7), 1000, 5000, include_orders=False) == 300


def test_quadratic_slippage_counts_if_it_is_set():
    # 10 * (0.1 + 0.01) + 0.001 * 10 * 10, times 1000
    assert calculator(linear="0.01", quadratic="0.001").maintenance(position(size=10), 1000) == 1200
    assert calculator(linear="0.01", quadratic="0.001").maintenance(position(size=-10), 1000) == 1200
    # volumes in units: 10.00
    assert calculator(linear="0.01", quadratic="0.001", decimals=2).maintenance(position(size=1000), 1000) == 1200


def test_position_decimals_may_be_negative():
    assert calculator(decimals=-2).maintenance(position(size=3), 7) == 210
    assert calculator(decimals=-2, quadratic="0.1").maintenance(position(size=3), 7) == 210 + 63000
    buys = position(buy=3, buy_notional=3 * 9)
    assert calculator(decimals=-2).maintenance(buys, 7, 8) == 270


def test_position_decimals_above_sixteen_are_refused_when_the_market_is_made():
    calculator(decimals=16)
    with pytest.raises(Unsupported):
        calculator(decimals=17)


def test_funding_increment_burdens_one_side_before_the_ceiling():
    increment = Factor("0.5")
    assert calculator().maintenance(position(size=3), 1001, funding_increment=increment) == 302  # 300.3 + 1.5
    assert calculator().maintenance(position(size=-3), 1001, funding_increment=increment) == 301
    assert calculator().maintenance(position(size=-3), 1001, funding_increment=Factor("-0.5")) == 302
    assert calculator().maintenance(position(buy=3), 1001, funding_increment=increment) == 301
    assert calculator(decimals=1).maintenance(position(size=30), 1001, funding_increment=increment) == 302
    # 0019-MCAL_fundingMargin2: 556500 becomes 556580 for the long only
    model = calculator(long="0.1", short="0.1", linear="0.25")
    assert model.maintenance(position(size=10), 159000, funding_increment=Factor("8")) == 556580
    assert model.maintenance(position(size=-10), 159000, funding_increment=Factor("8")) == 556500


def test_price_zero_gives_zero():
    assert calculator().levels(position(size=3, buy=1), 0) == MarginLevels(0, 0, 0, 0)


def test_exposure_can_be_kept_and_used_at_any_price():
    model = calculator(long="0.3696680542085883", short="0.5650462045113667", linear="0.001", decimals=3)
    held = position(size=-1234, buy=5000, sell=77)
    for price in (1, 999, 10**20):
        denominator = model.terms[0]
        exposure = model.exposure(held.size, held.buy, held.sell)
        assert -(-exposure * price // denominator) == model.levels(held, price).maintenance
        assert model.initial_of(exposure, price) == model.levels(held, price).initial
        assert model.maintenance(held, price) == model.levels(held, price).maintenance


def test_new_risk_and_slippage_factors_act_at_once():
    model = calculator()
    model.set_risk_factors(RiskFactors(Factor("0.2"), Factor("0.2")))
    assert model.maintenance(position(size=10), 100) == 200
    model.set_slippage(Decimal("0.1"), Decimal(0))
    assert model.maintenance(position(size=10), 100) == 300


def test_new_scaling_factors_act_at_once():
    model = calculator(long="1")
    model.set_scaling(MarginScalingFactors(search=Decimal(2), initial=Decimal(3), release=Decimal(4)))
    assert model.levels(position(size=1), 10) == MarginLevels(10, 20, 30, 40)


def test_isolated_levels_have_neither_search_nor_release():
    # 0019-MCAL-128: one short at 15800
    levels = calculator(linear="0.25").isolated_levels(position(size=-1, buy=9), 15800, 77)
    assert levels == MarginLevels(5530, 0, 6636, 0, 77)


def test_the_positions_engine_fits():
    held = Position("party")
    held.size, held.buy = 2, 3
    assert calculator().levels(held, 100).maintenance == 50


def test_levels_print_and_pickle():
    levels = MarginLevels(1, 2, 3, 4, 5)
    assert repr(levels) == "MarginLevels(maintenance=1, search=2, initial=3, release=4, order_margin=5)"
    assert pickle.loads(pickle.dumps(levels, 5)) == levels
    model = pickle.loads(pickle.dumps(calculator(), 5))
    assert model.maintenance(position(size=10), 100) == 100


# --- fully collateralised markets (03 §6.5, 05 §2.4)


def test_fully_collateralised_levels_are_all_the_same():
    capped = calculator(cap=1000)
    assert capped.levels(position(size=10, price=400), 12345) == MarginLevels(4000, 4000, 4000, 4000)
    assert capped.levels(position(size=-10, price=400), 12345).maintenance == 6000
    capped.set_scaling(MarginScalingFactors())
    assert capped.levels(position(size=10, price=400), 0).release == 4000


def test_fully_collateralised_sides_are_not_netted_against_the_position():
    # 11453-closeout: short 1 from 400 and sells 1000 at 500 under a cap of 1000
    capped = calculator(cap=1000)
    assert capped.maintenance(position(size=-1, sell=1000, sell_notional=500_000, price=400), 0) == 500_600
    assert capped.maintenance(position(size=1, sell=1000, sell_notional=500_000, price=400), 0) == 500_400
    assert capped.maintenance(position(size=-1, buy=1000, buy_notional=350_000, price=400), 0) == 350_600


def test_fully_collateralised_order_averages_are_floored():
    capped = calculator(cap=100)
    assert capped.maintenance(position(buy=2, buy_notional=101), 0) == 100
    assert capped.maintenance(position(sell=2, sell_notional=101), 0) == 100


def test_fully_collateralised_market_order_costs_the_cap_to_sell_and_nothing_to_buy():
    capped = calculator(cap=100)
    assert capped.maintenance(position(sell=3), 0) == 300
    assert capped.maintenance(position(buy=3), 0) == 0


def test_fully_collateralised_volume_in_decimals_is_rounded_up():
    assert calculator(cap=100, decimals=2).maintenance(position(size=1, price=30), 0) == 1
    assert calculator(cap=100, decimals=2).maintenance(position(), 0) == 0
    assert calculator(cap=100).maintenance(position(buy=3, buy_notional=30), 0, include_orders=False) == 0
