"""A spot market that trades BTC for USD, and parties with funds."""

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.trading import (
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
)
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.trading import OrderUpdated, TradeHappened
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
START = 1_700_000_000


class Spot:
    """One market, a clock, and short ways to trade.

    Fees: maker 1 %, infrastructure 2 %; the liquidity fee is constant at 4 %.
    """

    def __init__(self, *, decimals=(0, 0), places=(0, 0), monitored=True, **terms):
        self.exchange = Exchange(START * SECOND, NetworkParameters(defaults=False), permissive_assets=True)
        self.trades, self.orders, self.moves = [], [], []
        bus = self.exchange.bus
        bus.subscribe(TradeHappened, lambda event: self.trades.append(event.trade))
        bus.subscribe(OrderUpdated, lambda event: self.orders.append(event.order))
        bus.subscribe(LedgerMoved, lambda event: self.moves.extend(event.entries))
        for asset, places_of_asset in zip(("BTC", "USD"), decimals, strict=True):
            self.exchange.assets.register_bare(asset, places_of_asset, None)
        self.exchange.set_parameter("limits.markets.maxPeggedOrders", "100")
        self.exchange.set_parameter("spam.protection.max.stopOrdersPerMarket", "5")
        monitoring = (PriceMonitoringTrigger(horizon=3600, probability=Decimal("0.95"), auction_extension=10),)
        self.definition = MarketDefinition(
            name=ID,
            product=SpotProduct(base_asset="BTC", quote_asset="USD"),
            decimal_places=places[0],
            position_decimal_places=places[1],
            risk_model=SimpleRiskModel(
                long=Decimal("0.1"), short=Decimal("0.1"), max_move_up=Decimal(10), min_move_down=Decimal(-10)
            ),
            price_monitoring=monitoring if monitored else (),
            fees=FeeFactors(maker=Decimal("0.01"), infrastructure=Decimal("0.02")),
            liquidity_fee_settings=LiquidityFeeSettings(method="METHOD_CONSTANT", constant=Decimal("0.04")),
            opening_auction_duration=1,
            **terms,
        )
        self.market = self.exchange.submit_market(ID, self.definition)
        self.exchange.start_opening_auction(ID)
        self._commands = 0
        self.references = {}

    def fund(self, party, usd=None, btc=None):
        """Deposit; an asset not given leaves the party without account."""
        for asset, amount in (("USD", usd), ("BTC", btc)):
            if amount is not None:
                self.exchange.collateral.deposit(party, asset, amount)
        return self

    def open(self, price=100):
        """Leave the opening auction with one trade between ``opener`` and ``closer``."""
        self.fund("opener", usd=price).fund("closer", btc=1)
        self.place("opener", BUY, 1, price)
        self.place("closer", SELL, 1, price)
        self.tick(2)
        assert not self.market.auction.in_auction
        self.trades.clear()
        self.orders.clear()
        self.moves.clear()
        return self

    def breach(self):
        """Start a price auction by a trade at 150 that does not happen; its orders are cancelled."""
        self.fund("high", btc=1).fund("higher", usd=1_000)
        orders = [self.place("high", SELL, 1, 150).order, self.place("higher", BUY, 1, 150).order]
        assert self.market.auction.in_auction
        for party, order in zip(("high", "higher"), orders, strict=True):
            self.cancel(party, order)
        self.orders.clear()
        return self

    def execute(self, party, command):
        self._commands += 1
        return self.exchange.execute(party, command, f"{self._commands:064x}")

    def place(self, party, side, size, price=0, **more):
        """Place a good-till-cancelled order; returns the outcome."""
        if "peg" in more:
            reference, offset = more.pop("peg")
            more["pegged_order"] = PeggedOrderDetails(reference=reference, offset=offset)
        if "peak" in more:
            peak = more.pop("peak")
            more["iceberg_opts"] = IcebergOptions(peak_size=peak, minimum_visible_size=peak)
        command = OrderSubmission(market_id=ID, side=side, size=size, price=price, **more)
        outcome = self.execute(party, command)
        assert not self.exchange.imbalance()
        return outcome

    def take(self, party, side, size):
        """A market order."""
        return self.place(party, side, size, type=OrderType.MARKET, time_in_force=TimeInForce.IOC)

    def amend(self, party, order, **changes):
        return self.execute(party, OrderAmendment(market_id=ID, order_id=order.id, **changes))

    def cancel(self, party, order):
        return self.execute(party, OrderCancellation(market_id=ID, order_id=order.id if order else ""))

    def tick(self, seconds=1):
        self.exchange.end_block()
        self.exchange.set_time(self.exchange.now + seconds * SECOND)
        assert not self.exchange.imbalance()

    def general(self, party, asset):
        return self.exchange.collateral.balance(AccountType.GENERAL, asset, party)

    def held(self, party, asset):
        return self.exchange.collateral.balance(AccountType.HOLDING, asset, party)

    def treasury(self):
        return self.exchange.collateral.balance(AccountType.NETWORK_TREASURY, "USD")


@pytest.fixture
def make():
    """Makes a market, in its opening auction."""
    return Spot


@pytest.fixture
def spot():
    """A market in continuous trading at 100."""
    return Spot().open()


@pytest.fixture
def auction():
    """A market in a price auction, entered from 100; ``maker`` bid 10 at 100 before."""
    stage = Spot().open().fund("maker", usd=10_000)
    stage.resting = stage.place("maker", BUY, 10, 100).order
    return stage.breach()


__all__ = ["BUY", "SELL", "PeggedReference"]
