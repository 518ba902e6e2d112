"""Profit and loss as parties see it, computed from events only (03 §4.2). A read-model: no part of the state."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from vega_mesa.protocol.events.bus import EventBus


class PositionStatus(StrEnum):
    """What last befell a position."""

    UNSPECIFIED = "POSITION_STATUS_UNSPECIFIED"
    ORDERS_CLOSED = "POSITION_STATUS_ORDERS_CLOSED"
    CLOSED_OUT = "POSITION_STATUS_CLOSED_OUT"
    DISTRESSED = "POSITION_STATUS_DISTRESSED"


class PartyRecord:
    """One party's profit and loss in one market, asset decimals.

    Attributes:
        market, party: whose.
        open_volume: signed, position decimals, as of the last mark-to-market.
        average: exact average entry price; ``average_entry_price`` is its rounded form.
        realised_exact, unrealised_exact: Decimals; ``realised``, ``unrealised`` the rounded forms.
        taker_fees, maker_fees, other_fees, funding_payments: totals; ``..._since``: since the position was opened.
        status: see :class:`PositionStatus`.
    """

    realised: Decimal
    unrealised: Decimal


class ProfitAndLoss:
    """Profit and loss of every party in every market, fed by the bus.

    Args:
        trades: False leaves trades out: cheaper, but without fees and without the network's own record.
    """

    def __init__(self, bus: EventBus, *, trades: bool = True) -> None:
        raise NotImplementedError

    def record(self, market: str, party: str) -> PartyRecord | None:
        """The party's record; None before the first mark-to-market that names it."""
        raise NotImplementedError

    def of(self, party: str) -> dict[str, PartyRecord]:
        """The party's records by market."""
        raise NotImplementedError
