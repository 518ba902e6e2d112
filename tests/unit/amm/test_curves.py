"""The worked numbers of curves, fair prices, quotes and trade prices (05 §8)."""

import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.amm.fixed_point import divide, square_root, truncated
from vega_mesa.protocol.amm.pool import PoolStatus
from vega_mesa.protocol.matching.order import BUY, SELL
from vega_mesa.protocol.refusal import Refused


@pytest.mark.parametrize(
    ("value", "root"),
    [(0, 0), (85, 92195444572928873), (100, 10 * 10**16), (150, 122474487139158905), (10**60, 10**46)],
)
def test_square_roots_are_six_steps_from_the_integer_root(value, root):
    assert square_root(value) == root


def test_quotients_round_half_away_from_zero():
    assert [divide(n, 2) for n in (-3, -1, 1, 3)] == [-2, -1, 1, 2]
    assert divide(1, -2) == -1
    assert truncated(-7, 2) == -3


def test_a_curve_is_what_the_commitment_pays_for(bench):
    lower, upper = bench.pool().curves
    assert lower.theoretical_position == Decimal("581.4482333198499375")
    assert str(lower.virtual_liquidity).startswith("68686.652132836588877994")
    assert upper.theoretical_position == Decimal("291.9702565657959995")
    assert str(upper.virtual_liquidity).startswith("15910.889183530781522941")


def test_without_leverage_the_margin_allows_the_position(bench, make_terms):
    lower, upper = bench.pool(make_terms(lower=90, upper=110)).curves
    assert lower.theoretical_position == Decimal("557.5668021844342085")
    assert upper.theoretical_position == Decimal("423.5477724587284348")


POSITIONS = {85: 581, 86: 538, 90: 371, 95: 178, 99: 34, 100: 0, 101: -7, 110: -74, 120: -138, 140: -246, 150: -291}


@pytest.mark.parametrize(("price", "position"), [*POSITIONS.items(), (1, 581), (10**9, -291)])
def test_position_at_a_price(bench, price, position):
    assert bench.pool().position_at(price) == position


@pytest.mark.parametrize(
    ("position", "fair", "bid", "ask"),
    [
        (0, 100, (99, 34), (101, 7)),
        (100, 97, (96, 41), (98, 31)),
        (350, 90, (89, 62), (91, 19)),
        (581, 85, (0, 0), (86, 43)),
        (-1, 101, (100, 1), (102, 14)),
        (-100, 114, (113, 6), (115, 7)),
        (-291, 150, (149, 4), (0, 0)),
    ],
)
def test_fair_price_and_quotes(bench, position, fair, bid, ask):
    pool = bench.hold(bench.pool(), position)
    assert (pool.fair_price, pool.quote(BUY), pool.quote(SELL)) == (fair, bid, ask)


@pytest.mark.parametrize(
    ("side", "volume", "price"),
    [(BUY, 1, 100), (BUY, 100, 106), (BUY, 291, 122), (SELL, 1, 99), (SELL, 350, 95), (SELL, 581, 92)],
)
def test_one_price_for_the_whole_of_a_trade_rounded_down_for_both_sides(bench, side, volume, price):
    assert bench.pool().trade_price(side, volume) == price


def test_a_thin_market_maker_quotes_one_unit_further_away(bench, make_terms):
    pool = bench.pool(make_terms(1000, lower=90, upper=120))
    assert pool.curves[0].theoretical_position == Decimal("5.5756680218443421")
    assert (pool.quote(BUY), pool.quote(SELL)) == ((98, 1), (105, 1))


def test_a_side_without_a_bound_never_quotes(bench, make_terms):
    pool = bench.pool(make_terms(upper=None))
    assert pool.quote(SELL) == (0, 0)
    assert pool.quote(BUY)[0] == 99
    assert bench.hold(pool, 100).quote(SELL)[0] == pool.fair_price + 1  # it sells what it holds


@pytest.mark.parametrize(("position", "bid", "ask"), [(0, 0, 0), (100, 0, 98), (-100, 113, 0)])
def test_reduce_only_quotes_on_the_side_that_reduces(bench, position, bid, ask):
    pool = bench.hold(bench.pool(), position)
    pool.status = PoolStatus.REDUCE_ONLY
    assert (pool.best_price(BUY), pool.best_price(SELL)) == (bid, ask)
    assert pool.can_trade(BUY) is (position > 0)
    assert pool.volume_to(BUY, 150) == (100 if position > 0 else 0)
    assert pool.volume_to(SELL, 85) == (100 if position < 0 else 0)


@pytest.mark.parametrize(("commitment", "lower", "upper"), [(50, 90, None), (1, None, 120), (10_000, 0, None)])
def test_a_commitment_too_low_for_one_unit_or_a_price_of_zero_is_refused(bench, make_terms, commitment, lower, upper):
    with pytest.raises(Refused, match="commitment amount too low"):
        bench.pool(make_terms(commitment, lower=lower, upper=upper))


def test_position_decimals_make_the_same_money_buy_more_units(make_bench):
    lower, _ = make_bench(0, 2).pool().curves
    assert lower.theoretical_position == Decimal("58144.82333198499375")
    lower, _ = make_bench(0, -2).pool().curves
    assert lower.theoretical_position == Decimal("5.814482333198499375")


def test_asset_decimals_set_the_tick(make_bench, make_terms):
    pool = make_bench(3).pool(make_terms(100_000_000))
    assert (pool.tick, pool.base, pool.fair_price) == (1000, 100_000, 100_000)


def test_a_saved_market_maker_leaves_its_caches_out(bench):
    pool = bench.hold(bench.pool(), 100)
    saved = pickle.dumps(pool)
    expected = pool.quote(BUY), pool.quote(SELL)
    assert pickle.dumps(pool) == saved
    restored = pickle.loads(saved)
    assert (restored.quote(BUY), restored.quote(SELL)) == expected
