"""A market of fixed prices, for the liquidity engine to look at."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.arithmetic import Factor, Scale
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.liquidity import LiquidityProvisionUpdated
from vega_mesa.protocol.liquidity import LiquidityEngine
from vega_mesa.protocol.markets.definition import LiquidityFeeSettings, LiquiditySLAParameters, TargetStakeParameters
from vega_mesa.protocol.markets.states import SECOND, MarketState
from vega_mesa.protocol.matching.order import BUY, SELL, Order, OrderType, TimeInForce


class RiskFactors:
    def __init__(self, long, short):
        self.long, self.short = Factor(long), Factor(short)


class ConstantModel:
    """The same probability of trading everywhere."""

    projection_horizon = 1.0

    def __init__(self, probability=0.5):
        self.probability = probability

    def probabilities_of_trading(self, current, prices, is_bid, low, high, tau):
        return [self.probability if low <= price <= high else 0.0 for price in prices]


class StubMarket:
    """Implements MarketView with plain attributes."""

    def __init__(self):
        self.market_state = MarketState.ACTIVE
        self.auction = self.opening = False
        self.mark = 1000
        self.bid, self.ask = 990, 1010
        self.last_traded = self.indicative = self.indicative_oi = 0
        self.orders = {}
        self.bounds = (0, 10**30)
        self.factors = RiskFactors("1", "1")
        self.model = ConstantModel()
        self.pools = []

    def state(self):
        return self.market_state

    def in_auction(self):
        return self.auction or self.opening

    def in_opening_auction(self):
        return self.opening

    def mark_price(self):
        return self.mark

    def mid_price(self):
        return (self.bid + self.ask) // 2 if self.bid and self.ask else 0

    def best_static_bid(self):
        return self.bid

    def best_static_ask(self):
        return self.ask

    def book_last_traded_price(self):
        return self.last_traded

    def indicative_price(self):
        return self.indicative

    def indicative_open_interest(self):
        return self.indicative_oi

    def orders_of(self, party):
        return self.orders.get(party, [])

    def valid_price_range(self):
        return self.bounds

    def exact_valid_price_range(self):
        return Decimal(self.bounds[0]), Decimal(self.bounds[1])

    def risk_model(self):
        return self.model

    def risk_factors(self):
        return self.factors

    def liquidity_pools(self):
        return self.pools


class World:
    """An engine, its market, its money and what it sent."""

    def __init__(self, spot=False, sla=None, settings=None, position_decimals=0):
        self.view = StubMarket()
        self.spot = spot
        self.collateral = Collateral(EventBus())
        self.collateral.enable_asset("ETH")
        self.collateral.open_market_accounts("m", "ETH")
        self.entries, self.events = [], []
        self.collateral.bus.subscribe(LedgerMoved, lambda event: self.entries.extend(event.entries))
        self.collateral.bus.subscribe(LiquidityProvisionUpdated, self.events.append)
        self.engine = LiquidityEngine(
            self.collateral, self.view, "m", "ETH",
            sla=sla or LiquiditySLAParameters(price_range=Decimal("0.05")),
            target_stake=TargetStakeParameters(), fee_settings=settings or LiquidityFeeSettings(),
            position_decimals=position_decimals, price_scale=Scale(0), spot=spot,
        )  # fmt: skip
        self.now = 10 * SECOND
        self.count = 0

    def fund(self, party, amount):
        self.collateral.deposit(party, "ETH", amount)

    def balance(self, type: AccountType, party="", market=""):
        return self.collateral.balance(type, "ETH", party, market)

    def bond(self, party):
        return self.balance(AccountType.BOND, party, "m")

    def general(self, party):
        return self.balance(AccountType.GENERAL, party)

    def insurance(self):
        return self.balance(AccountType.INSURANCE, market="m")

    def submit(self, party, amount, fee="0.1"):
        self.count += 1
        command = LiquidityProvisionSubmission(
            market_id="m", commitment_amount=amount, fee=Decimal(fee), reference=f"ref-{party}"
        )
        return self.engine.submit(self.now, f"id{self.count}", party, command)

    def amend(self, party, amount=None, fee=None):
        command = LiquidityProvisionAmendment(
            market_id="m", commitment_amount=amount, fee=None if fee is None else Decimal(fee)
        )
        return self.engine.amend(self.now, party, command)

    def cancel(self, party):
        return self.engine.cancel(self.now, party)

    def active(self, party, amount, fee="0.1"):
        """A provider since the opening auction."""
        self.view.opening = True
        self.fund(party, amount)
        self.submit(party, amount, fee)
        self.view.opening = False

    def start_epoch(self, seconds=0):
        self.now += seconds * SECOND
        self.engine.on_epoch_start(self.now, 1)

    def end_epoch(self, seconds=0):
        self.now += seconds * SECOND
        return self.engine.on_epoch_end(self.now)

    def end_block(self, seconds=0):
        self.now += seconds * SECOND
        self.engine.on_block_end(self.now)

    def place(self, party, size=100, bid=995, ask=1005):
        self.view.orders[party] = [order(party, BUY, size, bid), order(party, SELL, size, ask)]

    def statuses(self, party):
        return [(event.status, event.commitment_amount, event.version) for event in self.events if event.party == party]

    def pay_fees(self, amount):
        self.fund("trader", amount)
        general = self.collateral.find(AccountType.GENERAL, "ETH", "trader")
        account = self.collateral.find(AccountType.FEES_LIQUIDITY, "ETH", market="m")
        self.collateral.transfer("TRANSFER_TYPE_LIQUIDITY_FEE_PAY", amount, general, account)


def order(party, side, size, price) -> Order:
    return Order(f"{party}-{side}-{price}", "m", party, side, OrderType.LIMIT, TimeInForce.GTC, size, price)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def spot():
    return World(spot=True)


@pytest.fixture
def make_world():
    return World


@pytest.fixture
def make_order():
    return order


@pytest.fixture
def make_risk_factors():
    return RiskFactors
