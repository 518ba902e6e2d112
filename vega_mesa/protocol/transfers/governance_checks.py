"""What a proposed transfer of the network's money must look like (0028-GOVE; 06 §10.2)."""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.transfers import GovernanceTransfer, OneOffTransfer, RecurringTransfer
from vega_mesa.protocol.transfers.checks import METRIC_REWARDS
from vega_mesa.protocol.transfers.strategy_checks import NOT_NEGATIVE, POSITIVE, REQUIRED, Problem, strategy_problems

NOT_VALID: Final = "is not a valid value"
_ANYWHERE: Final = (AccountType.GENERAL, AccountType.INSURANCE, AccountType.GLOBAL_REWARD, *METRIC_REWARDS)
DESTINATIONS: Final = {
    AccountType.NETWORK_TREASURY: (*_ANYWHERE, AccountType.GLOBAL_INSURANCE),
    AccountType.INSURANCE: (*_ANYWHERE, AccountType.GLOBAL_INSURANCE, AccountType.NETWORK_TREASURY),
    AccountType.GLOBAL_INSURANCE: (*_ANYWHERE, AccountType.NETWORK_TREASURY),
}
WITH_DESTINATION: Final = (AccountType.GENERAL, AccountType.INSURANCE)


def governance_transfer_problems(transfer: GovernanceTransfer, path: str) -> list[Problem]:
    """What is wrong with a proposed transfer.

    Args:
        path: of the change in the proposal.
    """
    problems = _accounts(transfer)
    if not transfer.asset:
        problems.append(("asset", REQUIRED))
    if not 0 < transfer.fraction_of_balance <= 1:
        problems.append(("fraction_of_balance", "must be between 0 (excluded) and 1 (included)"))
    if transfer.amount < 0:
        problems.append(("amount", NOT_NEGATIVE))
    if isinstance(transfer.kind, OneOffTransfer):
        problems += _one_off(transfer, transfer.kind)
    else:
        problems += _recurring(transfer, transfer.kind)
    return [(f"{path}.{name}", message) for name, message in problems]


def _accounts(transfer: GovernanceTransfer) -> list[Problem]:
    problems: list[Problem] = []
    source, target = transfer.source_type, transfer.destination_type
    if source not in DESTINATIONS:
        problems.append(("source_type", NOT_VALID))
    elif target not in DESTINATIONS[source]:
        problems.append(("destination_type", NOT_VALID))
    if bool(transfer.source) != (source is AccountType.INSURANCE):
        problems.append(("source", NOT_VALID))
    misplaced = bool(transfer.destination) != (target in WITH_DESTINATION)
    if misplaced or (transfer.destination and transfer.destination == transfer.source):
        problems.append(("destination", NOT_VALID))
    return problems


def _one_off(transfer: GovernanceTransfer, kind: OneOffTransfer) -> list[Problem]:
    problems = []
    if transfer.destination_type in METRIC_REWARDS:
        problems.append(("destination_type", NOT_VALID))
    if kind.deliver_on < 0:
        problems.append(("one_off.deliver_on", NOT_NEGATIVE))
    return problems


def _recurring(transfer: GovernanceTransfer, kind: RecurringTransfer) -> list[Problem]:
    problems = []
    if kind.start_epoch <= 0:
        problems.append(("recurring.start_epoch", POSITIVE))
    if kind.end_epoch is not None:
        if kind.end_epoch <= 0:
            problems.append(("recurring.end_epoch", POSITIVE))
        elif kind.end_epoch < kind.start_epoch:
            problems.append(("recurring.end_epoch", "must be after start_epoch"))
    strategy = kind.dispatch_strategy
    if strategy is not None:
        problems += strategy_problems(strategy, transfer.destination_type, "recurring.dispatch_strategy")
    elif transfer.destination_type in METRIC_REWARDS:
        problems.append(("recurring.dispatch_strategy", REQUIRED))
    return problems
