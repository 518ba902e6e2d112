"""Which engine hears of which network parameter (0054-NETP). One function a parameter, two tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vega_mesa.protocol import incentive_parameters
from vega_mesa.protocol.durations import parse_duration
from vega_mesa.protocol.markets import auctions
from vega_mesa.protocol.markets.definition import MarginScalingFactors
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.spot import SpotMarket

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange

Setter = Callable[[Any, Any], None]


def dispatch(exchange: Exchange, name: str) -> None:
    """Tell a parameter's value to whoever uses it."""
    value: Any = exchange.network_parameters.get(name)
    network = NETWORK_PARAMETERS.get(name)
    if network is not None:
        network(exchange, value)
    incentive_parameters.dispatch(exchange.incentives, name, value)
    for market in exchange.markets.values():
        on_market = _of_market(market).get(name)
        if on_market is not None:
            on_market(market, value)


def initialise_market(exchange: Exchange, market: TradingMarket) -> None:
    """Give a new market every value that has been dispatched so far."""
    parameters = exchange.network_parameters
    table = _of_market(market)
    if isinstance(market, SpotMarket):
        table = {**table, **SPOT_AT_CREATION}
    for name, on_market in table.items():
        if parameters.is_set(name) and on_market is not None:
            on_market(market, parameters.get(name))


def _of_market(market: TradingMarket) -> Mapping[str, Setter | None]:
    return SPOT_PARAMETERS if isinstance(market, SpotMarket) else FUTURES_PARAMETERS


# -- of the network --------------------------------------------------------------------------------------------------


def _epoch_length(exchange: Exchange, value: int) -> None:
    exchange.epochs.length = value


def _successor_window(exchange: Exchange, value: int) -> None:
    exchange.succession.window = value


