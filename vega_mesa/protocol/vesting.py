"""Rewards on their way to their owners: locked, vesting, vested (0085-RVST; 06 §6.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, Protocol

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.rewards import (
    LockedBalance,
    VestingBalance,
    VestingBalancesSummary,
    VestingStats,
    VestingStatsUpdated,
)


class Quanta(Protocol):
    """What counts as a small amount of an asset."""

    def quantum(self, id: str, /) -> Decimal:
        """The asset's quantum."""


class Streaks(Protocol):
    """How activity speeds vesting up."""

    def vesting_multiplier(self, party: str, /) -> Decimal:
        """The party's multiplier of the rate."""


class Keys(Protocol):
    """Which keys were derived from a party's."""

    def keys_of(self, party: str, /) -> list[str]:
        """The keys."""


class Links(Protocol):
    """Rewards in the governance token count as stake."""

    def on_reward(self, party: str, asset: str, amount: int, /) -> None:
        """A party earned a reward."""


class BenefitTier(NamedTuple):
    """From this balance on (units of the quantum) rewards are multiplied."""

    minimum_quantum_balance: int
    reward_multiplier: Decimal


class Bonus(NamedTuple):
    """A multiplier and the balance that it follows from."""

    multiplier: Decimal
    quantum_balance: Decimal


class PartyVesting:
    """One party's rewards by asset: locked by epochs left, and vesting."""

    __slots__ = ("locked", "vesting")

    def __init__(self) -> None:
        self.locked: dict[str, dict[int, int]] = {}
        self.vesting: dict[str, int] = {}


class Vesting:
    """Locked and vesting rewards of all parties; their money is in the vesting accounts."""

    def __init__(
        self,
        bus: EventBus,
        collateral: Collateral,
        quanta: Quanta,
        streaks: Streaks,
        keys: Keys,
        stake_links: Links | None = None,
    ) -> None:
        self.bus = bus
        self.collateral = collateral
        self.quanta = quanta
        self.streaks = streaks
        self.keys = keys
        self.stake_links = stake_links
        self.base_rate = ZERO  # rewards.vesting.baseRate
        self.minimum_transfer = ZERO  # rewards.vesting.minimumTransfer, in units of the quantum
        self.tiers: tuple[BenefitTier, ...] = ()
        self.parties: dict[str, PartyVesting] = {}
        self._bonuses: dict[str, Bonus] = {}  # from the first question at an epoch's end on

    def set_benefit_tiers(self, tiers: list[BenefitTier]) -> None:
        """``rewards.vesting.benefitTiers``."""
        self.tiers = tuple(sorted(tiers, key=_by_balance))

    def add_reward(self, party: str, asset: str, amount: int, lock_period: int) -> None:
        """Note a reward that was paid to the vesting account; it vests when so many epochs have ended."""
        state = self.parties.get(party)
        if state is None:
            state = self.parties[party] = PartyVesting()
        if lock_period == 0:
            state.vesting[asset] = state.vesting.get(asset, 0) + amount
        else:
            buckets = state.locked.setdefault(asset, {})
            buckets[lock_period] = buckets.get(lock_period, 0) + amount
        if self.stake_links is not None:
            self.stake_links.on_reward(party, asset, amount)

    # -- the end of an epoch ---------------------------------------------------------------------------------------

    def on_epoch_end(self, epoch: Epoch) -> None:
        """Unlock what is due, and pay a part of everything that vests; after the rewards were paid.

        Emits: VestingStatsUpdated, VestingBalancesSummary.
        """
        self._bonuses.clear()
        for state in self.parties.values():
            _unlock(state)
        for party in sorted(self.parties):
            self._vest(party, self.parties[party])
        self._announce(epoch.sequence)
        self._bonuses.clear()

    @exact
    def _vest(self, party: str, state: PartyVesting) -> None:
        rate = self.base_rate * self.streaks.vesting_multiplier(party)
        for asset in sorted(state.vesting):
            held = state.vesting[asset]
            least = truncate(self.quanta.quantum(asset) * self.minimum_transfer)
            amount = min(max(truncate(held * rate), least), held)
            source = self.collateral.open(AccountType.VESTING_REWARDS, asset, party)
            destination = self.collateral.open(AccountType.VESTED_REWARDS, asset, party)
            self.collateral.transfer("TRANSFER_TYPE_REWARDS_VESTED", amount, source, destination)
            if held == amount:
                del state.vesting[asset]
            else:
                state.vesting[asset] = held - amount

    def _announce(self, epoch: int) -> None:
        parties = sorted(self.parties)
        if VestingStatsUpdated in self.bus.wanted:
            stats = []
            for party in parties:
                alone, summed = self._bonus((party,)), self.summed_bonus(party)
                stats.append(VestingStats(party, *alone, *summed))
            self.bus.send(VestingStatsUpdated, at_epoch=epoch, stats=tuple(stats))
        if VestingBalancesSummary in self.bus.wanted:
            locked = [
                LockedBalance(party, asset, epoch + left + 1, amount)
                for party in parties
                for asset, buckets in sorted(self.parties[party].locked.items())
                for left, amount in sorted(buckets.items())
            ]
            vesting = [
                VestingBalance(party, asset, amount)
                for party in parties
                for asset, amount in sorted(self.parties[party].vesting.items())
            ]
            self.bus.send(VestingBalancesSummary, epoch=epoch, locked=tuple(locked), vesting=tuple(vesting))
        for party in parties:
            if not self.parties[party].locked and not self.parties[party].vesting:
                del self.parties[party]

    # -- bonuses ---------------------------------------------------------------------------------------------------

    def reward_multiplier(self, party: str) -> Decimal:
        """What the party's rewards are multiplied with, for what it and its derived keys have vesting and vested."""
        return self.summed_bonus(party).multiplier

    def summed_bonus(self, party: str) -> Bonus:
        """The bonus of a party with its derived keys, the same for all rewards of one epoch's end."""
        bonus = self._bonuses.get(party)
        if bonus is None:
            bonus = self._bonuses[party] = self._bonus((party, *self.keys.keys_of(party)))
        return bonus

    @exact
    def _bonus(self, keys: tuple[str, ...]) -> Bonus:
        balance = ZERO
        for asset, quantum in self.collateral.quanta.items():
            for key in keys:
                held = self.collateral.balance(AccountType.VESTING_REWARDS, asset, key)
                held += self.collateral.balance(AccountType.VESTED_REWARDS, asset, key)
                if held:
                    balance += divide(held, quantum or ONE)
        multiplier = ONE
        for tier in self.tiers:
            if balance < tier.minimum_quantum_balance:
                break
            multiplier = tier.reward_multiplier
        return Bonus(multiplier, balance)


def _unlock(state: PartyVesting) -> None:
    """One epoch less; what has none left vests."""
    for asset in list(state.locked):
        buckets = {}
        for left, amount in state.locked[asset].items():
            if left == 0:
                state.vesting[asset] = state.vesting.get(asset, 0) + amount
            else:
                buckets[left - 1] = amount
        if buckets:
            state.locked[asset] = buckets
        else:
            del state.locked[asset]


def _by_balance(tier: BenefitTier) -> int:
    return tier.minimum_quantum_balance
