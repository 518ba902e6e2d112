"""Moving the money of transfers: by way of the pending account, so that what is under way can wait (0057-TRAN)."""

from __future__ import annotations

from typing import Final, Protocol

from vega_mesa.protocol.collateral import SYSTEM, Account, AccountType, Collateral, account_id
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.transfers.checks import METRIC_REWARDS

SEND: Final = "TRANSFER_TYPE_TRANSFER_FUNDS_SEND"
DISTRIBUTE: Final = "TRANSFER_TYPE_TRANSFER_FUNDS_DISTRIBUTE"
FEE: Final = "TRANSFER_TYPE_INFRASTRUCTURE_FEE_PAY"
WITH_OWNER: Final = (AccountType.GENERAL, AccountType.LOCKED_FOR_STAKING)


class RewardAccounts(Protocol):
    """Where dispatched rewards wait to be paid out."""

    def account(self, type: AccountType, asset: str, slot: str = "") -> Account:
        """The account of a game or market, made when missing."""


class StakeLinks(Protocol):
    """Tokens that are locked inside the network count as stake."""

    def on_transfer(self, source: Account, destination: Account, amount: int) -> None:
        """Money arrived."""


class TransferLedger:
    """The accounts of transfers."""

    def __init__(self, collateral: Collateral, rewards: RewardAccounts, stake_links: StakeLinks | None = None) -> None:
        self.collateral = collateral
        self.rewards = rewards
        self.stake_links = stake_links

    def source(self, type: AccountType, asset: str, owner: str = SYSTEM, market: str = "") -> Account:
        """An account that must exist.

        Raises:
            Refused: ``account does not exist: ...`` with its id.
        """
        account = self.collateral.find(type, asset, owner, market)
        if account is None:
            raise Refused(f"account does not exist: {account_id(type, asset, owner, market)}")
        return account

    def destination(self, type: AccountType, asset: str, to: str, slot: str = "") -> Account:
        """An account that is made when missing.

        Args:
            to: its owner, where it has one; for an insurance pool the market.
            slot: game or market of a reward account.
        """
        if type in METRIC_REWARDS:
            return self.rewards.account(type, asset, slot)
        if type in WITH_OWNER:
            return self.collateral.open(type, asset, to)
        if type is AccountType.INSURANCE:
            return self.collateral.open(type, asset, market=to)
        return self.collateral.open(type, asset)

    def send(self, source: Account, amount: int) -> None:
        """Take an amount under way."""
        pending = self.collateral.open(AccountType.PENDING_TRANSFERS, source.asset)
        self.collateral.transfer(SEND, amount, source, pending)

    def deliver(self, source: Account, destination: Account, amount: int) -> None:
        """Hand out what is under way."""
        pending = self.collateral.open(AccountType.PENDING_TRANSFERS, source.asset)
        self.collateral.transfer(DISTRIBUTE, amount, pending, destination)
        if self.stake_links is not None:
            self.stake_links.on_transfer(source, destination, amount)

    def pay_fee(self, source: Account, amount: int) -> None:
        """Pay a transfer's fee to the validators."""
        fees = self.collateral.open(AccountType.FEES_INFRASTRUCTURE, source.asset)
        self.collateral.transfer(FEE, amount, source, fees)
