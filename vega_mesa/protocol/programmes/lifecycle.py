"""What the three programmes have in common: stored when voted, in force from the next epoch, ended with an epoch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Generic, Protocol, TypeVar

from vega_mesa.protocol.events import Event, EventBus

MAX_WINDOW: Final = 200  # epochs that a programme may look back


class Program(Protocol):
    """A version of a programme. ``ends_at`` is in nanoseconds, 0 for never."""

    @property
    def ends_at(self) -> int:
        """When it ends."""

    @property
    def version(self) -> int:
        """How many updates there were up to this one."""


class TakerVolumes(Protocol):
    """The activity tracker, as referrals and volume discounts read it."""

    def taker_notional(self, party: str, /) -> int:
        """What the party traded as aggressor in the running epoch, in units of the quantum."""

    def taker_notionals(self) -> dict[str, int]:
        """The same for all parties that did."""


class MakerFees(Protocol):
    """The activity tracker, as volume rebates read it."""

    def maker_fees_received(self, epochs: int, /) -> dict[str, int]:
        """Maker fees (rebates included) by party over the last closed epochs.

        Each market's amount of each epoch is cut to whole units of the quantum before it is added.
        """


P = TypeVar("P", bound=Program)


class Lifecycle(Generic[P]):
    """Which version of a programme is in force.

    Args:
        started, updated, ended: the events to send.
    """

    def __init__(self, bus: EventBus, started: type[Event], updated: type[Event], ended: type[Event]) -> None:
        self.bus = bus
        self.current: P | None = None
        self.queued: P | None = None
        self.version = 0
        self._events = (started, updated, ended)

    def update(self, program: P) -> None:
        """Store a new version for the next epoch; a later one of the same epoch replaces it."""
        self.version += 1
        versioned: Any = replace(program, version=self.version)  # type: ignore[type-var]
        self.queued = versioned

    def start_epoch(self, epoch: int, now: int) -> bool:
        """Put the stored version in force, and end what is due; returns whether a new version is in force now.

        Emits:
            the programme's started, updated and ended events.
        """
        started, updated, ended = self._events
        replaced = self.queued is not None
        if self.queued is not None:
            kind = started if self.current is None else updated
            self.current, self.queued = self.queued, None
            self.bus.send(kind, program=self.current, epoch=epoch)
        current = self.current
        if current is not None and current.ends_at and current.ends_at <= now:
            self.current = None
            self.bus.send(ended, version=current.version, epoch=epoch)
        return replaced and self.current is not None
