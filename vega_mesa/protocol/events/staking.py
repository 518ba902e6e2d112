"""Association, delegation and the scores of validators (0059-STKG). Amounts in asset decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeLinking(Event):
    """Tokens were associated (``TYPE_LINK``) or removed (``TYPE_UNLINK``)."""

    id: str
    party: str
    type: str
    amount: int
    status: str
    finalized_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationBalanceUpdated(Event):
    """What a party has delegated to a node for an epoch."""

    party: str
    node: str
    amount: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorScored(Event):
    """A validator's scores for an epoch. ``status``: ``tendermint`` or ``ersatz``."""

    node: str
    epoch: int
    stake_score: Decimal
    performance: Decimal
    validator_score: Decimal
    normalised_score: Decimal
    ranking_score: Decimal
    status: str = "tendermint"
