"""Market makers as limit orders (05 §4.11)."""

from vega_mesa.protocol.amm.expansion import expand
from vega_mesa.protocol.amm.pool import PoolStatus
from vega_mesa.protocol.matching.order import BUY, SELL

BUYS = [(BUY, 95, 37), (BUY, 96, 36), (BUY, 97, 36), (BUY, 98, 35), (BUY, 99, 34)]
SELLS = [(SELL, 101, 7), (SELL, 102, 8), (SELL, 103, 8), (SELL, 104, 7), (SELL, 105, 8)]


def test_exact_steps_around_the_fair_price(bench):
    found = expand(bench.pool(), 95, 105, 100)
    assert found.orders == BUYS + SELLS
    assert not found.approximate


def test_one_side_asked_for_gives_that_side(bench):
    pool = bench.pool()
    assert expand(pool, 95, 99, 100).orders == BUYS
    assert expand(pool, 101, 105, 100).orders == SELLS


def test_one_price_asked_for(bench):
    pool = bench.pool()
    assert expand(pool, 100, 100, 100).orders == []
    assert expand(pool, 98, 98, 100).orders == [(BUY, 98, 35)]
    assert expand(pool, 102, 102, 100).orders == [(SELL, 102, 8)]


def test_nothing_outside_the_bounds(bench):
    pool = bench.pool()
    assert expand(pool, 10, 84, 100).orders == []
    assert expand(pool, 151, 999, 100).orders == []
    whole = expand(pool, 1, 999, 100).orders
    assert sum(size for side, _, size in whole if side is BUY) == 581
    assert sum(size for side, _, size in whole if side is SELL) == 291


def test_a_position_counts_where_the_fair_price_is(bench):
    pool = bench.hold(bench.pool(), 100)  # fair price 97, of which 105 is the position
    orders = expand(pool, 95, 99, 100).orders
    assert orders == [(BUY, 95, 37), (BUY, 96, 41), (SELL, 98, 31), (SELL, 99, 35)]


def test_thin_market_makers_stretch_to_whole_units(bench, make_terms):
    pool = bench.pool(make_terms(1000, lower=90, upper=120))
    assert expand(pool, 92, 98, 100).orders == [(BUY, 92, 1), (BUY, 94, 1), (BUY, 96, 1), (BUY, 98, 1)]


def test_too_many_steps_are_merged_at_average_prices(bench):
    pool = bench.pool()
    rough = expand(pool, 85, 150, 4)
    assert rough.approximate
    assert len(rough.orders) < 10
    assert sum(size for side, _, size in rough.orders if side is BUY) == 581
    assert sum(size for side, _, size in rough.orders if side is SELL) == 291
    assert [price for _, price, _ in rough.orders] == sorted(price for _, price, _ in rough.orders)
    assert expand(pool, 85, 150, 0).approximate  # the parameter may not be 0, but nothing breaks


def test_reduce_only_shows_the_way_back(bench):
    pool = bench.pool()
    pool.status = PoolStatus.REDUCE_ONLY
    assert expand(pool, 85, 150, 100).orders == []
    bench.hold(pool, 100)
    assert {side for side, _, _ in expand(pool, 85, 150, 100).orders} == {SELL}
    assert sum(size for _, _, size in expand(pool, 85, 150, 100).orders) == 100
    bench.hold(pool, -100)
    assert {side for side, _, _ in expand(pool, 85, 150, 100).orders} == {BUY}


def test_reduce_only_within_a_tick_of_the_base_is_one_order(bench):
    pool = bench.hold(bench.pool(), 3)
    pool.status = PoolStatus.REDUCE_ONLY
    assert expand(pool, 1, 999, 100).orders == [(SELL, 99, 3)]
    bench.hold(pool, -3)
    assert expand(pool, 1, 999, 100).orders == [(BUY, 101, 3)]


def test_a_market_maker_that_waits_shows_nothing(bench, make_terms):
    pool = bench.makers.new_pool("1", "owner", make_terms(), None)
    assert pool.status is PoolStatus.PENDING
    assert expand(pool, 1, 999, 100).orders == []
    assert pool.quote(BUY) == (0, 0)
    assert not pool.can_trade(BUY)
