"""Counting votes at the close of a proposal (0028-GOVE)."""

from __future__ import annotations

from decimal import Decimal

from vega_mesa.protocol.arithmetic import divide, exact
from vega_mesa.protocol.commands.governance import UpdateMarket, VoteValue
from vega_mesa.protocol.governance.enactor import Enactor
from vega_mesa.protocol.governance.proposals import Proposal, ProposalError
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeView


@exact
def count(proposal: Proposal, stake: StakeView, enactor: Enactor) -> ProposalError:
    """Weigh the votes with the balances of now; UNSPECIFIED means passed, else why it was declined.

    Votes without weight are moved to the proposal's invalid votes.
    """
    change = proposal.change
    market = change.market_id if isinstance(change, UpdateMarket) else None
    for vote in proposal.votes.values():
        vote.tokens = tokens_of(stake, vote.party)
        vote.equity_like_share = Decimal(0) if market is None else enactor.equity_like_share(market, vote.party)
    yes = sum(vote.tokens for vote in proposal.votes.values() if vote.value is VoteValue.YES)
    total = sum(vote.tokens for vote in proposal.votes.values())
    for vote in proposal.votes.values():
        vote.weight = divide(vote.tokens, total) if total else Decimal(0)
    outcome = _tokens(proposal, yes, total, stake.total_supply())
    if market is not None and outcome is ProposalError.PARTICIPATION_THRESHOLD_NOT_REACHED:
        outcome = _liquidity_providers(proposal)
    for party in [vote.party for vote in proposal.votes.values() if not vote.tokens and not vote.equity_like_share]:
        proposal.invalid_votes[party] = proposal.votes.pop(party)
    return outcome


def tokens_of(stake: StakeView, party: str) -> int:
    """The party's stake, 0 when it has never staked."""
    try:
        return stake.available(party)
    except Refused:
        return 0


def _tokens(proposal: Proposal, yes: int, total: int, supply: int) -> ProposalError:
    participates = total >= supply * proposal.required_participation
    if total == 0 or not participates:
        return ProposalError.PARTICIPATION_THRESHOLD_NOT_REACHED
    if yes >= total * proposal.required_majority:
        return ProposalError.UNSPECIFIED
    return ProposalError.MAJORITY_THRESHOLD_NOT_REACHED


def _liquidity_providers(proposal: Proposal) -> ProposalError:
    # The majority is measured against the shares that voted, and nobody at all is enough when nobody is required.
    votes = proposal.votes.values()
    yes = sum((vote.equity_like_share for vote in votes if vote.value is VoteValue.YES), Decimal(0))
    total = sum((vote.equity_like_share for vote in votes), Decimal(0))
    if total < proposal.required_participation_lp:
        return ProposalError.PARTICIPATION_THRESHOLD_NOT_REACHED
    if yes >= total * proposal.required_majority_lp:
        return ProposalError.UNSPECIFIED
    return ProposalError.MAJORITY_THRESHOLD_NOT_REACHED
