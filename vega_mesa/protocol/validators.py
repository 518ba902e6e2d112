"""Validators and their scores (0061-REWP, 0064-VALW, 0069-VCBS)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorData:
    """What a validator had in an epoch, asset decimals."""

    node: str
    public_key: str
    self_stake: int
    delegated: int  # by others
    delegators: tuple[tuple[str, int], ...] = ()  # party, amount; ascending by party

    @property
    def total(self) -> int:
        """Own and delegated stake."""
        return self.self_stake + self.delegated


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorScore:
    """The scores of one validator."""

    node: str
    stake_score: Decimal
    performance: Decimal
    validator_score: Decimal
    normalised: Decimal


class Validators:
    """The nodes that exist, with their keys."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        """Node id to public key, in the order of registration."""

    def add(self, node: str, public_key: str = "") -> None:
        """Register a node; its key is its id when none is given."""
        self.keys[node] = public_key or node

    def __contains__(self, node: object) -> bool:
        return node in self.keys
