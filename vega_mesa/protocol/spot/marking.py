"""The mark price of a spot market: its last traded price, as far as price monitoring agrees (05 §3.4, 3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.markets.auctions import enter_price_auction

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def mark_if_due(market: SpotMarket) -> None:
    """At block end: take the last traded price, unless it starts an auction."""
    if market.auction.in_auction or market.next_mark_to_market > market.now:
        return
    market.next_mark_to_market = market.now + market.mark_price_frequency
    candidate = market.last_traded_price if market.has_traded else market.mark_price
    market.has_traded = False
    if not candidate:
        return
    breached = market.price_monitor.check(candidate, persistent=True, record=True)
    if breached is not None:
        enter_price_auction(market, breached)
        return
    market.mark_price = market.last_traded_price = candidate


def mark_after_auction(market: SpotMarket, *, opening: bool) -> None:
    """Take the last traded price on leaving an auction; the old one stays if it starts another auction at once."""
    candidate = market.last_traded_price
    if not candidate:
        return
    if opening:
        market.price_monitor.reset(candidate)
    else:
        breached = market.price_monitor.check(candidate, persistent=True, record=True)
        if breached is not None:
            enter_price_auction(market, breached)
            return
    market.mark_price = candidate
