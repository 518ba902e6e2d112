"""Automated market makers: curves say the same in every way that they can be asked, and money is never made or lost."""

import pickle
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from vega_mesa.protocol.amm.curves import build_curve
from vega_mesa.protocol.amm.engine import CurveInputs, MarketMakers
from vega_mesa.protocol.amm.expansion import expand
from vega_mesa.protocol.amm.fixed_point import square_root
from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.amm.pool import PoolTerms
from vega_mesa.protocol.arithmetic import Scale, divide
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets.definition import (
    FutureProduct,
    MarketDefinition,
    PriceMonitoringTrigger,
    SimpleRiskModel,
)
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, TimeInForce
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.refusal import Refused

INPUTS = CurveInputs(
    long_risk=Decimal("0.3"),
    short_risk=Decimal("0.4"),
    initial_margin=Decimal("1.5"),
    slippage=Decimal("0.1"),
    allowed_empty_levels=100,
)
ranges = st.tuples(st.integers(20, 500), st.integers(1, 300), st.integers(1, 300))


@given(st.integers(0, 2**200))
def test_a_square_root_is_close_to_the_root(value):
    root = square_root(value)
    assert abs(root * root - value * 10**32) <= 2 * root + 1


@given(ranges, st.integers(10**4, 10**12), st.integers(-1, 4))
def test_a_curve_is_the_formula_in_decimals(prices, commitment, position_decimals):
    low, width, _ = prices
    curve = build_curve(
        is_lower=True, low=low, high=low + width, commitment=commitment, risk_factor=INPUTS.long_risk,
        initial_margin=INPUTS.initial_margin, slippage=INPUTS.slippage, leverage=None,
        position_scale=Scale(position_decimals),
    )  # fmt: skip
    assert curve is not None
    for price in {low, low + width // 2, low + width}:
        root = Decimal(square_root(price)).scaleb(-16)
        high = Decimal(square_root(low + width)).scaleb(-16)
        plain = divide((high - root) * curve.virtual_liquidity, high * root)
        assert curve.position_at(price) == int(plain)


def pool_of(prices, commitment):
    base, below, above = prices
    bus = EventBus()
    collateral = Collateral(bus)
    positions = Positions("M", bus)
    makers = MarketMakers("M", "USD", collateral, positions, Scale(0), Scale(0), None, AMMParameters())
    wanted = ConcentratedLiquidityParameters(base=base, lower_bound=max(1, base - below), upper_bound=base + above)
    terms = PoolTerms(
        commitment=commitment, proposed_fee=Decimal("0.1"), parameters=wanted, slippage_tolerance=Decimal("0.1")
    )
    try:
        return makers.new_pool("1", "owner", terms, makers.build_curves(terms, base, INPUTS)), positions
    except Refused:
        return None, positions


@given(ranges, st.integers(10**3, 10**9), st.floats(-1, 1))
def test_volumes_add_up_however_a_range_is_cut(prices, commitment, share):
    pool, positions = pool_of(prices, commitment)
    if pool is None:
        return
    lower, upper = pool.curves
    size = int(share * (lower.whole_position if share > 0 else upper.whole_position))
    positions.open(pool.party).size = size
    fair = pool.fair_price
    assert lower.low <= fair <= upper.high
    for middle in {lower.low, lower.high, upper.high, (lower.low + upper.high) // 2, fair}:
        for side in (BUY, SELL):
            whole = pool.volume_between(side, lower.low, upper.high)
            parts = pool.volume_between(side, lower.low, middle) + pool.volume_between(side, middle, upper.high)
            assert whole == parts
    bid, ask = pool.quote(BUY)[0], pool.quote(SELL)[0]
    assert not bid or bid < fair or fair == lower.low
    assert not ask or ask > fair or fair == upper.high


@given(ranges, st.integers(10**3, 10**8), st.sampled_from([3, 100]), st.integers(1, 800), st.integers(0, 400))
def test_an_expansion_is_ascending_and_does_not_cross(prices, commitment, levels, start, width):
    pool, _ = pool_of(prices, commitment)
    if pool is None:
        return
    orders, approximate = expand(pool, start, start + width, levels)
    assert all(size > 0 for _, _, size in orders)
    buys = [price for side, price, _ in orders if side is BUY]
    sells = [price for side, price, _ in orders if side is SELL]
    if approximate and commitment < 10**6:
        return  # the average price of a handful of units rounds past its neighbour's
    assert buys == sorted(buys)
    assert sells == sorted(sells)
    assert not buys or not sells or buys[-1] <= sells[0]


# -- a market --------------------------------------------------------------------------------------------------------


def market_exchange() -> Exchange:
    exchange = Exchange(0, NetworkParameters(defaults=False), permissive_assets=True)
    exchange.assets.register_bare("USD", 0, Decimal(1))
    exchange.set_parameter("network.markPriceUpdateMaximumFrequency", "0s")
    exchange.set_parameter("market.liquidity.stakeToCcyVolume", "1")
    exchange.set_parameter("market.auction.minimumDuration", "1s")
    price = Filter(property="price", type="TYPE_INTEGER", decimals=0)
    definition = MarketDefinition(
        name="amm",
        product=FutureProduct(
            settlement_asset="USD", quote_name="USD",
            settlement_data=DataSourceSpec(signers=("oracle",), filters=(price,)), settlement_property="price",
            termination=DataSourceSpec(signers=("oracle",), filters=(Filter(property="end", type="TYPE_BOOLEAN"),)),
            termination_property="end",
        ),
        risk_model=SimpleRiskModel(long=Decimal("0.1"), short=Decimal("0.1")),
        price_monitoring=(PriceMonitoringTrigger(horizon=60, probability=Decimal("0.95"), auction_extension=3),),
        linear_slippage_factor=Decimal("0.1"),
        opening_auction_duration=2,
    )  # fmt: skip
    exchange.set_time(SECOND)
    exchange.submit_market("M", definition)
    exchange.start_opening_auction("M")
    for party in ("a", "b", "c", "d"):
        exchange.collateral.deposit(party, "USD", 10**7)
    return exchange


parties = st.sampled_from(["a", "b", "c", "d"])
curves = st.builds(
    ConcentratedLiquidityParameters,
    base=st.integers(90, 110),
    lower_bound=st.one_of(st.none(), st.integers(60, 89)),
    upper_bound=st.one_of(st.none(), st.integers(111, 140)),
    leverage_at_upper_bound=st.one_of(st.none(), st.just(Decimal(3))),
)
slippage = st.sampled_from([Decimal("0.5"), Decimal("0.01")])
commands = st.one_of(
    st.builds(
        OrderSubmission,
        market_id=st.just("M"),
        side=st.sampled_from([BUY, SELL]),
        size=st.integers(1, 400),
        price=st.integers(70, 130),
        type=st.just(OrderType.LIMIT),
        time_in_force=st.sampled_from([TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTC]),
    ),
    st.builds(
        SubmitAMM,
        market_id=st.just("M"),
        commitment_amount=st.integers(100, 100_000),
        slippage_tolerance=slippage,
        concentrated_liquidity_parameters=curves,
        proposed_fee=st.just(Decimal("0.01")),
    ),
    st.builds(
        AmendAMM,
        market_id=st.just("M"),
        commitment_amount=st.one_of(st.none(), st.integers(100, 100_000)),
        slippage_tolerance=slippage,
        concentrated_liquidity_parameters=st.one_of(st.none(), curves),
    ),
    st.builds(
        CancelAMM,
        market_id=st.just("M"),
        method=st.sampled_from([AMMCancelMethod.IMMEDIATE, AMMCancelMethod.REDUCE_ONLY]),
    ),
)
steps = st.lists(st.one_of(st.tuples(parties, commands), st.just(None)), max_size=40)


def run(exchange, history, first=0):
    for number, step in enumerate(history, first):
        if step is None:
            exchange.end_block()
            exchange.set_time(exchange.now + SECOND)
        else:
            exchange.execute(step[0], step[1], hash_text(str(number)))
        check(exchange)


def check(exchange):
    market = exchange.markets["M"]
    assert exchange.imbalance() == {}
    assert all(account.balance >= 0 for account in exchange.collateral.accounts.values() if account.type.value != 10)
    assert sum(position.size for position in market.positions.by_party.values()) == 0
    for position in market.positions.by_party.values():
        assert position.buy >= 0
        assert position.sell >= 0
    if market.amm is None:
        return
    for pool in market.amm.pools.values():
        assert pool.temporary is None
        position = market.positions.by_party.get(pool.party)
        assert position is None or (position.buy, position.sell) == (0, 0)
        if pool.lower is not None:
            assert -pool.curves[1].whole_position <= pool.real_position <= pool.curves[0].whole_position
    book = market.book
    if not market.auction.in_auction and book.best_bid() and book.best_ask():
        assert book.buys.keys == [] or book.sells.keys == [] or book.buys.keys[-1] < -book.sells.keys[-1]


@settings(max_examples=60)
@given(steps)
def test_money_and_positions_are_conserved(history):
    run(market_exchange(), history)


@settings(max_examples=20)
@given(steps, steps)
def test_a_saved_market_goes_on_in_the_same_way(before, after):
    exchange = market_exchange()
    run(exchange, before)
    copy = pickle.loads(pickle.dumps(exchange))
    for one in (exchange, copy):
        run(one, after, 1000)
    assert _figures(exchange) == _figures(copy)


def _figures(exchange):
    market = exchange.markets["M"]
    balances = {key: account.balance for key, account in exchange.collateral.accounts.items()}
    sizes = {party: position.values() for party, position in market.positions.by_party.items()}
    return balances, sizes, market.market_data()
