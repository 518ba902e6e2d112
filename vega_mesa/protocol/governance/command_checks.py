"""What a proposal must look like before anybody considers it: the checks of the command itself (0028-GOVE)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.governance.program_checks import program_problems
from vega_mesa.protocol.governance.proposals import FAMILIES
from vega_mesa.protocol.network_parameters import DEPRECATED, NOT_UPDATABLE
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.transfers.governance_checks import governance_transfer_problems

LARGEST_BATCH: Final = 250
REQUIRED: Final = "is required"
POSITIVE: Final = "must be positive"
NOT_VALID: Final = "is not a valid value"
STATE_UPDATES: Final = tuple(f"MARKET_STATE_UPDATE_TYPE_{name}" for name in ("TERMINATE", "SUSPEND", "RESUME"))
PURCHASE_DESTINATIONS: Final = (
    AccountType.GLOBAL_INSURANCE,
    AccountType.GLOBAL_REWARD,
    AccountType.NETWORK_TREASURY,
    AccountType.BUY_BACK_FEES,
)
Problem = tuple[str, str]  # property, message


def check_proposal(submission: terms.ProposalSubmission) -> None:
    """Refuse a proposal that is not well formed.

    Raises:
        Refused: ``property (message, …), …``, ascending.
    """
    prefix = "proposal_submission"
    problems = _common(submission, prefix)
    problems += _times(f"{prefix}.terms", submission.change, submission.closing, submission.enactment)
    problems += _validation(f"{prefix}.terms", submission.change, submission.closing, submission.validation)
    problems += _change(f"{prefix}.terms.change", submission.change, submission.enactment)
    _refuse(problems)


def check_batch(submission: terms.BatchProposalSubmission) -> None:
    """Refuse a batch that is not well formed; see :func:`check_proposal`."""
    prefix = "batch_proposal_submission"
    problems = _common(submission, prefix)
    if not submission.changes:
        problems.append((f"{prefix}.terms.changes", REQUIRED))
    if len(submission.changes) > LARGEST_BATCH:
        problems.append((f"{prefix}.terms.changes", f"must be at most {LARGEST_BATCH}"))
    for index, item in enumerate(submission.changes):
        path = f"{prefix}.terms.changes.{index}"
        if isinstance(item.change, (terms.UpdateVolumeRebateProgram, terms.NewProtocolAutomatedPurchase)):
            problems.append((path, "is not supported"))
            continue
        problems += _times(path, item.change, submission.closing, item.enactment)
        problems += _validation(path, item.change, submission.closing, item.validation)
        problems += _change(path, item.change, item.enactment)
    _refuse(problems)


def _common(submission: terms.ProposalSubmission | terms.BatchProposalSubmission, prefix: str) -> list[Problem]:
    problems: list[Problem] = []
    if len(submission.reference) > 100:
        problems.append((f"{prefix}.reference", "must be less than 100 characters"))
    for name, text, most in (("title", submission.title, 100), ("description", submission.description, 20_000)):
        if not text:
            problems.append((f"{prefix}.rationale.{name}", REQUIRED))
        elif len(text) > most:
            message = "must be less than 100 characters" if most == 100 else "must not exceed 20000 characters"
            problems.append((f"{prefix}.rationale.{name}", message))
    if submission.closing <= 0:
        problems.append((f"{prefix}.terms.closing_timestamp", POSITIVE))
    return problems


def _times(path: str, change: terms.Change, closing: int, enactment: int) -> list[Problem]:
    property = f"{path}.enactment_timestamp"
    if isinstance(change, terms.NewFreeform):
        return [(property, "is not supported")] if enactment else []
    if enactment <= 0:
        return [(property, POSITIVE)]
    return [(f"{path}.closing_timestamp", "cannot be after enactment time")] if closing > enactment else []


def _validation(path: str, change: terms.Change, closing: int, validation: int) -> list[Problem]:
    property = f"{path}.validation_timestamp"
    if not validation:
        return []
    if not isinstance(change, terms.NewAsset):
        return [(property, "is not supported")]
    if validation < 0:
        return [(property, POSITIVE)]
    return [(property, "cannot be after or equal to closing time")] if validation >= closing else []


def _change(path: str, change: terms.Change, enactment: int) -> list[Problem]:
    if type(change) not in FAMILIES:
        raise Refused("unsupported proposal type")
    match change:
        case terms.UpdateNetworkParameter():
            return _parameter(f"{path}.update_network_parameter.changes", change)
        case terms.UpdateMarket():
            return [] if change.market_id else [(f"{path}.market_id", REQUIRED)]
        case terms.UpdateMarketState():
            return _market_state(f"{path}.update_market_state.changes", change)
        case terms.UpdateAsset():
            return [] if change.quantum > 0 else [(f"{path}.update_asset.changes.quantum", POSITIVE)]
        case terms.NewAsset():
            return [] if change.details.quantum > 0 else [(f"{path}.new_asset.changes.quantum", POSITIVE)]
        case terms.NewGovernanceTransfer():
            return governance_transfer_problems(change.transfer, f"{path}.new_transfer.changes")
        case terms.NewProtocolAutomatedPurchase():
            return _purchase(f"{path}.protocol_automated_purchase.changes", change.purchase)
        case terms.UpdateReferralProgram() | terms.UpdateVolumeDiscountProgram() | terms.UpdateVolumeRebateProgram():
            return program_problems(change, enactment, path)
        case _:
            return []


def _market_state(path: str, change: terms.UpdateMarketState) -> list[Problem]:
    problems = [] if change.market_id else [(f"{path}.market_id", REQUIRED)]
    if change.update_type not in STATE_UPDATES:
        problems.append((f"{path}.update_type", NOT_VALID))
    return problems


def _purchase(path: str, purchase: AutomatedPurchaseTerms) -> list[Problem]:
    problems = [
        (f"{path}.{name}", REQUIRED)
        for name, value in (("from", purchase.from_asset), ("market_id", purchase.market))
        if not value
    ]
    if purchase.from_account is not AccountType.BUY_BACK_FEES:
        problems.append((f"{path}.from_account_type", NOT_VALID))
    if purchase.to_account not in PURCHASE_DESTINATIONS:
        problems.append((f"{path}.to_account_type", NOT_VALID))
    for name, number in (
        ("oracle_offset_factor", purchase.offset_factor),
        ("minimum_auction_size", purchase.minimum_size),
        ("maximum_auction_size", purchase.maximum_size),
    ):
        if number <= 0:
            problems.append((f"{path}.{name}", POSITIVE))
    if purchase.maximum_size < purchase.minimum_size:
        problems.append((f"{path}.maximum_auction_size", "must be greater than or equal to minimum_auction_size"))
    if purchase.auction_duration <= 0:
        problems.append((f"{path}.auction_duration", "must be a valid duration"))
    if purchase.auction_schedule.time_trigger is None:
        problems.append((f"{path}.auction_schedule", "auction schedule must be an internal time trigger"))
    if purchase.snapshot_schedule.time_trigger is None:
        text = "auction volume snapshot schedule must be an internal time trigger"
        problems.append((f"{path}.auction_volume_snapshot_schedule", text))
    if purchase.expiry < 0:
        problems.append((f"{path}.expiry_timestamp", "must be positive or zero"))
    return problems


def _parameter(path: str, change: terms.UpdateNetworkParameter) -> list[Problem]:
    if not change.key:
        return [(f"{path}.key", REQUIRED)]
    if change.key in NOT_UPDATABLE:
        return [(f"{path}.key", f"network parameter update disabled for {change.key}")]
    if change.key in DEPRECATED:
        return [(f"{path}.key", f"network parameter has been deprecated: {change.key}")]
    return [] if change.value else [(f"{path}.value", REQUIRED)]


def _refuse(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    by_property: dict[str, list[str]] = {}
    for property, message in problems:
        by_property.setdefault(property, []).append(message)
    texts = sorted(f"{property} ({', '.join(messages)})" for property, messages in by_property.items())
    raise Refused(", ".join(texts))
