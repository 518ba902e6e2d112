"""What steps store under a name: it outlives the scenario, for the rest of the file.

Upstream keeps these for the whole run. Kept per file, every scenario finds what it needs, and the outcome does not
depend on which files ran before, or in which process.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from tests.conformance import defaults
from tests.conformance.failures import BadTable
from vega_mesa.protocol.data_sources import DataSourceSpec, TimeTrigger
from vega_mesa.protocol.markets.definition import (
    CompositePriceSource,
    FeeFactors,
    FutureProduct,
    LiquidationStrategy,
    LiquidityFeeSettings,
    LiquiditySLAParameters,
    LogNormalRiskModel,
    MarginScalingFactors,
    PerpetualProduct,
    PriceMonitoringTrigger,
    SimpleRiskModel,
    TargetStakeParameters,
)
from vega_mesa.protocol.programmes.referral import ReferralBenefitTier, StakingTier
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountTier
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateTier

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesConfiguration:
    """Fee factors and how the liquidity fee is found."""

    factors: FeeFactors = field(default_factory=FeeFactors)
    liquidity: LiquidityFeeSettings = field(default_factory=LiquidityFeeSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleSpec:
    """What a future listens to under one name; each half is given by its own step."""

    settlement: DataSourceSpec | None = None
    settlement_property: str = ""
    termination: DataSourceSpec | None = None
    termination_property: str = ""


@dataclass(slots=True)
class Configurations:
    """All named configurations, the defaults included."""

    risk_models: dict[str, SimpleRiskModel | LogNormalRiskModel] = field(default_factory=defaults.risk_models)
    fees: dict[str, FeesConfiguration] = field(default_factory=lambda: {"default-none": FeesConfiguration()})
    price_monitoring: dict[str, tuple[PriceMonitoringTrigger, ...]] = field(default_factory=defaults.price_monitoring)
    target_stakes: dict[str, TargetStakeParameters] = field(default_factory=defaults.target_stakes)
    slas: dict[str, LiquiditySLAParameters] = field(default_factory=defaults.slas)
    margin_calculators: dict[str, MarginScalingFactors] = field(default_factory=defaults.margin_calculators)
    liquidations: dict[str, LiquidationStrategy] = field(default_factory=defaults.liquidations)
    futures: dict[str, OracleSpec] = field(
        default_factory=lambda: {name: OracleSpec(**parts) for name, parts in defaults.futures().items()}
    )
    perpetuals: dict[str, PerpetualProduct] = field(default_factory=defaults.perpetuals)
    settlement_decimals: dict[str, int] = field(default_factory=defaults.settlement_decimals)
    composite_oracles: dict[str, CompositePriceSource] = field(default_factory=dict)
    time_triggers: dict[str, TimeTrigger] = field(default_factory=dict)
    referral_benefit_tiers: dict[str, tuple[ReferralBenefitTier, ...]] = field(default_factory=dict)
    referral_staking_tiers: dict[str, tuple[StakingTier, ...]] = field(default_factory=dict)
    discount_tiers: dict[str, tuple[VolumeDiscountTier, ...]] = field(default_factory=dict)
    rebate_tiers: dict[str, tuple[VolumeRebateTier, ...]] = field(default_factory=dict)
    order_ids: dict[str, str] = field(default_factory=dict)  # reference to id, for batches

    def future(self, name: str, asset: str, quote_name: str) -> FutureProduct:
        """The product of a future, its settlement decimals applied to every filter of its settlement data."""
        spec = pick(self.futures, name, "oracle configuration")
        if spec.settlement is None or spec.termination is None:
            raise BadTable(f"oracle configuration {name!r} is not complete")
        places = self.settlement_decimals.get(name, 0)
        filters = tuple(replace(f, decimals=places) for f in spec.settlement.filters)
        return FutureProduct(
            settlement_asset=asset,
            quote_name=quote_name,
            settlement_data=replace(spec.settlement, filters=filters),
            settlement_property=spec.settlement_property,
            termination=spec.termination,
            termination_property=spec.termination_property,
        )


def pick(named: dict[str, V], name: str, kind: str) -> V:
    """The configuration of that name."""
    if name not in named:
        raise BadTable(f"no {kind} is named {name!r}")
    return named[name]
