"""Markets to start from, as Vega's proposals; asset and oracle keys are filled in by the proposer."""

from __future__ import annotations

from typing import Any, Final

BITCOIN_FUTURE: Final[dict[str, Any]] = {
    "decimalPlaces": "1",
    "positionDecimalPlaces": "3",
    "tickSize": "1",
    "instrument": {
        "code": "BTC/USDT",
        "name": "Bitcoin / Tether USD (Future)",
        "future": {
            "settlementAsset": None,
            "quoteName": "USDT",
            "dataSourceSpecForSettlementData": {
                "external": {
                    "oracle": {
                        "signers": [{"pubKey": {"key": None}}],
                        "filters": [
                            {
                                "key": {
                                    "name": "prices.btc.value",
                                    "type": "TYPE_INTEGER",
                                    "numberDecimalPlaces": "18",
                                },
                                "conditions": [{"operator": "OPERATOR_GREATER_THAN", "value": "0"}],
                            }
                        ],
                    }
                }
            },
            "dataSourceSpecForTradingTermination": {
                "external": {
                    "oracle": {
                        "signers": [{"pubKey": {"key": None}}],
                        "filters": [
                            {
                                "key": {"name": "termination", "type": "TYPE_BOOLEAN"},
                                "conditions": [{"operator": "OPERATOR_EQUALS", "value": "true"}],
                            }
                        ],
                    }
                }
            },
            "dataSourceSpecBinding": {
                "settlementDataProperty": "prices.btc.value",
                "tradingTerminationProperty": "termination",
            },
        },
    },
    "metadata": ["base:BTC", "quote:USDT", "class:fx/crypto", "future"],
    "priceMonitoringParameters": {
        "triggers": [{"horizon": "3600", "probability": "0.9999999", "auctionExtension": "60"}]
    },
    "liquidityMonitoringParameters": {"targetStakeParameters": {"timeWindow": "3600", "scalingFactor": 0.05}},
    "logNormal": {"riskAversionParameter": 1e-06, "tau": 3.995e-06, "params": {"mu": 0, "r": 0, "sigma": 1.5}},
    "linearSlippageFactor": "0.001",
    "quadraticSlippageFactor": "0",
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
}

BITCOIN_SPOT: Final[dict[str, Any]] = {
    "priceDecimalPlaces": "1",
    "sizeDecimalPlaces": "3",
    "tickSize": "1",
    "instrument": {
        "code": "BTC/USDT-SPOT",
        "name": "Bitcoin / Tether USD (Spot)",
        "spot": {"baseAsset": None, "quoteAsset": None, "name": "BTC/USDT"},
    },
    "metadata": ["base:BTC", "quote:USDT", "class:fx/crypto", "spot"],
    "priceMonitoringParameters": BITCOIN_FUTURE["priceMonitoringParameters"],
    "targetStakeParameters": {"timeWindow": "3600", "scalingFactor": 0.05},
    "logNormal": BITCOIN_FUTURE["logNormal"],
    "slaParams": BITCOIN_FUTURE["liquiditySlaParameters"],
    "liquidityFeeSettings": {"method": "METHOD_MARGINAL_COST"},
}
