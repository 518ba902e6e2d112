"""Governance and liquidity in a real browser: stake, propose, vote, commit; a refusal is said."""

import json

import pytest

from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.errors import VegaMesaError
from vega_mesa.models import MODELS
from vega_mesa.protocol.governance.proposals import ProposalError
from vega_mesa.viz.desk import create, guard
from vega_mesa.viz.pages import governance
from vega_mesa.viz.pages.propose_card import FREEFORM, KINDS, NEW_MARKET, PARAMETER, STATE, UPDATE, send
from vega_mesa.viz.records import titles_of
from vega_mesa.viz.votes import needs, tally

TIMES = {"closes in": "5s", "enacts in": "8s"}
FEE = {"parameter": "market.fee.factors.makerFee", "value": "0.0005"}


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page, text: str) -> None:
    page.locator(".vega-notice", has_text=text).wait_for()


def fill(page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def choose(page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).locator("xpath=ancestor::*[@role='button']").click()
    page.locator(".menuable__content__active").get_by_text(option, exact=True).first.click()
    page.locator(".menuable__content__active").wait_for(state="hidden")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_stake_propose_vote_and_commit_in_the_dark(visitor):
    visitor.emulate_media(color_scheme="dark")
    press(visitor, "Step")
    visitor.get_by_text("Step: 1").or_(visitor.get_by_text("Time: 1.0")).first.wait_for()
    visitor.get_by_role("tab", name="Trade").click()
    fill(visitor, new_key="alice")
    press(visitor, "Create key")
    says(visitor, "alice is ready")
    fill(visitor, amount="50000")
    press(visitor, "Deposit")
    says(visitor, "50000 credited")
    visitor.get_by_role("tab", name="Governance").click()
    fill(visitor, parameter="market.fee.factors.makerFee", value="0.0005")
    press(visitor, "Propose")
    visitor.locator(".vega-notice.vega-bad").wait_for()
    press(visitor, "Stake")
    says(visitor, "1000 tokens staked")
    press(visitor, "Propose")
    says(visitor, "proposed: network parameter")
    proposal = visitor.locator(".vega-governance tbody tr", has_text="makerFee = 0.0005")
    proposal.get_by_text("open: would be declined").wait_for()
    proposal.get_by_role("button", name="yes").click()
    says(visitor, "voted yes")
    proposal.get_by_text("open: would pass").wait_for()
    proposal.get_by_text("9.091%").wait_for()
    choose(visitor, "what", "new market")
    height = visitor.locator(".vega-card", has_text="Propose").last.bounding_box()["height"]
    visitor.get_by_label("Vega's proposal JSON").fill(json.dumps(BITCOIN_FUTURE))
    press(visitor, "Propose")
    says(visitor, "proposed: new market")
    visitor.locator(".vega-governance tbody tr", has_text="new market BTC/USDT").nth(1).wait_for()
    assert visitor.locator(".vega-card", has_text="Propose").last.bounding_box()["height"] == height
    visitor.get_by_role("tab", name="Liquidity").click()
    fill(visitor, commitment="20000")
    press(visitor, "Commit")
    says(visitor, "committed 20000")
    visitor.locator("tbody tr", has_text="alice").get_by_text("20,000.00").first.wait_for()


@pytest.fixture
def model():
    made = guard(MODELS["ideal_market_maker"](rng=1))
    made.step()
    return made


def holder(model, key: str, tokens: str):
    agent = model.agent(create(model, key))
    agent.mint(agent.governance_asset(), tokens)
    model.chain.next_block()
    agent.associate(tokens)
    return agent


def proposals(model) -> list:
    return list(model.exchange.governance.proposals.values())


def test_votes_weigh_as_many_tokens_as_there_are_behind_them(model):
    alice, bob = holder(model, "alice", "3000"), holder(model, "bob", "1000")
    assert not send(alice, PARAMETER, {**TIMES, **FEE}, None).error
    proposal = proposals(model)[-1]
    assert tally(model.exchange, proposal)[:4] == (0, 0, 0.0, 0.0)
    assert tally(model.exchange, proposal).outcome is ProposalError.PARTICIPATION_THRESHOLD_NOT_REACHED
    bob.vote(proposal.id, yes=False)
    alice.vote(proposal.id)
    seen = tally(model.exchange, proposal)
    assert seen.tokens_for == 3 * seen.tokens_against > 0
    assert (seen.majority, seen.participation) == (0.75, 4_000 / 14_000)
    assert seen.outcome is ProposalError.UNSPECIFIED
    assert needs(proposal) == ("0.001%", "66%")
    holder(model, "carol", "1000").vote(proposal.id, yes=False)
    assert tally(model.exchange, proposal).outcome is ProposalError.MAJORITY_THRESHOLD_NOT_REACHED
    assert governance.state(proposal, tally(model.exchange, proposal).outcome) == "open: would be declined"
    for _ in range(7):
        model.chain.next_block()
    closed = tally(model.exchange, proposal)
    assert (closed.majority, closed.outcome) == (0.6, ProposalError.MAJORITY_THRESHOLD_NOT_REACHED)
    assert governance.state(proposal, closed.outcome) == "declined: majority threshold not reached"


def test_looking_at_votes_changes_nothing(model):
    alice = holder(model, "alice", "3000")
    send(alice, PARAMETER, {**TIMES, **FEE}, None)
    alice.vote(proposals(model)[-1].id)
    before = model.chain.state_hash()
    tally(model.exchange, proposals(model)[-1])
    assert model.chain.state_hash() == before


def test_liquidity_providers_count_for_updates_of_their_market(model):
    provider = model.agent(next(iter(model.market.liquidity.provisions.active)))
    provider.mint(provider.governance_asset(), 1)
    model.chain.next_block()
    provider.associate(1)  # who has never had a token cannot vote
    alice = holder(model, "alice", "3000")
    assert not send(alice, UPDATE, {**TIMES, UPDATE: json.dumps(BITCOIN_FUTURE)}, None).error
    proposal = proposals(model)[-1]
    provider.vote(proposal.id)
    seen = tally(model.exchange, proposal)
    assert (seen.share_for, seen.share_voted) == (1.0, 1.0)
    assert needs(proposal)[0].startswith("0.001% or LP ")


def test_everything_that_may_be_proposed_is(model):
    alice = holder(model, "alice", "3000")
    terms = json.dumps(BITCOIN_FUTURE)
    texts = {
        **TIMES, **FEE, "asset": "USDT", NEW_MARKET: terms, UPDATE: terms, "state": "terminate", "price": "60000",
        FREEFORM: "Why not?", "title": "Dogs",
    }  # fmt: skip
    for kind in KINDS:
        assert not send(alice, kind, texts, model.market.id).error, kind
    titles = titles_of(model)
    assert [governance.title(proposal, titles[proposal.id]) for proposal in proposals(model)[-5:]] == [
        "market.fee.factors.makerFee = 0.0005", "new market BTC/USDT", "update market BTC/USDT",
        f"terminate market {model.market.id[:6]}", "freeform: Dogs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (PARAMETER, {"value": "1"}),
        (FREEFORM, {}),
        (NEW_MARKET, {NEW_MARKET: "/etc/passwd", "asset": "USDT"}),
        (NEW_MARKET, {NEW_MARKET: "{", "asset": "USDT"}),
        (UPDATE, {UPDATE: ""}),
        (STATE, {"state": "terminate", "price": "dear"}),
        (PARAMETER, {**FEE, "closes in": "soon"}),
    ],
)
def test_mistakes_are_said_and_nothing_is_proposed(model, kind, texts):
    alice = holder(model, "alice", "3000")
    count = len(proposals(model))
    with pytest.raises(VegaMesaError):
        send(alice, kind, {**TIMES, **texts}, None)
    assert len(proposals(model)) == count
