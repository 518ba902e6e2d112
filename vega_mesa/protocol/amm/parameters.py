"""Network parameters that market makers know (0090-VAMM; 05 §5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(slots=True)
class AMMParameters:
    """The values that have been dispatched; those of an undispatched network before."""

    minimum_commitment_quantum: Decimal = Decimal(0)  # market.amm.minCommitmentQuantum
    calculation_levels: int = 100  # market.liquidity.maxAmmCalculationLevels
