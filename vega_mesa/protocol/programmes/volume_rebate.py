"""The high-volume maker rebate programme: who makes much of the volume earns more (0095-HVMR)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from vega_mesa.protocol.arithmetic import ONE, ZERO, Factor, divide, exact
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.programmes import (
    PartyVolumeRebate,
    VolumeRebateProgramEnded,
    VolumeRebateProgramStarted,
    VolumeRebateProgramUpdated,
    VolumeRebateStatsUpdated,
)
from vega_mesa.protocol.programmes.lifecycle import Lifecycle, MakerFees


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRebateTier:
    """A rebate factor from a fraction of all maker fees on."""

    minimum_party_maker_volume_fraction: Decimal
    additional_maker_rebate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRebateProgram:
    """A version of the programme. ``window_length`` in epochs, ``ends_at`` in nanoseconds (0: never)."""

    window_length: int
    benefit_tiers: tuple[VolumeRebateTier, ...] = ()
    id: str = ""
    ends_at: int = 0
    version: int = 0


class VolumeRebates:
    """Makers' parts of the volume, and the rebates that follow. The fee engine asks :meth:`rebate`."""

    def __init__(self, bus: EventBus, fees: MakerFees) -> None:
        self.bus = bus
        self.fees = fees
        self.lifecycle: Lifecycle[VolumeRebateProgram] = Lifecycle(
            bus, VolumeRebateProgramStarted, VolumeRebateProgramUpdated, VolumeRebateProgramEnded
        )
        self.in_force = False
        self.buy_back_fee = ZERO
        self.treasury_fee = ZERO
        self.fractions: dict[str, Decimal] = {}
        self._rebates: dict[str, Decimal] = {}  # of the tier, not capped
        self._capped: dict[str, Factor] = {}

    def set_buyback_fee(self, factor: Decimal) -> None:
        """``market.fee.factors.buybackFee``, as far as it was ever dispatched: part of the cap."""
        self.buy_back_fee = factor
        self._cap()

    def set_treasury_fee(self, factor: Decimal) -> None:
        """``market.fee.factors.treasuryFee``, as far as it was ever dispatched: part of the cap."""
        self.treasury_fee = factor
        self._cap()

    def update(self, program: VolumeRebateProgram) -> None:
        """Store a programme for the next epoch, its tiers ascending."""
        tiers = sorted(program.benefit_tiers, key=_by_fraction)
        self.lifecycle.update(replace(program, benefit_tiers=tuple(tiers)))

    def on_epoch_end(self, epoch: Epoch) -> None:
        """With a programme in force, compute the rebates; after the activity tracker has closed the epoch.

        Emits:
            VolumeRebateStatsUpdated
        """
        if self.lifecycle.current is not None:
            self._compute(self.lifecycle.current, epoch.sequence)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Put a new programme in force, with its rebates."""
        if self.lifecycle.start_epoch(epoch.sequence, epoch.start) and self.lifecycle.current is not None:
            self._compute(self.lifecycle.current, epoch.sequence)
        if self.lifecycle.current is None:
            self.fractions, self._rebates = {}, {}
            self._cap()

    def rebate(self, party: str, /) -> Factor | None:
        """Rebate factor of a maker under the present cap, or None."""
        return self._capped.get(party)

    def rebate_factor(self, party: str) -> Decimal:
        """The same as :meth:`rebate`, as a decimal."""
        factor = self._capped.get(party)
        return ZERO if factor is None else factor.decimal

    def maker_volume_fraction(self, party: str) -> Decimal:
        """The party's part of all maker fees, as of the last computation."""
        return self.fractions.get(party, ZERO)

    @exact
    def _compute(self, program: VolumeRebateProgram, epoch: int) -> None:
        received = self.fees.maker_fees_received(program.window_length)
        self.fractions = volume_fractions(received)
        before, self._rebates = self._rebates, {}
        stats = []
        for party in sorted({**self.fractions, **before}):
            fraction = self.fractions.get(party, ZERO)
            rebate = ZERO
            for tier in program.benefit_tiers:
                if fraction < tier.minimum_party_maker_volume_fraction:
                    break
                rebate = tier.additional_maker_rebate
            if rebate:
                self._rebates[party] = rebate
            stats.append(PartyVolumeRebate(party, fraction, received.get(party, 0), rebate))
        self._cap()
        self.bus.send(VolumeRebateStatsUpdated, at_epoch=epoch, stats=tuple(stats))

    @exact
    def _cap(self) -> None:
        most = self.buy_back_fee + self.treasury_fee
        self._capped = {party: Factor(min(rebate, most)) for party, rebate in self._rebates.items()}
        self.in_force = bool(most) and bool(self._capped)


@exact
def volume_fractions(received: dict[str, int]) -> dict[str, Decimal]:
    """Each party's part of a total; what rounding adds beyond 1 is taken off the largest."""
    total = sum(received.values())
    if not total:
        return {}
    fractions = {party: divide(amount, total) for party, amount in sorted(received.items())}
    excess = sum(fractions.values(), ZERO) - ONE
    if excess > 0:
        largest = max(fractions, key=fractions.__getitem__)
        fractions[largest] -= excess
    return fractions


def _by_fraction(tier: VolumeRebateTier) -> Decimal:
    return tier.minimum_party_maker_volume_fraction
