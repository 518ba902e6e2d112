"""What happened: one frozen class a fact, in the past tense, one module a subject."""

from vega_mesa.protocol.events.bus import Event, EventBus, Fields

__all__ = ["Event", "EventBus", "Fields"]
