"""What governance decides of a protocol automated purchase (0097-PAPU)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.data_sources import DataSourceSpec
from vega_mesa.protocol.markets.definition import CompositePriceSource


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomatedPurchaseTerms:
    """A programme of the network on a spot market.

    Sizes are in decimals of ``from_asset``, the staleness tolerance in nanoseconds, the auction's duration in seconds,
    the expiry in unix seconds (0: never). ``from_asset`` is the base asset when the network sells, else the quote one.
    """

    market: str
    from_asset: str
    from_account: AccountType
    to_account: AccountType
    price: CompositePriceSource
    offset_factor: Decimal
    auction_schedule: DataSourceSpec
    snapshot_schedule: DataSourceSpec
    auction_duration: int
    minimum_size: int
    maximum_size: int
    staleness_tolerance_ns: int = 0
    expiry: int = 0
