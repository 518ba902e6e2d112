"""How the votes on a proposal stand: counted as they will be when it closes, with the tokens of now."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import NamedTuple

from vega_mesa.protocol.commands.governance import UpdateMarket, VoteValue
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.governance.proposals import Proposal, ProposalError
from vega_mesa.protocol.governance.tally import count


class Tally(NamedTuple):
    """Votes by weight; fractions but for the tokens, which are in the token's decimals."""

    tokens_for: int
    tokens_against: int
    participation: float  # of all tokens that exist
    majority: float  # in favour, of the tokens that voted
    share_for: float  # of a market's liquidity, behind votes in favour
    share_voted: float  # and behind all votes: they count when too few token holders vote on the market's update
    outcome: ProposalError  # if it closed now; of a closed one, why it was declined


def tally(exchange: Exchange, proposal: Proposal) -> Tally:
    """What token holders and a market's liquidity providers have said so far, or had said when it closed."""
    governance = exchange.governance
    counted, outcome = proposal, proposal.reason
    if proposal.is_open:
        counted = copy(proposal)
        counted.votes = {party: copy(vote) for party, vote in proposal.votes.items()}
        counted.invalid_votes = {}
        outcome = count(counted, governance.stake, governance.enactor)
    votes = list(counted.votes.values())
    yes = sum(vote.tokens for vote in votes if vote.value is VoteValue.YES)
    total = sum(vote.tokens for vote in votes)
    return Tally(
        tokens_for=yes,
        tokens_against=total - yes,
        participation=_part(total, governance.stake.total_supply()),
        majority=_part(yes, total),
        share_for=float(sum((vote.equity_like_share for vote in votes if vote.value is VoteValue.YES), Decimal(0))),
        share_voted=float(sum((vote.equity_like_share for vote in votes), Decimal(0))),
        outcome=outcome,
    )


def needs(proposal: Proposal) -> tuple[str, str]:
    """Participation and majority that it needs; of an update of a market also those among liquidity providers."""
    participation, majority = _percent(proposal.required_participation), _percent(proposal.required_majority)
    if isinstance(proposal.change, UpdateMarket):
        participation += f" or LP {_percent(proposal.required_participation_lp)}"
        majority += f" or LP {_percent(proposal.required_majority_lp)}"
    return participation, majority


def _percent(value: Decimal) -> str:
    return f"{100 * float(value):.4g}%"


def _part(some: int, all_: int) -> float:
    return some / all_ if all_ else 0.0
