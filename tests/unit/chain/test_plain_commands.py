"""Plain commands are executed without being checked before: so nothing that a check would refuse may pass for plain."""

from decimal import Decimal

import pytest

from vega_mesa.chain.commands import check
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.validation import validate
from vega_mesa.errors import InvalidCommand, UsageError
from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.commands.trading import (
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
)
from vega_mesa.protocol.data_sources import TIMESTAMP, Condition, DataSourceSpec, Filter
from vega_mesa.protocol.markets.definition import FutureProduct, MarketDefinition, SimpleRiskModel
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, PeggedReference, Side, TimeInForce

MARKET = "a" * 64
AT_MARKET = {"type": OrderType.MARKET, "time_in_force": TimeInForce.IOC, "price": 0}
WRONG = [
    None, "1", 1.5, True, False, 0, -1, 10**100, 2**64, b"", "x", "x" * 101, [], {}, Decimal(3), Side.UNSPECIFIED,
    TimeInForce.GFA, TimeInForce.GTT, TimeInForce.UNSPECIFIED, OrderType.NETWORK, OrderType.UNSPECIFIED,
    PeggedOrderDetails(reference=PeggedReference.MID, offset=3), IcebergOptions(peak_size=2, minimum_visible_size=1),
]  # fmt: skip


def make_chain():
    """A market in continuous trading whose parties have been marked to market, with orders on both sides."""
    never = Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="9999999999")
    definition = MarketDefinition(
        name="plain",
        product=FutureProduct(
            settlement_asset="dollar",
            quote_name="dollar",
            settlement_data=DataSourceSpec(
                signers=("0x" + "0" * 40,), filters=(Filter(property="price", type="TYPE_INTEGER", conditions=()),)
            ),
            settlement_property="price",
            termination=DataSourceSpec(
                filters=(Filter(property=TIMESTAMP, type="TYPE_TIMESTAMP", conditions=(never,)),)
            ),
            termination_property=TIMESTAMP,
        ),
        risk_model=SimpleRiskModel(long=Decimal("0.05"), short=Decimal("0.05")),
        linear_slippage_factor=Decimal("0.001"),
    )
    chain = NullChain(Genesis(network_parameters={"network.markPriceUpdateMaximumFrequency": "0s"}))
    exchange = chain.exchange
    exchange.assets.register("dollar", AssetDetails(name="dollar", symbol="USD", decimals=0))
    for party in ("maker", "taker", "idle"):
        exchange.collateral.deposit(party, "dollar", 10**9)
    exchange.submit_market(MARKET, definition)
    exchange.start_opening_auction(MARKET)
    chain.next_block()
    for side, price in ((BUY, 90), (SELL, 110)):
        chain.submit("maker", order(side=side, price=price, size=10_000))
    chain.submit("taker", order(**AT_MARKET))
    chain.next_block()
    return chain


@pytest.fixture
def chain():
    return make_chain()


def order(**fields):
    return OrderSubmission(**({"market_id": MARKET, "side": BUY, "size": 10, "price": 80} | fields))


def execute_plain(chain, command, party="taker", id="ab" * 32):
    before = chain.state_hash()
    outcome = chain.exchange.execute_plain(party, command, IdGenerator(id))
    assert outcome is not None or chain.state_hash() == before
    return outcome


@pytest.mark.parametrize(
    "base", [{}, AT_MARKET, {"price": 200}, {"side": SELL, "price": 85}], ids=["rests", "at market", "buys", "sells"]
)
def test_what_a_check_would_refuse_is_not_plain(chain, base):
    assert execute_plain(chain, order(**base)).error is None
    plain = 0
    for name in OrderSubmission.__dataclass_fields__:
        for value in WRONG:
            command = order(**(base | {name: value}))
            plain += 1
            if execute_plain(chain, command, id=f"{plain:064x}") is not None:
                check(command)
                validate(command)


def test_cancellations_of_what_is_not_there_are_not_plain(chain):
    live = next(iter(chain.exchange.markets[MARKET].book.orders))
    assert execute_plain(chain, OrderCancellation(market_id=MARKET, order_id=live), "taker") is None
    for value in (*WRONG, "", live.encode()):
        assert execute_plain(chain, OrderCancellation(market_id=MARKET, order_id=value), "maker") is None
        assert execute_plain(chain, OrderCancellation(market_id=value, order_id=live), "maker") is None
    assert execute_plain(chain, OrderCancellation(market_id=MARKET, order_id=live), "maker").order.id == live


@pytest.mark.parametrize("command", [None, 3, "order", OrderAmendment(market_id=MARKET, order_id="a", size=3)])
def test_other_commands_are_not_plain(chain, command):
    assert execute_plain(chain, command) is None


@pytest.mark.parametrize(
    "command",
    [order(), order(**AT_MARKET), order(price=200, time_in_force=TimeInForce.FOK), order(side=SELL, price=95)],
    ids=["rests", "at market", "fill or kill", "reduces"],
)
def test_a_plain_order_is_what_the_long_way_makes_of_it(command):
    short, long = make_chain(), make_chain()
    assert execute_plain(short, command) is not None
    long.exchange.execute("taker", command, IdGenerator("ab" * 32))
    assert short.state_hash() == long.state_hash()


def test_margin_is_released_at_an_unchanged_mark_to_who_has_only_cancelled(chain):
    def pass_a_block():
        chain.submit("taker", order(size=1, **AT_MARKET))  # at the mark price, so that there is something to mark
        chain.next_block()

    chain.submit("idle", order(size=10, price=50))
    large = chain.submit("idle", order(size=1_000, price=51)).id
    pass_a_block()
    account = chain.exchange.markets[MARKET].accounts["idle"].margin
    before, mark = account.balance, chain.exchange.markets[MARKET].mark_price
    assert chain.submit("idle", OrderCancellation(market_id=MARKET, order_id=large)).accepted
    assert account.balance == before
    pass_a_block()
    assert chain.exchange.markets[MARKET].mark_price == mark
    assert account.balance < before / 50


def test_mistakes_are_told_and_change_nothing(chain):
    before = chain.state_hash(), dict(chain.nonces), len(chain.log)
    for command in (order(size=0), order(price="80"), order(market_id=["m"]), OrderCancellation(order_id=3), None):
        with pytest.raises((InvalidCommand, UsageError)):
            chain.submit("taker", command)
    assert (chain.state_hash(), dict(chain.nonces), len(chain.log)) == before
