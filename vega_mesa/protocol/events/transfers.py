"""Transfers between accounts, and what they cost (0057-TRAN). Amounts in asset decimals."""

from __future__ import annotations

from dataclasses import dataclass

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferUpdated(Event):
    """A transfer as it stands: ``STATUS_PENDING``, ``…_DONE``, ``…_REJECTED``, ``…_STOPPED`` or ``…_CANCELLED``.

    ``transfer_type``: ``one-off``, ``recurring``, ``governance one-off`` or ``governance recurring``. ``amount``: as
    it was asked for. ``game``: the reward that a strategy stands for.
    """

    id: str
    source: str
    source_account_type: int
    destination: str
    destination_account_type: int
    asset: str
    amount: int
    transfer_type: str
    status: str
    reason: str = ""
    game: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFeePaid(Event):
    """A transfer's fee, and the discount that it used."""

    transfer: str
    party: str
    asset: str
    amount: int
    discount: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFeesDiscountUpdated(Event):
    """What a party may save on fees of future transfers."""

    party: str
    asset: str
    amount: int
    epoch: int
