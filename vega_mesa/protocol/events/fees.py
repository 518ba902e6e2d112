"""Fees of an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from vega_mesa.protocol.events.bus import Event


class PartyAmount(NamedTuple):
    """An amount in asset decimals, and the same in units of the asset's quantum."""

    party: str
    amount: int
    quantum_amount: Decimal


class PairAmounts(NamedTuple):
    """Amounts that one party generated for, or received from, others."""

    party: str
    amounts: tuple[PartyAmount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesStats(Event):
    """Fees, discounts and rewards of one market in the epoch that ends; each list ascending by party."""

    market: str
    asset: str
    epoch: int
    total_rewards_received: tuple[PartyAmount, ...]
    referrer_rewards_generated: tuple[PairAmounts, ...]
    referees_discount_applied: tuple[PartyAmount, ...]
    volume_discount_applied: tuple[PartyAmount, ...]
    total_maker_fees_received: tuple[PartyAmount, ...]
    maker_fees_generated: tuple[PairAmounts, ...]
    total_fees_paid_and_received: tuple[PartyAmount, ...]
