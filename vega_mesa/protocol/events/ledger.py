"""Money that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from vega_mesa.protocol.events.bus import Event


class LedgerEntry(NamedTuple):
    """One movement between two accounts, amounts in asset decimals, balances as they were after it."""

    type: str
    amount: int
    asset: str
    from_account: str
    to_account: str
    from_balance: int
    to_balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMoved(Event):
    """One transfer request carried out: an entry for each account that gave."""

    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """A new account; its balance is 0."""

    account: str
    type: int
    asset: str
    owner: str
    market: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdated(Event):
    """An account's balance after a change (or at its creation)."""

    account: str
    type: int
    asset: str
    owner: str
    market: str
    balance: int
