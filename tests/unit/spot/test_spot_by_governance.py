"""A spot market from proposal to trade, and a purchase on it, with the network's default parameters (06 §3)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.governance import (
    NewProtocolAutomatedPurchase,
    ProposalSubmission,
    VoteSubmission,
    VoteValue,
)
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.data_sources import TIME_TRIGGER, Condition, DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.governance import parse_market
from vega_mesa.protocol.markets.definition import CompositePriceSource
from vega_mesa.protocol.markets.states import SECOND, MarketState
from vega_mesa.protocol.matching.order import BUY, SELL
from vega_mesa.protocol.spot import SpotMarket
from vega_mesa.protocol.staking import StakeTable

START = 1_700_000_000
PROPOSAL = {
    "newSpotMarket": {
        "changes": {
            "instrument": {
                "code": "BTC/USD",
                "name": "Bitcoin in dollars",
                "spot": {"baseAsset": "BTC", "quoteAsset": "USD", "name": "BTC/USD"},
            },
            "priceDecimalPlaces": "1",
            "sizeDecimalPlaces": "2",
            "allowedSellers": ["seller"],
            "simple": {"factorLong": 0.1, "factorShort": 0.1},
            "slaParams": {
                "priceRange": "0.1",
                "commitmentMinTimeFraction": "0.5",
                "performanceHysteresisEpochs": "1",
                "slaCompetitionFactor": "0.5",
            },
        }
    }
}
PARAMETERS = {
    "governance.proposal.market.minClose": "1s",
    "governance.proposal.market.minEnact": "1s",
    "governance.proposal.AutomatedPurchaseConfig.minClose": "1s",
    "governance.proposal.AutomatedPurchaseConfig.minEnact": "1s",
    "market.auction.minimumDuration": "1s",
}


class Network:
    def __init__(self):
        stake = StakeTable()
        self.exchange = Exchange(START * SECOND, PARAMETERS, stake=stake)
        for asset in ("BTC", "USD"):
            self.exchange.assets.register(asset, AssetDetails(name=asset, symbol=asset, decimals=5))
        stake.deposit("governor", 10**30)
        self.commands = 0

    def execute(self, party, command):
        self.commands += 1
        outcome = self.exchange.execute(party, command, f"{self.commands:064x}")
        assert not outcome.error, outcome.error
        return outcome

    def tick(self, seconds):
        self.exchange.end_block()
        self.exchange.set_time(self.exchange.now + seconds * SECOND)

    def pass_proposal(self, change):
        now = self.exchange.now // SECOND
        proposal = ProposalSubmission(change=change, closing=now + 5, enactment=now + 10)
        id = self.execute("governor", proposal).id
        self.execute("governor", VoteSubmission(proposal_id=id, value=VoteValue.YES))
        self.tick(6)
        return id


@pytest.fixture
def network():
    return Network()


def test_a_spot_market_is_proposed_opens_and_trades_and_the_network_sells_on_it(network):
    change = parse_market(PROPOSAL, signers=("ab" * 32,))
    market_id = network.pass_proposal(change)
    exchange = network.exchange
    market = exchange.markets[market_id]
    assert isinstance(market, SpotMarket)
    assert market.state is MarketState.PENDING
    assert market.definition.allowed_sellers == ("seller",)
    exchange.collateral.deposit("buyer", "USD", 10**12)
    exchange.collateral.deposit("seller", "BTC", 10**12)
    network.execute("buyer", OrderSubmission(market_id=market_id, side=BUY, size=100, price=1_000))
    network.execute("seller", OrderSubmission(market_id=market_id, side=SELL, size=100, price=1_000))
    network.tick(5)
    network.tick(5)
    assert market.state is MarketState.ACTIVE
    assert exchange.collateral.balance(AccountType.GENERAL, "BTC", "buyer") == 10**5  # one bitcoin
    assert exchange.collateral.balance(AccountType.GENERAL, "USD", "seller") == 100 * 10**5  # a hundred dollars

    buy_back = exchange.collateral.open(AccountType.BUY_BACK_FEES, "BTC")
    purse = exchange.collateral.open(AccountType.GENERAL, "BTC", "seller")
    exchange.collateral.transfer("TRANSFER_TYPE_TRANSFER_FUNDS_SEND", 5 * 10**5, purse, buy_back)
    network.pass_proposal(NewProtocolAutomatedPurchase(purchase=_purchase(market_id)))
    network.tick(5)
    assert market.market_data().active_automated_purchase is not None
    exchange.data_sources.submit(("oracle",), {"price": "100"})
    network.tick(35)  # the snapshot; were both schedules due in one tick, the auction would come first
    network.tick(30)
    assert market.auction.in_auction
    order = market.find_order(market.market_data().active_automated_purchase.order_id)
    assert (order.size, order.original_price) == (300, 1_010)
    assert not exchange.imbalance()


def _schedule(every):
    condition = Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="0")
    return DataSourceSpec(
        filters=(Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP", conditions=(condition,)),),
        time_trigger=TimeTrigger(initial=None, every=every),
    )


def _purchase(market_id):
    price = DataSourceSpec(signers=("oracle",), filters=(Filter(property="price", type="TYPE_INTEGER", decimals=0),))
    return AutomatedPurchaseTerms(
        market=market_id,
        from_asset="BTC",
        from_account=AccountType.BUY_BACK_FEES,
        to_account=AccountType.NETWORK_TREASURY,
        price=CompositePriceSource(spec=price, property="price"),
        offset_factor=Decimal("1.01"),
        auction_schedule=_schedule(60),
        snapshot_schedule=_schedule(30),
        auction_duration=20,
        minimum_size=1,
        maximum_size=3 * 10**5,
    )


def test_a_purchase_that_is_not_well_formed_is_refused(network):
    purchase = replace(_purchase(""), maximum_size=0, to_account=AccountType.GENERAL)
    now = network.exchange.now // SECOND
    command = ProposalSubmission(
        change=NewProtocolAutomatedPurchase(purchase=purchase), closing=now + 5, enactment=now + 10
    )
    error = network.exchange.execute("governor", command, "a" * 64).error
    prefix = "proposal_submission.terms.change.protocol_automated_purchase.changes"
    assert error == ", ".join(
        (
            f"{prefix}.market_id (is required)",
            f"{prefix}.maximum_auction_size (must be positive, must be greater than or equal to minimum_auction_size)",
            f"{prefix}.to_account_type (is not a valid value)",
        )
    )
