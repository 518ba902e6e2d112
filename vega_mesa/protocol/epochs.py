"""Epochs: the network's longer beat, rolled by blocks (0050-EPOC).

A tick whose time is strictly after the expiry makes the running block the last one of the epoch; the end of that block
arms the change; the next tick ends the old epoch and starts the new one with its own time. So with blocks of a second
an epoch lasts two blocks longer than its length, and an epoch without length changes every two blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.network import EpochEvent

END: Final = "EPOCH_ACTION_END"
START: Final = "EPOCH_ACTION_START"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch; times in nanoseconds, ``end`` 0 while it runs."""

    sequence: int
    start: int
    expiry: int
    end: int = 0


class EpochListener(Protocol):
    """Who hears of epochs: the exchange, which tells its engines in the protocol's order."""

    def on_epoch_end(self, epoch: Epoch) -> None:
        """The epoch ended (its ``end`` is the tick's time)."""

    def on_epoch_start(self, epoch: Epoch) -> None:
        """The epoch started at the tick's time."""


class Epochs:
    """The running epoch. The same rule serves a node and a bare exchange: who never ends blocks rolls no epoch."""

    def __init__(self, bus: EventBus, length: int = 0) -> None:
        self.bus = bus
        self.length = length
        """Nanoseconds; a change takes effect at the next start (the running epoch keeps its expiry)."""
        self.current: Epoch | None = None
        self._last_block = False
        self._armed = False

    @property
    def sequence(self) -> int:
        """Number of the running epoch, 0 before the first tick too."""
        return 0 if self.current is None else self.current.sequence

    def tick(self, now: int, listener: EpochListener) -> None:
        """Take a block's time, before any other engine does.

        Emits: EpochEvent of the end, then of the start, when the epoch changes; each just before its notification.
        """
        if self.current is None:
            if now > 0:
                self._start(0, now, listener)
            return
        if self._armed:
            self._armed = self._last_block = False
            ended = self.current
            ended = Epoch(sequence=ended.sequence, start=ended.start, expiry=ended.expiry, end=now)
            self._send(ended, END)
            listener.on_epoch_end(ended)
            self._start(ended.sequence + 1, now, listener)
        elif now > self.current.expiry:
            self._last_block = True

    def block_end(self) -> None:
        """Take the end of a block: arms the change of epoch when this was the last block."""
        if self._last_block:
            self._armed = True

    def _start(self, sequence: int, now: int, listener: EpochListener) -> None:
        self.current = Epoch(sequence=sequence, start=now, expiry=now + self.length)
        self._send(self.current, START)
        listener.on_epoch_start(self.current)

    def _send(self, epoch: Epoch, action: str) -> None:
        self.bus.send(
            EpochEvent,
            sequence=epoch.sequence,
            action=action,
            start=epoch.start,
            expiry=epoch.expiry,
            end=epoch.end,
        )
