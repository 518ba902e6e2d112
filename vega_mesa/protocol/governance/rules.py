"""What a proposal of some kind needs: times, majority, participation, tokens (0028-GOVE)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.durations import format_instant
from vega_mesa.protocol.governance.proposals import FAMILIES, Proposal, ProposalError, ProposalRefused
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.network_parameters import NetworkParameters

MARKET_BOUND = (terms.UpdateMarket, terms.UpdateMarketState)
LONGEST_VALIDATION = 172_800  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The parameters of one family, or of a batch; durations in nanoseconds, balances in asset decimals."""

    min_close: int
    max_close: int
    required_participation: Decimal
    required_majority: Decimal
    min_proposer_balance: int
    min_voter_balance: int
    required_participation_lp: Decimal = Decimal(0)
    required_majority_lp: Decimal = Decimal(0)
    min_equity_like_share: Decimal = Decimal(0)


def limits_of(parameters: NetworkParameters, change: terms.Change) -> Limits:
    """The limits of a change, as the parameters stand now."""
    family = f"governance.proposal.{FAMILIES[type(change)]}."
    bound = isinstance(change, MARKET_BOUND)
    lp = "governance.proposal.updateMarket."
    return Limits(
        min_close=parameters.duration(family + "minClose"),
        max_close=parameters.duration(family + "maxClose"),
        required_participation=parameters.decimal(family + "requiredParticipation"),
        required_majority=parameters.decimal(family + "requiredMajority"),
        min_proposer_balance=parameters.integer(family + "minProposerBalance"),
        min_voter_balance=parameters.integer(family + "minVoterBalance"),
        required_participation_lp=parameters.decimal(lp + "requiredParticipationLP") if bound else Decimal(0),
        required_majority_lp=parameters.decimal(lp + "requiredMajorityLP") if bound else Decimal(0),
        min_equity_like_share=parameters.decimal(lp + "minProposerEquityLikeShare") if bound else Decimal(0),
    )


def limits_of_batch(parameters: NetworkParameters, changes: Sequence[terms.Change]) -> Limits:
    """The strictest of all changes: the shortest maximum, else the largest value."""
    each = [limits_of(parameters, change) for change in changes]
    return Limits(
        min_close=max(limits.min_close for limits in each),
        max_close=min(limits.max_close for limits in each),
        required_participation=max(limits.required_participation for limits in each),
        required_majority=max(limits.required_majority for limits in each),
        min_proposer_balance=max(limits.min_proposer_balance for limits in each),
        min_voter_balance=max(limits.min_voter_balance for limits in each),
        required_participation_lp=max(limits.required_participation_lp for limits in each),
        required_majority_lp=max(limits.required_majority_lp for limits in each),
        min_equity_like_share=max(limits.min_equity_like_share for limits in each),
    )


def check_closing(limits: Limits, closing: int, now: int) -> None:
    """Refuse a closing (unix seconds) too soon or too late; the bounds themselves are accepted."""
    earliest, latest, at = now + limits.min_close, now + limits.max_close, closing * SECOND
    if at < earliest:
        raise _mistimed(ProposalError.CLOSE_TIME_TOO_SOON, "closing time too soon, expected >", earliest, at)
    if at > latest:
        raise _mistimed(ProposalError.CLOSE_TIME_TOO_LATE, "closing time too late, expected <", latest, at)


def check_enactment(parameters: NetworkParameters, change: terms.Change, enactment: int, now: int) -> None:
    """Refuse an enactment (unix seconds) too soon or too late, measured from now; freeform has none."""
    if isinstance(change, terms.NewFreeform):
        return
    family = FAMILIES[type(change)]
    if family == "transfer":
        family = "asset"  # sic: the network reads the enactment limits of transfers there
    earliest = now + parameters.duration(f"governance.proposal.{family}.minEnact")
    latest = now + parameters.duration(f"governance.proposal.{family}.maxEnact")
    at = enactment * SECOND
    if at < earliest:
        raise _mistimed(ProposalError.ENACT_TIME_TOO_SOON, "enactment time too soon, expected >", earliest, at)
    if at > latest:
        raise _mistimed(ProposalError.ENACT_TIME_TOO_LATE, "enactment time too late, expected <", latest, at)


def check_order_of_times(proposal: Proposal, now: int) -> None:
    """Refuse times that contradict each other: validation before closing before enactment."""
    closing, validation, enactment = (
        seconds * SECOND for seconds in (proposal.closing, proposal.validation, proposal.enactment)
    )
    reason = ProposalError.INCOMPATIBLE_TIMESTAMPS
    if isinstance(proposal.change, terms.NewAsset):
        if closing < validation:
            text = "proposal closing time cannot be before validation time, expected >"
            raise ProposalRefused(reason, f"{text} {format_instant(validation)} got {format_instant(closing)}")
        if closing < now:
            text = "proposal validation time cannot be in the past, expected >"
            raise ProposalRefused(reason, f"{text} {format_instant(now)} got {format_instant(validation)}")
    if not isinstance(proposal.change, terms.NewFreeform) and enactment < closing:
        text = "proposal enactment time cannot be before closing time, expected >"
        raise ProposalRefused(reason, f"{text} {format_instant(closing)} got {format_instant(enactment)}")


def check_node_validation(proposal: Proposal, now: int) -> None:
    """Refuse a time for the nodes' validation that is after closing or out of the allowed window."""
    if proposal.validation > proposal.closing:
        raise ProposalRefused(
            ProposalError.INCOMPATIBLE_TIMESTAMPS,
            "proposal validation timestamp must be earlier than closing time",
        )
    distance = proposal.validation * SECOND - now
    if not SECOND <= distance <= LONGEST_VALIDATION * SECOND:
        raise ProposalRefused(
            ProposalError.INCOMPATIBLE_TIMESTAMPS,
            f"proposal validation timestamp must be within 1-{LONGEST_VALIDATION} seconds from submission time",
        )


def latest_validation(closing: int, now: int) -> int:
    """The latest time (unix seconds) that nodes may be given."""
    return min(closing - 1, now // SECOND + LONGEST_VALIDATION)


def _mistimed(reason: ProposalError, text: str, expected: int, got: int) -> ProposalRefused:
    return ProposalRefused(reason, f"proposal {text} {format_instant(expected)}, got {format_instant(got)}")
