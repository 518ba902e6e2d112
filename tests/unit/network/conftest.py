"""A small exchange for governance to act on, and market proposals as they stood on the network."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from vega_mesa.protocol.assets import AssetDetails, Assets
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.governance import ProposalUpdated
from vega_mesa.protocol.governance import Governance
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeTable

ORACLE = "ab" * 32
NOW = 1_700_000_000 * SECOND
PARAMETERS = {
    "governance.proposal.market.minClose": "1s",
    "governance.proposal.market.minEnact": "1s",
    "governance.proposal.asset.minClose": "1s",
    "governance.proposal.asset.minEnact": "1s",
    "governance.proposal.updateMarket.minClose": "1s",
    "governance.proposal.updateMarket.minEnact": "1s",
    "governance.proposal.updateNetParam.minClose": "1s",
    "governance.proposal.updateNetParam.minEnact": "1s",
    "governance.proposal.freeform.minClose": "1s",
    "market.auction.minimumDuration": "1s",
    "limits.markets.proposePerpetualEnabled": "1",
    "ethereum.oracles.enabled": "1",
}


def oracle(property: str, type: str, key: str | None = None, **extra: object) -> dict:
    return {
        "external": {
            "oracle": {
                "signers": [{"pubKey": {"key": key}}],
                "filters": [{"key": {"name": property, "type": type, **extra}, "conditions": []}],
            }
        }
    }


FUTURE = {
    "decimalPlaces": "1",
    "positionDecimalPlaces": "4",
    "tickSize": "2",
    "instrument": {
        "code": "BTC/USDT-FUTR",
        "name": "Bitcoin / Tether USD (Future)",
        "future": {
            "settlementAsset": "usdt",
            "quoteName": "USDT",
            "dataSourceSpecForSettlementData": oracle("price", "TYPE_INTEGER", numberDecimalPlaces="18"),
            "dataSourceSpecForTradingTermination": oracle("termination", "TYPE_BOOLEAN"),
            "dataSourceSpecBinding": {
                "settlementDataProperty": "price",
                "tradingTerminationProperty": "termination",
            },
        },
    },
    "metadata": ["base:BTC"],
    "priceMonitoringParameters": {
        "triggers": [{"horizon": "21600", "probability": "0.9999999", "auctionExtension": "86400"}]
    },
    "liquidityMonitoringParameters": {"targetStakeParameters": {"timeWindow": "3600", "scalingFactor": 0.05}},
    "logNormal": {"riskAversionParameter": 1e-06, "tau": 3.995e-06, "params": {"mu": 0, "r": 0, "sigma": 1}},
    "linearSlippageFactor": "0.001",
    "quadraticSlippageFactor": "",
    "liquiditySlaParameters": {
        "priceRange": "0.03",
        "commitmentMinTimeFraction": "0.75",
        "performanceHysteresisEpochs": "1",
        "slaCompetitionFactor": "0.8",
    },
    "liquidityFeeSettings": {"method": "METHOD_MARGINAL_COST"},
    "liquidationStrategy": {
        "disposalTimeStep": "1",
        "disposalFraction": "1",
        "fullDisposalSize": "1000000",
        "maxFractionConsumed": "0.1",
        "disposalSlippageRange": "0.03",
    },
    "markPriceConfiguration": {"compositePriceType": "COMPOSITE_PRICE_TYPE_LAST_TRADE"},
    "enableTransactionReordering": True,
}


class StubExchange:
    """Remembers what governance told it."""

    def __init__(self):
        self.states = {}
        self.definitions = {}
        self.shares = {}
        self.calls = []
        self.succeeded = []
        self.refuses = {}

    def _call(self, name, *details):
        if name in self.refuses:
            raise Refused(self.refuses[name])
        self.calls.append((name, *details))

    def market_state(self, market_id):
        return self.states.get(market_id)

    def market_definition(self, market_id):
        return self.definitions.get(market_id)

    def equity_like_share(self, market_id, party):
        return self.shares.get((market_id, party), Decimal(0))

    def is_succeeded(self, market_id):
        return market_id in self.succeeded

    def submit_market(self, market_id, definition, proposer, opens_at):
        self._call("submit_market", market_id, opens_at)
        self.states[market_id] = MarketState.PROPOSED
        self.definitions[market_id] = definition

    def start_opening_auction(self, market_id):
        self._call("start_opening_auction", market_id)
        self.states[market_id] = MarketState.PENDING

    def reject_market(self, market_id):
        self._call("reject_market", market_id)
        del self.states[market_id]

    def succeed_market(self, market_id):
        self._call("succeed_market", market_id)

    def update_market(self, market_id, definition):
        self._call("update_market", market_id)
        self.definitions[market_id] = definition

    def update_market_state(self, change):
        self._call("update_market_state", change.market_id, change.update_type)

    def dispatch_parameters(self):
        self._call("dispatch_parameters")

    def update_program(self, change, enactment):
        self._call("update_program")

    def check_transfer(self, change, proposal_id):
        self._call("check_transfer")

    def enact_transfer(self, change, proposal_id):
        self._call("enact_transfer")

    def check_automated_purchase(self, change):
        self._call("check_automated_purchase")

    def start_automated_purchase(self, change, proposal_id):
        self._call("start_automated_purchase")


class Network:
    """Everything that governance needs."""

    def __init__(self):
        self.bus = EventBus()
        self.told = {}  # the last event of each proposal: all that there is of a rejected one
        self.bus.subscribe(ProposalUpdated, lambda event: self.told.update({event.proposal: event}))
        self.parameters = NetworkParameters(bus=self.bus)
        self.parameters.load(PARAMETERS)
        self.parameters.take_changed()
        self.collateral = Collateral(self.bus)
        self.assets = Assets(self.bus, self.collateral)
        self.assets.register("usdt", AssetDetails(name="Tether", symbol="USDT", decimals=6))
        self.stake = StakeTable()
        self.stake.deposit("alice", 60)
        self.stake.deposit("bob", 40)
        self.exchange = StubExchange()
        self.governance = Governance(self.bus, self.parameters, self.assets, self.stake, self.exchange)
        self.now = NOW

    @property
    def seconds(self):
        return self.now // SECOND

    def tick(self, seconds=0):
        self.now += seconds * SECOND
        self.bus.now = self.now
        self.governance.tick(self.now)


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def future_proposal():
    return copy.deepcopy(FUTURE)


@pytest.fixture
def bus():
    return EventBus()
