"""How the network decides: proposals, votes by token weight, and what happens then (0028-GOVE)."""

from vega_mesa.protocol.governance.enactor import Enactor
from vega_mesa.protocol.governance.engine import Governance
from vega_mesa.protocol.governance.market_proposal import parse_market, parse_market_update
from vega_mesa.protocol.governance.proposals import Proposal, ProposalError, ProposalRefused, ProposalState, Vote

__all__ = [
    "Enactor",
    "Governance",
    "Proposal",
    "ProposalError",
    "ProposalRefused",
    "ProposalState",
    "Vote",
    "parse_market",
    "parse_market_update",
]
