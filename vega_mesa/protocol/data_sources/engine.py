"""Delivers data to whoever subscribed: signed messages, Ethereum calls, and the network's own time (0046-DSRM)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from vega_mesa.protocol.data_sources.matching import earliest_time, filters_hold, read_value
from vega_mesa.protocol.data_sources.specification import (
    BUILTIN,
    TIME_TRIGGER,
    TIMESTAMP,
    DataSourceSpec,
    spec_id,
)
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.network import OracleDataReceived
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.refusal import Refused

TIMES: Final = ("eth-block-time", "open-oracle-timestamp", "vega-time")


class DataListener(Protocol):
    """Who takes data: a market, never a closure."""

    def on_data(self, key: str, properties: Mapping[str, str], metadata: Mapping[str, str]) -> None:
        """Take data that matched the subscription ``key``; a Refused raised here is logged, nothing more."""


class Subscription:
    """One listener's interest in one spec; a plain record."""

    __slots__ = ("id", "key", "listener", "spec")

    def __init__(self, id: int, spec: str, listener: DataListener, key: str) -> None:
        self.id = id
        self.spec = spec
        self.listener = listener
        self.key = key


class _Source:
    """An active spec: its definition as the first subscriber gave it, and its subscribers in order.

    Attributes:
        earliest: seconds since 1970 before which the network's time cannot match it.
    """

    __slots__ = ("builtin", "earliest", "id", "spec", "subscriptions")

    def __init__(self, id: str, spec: DataSourceSpec) -> None:
        self.id = id
        self.spec = spec
        self.subscriptions: list[Subscription] = []
        self.builtin = all(f.property in (TIMESTAMP, TIME_TRIGGER) for f in spec.filters)
        self.earliest = earliest_time(spec)

    @property
    def ignores_signers(self) -> bool:
        """Whether a built-in timestamp among the filters switches the test of signers off."""
        return any(f.type == "TYPE_TIMESTAMP" and f.property.startswith(BUILTIN) for f in self.spec.filters)


def data_time(metadata: Mapping[str, str]) -> int:
    """When the data were made, nanoseconds: the block of Ethereum, the open oracle's time, or the network's time."""
    for name in TIMES:
        text = metadata.get(name, "")
        if text.isdecimal() and len(text) < 20:
            return int(text) * SECOND
    return 0


