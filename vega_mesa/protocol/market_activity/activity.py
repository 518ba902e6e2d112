"""The activity of all markets: what rewards, programmes and streaks are computed from (0056-REWA; 06 §6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from vega_mesa.protocol.arithmetic import divide, exact, truncate
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.market_activity.market import MarketTracker, TrackedMarket
from vega_mesa.protocol.matching.order import Trade


class MarketActivity:
    """Trackers of all markets, and what aggressors traded in the running epoch.

    The programmes read :meth:`taker_notional`, :meth:`taker_notionals` and :meth:`maker_fees_received`; rewards read
    the trackers. While nothing can read them, nothing need be recorded: markets look at :attr:`recording` first.
    """

    def __init__(self, collateral: Collateral) -> None:
        self.collateral = collateral
        self.recording = False
        self.trackers: dict[str, MarketTracker] = {}
        self.epoch_start = 0
        self._taker_notionals: dict[str, int] = {}

    # -- markets ---------------------------------------------------------------------------------------------------

    def add_market(self, market: TrackedMarket, *, has_positions: bool = True) -> None:
        """Track a market from its creation on."""
        self.trackers[market.id] = MarketTracker(market, has_positions=has_positions)

    def remove_market(self, market_id: str) -> None:
        """A market is gone; its figures stay until the next epoch starts."""
        tracker = self.trackers.get(market_id)
        if tracker is not None:
            tracker.has_ended = True

    def start_recording(self) -> None:
        """Record from now on; positions count as if they had been held since the epoch began."""
        if self.recording:
            return
        self.recording = True
        for tracker in self.trackers.values():
            tracker.adopt_positions(self.epoch_start)

    # -- what markets tell -----------------------------------------------------------------------------------------

    def on_trades(self, market: TrackedMarket, trades: Sequence[Trade], now: int, taker: str = "") -> None:
        """The trades of one order.

        Args:
            taker: the aggressor; empty in auctions.
        """
        value = self.trackers[market.id].on_trades(trades, now, self.epoch_start)
        if taker:
            notional = self._in_quanta(market.asset, value)
            self._taker_notionals[taker] = self._taker_notionals.get(taker, 0) + notional

    def on_close_out(self, market: TrackedMarket, party: str, price: int, now: int) -> None:
        """The network took a party's position over at the mark price."""
        self.trackers[market.id].on_close_out(party, price, now, self.epoch_start)

    def on_mark_to_market(
        self, market: TrackedMarket, losses: Iterable[tuple[str, int]], wins: Iterable[tuple[str, int]]
    ) -> None:
        """Gains and losses of a mark-to-market, as requested."""
        self.trackers[market.id].on_gains(losses, wins, funding=False)

    def on_funding(
        self, market: TrackedMarket, losses: Iterable[tuple[str, int]], wins: Iterable[tuple[str, int]]
    ) -> None:
        """A perpetual's funding payments."""
        self.trackers[market.id].on_gains(losses, wins, funding=True)

    def on_liquidity_receipts(self, market: TrackedMarket, receipts: Iterable[tuple[str, str, int]]) -> None:
        """Liquidity fees and bonuses that providers were paid: transfer type, party, amount."""
        tracker = self.trackers[market.id]
        for _, party, amount in receipts:
            tracker.on_liquidity_receipt(party, amount)

    # -- epochs ----------------------------------------------------------------------------------------------------

    def on_epoch_end(self, epoch: Epoch) -> None:
        """Close the epoch in every market's history."""
        if not self.recording:
            return
        for tracker in self.trackers.values():
            tracker.close_epoch(epoch.end, epoch.start)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Forget markets that are gone and what takers traded."""
        self.epoch_start = epoch.start
        self._taker_notionals.clear()
        ended = [id for id, tracker in self.trackers.items() if tracker.has_ended]
        for id in ended:
            del self.trackers[id]

    # -- what programmes read --------------------------------------------------------------------------------------

    def taker_notional(self, party: str, /) -> int:
        """What a party traded as aggressor in the running epoch, in units of the quantum."""
        return self._taker_notionals.get(party, 0)

    def taker_notionals(self) -> dict[str, int]:
        """The same for all parties that did."""
        return self._taker_notionals

    def maker_fees_received(self, epochs: int, /) -> dict[str, int]:
        """Maker fees by party over the last closed epochs, in whole units of the quantum by market and epoch."""
        received: dict[str, int] = {}
        for tracker in self.trackers.values():
            for epoch in tracker.window(epochs):
                for party, fee in epoch.maker_received.items():
                    received[party] = received.get(party, 0) + self._in_quanta(tracker.asset, fee)
        return received

    def _in_quanta(self, asset: str, amount: int) -> int:
        quantum = self.collateral.quanta[asset]
        return amount if quantum == 1 else truncate(divide(amount, quantum))

    # -- what rewards read -----------------------------------------------------------------------------------------

    def in_scope(self, asset: str, markets: Sequence[str] = ()) -> list[MarketTracker]:
        """The trackers of the listed markets (of all, when none are listed) that use an asset (any, when empty)."""
        chosen = markets or tuple(self.trackers)
        found = (self.trackers.get(id) for id in chosen)
        return [tracker for tracker in found if tracker is not None and (not asset or tracker.asset == asset)]

    def is_tracked(self, asset: str, market_id: str) -> bool:
        """Whether a market is tracked, with this asset."""
        tracker = self.trackers.get(market_id)
        return tracker is not None and tracker.asset == asset

    def notional_volume(self, trackers: Iterable[MarketTracker], epochs: int) -> int:
        """Value of all trades in the last closed epochs."""
        return sum(epoch.notional_volume for tracker in trackers for epoch in tracker.window(epochs))

    @exact
    def fees_paid(self, trackers: Iterable[MarketTracker], epochs: int) -> dict[str, Decimal]:
        """Taker fees by party in the last closed epochs, asset decimals."""
        paid: dict[str, Decimal] = {}
        for tracker in trackers:
            for epoch in tracker.window(epochs):
                for party, fee in epoch.fees_paid.items():
                    paid[party] = paid.get(party, Decimal(0)) + fee
        return paid
