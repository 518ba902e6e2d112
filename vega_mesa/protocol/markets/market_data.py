"""The figures of a market as everybody sees them (0021-MDAT; 03 §1.4). Prices in market decimals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vega_mesa.protocol.auctions.price_monitor import MarketBound
from vega_mesa.protocol.liquidity import fee_shares, service_levels

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.trading_market import TradingMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketData:
    """Prices in market decimals (0: none), volumes in position decimals, stakes in asset decimals, times in ns."""

    market: str
    timestamp: int
    state: str
    trading_mode: str
    mark_price: int = 0
    last_traded_price: int = 0
    best_bid_price: int = 0
    best_bid_volume: int = 0
    best_offer_price: int = 0
    best_offer_volume: int = 0
    best_static_bid_price: int = 0
    best_static_bid_volume: int = 0
    best_static_offer_price: int = 0
    best_static_offer_volume: int = 0
    mid_price: int = 0
    static_mid_price: int = 0
    open_interest: int = 0
    indicative_price: int = 0
    indicative_volume: int = 0
    auction_start: int = 0
    auction_end: int = 0
    auction_trigger: str = "AUCTION_TRIGGER_UNSPECIFIED"
    extension_trigger: str = "AUCTION_TRIGGER_UNSPECIFIED"
    target_stake: str = "0"
    supplied_stake: str = "0"
    market_value_proxy: str = "0"
    price_bounds: tuple[MarketBound, ...] = ()
    next_mark_to_market: int = 0
    next_network_closeout: int = 0
    product_data: Any = None
    liquidity_provider_fee_shares: tuple[Any, ...] = field(default=())
    liquidity_provider_sla: tuple[Any, ...] = field(default=())
    active_automated_purchase: Any = None


def read_market_data(market: TradingMarket) -> MarketData:
    """The market's figures now."""
    book, over = market.book, market.price_scale.over
    bid, bid_volume = book.best_bid_and_volume()
    ask, ask_volume = book.best_ask_and_volume()
    static_bid, static_bid_volume = book.best_static_bid_and_volume()
    static_ask, static_ask_volume = book.best_static_ask_and_volume()
    auction = market.auction
    in_auction = auction.in_auction
    indicative, indicative_volume, _ = book.indicative() if in_auction else (0, 0, None)
    return MarketData(
        market=market.id,
        timestamp=market.now,
        state=market.state,
        trading_mode=market.trading_mode,
        mark_price=over(market.mark_price or 0),
        last_traded_price=over(market.last_traded_price),
        best_bid_price=over(bid),
        best_bid_volume=bid_volume,
        best_offer_price=over(ask),
        best_offer_volume=ask_volume,
        best_static_bid_price=over(static_bid),
        best_static_bid_volume=static_bid_volume,
        best_static_offer_price=over(static_ask),
        best_static_offer_volume=static_ask_volume,
        mid_price=over(book.mid_price()),
        static_mid_price=over(book.static_mid_price()),
        open_interest=market.open_interest,
        indicative_price=over(indicative),
        indicative_volume=indicative_volume,
        auction_start=auction.begin if in_auction else 0,
        auction_end=auction.end if in_auction else 0,
        auction_trigger=auction.trigger,
        extension_trigger=auction.extension_trigger,
        target_stake=str(market.liquidity.shown_target_stake(market.now)),
        supplied_stake=str(market.liquidity.supplied_stake()),
        market_value_proxy=str(market.liquidity.market_value_proxy(market.now)),
        price_bounds=tuple(market.price_monitor.market_bounds(market.price_scale)),
        next_mark_to_market=market.next_mark_to_market,
        next_network_closeout=market.next_network_closeout,
        product_data=market.product_data(),
        liquidity_provider_fee_shares=fee_shares(market.liquidity),
        liquidity_provider_sla=service_levels(market.liquidity, market.now),
        active_automated_purchase=market.automated_purchase_state(),
    )
