"""Vega's spam rules: how often a party may do what costs it nothing, counted by epoch (06 §1.7).

Counted is what entered a block, refused or not. Besides, a party has a number of transactions in a block.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange

TRANSACTIONS_IN_A_BLOCK: Final = 200
BATCH_LIMIT: Final = "spam.protection.max.batchSize"
VOTE_TOKENS: Final = "spam.protection.voting.min.tokens"
VOTE_LIMIT: Final = "spam.protection.max.votes"


class Policy(NamedTuple):
    """The limits of one kind of commands: names of network parameters; no tokens needed when empty."""

    name: str
    tokens: str
    maximum: str


_PROPOSAL: Final = Policy("proposal", "spam.protection.proposal.min.tokens", "spam.protection.max.proposals")
_DELEGATION: Final = Policy("delegation", "spam.protection.delegation.min.tokens", "spam.protection.max.delegations")
_TRANSFER: Final = Policy("transfer", "", "spam.protection.maxUserTransfersPerEpoch")
_STAKED: Final = "referralProgram.minStakedVegaTokens"
POLICIES: Final = {
    "ProposalSubmission": _PROPOSAL,
    "BatchProposalSubmission": _PROPOSAL,
    "DelegateSubmission": _DELEGATION,
    "UndelegateSubmission": _DELEGATION,
    "Transfer": _TRANSFER,
    "CancelTransfer": _TRANSFER,
    "CreateReferralSet": Policy("createReferralSet", _STAKED, "spam.protection.max.createReferralSet"),
    "UpdateReferralSet": Policy("updateReferralSet", _STAKED, "spam.protection.max.updateReferralSet"),
    "ApplyReferralCode": Policy("applyReferralCode", "", "spam.protection.max.applyReferralCode"),
    "UpdatePartyProfile": Policy("updatePartyProfile", "", "spam.protection.max.updatePartyProfile"),
}


class SpamRules:
    """Counts what parties send, and says when it is too much."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._epoch = -1
        self._height = -1
        self._in_epoch: dict[tuple[str, str], int] = {}
        self._in_block: dict[str, int] = {}

    def check(self, party: str, command: Any) -> None:
        """Let a command pass, or not.

        Raises:
            Refused: too much of it, too large a batch, or too few tokens staked; with Vega's text.
        """
        self._turn()
        if self._in_block.get(party, 0) >= TRANSACTIONS_IN_A_BLOCK:
            raise Refused("party has already submitted the maximum number of transactions per block")
        parameters = self._exchange.network_parameters
        kind = type(command).__name__
        if kind == "BatchMarketInstructions":
            limit = parameters.integer(BATCH_LIMIT)
            if _instructions(command) > limit:
                raise Refused(f"batch has too many instructions: at most {limit}")
        elif kind == "VoteSubmission":
            if self._stake(party) < parameters.decimal(VOTE_TOKENS):
                raise Refused(
                    "party has insufficient associated governance tokens in their staking account to submit votes"
                )
            if self._in_epoch.get((party, _counter(command)), 0) >= parameters.integer(VOTE_LIMIT):
                raise Refused("party has already voted the maximum number of times per proposal per epoch")
        elif policy := POLICIES.get(kind):
            self._check_policy(party, policy)

    def _check_policy(self, party: str, policy: Policy) -> None:
        parameters = self._exchange.network_parameters
        if policy.tokens and self._stake(party) < Decimal(str(parameters.get(policy.tokens))):
            raise Refused(
                "party has insufficient associated governance tokens in their staking account to submit "
                f"{policy.name} request"
            )
        if self._in_epoch.get((party, policy.name), 0) >= parameters.integer(policy.maximum):
            raise Refused(f"party has already submitted the maximum number of {policy.name} requests per epoch")

    def count(self, party: str, command: Any) -> None:
        """A command has entered a block."""
        self._in_block[party] = self._in_block.get(party, 0) + 1
        if counter := _counter(command):
            self._in_epoch[party, counter] = self._in_epoch.get((party, counter), 0) + 1

    def _turn(self) -> None:
        if self._exchange.height != self._height:
            self._height = self._exchange.height
            self._in_block.clear()
        if self._exchange.epochs.sequence != self._epoch:
            self._epoch = self._exchange.epochs.sequence
            self._in_epoch.clear()

    def _stake(self, party: str) -> int:
        try:
            return self._exchange.stake.available(party)
        except Refused:
            return 0


def _counter(command: Any) -> str:
    """What a command counts as, empty for what is not counted."""
    kind = type(command).__name__
    if kind == "VoteSubmission":
        return f"vote {command.proposal_id}"
    policy = POLICIES.get(kind)
    return "" if policy is None else policy.name


def _instructions(batch: Any) -> int:
    return sum(
        len(part)
        for part in (
            batch.update_margin_mode, batch.cancellations, batch.amendments, batch.submissions,
            batch.stop_orders_cancellation, batch.stop_orders_submission,
        )
    )  # fmt: skip
