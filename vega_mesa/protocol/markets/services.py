"""What the network lends to its markets: accounts, events, oracles, and the programmes that span markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.data_sources import DataSources, DataSourceSpec
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.fees import Referrals, VolumeDiscounts, VolumeRebates
from vega_mesa.protocol.liquidity import Receipt
from vega_mesa.protocol.matching.order import Side, Trade

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket


class MarketServices:
    """Shared engines of the network."""

    def __init__(self, bus: EventBus, collateral: Collateral, data_sources: DataSources, assets: Assets) -> None:
        self.bus = bus
        self.collateral = collateral
        self.data_sources = data_sources
        self.assets = assets
        self.referrals: Referrals | None = None
        self.volume_discounts: VolumeDiscounts | None = None
        self.volume_rebates: VolumeRebates | None = None
        self.activity: Any = None  # the market activity tracker, once the network has one

    def asset_decimals(self, asset: str) -> int:
        """Decimals of an asset."""
        return self.assets.decimals(asset)

    def on_trades(self, market: FuturesMarket, trades: Sequence[Trade]) -> None:
        """Trades happened in a market."""
        if self.activity is not None:
            self.activity.on_trades(market, trades)

    def on_liquidity_receipts(self, market: FuturesMarket, receipts: Sequence[Receipt]) -> None:
        """Liquidity fees were paid out."""
        if self.activity is not None:
            self.activity.on_liquidity_receipts(market, receipts)

    def pool_volume(self, market: FuturesMarket, side: Side, price: int) -> int:
        """Volume that automated market makers quote at a price or better."""
        return 0

    def on_source_price(self, market: FuturesMarket, source: DataSourceSpec, price: int) -> None:
        """A perpetual's index, or an oracle of a market's composite prices, has a new price (asset decimals)."""

    def after_mark_to_market(self, market: FuturesMarket) -> None:
        """A market has been marked to market."""
