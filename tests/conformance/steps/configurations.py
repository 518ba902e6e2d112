"""Named configurations: risk models, fees, price monitoring, liquidity, margin, liquidation."""

from __future__ import annotations

from decimal import Decimal

from tests.conformance.cells import SECOND
from tests.conformance.configurations import FeesConfiguration
from tests.conformance.failures import BadTable
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    LiquidationStrategy,
    LiquidityFeeSettings,
    LiquiditySLAParameters,
    LogNormalRiskModel,
    MarginScalingFactors,
    PriceMonitoringTrigger,
    SimpleRiskModel,
    TargetStakeParameters,
)

FEE_METHODS = ("METHOD_MARGINAL_COST", "METHOD_WEIGHTED_AVERAGE", "METHOD_CONSTANT")


@step(
    r'the simple risk model named "([^"]*)":$',
    Headers(
        "probability of trading:f64dec, long:f64dec, short:f64dec, max move up:f64dec, min move down:f64dec",
        one_row=True,
    ),
    keeps=True,
)
def simple_risk_model(world: World, name: str, rows: list[Row]) -> None:
    (row,) = rows
    world.configurations.risk_models[name] = SimpleRiskModel(
        long=row["long"],
        short=row["short"],
        max_move_up=row["max move up"],
        min_move_down=row["min move down"],
        probability_of_trading=row["probability of trading"],
    )


@step(
    r'the log normal risk model named "([^"]*)":$',
    Headers("risk aversion:f64, tau:f64, mu:f64, r:f64, sigma:f64", one_row=True),
    keeps=True,
)
def log_normal_risk_model(world: World, name: str, rows: list[Row]) -> None:
    (row,) = rows
    world.configurations.risk_models[name] = LogNormalRiskModel(
        risk_aversion=row["risk aversion"], tau=row["tau"], mu=row["mu"], r=row["r"], sigma=row["sigma"]
    )


@step(
    r'the fees configuration named "([^"]*)":$',
    Headers(
        "maker fee:dec, infrastructure fee:dec",
        "liquidity fee method, liquidity fee constant:dec, buy back fee:dec=0, treasury fee:dec=0",
        one_row=True,
    ),
    keeps=True,
)
def fees(world: World, name: str, rows: list[Row]) -> None:
    (row,) = rows
    liquidity = LiquidityFeeSettings()
    if row.has("liquidity fee method"):
        if row["liquidity fee method"] not in FEE_METHODS:
            raise BadTable(f"unknown liquidity fee method {row['liquidity fee method']!r}")
        constant = row.get("liquidity fee constant", Decimal(0))
        liquidity = LiquidityFeeSettings(method=row["liquidity fee method"], constant=constant)
    world.configurations.fees[name] = FeesConfiguration(
        factors=FeeFactors(
            maker=row["maker fee"],
            infrastructure=row["infrastructure fee"],
            buy_back=row["buy back fee"],
            treasury=row["treasury fee"],
        ),
        liquidity=liquidity,
    )


@step(
    r'the price monitoring named "([^"]*)":$',
    Headers("horizon:i64, probability:f64dec, auction extension:i64"),
    keeps=True,
)
def price_monitoring(world: World, name: str, rows: list[Row]) -> None:
    world.configurations.price_monitoring[name] = tuple(
        PriceMonitoringTrigger(
            horizon=row["horizon"],
            probability=round(row["probability"], 16).normalize(),
            auction_extension=row["auction extension"],
        )
        for row in rows
    )


@step(
    r"the liquidity monitoring parameters:$",
    Headers("name, time window:dur, scaling factor:f64dec", "triggering ratio, auction extension"),
    keeps=True,
)
def target_stakes(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.configurations.target_stakes[row["name"]] = TargetStakeParameters(
            time_window=row["time window"] // SECOND, scaling_factor=row["scaling factor"]
        )


@step(
    r'the liquidity sla params named "([^"]*)":$',
    Headers(
        "price range:dec, commitment min time fraction:dec, performance hysteresis epochs:i64, "
        "sla competition factor:dec"
    ),
    keeps=True,
)
def slas(world: World, name: str, rows: list[Row]) -> None:
    row = rows[0]
    world.configurations.slas[name] = LiquiditySLAParameters(
        price_range=row["price range"],
        commitment_min_time_fraction=row["commitment min time fraction"],
        performance_hysteresis_epochs=row["performance hysteresis epochs"],
        sla_competition_factor=row["sla competition factor"],
    )


@step(
    r'the margin calculator named "([^"]*)":$',
    Headers("release factor:f64dec, initial factor:f64dec, search factor:f64dec", one_row=True),
    keeps=True,
)
def margin_calculator(world: World, name: str, rows: list[Row]) -> None:
    (row,) = rows
    world.configurations.margin_calculators[name] = MarginScalingFactors(
        search=row["search factor"], initial=row["initial factor"], release=row["release factor"]
    )


@step(
    r"the liquidation strategies:$",
    Headers(
        "name, disposal step:i64, disposal fraction:dec, full disposal size:u64, max fraction consumed:dec, "
        "disposal slippage range:dec"
    ),
    keeps=True,
)
def liquidation_strategies(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.configurations.liquidations[row["name"]] = LiquidationStrategy(
            disposal_time_step=row["disposal step"],
            disposal_fraction=row["disposal fraction"],
            full_disposal_size=row["full disposal size"],
            max_fraction_consumed=row["max fraction consumed"],
            disposal_slippage_range=row["disposal slippage range"],
        )
