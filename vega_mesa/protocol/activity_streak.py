"""For how many epochs parties have been active, and what they gain by it (0086-ASPR; 06 §6.9)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from vega_mesa.protocol.arithmetic import ONE, divide, exact, truncate
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.rewards import ActivityStreakUpdated
from vega_mesa.protocol.market_activity import MarketTracker


class StreakTier(NamedTuple):
    """From so many active epochs on."""

    minimum_activity_streak: int
    reward_multiplier: Decimal
    vesting_multiplier: Decimal


class Streak:
    """One party's epochs in a row."""

    __slots__ = ("active", "inactive", "reward_multiplier", "vesting_multiplier")

    def __init__(self) -> None:
        self.active = 0
        self.inactive = 0
        self.reward_multiplier = ONE
        self.vesting_multiplier = ONE


class ActivityStreaks:
    """Streaks of all parties that were ever seen in a market with a mark price."""

    def __init__(self, bus: EventBus, collateral: Collateral) -> None:
        self.bus = bus
        self.collateral = collateral
        self.tiers: tuple[StreakTier, ...] = ()
        self.min_open_volume = 0  # rewards.activityStreak.minQuantumOpenVolume
        self.min_trade_volume = 0  # rewards.activityStreak.minQuantumTradeVolume
        self.inactivity_limit = 0  # rewards.activityStreak.inactivityLimit
        self.streaks: dict[str, Streak] = {}

    def set_benefit_tiers(self, tiers: list[StreakTier]) -> None:
        """``rewards.activityStreak.benefitTiers``."""
        self.tiers = tuple(sorted(tiers))

    def reward_multiplier(self, party: str, /) -> Decimal:
        """What the party's rewards are multiplied with."""
        streak = self.streaks.get(party)
        return ONE if streak is None else streak.reward_multiplier

    def vesting_multiplier(self, party: str, /) -> Decimal:
        """What the party's vesting rate is multiplied with."""
        streak = self.streaks.get(party)
        return ONE if streak is None else streak.vesting_multiplier

    def on_epoch_end(self, epoch: Epoch, trackers: Iterable[MarketTracker]) -> None:
        """Judge everybody by the epoch that the trackers have just closed.

        Emits: ActivityStreakUpdated for every known party, ascending.
        """
        open_volumes: dict[str, int] = {}
        trade_volumes: dict[str, int] = {}
        for tracker in trackers:
            mark = tracker.market.mark_price
            if not mark or not tracker.has_positions or tracker.has_ended:
                continue
            self._add(open_volumes, tracker, tracker.highest, mark)
            self._add(trade_volumes, tracker, tracker.traded, mark)
        wanted = ActivityStreakUpdated in self.bus.wanted
        for party in sorted({**self.streaks, **open_volumes, **trade_volumes}):
            opened, traded = open_volumes.get(party, 0), trade_volumes.get(party, 0)
            streak = self.streaks.get(party)
            if streak is None:
                streak = self.streaks[party] = Streak()
            active = opened > self.min_open_volume or traded > self.min_trade_volume
            self._judge(streak, active)
            if wanted:
                self._announce(epoch.sequence, party, streak, active, opened, traded)

    @exact
    def _add(self, volumes: dict[str, int], tracker: MarketTracker, sizes: dict[str, int], mark: int) -> None:
        """Add volumes valued at the mark price, in whole units of the quantum."""
        quantum = self.collateral.quanta[tracker.asset]
        scale = tracker.market.position_scale
        for party, size in sizes.items():
            value = divide(divide(size * mark * scale.divisor, scale.multiplier), quantum)
            volumes[party] = volumes.get(party, 0) + truncate(value)

    def _judge(self, streak: Streak, active: bool) -> None:
        if active:
            streak.active += 1
            streak.inactive = 0
            for tier in self.tiers:
                if streak.active < tier.minimum_activity_streak:
                    break
                streak.reward_multiplier = tier.reward_multiplier
                streak.vesting_multiplier = tier.vesting_multiplier
            return
        streak.inactive += 1
        if streak.inactive >= self.inactivity_limit:
            streak.active = 0
            streak.reward_multiplier = streak.vesting_multiplier = ONE

    def _announce(self, epoch: int, party: str, streak: Streak, active: bool, opened: int, traded: int) -> None:
        self.bus.send(
            ActivityStreakUpdated,
            party=party,
            epoch=epoch,
            active_for=streak.active,
            inactive_for=streak.inactive,
            is_active=active,
            reward_multiplier=streak.reward_multiplier,
            vesting_multiplier=streak.vesting_multiplier,
            open_volume=opened,
            trade_volume=traded,
        )
