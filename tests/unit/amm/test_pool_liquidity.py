"""Market makers between the levels of a book (05 §4.9, 4.10)."""

from decimal import Decimal

from vega_mesa.protocol.amm.data_source_ids import content_id, source_ids
from vega_mesa.protocol.amm.pool import pool_party
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.matching.order import BUY, FILLED, SELL, Order, OrderType, TimeInForce


def test_the_key_of_a_market_maker():
    assert pool_party("ETH/MAR22", "vamm1").startswith("137112507e25")


def test_the_id_of_a_composite_source_is_the_hash_of_its_definition():
    price = Filter(property="price.USD.value", type="TYPE_INTEGER", decimals=5)
    source = DataSourceSpec(signers=("0xCAFECAFE2",), filters=(price,))
    assert content_id(source) == "3dad1506c9130ae64a1f3ab8f9bea4339396c77cc85a0c952d9c704d963fff12"
    assert source_ids(source) == (content_id(source),)


def test_one_order_for_each_sub_interval_at_its_average_price(bench):
    bench.pool()
    assert bench.trade(BUY, 291, 150) == [(291, 122)]
    assert bench.trade(BUY, 1000, 1000) == [(291, 122)]  # all that there is
    assert bench.trade(SELL, 581, 85) == [(581, 92)]


def test_trades_through_the_base_are_split_there(bench):
    bench.hold(bench.pool(), 100)
    sizes = [size for size, _ in bench.trade(BUY, 200, 150)]
    assert sizes == [100, 100]


def test_an_order_below_the_quote_trades_nothing(bench):
    bench.pool()
    assert bench.trade(BUY, 5, 100, price=100) == []
    assert bench.trade(BUY, 5, 101, price=101) == [(5, 100)]


def test_spare_units_go_to_the_first_in_the_list(bench):
    bench.pool()
    bench.pool(owner="other")
    assert bench.trade(BUY, 5, 150) == [(3, 100), (2, 100)]


def test_what_the_first_cannot_take_goes_to_the_next(bench, make_terms):
    bench.pool(make_terms(30_000))
    bench.pool(make_terms(100_000), owner="other")
    total = sum(pool.volume_to(BUY, 110) for pool in bench.makers.pools.values())
    made = bench.trade(BUY, total - 1, 110)
    assert sum(size for size, _ in made) == total - 1


def test_an_owner_may_trade_with_its_own_market_maker_but_that_not_with_itself(bench):
    pool = bench.pool()
    source = bench.makers.liquidity
    for party, expected in (("owner", 5), (pool.party, 0)):
        order = Order("o", "M", party, BUY, OrderType.LIMIT, TimeInForce.IOC, 5, 150, 150)
        source.begin(1)
        assert sum(made.size for made in source.trade(order, 5, None, 150)) == expected
        source.finish()


def test_orders_that_are_made_are_filled_and_carry_the_key(bench):
    pool = bench.pool()
    source = bench.makers.liquidity
    source.begin(7)
    order = Order("o", "M", "x", BUY, OrderType.LIMIT, TimeInForce.IOC, 5, 150, 150, created_at=7)
    made = source.trade(order, 5, None, 150)[0]
    assert (made.party, made.reference, made.status, made.off_book) == (pool.party, f"vamm-{pool.party}", FILLED, True)
    assert made.remaining == made.size == 5
    assert pool.position == -5
    source.finish()
    assert pool.position == 0


def test_several_at_the_same_best_price_add_up(bench):
    bench.pool()
    bench.pool(owner="other")
    assert bench.makers.liquidity.best(SELL) == (101, 14)
    assert bench.makers.liquidity.best(BUY) == (99, 68)
    assert bench.makers.liquidity.volume_at_or_better(SELL, 101) == 14
    assert bench.makers.liquidity.volume_at_or_better(SELL, 100) == 0


def test_rough_expansions_are_refined_around_the_price(bench):
    bench.pool()
    bench.makers.parameters.calculation_levels = 4
    source = bench.makers.liquidity
    rough = source.expand(85, 150)
    refined = source.refine(85, 110, 112, 150)
    assert refined is not None
    assert len(refined) > len(rough)
    bench.makers.parameters.calculation_levels = 100
    source.expand(85, 150)
    assert source.refine(85, 110, 112, 150) is None


def test_looking_at_an_auction_leaves_no_trace(bench):
    bench.pool()
    source = bench.makers.liquidity
    first = [(order.id, order.price, order.size) for order in source.expand(95, 105)]
    assert first == [(order.id, order.price, order.size) for order in source.expand(95, 105)]


def test_a_provider_of_liquidity(bench):
    bench.pool()
    provider = bench.makers.providers[0]
    buys, sells = provider.shape(95, 105)
    assert sum(size for _, size in buys) == 178
    assert sum(size for _, size in sells) == 38
    assert (provider.commitment, provider.proposed_fee) == (100_000, Decimal("0.03"))
