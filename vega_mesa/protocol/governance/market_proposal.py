"""Vega's market proposals, the JSON that stood on mainnet, as the terms of a market (0028-GOVE, 0016-PFUT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vega_mesa.errors import ConfigError, Unsupported
from vega_mesa.protocol.commands.governance import NewMarket, UpdateMarket
from vega_mesa.protocol.data_sources import DataSourceSpec
from vega_mesa.protocol.governance import market_terms as terms
from vega_mesa.protocol.governance.data_source_json import read_data_source
from vega_mesa.protocol.governance.proposal_json import Reader, load
from vega_mesa.protocol.markets.definition import (
    FutureProduct,
    LiquiditySLAParameters,
    MarketDefinition,
    PerpetualProduct,
    SpotProduct,
)

PRODUCTS: Final = ("future", "perpetual", "spot")
WRAPPERS: Final = (
    "proposalSubmission",
    "terms",
    "newMarket",
    "newSpotMarket",
    "updateMarket",
    "updateSpotMarket",
    "changes",
)


@dataclass(frozen=True, slots=True)
class _Filling:
    """What stands in place of what a file leaves to the proposer."""

    signers: tuple[str, ...]
    assets: Mapping[str, str]

    def asset(self, reader: Reader, name: str) -> str:
        given = reader.text(name, "")
        id = self.assets.get(name) or self.assets.get(given) or given
        if not id:
            raise reader.error(name, "an asset id: the file leaves it to the proposer")
        return id

    def source(self, reader: Reader, name: str) -> DataSourceSpec:
        return read_data_source(reader.required(name), self.signers)


def parse_market(
    proposal: Mapping[str, Any] | str,
    *,
    signers: Sequence[str] = (),
    assets: Mapping[str, str] | None = None,
) -> NewMarket:
    """Read a market proposal: camelCase or snake_case protobuf JSON, numbers as numbers or text.

    Args:
        proposal: the object, its text, or the whole ``proposalSubmission`` around it.
        signers: public keys put in place of signers that are null.
        assets: ids put in place of asset ids: by field (``settlementAsset``, ``baseAsset``, ``quoteAsset``), whatever
            the file says, or by the id in the file.

    Raises:
        ConfigError: a field is missing or out of its range; names the field by its path.
        Unsupported: a valid field that cannot be built yet.
    """
    reader = _unwrap(proposal)
    filling = _Filling(tuple(signers), assets or {})
    return NewMarket(
        definition=_definition(reader, _product(reader.required("instrument"), filling), filling),
        default_price_monitoring=not reader.has("priceMonitoringParameters"),
    )


def parse_market_update(
    market_id: str,
    proposal: Mapping[str, Any] | str,
    *,
    signers: Sequence[str] = (),
    assets: Mapping[str, str] | None = None,
) -> UpdateMarket:
    """Read a market update; as :func:`parse_market`.

    What an update cannot change (decimals, settlement asset, cap, opening auction) need not be there and is ignored.
    """
    reader = _unwrap(proposal)
    unchanged = {"settlementAsset": "-", "baseAsset": "-", "quoteAsset": "-/-"}
    filling = _Filling(tuple(signers), {**unchanged, **(assets or {})})
    return UpdateMarket(
        market_id=market_id,
        definition=_definition(reader, _product(reader.required("instrument"), filling), filling),
        default_price_monitoring=not reader.has("priceMonitoringParameters"),
        keep_liquidation_strategy=not reader.has("liquidationStrategy"),
    )


def _unwrap(proposal: Mapping[str, Any] | str) -> Reader:
    reader = load(proposal)
    for name in WRAPPERS:
        inner = reader.child(name)
        if inner is not None and not reader.has("instrument"):
            reader = inner
    return reader


def _definition(
    reader: Reader, product: FutureProduct | PerpetualProduct | SpotProduct, filling: _Filling
) -> MarketDefinition:
    instrument = reader.required("instrument")
    parent, fraction = terms.successor(reader)
    is_spot = isinstance(product, SpotProduct)
    monitoring = reader.child("liquidityMonitoringParameters")
    target = (monitoring or reader).child("targetStakeParameters")
    return MarketDefinition(
        name=instrument.text("name"),
        code=instrument.text("code"),
        product=product,
        decimal_places=_either(reader, "decimalPlaces", "priceDecimalPlaces", 0, terms.MOST_DECIMALS),
        position_decimal_places=_either(reader, "positionDecimalPlaces", "sizeDecimalPlaces", -18, 18),
        tick_size=reader.integer("tickSize", 1, low=1, high=2**256 - 1),
        risk_model=terms.risk_model(reader),
        price_monitoring=terms.price_monitoring(reader),
        liquidity_fee_settings=terms.liquidity_fee_settings(reader),
        liquidity_sla=_sla(reader),
        target_stake=terms.target_stake(target),
        liquidation_strategy=terms.liquidation_strategy(reader),
        mark_price=terms.composite_price(reader.child("markPriceConfiguration"), filling.signers),
        linear_slippage_factor=reader.decimal("linearSlippageFactor", "0", low="0", high="1000000"),
        quadratic_slippage_factor=reader.decimal("quadraticSlippageFactor", "0", low="0", high="1000000"),
        allowed_empty_amm_levels=0 if is_spot else reader.integer("allowedEmptyAmmLevels", 100),
        enable_transaction_reordering=reader.flag("enableTransactionReordering"),
        parent_market=parent,
        insurance_pool_fraction=fraction,
        metadata=tuple(reader.texts("metadata")),
        allowed_sellers=tuple(reader.texts("allowedSellers")),
    )


def _either(reader: Reader, name: str, spot_name: str, low: int, high: int) -> int:
    return reader.integer(spot_name if reader.has(spot_name) else name, 0, low=low, high=high)


def _sla(reader: Reader) -> LiquiditySLAParameters:
    for name in ("liquiditySlaParameters", "liquiditySLAParameters", "slaParams"):
        inner = reader.child(name)
        if inner is not None:
            return terms.liquidity_sla(inner)
    raise ConfigError("liquiditySlaParameters", None, "an object: liquidity provision SLA must be provided")


def _product(instrument: Reader, filling: _Filling) -> FutureProduct | PerpetualProduct | SpotProduct:
    given = [name for name in PRODUCTS if instrument.has(name)]
    if len(given) != 1:
        raise ConfigError(instrument.path, ", ".join(given) or None, f"exactly one of {', '.join(PRODUCTS)}")
    reader = instrument.required(given[0])
    match given[0]:
        case "future":
            return _future(reader, filling)
        case "perpetual":
            return _perpetual(reader, filling)
        case _:
            return _spot(reader, filling)


def _future(reader: Reader, filling: _Filling) -> FutureProduct:
    binding = reader.required("dataSourceSpecBinding")
    cap = reader.child("cap")
    return FutureProduct(
        settlement_asset=filling.asset(reader, "settlementAsset"),
        quote_name=reader.text("quoteName"),
        settlement_data=filling.source(reader, "dataSourceSpecForSettlementData"),
        settlement_property=binding.text("settlementDataProperty"),
        termination=filling.source(reader, "dataSourceSpecForTradingTermination"),
        termination_property=binding.text("tradingTerminationProperty"),
        max_price=None if cap is None else cap.integer("maxPrice", high=2**256 - 1),
        binary=cap is not None and cap.flag("binarySettlement"),
        fully_collateralised=cap is not None and cap.flag("fullyCollateralised"),
    )


def _perpetual(reader: Reader, filling: _Filling) -> PerpetualProduct:
    if reader.has("cap"):
        raise Unsupported(reader.at("cap"), "a cap", "none: perpetual futures have no price cap")
    binding = reader.required("dataSourceSpecBinding")
    lower, upper = (reader.decimal(name, "0", low="-1", high="1") for name in ("clampLowerBound", "clampUpperBound"))
    if upper < lower:
        raise reader.error("clampUpperBound", "a decimal ≥ clampLowerBound")
    rate_lower, rate_upper = (
        reader.optional_decimal(name) for name in ("fundingRateLowerBound", "fundingRateUpperBound")
    )
    if rate_lower is not None and rate_upper is not None and rate_upper < rate_lower:
        raise reader.error("fundingRateUpperBound", "a decimal ≥ fundingRateLowerBound")
    scaling = reader.has("fundingRateScalingFactor")
    internal = reader.child("internalCompositePriceConfiguration")
    return PerpetualProduct(
        settlement_asset=filling.asset(reader, "settlementAsset"),
        quote_name=reader.text("quoteName"),
        settlement_data=filling.source(reader, "dataSourceSpecForSettlementData"),
        settlement_property=binding.text("settlementDataProperty"),
        schedule=filling.source(reader, "dataSourceSpecForSettlementSchedule"),
        schedule_property=binding.text("settlementScheduleProperty"),
        margin_funding_factor=reader.decimal("marginFundingFactor", "0", low="0", high="1"),
        interest_rate=reader.decimal("interestRate", "0", low="-1", high="1"),
        clamp_lower_bound=lower,
        clamp_upper_bound=upper,
        funding_rate_scaling_factor=reader.decimal("fundingRateScalingFactor", low="0") if scaling else None,
        funding_rate_lower_bound=rate_lower,
        funding_rate_upper_bound=rate_upper,
        internal_composite_price=None if internal is None else terms.composite_price(internal, filling.signers),
    )


def _spot(reader: Reader, filling: _Filling) -> SpotProduct:
    base, quote = filling.asset(reader, "baseAsset"), filling.asset(reader, "quoteAsset")
    if base == quote:
        raise reader.error("quoteAsset", "another asset than baseAsset (is not a valid value)")
    return SpotProduct(base_asset=base, quote_asset=quote, quote_name=reader.text("name", ""))
