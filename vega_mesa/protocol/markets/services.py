"""What the network lends to its markets: accounts, events, oracles, and the programmes that span markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.data_sources import DataSources
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.fees import Referrals, VolumeDiscounts, VolumeRebates
from vega_mesa.protocol.liquidity import Receipt
from vega_mesa.protocol.market_activity import MarketActivity
from vega_mesa.protocol.matching.order import Trade
from vega_mesa.protocol.party_profiles import PartyProfiles
from vega_mesa.protocol.settlement.funding import FundingFlows
from vega_mesa.protocol.settlement.mark_to_market import MarkToMarket
from vega_mesa.protocol.transfers import Transfers

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket
    from vega_mesa.protocol.markets.trading_market import TradingMarket


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
        self.earmarks: dict[str, int] = {}  # what automated purchases have set aside, by account id
        self.activity = MarketActivity(collateral)
        self.transfers: Transfers | None = None
        self.profiles: PartyProfiles | None = None

    def asset_decimals(self, asset: str) -> int:
        """Decimals of an asset."""
        return self.assets.decimals(asset)

    def on_trades(self, market: TradingMarket, trades: Sequence[Trade], taker: str) -> None:
        """An order traded in a market; ``taker`` is its party, empty in an uncrossing."""
        if self.activity.recording:
            self.activity.on_trades(market, trades, market.now, taker)

    def on_liquidity_receipts(self, market: TradingMarket, receipts: Sequence[Receipt]) -> None:
        """Liquidity fees were paid out."""
        if self.activity.recording:
            self.activity.on_liquidity_receipts(market, receipts)

    def on_mark_to_market(self, market: FuturesMarket, outcome: MarkToMarket) -> None:
        """Positions were marked to market."""
        if self.activity.recording:
            self.activity.on_mark_to_market(market, outcome.losses, outcome.wins)

    def on_funding(self, market: FuturesMarket, flows: FundingFlows) -> None:
        """A perpetual's funding was paid."""
        if self.activity.recording:
            self.activity.on_funding(market, flows.losses, flows.wins)

    def on_close_out(self, market: FuturesMarket, party: str, price: int) -> None:
        """The network took a position over."""
        if self.activity.recording:
            self.activity.on_close_out(market, party, price, market.now)

    def on_epoch_fees(self, market: TradingMarket, epoch: Epoch) -> None:
        """An epoch ended: publish what trading cost in it; it earns discounts on fees of transfers."""
        statistics = market.fees.statistics
        if self.transfers is not None:
            self.transfers.register_fees(market.asset, statistics.totals)
        statistics.send(self.bus, market.id, market.asset, self.collateral.quanta[market.asset], epoch.sequence)
        statistics.clear()

    def on_market_maker(self, owner: str, key: str) -> None:
        """An automated market maker trades under a key derived from its owner's."""
        if self.profiles is not None:
            self.profiles.add_derived_key(owner, key)
