"""Proposals from submission to enactment (0028-GOVE)."""

from __future__ import annotations

from typing import Final, Protocol

from vega_mesa.protocol.assets import AssetDetails, Assets
from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.governance import ProposalUpdated, VoteCast
from vega_mesa.protocol.governance import rules
from vega_mesa.protocol.governance.changes import Changes
from vega_mesa.protocol.governance.command_checks import check_batch, check_proposal
from vega_mesa.protocol.governance.enactor import Enactor
from vega_mesa.protocol.governance.proposals import (
    Proposal,
    ProposalError,
    ProposalRefused,
    ProposalState,
    Vote,
)
from vega_mesa.protocol.governance.tally import count
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeView

State = ProposalState
FINISHED: Final = (State.ENACTED, State.FAILED, State.DECLINED, State.REJECTED)


class TokenChecker(Protocol):
    """Who looks at a token's contract for the nodes: the bridge."""

    def token_matches(self, details: AssetDetails) -> bool:
        """Whether the contract says what the proposal says."""


class Batch:
    """Changes that pass together or not at all; the ids of their proposals in order."""

    __slots__ = ("closing", "id", "limits", "members", "state")

    def __init__(self, id: str, closing: int, limits: rules.Limits) -> None:
        self.id = id
        self.closing = closing
        self.limits = limits
        self.members: list[str] = []
        self.state = State.OPEN