def _long_block(exchange: Exchange, value: dict[str, Any]) -> None:
    rows = value.get("threshold_and_duration") or []
    table = [(parse_duration(row["threshold"]), parse_duration(row["duration"]) // SECOND) for row in rows]
    exchange.long_block_table = sorted(table)


def _governance_token(exchange: Exchange, value: str) -> None:
    exchange.staking.asset = value


def _minimum_delegation(exchange: Exchange, value: Decimal) -> None:
    exchange.delegation.minimum_amount = int(value)


NETWORK_PARAMETERS: dict[str, Callable[[Any, Any], None]] = {
    "validators.epoch.length": _epoch_length,
    "market.liquidity.successorLaunchWindowLength": _successor_window,
    "auction.LongBlock": _long_block,
    "reward.asset": _governance_token,
    "validators.delegation.minAmount": _minimum_delegation,
}


# -- of each market --------------------------------------------------------------------------------------------------


def _maker_fee(market: TradingMarket, value: Decimal) -> None:
    market.fees.set_maker_fee(value)


def _infrastructure_fee(market: TradingMarket, value: Decimal) -> None:
    market.fees.set_infrastructure_fee(value)


def _buyback_fee(market: TradingMarket, value: Decimal) -> None:
    market.fees.set_buyback_fee(value)


def _treasury_fee(market: TradingMarket, value: Decimal) -> None:
    market.fees.set_treasury_fee(value)


def _scaling_factors(market: FuturesMarket, value: dict[str, Any]) -> None:
    market.set_margin_scaling(
        MarginScalingFactors(
            search=Decimal(str(value["search_level"])),
            initial=Decimal(str(value["initial_margin"])),
            release=Decimal(str(value["collateral_release"])),
        )
    )


def _value_window(market: TradingMarket, value: int) -> None:
    market.liquidity.set_value_window_length(value)


def _maximum_fee_factor(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_maximum_liquidity_fee_factor_level(value)


def _bond_penalty(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_bond_penalty_parameter(value)


def _early_exit_penalty(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_early_exit_penalty(value)


def _penalty_slope(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_non_performance_bond_penalty_slope(value)


def _penalty_max(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_non_performance_bond_penalty_max(value)


def _stake_to_volume(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_stake_to_ccy_volume(value)


def _fee_time_step(market: TradingMarket, value: int) -> None:
    market.liquidity.set_providers_fee_calculation_time_step(value)


def _equity_share_fraction(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_equity_like_share_fee_fraction(value)


def _tau_scaling(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_probability_of_trading_tau_scaling(value)


def _minimum_probability(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_minimum_probability_of_trading_lp_orders(value)


def _penalty_max_at_creation(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_non_performance_bond_penalty_max(value, at_creation=True)


def _stake_to_volume_at_creation(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_stake_to_ccy_volume(value, at_creation=True)


def _minimum_stake(market: TradingMarket, value: Decimal) -> None:
    market.liquidity.set_min_lp_stake_quantum_multiple(value)


def _minimum_auction(market: TradingMarket, value: int) -> None:
    auctions.announce(market, market.auction.set_minimum_duration(value // SECOND))


def _maximum_auction(market: TradingMarket, value: int) -> None:
    market.maximum_auction_duration_ns = value


def _mark_price_frequency(market: TradingMarket, value: int) -> None:
    market.set_mark_price_frequency(value)


def _composite_price_frequency(market: FuturesMarket, value: int) -> None:
    market.product.set_composite_price_frequency(market, value)


def _floating_point_delay(market: TradingMarket, value: int) -> None:
    market.state_variables.delay = value


def _stop_orders(market: TradingMarket, value: int) -> None:
    market.max_stop_orders_per_party = value


def _order_value(market: TradingMarket, value: Decimal) -> None:
    market.minimum_order_value_multiple = value


def _amm_commitment(market: FuturesMarket, value: int | Decimal) -> None:
    market.amm_parameters.minimum_commitment_quantum = Decimal(value)


def _amm_levels(market: FuturesMarket, value: int | Decimal) -> None:
    market.amm_parameters.calculation_levels = int(value)
    market.book.forget_indicative()


MARKET_PARAMETERS: dict[str, Setter | None] = {
    "market.fee.factors.makerFee": _maker_fee,
    "market.fee.factors.infrastructureFee": _infrastructure_fee,
    "market.fee.factors.buybackFee": _buyback_fee,
    "market.fee.factors.treasuryFee": _treasury_fee,
    "market.value.windowLength": _value_window,
    "market.liquidity.maximumLiquidityFeeFactorLevel": _maximum_fee_factor,
    "market.liquidity.bondPenaltyParameter": _bond_penalty,
    "market.liquidity.earlyExitPenalty": _early_exit_penalty,
    "market.liquidity.sla.nonPerformanceBondPenaltySlope": _penalty_slope,
    "market.liquidity.sla.nonPerformanceBondPenaltyMax": _penalty_max,
    "market.liquidity.stakeToCcyVolume": _stake_to_volume,
    "market.liquidity.providersFeeCalculationTimeStep": _fee_time_step,
    "market.liquidity.equityLikeShareFeeFraction": _equity_share_fraction,
    "market.liquidity.probabilityOfTrading.tau.scaling": _tau_scaling,
    "market.liquidity.minimum.probabilityOfTrading.lpOrders": _minimum_probability,
    "market.liquidityProvision.minLpStakeQuantumMultiple": _minimum_stake,
    "market.auction.minimumDuration": _minimum_auction,
    "market.auction.maximumDuration": _maximum_auction,
    "network.markPriceUpdateMaximumFrequency": _mark_price_frequency,
    "network.floatingPointUpdates.delay": _floating_point_delay,
    "spam.protection.max.stopOrdersPerMarket": _stop_orders,
}
FUTURES_PARAMETERS: dict[str, Setter | None] = {
    **MARKET_PARAMETERS,
    "market.amm.minCommitmentQuantum": _amm_commitment,
    "market.liquidity.maxAmmCalculationLevels": _amm_levels,
    "market.margin.scalingFactors": _scaling_factors,
    "network.internalCompositePriceUpdateFrequency": _composite_price_frequency,
    "spam.order.minimumMarginQuantumMultiple": _order_value,
}
SPOT_PARAMETERS: dict[str, Setter | None] = {
    **MARKET_PARAMETERS,
    "spam.order.minimumHoldingQuantumMultiple": _order_value,
}
SPOT_AT_CREATION: dict[str, Setter | None] = {  # a new spot market never hears of the last two, as in the protocol
    "market.liquidity.sla.nonPerformanceBondPenaltyMax": _penalty_max_at_creation,
    "market.liquidity.stakeToCcyVolume": _stake_to_volume_at_creation,
    "market.liquidity.probabilityOfTrading.tau.scaling": None,
    "market.liquidity.minimum.probabilityOfTrading.lpOrders": None,
}
