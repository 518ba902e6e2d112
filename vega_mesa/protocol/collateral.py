"""Accounts and the double-entry ledger (0005-COLL, 0013-ACCT).

Every amount is an integer in the asset's decimals. Money enters and leaves only through an asset's external account,
whose balance runs negative by what the outside has put in: over all accounts of an asset the balances add up to zero
at every moment (:meth:`Collateral.imbalance`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import Any, Final

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.ledger import AccountOpened, AccountUpdated, LedgerEntry, LedgerMoved
from vega_mesa.protocol.refusal import Refused


class AccountType(IntEnum):
    """What an account is for; the number is part of its id."""

    UNSPECIFIED = 0
    INSURANCE = 1
    SETTLEMENT = 2
    MARGIN = 3
    GENERAL = 4
    FEES_INFRASTRUCTURE = 5
    FEES_LIQUIDITY = 6
    FEES_MAKER = 7
    BOND = 9
    EXTERNAL = 10
    GLOBAL_INSURANCE = 11
    GLOBAL_REWARD = 12
    PENDING_TRANSFERS = 13
    REWARD_MAKER_PAID_FEES = 14
    REWARD_MAKER_RECEIVED_FEES = 15
    REWARD_LP_RECEIVED_FEES = 16
    REWARD_MARKET_PROPOSERS = 17
    HOLDING = 18
    LP_LIQUIDITY_FEES = 19
    LIQUIDITY_FEES_BONUS_DISTRIBUTION = 20
    NETWORK_TREASURY = 21
    VESTING_REWARDS = 22
    VESTED_REWARDS = 23
    REWARD_RELATIVE_RETURN = 25
    REWARD_RETURN_VOLATILITY = 26
    REWARD_VALIDATOR_RANKING = 27
    PENDING_FEE_REFERRAL_REWARD = 28
    ORDER_MARGIN = 29
    REWARD_REALISED_RETURN = 30
    BUY_BACK_FEES = 31
    REWARD_AVERAGE_NOTIONAL = 32
    REWARD_ELIGIBLE_ENTITIES = 33
    LOCKED_FOR_STAKING = 34


SYSTEM: Final = ""  # the owner of an account that belongs to the network
NO_MARKET: Final = ""
ASSET_ACCOUNTS: Final = (
    AccountType.FEES_INFRASTRUCTURE,
    AccountType.EXTERNAL,
    AccountType.GLOBAL_REWARD,
    AccountType.GLOBAL_INSURANCE,
    AccountType.NETWORK_TREASURY,
    AccountType.PENDING_TRANSFERS,
    AccountType.PENDING_FEE_REFERRAL_REWARD,
)
MARKET_ACCOUNTS: Final = (
    AccountType.INSURANCE,
    AccountType.SETTLEMENT,
    AccountType.FEES_LIQUIDITY,
    AccountType.FEES_MAKER,
    AccountType.LIQUIDITY_FEES_BONUS_DISTRIBUTION,
)


def account_id(type: AccountType, asset: str, owner: str = SYSTEM, market: str = NO_MARKET) -> str:
    """Vega's account id: market or ``!``, owner or ``*``, asset, and the type as a character."""
    return f"{market or '!'}{owner or '*'}{asset}{chr(48 + type)}"


class Account:
    """One balance, asset decimals."""

    __slots__ = ("id", "type", "asset", "owner", "market", "balance")

    def __init__(self, type: AccountType, asset: str, owner: str, market: str) -> None:
        self.id = account_id(type, asset, owner, market)
        self.type = type
        self.asset = asset
        self.owner = owner
        self.market = market
        self.balance = 0

    def __repr__(self) -> str:
        return f"<Account {self.type.name} {self.owner or '*'} {self.market or '!'} {self.balance} {self.asset}>"


Key = tuple[AccountType, str, str, str]  # type, asset, owner, market


