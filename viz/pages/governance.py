"""Governance: proposals and their votes, the network parameters; propose and vote with the key in hand."""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.protocol.commands.governance import UpdateNetworkParameter, VoteValue
from vega_mesa.protocol.governance.proposals import Proposal
from vega_mesa.units import NANOSECONDS, to_datetime
from vega_mesa.viz import session
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.observer import words
from vega_mesa.viz.pages.fields import box, button, field, grid, notice
from vega_mesa.viz.panels.card import Card

COLUMNS = ("by", "state", "closes", "for", "against", "needs", "")
MOST_ROWS = 25
MOST_PARAMETERS = 30


@solara.component
def GovernancePage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    agent = session.trader(model)
    text, bad = session.answer.value
    with solara.v.Html(tag="div", class_="vega-page vega-governance"):
        with solara.v.Html(tag="div", class_="vega-column"):
            notice(text, bad=bad)
            with Card("Proposals"):
                with lock_of(model):
                    proposals = list(model.exchange.governance.proposals.values())
                rows = [(title(one), cells(model, agent, one)) for one in proposals[: -MOST_ROWS - 1 : -1]]
                grid(COLUMNS, rows, "nothing was proposed yet")
            ProposeCard(model, agent)
        ParametersCard(model)


def title(proposal: Proposal) -> str:
    """What a proposal wants, in words."""
    change = proposal.change
    if isinstance(change, UpdateNetworkParameter):
        return f"{change.key} = {change.value}"
    name = type(change).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def cells(model: VegaModel, agent: VegaAgent | None, proposal: Proposal) -> list[Any]:
    """Who, where it stands, how many votes it has and what it needs."""
    yes = sum(vote.value is VoteValue.YES for vote in proposal.votes.values())
    closes = to_datetime(proposal.closing * NANOSECONDS).strftime("%H:%M:%S")
    state = words(proposal.state, "STATE_")
    reason = words(proposal.reason.text, "PROPOSAL_ERROR_")

    def vote(in_favour: bool) -> None:
        assert agent is not None
        said = f"voted {'yes' if in_favour else 'no'}"
        session.do(model, lambda: agent.vote(proposal.id, yes=in_favour), said)

    return [
        proposal.party,
        f"{state}: {reason}" if reason else state,
        closes,
        f"{yes}",
        f"{len(proposal.votes) - yes}",
        f"{float(proposal.required_majority):.0%}",
        box(
            "vega-actions",
            button("yes", lambda: vote(True), kind="small", disabled=agent is None or not proposal.is_open),
            button("no", lambda: vote(False), kind="small", disabled=agent is None or not proposal.is_open),
        ),
    ]


@solara.component
def ProposeCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Get tokens, which weigh votes; propose a network parameter."""
    update_counter.get()
    tokens, set_tokens = solara.use_state("1000")
    name, set_name = solara.use_state("")
    value, set_value = solara.use_state("")
    closes, set_closes = solara.use_state("5s")

    def stake() -> None:
        assert agent is not None

        def act() -> Any:
            id = agent.governance_asset()
            source = model.exchange.assets.get(id).details.source
            if isinstance(source, BuiltinSource):
                minted = agent.mint(id, tokens)
                model.chain.next_block()  # which credits them
                return minted if minted.error else agent.associate(tokens)
            minted = agent.mint_token(source.contract_address, agent.asset_amount(id, tokens))
            return minted if minted.error else agent.associate_on_ethereum(tokens)  # counts once it is confirmed

        session.do(model, act, f"{tokens} tokens staked")

    def propose() -> None:
        assert agent is not None

        def act() -> Any:
            return agent.propose_network_parameter(name.strip(), value.strip(), closes_in=closes, enacts_in=closes)

        session.do(model, act, f"proposed {name.strip()} = {value.strip()}")

    with Card("Propose a network parameter"), box("vega-form"):
        who = "Create a key on the Trade page first." if agent is None else f"{agent.key}, {agent.stake():,.2f} staked"
        box("vega-hint", who)
        with box("vega-row"):
            field("tokens", tokens, set_tokens)
            button("Stake", stake, disabled=agent is None)
        with box("vega-row"):
            field("parameter", name, set_name)
            field("value", value, set_value)
            field("closes in", closes, set_closes)
            button("Propose", propose, disabled=agent is None)


@solara.component
def ParametersCard(model: VegaModel) -> None:
    """All network parameters, or those whose names contain a text."""
    update_counter.get()
    text, set_text = solara.use_state("")
    with Card("Network parameters"):
        with box("vega-row vega-filters"):
            with lock_of(model):
                known = model.exchange.network_parameters.all()
            rows = [(name, [value[:40]]) for name, value in known.items() if text.strip().lower() in name.lower()]
            field("search", text, set_text)
            box("vega-count", f"{len(rows)} of {len(known)}")
        grid(("value",), rows[:MOST_PARAMETERS], "no such parameter")
