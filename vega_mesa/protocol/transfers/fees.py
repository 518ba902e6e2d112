"""What a transfer costs, and the discounts that trading fees earn (0057-TRAN; 06 §7.4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

from vega_mesa.protocol.arithmetic import ZERO, exact, truncate
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.transfers import TransferFeesDiscountUpdated


class Quanta(Protocol):
    """What counts as a small amount of an asset."""

    def quantum(self, id: str, /) -> Decimal:
        """The asset's quantum."""


class TransferFee(NamedTuple):
    """What is paid, and the part of the discount that it used up."""

    amount: int
    discount: int


class TransferFees:
    """The fee of a transfer, and what everybody may save on the next ones. Amounts in asset decimals."""

    def __init__(self, bus: EventBus, quanta: Quanta) -> None:
        self.bus = bus
        self.quanta = quanta
        self.factor = ZERO  # transfer.fee.factor
        self.max_quantum_amount = ZERO  # transfer.fee.maxQuantumAmount
        self.decay = ZERO  # transfer.feeDiscountDecayFraction
        self.min_tracked_amount = ZERO  # transfer.feeDiscountMinimumTrackedAmount
        self._discounts: dict[tuple[str, str], int] = {}  # by party and asset
        self._pending: dict[tuple[str, str], int] = {}  # by asset and party, of the epoch that ends

    # -- fees ------------------------------------------------------------------------------------------------------

    @exact
    def full_fee(self, asset: str, amount: int) -> int:
        """The fee before discounts."""
        limit = self.max_quantum_amount * self.quanta.quantum(asset)
        return truncate(min(amount * self.factor, limit))

    def estimate(self, party: str, asset: str, amount: int, *, free: bool = False) -> TransferFee:
        """The fee after the party's discount, which is kept."""
        if free:
            return TransferFee(0, 0)
        full = self.full_fee(asset, amount)
        reduced = max(0, full - self.available_discount(party, asset))
        return TransferFee(reduced, full - reduced)

    def charge(self, party: str, asset: str, amount: int, *, free: bool = False) -> TransferFee:
        """The fee after the party's discount, which is used up as far as needed."""
        fee = self.estimate(party, asset, amount, free=free)
        if fee.discount:
            self._discounts[party, asset] -= fee.discount
        return fee

    # -- discounts -------------------------------------------------------------------------------------------------

    def available_discount(self, party: str, asset: str) -> int:
        """What the party may save now."""
        return self._discounts.get((party, asset), 0)

    def register(self, asset: str, paid: Mapping[str, int]) -> None:
        """Note what parties paid and received in trading fees in the epoch that ends."""
        for party, amount in paid.items():
            key = (asset, party)
            self._pending[key] = self._pending.get(key, 0) + amount

    @exact
    def on_epoch_end(self, epoch: int) -> None:
        """Let discounts decay and add what was registered; after the epoch's recurring transfers.

        Emits: TransferFeesDiscountUpdated: who had fees first, then the others.
        """
        pending, self._pending = self._pending, {}
        updated = []
        for asset, party in sorted(pending):
            before = self._discounts.get((party, asset), 0)
            self._discounts[party, asset] = self._tracked(asset, before * self.decay + pending[asset, party])
            updated.append((party, asset))
        done = dict.fromkeys(updated)
        for party, asset in sorted(self._discounts):
            if (party, asset) not in done:
                self._discounts[party, asset] = self._tracked(asset, self._discounts[party, asset] * self.decay)
                updated.append((party, asset))
        if TransferFeesDiscountUpdated in self.bus.wanted:
            for party, asset in updated:
                amount = self._discounts[party, asset]
                self.bus.send(TransferFeesDiscountUpdated, party=party, asset=asset, amount=amount, epoch=epoch)
        for key in [key for key, amount in self._discounts.items() if not amount]:
            del self._discounts[key]

    def _tracked(self, asset: str, discount: Decimal) -> int:
        if discount < self.min_tracked_amount * self.quanta.quantum(asset):
            return 0
        return truncate(discount)
