"""The parts of a market proposal that all products share: risk, monitoring, liquidity, liquidation, mark price."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from vega_mesa.errors import ConfigError
from vega_mesa.protocol.governance.data_source_json import read_data_source
from vega_mesa.protocol.governance.proposal_json import Reader, to_decimal, to_duration
from vega_mesa.protocol.markets.definition import (
    CompositePriceConfiguration,
    CompositePriceSource,
    CompositePriceType,
    LiquidationStrategy,
    LiquidityFeeSettings,
    LiquiditySLAParameters,
    LogNormalRiskModel,
    PriceMonitoringTrigger,
    SimpleRiskModel,
    TargetStakeParameters,
)

MOST_DECIMALS: Final = 77  # of a 256-bit integer
MOST_TRIGGERS: Final = 100
MOST_SOURCES: Final = 5
OWN_SOURCES: Final = 3  # trades, book and the median stand beside the oracles
FEE_METHODS: Final = ("METHOD_MARGINAL_COST", "METHOD_WEIGHTED_AVERAGE", "METHOD_CONSTANT")
LONGEST: Final = 2**40  # seconds of any duration


def risk_model(reader: Reader) -> SimpleRiskModel | LogNormalRiskModel:
    """``logNormal`` or ``simple``; the ranges of 0018-RSKM are governance's to check."""
    log_normal, simple = reader.child("logNormal"), reader.child("simple")
    if (log_normal is None) == (simple is None):
        raise ConfigError("logNormal", None, "exactly one of logNormal and simple (missing risk parameters)")
    if log_normal is not None:
        params = log_normal.required("params")
        override = log_normal.child("riskFactorOverride")
        return LogNormalRiskModel(
            risk_aversion=float(log_normal.decimal("riskAversionParameter", low="1e-8", high="0.1")),
            tau=float(log_normal.decimal("tau", low="1e-8", high="1")),
            mu=float(params.decimal("mu", "0", low="-1e-6", high="1e-6")),
            r=float(params.decimal("r", "0", low="-1", high="1")),
            sigma=float(params.decimal("sigma", low="1e-3", high="50")),
            risk_factor_override_long=None if override is None else override.decimal("long", above="0"),
            risk_factor_override_short=None if override is None else override.decimal("short", above="0"),
        )
    assert simple is not None
    return SimpleRiskModel(
        long=simple.decimal("factorLong", "1", low="0"),
        short=simple.decimal("factorShort", "1", low="0"),
        max_move_up=simple.decimal("maxMoveUp", "0", low="0"),
        min_move_down=simple.decimal("minMoveDown", "0", high="0"),
        probability_of_trading=simple.decimal("probabilityOfTrading", "0", low="0", high="1"),
    )


def price_monitoring(reader: Reader) -> tuple[PriceMonitoringTrigger, ...]:
    """``priceMonitoringParameters.triggers``; none when it is not given."""
    inner = reader.child("priceMonitoringParameters")
    if inner is None:
        return ()
    triggers = inner.items("triggers")
    if len(triggers) > MOST_TRIGGERS:
        raise inner.error("triggers", f"a list of at most {MOST_TRIGGERS} (maximum 100 triggers allowed)")
    return tuple(price_monitoring_trigger(trigger) for trigger in triggers)


def price_monitoring_trigger(trigger: Reader) -> PriceMonitoringTrigger:
    """One trigger; horizon and extension in seconds."""
    probability = trigger.decimal("probability", above="0.9")
    if probability >= 1:
        raise trigger.error("probability", "a decimal that should be between 0.9 (exclusive) and 1 (exclusive)")
    return PriceMonitoringTrigger(
        horizon=trigger.integer("horizon", low=1, high=LONGEST),
        probability=probability,
        auction_extension=trigger.integer("auctionExtension", low=1, high=LONGEST),
    )


def liquidity_fee_settings(reader: Reader) -> LiquidityFeeSettings:
    """``liquidityFeeSettings``; marginal cost when it is not given."""
    inner = reader.child("liquidityFeeSettings")
    if inner is None:
        return LiquidityFeeSettings()
    method = inner.text("method", "METHOD_MARGINAL_COST")
    if method == "METHOD_UNSPECIFIED":
        method = "METHOD_MARGINAL_COST"
    if method not in FEE_METHODS:
        raise inner.error("method", f"one of {', '.join(FEE_METHODS)}")
    if method == "METHOD_CONSTANT" and not inner.has("feeConstant"):
        raise inner.error("feeConstant", "a decimal from 0 to 1 (is required)")
    return LiquidityFeeSettings(method=method, constant=inner.decimal("feeConstant", "0", low="0", high="1"))


def liquidity_sla(inner: Reader) -> LiquiditySLAParameters:
    """``liquiditySlaParameters``."""
    return LiquiditySLAParameters(
        price_range=inner.decimal("priceRange", above="0", high="20"),
        commitment_min_time_fraction=inner.decimal("commitmentMinTimeFraction", low="0", high="1"),
        performance_hysteresis_epochs=inner.integer("performanceHysteresisEpochs", low=0, high=366),
        sla_competition_factor=inner.decimal("slaCompetitionFactor", low="0", high="1"),
    )


