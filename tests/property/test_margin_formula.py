"""The integer margin formula equals the decimal one of the specification (0019-MCAL; 03 §6.4)."""

from decimal import ROUND_CEILING, Decimal

from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.arithmetic import EXACT, Factor, Scale, exact
from vega_mesa.protocol.margin.levels import HypotheticalPosition, MarginCalculator
from vega_mesa.protocol.markets.definition import MarginScalingFactors
from vega_mesa.protocol.risk.models import RiskFactors

factors = st.decimals(min_value=0, max_value=2, places=17)
slippage = st.sampled_from([Decimal(0), Decimal("0.001"), Decimal("0.25"), Decimal(1000000)])
volumes = st.integers(min_value=0, max_value=2**62)
prices = st.integers(min_value=0, max_value=10**30)


@exact
def by_decimals(position, price, auction_price, long, short, linear, quadratic, decimals, increment):
    unit = Decimal(1).scaleb(decimals)
    v, b, s = (Decimal(x) / unit for x in (position.size, position.buy, position.sell))
    price = Decimal(price)
    sides = [Decimal(0), Decimal(0)]
    if v + b > 0:
        held = max(v, Decimal(0))
        orders = b * price
        if auction_price is not None:
            orders = max(position.buy_notional, position.buy * auction_price) / unit
        sides[0] = price * (linear * held + quadratic * held * held) + held * long * price + orders * long
    if v - s < 0:
        held = abs(min(v, Decimal(0)))
        orders = s * price
        if auction_price is not None:
            orders = max(position.sell_notional, position.sell * auction_price) / unit
        sides[1] = price * (linear * held + quadratic * held * held) + held * short * price + orders * short
    worst = max(sides)
    if v:
        worst += max(Decimal(0), increment * v)
    return int(worst.to_integral_value(ROUND_CEILING, EXACT))


@given(
    size=st.integers(min_value=-(2**62), max_value=2**62),
    buy=volumes,
    sell=volumes,
    order_price=prices,
    price=prices,
    auction_price=st.none() | prices,
    long=factors,
    short=factors,
    linear=slippage,
    quadratic=slippage,
    decimals=st.integers(min_value=-6, max_value=16),
    increment=st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(-3)]),
)
def test_integer_margins_equal_decimal_margins(
    size, buy, sell, order_price, price, auction_price, long, short, linear, quadratic, decimals, increment
):
    position = HypotheticalPosition(size, buy, sell, buy * order_price, sell * order_price)
    model = MarginCalculator(
        RiskFactors(Factor(long), Factor(short)), linear, quadratic, MarginScalingFactors(), Scale(decimals)
    )
    expected = by_decimals(position, price, auction_price, long, short, linear, quadratic, decimals, increment)
    levels = model.levels(
        position, price, auction_price=auction_price, funding_increment=Factor(increment) if increment else None
    )
    assert levels.maintenance == expected
    assert levels.initial == expected * 12 // 10
