"""What the panels show, as plain numbers: one reading of a market a frame, in people's units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Level(NamedTuple):
    """A price of the book and all that is offered there or nearer to the middle."""

    price: float
    cumulative: float


class Fill(NamedTuple):
    """A trade: when it happened, who began it and who traded."""

    block: int
    time: int  # ns
    price: float
    size: float
    side: str  # of who took: "buy" or "sell", empty in an auction
    buyer: str = ""
    seller: str = ""


class Sample(NamedTuple):
    """A market at the end of a block; None where it had no such number."""

    block: int
    time: int  # ns
    mark: float | None
    best_bid: float | None
    best_ask: float | None
    low: float | None  # prices beyond which an auction begins
    high: float | None
    insurance: float
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the panels need of one market at one moment."""

    market: str = "No market yet"
    asset: str = ""
    state: str = "not proposed"
    mode: str = "no trading"
    trigger: str = ""
    time: str
    block: int
    mark: float | None = None
    best_bid: float | None = None
    best_ask: float | None = None
    bounds: tuple[float, float] | None = None  # prices beyond which an auction begins
    indicative: tuple[float, float] | None = None  # price and volume if the auction ended now
    open_interest: float = 0.0
    insurance: float = 0.0
    conserved: bool
    now: Sample | None = None  # as it would be sampled if the block ended now
    history: list[Sample] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    bids: list[Level] = field(default_factory=list)
    asks: list[Level] = field(default_factory=list)
