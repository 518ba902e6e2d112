import json
from decimal import Decimal

import pytest

from vega_mesa.errors import ConfigError, Unsupported
from vega_mesa.protocol.data_sources import TIME_TRIGGER
from vega_mesa.protocol.governance import parse_market, parse_market_update
from vega_mesa.protocol.markets.definition import CompositePriceType, FutureProduct, PerpetualProduct, SpotProduct

KEY = "ab" * 32
ETHEREUM = {
    "external": {
        "ethOracle": {
            "address": "0x719a",
            "abi": "[]",
            "method": "getPrice",
            "args": ["5i32yLSo"],
            "trigger": {"timeTrigger": {"initial": "1709575200", "every": "60"}},
            "requiredConfirmations": "3",
            "filters": [{"key": {"name": "btc.price", "type": "TYPE_INTEGER", "numberDecimalPlaces": "18"}}],
            "normalisers": [{"name": "btc.price", "expression": "$[0]"}],
            "sourceChainId": "100",
        }
    }
}


def parse(proposal, **arguments):
    return parse_market(proposal, **{"signers": (KEY,), **arguments})


def set_field(proposal, path, value):
    *parents, last = path.split(".")
    for name in parents:
        proposal = proposal[int(name) if name.isdecimal() else name]
    proposal[last] = value


@pytest.fixture
def perpetual_proposal(future_proposal):
    del future_proposal["instrument"]["future"]
    future_proposal["instrument"]["perpetual"] = {
        "settlementAsset": "usdt",
        "quoteName": "USDT",
        "marginFundingFactor": "0.9",
        "interestRate": "0.1095",
        "clampLowerBound": "-0.0005",
        "clampUpperBound": "0.0005",
        "dataSourceSpecForSettlementSchedule": {
            "internal": {
                "timeTrigger": {
                    "conditions": [{"operator": "OPERATOR_GREATER_THAN", "value": "0"}],
                    "triggers": [{"initial": "1709575200", "every": "28800"}],
                }
            }
        },
        "dataSourceSpecForSettlementData": ETHEREUM,
        "dataSourceSpecBinding": {
            "settlementDataProperty": "btc.price",
            "settlementScheduleProperty": TIME_TRIGGER,
        },
        "fundingRateScalingFactor": "1",
        "internalCompositePriceConfiguration": {
            "decayWeight": "1",
            "decayPower": "1",
            "cashAmount": "50000000",
            "sourceWeights": ["0", "0.999", "0.001", "0"],
            "sourceStalenessTolerance": ["1m0s", "1m0s", "10m0s", "10m0s"],
            "compositePriceType": "COMPOSITE_PRICE_TYPE_WEIGHTED",
            "dataSourcesSpec": [ETHEREUM],
            "dataSourcesSpecBinding": [{"priceSourceProperty": "btc.price"}],
        },
    }
    return future_proposal


def test_a_future(future_proposal):
    market = parse(future_proposal).definition
    product = market.product
    assert isinstance(product, FutureProduct)
    assert (market.decimal_places, market.position_decimal_places, market.tick_size) == (1, 4, 2)
    assert product.settlement_data.signers == (KEY,)
    assert product.settlement_data.filters[0].decimals == 18
    assert product.max_price is None
    assert market.risk_model.tau == 3.995e-06
    assert market.quadratic_slippage_factor == 0
    assert market.target_stake.scaling_factor == Decimal("0.05")
    assert market.price_monitoring[0].horizon == 21600
    assert market.liquidation_strategy.full_disposal_size == 1_000_000
    assert market.enable_transaction_reordering


def test_text_wrappers_and_snake_case_are_understood(future_proposal):
    wrapped = {"proposalSubmission": {"terms": {"newMarket": {"changes": future_proposal}}}}
    assert parse(wrapped) == parse(future_proposal) == parse(json.dumps(future_proposal))
    future_proposal["decimal_places"] = int(future_proposal.pop("decimalPlaces"))
    assert parse(future_proposal).definition.decimal_places == 1


def test_the_proposer_fills_signers_and_assets(future_proposal):
    with pytest.raises(ConfigError, match=r"dataSourceSpecForSettlementData.external.oracle.signers\[0\].pubKey.key"):
        parse_market(future_proposal)
    assert parse(future_proposal, assets={"usdt": "01"}).definition.product.settlement_asset == "01"
    assert parse(future_proposal, assets={"settlementAsset": "02"}).definition.product.settlement_asset == "02"
    set_field(future_proposal, "instrument.future.settlementAsset", None)
    with pytest.raises(ConfigError, match=r"instrument\.future\.settlementAsset"):
        parse(future_proposal)


def test_a_capped_future(future_proposal):
    cap = {"maxPrice": 1000000, "binarySettlement": False, "fullyCollateralised": True}
    future_proposal["instrument"]["future"]["cap"] = cap
    product = parse(future_proposal).definition.product
    assert (product.max_price, product.binary, product.fully_collateralised) == (1_000_000, False, True)


