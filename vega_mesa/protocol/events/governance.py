"""Proposals and votes (0028-GOVE)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalUpdated(Event):
    """A proposal as it stands now: ``STATE_OPEN`` etc., and ``PROPOSAL_ERROR_…`` with details when it went wrong."""

    proposal: str
    party: str
    change: str
    state: str
    batch: str = ""
    reference: str = ""
    closing: int = 0  # unix seconds
    enactment: int = 0
    reason: str = ""
    error_details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(Event):
    """A party's vote; weights are 0 until the proposal closes, when every vote is sent again."""

    proposal: str
    party: str
    value: str
    tokens: int = 0
    weight: Decimal = Decimal(0)
    equity_like_share: Decimal = Decimal(0)
