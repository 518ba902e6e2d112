"""Funding periods of perpetuals and the prices that they are measured by (0053-PERP)."""

from __future__ import annotations

from dataclasses import dataclass

from vega_mesa.protocol.events.bus import Event

EXTERNAL, INTERNAL = "SOURCE_EXTERNAL", "SOURCE_INTERNAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPeriodUpdated(Event):
    """A funding period began or ended. None stands for what is not known, or not known yet.

    Attributes:
        sequence: number of the period in its market, from 0.
        start, end: nanoseconds; ``end`` is None while the period runs.
        internal_twap, external_twap: time-weighted average prices at the end (of a period that begins: at its start),
            asset decimals, as text.
        funding_payment: what one whole unit of a long position paid, asset decimals, as text; None: nothing was paid.
        funding_rate: the payment as a share of the external average, as text.
    """

    market: str
    sequence: int
    start: int
    end: int | None = None
    internal_twap: str | None = None
    external_twap: str | None = None
    funding_payment: str | None = None
    funding_rate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPeriodDataPointAdded(Event):
    """A price joined one of the two series of a funding period.

    Attributes:
        sequence: number of the period.
        source: ``SOURCE_EXTERNAL`` or ``SOURCE_INTERNAL``.
        price, twap: asset decimals; the average is the one at the point's own time.
        timestamp: nanoseconds.
    """

    market: str
    sequence: int
    source: str
    price: int
    timestamp: int
    twap: int
