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


class EventBus:
    """Delivers events, in order, to the listeners of their type.

    A hot path asks ``if TradeHappened in bus.wanted`` before it gathers the fields of an event; elsewhere
    :meth:`send` asks by itself. Listeners are not part of the state: they do not travel in a snapshot.
    """

    def __init__(self) -> None:
        self.now = 0
        self.seq = 0
        self.wanted: set[type[Event]] = set()
        self._listeners: dict[type[Event], list[Listener]] = {}

    def subscribe(self, types: type[E] | Iterable[type[Event]], listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event of these types from now on; returns what ends it."""
        chosen = [types] if isinstance(types, type) else list(types)
        for kind in chosen:
            self._listeners.setdefault(kind, []).append(listener)
            self.wanted.add(kind)

        def unsubscribe() -> None:
            for kind in chosen:
                listeners = self._listeners.get(kind, [])
                if listener in listeners:
                    listeners.remove(listener)
                if not listeners:
                    self._listeners.pop(kind, None)
                    self.wanted.discard(kind)

        return unsubscribe

    def send(self, kind: type[Event], /, **fields: Any) -> None:
        """Build the event and deliver it, if anybody wants it."""
        if kind not in self.wanted:
            return
        event = kind(seq=self.seq, time=self.now, **fields)
        self.seq += 1
        for listener in tuple(self._listeners[kind]):
            listener(event)

    def __getstate__(self) -> dict[str, int]:
        return {"now": self.now}

    def __setstate__(self, state: dict[str, int]) -> None:
        self.__init__()  # type: ignore[misc]
        self.now = state["now"]
