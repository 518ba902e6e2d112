"""Equity-like shares, and the growth of the market's value (0042-LIQF)."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.arithmetic import EXACT
from vega_mesa.protocol.liquidity.equity_shares import EquityShares
from vega_mesa.protocol.liquidity.market_value import MarketValue
from vega_mesa.protocol.markets.states import SECOND


def shares_of(**stakes):
    shares = EquityShares()
    for party, stake in stakes.items():
        shares.set_stake(party, stake)
    shares.refresh()
    return shares


def test_the_entry_valuation_is_the_total_after_the_stake_was_added():
    shares = shares_of(first=4000, second=46_000)
    assert shares.by_party["first"].average == 4000
    assert shares.by_party["second"].average == 50_000
    assert shares.shares() == {"first": Decimal("0.08"), "second": Decimal("0.92")}


def test_an_increase_averages_the_entry_valuation():
    shares = shares_of(a=1000, b=1000)
    shares.set_stake("a", 3000)
    # T = 4000 after adding 2000; 1000 * 1000/3000 + 4000 * 2000/3000
    assert shares.by_party["a"].average == Decimal("333.3333333333333333") + Decimal("2666.6666666666666667")


def test_a_decrease_keeps_the_valuation_and_scales_the_virtual_stake():
    shares = shares_of(a=1000, b=3000)
    shares.grow(Decimal("0.5"))
    shares.set_stake("b", 1000)
    entry = shares.by_party["b"]
    assert (entry.average, entry.stake) == (4000, 1000)
    assert entry.virtual_stake == 4500 * Decimal("0.3333333333333333")
    assert shares.total == 1500 + entry.virtual_stake
    shares.set_stake("a", 0)
    assert list(shares.by_party) == ["b"]


def test_virtual_stakes_never_fall_below_the_stake():
    shares = shares_of(a=1000)
    shares.grow(Decimal("-0.5"))
    assert shares.by_party["a"].virtual_stake == 1000
    shares.grow(Decimal("0.25"))
    assert shares.by_party["a"].virtual_stake == 1250


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**15)), max_size=30))
def test_the_total_is_the_sum_of_the_virtual_stakes(changes):
    shares = EquityShares()
    for party, stake in changes:
        shares.set_stake(party, stake)
    total = Decimal(0)
    for entry in shares.by_party.values():
        total = EXACT.add(total, entry.virtual_stake)
    assert shares.total == total
    shares.refresh()
    if shares.by_party:
        assert abs(sum(shares.shares().values()) - 1) < Decimal("1e-14")


def test_a_successor_inherits_what_its_providers_had():
    parent = shares_of(a=1000, b=1000)
    parent.grow(Decimal("0.5"))
    parent.refresh()
    child = shares_of(a=1000, c=500)
    child.inherit(parent)
    entry = child.by_party["a"]
    assert (entry.stake, entry.virtual_stake, entry.average) == (1000, 1500, 1000)
    assert child.total == 2000
    assert entry.share == Decimal("0.75")


def test_rounding_does_not_shrink_what_a_successor_inherits():
    """features/successor-markets-ELS scenario 001: 9000 and 1000 become 2000 and 8000."""
    parent, child = shares_of(lp1=9000, lp2=1000), shares_of(lp1=2000, lp2=8000)
    child.inherit(parent)
    assert (child.by_party["lp1"].average, child.by_party["lp2"].average) == (9000, 10_000)
    assert child.shares() == {"lp1": Decimal("0.2"), "lp2": Decimal("0.8")}


def close(value, now, shares, traded=0):
    value.traded += traded
    return value.on_tick(now * SECOND, shares, opening=False)


def test_growth_acts_from_the_second_close_on():
    """Trap: the first close after the opening auction sets the proxy, with growth 0."""
    shares, value = shares_of(a=1000), MarketValue()
    value.window = 10 * SECOND
    value.traded = 600
    value.on_leave_opening_auction(0)
    assert (value.average, value.traded) == (600, 0)
    assert not close(value, 10, shares, 400)  # the window must be exceeded
    assert not close(value, 11, shares)  # no virtual stake has changed
    assert (value.proxy, value.growth) == (1000, 0)
    assert shares.by_party["a"].virtual_stake == 1000
    assert close(value, 22, shares, 3000)
    assert value.average == 2000  # 1000 * 1/2 + 3000/2
    assert value.growth == 1
    assert shares.by_party["a"].virtual_stake == 2000


def test_without_any_trade_nothing_changes():
    shares, value = shares_of(a=1000), MarketValue()
    value.on_leave_opening_auction(0)
    assert not close(value, 1, shares)
    assert (value.count, value.growth) == (1, 0)


def test_closes_that_nothing_depends_on_are_carried_out_later_and_give_the_same():
    eager, lazy = MarketValue(), MarketValue()
    watched = shares_of(a=1)
    for value, early in ((eager, watched), (lazy, EquityShares())):
        value.on_leave_opening_auction(0)
        close(value, 1, early, 1000)
        for second in range(2, 9):
            close(value, second, early)
        close(value, 9, watched, 50)
    for name in ("average", "proxy", "growth", "count", "traded"):
        assert getattr(eager, name) == getattr(lazy, name), name


def test_during_the_opening_auction_windows_do_not_count():
    value = MarketValue()
    assert not value.on_tick(5 * SECOND, shares_of(a=1), opening=True)
    assert (value.count, value.start) == (1, 5 * SECOND)


def test_a_time_before_the_window_closes_nothing():
    value = MarketValue()
    value.on_leave_opening_auction(10)
    assert not value.on_tick(9, shares_of(a=1), opening=False)
    assert value.start == 10


def test_the_value_of_a_spot_market_is_extrapolated():
    value = MarketValue()
    value.window = 100 * SECOND
    value.on_leave_opening_auction(0)
    value.traded = 30
    assert value.spot_proxy(0, 7) == 7
    assert value.spot_proxy(10 * SECOND, 7) == 300
    assert value.spot_proxy(1000 * SECOND, 7) == 30
    assert value.spot_proxy(10 * SECOND, 700) == 700
