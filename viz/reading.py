"""What the panels show, as plain numbers: one reading of a model a frame, in people's units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from vega_mesa.experiments.standing import Group


class Level(NamedTuple):
    """A price of the book and all that is offered there or nearer to the middle."""

    price: float
    cumulative: float


class Fill(NamedTuple):
    """A trade: the step in which it happened, on which side the aggressor was, and who traded."""

    step: int
    price: float
    size: float
    bought: bool
    buyer: str = ""
    seller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One row a step, equally long columns; None where the market had no such number."""

    steps: list[int] = field(default_factory=list)
    mark: list[float | None] = field(default_factory=list)
    best_bid: list[float | None] = field(default_factory=list)
    best_ask: list[float | None] = field(default_factory=list)
    volume: list[float | None] = field(default_factory=list)
    insurance: list[float | None] = field(default_factory=list)
    mode: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the panels need of one market of a model at one moment."""

    market: str
    asset: str
    state: str
    mode: str
    trigger: str
    time: str
    block: int
    mark: float | None
    best_bid: float | None
    best_ask: float | None
    open_interest: float
    insurance: float
    conserved: bool
    history: History
    fills: list[Fill]
    bids: list[Level]
    asks: list[Level]
    groups: list[Group]
