"""Tokens that the network itself holds for a party count as its stake (0059-STKG; 06 §6.8, 7.5)."""

from __future__ import annotations

from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.staking import StakingAccounts


class StakeLinks:
    """Associates what is locked or earned, and removes what is withdrawn; without accounts it does nothing.

    Attributes:
        asset: the governance token, ``reward.asset``.
    """

    def __init__(self, accounts: StakingAccounts | None) -> None:
        self.accounts = accounts
        self.asset = ""
        self._count = 0

    def on_transfer(self, source: Account, destination: Account, amount: int) -> None:
        """Money arrived."""
        if self.accounts is None or source.asset != self.asset or not amount:
            return
        locked = AccountType.LOCKED_FOR_STAKING
        if destination.type is locked:
            self._link(destination.owner, amount)
        elif source.type is locked or (
            source.type is AccountType.VESTED_REWARDS and destination.type is AccountType.GENERAL
        ):
            self._unlink(source.owner, amount)

    def on_reward(self, party: str, asset: str, amount: int) -> None:
        """A party earned a reward."""
        if self.accounts is not None and asset == self.asset and amount:
            self._link(party, amount)

    def _link(self, party: str, amount: int) -> None:
        assert self.accounts is not None
        self.accounts.deposited(self._id(), party, amount, self._time())

    def _unlink(self, party: str, amount: int) -> None:
        assert self.accounts is not None
        self.accounts.removed(self._id(), party, amount, self._time())

    def _id(self) -> str:
        self._count += 1
        return hash_text(f"stake link {self._count}")

    def _time(self) -> int:
        """Seconds, where bridges give nanoseconds: in ranges they count as older than everything."""
        assert self.accounts is not None
        return self.accounts.bus.now // SECOND