class Collateral:
    """All accounts, and the only code that changes a balance."""

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.quanta: dict[str, Decimal] = {}  # enabled assets
        self.accounts: dict[Key, Account] = {}
        self._by_kind: dict[tuple[AccountType, str, str], dict[str, Account]] = {}  # the same, see :meth:`of_kind`

    # -- assets ----------------------------------------------------------------------------------------------------

    def enable_asset(self, asset: str, quantum: Decimal = Decimal(1)) -> None:
        """Open an asset's system accounts."""
        if asset in self.quanta:
            raise Refused("asset already enabled")
        self.quanta[asset] = quantum
        for type in ASSET_ACCOUNTS:
            self.open(type, asset)

    def set_quantum(self, asset: str, quantum: Decimal) -> None:
        """Change what counts as a small amount of an asset."""
        if asset not in self.quanta:
            raise Refused("asset has not been enabled")
        self.quanta[asset] = quantum

    # -- accounts --------------------------------------------------------------------------------------------------

    def find(self, type: AccountType, asset: str, owner: str = SYSTEM, market: str = NO_MARKET) -> Account | None:
        """The account, or None."""
        return self.accounts.get((type, asset, owner, market))

    def open(self, type: AccountType, asset: str, owner: str = SYSTEM, market: str = NO_MARKET) -> Account:
        """The account, created empty when missing."""
        key = (type, asset, owner, market)
        account = self.accounts.get(key)
        if account is None:
            account = self.accounts[key] = Account(type, asset, owner, market)
            self.of_kind(type, asset, market)[owner] = account
            self.bus.send(AccountOpened, account=account.id, type=int(type), asset=asset, owner=owner, market=market)
            self._announce(account)
        return account

    def of_kind(self, type: AccountType, asset: str, market: str = NO_MARKET) -> dict[str, Account]:
        """All accounts of one type by owner, e.g. the margin accounts of a market: to be read, also later on."""
        accounts = self._by_kind.get((type, asset, market))
        if accounts is None:
            accounts = self._by_kind[type, asset, market] = {}
        return accounts

    def close(self, account: Account) -> None:
        """Forget an empty account."""
        assert account.balance == 0, f"closing {account!r}"
        self.accounts.pop((account.type, account.asset, account.owner, account.market), None)
        self.of_kind(account.type, account.asset, account.market).pop(account.owner, None)

    def balance(self, type: AccountType, asset: str, owner: str = SYSTEM, market: str = NO_MARKET) -> int:
        """The account's balance; 0 when there is no such account."""
        account = self.accounts.get((type, asset, owner, market))
        return 0 if account is None else account.balance

    def open_market_accounts(self, market: str, asset: str) -> None:
        """Open the system accounts of a market."""
        for type in MARKET_ACCOUNTS:
            self.open(type, asset, market=market)

    # -- movements -------------------------------------------------------------------------------------------------

    def transfer(self, type: str, amount: int, source: Account, destination: Account) -> None:
        """Move an amount that the source is known to hold; an amount of 0 still leaves a ledger entry.

        Args:
            type: Vega's name of the transfer, e.g. ``TRANSFER_TYPE_MTM_LOSS``.
        """
        assert amount >= 0, f"{type} of {amount}"
        assert source.balance >= amount or source.type is AccountType.EXTERNAL, f"{type} of {amount} from {source!r}"
        source.balance -= amount
        destination.balance += amount
        wanted = self.bus.wanted
        if LedgerMoved in wanted:
            self.bus.send(LedgerMoved, entries=(self._entry(type, amount, source, destination),))
        if AccountUpdated in wanted:
            self._announce(source)
            self._announce(destination)

    def collect(self, type: str, amount: int, sources: Sequence[Account | None], destination: Account) -> int:
        """Take an amount from several accounts in order, as far as they reach; returns what was taken.

        A source that holds the outstanding amount (also when that is 0) gives it and ends the walk, a source that
        holds less gives all, an empty one is passed over: one ledger entry for each that gave.
        """
        outstanding = amount
        entries: list[LedgerEntry] | None = [] if LedgerMoved in self.bus.wanted else None
        touched: list[Account] = []
        for source in sources:
            if source is None:
                continue
            if source.balance >= outstanding:
                taken = outstanding
            elif source.balance > 0:
                taken = source.balance
            else:
                continue
            source.balance -= taken
            destination.balance += taken
            touched.append(source)
            if entries is not None:
                entries.append(self._entry(type, taken, source, destination))
            outstanding -= taken
            if outstanding == 0:
                break
        if entries:
            self.bus.send(LedgerMoved, entries=tuple(entries))
        if touched and AccountUpdated in self.bus.wanted:
            for account in (*touched, destination):
                self._announce(account)
        return amount - outstanding

    # Many at once, for settlements and fees while nobody reads the ledger: balances end as they would one by one.

    @property
    def is_silent(self) -> bool:
        """Nobody listens to movements of money: they need not be told one by one."""
        wanted = self.bus.wanted
        return LedgerMoved not in wanted and AccountUpdated not in wanted

    def share_out(self, source: Account, total: int, shares: Sequence[tuple[Account, int]]) -> None:
        """Move a total, which the source is known to hold, to several accounts that share it."""
        assert source.balance >= total, f"shares of {total} from {source!r}"
        source.balance -= total
        for account, amount in shares:
            account.balance += amount
            total -= amount
        assert total == 0, f"shares of {source!r} are off by {total}"

    def gather(
        self, amounts: Sequence[tuple[str, int]], accounts: Mapping[str, Account], destination: Account
    ) -> list[tuple[str, int]]:
        """Take each party's amount from its account; returns those whose account does not hold theirs, in order.

        Args:
            amounts: parties and what they owe.
            accounts: of :meth:`of_kind`.
        """
        missing: list[tuple[str, int]] = []
        total = 0
        for entry in amounts:
            party, amount = entry
            account = accounts.get(party)
            if account is None or account.balance < amount:
                missing.append(entry)
            else:
                account.balance -= amount
                total += amount
        destination.balance += total
        return missing

    def hand_out(
        self, amounts: Sequence[tuple[str, int]], source: Account, accounts: Mapping[str, Account]
    ) -> list[tuple[str, int]]:
        """Pay each party's amount, which the source is known to hold together, into its account.

        Returns:
            Those without an account, in order.
        """
        missing: list[tuple[str, int]] = []
        total = 0
        for entry in amounts:
            party, amount = entry
            account = accounts.get(party)
            if account is None:
                missing.append(entry)
            else:
                account.balance += amount
                total += amount
        assert source.balance >= total, f"{total} paid out of {source!r}"
        source.balance -= total
        return missing

    # -- in and out ------------------------------------------------------------------------------------------------

    def deposit(self, party: str, asset: str, amount: int) -> None:
        """Credit a party's general account from outside (a party of 64 zeros: the global reward account)."""
        if asset not in self.quanta:
            raise Refused("invalid asset ID")
        if party == "0" * 64:
            account = self.open(AccountType.GLOBAL_REWARD, asset)
        else:
            account = self.open(AccountType.GENERAL, asset, party)
        self.transfer("TRANSFER_TYPE_DEPOSIT", amount, self.open(AccountType.EXTERNAL, asset), account)

    def withdraw(self, party: str, asset: str, amount: int) -> None:
        """Debit a party's general account to the outside."""
        if asset not in self.quanta:
            raise Refused("invalid asset ID")
        account = self.find(AccountType.GENERAL, asset, party)
        if account is None:
            raise Refused("account does not exists")
        if account.balance < amount:
            raise Refused("not enough funds to withdraw")
        self.transfer("TRANSFER_TYPE_WITHDRAW", amount, account, self.open(AccountType.EXTERNAL, asset))

    # -- invariants ------------------------------------------------------------------------------------------------

    def imbalance(self) -> dict[str, int]:
        """Assets whose balances do not add up to zero: empty unless there is a defect."""
        totals: dict[str, int] = dict.fromkeys(self.quanta, 0)
        for account in self.accounts.values():
            totals[account.asset] = totals.get(account.asset, 0) + account.balance
        return {asset: total for asset, total in totals.items() if total}

    def of(self, owner: str) -> Iterable[Account]:
        """Every account of one owner."""
        return (account for account in self.accounts.values() if account.owner == owner)

    def __getstate__(self) -> dict[str, object]:
        return {"bus": self.bus, "quanta": self.quanta, "accounts": self.accounts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.bus, self.quanta, self.accounts = state["bus"], state["quanta"], state["accounts"]
        self._by_kind = {}
        for (type, asset, owner, market), account in self.accounts.items():
            self.of_kind(type, asset, market)[owner] = account

    def _entry(self, type: str, amount: int, source: Account, destination: Account) -> LedgerEntry:
        return LedgerEntry(type, amount, source.asset, source.id, destination.id, source.balance, destination.balance)

    def _announce(self, account: Account) -> None:
        if AccountUpdated in self.bus.wanted:
            self.bus.send(
                AccountUpdated,
                account=account.id,
                type=account.type,
                asset=account.asset,
                owner=account.owner,
                market=account.market,
                balance=account.balance,
            )
