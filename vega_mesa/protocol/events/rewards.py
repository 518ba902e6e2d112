"""Rewards, their vesting, and streaks of activity (0056-REWA, 0085-RVST, 0086-ASPR). Amounts in asset decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardPaid(Event):
    """A party got its part of a reward; ``percentage`` of what was paid out, ``game`` whose account it came from."""

    epoch: int
    asset: str
    party: str
    amount: int
    percentage: Decimal
    reward_type: int  # of the account it came from
    game: str = ""
    team: str = ""
    lock_period: int = 0


class VestingStats(NamedTuple):
    """One party: what its balance multiplies rewards with, alone and with its derived keys."""

    party: str
    multiplier: Decimal
    quantum_balance: Decimal
    summed_multiplier: Decimal
    summed_quantum_balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class VestingStatsUpdated(Event):
    """Bonus multipliers of all parties with locked or vesting rewards, ascending."""

    at_epoch: int
    stats: tuple[VestingStats, ...]


class LockedBalance(NamedTuple):
    """Rewards that are locked until the end of an epoch."""

    party: str
    asset: str
    until_epoch: int
    amount: int


class VestingBalance(NamedTuple):
    """Rewards that vest now."""

    party: str
    asset: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VestingBalancesSummary(Event):
    """All locked and vesting rewards after an epoch's end, ascending."""

    epoch: int
    locked: tuple[LockedBalance, ...]
    vesting: tuple[VestingBalance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityStreakUpdated(Event):
    """For how many epochs a party has been active, or inactive; volumes of the epoch in units of the quantum."""

    party: str
    epoch: int
    active_for: int
    inactive_for: int
    is_active: bool
    reward_multiplier: Decimal
    vesting_multiplier: Decimal
    open_volume: int
    trade_volume: int
