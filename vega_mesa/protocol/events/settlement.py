"""A whole market marked to market at once: the compact form of one PositionSettled for every position."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsMarked(Event):
    """Every position of a market was marked to market (0003-MTMK).

    Attributes:
        price: the mark price, asset decimals.
        position_factor: ten to the power of the market's position decimals.
        positions: the positions that changed since the last mark-to-market, in the order of positions, each with its
            trades ``(signed size, price)`` since then; all others only got the new mark.
    """

    market: str
    price: int
    position_factor: Decimal
    positions: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
