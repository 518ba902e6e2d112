"""One small futures market on a bare exchange: prices are whole, sizes are whole, no fees, two thin walls of orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from vega_mesa.protocol.commands.trading import (
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
)
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets.definition import FutureProduct, MarketDefinition, SimpleRiskModel
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.matching.order import BUY, OrderType, PeggedReference, Side, TimeInForce
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.outcome import Outcome

ORACLE = DataSourceSpec(signers=("oracle",), filters=(Filter(property="price", type="TYPE_INTEGER", decimals=0),))
END = DataSourceSpec(signers=("oracle",), filters=(Filter(property="end", type="TYPE_BOOLEAN"),))
PARAMETERS = {
    "network.markPriceUpdateMaximumFrequency": "0s",
    "limits.markets.maxPeggedOrders": "10",
    "spam.protection.max.stopOrdersPerMarket": "4",
}


class Desk:
    """A market and short ways to trade on it; every call is one transaction."""

    def __init__(self, **terms: Any) -> None:
        self.exchange = Exchange(0, NetworkParameters(defaults=False), permissive_assets=True)
        self.exchange.assets.register_bare("USD", 0, Decimal(1))
        self.events: list[Any] = []
        self._transactions = 0
        for name, text in PARAMETERS.items():
            self.exchange.set_parameter(name, text)
        product = {
            "settlement_asset": "USD", "quote_name": "USD", "settlement_data": ORACLE, "settlement_property": "price",
            "termination": END, "termination_property": "end",
        }  # fmt: skip
        product.update(terms.pop("product", {}))
        definition = MarketDefinition(
            name="trap",
            product=FutureProduct(**product),
            risk_model=terms.pop("risk_model", SimpleRiskModel(long=Decimal("0.1"), short=Decimal("0.1"))),
            linear_slippage_factor=Decimal(0),
            **terms,
        )
        self.exchange.set_time(SECOND)
        self.market: FuturesMarket = self.exchange.submit_market("M", definition)
        self.exchange.start_opening_auction("M")

    def listen(self, *kinds: type) -> list[Any]:
        """Collect events of these kinds from now on."""
        self.exchange.bus.subscribe(kinds, self.events.append)
        return self.events

    def fund(self, amount: int, *parties: str) -> None:
        """Give each party an amount."""
        for party in parties:
            self.exchange.collateral.deposit(party, "USD", amount)

    def send(self, party: str, command: object) -> Outcome:
        """One transaction."""
        self._transactions += 1
        return self.exchange.execute(party, command, hash_text(str(self._transactions)))

    def order(self, party: str, side: Side, size: int, price: int = 0, **fields: Any) -> Outcome:
        """A limit order; a market order (IOC) without a price."""
        if not price and "pegged_order" not in fields:
            fields = {"type": OrderType.MARKET, "time_in_force": TimeInForce.IOC, **fields}
        return self.send(party, OrderSubmission(market_id="M", side=side, size=size, price=price, **fields))

    def peg(self, party: str, side: Side, size: int, reference: PeggedReference, offset: int, **fields: Any) -> Outcome:
        """A pegged order."""
        return self.order(
            party, side, size, pegged_order=PeggedOrderDetails(reference=reference, offset=offset), **fields
        )

    def iceberg(self, party: str, side: Side, size: int, price: int, peak: int, minimum: int = 1) -> Outcome:
        """An iceberg order."""
        options = IcebergOptions(peak_size=peak, minimum_visible_size=minimum)
        return self.order(party, side, size, price, iceberg_opts=options)

    def amend(self, party: str, order_id: str, **fields: Any) -> Outcome:
        """Change an order."""
        return self.send(party, OrderAmendment(market_id="M", order_id=order_id, **fields))

    def cancel(self, party: str, order_id: str = "") -> Outcome:
        """Cancel an order, or all of a party's."""
        return self.send(party, OrderCancellation(market_id="M", order_id=order_id))

    def block(self, seconds: int = 1) -> None:
        """End the block and begin the next one."""
        self.exchange.end_block()
        self.exchange.set_time(self.exchange.now + seconds * SECOND)

    def balance(self, party: str) -> tuple[int, int]:
        """Margin and general account."""
        accounts = self.market.accounts[party]
        return accounts.margin.balance, accounts.general.balance

    def open_volume(self, party: str) -> int:
        """What a party holds."""
        return self.market.open_volume(party)

    def quote(self, bid: int, ask: int, size: int = 1) -> None:
        """A wall on either side, by rich parties."""
        self.fund(10**12, "wall-bid", "wall-ask")
        self.order("wall-bid", BUY, size, bid)
        self.order("wall-ask", BUY.opposite, size, ask)

    def trade(self, price: int, size: int = 1, buyer: str = "maker-b", seller: str = "maker-s") -> None:
        """A trade between two rich parties at a price."""
        self.fund(10**12, buyer, seller)
        self.order(buyer, BUY, size, price)
        assert self.order(seller, BUY.opposite, size, price).trades


@pytest.fixture
def make_desk() -> Iterator[Callable[..., Desk]]:
    """Makes desks; money must add up on each of them at the end."""
    desks: list[Desk] = []

    def make(**terms: Any) -> Desk:
        desks.append(Desk(**terms))
        return desks[-1]

    yield make
    for desk in desks:
        assert desk.exchange.imbalance() == {}


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A market without opening auction or price monitoring, marked at 1000."""
    desk = make_desk()
    desk.trade(1000)
    desk.block()
    assert desk.market.mark_price == 1000
    return desk
