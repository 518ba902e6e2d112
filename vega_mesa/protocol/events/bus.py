"""The event bus: facts for whoever listens, and nothing at all when nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; integers only, no reference to live state.

    ``seq`` counts the events that this bus has sent, without a gap; ``time`` is the network's time in nanoseconds.
    """

    seq: int
    time: int


E = TypeVar("E", bound=Event)
Listener = Callable[[Any], None]
Fields = dict[str, Any]  # of an event, without ``seq`` and ``time``
Tap = Callable[[int, Fields], None]


class EventBus:
    """Delivers events, in order, to the listeners of their type.

    A hot path asks ``if TradeHappened in bus.wanted`` before it gathers the fields of an event; elsewhere
    :meth:`send` asks by itself. Listeners are not part of the state: they do not travel in a snapshot.

    Attributes:
        wanted: the types that somebody listens to or taps.
    """

    def __init__(self) -> None:
        self.now = 0
        self.seq = 0
        self.wanted: set[type[Event]] = set()
        # Tuples, so that who joins or leaves while one is called does not disturb the round.
        self._listeners: dict[type[Event], tuple[Listener, ...]] = {}
        self._taps: dict[type[Event], tuple[Tap, ...]] = {}

    def subscribe(self, types: type[E] | Iterable[type[Event]], listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event of these types from now on; returns what ends it."""
        chosen = [types] if isinstance(types, type) else list(types)
        return self._join(self._listeners, chosen, listener)

    def tap(self, types: type[E] | Iterable[type[Event]], listener: Tap) -> Callable[[], None]:
        """Call ``listener(time, fields)`` at the same moments, for which no event need be made.

        For who writes everything down: the fields may hold what is still changing, so they are to be read at once, and
        neither kept nor changed.
        """
        chosen = [types] if isinstance(types, type) else list(types)
        return self._join(self._taps, chosen, listener)

    def _join(self, joined: dict[type[Event], tuple[Any, ...]], chosen: list[Any], one: Any) -> Callable[[], None]:
        for kind in chosen:
            joined[kind] = (*joined.get(kind, ()), one)
            self.wanted.add(kind)

        def leave() -> None:
            for kind in chosen:
                present = list(joined.get(kind, ()))
                if one in present:
                    present.remove(one)
                if present:
                    joined[kind] = tuple(present)
                else:
                    joined.pop(kind, None)
                if kind not in self._listeners and kind not in self._taps:
                    self.wanted.discard(kind)

        return leave

    def makes(self, kind: type[Event]) -> bool:
        """Whether events of this type are made, which may be kept: somebody listens to them."""
        return kind in self._listeners

    def send(self, kind: type[Event], /, **fields: Any) -> None:
        """Build the event and deliver it, if anybody wants it."""
        if kind not in self.wanted:
            return
        seq = self.seq
        self.seq = seq + 1
        taps = self._taps.get(kind)
        if taps is not None:
            for tap in taps:
                tap(self.now, fields)
        listeners = self._listeners.get(kind)
        if listeners is not None:
            event = kind(seq=seq, time=self.now, **fields)
            for listener in listeners:
                listener(event)

    def __getstate__(self) -> dict[str, int]:
        return {"now": self.now}

    def __setstate__(self, state: dict[str, int]) -> None:
        self.__init__()  # type: ignore[misc]
        self.now = state["now"]
