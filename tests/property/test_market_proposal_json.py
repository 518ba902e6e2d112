"""No market proposal, however malformed, raises anything but our errors."""

from __future__ import annotations

import copy
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.errors import VegaMesaError
from vega_mesa.protocol.assets import AssetDetails, Assets
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.governance import ProposalSubmission
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.governance import parse_market
from vega_mesa.protocol.governance.market_building import build_new
from vega_mesa.protocol.governance.market_validation import MarketRules
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused


def source(name: str, type: str) -> dict:
    return {
        "external": {
            "oracle": {
                "signers": [{"pubKey": {"key": "key"}}],
                "filters": [
                    {
                        "key": {"name": name, "type": type, "numberDecimalPlaces": "5"},
                        "conditions": [{"operator": "OPERATOR_EQUALS", "value": "true"}],
                    }
                ],
            }
        }
    }


def time_source(kind: str) -> dict:
    schedule = {"conditions": [{"operator": "OPERATOR_GREATER_THAN", "value": "0"}]}
    return {"internal": {kind: {**schedule, "triggers": [{"initial": "9", "every": "9"}]}}}


MARK_PRICE = {
    "decayWeight": "1",
    "decayPower": "1",
    "cashAmount": "5",
    "sourceWeights": ["0", "0.9", "0.1", "0"],
    "sourceStalenessTolerance": ["1m", "1m", "1m", "1m"],
    "compositePriceType": "COMPOSITE_PRICE_TYPE_WEIGHTED",
    "dataSourcesSpec": [source("mark", "TYPE_INTEGER")],
    "dataSourcesSpecBinding": [{"priceSourceProperty": "mark"}],
}
COMMON = {
    "decimalPlaces": "1",
    "positionDecimalPlaces": "2",
    "tickSize": "1",
    "metadata": ["a:b"],
    "priceMonitoringParameters": {"triggers": [{"horizon": "60", "probability": "0.95", "auctionExtension": "60"}]},
    "liquidityMonitoringParameters": {"targetStakeParameters": {"timeWindow": "60", "scalingFactor": 0.05}},
    "logNormal": {
        "riskAversionParameter": 1e-06,
        "tau": 1e-06,
        "params": {"mu": 0, "r": 0, "sigma": 1},
        "riskFactorOverride": {"long": "0.1", "short": "0.1"},
    },
    "linearSlippageFactor": "0.001",
    "liquiditySlaParameters": {
        "priceRange": "0.03",
        "commitmentMinTimeFraction": "0.75",
        "performanceHysteresisEpochs": "1",
        "slaCompetitionFactor": "0.8",
    },
    "liquidityFeeSettings": {"method": "METHOD_CONSTANT", "feeConstant": "0.1"},
    "liquidationStrategy": {
        "disposalTimeStep": "1",
        "disposalFraction": "1",
        "fullDisposalSize": "10",
        "maxFractionConsumed": "0.1",
        "disposalSlippageRange": "0.03",
    },
    "markPriceConfiguration": MARK_PRICE,
    "successor": {"parentMarketId": "parent", "insurancePoolFraction": "0.5"},
}
FUTURE = {
    "settlementAsset": "usdt",
    "quoteName": "USDT",
    "dataSourceSpecForSettlementData": source("price", "TYPE_INTEGER"),
    "dataSourceSpecForTradingTermination": time_source("time"),
    "dataSourceSpecBinding": {
        "settlementDataProperty": "price",
        "tradingTerminationProperty": "vegaprotocol.builtin.timestamp",
    },
    "cap": {"maxPrice": "100", "binarySettlement": True, "fullyCollateralised": False},
}
PERPETUAL = {
    "settlementAsset": "usdt",
    "quoteName": "USDT",
    "clampLowerBound": "-1",
    "clampUpperBound": "1",
    "fundingRateLowerBound": "-1",
    "fundingRateUpperBound": "1",
    "fundingRateScalingFactor": "1",
    "dataSourceSpecForSettlementData": source("price", "TYPE_INTEGER"),
    "dataSourceSpecForSettlementSchedule": time_source("timeTrigger"),
    "dataSourceSpecBinding": {
        "settlementDataProperty": "price",
        "settlementScheduleProperty": "vegaprotocol.builtin.timetrigger",
    },
    "internalCompositePriceConfiguration": MARK_PRICE,
}
SPOT = {"baseAsset": "btc", "quoteAsset": "usdt", "name": "BTC/USDT"}
WHOLE = [
    {**COMMON, "instrument": {"name": "n", "code": "c", kind: product}}
    for kind, product in (("future", FUTURE), ("perpetual", PERPETUAL), ("spot", SPOT))
]


def paths(value: object, here: tuple = ()) -> list[tuple]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, child in children for path in paths(child, (*here, key)))]


def replaced(proposal: dict, path: tuple, value: object) -> object:
    if not path:
        return value
    result = copy.deepcopy(proposal)
    target = result
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return result


ODD = st.sampled_from(
    [None, "", "0", "-1", "1e400", "1e-400", "NaN", "Infinity", math.nan, math.inf, -0.0, 1e300, 2**300, -(2**300),
     "9" * 200, True, [], {}, [[]], [None], {"": None}, "é", "\x00", "TYPE_TIMESTAMP", "TYPE_BOOLEAN", "99999999h"]
)  # fmt: skip
VALUES = ODD | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


class NoMarkets:
    """An exchange without markets."""

    def is_succeeded(self, market_id: str) -> bool:
        return False

    def market_definition(self, market_id: str) -> None:
        return None


def rules() -> tuple[MarketRules, NetworkParameters]:
    bus = EventBus()
    parameters = NetworkParameters()
    parameters.load({"limits.markets.proposePerpetualEnabled": "1"})
    assets = Assets(bus, Collateral(bus))
    for asset in ("usdt", "btc"):
        assets.register(asset, AssetDetails(name=asset, symbol=asset, decimals=6))
    return MarketRules(parameters, assets, NoMarkets()), parameters


RULES, PARAMETERS = rules()


def propose(proposal: object) -> None:
    try:
        change = parse_market(proposal, signers=("key",))
        definition = build_new(change, 100_000, 200_000, PARAMETERS)
        RULES.check_new(definition, 100_000, 200_000, 0)
        hash(ProposalSubmission(change=change, closing=1))
    except (VegaMesaError, Refused):
        pass


@pytest.mark.parametrize("index", range(3))
def test_whole_proposals_are_well_formed(index: int) -> None:
    change = parse_market({**WHOLE[index], "successor": None})
    definition = build_new(change, 100_000, 200_000, PARAMETERS)
    if index:
        RULES.check_new(definition, 100_000, 200_000, 0)


@given(st.data())
def test_a_proposal_with_parts_replaced_raises_only_our_errors(data: st.DataObject) -> None:
    proposal: object = data.draw(st.sampled_from(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(proposal)))
        proposal = replaced(proposal, path, data.draw(VALUES))
    propose(proposal)
    try:
        text = json.dumps(proposal)
    except ValueError:
        return
    propose(text)


@given(VALUES)
def test_any_json_raises_only_our_errors(value: object) -> None:
    propose(value)
    propose({"instrument": value})


@given(st.text())
def test_any_text_raises_only_our_errors(text: str) -> None:
    propose(text)
