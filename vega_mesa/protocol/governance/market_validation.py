"""Whether a proposed market can be: the checks of a new market in the network's order (0028-GOVE)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import format_decimal
from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.data_sources import (
    TIME_TRIGGER,
    DataSourceSpec,
    check_filtered,
    is_internal,
    settlement_binding,
    termination_binding,
)
from vega_mesa.protocol.durations import format_duration
from vega_mesa.protocol.governance.enactor import Enactor
from vega_mesa.protocol.governance.proposals import ProposalError, ProposalRefused
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.markets.definition import (
    FutureProduct,
    LiquidationStrategy,
    LogNormalRiskModel,
    MarketDefinition,
    PerpetualProduct,
    SpotProduct,
)
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused

MOST_TRIGGERS: Final = 100
LEGACY_STRATEGY: Final = LiquidationStrategy()
Reason = ProposalError


class MarketRules:
    """What a market's terms are measured against: parameters, assets and the other markets."""

    __slots__ = ("assets", "enactor", "parameters")

    def __init__(self, parameters: NetworkParameters, assets: Assets, enactor: Enactor) -> None:
        self.parameters = parameters
        self.assets = assets
        self.enactor = enactor

    def check_new(self, definition: MarketDefinition, closing: int, enactment: int, now: int) -> None:
        """Refuse a new market that cannot be; times in unix seconds.

        Raises:
            ProposalRefused: the first rule that is broken.
        """
        self.check_instrument(definition, enactment, now)
        self._check_opening_auction(closing, enactment)
        self._check_successor(definition)
        _check_risk(definition)
        if len(definition.price_monitoring) > MOST_TRIGGERS:
            text = f"true price monitoring triggers set, maximum allowed is {MOST_TRIGGERS}"  # sic
            raise ProposalRefused(Reason.TOO_MANY_PRICE_MONITORING_TRIGGERS, text)
        _check_sla(definition)
        _check_losses(definition)
        for source in definition.mark_price.sources:
            self._check_chain(source.spec, Reason.INVALID_MARKET)

    def check_update(self, old: MarketDefinition, new: MarketDefinition, enactment: int, now: int) -> None:
        """Refuse new terms that a market cannot take: of a spot market, risk and SLA alone are looked at."""
        if type(old.product) is not type(new.product):
            raise ProposalRefused(Reason.INVALID_FUTURE_PRODUCT, "cannot update a market to a different product type")
        if not isinstance(new.product, SpotProduct):
            self.check_instrument(new, enactment, now)
        _check_risk(new)
        _check_sla(new)
        _check_losses(new)

    # -- instrument ------------------------------------------------------------------------------------------------

    def check_instrument(self, definition: MarketDefinition, enactment: int, now: int) -> None:
        """Refuse a product whose oracles, terms or assets do not fit."""
        product = definition.product
        match product:
            case FutureProduct():
                self._check_future(product, definition.tick_size, enactment)
                self._check_decimals(definition, product.settlement_asset)
            case PerpetualProduct():
                self._check_perpetual(product, now)
                self._check_decimals(definition, product.settlement_asset)
            case SpotProduct():
                self._check_spot(definition, product)

    def _check_future(self, product: FutureProduct, tick_size: int, enactment: int) -> None:
        reason = Reason.INVALID_FUTURE_PRODUCT
        self._check_external(product.settlement_data, reason)
        termination = product.termination
        if termination.time_trigger is not None:
            text = "setting internal time trigger for future termination is not allowed"
            raise ProposalRefused(reason, text)
        self._check_chain(termination, reason)
        if _earliest(termination) <= enactment:
            raise ProposalRefused(reason, "data source spec termination time before enactment")
        try:
            settlement_binding(product.settlement_data, product.settlement_property)
            _check_settlement_type(product.settlement_data, product.settlement_property)
            termination_binding(termination, product.termination_property)
        except Refused as refused:
            raise ProposalRefused(reason, refused.text) from None
        cap = product.max_price
        if cap is not None and (cap == 0 or (tick_size > 1 and cap % tick_size)):
            text = "invalid capped future configuration: max price for capped future must be greater than zero"
            raise ProposalRefused(reason, text)

    def _check_perpetual(self, product: PerpetualProduct, now: int) -> None:
        reason = Reason.INVALID_PERPETUAL_PRODUCT
        if not self.parameters.integer("limits.markets.proposePerpetualEnabled"):
            raise ProposalRefused(Reason.UNSUPPORTED_PRODUCT, "perpetual products are not enabled")
        self._check_external(product.settlement_data, reason)
        trigger = product.schedule.time_trigger
        if product.schedule_property != TIME_TRIGGER or not is_internal(product.schedule):
            raise ProposalRefused(reason, "time trigger only supported for now")
        if trigger is None:
            raise ProposalRefused(reason, "at least 1 time trigger is required")
        if trigger.initial is not None and trigger.initial < now:
            raise ProposalRefused(reason, "time trigger starts in the past")
        try:
            settlement_binding(product.settlement_data, product.settlement_property)
            prefix = "invalid oracle spec binding for settlement schedule: "
            check_filtered(product.schedule, product.schedule_property, "TYPE_TIMESTAMP", prefix)
        except Refused as refused:
            raise ProposalRefused(reason, refused.text) from None

    def _check_spot(self, definition: MarketDefinition, product: SpotProduct) -> None:
        if not self.parameters.integer("limits.markets.proposeSpotEnabled"):
            raise ProposalRefused(Reason.SPOT_PRODUCT_DISABLED, "spot trading not enabled")
        self._check_asset(product.base_asset)
        self._check_decimals(definition, product.quote_asset)
        if definition.position_decimal_places > self.assets.decimals(product.base_asset):
            text = (
                "number of position decimal places must be less than or equal to the number base asset decimal places"
            )
            raise ProposalRefused(Reason.INVALID_SIZE_DECIMAL_PLACES, text)

    def _check_external(self, spec: DataSourceSpec, reason: ProposalError) -> None:
        if is_internal(spec):
            raise ProposalRefused(reason, "settlement with internal data source is not allwed")
        self._check_chain(spec, reason)

    def _check_chain(self, spec: DataSourceSpec, reason: ProposalError) -> None:
        if spec.ethereum_call is None:
            return
        if not self.parameters.integer("ethereum.oracles.enabled"):
            raise ProposalRefused(reason, "ethereum oracles are not enabled")
        sources = self.parameters.json("blockchains.ethereumRpcAndEvmCompatDataSourcesConfig")
        known = [str(config["chain_id"]) for config in sources.get("configs", [])]
        known.append(str(self.parameters.json("blockchains.ethereumConfig").get("chain_id")))
        if spec.ethereum_call.source_chain_id not in known:
            raise ProposalRefused(reason, "invalid source chain id in ethereum oracle spec")

    def _check_asset(self, asset: str) -> None:
        if not asset:
            raise ProposalRefused(Reason.INVALID_ASSET, "missing asset ID")
        try:
            self.assets.get(asset)
        except Refused as refused:
            raise ProposalRefused(Reason.INVALID_ASSET, refused.text) from None
        if not self.assets.is_enabled(asset):
            raise ProposalRefused(Reason.INVALID_ASSET, f"asset is not enabled {asset}")

    def _check_decimals(self, definition: MarketDefinition, asset: str) -> None:
        self._check_asset(asset)
        if definition.decimal_places + definition.position_decimal_places > self.assets.decimals(asset):
            text = "market decimal + position decimals must be less than or equal to asset decimals"
            raise ProposalRefused(Reason.TOO_MANY_MARKET_DECIMAL_PLACES, text)

    # -- opening auction and parent --------------------------------------------------------------------------------

    def _check_opening_auction(self, closing: int, enactment: int) -> None:
        length = (enactment - closing) * SECOND
        shortest = self.parameters.duration("market.auction.minimumDuration")
        longest = self.parameters.duration("market.auction.maximumDuration")
        if length < shortest:
            text = f"too short, expected > {format_duration(shortest)}, got {format_duration(length)}"
            reason = Reason.OPENING_AUCTION_DURATION_TOO_SMALL
            raise ProposalRefused(reason, f"proposal opening auction duration is {text}")
        if length > longest:
            text = f"too long, expected < {format_duration(longest)}, got {format_duration(length)}"
            reason = Reason.OPENING_AUCTION_DURATION_TOO_LARGE
            raise ProposalRefused(reason, f"proposal opening auction duration is {text}")

    def _check_successor(self, definition: MarketDefinition) -> None:
        if definition.parent_market is None:
            return
        reason, product = Reason.INVALID_SUCCESSOR_MARKET, definition.product
        parent = self.enactor.market_definition(definition.parent_market)
        if parent is None:
            raise ProposalRefused(reason, "market to succeed does not exist")
        if not 0 <= definition.insurance_pool_fraction <= 1:
            fraction = format_decimal(definition.insurance_pool_fraction)
            raise ProposalRefused(reason, f"insurance pool fraction should be in range 0-1, was {fraction}")
        old = parent.product
        if not isinstance(product, FutureProduct) or not isinstance(old, FutureProduct):
            raise ProposalRefused(reason, "parent and successor markets must both be future markets")
        if product.settlement_asset != old.settlement_asset:
            raise ProposalRefused(reason, f"successor market must use asset {old.settlement_asset}")
        if product.quote_name != old.quote_name:
            raise ProposalRefused(reason, f"successor market must use quote name {old.quote_name}")
        if self.enactor.is_succeeded(definition.parent_market):
            text = "the parent market was already succeeded by a prior proposal"
            raise ProposalRefused(reason, f"{text}, {reason.text}")


