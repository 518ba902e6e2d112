"""Which engine hears of which network parameter (0054-NETP). One function a parameter, two tables."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vega_mesa.protocol import incentive_parameters
from vega_mesa.protocol.durations import parse_duration
from vega_mesa.protocol.markets import auctions
from vega_mesa.protocol.markets.definition import MarginScalingFactors
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import SECOND

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange


def dispatch(exchange: Exchange, name: str) -> None:
    """Tell a parameter's value to whoever uses it."""
    value: Any = exchange.network_parameters.get(name)
    network = NETWORK_PARAMETERS.get(name)
    if network is not None:
        network(exchange, value)
    incentive_parameters.dispatch(exchange.incentives, name, value)
    on_market = MARKET_PARAMETERS.get(name)
    if on_market is not None:
        for market in exchange.markets.values():
            on_market(market, value)


def initialise_market(exchange: Exchange, market: FuturesMarket) -> None:
    """Give a new market every value that has been dispatched so far."""
    parameters = exchange.network_parameters
    for name, on_market in MARKET_PARAMETERS.items():
        if parameters.is_set(name):
            on_market(market, parameters.get(name))


# -- of the network --------------------------------------------------------------------------------------------------------


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


# -- of each market --------------------------------------------------------------------------------------------------------


def _maker_fee(market: FuturesMarket, value: Decimal) -> None:
    market.fees.set_maker_fee(value)


def _infrastructure_fee(market: FuturesMarket, value: Decimal) -> None:
    market.fees.set_infrastructure_fee(value)


def _buyback_fee(market: FuturesMarket, value: Decimal) -> None:
    market.fees.set_buyback_fee(value)


def _treasury_fee(market: FuturesMarket, value: Decimal) -> None:
    market.fees.set_treasury_fee(value)


def _scaling_factors(market: FuturesMarket, value: dict[str, Any]) -> None:
    market.set_margin_scaling(
        MarginScalingFactors(
            search=Decimal(str(value["search_level"])),
            initial=Decimal(str(value["initial_margin"])),
            release=Decimal(str(value["collateral_release"])),
        )
    )


def _value_window(market: FuturesMarket, value: int) -> None:
    market.liquidity.set_value_window_length(value)


def _maximum_fee_factor(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_maximum_liquidity_fee_factor_level(value)


def _bond_penalty(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_bond_penalty_parameter(value)


def _early_exit_penalty(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_early_exit_penalty(value)


def _penalty_slope(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_non_performance_bond_penalty_slope(value)


def _penalty_max(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_non_performance_bond_penalty_max(value)


def _stake_to_volume(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_stake_to_ccy_volume(value)


def _fee_time_step(market: FuturesMarket, value: int) -> None:
    market.liquidity.set_providers_fee_calculation_time_step(value)


def _equity_share_fraction(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_equity_like_share_fee_fraction(value)


def _tau_scaling(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_probability_of_trading_tau_scaling(value)


def _minimum_probability(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_minimum_probability_of_trading_lp_orders(value)


def _minimum_stake(market: FuturesMarket, value: Decimal) -> None:
    market.liquidity.set_min_lp_stake_quantum_multiple(value)


def _minimum_auction(market: FuturesMarket, value: int) -> None:
    auctions.announce(market, market.auction.set_minimum_duration(value // SECOND))


def _maximum_auction(market: FuturesMarket, value: int) -> None:
    market.maximum_auction_duration_ns = value


def _mark_price_frequency(market: FuturesMarket, value: int) -> None:
    market.set_mark_price_frequency(value)


def _composite_price_frequency(market: FuturesMarket, value: int) -> None:
    market.product.set_composite_price_frequency(market, value)


def _floating_point_delay(market: FuturesMarket, value: int) -> None:
    market.state_variables.delay = value


def _stop_orders(market: FuturesMarket, value: int) -> None:
    market.max_stop_orders_per_party = value


def _order_value(market: FuturesMarket, value: Decimal) -> None:
    market.minimum_order_value_multiple = value


MARKET_PARAMETERS: dict[str, Callable[[Any, Any], None]] = {
    "market.fee.factors.makerFee": _maker_fee,
    "market.fee.factors.infrastructureFee": _infrastructure_fee,
    "market.fee.factors.buybackFee": _buyback_fee,
    "market.fee.factors.treasuryFee": _treasury_fee,
    "market.margin.scalingFactors": _scaling_factors,
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
    "network.internalCompositePriceUpdateFrequency": _composite_price_frequency,
    "network.floatingPointUpdates.delay": _floating_point_delay,
    "spam.protection.max.stopOrdersPerMarket": _stop_orders,
    "spam.order.minimumMarginQuantumMultiple": _order_value,
}
