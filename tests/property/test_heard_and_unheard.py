"""What is done at once while nobody listens comes to the same as the steps that listeners are told of."""

import random
from decimal import Decimal

import pytest

from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.commands.trading import OrderCancellation, OrderSubmission
from vega_mesa.protocol.data_sources import TIMESTAMP, Condition, DataSourceSpec, Filter
from vega_mesa.protocol.events.ledger import AccountUpdated, LedgerMoved
from vega_mesa.protocol.events.trading import (
    LossSocialised,
    MarginLevelsUpdated,
    OrdersCancelled,
    OrderUpdated,
    PositionUpdated,
    TradeHappened,
)
from vega_mesa.protocol.markets import silent_marking
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    FutureProduct,
    LiquidityFeeSettings,
    MarketDefinition,
    SimpleRiskModel,
)
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, TimeInForce

HEARD = (
    LedgerMoved,
    AccountUpdated,
    OrderUpdated,
    PositionUpdated,
    TradeHappened,
    OrdersCancelled,
    MarginLevelsUpdated,
    LossSocialised,
)
MARKET = "a" * 64
PARAMETERS = {"network.markPriceUpdateMaximumFrequency": "0s", "limits.markets.maxPeggedOrders": "1500"}
PARTIES = [f"{number:064x}" for number in range(1, 13)]


def definition():
    """Every kind of fee, margins of a few percent, prices in tenths and sizes in hundredths."""
    late = Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="9999999999")
    return MarketDefinition(
        name="odd amounts",
        decimal_places=1,
        position_decimal_places=2,
        product=FutureProduct(
            settlement_asset="dollar",
            quote_name="dollar",
            settlement_data=DataSourceSpec(
                signers=("0x" + "0" * 40,), filters=(Filter(property="price", type="TYPE_INTEGER", conditions=()),)
            ),
            settlement_property="price",
            termination=DataSourceSpec(
                filters=(Filter(property=TIMESTAMP, type="TYPE_TIMESTAMP", conditions=(late,)),)
            ),
            termination_property=TIMESTAMP,
        ),
        risk_model=SimpleRiskModel(long=Decimal("0.053"), short=Decimal("0.0617")),
        fees=FeeFactors(
            maker=Decimal("0.0002"),
            infrastructure=Decimal("0.0005"),
            buy_back=Decimal("0.0001"),
            treasury=Decimal("0.0003"),
        ),
        liquidity_fee_settings=LiquidityFeeSettings(method="METHOD_CONSTANT", constant=Decimal("0.001")),
        linear_slippage_factor=Decimal("0.001"),
    )


def chain_with_market(seed, heard):
    """Rich and poor parties, odd amounts of everything; a listener or none."""
    chain = NullChain(Genesis(network_parameters=PARAMETERS))
    events = []
    if heard:
        chain.exchange.bus.subscribe(HEARD, events.append)
    draw = random.Random(seed)
    exchange = chain.exchange
    exchange.assets.register("dollar", AssetDetails(name="dollar", symbol="USD", decimals=3))
    for party in PARTIES:
        exchange.collateral.deposit(party, "dollar", draw.choice((30_000, 400_000, 10**9)))
    exchange.submit_market(MARKET, definition())
    exchange.start_opening_auction(MARKET)
    chain.next_block()
    return chain, events


def trade(chain, seed, operations=700):
    """Orders around a price that wanders, cancellations, a block now and then; errors count as results."""
    draw = random.Random(seed)
    middle, live, told = 1000, [], []
    for _ in range(operations):
        middle = max(200, middle + draw.choice((-9, -2, 0, 0, 2, 9)))
        party, roll = draw.choice(PARTIES), draw.random()
        side, size = draw.choice((BUY, SELL)), draw.randint(1, 900)
        if roll < 0.5:
            price = middle + draw.randint(-30, 12) * (1 if side is BUY else -1)
            command = OrderSubmission(market_id=MARKET, side=side, size=size, price=price, post_only=roll < 0.05)
        elif roll < 0.7 and live:
            party, id = live.pop(draw.randrange(len(live)))
            command = OrderCancellation(market_id=MARKET, order_id=id)
        else:
            kind = {"type": OrderType.MARKET, "time_in_force": draw.choice((TimeInForce.IOC, TimeInForce.FOK))}
            command = OrderSubmission(market_id=MARKET, side=side, size=size, **kind)
        transaction = chain.submit(party, command)
        told.append((transaction.error, [(trade.id, trade.price, trade.size) for trade in transaction.trades]))
        if transaction.accepted and isinstance(command, OrderSubmission):
            live.append((party, transaction.id))
        if draw.random() < 0.08:
            chain.next_block()
    return told


@pytest.mark.parametrize("seed", range(12))
def test_the_state_does_not_depend_on_who_listens(seed):
    heard, events = chain_with_market(seed, heard=True)
    unheard, nothing = chain_with_market(seed, heard=False)
    told = trade(heard, seed)
    assert told == trade(unheard, seed)
    assert sum(len(trades) for _, trades in told) > 50
    assert any(error for error, _ in told)
    assert heard.state_hash() == unheard.state_hash()
    assert not heard.exchange.imbalance()
    assert events and not nothing


def test_such_a_stream_has_marks_that_are_calm_and_marks_that_only_seemed_so(monkeypatch):
    """Otherwise the first test would not compare the short way of a mark-to-market, nor its way back."""
    done, calm, taken_back = [], [], []
    settle, settle_calm = silent_marking.settle, silent_marking._settle_calm
    take_back = silent_marking._take_back

    def count_calm(market, mark, move, positions):
        others, gained = settle_calm(market, mark, move, positions)
        calm.append(len(positions) - len(others))
        return others, gained

    monkeypatch.setattr(silent_marking, "settle", lambda *given: done.append(settle(*given)) or done[-1])
    monkeypatch.setattr(silent_marking, "_settle_calm", count_calm)
    monkeypatch.setattr(silent_marking, "_take_back", lambda *given: taken_back.append(take_back(*given)))
    for seed in range(12):
        trade(chain_with_market(seed, heard=False)[0], seed)
    assert sum(calm) > 100
    assert done.count(True) > 100
    assert done.count(False) > 100
    assert len(taken_back) > 10


def test_such_a_stream_has_close_outs_and_unpaid_losses():
    """Otherwise the test above would not see the ways that money takes when it is short."""
    kinds = set()
    for seed in range(12):
        chain, events = chain_with_market(seed, heard=True)
        trade(chain, seed)
        kinds |= {type(event) for event in events}
        kinds |= {entry.type for event in events if type(event) is LedgerMoved for entry in event.entries}
    assert LossSocialised in kinds or "TRANSFER_TYPE_MARGIN_CONFISCATED" in kinds
    assert {"TRANSFER_TYPE_MTM_LOSS", "TRANSFER_TYPE_MTM_WIN", "TRANSFER_TYPE_MARGIN_HIGH"} <= kinds
