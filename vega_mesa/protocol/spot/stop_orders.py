"""What a spot market takes as stop orders (0014-ORDT; 05 §3.7). Everything else is as on futures markets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.matching.order import BUY, SELL
from vega_mesa.protocol.matching.stop_order import StopOrder, StopOrderRefused

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket


def check_stop_orders(market: SpotMarket, party: str, falls: StopOrder | None, rises: StopOrder | None) -> None:
    """Check a submission, once the market is known to accept stop orders at all.

    Raises:
        StopOrderRefused: the first check that fails.
    """
    legs = [leg for leg in (falls, rises) if leg is not None]
    for leg in legs:
        if leg.submission.side is SELL and not market.may_sell(party):
            raise StopOrderRefused("sell order not allowed", "SELL_ORDER_NOT_ALLOWED")
    for leg in legs:
        if leg.is_linked:
            raise StopOrderRefused(
                "stop order size override is not supported for spot product",
                "STOP_ORDER_SIZE_OVERRIDE_UNSUPPORTED_FOR_SPOT",
            )
    for leg in legs:
        if 0 < leg.expires_at <= market.now:
            raise StopOrderRefused("stop order expiry in the past", "EXPIRY_IN_THE_PAST")
    if falls is not None and rises is not None and falls.expires_at and falls.expires_at == rises.expires_at:
        raise StopOrderRefused(
            "stop order OCOs must not have the same expiry time", "STOP_ORDER_CANNOT_MATCH_OCO_EXPIRY_TIMES"
        )
    for leg in legs:
        if not _has_accounts(market, party, leg):
            raise StopOrderRefused(
                "side used in stop order does not close the position", "STOP_ORDER_NOT_CLOSING_THE_POSITION"
            )
    if market.stop_orders.count(party) + len(legs) > market.max_stop_orders_per_party:
        raise StopOrderRefused("max stop orders per party reached", "MAX_STOP_ORDERS_PER_PARTY_REACHED")


def _has_accounts(market: SpotMarket, party: str, leg: StopOrder) -> bool:
    """Whether the party has what its order pays from; a buyer needs the account of the base asset too."""
    if leg.submission.side is BUY and market.purse(party, market.quote_asset) is None:
        return False
    return market.purse(party, market.base_asset) is not None