class Governance:
    """All proposals.

    Args:
        stake: whose tokens vote.
        enactor: the exchange.
        tokens: checks proposed tokens; None believes every proposal.
    """

    def __init__(
        self,
        bus: EventBus,
        parameters: NetworkParameters,
        assets: Assets,
        stake: StakeView,
        enactor: Enactor,
        tokens: TokenChecker | None = None,
    ) -> None:
        self.bus = bus
        self.parameters = parameters
        self.stake = stake
        self.enactor = enactor
        self.tokens = tokens
        self.changes = Changes(parameters, assets, enactor)
        self.proposals: dict[str, Proposal] = {}
        """Every proposal ever taken, by id, in order of submission."""
        self.batches: dict[str, Batch] = {}
        self._active: list[str] = []  # proposals that have an end or an enactment to come, batches' only once passed
        self._open_batches: list[str] = []

    # -- submission ------------------------------------------------------------------------------------------------

    def submit(self, party: str, submission: terms.ProposalSubmission, id: str, now: int) -> Proposal:
        """Take a proposal.

        Args:
            id: the transaction's first id; also of the market or asset that the proposal creates.
            now: nanoseconds.

        Raises:
            Refused: with the network's text; the rejected proposal is told in an event only.

        Emits: ProposalUpdated.
        """
        check_proposal(submission)
        if id in self.proposals or id in self.batches:
            raise Refused("proposal with given ID already exists")
        proposal = self._proposal(id, party, submission.change, submission, submission, now)
        limits = rules.limits_of(self.parameters, submission.change)
        _copy_majorities(proposal, limits)
        try:
            self._check(proposal, limits, now)
            self.changes.accept(proposal)
        except ProposalRefused as refused:
            self._end(proposal, State.REJECTED, refused.reason, refused.text)
            raise
        if isinstance(proposal.change, terms.NewAsset):
            proposal.state = State.WAITING_FOR_NODE_VOTE
        self.proposals[id] = proposal
        self._active.append(id)
        self._send(proposal)
        return proposal

    def submit_batch(self, party: str, submission: terms.BatchProposalSubmission, id: str, now: int) -> list[Proposal]:
        """Take a batch; its changes get the ids after the batch's own (0028-GOVE).

        Raises:
            Refused: with the texts of all changes that are wrong; all are rejected then.
        """
        check_batch(submission)
        if id in self.proposals or id in self.batches:
            raise Refused("proposal with given ID already exists")
        limits = rules.limits_of_batch(self.parameters, [item.change for item in submission.changes])
        ids = IdGenerator(id)
        ids.next()
        batch = Batch(id, submission.closing, limits)
        members: list[Proposal] = []
        for item in submission.changes:
            proposal = self._proposal(ids.next(), party, item.change, submission, item, now, batch=id)
            _copy_majorities(proposal, limits)
            members.append(proposal)
        errors = self._validate_batch(members, limits, now)
        if errors:
            self._reject_batch(members, errors)
        batch.members = [proposal.id for proposal in members]
        self.batches[id] = batch
        self._open_batches.append(id)
        waits = any(isinstance(proposal.change, terms.NewAsset) for proposal in members)
        for proposal in members:
            proposal.state = State.WAITING_FOR_NODE_VOTE if waits else State.OPEN
            self.proposals[proposal.id] = proposal
            self._send(proposal)
        return members

    def _validate_batch(self, members: list[Proposal], limits: rules.Limits, now: int) -> dict[str, ProposalRefused]:
        """What is wrong, by change; only when nothing is, all are accepted."""
        errors: dict[str, ProposalRefused] = {}
        for proposal in members:
            try:
                self._check(proposal, limits, now)
            except ProposalRefused as refused:
                errors[proposal.id] = refused
        if errors:
            return errors
        accepted: list[Proposal] = []
        for proposal in members:
            try:
                self.changes.accept(proposal)
                accepted.append(proposal)
            except ProposalRefused as refused:
                errors[proposal.id] = refused
        if errors:
            for proposal in accepted:
                self.changes.discard(proposal)
        return errors

    def _reject_batch(self, members: list[Proposal], errors: dict[str, ProposalRefused]) -> None:
        for proposal in members:
            error = errors.get(proposal.id)
            reason = ProposalError.PROPOSAL_IN_BATCH_REJECTED if error is None else error.reason
            self._end(proposal, State.REJECTED, reason, "" if error is None else error.text)
        raise Refused(", also ".join(error.text for error in errors.values()))

    def _proposal(
        self,
        id: str,
        party: str,
        change: terms.Change,
        submission: terms.ProposalSubmission | terms.BatchProposalSubmission,
        times: terms.ProposalSubmission | terms.BatchChange,
        now: int,
        batch: str = "",
    ) -> Proposal:
        validation = 0
        if isinstance(change, terms.NewAsset):
            validation = times.validation or rules.latest_validation(submission.closing, now)
        return Proposal(
            id,
            party,
            change,
            closing=submission.closing,
            enactment=times.enactment,
            validation=validation,
            submitted_at=now,
            reference=submission.reference,
            batch=batch,
        )

    def _check(self, proposal: Proposal, limits: rules.Limits, now: int) -> None:
        self._check_times(proposal, limits, now)
        self._check_proposer(proposal, limits)
        self.changes.validate(proposal, now)

    def _check_times(self, proposal: Proposal, limits: rules.Limits, now: int) -> None:
        rules.check_closing(limits, proposal.closing, now)
        rules.check_enactment(self.parameters, proposal.change, proposal.enactment, now)
        rules.check_order_of_times(proposal, now)
        if isinstance(proposal.change, terms.NewAsset):
            rules.check_node_validation(proposal, now)

    def _check_proposer(self, proposal: Proposal, limits: rules.Limits) -> None:
        change = proposal.change
        if isinstance(change, rules.MARKET_BOUND):
            if self.enactor.market_state(change.market_id) is None:
                raise ProposalRefused(ProposalError.INVALID_MARKET, "market does not exist")
            original = self.proposals.get(change.market_id)
            if original is not None and original.is_open:
                raise ProposalRefused(ProposalError.INVALID_MARKET, "original market proposal is still open")
            if self.enactor.equity_like_share(change.market_id, proposal.party) >= limits.min_equity_like_share:
                return
        reason = ProposalError.INSUFFICIENT_TOKENS
        try:
            tokens = self.stake.available(proposal.party)
        except Refused as refused:
            raise ProposalRefused(reason, refused.text) from None
        if tokens < limits.min_proposer_balance:
            text = f"expected >= {limits.min_proposer_balance} got {tokens}"
            raise ProposalRefused(reason, f"proposer have insufficient governance token, {text}")

    # -- votes -----------------------------------------------------------------------------------------------------

    def vote(self, party: str, submission: terms.VoteSubmission, now: int) -> None:  # noqa: ARG002 - as the others
        """Take a vote on a proposal, or on all changes of a batch: while it is open, changes alone never.

        Raises:
            Refused: with the network's text.

        Emits: VoteCast for each proposal.
        """
        batch = self.batches.get(submission.proposal_id)
        if batch is not None:
            self._vote_on_batch(party, submission.value, batch)
            return
        proposal = self.proposals.get(submission.proposal_id)
        if proposal is None or proposal.state in FINISHED or (proposal.batch and proposal.is_open):
            raise Refused("proposal does not exist")
        if not proposal.is_open:
            raise Refused("proposal is not open for votes")
        minimum = rules.limits_of(self.parameters, proposal.change).min_voter_balance
        self._check_voter(party, proposal, minimum)
        self._cast(party, submission.value, proposal)

    def _vote_on_batch(self, party: str, value: terms.VoteValue, batch: Batch) -> None:
        members = [self.proposals[id] for id in batch.members]
        if all(proposal.state in FINISHED for proposal in members):
            raise Refused("proposal does not exist")
        if not all(proposal.is_open for proposal in members):
            raise Refused("proposal is not open for votes")
        minimum = rules.limits_of_batch(self.parameters, [member.change for member in members]).min_voter_balance
        errors = []
        for proposal in members:
            try:
                self._check_voter(party, proposal, minimum)
            except Refused as refused:
                errors.append(f'proposal term "{type(proposal.change).__name__}" has failed with: {refused.text}')
        if errors:
            raise Refused(", also ".join(errors))
        for proposal in members:
            self._cast(party, value, proposal)

    def _check_voter(self, party: str, proposal: Proposal, minimum: int) -> None:
        tokens = self.stake.available(party)
        if tokens >= minimum:
            return
        change = proposal.change
        if not isinstance(change, terms.UpdateMarket):
            raise Refused("vote requires more tokens than the party has")
        if self.enactor.equity_like_share(change.market_id, party) <= 0:
            raise Refused("vote requires tokens or equity-like share")

    def _cast(self, party: str, value: terms.VoteValue, proposal: Proposal) -> None:
        proposal.votes[party] = Vote(party, value)
        self.bus.send(VoteCast, proposal=proposal.id, party=party, value=value)

    # -- time ------------------------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        """Close and enact what is due, strictly after its second: the last thing that a block's beginning does.

        First all closings, of batches last, then their effects on markets, then all enactments, in order of
        submission. Changes of a batch join the end of the line after the tick in which they pass.

        Emits: VoteCast and ProposalUpdated.
        """
        if not self._active and not self._open_batches:
            return
        seconds = now // SECOND
        self._validate_tokens(seconds)
        self._reject_beaten_successors()
        active = [self.proposals[id] for id in self._active]
        closed = [proposal for proposal in active if proposal.state is State.OPEN and proposal.closing < seconds]
        for proposal in closed:
            self._close(proposal)
        closed_in_batches = self._close_batches(seconds)
        for proposal in (*closed, *closed_in_batches):
            self._after_closing(proposal)
        for proposal in active:
            if proposal.state is State.PASSED and self._is_due(proposal, seconds):
                self._enact(proposal, now)
        waiting = (*active, *closed_in_batches)
        self._active = [proposal.id for proposal in waiting if proposal.state not in FINISHED]

    @staticmethod
    def _is_due(proposal: Proposal, seconds: int) -> bool:
        return isinstance(proposal.change, terms.NewFreeform) or proposal.enactment < seconds

    def _validate_tokens(self, seconds: int) -> None:
        for id in self._active:
            proposal = self.proposals[id]
            if proposal.state is State.WAITING_FOR_NODE_VOTE:
                if self._token_matches(proposal):
                    self._move(proposal, State.OPEN)
                elif proposal.validation < seconds:
                    self._fail_validation(proposal)
        for id in self._open_batches:
            members = [self.proposals[member] for member in self.batches[id].members]
            waiting = [proposal for proposal in members if proposal.state is State.WAITING_FOR_NODE_VOTE]
            missing = [proposal for proposal in waiting if not self._token_matches(proposal)]
            if not missing:
                for proposal in waiting:
                    self._move(proposal, State.OPEN)
            elif any(proposal.validation < seconds for proposal in missing):
                self.batches[id].state = State.REJECTED
                self._reject_waiting(members, [proposal for proposal in missing if proposal.validation < seconds])

    def _reject_waiting(self, members: list[Proposal], failed: list[Proposal]) -> None:
        for proposal in members:
            if proposal in failed:
                self._fail_validation(proposal)
            else:
                self.changes.discard(proposal)
                self._end(proposal, State.REJECTED, ProposalError.PROPOSAL_IN_BATCH_REJECTED)

    def _token_matches(self, proposal: Proposal) -> bool:
        change = proposal.change
        return (
            not isinstance(change, terms.NewAsset) or self.tokens is None or self.tokens.token_matches(change.details)
        )

    def _fail_validation(self, proposal: Proposal) -> None:
        self.changes.discard(proposal)
        text = "failed to validate the asset in time"
        self._end(proposal, State.REJECTED, ProposalError.NODE_VALIDATION_FAILED, text)

    def _reject_beaten_successors(self) -> None:
        for id in (*self._active, *(member for batch in self._open_batches for member in self.batches[batch].members)):
            proposal = self.proposals[id]
            change = proposal.change
            if proposal.state in FINISHED or not isinstance(change, terms.NewMarket):
                continue
            if change.definition.parent_market is not None and self.enactor.market_state(id) is None:
                text = "the parent market has been succeeded by a competing propsal"  # sic
                self._end(proposal, State.REJECTED, ProposalError.INVALID_SUCCESSOR_MARKET, text)

    def _close(self, proposal: Proposal) -> None:
        outcome = count(proposal, self.stake, self.enactor)
        for _, vote in sorted({**proposal.votes, **proposal.invalid_votes}.items()):
            self.bus.send(
                VoteCast,
                proposal=proposal.id,
                party=vote.party,
                value=vote.value,
                tokens=vote.tokens,
                weight=vote.weight,
                equity_like_share=vote.equity_like_share,
            )
        if outcome is ProposalError.UNSPECIFIED:
            self._move(proposal, State.PASSED)
        else:
            self._end(proposal, State.DECLINED, outcome)

    def _after_closing(self, proposal: Proposal) -> None:
        if proposal.state is not State.PASSED:
            self.changes.discard(proposal)
        elif isinstance(proposal.change, terms.NewMarket):
            try:
                self.enactor.start_opening_auction(proposal.id)
            except Refused as refused:
                self._fail(proposal, refused)

    def _close_batches(self, seconds: int) -> list[Proposal]:
        """Count the votes on batches that are due; their changes."""
        self._open_batches = [id for id in self._open_batches if self.batches[id].state not in FINISHED]
        closed: list[Proposal] = []
        for id in [id for id in self._open_batches if self.batches[id].closing < seconds]:
            self._open_batches.remove(id)
            members = [self.proposals[member] for member in self.batches[id].members]
            for proposal in members:
                if proposal.state is State.OPEN:
                    self._close(proposal)
            if any(proposal.state is not State.PASSED for proposal in members):
                self.batches[id].state = State.DECLINED
                for proposal in members:
                    if proposal.state is State.PASSED:
                        self._end(proposal, State.DECLINED, ProposalError.PROPOSAL_IN_BATCH_DECLINED)
            else:
                self.batches[id].state = State.PASSED
            closed.extend(members)
        return closed

    def _enact(self, proposal: Proposal, now: int) -> None:
        try:
            self.changes.enact(proposal, now)
        except Refused as refused:
            self._fail(proposal, refused)
        else:
            self._move(proposal, State.ENACTED)

    def _fail(self, proposal: Proposal, refused: Refused) -> None:
        self.changes.discard(proposal)
        reason = refused.reason if isinstance(refused, ProposalRefused) else ProposalError.UNSPECIFIED
        self._end(proposal, State.FAILED, reason, refused.text)

    # -- states ----------------------------------------------------------------------------------------------------

    def _end(self, proposal: Proposal, state: ProposalState, reason: ProposalError, details: str = "") -> None:
        proposal.reason = reason
        proposal.error_details = details
        self._move(proposal, state)

    def _move(self, proposal: Proposal, state: ProposalState) -> None:
        proposal.state = state
        self._send(proposal)

    def _send(self, proposal: Proposal) -> None:
        self.bus.send(
            ProposalUpdated,
            proposal=proposal.id,
            party=proposal.party,
            change=type(proposal.change).__name__,
            state=proposal.state,
            batch=proposal.batch,
            reference=proposal.reference,
            closing=proposal.closing,
            enactment=proposal.enactment,
            reason=proposal.reason.text,
            error_details=proposal.error_details,
        )


def _copy_majorities(proposal: Proposal, limits: rules.Limits) -> None:
    proposal.required_majority = limits.required_majority
    proposal.required_participation = limits.required_participation
    proposal.required_majority_lp = limits.required_majority_lp
    proposal.required_participation_lp = limits.required_participation_lp