def test_a_perpetual(perpetual_proposal):
    product = parse(perpetual_proposal).definition.product
    assert isinstance(product, PerpetualProduct)
    assert product.schedule.time_trigger.every == 28_800
    assert product.schedule.filters[0].property == TIME_TRIGGER
    assert product.settlement_data.ethereum_call.source_chain_id == "100"
    assert product.funding_rate_lower_bound is None
    internal = product.internal_composite_price
    assert internal.type is CompositePriceType.WEIGHTED
    assert internal.source_staleness_tolerance_ns[2] == 600 * 10**9


def test_a_spot_pair(future_proposal):
    del future_proposal["decimalPlaces"], future_proposal["positionDecimalPlaces"]
    future_proposal |= {"priceDecimalPlaces": "2", "sizeDecimalPlaces": "4"}
    future_proposal["instrument"] = {
        "name": "Bitcoin / Tether USD (Spot)",
        "code": "BTC/USDT-SPOT",
        "spot": {"baseAsset": None, "quoteAsset": None, "name": "BTC/USDT"},
    }
    market = parse(future_proposal, assets={"baseAsset": "btc", "quoteAsset": "usdt"}).definition
    assert market.product == SpotProduct(base_asset="btc", quote_asset="usdt", quote_name="BTC/USDT")
    assert (market.decimal_places, market.position_decimal_places) == (2, 4)
    with pytest.raises(ConfigError, match="quoteAsset"):
        parse(future_proposal, assets={"baseAsset": "btc", "quoteAsset": "btc"})


def test_a_market_without_triggers_takes_the_network_s_and_one_with_none_has_none(future_proposal):
    assert not parse(future_proposal).default_price_monitoring
    future_proposal["priceMonitoringParameters"] = {"triggers": []}
    assert not parse(future_proposal).default_price_monitoring
    del future_proposal["priceMonitoringParameters"]
    assert parse(future_proposal).default_price_monitoring


def test_an_update_needs_neither_asset_nor_decimals(future_proposal):
    del future_proposal["instrument"]["future"]["settlementAsset"], future_proposal["decimalPlaces"]
    del future_proposal["liquidationStrategy"]
    update = parse_market_update("market", future_proposal, signers=(KEY,))
    assert update.market_id == "market"
    assert update.keep_liquidation_strategy


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("instrument.name", None, "instrument.name"),
        ("tickSize", "0", "tickSize"),
        ("decimalPlaces", "many", "decimalPlaces"),
        ("linearSlippageFactor", "1000001", "linearSlippageFactor"),
        ("logNormal.tau", 2, "logNormal.tau"),
        ("logNormal.params", [], "logNormal.params"),
        ("logNormal", None, "logNormal"),
        ("liquiditySlaParameters", None, "liquiditySlaParameters"),
        ("liquiditySlaParameters.priceRange", "0", "liquiditySlaParameters.priceRange"),
        ("liquidationStrategy.disposalTimeStep", "3601", "liquidationStrategy.disposalTimeStep"),
        ("liquidationStrategy.disposalFraction", "0", "liquidationStrategy.disposalFraction"),
        ("liquidityFeeSettings.method", "METHOD_GUESS", "liquidityFeeSettings.method"),
        ("priceMonitoringParameters.triggers.0.probability", "1", r"triggers\[0\].probability"),
        ("markPriceConfiguration.compositePriceType", "BEST", "markPriceConfiguration.compositePriceType"),
        ("markPriceConfiguration.sourceWeights", ["1"], "markPriceConfiguration.sourceWeights"),
        ("instrument.spot", {}, "instrument"),
        ("instrument.future.dataSourceSpecForSettlementData", {}, "dataSourceSpecForSettlementData"),
    ],
)
def test_the_field_that_is_wrong_is_named(future_proposal, path, value, field):
    set_field(future_proposal, path, value)
    with pytest.raises(ConfigError, match=field):
        parse(future_proposal)


def test_composite_prices_cover_every_source(perpetual_proposal):
    internal = "instrument.perpetual.internalCompositePriceConfiguration."
    set_field(perpetual_proposal, internal + "sourceWeights", ["1", "0"])
    with pytest.raises(ConfigError, match="must be defined for all price sources"):
        parse(perpetual_proposal)
    set_field(perpetual_proposal, internal + "sourceWeights", ["0", "0", "0", "0"])
    with pytest.raises(ConfigError, match="at least one none zero weight"):
        parse(perpetual_proposal)
    set_field(perpetual_proposal, internal + "compositePriceType", "COMPOSITE_PRICE_TYPE_MEDIAN")
    with pytest.raises(ConfigError, match="must be empty if composite price type is not weighted"):
        parse(perpetual_proposal)


def test_what_cannot_be_built_is_unsupported(future_proposal, perpetual_proposal):
    perpetual_proposal["instrument"]["perpetual"]["cap"] = {"maxPrice": "1"}
    with pytest.raises(Unsupported, match="cap"):
        parse(perpetual_proposal)


def test_a_data_source_of_an_unknown_kind_is_unsupported(future_proposal):
    strange = {"external": {"carrierPigeon": {"ring": "7"}}}
    future_proposal["instrument"]["future"]["dataSourceSpecForSettlementData"] = strange
    with pytest.raises(Unsupported, match="carrierPigeon"):
        parse(future_proposal)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"instrument": 3}', "NaN", "[" * 100_000])
def test_what_is_no_proposal_is_refused(text):
    with pytest.raises(ConfigError):
        parse(text)
