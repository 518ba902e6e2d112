"""The configurations that scenarios use by name without defining them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.markets.definition import (
    LiquidationStrategy,
    LiquiditySLAParameters,
    LogNormalRiskModel,
    MarginScalingFactors,
    PerpetualProduct,
    PriceMonitoringTrigger,
    SimpleRiskModel,
    TargetStakeParameters,
)

LIQUIDATION = "legacy-liquidation-strategy"
LIQUIDITY_MONITORING = "default-parameters"
PERPETUAL_OF = {f"default-{name}-for-future": f"default-{name}-for-perps" for name in ("eth", "usd", "dai")}


def _simple(long: str, short: str, up: str, down: str, probability: str) -> SimpleRiskModel:
    return SimpleRiskModel(
        long=Decimal(long),
        short=Decimal(short),
        max_move_up=Decimal(up),
        min_move_down=Decimal(down),
        probability_of_trading=Decimal(probability),
    )


def _log_normal(tau: float, sigma: float, r: float) -> LogNormalRiskModel:
    return LogNormalRiskModel(risk_aversion=0.001, tau=tau, mu=0.0, r=r, sigma=sigma)


def risk_models() -> dict[str, SimpleRiskModel | LogNormalRiskModel]:
    """Simple and log-normal models."""
    hour = 0.00011407711613050422
    return {
        "default-simple-risk-model": _simple("0.2", "0.1", "0", "0", "0.2"),
        "default-simple-risk-model-2": _simple("0", "0", "0", "0.016", "0.2"),
        "default-simple-risk-model-3": _simple("0.11", "0.1", "0", "0", "0.2"),
        "default-simple-risk-model-4": _simple("0.1", "0.1", "-1", "-1", "0.2"),
        "system-test-risk-model": _simple("0.0862878105813663", "0.0937092234842849", "1", "-1", "0.1"),
        "default-log-normal-risk-model": _log_normal(hour, 2.0, 0.016),
        "default-st-risk-model": _log_normal(hour, 1.5, 0.016),
        "closeout-st-risk-model": _log_normal(0.01, 1.2, 0.0),
    }


def price_monitoring() -> dict[str, tuple[PriceMonitoringTrigger, ...]]:
    """No trigger, or two."""
    return {
        "default-none": (),
        "default-basic": (
            PriceMonitoringTrigger(horizon=5, probability=Decimal("0.95"), auction_extension=6),
            PriceMonitoringTrigger(horizon=10, probability=Decimal("0.99"), auction_extension=8),
        ),
    }


def target_stakes() -> dict[str, TargetStakeParameters]:
    """Two names for one set of values."""
    one = TargetStakeParameters(time_window=3600, scaling_factor=Decimal(10))
    return {LIQUIDITY_MONITORING: one, "default-tenth": one}


def slas() -> dict[str, LiquiditySLAParameters]:
    """What liquidity providers promise."""

    def sla(price_range: str, fraction: str) -> LiquiditySLAParameters:
        return LiquiditySLAParameters(price_range=Decimal(price_range), commitment_min_time_fraction=Decimal(fraction))

    return {"default-basic": sla("0.05", "0.5"), "default-futures": sla("1", "0.5"), "default-st": sla("1", "0")}


def margin_calculators() -> dict[str, MarginScalingFactors]:
    """Search, initial and release factors."""

    def scaling(search: str, initial: str, release: str) -> MarginScalingFactors:
        return MarginScalingFactors(search=Decimal(search), initial=Decimal(initial), release=Decimal(release))

    return {
        "default-margin-calculator": scaling("1.1", "1.2", "1.4"),
        "default-capped-margin-calculator": scaling("1", "1", "1"),
        "default-overkill-margin-calculator": scaling("3.2", "4", "5"),
    }


def liquidations() -> dict[str, LiquidationStrategy]:
    """How the network sells."""

    def strategy(step: int, fraction: str, full: int, consumed: str, slippage: str) -> LiquidationStrategy:
        return LiquidationStrategy(
            disposal_time_step=step,
            disposal_fraction=Decimal(fraction),
            full_disposal_size=full,
            max_fraction_consumed=Decimal(consumed),
            disposal_slippage_range=Decimal(slippage),
        )

    return {
        LIQUIDATION: strategy(0, "1", 2**64 - 1, "1", "10"),
        "default-liquidation-strat": strategy(10, "0.1", 20, "0.05", "0.1"),
        "slow-liquidation-strat": strategy(100, "0.2", 1, "0.2", "0.5"),
        "AC-013-strat": strategy(10, "0.5", 50, "0.01", "0.1"),
    }


SIGNERS = {"eth": ("0xDEADBEEF", "0xCAFEDOOD"), "usd": ("0xBADCAFFE",), "dai": ("0x0000",)}
PRICES = {"eth": "prices.ETH.value", "usd": "prices.USD.value", "dai": "price.DAI.value"}
SPEC_IDS = {"eth": "1", "usd": "1", "dai": "100"}


def _price(name: str, id: str) -> DataSourceSpec:
    filters = (Filter(property=PRICES[name], type="TYPE_INTEGER", decimals=2),)
    return DataSourceSpec(id=id, signers=SIGNERS[name], filters=filters)


def futures() -> dict[str, dict[str, Any]]:
    """Settlement and termination data of the default futures: fields of an OracleSpec."""
    found: dict[str, dict[str, Any]] = {}
    for name, signers in SIGNERS.items():
        terminated = (Filter(property="trading.terminated", type="TYPE_BOOLEAN"),)
        termination = DataSourceSpec(id="2", signers=signers, filters=terminated)
        ends_on_price = name == "dai"
        found[f"default-{name}-for-future"] = {
            "settlement": _price(name, ""),
            "settlement_property": PRICES[name],
            "termination": _price(name, "") if ends_on_price else termination,
            "termination_property": PRICES[name] if ends_on_price else "trading.terminated",
        }
    return found


def perpetuals() -> dict[str, PerpetualProduct]:
    """The default perpetuals: no funding factor, no clamp, no composite price of their own."""
    found: dict[str, PerpetualProduct] = {}
    for name, signers in SIGNERS.items():
        period = f"funding.{name.upper()}.period"
        schedule = DataSourceSpec(id="2", signers=signers, filters=(Filter(property=period, type="TYPE_TIMESTAMP"),))
        found[f"default-{name}-for-perps"] = PerpetualProduct(
            settlement_asset=name.upper(),
            quote_name=name.upper(),
            settlement_data=_price(name, SPEC_IDS[name]),
            settlement_property=PRICES[name],
            schedule=schedule,
            schedule_property=period,
        )
    return found


def settlement_decimals() -> dict[str, int]:
    """The default oracles quote with 2 decimals."""
    return dict.fromkeys((*futures(), *perpetuals()), 2)
