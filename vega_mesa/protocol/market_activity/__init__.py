"""What happens in markets, kept by party and epoch: the ground of rewards, programmes and streaks."""

from vega_mesa.protocol.market_activity.activity import MarketActivity
from vega_mesa.protocol.market_activity.market import EpochActivity, MarketTracker, TrackedMarket
from vega_mesa.protocol.market_activity.party import PartyActivity

__all__ = ["EpochActivity", "MarketActivity", "MarketTracker", "PartyActivity", "TrackedMarket"]
