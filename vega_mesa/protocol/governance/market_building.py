"""A market as the network builds it from a proposal: with the fees, margins and defaults that the network sets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from vega_mesa.protocol.arithmetic import to_decimal
from vega_mesa.protocol.commands.governance import NewMarket, NewProtocolAutomatedPurchase, UpdateMarket
from vega_mesa.protocol.data_sources import DataSourceSpec
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    FutureProduct,
    MarginScalingFactors,
    MarketDefinition,
    PerpetualProduct,
    PriceMonitoringTrigger,
    SpotProduct,
)
from vega_mesa.protocol.network_parameters import NetworkParameters

Product = FutureProduct | PerpetualProduct | SpotProduct


def build_new(change: NewMarket, closing: int, enactment: int, parameters: NetworkParameters) -> MarketDefinition:
    """The terms of a new market; times in unix seconds, the opening auction lasts from closing to enactment."""
    definition = change.definition
    is_spot = isinstance(definition.product, SpotProduct)
    return replace(
        definition,
        product=with_start(definition.product, enactment),
        fees=fee_factors(parameters),
        margin_scaling=definition.margin_scaling if is_spot else margin_scaling(parameters),
        price_monitoring=_price_monitoring(change, parameters),
        opening_auction_duration=enactment - closing,
        linear_slippage_factor=Decimal(0) if is_spot else definition.linear_slippage_factor,
        quadratic_slippage_factor=Decimal(0) if is_spot else definition.quadratic_slippage_factor,
    )


def build_update(
    change: UpdateMarket, old: MarketDefinition, enactment: int, parameters: NetworkParameters
) -> MarketDefinition:
    """The whole new terms of a market: what an update cannot change is kept from the old ones."""
    new = change.definition
    strategy = old.liquidation_strategy if change.keep_liquidation_strategy else new.liquidation_strategy
    kept = replace(
        new,
        product=_keep(old.product, with_start(new.product, enactment)),
        decimal_places=old.decimal_places,
        position_decimal_places=old.position_decimal_places,
        margin_scaling=old.margin_scaling if isinstance(old.product, SpotProduct) else margin_scaling(parameters),
        fees=fee_factors(parameters),
        price_monitoring=_price_monitoring(change, parameters),
        liquidation_strategy=strategy,
        opening_auction_duration=old.opening_auction_duration,
        parent_market=old.parent_market,
        insurance_pool_fraction=old.insurance_pool_fraction,
    )
    if isinstance(old.product, SpotProduct):
        kept = replace(kept, linear_slippage_factor=Decimal(0), quadratic_slippage_factor=Decimal(0))
    return kept


def _price_monitoring(
    change: NewMarket | UpdateMarket, parameters: NetworkParameters
) -> tuple[PriceMonitoringTrigger, ...]:
    if change.default_price_monitoring:
        return default_price_monitoring(parameters)
    return change.definition.price_monitoring


def _keep(old: Product, new: Product) -> Product:
    if isinstance(old, FutureProduct) and isinstance(new, FutureProduct):
        return replace(
            new,
            settlement_asset=old.settlement_asset,
            max_price=old.max_price,
            binary=old.binary,
            fully_collateralised=old.fully_collateralised,
        )
    if isinstance(old, PerpetualProduct) and isinstance(new, PerpetualProduct):
        return replace(new, settlement_asset=old.settlement_asset)
    if isinstance(old, SpotProduct) and isinstance(new, SpotProduct):
        return old
    return new


def with_start(product: Product, enactment: int) -> Product:
    """The product with a funding schedule that starts at the enactment where the proposal names no start."""
    if not isinstance(product, PerpetualProduct):
        return product
    return replace(product, schedule=started_schedule(product.schedule, enactment))


def started_schedule(spec: DataSourceSpec, start: int) -> DataSourceSpec:
    """A schedule without start begins at ``start`` (unix seconds)."""
    trigger = spec.time_trigger
    if trigger is None or trigger.initial is not None:
        return spec
    return replace(spec, time_trigger=replace(trigger, initial=start))


def started_purchase(change: NewProtocolAutomatedPurchase, enactment: int) -> NewProtocolAutomatedPurchase:
    """The purchase with schedules that start at the enactment where the proposal names no start."""
    purchase = replace(
        change.purchase,
        auction_schedule=started_schedule(change.purchase.auction_schedule, enactment),
        snapshot_schedule=started_schedule(change.purchase.snapshot_schedule, enactment),
    )
    return replace(change, purchase=purchase)


def fee_factors(parameters: NetworkParameters) -> FeeFactors:
    """The fees that all markets charge."""
    prefix = "market.fee.factors."
    return FeeFactors(
        maker=parameters.decimal(prefix + "makerFee"),
        infrastructure=parameters.decimal(prefix + "infrastructureFee"),
        buy_back=parameters.decimal(prefix + "buybackFee"),
        treasury=parameters.decimal(prefix + "treasuryFee"),
    )


def margin_scaling(parameters: NetworkParameters) -> MarginScalingFactors:
    """The margin levels of all markets."""
    factors = parameters.json("market.margin.scalingFactors")
    return MarginScalingFactors(
        search=to_decimal(factors["search_level"]),
        initial=to_decimal(factors["initial_margin"]),
        release=to_decimal(factors["collateral_release"]),
    )


def default_price_monitoring(parameters: NetworkParameters) -> tuple[PriceMonitoringTrigger, ...]:
    """The triggers of markets that name none."""
    rows = parameters.json("market.monitor.price.defaultParameters").get("triggers") or []
    return tuple(
        PriceMonitoringTrigger(
            horizon=int(row["horizon"]),
            probability=to_decimal(row["probability"]),
            auction_extension=int(row.get("auction_extension", row.get("auctionExtension"))),
        )
        for row in rows
    )
