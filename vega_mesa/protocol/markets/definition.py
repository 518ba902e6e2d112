"""What a market is made of: the terms that governance votes on, as frozen values.

Prices are integers in market decimals, factors Decimals, durations integer seconds unless the name ends in ``_ns``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from vega_mesa.protocol.data_sources import DataSourceSpec

MAX_UINT64 = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleRiskModel:
    """Fixed risk factors and price moves (0018-RSKM)."""

    long: Decimal
    short: Decimal
    max_move_up: Decimal = Decimal(0)
    min_move_down: Decimal = Decimal(0)
    probability_of_trading: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalRiskModel:
    """Parameters of the log-normal model, all doubles (0018-RSKM)."""

    risk_aversion: float
    tau: float
    mu: float
    sigma: float
    r: float = 0.0
    risk_factor_override_long: Decimal | None = None
    risk_factor_override_short: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMonitoringTrigger:
    """One price-monitoring trigger (0032-PRIM): horizon and extension in seconds."""

    horizon: int
    probability: Decimal
    auction_extension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginScalingFactors:
    """Levels as multiples of the maintenance margin (0019-MCAL)."""

    search: Decimal = Decimal("1.1")
    initial: Decimal = Decimal("1.2")
    release: Decimal = Decimal("1.4")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeFactors:
    """Trading fees as fractions of the traded value (0029-FEES). The liquidity fee is set by the market itself."""

    maker: Decimal = Decimal(0)
    infrastructure: Decimal = Decimal(0)
    buy_back: Decimal = Decimal(0)
    treasury: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityFeeSettings:
    """How the liquidity fee factor is found (0042-LIQF)."""

    method: str = "METHOD_MARGINAL_COST"
    constant: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquiditySLAParameters:
    """What a liquidity provider promises (0044-LIME)."""

    price_range: Decimal = Decimal("0.05")
    commitment_min_time_fraction: Decimal = Decimal("0.5")
    performance_hysteresis_epochs: int = 1
    sla_competition_factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStakeParameters:
    """Window (seconds) and factor of the target stake (0041-TSTK)."""

    time_window: int = 3600
    scaling_factor: Decimal = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidationStrategy:
    """How the network sells what it took over (0012-POSR). The defaults are the legacy strategy: all at once."""

    disposal_time_step: int = 0
    disposal_fraction: Decimal = Decimal(1)
    full_disposal_size: int = MAX_UINT64
    max_fraction_consumed: Decimal = Decimal(1)
    disposal_slippage_range: Decimal = Decimal(10)


class CompositePriceType(StrEnum):
    """How a mark price is put together (0009-MRKP)."""

    LAST_TRADE = "COMPOSITE_PRICE_TYPE_LAST_TRADE"
    WEIGHTED = "COMPOSITE_PRICE_TYPE_WEIGHTED"
    MEDIAN = "COMPOSITE_PRICE_TYPE_MEDIAN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositePriceSource:
    """An oracle feeding a composite price: which spec, which of its properties."""

    spec: DataSourceSpec
    property: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositePriceConfiguration:
    """Sources are indexed 0 trades, 1 book, 2… oracles, last median; tolerances in nanoseconds."""

    type: CompositePriceType = CompositePriceType.LAST_TRADE
    decay_weight: Decimal = Decimal(0)
    decay_power: Decimal = Decimal(0)
    cash_amount: int = 0
    source_weights: tuple[Decimal, ...] = ()
    source_staleness_tolerance_ns: tuple[int, ...] = ()
    sources: tuple[CompositePriceSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureProduct:
    """A cash-settled future (0016-PFUT); with a cap it is a capped future, whose cap is in market decimals."""

    settlement_asset: str
    quote_name: str
    settlement_data: DataSourceSpec
    settlement_property: str
    termination: DataSourceSpec
    termination_property: str
    max_price: int | None = None
    binary: bool = False
    fully_collateralised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PerpetualProduct:
    """A perpetual future (0053-PERP)."""

    settlement_asset: str
    quote_name: str
    settlement_data: DataSourceSpec
    settlement_property: str
    schedule: DataSourceSpec
    schedule_property: str
    margin_funding_factor: Decimal = Decimal(0)
    interest_rate: Decimal = Decimal(0)
    clamp_lower_bound: Decimal = Decimal(0)
    clamp_upper_bound: Decimal = Decimal(0)
    funding_rate_scaling_factor: Decimal | None = None
    funding_rate_lower_bound: Decimal | None = None
    funding_rate_upper_bound: Decimal | None = None
    internal_composite_price: CompositePriceConfiguration | None = None
    fully_collateralised: bool = False  # only as a flag of the margin calculator; a perpetual has no cap


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotProduct:
    """A spot pair (0080-SPOT)."""

    base_asset: str
    quote_asset: str
    quote_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDefinition:
    """Everything that a market proposal says."""

    name: str
    product: FutureProduct | PerpetualProduct | SpotProduct
    code: str = ""
    decimal_places: int = 0
    position_decimal_places: int = 0
    tick_size: int = 1
    risk_model: SimpleRiskModel | LogNormalRiskModel
    margin_scaling: MarginScalingFactors = field(default_factory=MarginScalingFactors)
    price_monitoring: tuple[PriceMonitoringTrigger, ...] = ()
    fees: FeeFactors = field(default_factory=FeeFactors)
    liquidity_fee_settings: LiquidityFeeSettings = field(default_factory=LiquidityFeeSettings)
    liquidity_sla: LiquiditySLAParameters = field(default_factory=LiquiditySLAParameters)
    target_stake: TargetStakeParameters = field(default_factory=TargetStakeParameters)
    liquidation_strategy: LiquidationStrategy = field(default_factory=LiquidationStrategy)
    mark_price: CompositePriceConfiguration = field(default_factory=CompositePriceConfiguration)
    linear_slippage_factor: Decimal = Decimal("0.001")
    quadratic_slippage_factor: Decimal = Decimal(0)
    opening_auction_duration: int = 0
    allowed_empty_amm_levels: int = 100
    enable_transaction_reordering: bool = False
    parent_market: str | None = None
    insurance_pool_fraction: Decimal = Decimal(0)
    metadata: tuple[str, ...] = ()
    allowed_sellers: tuple[str, ...] = ()  # who may sell on a spot market; empty: everybody
