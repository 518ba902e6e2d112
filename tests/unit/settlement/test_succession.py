"""Markets that succeed others: who inherits, who came too late (0081-SUCM; 03 §9.6)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionSubmission
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.events.trading import MarketUpdated
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets.definition import FutureProduct, MarketDefinition, SimpleRiskModel
from vega_mesa.protocol.markets.states import SECOND, MarketState
from vega_mesa.protocol.matching.order import BUY, SELL
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused

START = 1_700_000_000
PRICE = DataSourceSpec(
    id="price", signers=("oracle",), filters=(Filter(property="price", type="TYPE_INTEGER", decimals=0),)
)
END = DataSourceSpec(id="end", signers=("oracle",), filters=(Filter(property="end", type="TYPE_BOOLEAN"),))
DEFINITION = MarketDefinition(
    name="parent",
    product=FutureProduct(
        settlement_asset="USD",
        quote_name="USD",
        settlement_data=PRICE,
        settlement_property="price",
        termination=END,
        termination_property="end",
    ),
    risk_model=SimpleRiskModel(long=Decimal("0.1"), short=Decimal("0.1")),
    opening_auction_duration=1,
)
SUCCESSOR = replace(DEFINITION, parent_market="parent", insurance_pool_fraction=Decimal("0.5"))


class Network:
    """A parent in its opening auction, a clock, and how its states were told."""

    def __init__(self):
        self.exchange = Exchange(START * SECOND, NetworkParameters(defaults=False), permissive_assets=True)
        self.exchange.collateral.enable_asset("USD")
        self.exchange.set_parameter("market.liquidity.successorLaunchWindowLength", "1h")
        self.states = {}
        self.exchange.bus.subscribe(MarketUpdated, lambda event: self.states.__setitem__(event.market, event.state))
        for party in ("long", "short", "provider"):
            self.exchange.collateral.deposit(party, "USD", 1_000_000)
        self._commands = 0
        self.open("parent", DEFINITION)

    def open(self, id, definition):
        self.exchange.submit_market(id, definition)
        self.exchange.succeed_market(id)
        self.exchange.start_opening_auction(id)

    def execute(self, party, command):
        self._commands += 1
        outcome = self.exchange.execute(party, command, f"{self._commands:064x}")
        assert not outcome.error, outcome.error

    def cross(self, id):
        """Orders that let a market leave its opening auction."""
        quotes = (("long", BUY, 900), ("long", BUY, 1000), ("short", SELL, 1000), ("short", SELL, 1100))
        for party, side, price in quotes:
            self.execute(party, OrderSubmission(market_id=id, side=side, size=1, price=price))

    def provide(self, id, amount):
        command = LiquidityProvisionSubmission(market_id=id, commitment_amount=amount, fee=Decimal("0.01"))
        self.execute("provider", command)

    def tick(self, seconds=2):
        self.exchange.set_time(self.exchange.now + seconds * SECOND)

    def fund_pool(self, id, amount):
        collateral = self.exchange.collateral
        pool = collateral.open(AccountType.INSURANCE, "USD", market=id)
        collateral.transfer("TRANSFER_TYPE_DEPOSIT", amount, collateral.open(AccountType.EXTERNAL, "USD"), pool)

    def pool(self, id):
        return self.exchange.collateral.balance(AccountType.INSURANCE, "USD", market=id)

    def virtual_stake(self, id):
        return self.exchange.markets[id].liquidity.shares.by_party["provider"].virtual_stake


@pytest.fixture
def network():
    return Network()


def test_the_first_out_of_its_auction_takes_the_place_and_the_others_are_rejected(network):
    """Two could leave in the same tick: the second is not even looked at."""
    network.cross("parent")
    network.tick()
    network.fund_pool("parent", 101)
    for id in ("one", "two", "three"):
        network.open(id, SUCCESSOR)
    network.cross("one")
    network.cross("two")
    network.tick()
    assert (network.pool("parent"), network.pool("one")) == (51, 50)
    assert network.states["one"] is MarketState.ACTIVE
    assert network.states["two"] is network.states["three"] is MarketState.REJECTED
    assert set(network.exchange.markets) == {"parent", "one"}


def test_who_names_a_parent_that_has_been_succeeded_is_a_market_like_any_other(network):
    network.cross("parent")
    network.tick()
    network.open("one", SUCCESSOR)
    network.cross("one")
    network.tick()
    network.open("late", SUCCESSOR)
    network.fund_pool("parent", 100)
    network.tick(0)
    assert network.states["late"] is MarketState.PENDING
    network.cross("late")
    network.tick()
    assert network.states["late"] is MarketState.ACTIVE
    assert (network.pool("parent"), network.pool("late")) == (100, 0)


def test_who_names_a_parent_that_there_is_not_loses_it_for_good(network):
    network.open("one", replace(SUCCESSOR, parent_market="unborn"))
    assert network.exchange.markets["one"].definition.parent_market is None
    network.open("unborn", DEFINITION)
    network.cross("unborn")
    network.tick()
    network.fund_pool("unborn", 100)
    network.cross("one")
    network.tick()
    assert network.states["one"] is MarketState.ACTIVE
    assert (network.pool("unborn"), network.pool("one")) == (100, 0)


def test_a_pending_successor_loses_a_parent_that_was_cancelled(network):
    network.open("one", SUCCESSOR)
    change = UpdateMarketState(market_id="parent", update_type="MARKET_STATE_UPDATE_TYPE_TERMINATE", price=1)
    network.exchange.update_market_state(change)
    assert network.states["parent"] is MarketState.CANCELLED
    network.tick()
    network.tick()
    assert network.exchange.markets["one"].definition.parent_market is None


def test_a_parent_that_has_not_opened_has_nothing_to_inherit(network):
    """0081-SUCM-009"""
    network.provide("parent", 3000)
    network.exchange.markets["parent"].liquidity.shares.grow(Decimal(2))
    network.open("one", SUCCESSOR)
    network.provide("one", 1000)
    network.cross("one")
    network.tick()
    assert network.virtual_stake("one") == 1000


def test_virtual_stake_is_inherited_from_an_open_parent(network):
    network.provide("parent", 1000)
    network.cross("parent")
    network.tick()
    network.exchange.markets["parent"].liquidity.shares.grow(Decimal(2))
    network.open("one", SUCCESSOR)
    network.provide("one", 1000)
    network.cross("one")
    network.tick()
    assert network.virtual_stake("one") == 3000


def test_rejecting_a_parent_rejects_its_successors(network):
    network.exchange.submit_market("proposed", DEFINITION)
    network.open("child", replace(SUCCESSOR, parent_market="parent"))
    network.exchange.submit_market("other", replace(SUCCESSOR, parent_market="proposed"))
    network.exchange.reject_market("proposed")
    assert network.states["other"] is MarketState.REJECTED
    assert network.states["child"] is MarketState.PENDING


@pytest.mark.parametrize("kind", ["TERMINATE", "SUSPEND", "RESUME"])
def test_governance_cannot_change_a_market_that_trades_no_more(network, kind):
    network.cross("parent")
    network.tick()
    network.exchange.data_sources.submit(("oracle",), {"end": "true"}, {})
    assert network.states["parent"] is MarketState.TRADING_TERMINATED
    change = UpdateMarketState(market_id="parent", update_type=f"MARKET_STATE_UPDATE_TYPE_{kind}", price=1000)
    with pytest.raises(Refused, match="Market is already in a terminal state"):
        network.exchange.update_market_state(change)
    if kind == "TERMINATE":  # whether there is a price is looked at first
        with pytest.raises(Refused, match="missing settlement price for governance initiated futures market"):
            network.exchange.update_market_state(replace(change, price=None))


def test_governance_cannot_change_a_market_that_there_is_not(network):
    change = UpdateMarketState(market_id="none", update_type="MARKET_STATE_UPDATE_TYPE_SUSPEND", price=None)
    with pytest.raises(Refused, match="market does not exist"):
        network.exchange.update_market_state(change)


def test_a_market_that_is_not_there_succeeds_nobody(network):
    with pytest.raises(Refused, match="market does not exist"):
        network.exchange.succeed_market("nobody")
