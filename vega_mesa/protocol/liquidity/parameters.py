"""Network parameters as one market's liquidity engine holds them: in force now, or from the next epoch on."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ZERO, Factor
from vega_mesa.protocol.markets.states import SECOND

UNSET_TIME_STEP: Final = 5 * SECOND  # until the network parameter is dispatched


class LiquidityParameters:
    """Values in force, and those queued for the start of the next epoch. Durations in nanoseconds."""

    __slots__ = (
        "bond_penalty_parameter", "early_exit_penalty", "sla_penalty_slope", "sla_penalty_max",
        "maximum_liquidity_fee_factor_level", "stake_to_ccy_volume", "providers_fee_calculation_time_step",
        "equity_like_share_fee_fraction", "min_lp_stake_quantum_multiple", "queued",
    )  # fmt: skip

    def __init__(self) -> None:
        self.bond_penalty_parameter = Factor(0)
        self.early_exit_penalty = ZERO
        self.sla_penalty_slope = ZERO
        self.sla_penalty_max = ZERO
        self.maximum_liquidity_fee_factor_level = Factor(1)
        self.stake_to_ccy_volume = Factor(0)
        self.providers_fee_calculation_time_step = UNSET_TIME_STEP
        self.equity_like_share_fee_fraction = ZERO
        self.min_lp_stake_quantum_multiple = ZERO
        self.queued: dict[str, Decimal | Factor | int] = {}

    def set(self, name: str, value: Decimal | Factor | int, *, now: bool) -> None:
        """Change a value now, or queue it for the start of the next epoch."""
        if now:
            self.queued.pop(name, None)
            setattr(self, name, value)
        else:
            self.queued[name] = value

    def apply_queued(self) -> None:
        """Put everything that is queued in force."""
        for name, value in self.queued.items():
            setattr(self, name, value)
        self.queued.clear()
