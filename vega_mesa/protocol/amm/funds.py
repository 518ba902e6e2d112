"""The money of market makers: accounts of their own, filled by their owners (0090-VAMM; 05 §4.2, 4.4, 4.13)."""

from __future__ import annotations

from vega_mesa.protocol.collateral import Account, AccountType, Collateral

LOW = "TRANSFER_TYPE_AMM_LOW"
HIGH = "TRANSFER_TYPE_AMM_HIGH"
RELEASE = "TRANSFER_TYPE_AMM_RELEASE"


class PoolFunds:
    """Moves money between owners and the market makers of one market."""

    __slots__ = ("collateral", "asset", "market")

    def __init__(self, collateral: Collateral, asset: str, market: str) -> None:
        self.collateral = collateral
        self.asset = asset
        self.market = market

    def open(self, party: str) -> None:
        """Open the accounts of a market maker."""
        self._general(party)
        self._margin(party)
        self.collateral.open(AccountType.LP_LIQUIDITY_FEES, self.asset, party, self.market)

    def of(self, party: str) -> int:
        """What a market maker has, general and margin account together, asset decimals."""
        collateral = self.collateral
        general = collateral.balance(AccountType.GENERAL, self.asset, party)
        return general + collateral.balance(AccountType.MARGIN, self.asset, party, self.market)

    def available(self, owner: str, party: str) -> int:
        """What a market maker could have at most."""
        return self.collateral.balance(AccountType.GENERAL, self.asset, owner) + self.of(party)

    def bring_to(self, owner: str, party: str, amount: int) -> None:
        """Give a market maker exactly an amount in all; a surplus comes from its general, then its margin account."""
        missing = amount - self.of(party)
        if missing > 0:
            self.collateral.transfer(LOW, missing, self._general(owner), self._general(party))
        elif missing < 0:
            sources = (self._general(party), self._margin(party))
            self.collateral.collect(HIGH, -missing, sources, self._general(owner))

    def release(self, owner: str, party: str) -> None:
        """End a market maker: the owner gets its general account, the market's insurance pool its margin."""
        self._move(RELEASE, self._general(party), self._general(owner))
        margin = self.collateral.find(AccountType.MARGIN, self.asset, party, self.market)
        if margin is not None:
            insurance = self.collateral.open(AccountType.INSURANCE, self.asset, market=self.market)
            self._move(RELEASE, margin, insurance)

    def close(self, owner: str, party: str) -> None:
        """The market has settled: the owner gets everything."""
        margin = self.collateral.find(AccountType.MARGIN, self.asset, party, self.market)
        if margin is not None:
            self._move("TRANSFER_TYPE_MARGIN_HIGH", margin, self._general(party))
        self._move(RELEASE, self._general(party), self._general(owner))

    def _move(self, type: str, source: Account, destination: Account) -> None:
        if source.balance > 0:
            self.collateral.transfer(type, source.balance, source, destination)

    def _general(self, party: str) -> Account:
        return self.collateral.open(AccountType.GENERAL, self.asset, party)

    def _margin(self, party: str) -> Account:
        return self.collateral.open(AccountType.MARGIN, self.asset, party, self.market)
