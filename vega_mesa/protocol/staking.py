"""Governance tokens that count: associated to a party, and how many there were in an epoch (0059-STKG).

Three books of stake share one interface, :class:`StakeView`: associations as on the network, token balances as a
network without Ethereum uses them, and a plain table for engines wired without a network.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.staking import StakeLinking
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.refusal import Refused

PARTY_NOT_FOUND: Final = "party not found"


class StakeView(Protocol):
    """Who asks for stake: governance, delegation, rewards, vesting, referrals. Amounts in asset decimals."""

    def available(self, party: str) -> int:
        """The party's stake now.

        Raises:
            Refused: the party has never staked.
        """

    def in_range(self, party: str, start: int, end: int) -> int:
        """The lowest stake of the party from ``start`` to ``end`` (nanoseconds), both included.

        Raises:
            Refused: the party has never staked.
        """

    def total_supply(self) -> int:
        """All tokens that exist: what participation is measured against."""

    def parties(self) -> list[str]:
        """Everybody who has ever staked, ascending."""


class StakeEvent(NamedTuple):
    """One association (positive) or removal (negative)."""

    time: int  # nanoseconds; 0 for internal events, which count as older than everything
    removal: bool
    sequence: int
    id: str
    amount: int


class StakingAccounts:
    """Associations of the governance token, as the network keeps them.

    What is locked inside the network carries its time in seconds, where bridges give nanoseconds: in a range it counts
    as older than everything, as on the network.

    Args:
        asset: the governance token; keep it equal to the parameter ``reward.asset``.
    """

    def __init__(self, bus: EventBus, collateral: Collateral, asset: str = "") -> None:
        self.bus = bus
        self.collateral = collateral
        self.asset = asset
        self.supply: int | None = None
        """All tokens that exist, as the token's contract says (the bridge keeps it current); None: a built-in asset."""
        self._events: dict[str, list[StakeEvent]] = {}
        self._ids: dict[str, str] = {}
        self._balances: dict[str, int] = {}

    def available(self, party: str) -> int:
        """The party's stake now; see :class:`StakeView`."""
        balance = self._balances.get(party)
        if balance is None:
            raise Refused(PARTY_NOT_FOUND)
        return balance

    def in_range(self, party: str, start: int, end: int) -> int:
        """The lowest running balance over the range; see :class:`StakeView`."""
        events = self._events.get(party)
        if events is None:
            raise Refused(PARTY_NOT_FOUND)
        balance = 0
        lowest: int | None = None
        for event in events:
            if event.time > end:
                break
            if event.time > start and lowest is None:
                lowest = balance
            balance += event.amount
            if lowest is not None:
                lowest = min(lowest, balance)
        return max(0, balance if lowest is None else lowest)

    def total_supply(self) -> int:
        """All tokens that exist: the contract's supply, of a built-in asset all that has entered the network."""
        if self.supply is not None:
            return self.supply
        return max(0, -self.collateral.balance(AccountType.EXTERNAL, self.asset))

    def parties(self) -> list[str]:
        """Everybody who has ever associated tokens, ascending."""
        return sorted(self._balances)

    def deposited(self, id: str, party: str, amount: int, time: int) -> None:
        """Tokens were associated.

        Args:
            id: of the event; the same id again is refused.
            time: nanoseconds.

        Emits: StakeLinking.
        """
        self._add(id, party, amount, time, removal=False)

    def removed(self, id: str, party: str, amount: int, time: int) -> None:
        """Tokens were taken back. More than there are: the balance reads 0 until a deposit makes up for it."""
        self._add(id, party, amount, time, removal=True)

    def associate(self, id: str, party: str, amount: int, now: int) -> None:
        """Lock tokens of the party's general account for staking.

        Raises:
            Refused: nothing to lock, or more than there is.
        """
        source = self.collateral.find(AccountType.GENERAL, self.asset, party)
        if amount <= 0:
            raise Refused("cannot transfer zero funds")
        if source is None or source.balance < amount:
            raise Refused("not enough funds to transfer")
        locked = self.collateral.open(AccountType.LOCKED_FOR_STAKING, self.asset, party)
        self.collateral.transfer("TRANSFER_TYPE_TRANSFER_FUNDS_DISTRIBUTE", amount, source, locked)
        self.deposited(id, party, amount, now // SECOND)

    def dissociate(self, id: str, party: str, amount: int, now: int) -> None:
        """Unlock tokens back to the party's general account.

        Raises:
            Refused: nothing to unlock, or more than is locked.
        """
        locked = self.collateral.find(AccountType.LOCKED_FOR_STAKING, self.asset, party)
        if amount <= 0:
            raise Refused("cannot transfer zero funds")
        if locked is None or locked.balance < amount:
            raise Refused("not enough funds to transfer")
        general = self.collateral.open(AccountType.GENERAL, self.asset, party)
        self.collateral.transfer("TRANSFER_TYPE_TRANSFER_FUNDS_DISTRIBUTE", amount, locked, general)
        self.removed(id, party, amount, now // SECOND)

    def _add(self, id: str, party: str, amount: int, time: int, *, removal: bool) -> None:
        if id in self._ids:
            raise Refused("duplicate staking event")
        self._ids[id] = party
        events = self._events.setdefault(party, [])
        events.append(StakeEvent(time, removal, len(self._ids), id, -amount if removal else amount))
        events.sort()
        self._balances[party] = self._running(events)
        self.bus.send(
            StakeLinking,
            id=id,
            party=party,
            type="TYPE_UNLINK" if removal else "TYPE_LINK",
            amount=amount,
            status="STATUS_ACCEPTED",
            finalized_at=self.bus.now,
        )

    @staticmethod
    def _running(events: list[StakeEvent]) -> int:
        balance = 0
        for event in events:
            balance += event.amount
            if balance < 0:
                return 0
        return balance


class TokenBalances:
    """Stake of a network without Ethereum: the general account's balance of the governance token, no history.

    Args:
        asset: the governance token; keep it equal to the parameter ``reward.asset``.
    """

    def __init__(self, collateral: Collateral, asset: str) -> None:
        self.collateral = collateral
        self.asset = asset

    def available(self, party: str) -> int:
        """The general account's balance; see :class:`StakeView`."""
        account = self.collateral.find(AccountType.GENERAL, self.asset, party)
        if account is None:
            raise Refused("account does not exists")
        return account.balance

    def in_range(self, party: str, start: int, end: int) -> int:  # noqa: ARG002 - there is no history
        """The balance now."""
        return self.available(party)

    def total_supply(self) -> int:
        """One: any participation is met by one token."""
        return 1

    def parties(self) -> list[str]:
        """Everybody with a general account of the token, ascending."""
        accounts = self.collateral.accounts
        return sorted(key[2] for key in accounts if key[0] is AccountType.GENERAL and key[1] == self.asset)


class StakeTable:
    """Stake said outright, with a copy at each epoch's start; for engines wired without a network."""

    def __init__(self) -> None:
        self._current: dict[str, int] = {}
        self._at_start: dict[int, dict[str, int]] = {}  # by the epoch's start, nanoseconds
        self._start = 0

    def available(self, party: str) -> int:
        """The party's stake now; see :class:`StakeView`."""
        if party not in self._current:
            raise Refused(PARTY_NOT_FOUND)
        return self._current[party]

    def in_range(self, party: str, start: int, end: int) -> int:  # noqa: ARG002 - only the start is looked at
        """The stake as copied at the start of the epoch that began at ``start``; later deposits do not count."""
        stake = self._at_start.get(start, {}).get(party)
        if stake is None:
            raise Refused(PARTY_NOT_FOUND)
        return stake

    def total_supply(self) -> int:
        """All stake there is."""
        return sum(self._current.values())

    def parties(self) -> list[str]:
        """Everybody in the table, ascending."""
        return sorted(self._current)

    def deposit(self, party: str, amount: int) -> None:
        """Raise a party's stake; it counts in ranges from the next epoch's start."""
        self._current[party] = self._current.get(party, 0) + amount

    def withdraw(self, party: str, amount: int) -> None:
        """Lower a party's stake, in the running epoch's copy too.

        Raises:
            Refused: no such party, or more than it has.
        """
        stake = self._current.get(party)
        if stake is None:
            raise Refused("party staking accoung is missing")
        if stake < amount:
            raise Refused("incorrect balance for unstaking")
        self._current[party] = stake - amount
        if self._start in self._at_start:
            self._at_start[self._start][party] = stake - amount

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Copy all stakes under the epoch's start."""
        self._start = epoch.start
        self._at_start[epoch.start] = dict(self._current)
