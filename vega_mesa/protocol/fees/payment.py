"""Moving the money of a fee bill (0029-FEES, 0005-COLL)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vega_mesa.protocol.collateral import Account, AccountType, Collateral
from vega_mesa.protocol.fees.fee import (
    BUY_BACK_PAY,
    INFRASTRUCTURE_PAY,
    LIQUIDITY_PAY,
    MAKER_PAY,
    MAKER_RECEIVE,
    REBATE_PAY,
    REBATE_RECEIVE,
    REWARD_DISTRIBUTE,
    REWARD_PAY,
    TREASURY_PAY,
    Charge,
    FeeBill,
)
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.refusal import Refused

GENERAL: Final = AccountType.GENERAL
_MARKET_DESTINATIONS: Final = {
    MAKER_PAY: AccountType.FEES_MAKER,
    REBATE_PAY: AccountType.FEES_MAKER,
    LIQUIDITY_PAY: AccountType.FEES_LIQUIDITY,
}
_ASSET_DESTINATIONS: Final = {
    INFRASTRUCTURE_PAY: AccountType.FEES_INFRASTRUCTURE,
    BUY_BACK_PAY: AccountType.BUY_BACK_FEES,
    TREASURY_PAY: AccountType.NETWORK_TREASURY,
    REWARD_PAY: AccountType.PENDING_FEE_REFERRAL_REWARD,
}
_RECEIPTS: Final = frozenset((MAKER_RECEIVE, REBATE_RECEIVE))


class FeeCollector:
    """Pays the bills of one market.

    Args:
        asset: the settlement asset; on spot markets the quote asset.
    """

    __slots__ = ("collateral", "market", "asset", "_destinations")

    def __init__(self, collateral: Collateral, market: str, asset: str) -> None:
        self.collateral = collateral
        self.market = market
        self.asset = asset
        self._destinations: dict[str, Account] = {}

    def check(self, bill: FeeBill) -> None:
        """Require that the taker's general and margin account cover the bill (cross margin).

        Raises:
            Refused: ``party has insufficient funds to cover fees``.

        Spec: 0029-FEES-040
        """
        if bill.total and self._funds(bill.taker) < bill.total:
            raise Refused("party has insufficient funds to cover fees")

    def covers(self, bill: FeeBill) -> bool:
        """Whether :meth:`check` would pass."""
        return not bill.total or self._funds(bill.taker) >= bill.total

    def pay(self, bill: FeeBill) -> None:
        """Carry the payments out in order, from general, margin and order margin account; shortfalls are ignored."""
        self._open_destinations()
        silent = self.collateral.is_silent
        if silent and bill.charges is not None:
            general = self.collateral.find(GENERAL, self.asset, bill.taker)
            if general is not None and general.balance >= bill.total:
                self.pay_at_once(general, bill.total, bill.charges)
                return
        find, asset, market = self.collateral.find, self.asset, self.market
        sources: tuple[Account | None, ...] = ()
        payer = None
        for type, party, amount in bill.payments:
            if silent and not amount:
                continue  # it would only leave a ledger entry of 0
            if type in _RECEIPTS or type == REWARD_DISTRIBUTE:
                self._hand_out(type, party, amount)
                continue
            if party != payer:
                payer = party
                sources = (
                    find(AccountType.GENERAL, asset, party),
                    find(AccountType.MARGIN, asset, party, market),
                    find(AccountType.ORDER_MARGIN, asset, party, market),
                )
            self._take(type, amount, sources)

    def pay_at_once(self, payer: Account, total: int, charges: Sequence[Charge]) -> None:
        """Move what one party is charged out of its general account, which holds it, while nobody reads the ledger.

        What the makers receive does not stop at the account for maker fees on its way.
        """
        if not self._destinations:
            self._open_destinations()
        generals = self.collateral.of_kind(GENERAL, self.asset)
        shares: list[tuple[Account, int]] = []
        infrastructure = liquidity = 0
        rest = total
        for _, maker, fee in charges:
            infrastructure += fee.infrastructure
            liquidity += fee.liquidity
            earned = fee.maker + fee.high_volume_maker
            rest -= earned
            shares.append((generals.get(maker) or self.collateral.open(GENERAL, self.asset, maker), earned))
        destinations = self._destinations
        shares.append((destinations[INFRASTRUCTURE_PAY], infrastructure))
        shares.append((destinations[LIQUIDITY_PAY], liquidity))
        if rest != infrastructure + liquidity:
            shares.append((destinations[BUY_BACK_PAY], sum(fee.buy_back for _, _, fee in charges)))
            shares.append((destinations[TREASURY_PAY], sum(fee.treasury for _, _, fee in charges)))
        self.collateral.share_out(payer, total, shares)

    def pay_from_insurance(self, bill: FeeBill) -> None:
        """Carry a close-out's payments out, from the market's insurance pool as far as it reaches."""
        self._open_destinations()
        pool = (self.collateral.open(AccountType.INSURANCE, self.asset, market=self.market),)
        for type, party, amount in bill.payments:
            if type in _RECEIPTS:
                self._hand_out(type, party, amount)
            else:
                self._take(type, amount, pool)

    def pay_spot(self, bill: FeeBill, network: Account | None = None) -> None:
        """Carry the payments out from general accounts, or none of them if a party cannot pay its total.

        A referrer's reward cannot be paid on a spot market: it and what follows it are not carried out.

        Args:
            network: where the network pays from, if it trades itself; without it the network cannot pay.

        Raises:
            Refused: ``insufficient funds to pay fees`` (nothing moved), or the type of a reward, or no account of the
                network (what precedes either has moved). Callers go on after all.
        """
        self._open_destinations()
        find, asset = self.collateral.find, self.asset
        for party, total in sorted(bill.totals.items()):
            account = network if party == NETWORK else find(AccountType.GENERAL, asset, party)
            if account is None:
                if party == NETWORK:
                    continue
                raise Refused("account does not exists")
            if account.balance < total:
                raise Refused("insufficient funds to pay fees")
        for type, party, amount in bill.payments:
            if type in _RECEIPTS:
                self._hand_out(type, party, amount)
            elif type in (REWARD_PAY, REWARD_DISTRIBUTE):
                raise Refused("an invalid transfer type was send to build a fee transfer request")
            elif party == NETWORK and network is None:
                raise Refused("account does not exists")
            else:
                payer = network if party == NETWORK else find(AccountType.GENERAL, asset, party)
                self._take(type, amount, (payer,))

    # -- parts -----------------------------------------------------------------------------------------------------

    def _funds(self, party: str) -> int:
        balance = self.collateral.balance
        return balance(AccountType.GENERAL, self.asset, party) + balance(
            AccountType.MARGIN, self.asset, party, self.market
        )

    def _take(self, type: str, amount: int, sources: tuple[Account | None, ...]) -> None:
        destination = self._destinations[type]
        first = sources[0]
        if first is not None and first.balance >= amount:
            self.collateral.transfer(type, amount, first, destination)
        else:
            self.collateral.collect(type, amount, sources, destination)

    def _hand_out(self, type: str, party: str, amount: int) -> None:
        source = self._destinations[REWARD_PAY if type == REWARD_DISTRIBUTE else MAKER_PAY]
        receiver = self.collateral.open(GENERAL, self.asset, party)
        if source.balance >= amount:
            self.collateral.transfer(type, amount, source, receiver)
        else:
            self.collateral.collect(type, amount, (source,), receiver)

    def _open_destinations(self) -> None:
        """Find the fee accounts once; the buy-back account is made at the first payment."""
        if self._destinations:
            return
        for type, account in _MARKET_DESTINATIONS.items():
            self._destinations[type] = self.collateral.open(account, self.asset, market=self.market)
        for type, account in _ASSET_DESTINATIONS.items():
            self._destinations[type] = self.collateral.open(account, self.asset)
