"""Whatever is sent to a spot market: nothing is lost, and what orders have locked is what the accounts hold."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.trading import (
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
)
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    LiquidityFeeSettings,
    MarketDefinition,
    PriceMonitoringTrigger,
    SimpleRiskModel,
    SpotProduct,
)
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, PeggedReference, TimeInForce
from vega_mesa.protocol.network_parameters import NetworkParameters

ID = "BTC/USD"
PARTIES = ("ada", "bob", "cyd", "dan")
PRICES = st.integers(85, 115)
SIZES = st.integers(1, 40)
SIDES = st.sampled_from((BUY, SELL))
TIMES_IN_FORCE = st.sampled_from(tuple(t for t in TimeInForce if t not in (TimeInForce.UNSPECIFIED, TimeInForce.GTT)))


def _orders() -> st.SearchStrategy:
    limit = st.builds(
        OrderSubmission,
        market_id=st.just(ID),
        side=SIDES,
        size=SIZES,
        price=PRICES,
        time_in_force=TIMES_IN_FORCE,
        post_only=st.booleans(),
        iceberg_opts=st.none() | st.just(IcebergOptions(peak_size=3, minimum_visible_size=2)),
    )
    market = st.builds(
        OrderSubmission,
        market_id=st.just(ID),
        side=SIDES,
        size=SIZES,
        type=st.just(OrderType.MARKET),
        time_in_force=st.sampled_from((TimeInForce.IOC, TimeInForce.FOK)),
    )
    peg = st.builds(
        OrderSubmission,
        market_id=st.just(ID),
        side=SIDES,
        size=SIZES,
        pegged_order=st.builds(
            PeggedOrderDetails, reference=st.sampled_from(tuple(PeggedReference)), offset=st.integers(1, 5)
        ),
    )
    return limit | limit | limit | market | peg


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("order", "order", "order", "amend", "cancel", "tick", "suspend")),
        st.sampled_from(PARTIES),
        _orders(),
        st.integers(0, 30),
        PRICES | st.none(),
        st.integers(-10, 10),
    ),
    max_size=60,
)


def _exchange(places: int) -> Exchange:
    exchange = Exchange(10**9 * SECOND, NetworkParameters(defaults=False), permissive_assets=True)
    for asset in ("BTC", "USD"):
        exchange.assets.register_bare(asset, 2, None)
        for party in PARTIES:
            exchange.collateral.deposit(party, asset, 3_000)
    exchange.set_parameter("limits.markets.maxPeggedOrders", "100")
    definition = MarketDefinition(
        name=ID,
        product=SpotProduct(base_asset="BTC", quote_asset="USD"),
        decimal_places=2,
        position_decimal_places=places,
        risk_model=SimpleRiskModel(
            long=Decimal("0.1"), short=Decimal("0.1"), max_move_up=Decimal(8), min_move_down=Decimal(-8)
        ),
        price_monitoring=(PriceMonitoringTrigger(horizon=3600, probability=Decimal("0.9"), auction_extension=3),),
        fees=FeeFactors(maker=Decimal("0.01"), infrastructure=Decimal("0.02"), buy_back=Decimal("0.005")),
        liquidity_fee_settings=LiquidityFeeSettings(method="METHOD_CONSTANT", constant=Decimal("0.03")),
        opening_auction_duration=1,
    )
    exchange.submit_market(ID, definition)
    exchange.start_opening_auction(ID)
    for party, side in (("ada", BUY), ("bob", SELL)):
        exchange.execute(party, OrderSubmission(market_id=ID, side=side, size=5, price=100), side.name.encode().hex())
    exchange.set_time(exchange.now + 2 * SECOND)
    return exchange


def _check(exchange: Exchange) -> None:
    market = exchange.markets[ID]
    assert not exchange.imbalance()
    assert all(a.balance >= 0 for a in exchange.collateral.accounts.values() if a.type is not AccountType.EXTERNAL)
    locked: dict[tuple[str, str], int] = {}
    for id, lock in market.holdings.locks.items():
        order = market.find_order(id)
        assert order is not None, f"{lock} of an order that is gone"
        key = (order.party, "USD" if order.side is BUY else "BTC")
        locked[key] = locked.get(key, 0) + lock.quantity + lock.fee
    held = {
        (a.owner, a.asset): a.balance
        for a in exchange.collateral.accounts.values()
        if a.type is AccountType.HOLDING and a.balance
    }
    assert held == {key: amount for key, amount in locked.items() if amount}


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, places=st.sampled_from((0, 1, 2)))
def test_funds_are_conserved_and_locks_are_what_is_held(steps, places):
    exchange = _exchange(places)
    market = exchange.markets[ID]
    _check(exchange)
    for number, (action, party, order, index, price, delta) in enumerate(steps):
        root = f"{number + 1:064x}"
        live = market.orders_of(party)
        if action == "order":
            exchange.execute(party, order, root)
        elif action == "amend" and live:
            amendment = OrderAmendment(market_id=ID, order_id=live[index % len(live)].id, price=price, size_delta=delta)
            exchange.execute(party, amendment, root)
        elif action == "cancel" and live:
            exchange.execute(party, OrderCancellation(market_id=ID, order_id=live[index % len(live)].id), root)
        elif action == "tick":
            exchange.end_block()
            exchange.set_time(exchange.now + (1 + index % 5) * SECOND)
        elif action == "suspend":
            if market.state == "STATE_SUSPENDED_VIA_GOVERNANCE":
                market.resume()
            else:
                market.suspend()
        _check(exchange)
    for party in PARTIES:
        exchange.execute(party, OrderCancellation(market_id=ID), f"{party.encode().hex()}")
    _check(exchange)
    assert not market.holdings.locks
