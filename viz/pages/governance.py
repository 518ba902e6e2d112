"""Governance: proposals and their votes, the network parameters; propose and vote with the key in hand."""

from __future__ import annotations

from typing import Any, Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.protocol.commands.governance import NewFreeform, UpdateMarketState, UpdateNetworkParameter
from vega_mesa.protocol.governance.proposals import Proposal, ProposalError
from vega_mesa.units import NANOSECONDS, from_integer, to_datetime
from vega_mesa.viz import session
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.fields import box, field, notice
from vega_mesa.viz.observer import words
from vega_mesa.viz.pages.propose_card import ProposeCard
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.table import Act, Row, table
from vega_mesa.viz.records import titles_of
from vega_mesa.viz.votes import needs, tally

COLUMNS: Final = (
    "proposal", "vote", "state", "for", "against", "participation", "needs", "majority", "needs ", "closes", "by",
)  # fmt: skip
WORDS: Final = ("proposal", "vote", "state", "by")
MOST_ROWS: Final = 50


@solara.component
def GovernancePage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    agent = session.trader(model)
    text, bad = session.answer.value
    with lock_of(model):
        proposals = list(model.exchange.governance.proposals.values())
        rows = [row(model, agent, one) for one in proposals[: -MOST_ROWS - 1 : -1]]
    with box("vega-page vega-governance"):
        notice(text, bad=bad)
        with Card("Proposals"):
            table(COLUMNS, rows, words=WORDS, empty="nothing was proposed yet: propose something below")
        ProposeCard(model, agent)
        ParametersCard(model)


def title(proposal: Proposal, given: str = "") -> str:
    """What a proposal wants, in words; of one that only asks, what its proposer has called it."""
    change = proposal.change
    if isinstance(change, NewFreeform):
        return f"freeform: {given}" if given else "freeform"
    if isinstance(change, UpdateNetworkParameter):
        return f"{change.key} = {change.value}"
    if isinstance(change, UpdateMarketState):
        return f"{words(change.update_type, 'MARKET_STATE_UPDATE_TYPE_')} market {change.market_id[:6]}"
    name = type(change).__name__
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    code = getattr(getattr(change, "definition", None), "code", "")
    symbol = getattr(getattr(change, "details", None), "symbol", "")
    return f"{spaced} {code or symbol}".strip()


def row(model: VegaModel, agent: VegaAgent | None, proposal: Proposal) -> Row:
    """What it wants, how it stands by weight and what it needs, and by whom; a vote for the key in hand."""
    found = tally(model.exchange, proposal)
    token = model.exchange.assets.decimals(model.exchange.network_parameters.string("reward.asset"))
    participation, majority = needs(proposal)
    id = proposal.batch or proposal.id

    def vote(in_favour: bool) -> None:
        assert agent is not None
        session.do(model, lambda: agent.vote(id, yes=in_favour), f"voted {'yes' if in_favour else 'no'}")

    closed = agent is None or not proposal.is_open
    cells = (
        title(proposal, titles_of(model).get(id, "")),
        (
            Act(f"yes {proposal.id}", "yes", lambda: vote(True), closed),
            Act(f"no {proposal.id}", "no", lambda: vote(False), closed),
        ),
        state(proposal, found.outcome),
        f"{from_integer(found.tokens_for, token):,.6g}",
        f"{from_integer(found.tokens_against, token):,.6g}",
        f"{found.participation:.3%}",
        participation,
        f"{found.majority:.2%}",
        majority,
        closing(model, proposal),
        proposal.party,
    )
    return Row(proposal.id, cells)


def closing(model: VegaModel, proposal: Proposal) -> str:
    """When it closes: the time of day, or the day when that is another than today."""
    then, now = to_datetime(proposal.closing * NANOSECONDS), to_datetime(model.chain.now)
    return then.strftime("%H:%M:%S" if then.date() == now.date() else "%Y-%m-%d")


def state(proposal: Proposal, outcome: ProposalError) -> str:
    """Where it stands; while it is open, what would come of it now."""
    found = words(proposal.state, "STATE_")
    if proposal.is_open:
        return f"{found}: would {'be declined' if outcome else 'pass'}"
    return f"{found}: {words(proposal.reason.text, 'PROPOSAL_ERROR_')}" if proposal.reason else found


@solara.component
def ParametersCard(model: VegaModel) -> None:
    """All network parameters, or those whose names contain a text."""
    update_counter.get()
    text, set_text = solara.use_state("")
    with lock_of(model):
        known: dict[str, Any] = model.exchange.network_parameters.all()
    rows = [Row(name, (name, value)) for name, value in known.items() if text.strip().lower() in name.lower()]
    with Card("Network parameters"):
        with box("vega-row vega-filters"):
            field("search", text, set_text)
            box("vega-count", f"{len(rows)} of {len(known)}")
        table(("parameter", "value"), rows, words=("parameter", "value"), empty="no such parameter")
