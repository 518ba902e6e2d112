"""The volume discount programme: who takes much pays less (0084-VDPR)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.programmes import (
    Factors,
    PartyVolumeDiscount,
    VolumeDiscountProgramEnded,
    VolumeDiscountProgramStarted,
    VolumeDiscountProgramUpdated,
    VolumeDiscountStatsUpdated,
)
from vega_mesa.protocol.fees.lookups import ComponentFactors
from vega_mesa.protocol.programmes.lifecycle import MAX_WINDOW, Lifecycle, TakerVolumes
from vega_mesa.protocol.programmes.referral import NO_FACTORS, components


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDiscountTier:
    """Discounts from a running taker volume (quantum) on."""

    minimum_running_notional_taker_volume: int
    discount_factors: Factors


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDiscountProgram:
    """A version of the programme. ``window_length`` in epochs, ``ends_at`` in nanoseconds (0: never)."""

    window_length: int
    benefit_tiers: tuple[VolumeDiscountTier, ...] = ()
    id: str = ""
    ends_at: int = 0
    version: int = 0


class VolumeDiscounts:
    """Taker volumes of the last epochs, and the discounts that follow. The fee engine asks :meth:`discount`."""

    def __init__(self, bus: EventBus, volumes: TakerVolumes) -> None:
        self.bus = bus
        self.volumes = volumes
        self.lifecycle: Lifecycle[VolumeDiscountProgram] = Lifecycle(
            bus, VolumeDiscountProgramStarted, VolumeDiscountProgramUpdated, VolumeDiscountProgramEnded
        )
        self.in_force = False
        self.epochs: deque[dict[str, int]] = deque(maxlen=MAX_WINDOW)
        self.parties: dict[str, None] = {}  # everybody who ever traded as aggressor
        self._running: dict[str, int] = {}  # as of the last computation
        self._factors: dict[str, Factors] = {}
        self._discounts: dict[str, ComponentFactors] = {}

    def update(self, program: VolumeDiscountProgram) -> None:
        """Store a programme for the next epoch, its tiers ascending."""
        tiers = sorted(program.benefit_tiers, key=_by_volume)
        self.lifecycle.update(replace(program, benefit_tiers=tuple(tiers)))

    def on_epoch_end(self, epoch: Epoch) -> None:
        """Keep the epoch's volumes and, with a programme in force, compute the discounts.

        Emits:
            VolumeDiscountStatsUpdated
        """
        volumes = dict(self.volumes.taker_notionals())
        self.epochs.append(volumes)
        for party in volumes:
            self.parties.setdefault(party)
        if self.lifecycle.current is not None:
            self._compute(self.lifecycle.current, epoch.sequence)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Put a new programme in force, with its discounts."""
        if self.lifecycle.start_epoch(epoch.sequence, epoch.start) and self.lifecycle.current is not None:
            self._compute(self.lifecycle.current, epoch.sequence)
        if self.lifecycle.current is None:
            self._factors, self._discounts, self.in_force = {}, {}, False

    def discount(self, party: str, /) -> ComponentFactors | None:
        """Discount of a taker, or None."""
        return self._discounts.get(party)

    def discount_factors(self, party: str) -> Factors:
        """The same as :meth:`discount`, as decimals."""
        return self._factors.get(party, NO_FACTORS)

    def taker_notional(self, party: str) -> int:
        """Taker volume over the window, in units of the quantum, as of the last computation."""
        return self._running.get(party, 0)

    def _compute(self, program: VolumeDiscountProgram, epoch: int) -> None:
        recent = list(self.epochs)[-program.window_length :] if program.window_length else []
        running = dict.fromkeys(sorted(self.parties), 0)
        for volumes in recent:
            for party, volume in volumes.items():
                running[party] += volume
        self._running = running
        self._factors, self._discounts = {}, {}
        stats = []
        for party, volume in running.items():
            factors = NO_FACTORS
            for tier in program.benefit_tiers:
                if volume < tier.minimum_running_notional_taker_volume:
                    break
                factors = tier.discount_factors
            discount = components(factors)
            if discount is not None:
                self._factors[party], self._discounts[party] = factors, discount
            stats.append(PartyVolumeDiscount(party, volume, factors))
        self.in_force = bool(self._discounts)
        self.bus.send(VolumeDiscountStatsUpdated, at_epoch=epoch, stats=tuple(stats))


def _by_volume(tier: VolumeDiscountTier) -> int:
    return tier.minimum_running_notional_taker_volume