# -- the other parts -----------------------------------------------------------------------------------------------


def _check_settlement_type(spec: DataSourceSpec, property: str) -> None:
    # Integers alone, though the product could read decimals: the network compares the property's name with the type.
    type = property if property == "TYPE_DECIMAL" else "TYPE_INTEGER"
    check_filtered(spec, property, type, "invalid oracle spec binding for settlement data: ")


def _earliest(spec: DataSourceSpec) -> int:
    times = [
        int(condition.value)
        for filter in spec.filters
        if filter.type == "TYPE_TIMESTAMP"
        for condition in filter.conditions
        if condition.value.isdecimal()
    ]
    return min(times, default=2**63)


def _check_risk(definition: MarketDefinition) -> None:
    model = definition.risk_model
    if not isinstance(model, LogNormalRiskModel):
        return
    within = (
        1e-8 <= model.risk_aversion <= 0.1
        and 1e-8 <= model.tau <= 1
        and -1e-6 <= model.mu <= 1e-6
        and -1 <= model.r <= 1
        and 1e-3 <= model.sigma <= 50
    )
    if not within:
        raise ProposalRefused(Reason.INVALID_RISK_PARAMETER, "invalid risk parameter")


def _check_sla(definition: MarketDefinition) -> None:
    sla, reason = definition.liquidity_sla, Reason.INVALID_SLA_PARAMS
    if not 0 < sla.price_range <= 20:
        text = "price range must be strictly greater than 0 and less than or equal to 20"
        raise ProposalRefused(reason, text)
    if not 0 <= sla.commitment_min_time_fraction <= 1:
        raise ProposalRefused(reason, "commitment min time fraction must be in range [0, 1]")
    if not 0 <= sla.sla_competition_factor <= 1:
        raise ProposalRefused(reason, "sla competition factor must be in range [0, 1]")
    if sla.performance_hysteresis_epochs > 366:
        raise ProposalRefused(reason, "provider performance hysteresis epochs must be less then 366")


