"""What commands of automated market makers must look like before they enter a block (0090-VAMM; 05 §6.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)

REQUIRED: Final = "is required"
POSITIVE: Final = "must be positive"
NOT_NEGATIVE: Final = "must be positive or zero"
Problem = tuple[str, str]  # property, message


def submission(command: SubmitAMM) -> list[Problem]:
    """What is wrong with a new market maker."""
    path = "submit_amm"
    problems = [] if command.market_id else [(f"{path}.market_id", REQUIRED)]
    problems += _slippage(command.slippage_tolerance, path)
    if command.commitment_amount <= 0:
        problems.append((f"{path}.commitment_amount", POSITIVE))
    if command.proposed_fee <= 0:
        problems.append((f"{path}.proposed_fee", POSITIVE))
    problems += _trigger(command.minimum_price_change_trigger)
    return problems + _parameters(command.concentrated_liquidity_parameters, path)


def amendment(command: AmendAMM) -> list[Problem]:
    """What is wrong with a change of a market maker."""
    path = "amend_amm"
    problems = [] if command.market_id else [(f"{path}.market_id", REQUIRED)]
    problems += _slippage(command.slippage_tolerance, path)
    amount, fee, parameters = command.commitment_amount, command.proposed_fee, command.concentrated_liquidity_parameters
    if amount is None and fee is None and parameters is None:
        problems.append((path, "no updates provided"))
    if amount is not None and amount <= 0:
        problems.append((f"{path}.commitment_amount", POSITIVE))
    if fee is not None and fee <= 0:
        problems.append((f"{path}.proposed_fee", POSITIVE))
    problems += _trigger(command.minimum_price_change_trigger)
    return problems if parameters is None else problems + _parameters(parameters, path)


def cancellation(command: CancelAMM) -> list[Problem]:
    """What is wrong with the end of a market maker."""
    problems = [] if command.market_id else [("cancel_amm.market_id", REQUIRED)]
    if command.method is AMMCancelMethod.UNSPECIFIED:
        problems.append(("cancel_amm.method", REQUIRED))
    return problems


def _slippage(value: Decimal, path: str) -> list[Problem]:
    if 0 < value <= 1:
        return []
    return [(f"{path}.slippage_tolerance", "must be between 0 (excluded) and 1 (included)")]


def _trigger(value: Decimal) -> list[Problem]:
    # told of the fee of a submission, whatever the command: a slip of the protocol
    return [("submit_amm.proposed_fee", NOT_NEGATIVE)] if value < 0 else []


def _parameters(wanted: ConcentratedLiquidityParameters, path: str) -> list[Problem]:
    path += ".concentrated_liquidity_parameters"
    base, lower, upper = wanted.base, wanted.lower_bound, wanted.upper_bound
    problems: list[Problem] = []
    if base is None and wanted.data_source_id is None:
        problems.append((f"{path}.base", REQUIRED))
    if lower is None and upper is None:
        problems.append((f"{path}.lower_bound", "lower_bound and upper_bound cannot both be empty"))
    for name, price in (("base", base), ("lower_bound", lower), ("upper_bound", upper)):
        if price is not None and price <= 0 and not (name == "base" and wanted.data_source_id is not None):
            problems.append((f"{path}.{name}", POSITIVE))
    if base is not None and wanted.data_source_id is None:
        if lower is not None and base <= lower:
            problems.append((f"{path}.base", "should be a bigger value than lower_bound"))
        if upper is not None and base >= upper:
            problems.append((f"{path}.base", "should be a smaller value than upper_bound"))
    for name, leverage in (
        ("leverage_at_lower_bound", wanted.leverage_at_lower_bound),
        ("leverage_at_upper_bound", wanted.leverage_at_upper_bound),
    ):
        if leverage is not None and leverage < 0:
            problems.append((f"{path}.{name}", POSITIVE))
    if wanted.data_source_id is not None and not re.fullmatch("[0-9a-fA-F]{64}", wanted.data_source_id):
        problems.append((f"{path}.data_source_id", "should be a valid Vega ID"))
    return problems