class DataSources:
    """All subscriptions, and the next firing of every schedule.

    Specs are asked in the order of their first subscription, subscribers of a spec in the order they joined; all
    matching is decided before the first subscriber is called.
    """

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.refusals: list[str] = []
        """Texts that subscribers refused the last broadcast with (the network only logs them)."""
        self._sources: dict[str, _Source] = {}
        self._builtin: list[_Source] = []  # the sources that the network's time can match
        self._next_firing: dict[str, int] = {}  # unix seconds, by spec id
        self._last_id = 0

    # -- subscriptions ---------------------------------------------------------------------------------------------

    def subscribe(self, spec: DataSourceSpec, listener: DataListener, key: str, now: int = 0) -> int:
        """Deliver what matches the spec to ``listener.on_data(key, …)`` from now on.

        A later subscriber of the same spec id gets the first one's filters and signers.

        Args:
            now: network time, nanoseconds; a schedule counts from here unless it was armed before.

        Returns:
            The subscription's number, for :meth:`unsubscribe`.
        """
        id = spec_id(spec)
        source = self._sources.get(id)
        if source is None:
            source = self._sources[id] = _Source(id, spec)
            if source.builtin:
                self._builtin.append(source)
            self.arm(spec, now)
        self._last_id += 1
        source.subscriptions.append(Subscription(self._last_id, id, listener, key))
        return self._last_id

    def unsubscribe(self, subscription: int) -> None:
        """End a subscription; an unknown number does nothing."""
        for source in self._sources.values():
            for position, entry in enumerate(source.subscriptions):
                if entry.id == subscription:
                    del source.subscriptions[position]
                    self._drop_if_unused(source)
                    return

    def unsubscribe_all(self, listener: DataListener) -> None:
        """End every subscription of a listener."""
        for source in list(self._sources.values()):
            source.subscriptions = [entry for entry in source.subscriptions if entry.listener is not listener]
            self._drop_if_unused(source)

    def arm(self, spec: DataSourceSpec, now: int) -> None:
        """Start a spec's schedule before anybody subscribes; does nothing when it runs already."""
        trigger, id = spec.time_trigger, spec_id(spec)
        if trigger is None or id in self._next_firing:
            return
        seconds = now // SECOND
        first = seconds if trigger.initial is None else trigger.initial
        if first <= seconds and trigger.every > 0 and trigger.initial is not None:
            first += -((first - seconds) // trigger.every) * trigger.every
        self._next_firing[id] = first

    def is_active(self, id: str) -> bool:
        """Whether anybody listens to a spec."""
        return id in self._sources

    def _drop_if_unused(self, source: _Source) -> None:
        if not source.subscriptions:
            self._sources.pop(source.id, None)
            self._next_firing.pop(source.id, None)
            if source in self._builtin:
                self._builtin.remove(source)

    # -- data ------------------------------------------------------------------------------------------------------

    def check_submission(self, signers: Sequence[str], properties: Mapping[str, str]) -> None:
        """Refuse a transaction of a data provider that nobody waits for (what a node asks before it takes one).

        Raises:
            Refused: with the network's text.
        """
        if any(name.startswith(BUILTIN) for name in properties):
            raise Refused("property key is reserved")
        if not any(signer in source.spec.signers for source in self._sources.values() for signer in signers):
            raise Refused("no one listens to the public keys that signed this oracle data")
        if not self._matching(self._sources.values(), signers, properties, ""):
            raise Refused("there are no subscribes to the oracle data")

    def submit(
        self,
        signers: Sequence[str],
        properties: Mapping[str, str],
        metadata: Mapping[str, str] | None = None,
        *,
        now: int | None = None,
        ethereum_call: str = "",
    ) -> tuple[str, ...]:
        """Broadcast one message.

        Args:
            signers: keys that signed; data without signers pass every test of signers.
            properties: all values as text.
            metadata: e.g. ``{"eth-block-time": "1700000000"}``, seconds.
            now: network time, nanoseconds; the bus's clock when absent.
            ethereum_call: the spec id whose contract call gave these data.

        Returns:
            Ids of the specs that matched; empty when the data were discarded.

        Raises:
            Refused: a value or condition does not parse; nobody got anything.

        Emits: OracleDataReceived after the subscribers were called, when anything matched.
        """
        matched = self._matching(self._sources.values(), signers, properties, ethereum_call)
        if not matched:
            return ()
        when = self.bus.now if now is None else now
        return self._deliver(matched, signers, properties, dict(metadata or {}), when // SECOND)

    def tick(self, now: int) -> tuple[str, ...]:
        """Broadcast the network's time: timestamp and schedules. Cheap when nobody waits for it."""
        seconds = now // SECOND
        waiting = [source for source in self._builtin if source.earliest <= seconds]
        if not waiting:
            return ()
        properties = {TIMESTAMP: str(seconds), TIME_TRIGGER: str(seconds)}
        matched = self._matching(waiting, (), properties, "")
        if not matched:
            return ()
        return self._deliver(matched, (), properties, {"vega-time": str(seconds)}, seconds)

    def _deliver(
        self,
        matched: list[_Source],
        signers: Sequence[str],
        properties: Mapping[str, str],
        metadata: dict[str, str],
        seconds: int,
    ) -> tuple[str, ...]:
        if not data_time(metadata):
            metadata["vega-time"] = str(seconds)
        ids = tuple(source.id for source in matched)
        self.refusals = []
        for entry in [entry for source in matched for entry in source.subscriptions]:
            try:
                entry.listener.on_data(entry.key, properties, metadata)
            except Refused as refused:
                self.refusals.append(refused.text)
        self.bus.send(
            OracleDataReceived,
            signers=tuple(signers),
            properties=tuple(properties.items()),
            metadata=tuple(metadata.items()),
            specs=ids,
        )
        return ids

    def _matching(
        self, sources: Iterable[_Source], signers: Sequence[str], properties: Mapping[str, str], call: str
    ) -> list[_Source]:
        builtin = all(name.startswith(BUILTIN) for name in properties)
        return [source for source in sources if self._matches(source, signers, properties, call, builtin)]

    def _matches(
        self, source: _Source, signers: Sequence[str], properties: Mapping[str, str], call: str, builtin: bool
    ) -> bool:
        spec = source.spec
        if not builtin and not source.ignores_signers and any(signer not in spec.signers for signer in signers):
            return False
        if (call or spec.ethereum_call is not None) and call != source.id:
            return False
        if TIME_TRIGGER in properties and spec.time_trigger is not None and not self._fires(source, properties):
            return False
        return filters_hold(spec, properties)

    def _fires(self, source: _Source, properties: Mapping[str, str]) -> bool:
        seconds = read_value("TYPE_TIMESTAMP", properties[TIME_TRIGGER])
        assert isinstance(seconds, int)
        due = self._next_firing[source.id]
        if due >= seconds:
            return False
        every = source.spec.time_trigger.every if source.spec.time_trigger else 0
        if every > 0:
            self._next_firing[source.id] = due + -((due - seconds) // every) * every
        else:
            self._next_firing[source.id] = 2**63  # once
        return True
