"""What margin levels ask for: a transfer in, a transfer out, or nothing (0019-MCAL, 0010-MARG, 0011-MARA)."""

from __future__ import annotations

from vega_mesa.protocol.margin.levels import MarginLevels
from vega_mesa.protocol.refusal import Refused

MARGIN_CHECK_FAILED = "margin check failed"


class MarginMove:
    """A transfer that margins ask for.

    ``amount`` is positive into the margin account (``TRANSFER_TYPE_MARGIN_LOW``), negative or zero out of it
    (``TRANSFER_TYPE_MARGIN_HIGH`` of ``-amount``; a zero release is made too). ``minimum`` is what must arrive.
    """

    __slots__ = ("amount", "minimum")

    def __init__(self, amount: int, minimum: int = 0) -> None:
        self.amount = amount
        self.minimum = minimum

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MarginMove) and (self.amount, self.minimum) == (other.amount, other.minimum)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"MarginMove({self.amount}, minimum={self.minimum})"


def for_order(levels: MarginLevels, margin: int, general: int, bond: int = 0) -> MarginMove | None:
    """What a new or amended order of a cross-margin party moves (None: nothing).

    Raises:
        Refused: ``margin check failed``: margin, general and bond together are less than the initial margin.
    """
    if margin + general + bond < levels.initial:
        raise Refused(MARGIN_CHECK_FAILED)
    if margin >= levels.initial:
        return None
    return MarginMove(levels.initial - margin, max(0, levels.maintenance - margin))


def at_mark(levels: MarginLevels, margin: int, in_auction: bool = False) -> MarginMove | None:
    """What a mark-to-market, recheck or repricing moves for a cross-margin party (None: nothing).

    Not for a party without volume and orders: its whole margin is released, see :func:`is_empty`.
    """
    if margin < levels.search:
        return MarginMove(levels.initial - margin, max(0, levels.maintenance - margin))
    if margin < levels.release or in_auction:
        return None
    return MarginMove(levels.initial - margin)


def is_empty(size: int, buy: int, sell: int) -> bool:
    """Whether nothing of a party is left in the market: its whole margin is released, and all its levels are 0."""
    return size == 0 and buy == 0 and sell == 0