def target_stake(inner: Reader | None) -> TargetStakeParameters:
    """``targetStakeParameters``; window in seconds."""
    if inner is None:
        return TargetStakeParameters()
    return TargetStakeParameters(
        time_window=inner.integer("timeWindow", 3600, low=1, high=LONGEST),
        scaling_factor=inner.decimal("scalingFactor", "10", above="0"),
    )


def liquidation_strategy(reader: Reader) -> LiquidationStrategy:
    """``liquidationStrategy``; the legacy one when it is not given."""
    inner = reader.child("liquidationStrategy")
    if inner is None:
        return LiquidationStrategy()
    return LiquidationStrategy(
        disposal_time_step=inner.integer("disposalTimeStep", low=1, high=3600),
        disposal_fraction=inner.decimal("disposalFraction", above="0", high="1"),
        full_disposal_size=inner.integer("fullDisposalSize", 0),
        max_fraction_consumed=inner.decimal("maxFractionConsumed", above="0", high="1"),
        disposal_slippage_range=inner.decimal("disposalSlippageRange", above="0"),
    )


def successor(reader: Reader) -> tuple[str | None, Decimal]:
    """``successor``: the parent market and the part of its insurance pool."""
    inner = reader.child("successor")
    if inner is None:
        return None, Decimal(0)
    fraction = inner.decimal("insurancePoolFraction", "0", low="0", high="1")
    return inner.text("parentMarketId"), fraction


def composite_price(inner: Reader | None, signers: Sequence[str]) -> CompositePriceConfiguration:
    """``markPriceConfiguration`` and its like; the last trade when it is not given."""
    if inner is None:
        return CompositePriceConfiguration()
    name = inner.text("compositePriceType", CompositePriceType.LAST_TRADE.value)
    if name not in tuple(CompositePriceType):
        raise inner.error("compositePriceType", f"one of {', '.join(CompositePriceType)}")
    type = CompositePriceType(name)
    if type is CompositePriceType.LAST_TRADE:
        for field in ("decayWeight", "sourceWeights", "sourceStalenessTolerance", "dataSourcesSpec"):
            if inner.raw(field) and to_decimal(inner.raw(field)) != 0:
                raise inner.error(field, "nothing: must not be defined for price type last trade")
        return CompositePriceConfiguration()
    sources = _sources(inner, signers)
    weights = _weights(inner, type, len(sources))
    tolerances = _tolerances(inner, len(sources))
    power = inner.integer("decayPower", 1, low=0)
    if power not in (1, 2, 3):
        raise inner.error("decayPower", "an integer that must be in {1, 2, 3}")
    return CompositePriceConfiguration(
        type=type,
        decay_weight=inner.decimal("decayWeight", "0", low="0", high="1"),
        decay_power=Decimal(power),
        cash_amount=inner.integer("cashAmount", 0, high=2**256 - 1),
        source_weights=weights,
        source_staleness_tolerance_ns=tolerances,
        sources=sources,
    )


def _sources(inner: Reader, signers: Sequence[str]) -> tuple[CompositePriceSource, ...]:
    specs, bindings = inner.items("dataSourcesSpec"), inner.items("dataSourcesSpecBinding")
    if len(specs) > MOST_SOURCES:
        raise inner.error("dataSourcesSpec", "fewer: too many data source specs - must be less than or equal to 5")
    if len(specs) != len(bindings):
        expected = "a list that must be have the same number of elements as the corresponding bindings"
        raise inner.error("dataSourcesSpec", expected)
    return tuple(
        CompositePriceSource(spec=read_data_source(spec, signers), property=binding.text("priceSourceProperty"))
        for spec, binding in zip(specs, bindings, strict=True)
    )


def _weights(inner: Reader, type: CompositePriceType, sources: int) -> tuple[Decimal, ...]:
    texts = inner.texts("sourceWeights")
    if type is CompositePriceType.MEDIAN:
        if texts:
            raise inner.error("sourceWeights", "an empty list: must be empty if composite price type is not weighted")
        return ()
    weights = [weight for text in texts if (weight := to_decimal(text)) is not None and weight >= 0]
    if len(weights) != len(texts) or len(weights) != sources + OWN_SOURCES:
        raise inner.error(
            "sourceWeights", f"{sources + OWN_SOURCES} decimals ≥ 0: must be defined for all price sources"
        )
    if not any(weights):
        raise inner.error("sourceWeights", "a list that must have at least one none zero weight")
    return tuple(weights)


def _tolerances(inner: Reader, sources: int) -> tuple[int, ...]:
    texts = inner.texts("sourceStalenessTolerance")
    tolerances = [duration for text in texts if (duration := to_duration(text)) is not None]
    if len(tolerances) != len(texts):
        raise inner.error("sourceStalenessTolerance", "durations such as 1m0s: must be a valid duration")
    if len(tolerances) != sources + OWN_SOURCES:
        expected = f"{sources + OWN_SOURCES} durations: must included staleness information for all price sources"
        raise inner.error("sourceStalenessTolerance", expected)
    return tuple(tolerances)
