"""A request that the protocol refuses: its own text, and the reason an order event would carry.

A refusal is a result, not a mistake: :meth:`Exchange.execute` catches it at the border of a command and returns it.
Inside the protocol it travels as an exception because it can arise many calls deep; whoever raises it has changed
nothing, or has put back what it changed.
"""

from __future__ import annotations


class Refused(Exception):
    """The protocol says no.

    Args:
        text: exactly the text that Vega returns, e.g. ``margin check failed``.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)
