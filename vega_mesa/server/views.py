"""What is told of the state: plain values for JSON. Whole numbers of the protocol are texts, for they have no limit."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from vega_mesa.datanode.states import market_figures
from vega_mesa.datanode.tables import MARKET_DATA
from vega_mesa.errors import ConfigError, UsageError
from vega_mesa.protocol.arithmetic import ZERO, format_decimal
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.liquidity.equity_shares import EquityShare
from vega_mesa.protocol.liquidity.provision import Provision
from vega_mesa.protocol.liquidity.sla import Performance
from vega_mesa.protocol.margin.levels import HypotheticalPosition
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.matching.order import Order, Side

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange
    from vega_mesa.protocol.markets.trading_market import TradingMarket

Json = dict[str, Any]


def find_market(exchange: Exchange, id: str) -> TradingMarket:
    """The market with this id.

    Raises:
        LookupError: there is none.
    """
    market = exchange.markets.get(id)
    if market is None:
        raise LookupError(f"no market {id!r}")
    return market


def market_view(exchange: Exchange, market: TradingMarket) -> Json:
    """What a market is."""
    definition = market.definition
    return {
        "id": market.id,
        "code": definition.code,
        "name": definition.name,
        "asset": market.asset,
        "product": type(definition.product).__name__,
        "state": str(market.state),
        "trading_mode": str(market.trading_mode),
        "decimal_places": definition.decimal_places,
        "position_decimal_places": definition.position_decimal_places,
        "asset_decimals": exchange.assets.decimals(market.asset),
        "tick_size": str(definition.tick_size),
    }


def market_data_view(market: TradingMarket) -> Json:
    """The figures of a market now; prices in market decimals, "0" for none."""
    return dict(zip((column.name for column in MARKET_DATA), map(str, market_figures(market)), strict=True))


def price_bounds(market: TradingMarket) -> list[Json]:
    """Prices beyond which an auction starts, market decimals."""
    return [
        {
            "low": str(bound.low),
            "high": str(bound.high),
            "reference": str(bound.reference),
            "active": bool(bound.active),
        }
        for bound in market.price_monitor.market_bounds(market.price_scale)
    ]


def depth_view(market: TradingMarket, levels: int) -> Json:
    """The best prices of both sides, best first."""
    over = market.price_scale.over
    return {
        side.name.lower(): [
            {"price": str(over(price)), "volume": str(volume), "orders": orders}
            for price, volume, orders in islice(market.book.levels(side), levels)
        ]
        for side in (Side.BUY, Side.SELL)
    }


def order_view(order: Order) -> Json:
    """An order as it stands."""
    iceberg = order.iceberg
    return {
        "id": order.id,
        "market": order.market,
        "party": order.party,
        "reference": order.reference,
        "side": order.side.name,
        "type": order.type.name,
        "time_in_force": order.time_in_force.name,
        "price": str(order.original_price),
        "size": str(order.size),
        "remaining": str(order.remaining),
        "reserve": str(0 if iceberg is None else iceberg.reserve),
        "status": order.status.name,
        "reason": order.reason,
        "version": order.version,
        "created_at": str(order.created_at),
        "expires_at": str(order.expires_at),
    }


def live_orders(exchange: Exchange, party: str | None, market: str | None, limit: int) -> list[Json]:
    """Resting orders, of a party or of all."""
    markets = exchange.markets.values() if market is None else [find_market(exchange, market)]
    found = (
        order
        for each in markets
        for order in (each.book.orders_of(party) if party is not None else each.book.orders.values())
    )
    return [order_view(order) for order in islice(found, limit)]


def positions_view(exchange: Exchange, party: str | None, market: str | None, limit: int) -> list[Json]:
    """Open positions; prices in asset decimals."""
    markets = exchange.markets.values() if market is None else [find_market(exchange, market)]
    found = (
        {
            "market": each.id,
            "party": position.party,
            "open_volume": str(position.size),
            "potential_buys": str(position.buy),
            "potential_sells": str(position.sell),
            "average_entry_price": str(position.average_entry_price),
            "mark_price": str(each.mark_price or 0),
        }
        for each in markets
        if isinstance(each, FuturesMarket)
        for position in each.positions.by_party.values()
        if party is None or position.party == party
    )
    return list(islice(found, limit))


def accounts_view(exchange: Exchange, party: str | None, asset: str | None, limit: int) -> list[Json]:
    """Accounts with their balances, asset decimals."""
    found = (
        {
            "id": account.id,
            "type": AccountType(account.type).name,
            "asset": account.asset,
            "owner": account.owner,
            "market": account.market,
            "balance": str(account.balance),
        }
        for account in exchange.collateral.accounts.values()
        if (party is None or account.owner == party) and (asset is None or account.asset == asset)
    )
    return list(islice(found, limit))


def provisions_view(exchange: Exchange, party: str | None, market: str | None, limit: int) -> list[Json]:
    """Liquidity commitments: in force, or still waiting for the next epoch; with their shares and service level."""
    markets = exchange.markets.values() if market is None else [find_market(exchange, market)]
    found = (
        provision_view(exchange, each, provision)
        for each in markets
        for provision in _provisions(each)
        if party is None or provision.party == party
    )
    return list(islice(found, limit))


def _provisions(market: TradingMarket) -> list[Provision]:
    provisions = market.liquidity.provisions
    waiting = (provision for party, provision in provisions.pending.items() if party not in provisions.active)
    return [*provisions.active.values(), *waiting]


def provision_view(exchange: Exchange, market: TradingMarket, provision: Provision) -> Json:
    """A commitment, what it earns and how it is kept; shares and penalties as fractions."""
    liquidity, party = market.liquidity, provision.party
    waiting = liquidity.provisions.pending.get(party)
    level = liquidity.service_level
    share = liquidity.shares.by_party.get(party) or EquityShare()
    kept = level.by_party.get(party) or Performance(0)
    balance = exchange.collateral.balance
    return {
        "id": provision.id,
        "market": market.id,
        "party": party,
        "reference": provision.reference,
        "status": provision.status.name,
        "commitment": str(provision.commitment),
        "next_commitment": str((waiting or provision).commitment),
        "fee": format_decimal(provision.fee),
        "bond": str(balance(AccountType.BOND, market.asset, party, market.id)),
        "unpaid_fees": str(balance(AccountType.LP_LIQUIDITY_FEES, market.asset, party, market.id)),
        "equity_like_share": format_decimal(share.share),
        "virtual_stake": format_decimal(share.virtual_stake),
        "average_entry_valuation": format_decimal(share.average),
        "liquidity_score": format_decimal(liquidity.scores.averages.get(party, ZERO)),
        "time_on_book": format_decimal(kept.fraction(market.now, level.epoch_start)),
        "last_time_on_book": format_decimal(kept.last_fraction),
        "last_fee_penalty": format_decimal(kept.last_fee_penalty),
        "last_bond_penalty": format_decimal(kept.last_bond_penalty),
    }


def asset_views(exchange: Exchange) -> list[Json]:
    """All assets, pending ones too."""
    return [
        {
            "id": id,
            "name": asset.details.name,
            "symbol": asset.details.symbol,
            "decimals": asset.details.decimals,
            "quantum": str(asset.details.quantum),
            "status": str(asset.status),
        }
        for id, asset in exchange.assets.by_id.items()
    ]


def proposal_views(exchange: Exchange) -> list[Json]:
    """All proposals and how the votes stand."""
    return [
        {
            "id": proposal.id,
            "party": proposal.party,
            "state": str(proposal.state),
            "change": type(proposal.change).__name__,
            "closing": proposal.closing,
            "enactment": proposal.enactment,
            "error": proposal.reason.text,
            "error_details": proposal.error_details,
            "votes": {party: str(vote.value) for party, vote in proposal.votes.items()},
        }
        for proposal in exchange.governance.proposals.values()
    ]


def margin_estimate(exchange: Exchange, market: str, side: str, size: int, price: int, party: str | None) -> Json:
    """Margin levels of a party's position with one more order.

    Args:
        size: position decimals.
        price: market decimals; 0 for a market order.

    Raises:
        LookupError: no such market.
        UsageError: a market without margins.
        ConfigError: neither side.
    """
    found = find_market(exchange, market)
    if not isinstance(found, FuturesMarket):
        raise UsageError("a spot market has no margins")
    if side not in ("buy", "sell"):
        raise ConfigError("side", side, "buy or sell")
    mark = found.mark_price or found.last_traded_price or found.book.indicative()[0]
    at = found.price_scale.times(price) if price else mark
    held = None if party is None else found.positions.get(party)
    buys, sells = (size, 0) if side == "buy" else (0, size)
    position = HypotheticalPosition(
        held.size if held else 0,
        (held.buy if held else 0) + buys,
        (held.sell if held else 0) + sells,
        (held.buy_notional if held else 0) + buys * at,
        (held.sell_notional if held else 0) + sells * at,
        mark,
    )
    levels = found.margin.levels(position, mark, funding_increment=found.product.margin_increment())
    return {
        "market": market,
        "asset": found.asset,
        "maintenance": str(levels.maintenance),
        "search": str(levels.search),
        "initial": str(levels.initial),
        "release": str(levels.release),
    }
