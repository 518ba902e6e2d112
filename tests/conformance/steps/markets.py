"""Markets: futures, perpetuals and spot pairs, their updates and states."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.conformance import defaults
from tests.conformance.configurations import Configurations, pick
from tests.conformance.failures import BadTable, Mismatch, StepFailed
from tests.conformance.registry import step
from tests.conformance.steps.oracles import NO_WEIGHTS, price_type
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.markets.definition import (
    CompositePriceConfiguration,
    CompositePriceSource,
    FutureProduct,
    MarketDefinition,
    PerpetualProduct,
    SpotProduct,
)

MICROSECOND = 1000  # nanoseconds
ORACLES = ("oracle1", "oracle2", "oracle3", "oracle4", "oracle5")
PERPETUAL_EMPTY_LEVELS, FUTURE_EMPTY_LEVELS = 0, 100
MARK_PRICE = (
    "price type, decay weight:dec=0, decay power:dec=0, cash amount:uint=0, source weights:list of dec, "
    "source staleness tolerance:list of dur, oracle1, oracle2, oracle3, oracle4, oracle5"
)
UPDATE = Headers(
    "id",
    "linear slippage factor:f64dec, quadratic slippage factor:f64dec, data source config, price monitoring, "
    "risk model, liquidity monitoring, sla params, liquidity fee settings, liquidation strategy, tick size:uint, "
    + MARK_PRICE,
)
STATES = tuple(f"MARKET_STATE_UPDATE_TYPE_{kind}" for kind in ("TERMINATE", "SUSPEND", "RESUME"))


@step(
    r"^the markets:$",
    Headers(
        "id, quote name, asset, risk model, fees, data source config, price monitoring, margin calculator, "
        "auction duration:i64, linear slippage factor:f64dec=0.001, quadratic slippage factor:f64dec=0, sla params",
        "decimal places:u64=0, position decimal places:i64=0, liquidity monitoring=default-parameters, "
        "liquidation strategy=legacy-liquidation-strategy, market type, tick size:uint=1, max price cap:uint, "
        "binary:bool, fully collateralised:bool, parent market id, insurance pool fraction:dec=0, "
        "successor auction:i64, is passed, allowed empty amm levels, " + MARK_PRICE,
    ),
)
def create_markets(world: World, rows: list[Row]) -> None:
    definitions = [(row, _derivative(world, row)) for row in rows]
    world.market_list = [row["id"] for row in rows]
    world.enable_for_markets([row["asset"] for row in rows])
    for row, definition in definitions:
        world.submit_market(row["id"], definition)
        if row["is passed"] in {"", "true"}:
            world.start_opening_auction(row["id"])


def _derivative(world: World, row: Row) -> MarketDefinition:
    kept = world.configurations
    product = _product(world, row)
    is_perpetual = isinstance(product, PerpetualProduct)
    fees = pick(kept.fees, row["fees"], "fees configuration")
    definition = MarketDefinition(
        name=row["id"],
        code=f"CRYPTO/{row['id']}",
        product=product,
        decimal_places=row["decimal places"],
        position_decimal_places=row["position decimal places"],
        tick_size=row["tick size"],
        risk_model=pick(kept.risk_models, row["risk model"], "risk model"),
        margin_scaling=pick(kept.margin_calculators, row["margin calculator"], "margin calculator"),
        price_monitoring=pick(kept.price_monitoring, row["price monitoring"], "price monitoring"),
        fees=fees.factors,
        liquidity_fee_settings=fees.liquidity,
        liquidity_sla=pick(kept.slas, row["sla params"], "SLA configuration"),
        target_stake=pick(kept.target_stakes, row["liquidity monitoring"], "liquidity monitoring"),
        liquidation_strategy=pick(kept.liquidations, row["liquidation strategy"], "liquidation strategy"),
        mark_price=_mark_price(kept, row),
        linear_slippage_factor=row["linear slippage factor"],
        quadratic_slippage_factor=row["quadratic slippage factor"],
        opening_auction_duration=row["auction duration"],
        allowed_empty_amm_levels=PERPETUAL_EMPTY_LEVELS if is_perpetual else FUTURE_EMPTY_LEVELS,
    )
    return _succession(definition, row) if row.has("parent market id") else definition


def _succession(definition: MarketDefinition, row: Row) -> MarketDefinition:
    duration = definition.opening_auction_duration
    if duration <= 0:
        raise StepFailed("a successor needs an opening auction", row=row)
    return replace(
        definition,
        parent_market=row["parent market id"],
        insurance_pool_fraction=row["insurance pool fraction"],
        opening_auction_duration=duration + row.get("successor auction", 5 * duration),
    )


def _product(world: World, row: Row) -> FutureProduct | PerpetualProduct:
    kept, name = world.configurations, row["data source config"]
    if world.perps and row["market type"] != "perp" and name in defaults.PERPETUAL_OF:
        name = defaults.PERPETUAL_OF[name]
    elif row["market type"] != "perp":
        return _future(kept, row)
    product = _settled(kept, name)
    collateralised = row.has("max price cap") and bool(row.get("fully collateralised", False))
    return replace(
        product, settlement_asset=row["asset"], quote_name=row["quote name"], fully_collateralised=collateralised
    )


def _settled(kept: Configurations, name: str) -> PerpetualProduct:
    """The perpetual of that name, with the settlement decimals that were given separately."""
    product = pick(kept.perpetuals, name, "perpetual product")
    places = kept.settlement_decimals.get(name)
    if places is None:
        return product
    data = product.settlement_data
    filters = tuple(replace(one, decimals=places) for one in data.filters)
    return replace(product, settlement_data=replace(data, filters=filters))


def _future(kept: Configurations, row: Row) -> FutureProduct:
    product = kept.future(row["data source config"], row["asset"], row["quote name"])
    if not row.has("max price cap"):
        return product
    flags = {}
    for header, name in (("binary", "binary"), ("fully collateralised", "fully_collateralised")):
        if row.has_header(header):
            if row.text(header) not in {"true", "false"}:
                raise BadTable(f"{header} must be true or false", row=row)
            flags[name] = row[header]
    return replace(product, max_price=row["max price cap"], **flags)


def _mark_price(kept: Configurations, row: Row) -> CompositePriceConfiguration:
    return CompositePriceConfiguration(
        type=price_type(row["price type"] or "last trade"),
        decay_weight=row["decay weight"],
        decay_power=row["decay power"],
        cash_amount=row["cash amount"],
        source_weights=row["source weights"] or NO_WEIGHTS,
        source_staleness_tolerance_ns=row["source staleness tolerance"] or (MICROSECOND,) * 4,
        sources=_sources(kept, row),
    )


def _sources(kept: Configurations, row: Row) -> tuple[CompositePriceSource, ...]:
    return tuple(kept.composite_oracles[row[name]] for name in ORACLES if row[name] in kept.composite_oracles)


@step(
    r"^the spot markets:$",
    Headers(
        "id, name, base asset, quote asset, risk model, fees, price monitoring, auction duration:i64, sla params",
        "decimal places:u64=0, position decimal places:i64=0, tick size:uint=1, "
        "liquidity monitoring=default-parameters",
    ),
)
def create_spot_markets(world: World, rows: list[Row]) -> None:
    definitions = [(row, _spot(world.configurations, row)) for row in rows]
    world.market_list = [row["id"] for row in rows]
    world.enable_for_markets([row[name] for row in rows for name in ("base asset", "quote asset")])
    for row, definition in definitions:
        world.submit_market(row["id"], definition)
        world.start_opening_auction(row["id"])


def _spot(kept: Configurations, row: Row) -> MarketDefinition:
    fees = pick(kept.fees, row["fees"], "fees configuration")
    return MarketDefinition(
        name=row["name"],
        code=f"CRYPTO/{row['id']}",
        product=SpotProduct(
            base_asset=row["base asset"], quote_asset=row["quote asset"], quote_name=row["quote asset"]
        ),
        decimal_places=row["decimal places"],
        position_decimal_places=row["position decimal places"],
        tick_size=row["tick size"],
        risk_model=pick(kept.risk_models, row["risk model"], "risk model"),
        price_monitoring=pick(kept.price_monitoring, row["price monitoring"], "price monitoring"),
        fees=fees.factors,
        liquidity_fee_settings=fees.liquidity,
        liquidity_sla=pick(kept.slas, row["sla params"], "SLA configuration"),
        target_stake=pick(kept.target_stakes, row["liquidity monitoring"], "liquidity monitoring"),
        opening_auction_duration=row["auction duration"],
    )


@step(r"^the markets are updated:$", UPDATE)
def update_markets(world: World, rows: list[Row]) -> None:
    for row in rows:
        before = _listed(world, row)
        changes = _common_changes(world.configurations, row)
        for header, name in (
            ("linear slippage factor", "linear_slippage_factor"),
            ("quadratic slippage factor", "quadratic_slippage_factor"),
        ):
            if row.has(header):
                changes[name] = row[header]
        if row.has("liquidation strategy"):
            changes["liquidation_strategy"] = pick(
                world.configurations.liquidations, row["liquidation strategy"], "liquidation strategy"
            )
        if row.has("data source config"):
            changes["product"] = _changed_product(world.configurations, before.product, row["data source config"])
        changes["mark_price"] = _changed_mark_price(world.configurations, before.mark_price, row)
        world.update_market(row["id"], replace(before, **changes))


@step(r"^the spot markets are updated:$", UPDATE)
def update_spot_markets(world: World, rows: list[Row]) -> None:
    for row in rows:
        before = _listed(world, row)
        world.update_market(row["id"], replace(before, **_common_changes(world.configurations, row)))


def _listed(world: World, row: Row) -> MarketDefinition:
    if row["id"] not in world.market_list:
        raise StepFailed(f"market {row['id']} is not in the list of markets", row=row)
    return world.definition(row["id"])


def _common_changes(kept: Configurations, row: Row) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    tables: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("price monitoring", "price_monitoring", kept.price_monitoring),
        ("risk model", "risk_model", kept.risk_models),
        ("liquidity monitoring", "target_stake", kept.target_stakes),
        ("sla params", "liquidity_sla", kept.slas),
    )
    for header, name, named in tables:
        if row.has(header):
            changes[name] = pick(named, row[header], header)
    if row.has("liquidity fee settings"):
        fees = pick(kept.fees, row["liquidity fee settings"], "fees configuration")
        changes["liquidity_fee_settings"] = fees.liquidity
    return changes


def _changed_product(kept: Configurations, before: Any, name: str) -> FutureProduct | PerpetualProduct:
    """The product with the data sources of another configuration."""
    if isinstance(before, FutureProduct):
        fresh = kept.future(name, before.settlement_asset, before.quote_name)
        return replace(
            fresh, max_price=before.max_price, binary=before.binary, fully_collateralised=before.fully_collateralised
        )
    perpetual = _settled(kept, name)
    return replace(
        perpetual,
        settlement_asset=before.settlement_asset,
        quote_name=before.quote_name,
        interest_rate=before.interest_rate,
        internal_composite_price=before.internal_composite_price,
        fully_collateralised=before.fully_collateralised,
    )


def _changed_mark_price(
    kept: Configurations, before: CompositePriceConfiguration, row: Row
) -> CompositePriceConfiguration:
    """Cells that are missing keep what was, except the type, which falls back to the last trade."""
    changes: dict[str, Any] = {"type": price_type(row["price type"] or "last trade")}
    for header, name in (
        ("decay weight", "decay_weight"),
        ("decay power", "decay_power"),
        ("cash amount", "cash_amount"),
        ("source weights", "source_weights"),
        ("source staleness tolerance", "source_staleness_tolerance_ns"),
    ):
        if row.has(header):
            changes[name] = row[header]
    if row.has("oracle1"):
        changes["sources"] = _sources(kept, row)
    return replace(before, **changes)


@step(r'the successor market "([^"]+)" is enacted$')
def enact_successor(world: World, market: str) -> None:
    if market not in world.market_list:
        raise StepFailed(f"market {market} is not in the list of markets")
    world.enact_successor(market)


@step(
    r"^the market states are updated through governance:", Headers("market id, state", "settlement price:uint, error")
)
def update_market_states(world: World, rows: list[Row]) -> None:
    for row in rows:
        if row["state"] not in STATES:
            raise BadTable(f"unknown market state update {row['state']!r}", row=row)
        error = world.update_market_state(row["market id"], row["state"], row.get("settlement price"))
        if row.has("error") and error != row["error"]:
            raise Mismatch("error", row["error"], error or "none", row)
