"""Bond accounts: what backs a commitment (0044-LIME, 0013-ACCT)."""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.collateral import Account, AccountType, Collateral
from vega_mesa.protocol.refusal import Refused

BOND_LOW: Final = "TRANSFER_TYPE_BOND_LOW"
BOND_HIGH: Final = "TRANSFER_TYPE_BOND_HIGH"
BOND_SLASHING: Final = "TRANSFER_TYPE_BOND_SLASHING"
SLA_PENALTY: Final = "TRANSFER_TYPE_SLA_PENALTY_BOND_APPLY"
CLEAR_ACCOUNT: Final = "TRANSFER_TYPE_CLEAR_ACCOUNT"


class Bonds:
    """The bonds of one market.

    Args:
        asset: the settlement asset; on spot markets the quote asset.
        spot: a spot market has no margin accounts and no insurance pool: its penalties go to the treasury.
    """

    __slots__ = ("collateral", "market", "asset", "spot")

    def __init__(self, collateral: Collateral, market: str, asset: str, *, spot: bool) -> None:
        self.collateral = collateral
        self.market = market
        self.asset = asset
        self.spot = spot

    def balance(self, party: str) -> int:
        """What the party's bond account holds."""
        return self.collateral.balance(AccountType.BOND, self.asset, party, self.market)

    def general(self, party: str) -> int:
        """What the party could add."""
        return self.collateral.balance(AccountType.GENERAL, self.asset, party)

    def open(self, party: str) -> None:
        """Open the accounts of a provider.

        Raises:
            Refused: the party has no general account.
        """
        if self.collateral.find(AccountType.GENERAL, self.asset, party) is None:
            raise Refused("party general account missing when trying to create a bond account")
        self.collateral.open(AccountType.BOND, self.asset, party, self.market)
        self.collateral.open(AccountType.LP_LIQUIDITY_FEES, self.asset, party, self.market)

    def open_margin(self, party: str) -> None:
        """Open the margin account that a provider on a futures market gets first.

        Raises:
            Refused: the party has no general account.
        """
        if self.collateral.find(AccountType.GENERAL, self.asset, party) is None:
            raise Refused("party general account missing when trying to create a margin account")
        self.collateral.open(AccountType.MARGIN, self.asset, party, self.market)

    def adjust(self, party: str, commitment: int) -> None:
        """Bring the bond to a commitment, up from or down to the general account.

        Raises:
            Refused: the general account holds less than what would move.
        """
        difference = commitment - self.balance(party)
        if difference > self.general(party):
            raise Refused("not enough collateral in general account")
        if difference > 0:
            self.lock(party, difference)
        else:
            self.release(party, -difference)

    def lock(self, party: str, amount: int) -> None:
        """Move from general to bond account, as far as the general account reaches."""
        if amount > 0:
            general = self.collateral.find(AccountType.GENERAL, self.asset, party)
            self.collateral.collect(BOND_LOW, amount, (general,), self._account(party))

    def release(self, party: str, amount: int) -> None:
        """Move from bond to general account, as far as the bond reaches."""
        if amount > 0:
            general = self.collateral.open(AccountType.GENERAL, self.asset, party)
            self.collateral.collect(BOND_HIGH, amount, (self._account(party),), general)

    def slash(self, type: str, party: str, amount: int) -> int:
        """Take a penalty from the bond, then (futures) from the margin account; returns what was taken."""
        if amount <= 0:
            return 0
        find = self.collateral.find
        bond = find(AccountType.BOND, self.asset, party, self.market)
        margin = None if self.spot else find(AccountType.MARGIN, self.asset, party, self.market)
        return self.collateral.collect(type, amount, (bond, margin), self.penalties())

    def clear(self, party: str) -> None:
        """Give the whole bond back when the market ends."""
        bond = self.collateral.find(AccountType.BOND, self.asset, party, self.market)
        if bond is not None:
            general = self.collateral.open(AccountType.GENERAL, self.asset, party)
            self.collateral.transfer(CLEAR_ACCOUNT, bond.balance, bond, general)
            self.collateral.close(bond)

    def penalties(self) -> Account:
        """Where penalties go: the market's insurance pool, on spot markets the network's treasury."""
        if self.spot:
            return self.collateral.open(AccountType.NETWORK_TREASURY, self.asset)
        return self.collateral.open(AccountType.INSURANCE, self.asset, market=self.market)

    def _account(self, party: str) -> Account:
        return self.collateral.open(AccountType.BOND, self.asset, party, self.market)
