"""Deposits and withdrawals (0030-ETHM). Amounts in asset decimals, times in nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositUpdated(Event):
    """A deposit as it stands now: ``STATUS_OPEN``, ``STATUS_FINALIZED`` and so on."""

    deposit: str
    party: str
    asset: str
    amount: int
    status: str
    credited_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalUpdated(Event):
    """A withdrawal as it stands now. ``transaction``: the one on Ethereum that paid it out."""

    withdrawal: str
    party: str
    asset: str
    amount: int
    status: str
    reference: int = 0
    receiver: str = ""
    transaction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSigned(Event):
    """Enough validators signed what a contract on Ethereum wants signed: ``listAsset``, ``withdrawAsset`` and so on."""

    resource: str
    function: str
    signatures: int