def _check_losses(definition: MarketDefinition) -> None:
    if isinstance(definition.product, SpotProduct):
        return
    _check_slippage(definition.linear_slippage_factor, Reason.LINEAR_SLIPPAGE_FACTOR_OUT_OF_RANGE)
    _check_slippage(definition.quadratic_slippage_factor, Reason.QUADRATIC_SLIPPAGE_FACTOR_OUT_OF_RANGE)
    _check_liquidation(definition.liquidation_strategy)


def _check_slippage(factor: Decimal, reason: ProposalError) -> None:
    if not 0 <= factor <= 1_000_000:
        text = (
            f"proposal slippage factor has incorrect value, expected value in [0,1000000], got {format_decimal(factor)}"
        )
        raise ProposalRefused(reason, text)


def _check_liquidation(strategy: LiquidationStrategy) -> None:
    if strategy == LEGACY_STRATEGY:
        return
    reason = Reason.INVALID_MARKET
    if not 0 < strategy.disposal_fraction <= 1:
        text = "liquidation strategy disposal fraction must be in the 0-1 range and non-zero"
        raise ProposalRefused(reason, text)
    if strategy.max_fraction_consumed == 0:  # sic: values above 1 slip through
        raise ProposalRefused(reason, "liquidation max fraction must be in the 0-1 range and non-zero")
    if strategy.disposal_time_step < 1:
        raise ProposalRefused(reason, "liquidation strategy time step has to be 1s or more")
    if strategy.disposal_time_step > 3600:
        raise ProposalRefused(reason, "liquidation strategy time step can't be more than 1h")
    if strategy.disposal_slippage_range <= 0:
        raise ProposalRefused(reason, "liquidation strategy must specify a disposal slippage range > 0")
