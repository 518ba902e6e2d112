"""Isolated margin against worked numbers (03 §12.2) and the rules of 03 §6.8."""

from decimal import Decimal

import pytest

from vega_mesa.protocol.arithmetic import Factor, Scale
from vega_mesa.protocol.margin import isolated
from vega_mesa.protocol.margin.isolated import Effect
from vega_mesa.protocol.matching.order import (
    BUY,
    SELL,
    Iceberg,
    Order,
    OrderStatus,
    OrderType,
    Peg,
    PeggedReference,
    TimeInForce,
)
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk.models import RiskFactors

UNITS = Scale(0)


def risk(long="0.1", short="0.1"):
    return RiskFactors(Factor(long), Factor(short))


def order(side, size, price, **more):
    return Order(
        f"{side}-{size}-{price}", "market", "party", side, OrderType.LIMIT, TimeInForce.GTC, size, price, **more
    )


def refusal(function, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return caught.value.text


# --- switching


def test_factor_must_exceed_the_larger_risk_factor_plus_slippage():
    text = refusal(isolated.check_factor, Decimal("0.1"), risk(), Decimal("0.25"))
    assert text == (
        "margin factor (0.1) must be greater than max(riskFactorLong (0.1), riskFactorShort (0.1)) "
        "+ linearSlippageFactor (0.25)"
    )
    assert refusal(isolated.check_factor, Decimal("-0.2"), risk(short="0.20"), Decimal("0.000125")).startswith(
        "margin factor (-0.2) must be greater than max(riskFactorLong (0.1), riskFactorShort (0.2)) "
        "+ linearSlippageFactor (0.000125)"
    )
    assert refusal(isolated.check_factor, Decimal("0.35"), risk(), Decimal("0.25"))
    isolated.check_factor(Decimal("0.350000001"), risk(), Decimal("0.25"))


def test_factor_message_wins_over_full_collateralisation():
    arguments = (risk(), Decimal("0.25"), True)
    assert refusal(isolated.check_factor, Decimal("0.1"), *arguments).startswith("margin factor")
    text = refusal(isolated.check_factor, Decimal("0.5"), *arguments)
    assert text == "isolated margin not permitted on fully collateralised markets"


def test_theoretical_leverage_is_a_sixteen_digit_quotient():
    assert isolated.minimum_factor(risk(short="0.2"), Decimal("0.1")) == Decimal("0.3")
    assert isolated.maximum_leverage(risk(short="0.2"), Decimal("0.1")) == Decimal("3.3333333333333333")
    assert isolated.maximum_leverage(risk("0", "0"), Decimal(0)) == 0


def switch(**changes):
    arguments = {
        "factor": Factor("0.36"), "size": -3, "average_entry_price": 15800, "orders": (), "initial_margin": 19908,
        "margin": 19908, "order_margin": 0, "general": 0, "position_scale": UNITS,
    }  # fmt: skip
    return isolated.check_switch(**{**arguments, **changes})


def test_position_margin_must_exceed_the_initial_margin():
    # 0019-MCAL-128: 15800 * 3 * 0.36 = 17064 <= 19908
    assert refusal(switch) == "required position margin must be greater than initial margin"
    assert refusal(switch, initial_margin=17064) == "required position margin must be greater than initial margin"
    assert switch(initial_margin=17063).margin == 17064


def test_missing_funds_are_noticed_before_the_initial_margin():
    text = refusal(switch, factor=Factor("0.8"))
    assert text == "insufficient balance in general account to cover for required order margin"


def test_switch_counts_all_active_orders_gross_and_no_pegged_ones():
    stopped = order(SELL, 5, 100)
    stopped.status = OrderStatus.STOPPED
    orders = [
        order(BUY, 2, 100),
        order(SELL, 3, 200),
        order(SELL, 9, 1, peg=Peg(PeggedReference.BEST_ASK, 1)),
        stopped,
    ]
    target = switch(factor=Factor("0.5"), size=0, orders=orders, initial_margin=0, margin=0, general=400)
    assert (target.margin, target.order_margin) == (0, 400)
    assert refusal(switch, factor=Factor("0.5"), size=0, orders=orders, margin=0, general=399)


def test_switch_truncates_position_and_order_margin_separately():
    target = switch(
        factor=Factor("0.35"), size=3, average_entry_price=3, orders=[order(BUY, 1, 5)], initial_margin=0, margin=99
    )
    assert (target.margin, target.order_margin) == (3, 1)


def test_switch_compares_funds_before_truncating():
    # 3.15 + 1.75 = 4.9 needs 5
    arguments = {"factor": Factor("0.35"), "size": 3, "average_entry_price": 3, "orders": [order(BUY, 1, 5)]}
    assert refusal(switch, **arguments, initial_margin=0, margin=0, general=4)
    assert switch(**arguments, initial_margin=0, margin=0, general=5).margin == 3


# --- order margin level


def level(orders, size=0, factor="0.9", scale=UNITS, auction_price=None):
    return isolated.order_margin_level(orders, size, Factor(factor), scale, auction_price)


def test_order_margin_level_is_the_larger_side_truncated():
    # 0019-MCAL-032: 3 * 15912 * 0.9 = 42962.4
    assert level([order(BUY, 3, 15912)]) == 42962
    assert level([order(BUY, 3, 15912), order(SELL, 2, 15000)]) == 42962
    assert level([order(BUY, 1, 15912), order(SELL, 2, 15000)]) == 27000
    assert level([]) == 0


def test_order_margin_is_free_for_volume_against_the_position_best_price_first():
    sells = [order(SELL, 2, 300), order(SELL, 2, 100), order(SELL, 2, 200)]
    assert level(sells, size=3, factor="1") == 1 * 200 + 2 * 300
    assert level(sells, size=6, factor="1") == 0
    assert level(sells, size=-3, factor="1") == 1200
    buys = [order(BUY, 2, 300), order(BUY, 2, 100), order(BUY, 2, 200)]
    assert level(buys, size=-3, factor="1") == 1 * 200 + 2 * 100


def test_order_margin_counts_hidden_reserve_and_no_pegs():
    # 0019-MCAL-043: 100 @ 10, ten visible, factor 0.15
    iceberg = order(BUY, 100, 10, iceberg=Iceberg(10, 5, 90))
    iceberg.remaining = 10
    assert level([iceberg], factor="0.15") == 150
    assert level([order(BUY, 9, 1000, peg=Peg(PeggedReference.BEST_BID, 1))]) == 0


def test_order_margin_in_an_auction_is_at_least_at_the_auction_price():
    assert level([order(BUY, 1, 100), order(BUY, 1, 300)], factor="1", auction_price=200) == 500
    assert level([order(SELL, 1, 100)], factor="1", auction_price=200) == 200


def test_order_margin_with_position_decimals():
    assert level([order(BUY, 150, 101)], factor="0.5", scale=Scale(2)) == 75
    assert level([order(BUY, 3, 101)], factor="0.5", scale=Scale(-2)) == 15150


def test_order_margin_quotient_is_rounded_to_sixteen_digits_before_it_is_truncated():
    nearly_one = "0.99999999999999999"  # 17 digits
    assert level([order(BUY, 1, 1)], factor=nearly_one) == 1
    assert level([order(BUY, 1, 1)], factor="0.9999999999999999") == 0


# --- trades


def test_effect_of_trades():
    assert isolated.effect_of(0, SELL, 1) is Effect.INCREASE
    assert isolated.effect_of(5, BUY, 1) is Effect.INCREASE
    assert isolated.effect_of(-5, BUY, 5) is Effect.DECREASE
    assert isolated.effect_of(-5, BUY, 6) is Effect.FLIP
    assert isolated.effect_of(5, SELL, 6) is Effect.FLIP


def test_fill_requirement():
    assert isolated.trades_requirement([(1, 15900)], Factor("0.9"), UNITS) == 14310  # 0019-MCAL-032
    assert isolated.trades_requirement([(3, 15900)], Factor("0.5"), UNITS) == 23850  # 0019-MCAL-037
    assert isolated.trades_requirement([(15, 101)], Factor("0.9"), Scale(1)) == 136
    assert isolated.trades_requirement([(1, 101), (1, 102)], Factor("0.25"), UNITS) == 50


def test_a_flip_counts_only_what_lies_beyond_the_old_position():
    fills = [(2, 100), (3, 110), (1, 120)]
    assert isolated.beyond(fills, 0) == fills
    assert isolated.beyond(fills, 4) == [(1, 110), (1, 120)]
    assert isolated.beyond(fills, 5) == [(1, 120)]
    assert isolated.beyond(fills, 6) == []


def covers(**changes):
    arguments = {
        "effect": Effect.INCREASE, "requirement": 100, "maintenance": 120, "fees": 7, "margin": 20, "general": 100,
    }  # fmt: skip
    return isolated.covers_trades(**{**arguments, **changes})


def test_an_increase_needs_maintenance_general_and_fees():
    assert covers()
    assert not covers(maintenance=121)
    assert not covers(general=99)
    assert not covers(fees=21)


def test_an_amended_order_is_paid_for_by_its_order_margin_or_by_the_general_account():
    assert covers(general=0, order_margin=100)
    assert not covers(general=99, order_margin=99)  # 0019-MCAL-204
    assert covers(general=100, order_margin=99)


def test_a_flip_may_use_the_margin_it_frees():
    assert covers(effect=Effect.FLIP, general=87)
    assert not covers(effect=Effect.FLIP, general=86)
    assert not covers(effect=Effect.FLIP, general=86, order_margin=1000)


def test_release_is_the_traded_share_of_margin_and_gain():
    assert isolated.release_on_decrease(4, [(1, 110)], 100, 60, UNITS) == 25  # (10 * 4 + 60) / 4
    assert isolated.release_on_decrease(4, [(1, 110), (1, 111)], 100, 61, UNITS) == 50  # average 110, 101 * 2 // 4


def test_release_of_a_short_has_the_sign_of_a_long():
    assert isolated.release_on_decrease(-4, [(1, 110)], 100, 60, UNITS) == 25
    assert isolated.release_on_decrease(-4, [(1, 90)], 100, 60, UNITS) == 5


def test_a_negative_release_wraps_around_and_takes_everything():
    released = isolated.release_on_decrease(4, [(1, 50)], 100, 60, UNITS)  # -200 + 60
    assert released == (2**256 - 140) // 4
    assert isolated.release_on_decrease(4, [(3, 50)], 100, 60, UNITS) == (2**256 - 420) // 4  # the product wraps too


def test_a_negative_release_is_truncated_before_it_wraps():
    # (99 - 100) * 5 / 10 + 0 = -0.5, truncated to 0
    assert isolated.release_on_decrease(5, [(1, 99)], 100, 0, Scale(1)) == 0


def test_nothing_traded_releases_nothing():
    assert isolated.release_on_decrease(4, [], 100, 60, UNITS) == 0
