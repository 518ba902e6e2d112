"""The event bus: listeners get events, taps their fields."""

from dataclasses import dataclass

from vega_mesa.protocol.events import Event, EventBus


@dataclass(frozen=True, slots=True, kw_only=True)
class Rained(Event):
    drops: int


def test_a_tap_gets_the_fields_and_no_event_is_made_for_it():
    bus, told, events = EventBus(), [], []
    bus.now = 7
    stop = bus.tap(Rained, lambda time, fields: told.append((time, dict(fields))))
    assert Rained in bus.wanted and not bus.makes(Rained)
    bus.send(Rained, drops=1)
    leave = bus.subscribe(Rained, events.append)
    assert bus.makes(Rained)
    bus.send(Rained, drops=2)
    stop()
    bus.send(Rained, drops=3)
    leave()
    bus.send(Rained, drops=4)
    assert told == [(7, {"drops": 1}), (7, {"drops": 2})]
    assert events == [Rained(seq=1, time=7, drops=2), Rained(seq=2, time=7, drops=3)]
    assert not bus.wanted


def test_who_leaves_while_it_is_told_hinders_nobody():
    bus, told = EventBus(), []

    def once(event):
        told.append("once")
        leave()

    leave = bus.subscribe(Rained, once)
    bus.subscribe(Rained, lambda event: told.append("always"))
    bus.send(Rained, drops=1)
    bus.send(Rained, drops=1)
    assert told == ["once", "always", "always"]
