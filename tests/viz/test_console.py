"""The ledger and the agents in a real browser: what a step moves is seen, filters work, the sums are shown."""

import pytest

from vega_mesa.models import MODELS
from vega_mesa.viz.desk import attempt, create, guard
from vega_mesa.viz.pages import agents, ledger
from vega_mesa.viz.records import records_of

browser_test = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def model():
    made = guard(MODELS["ideal_market_maker"](rng=1))
    records_of(made)
    for _ in range(5):
        made.step()
    return made


def with_marks(test):
    for mark in browser_test:
        test = mark(test)
    return test


def step(page, times: int) -> None:
    for number in range(1, times + 1):
        page.get_by_role("button", name="Step", exact=True).click()
        page.get_by_text(f"Step: {number}").or_(page.get_by_text(f"Time: {number}.0")).first.wait_for()


@with_marks
def test_the_ledger_filters_movements_and_adds_up_and_agents_are_all_there(visitor):
    step(visitor, 3)
    visitor.get_by_role("tab", name="Ledger").click()
    visitor.get_by_text("money adds up").wait_for()
    rows = visitor.locator(".vega-ledger .vega-card").first.locator("tbody tr")
    rows.nth(6).wait_for()
    before = rows.count()
    assert before > 5
    visitor.get_by_label("type", exact=True).locator("xpath=ancestor::*[@role='button']").click()
    visitor.locator(".menuable__content__active .v-list-item", has_text="maker fee receive").first.click()
    visitor.wait_for_function(
        "n => document.querySelector('.vega-ledger .vega-card').querySelectorAll('tbody tr').length < n", arg=before
    )
    assert all("maker fee receive" in row for row in rows.all_inner_texts())
    visitor.get_by_role("tab", name="Agents").click()
    visitor.wait_for_selector(".vega-quarters canvas")
    card = visitor.locator(".vega-card", has_text="general").last
    card.get_by_text("AvellanedaStoikovMarketMaker-1").wait_for()
    assert card.locator("tbody tr").count() == 9


def test_movements_are_filtered_by_party_and_type(model):
    moves = list(records_of(model).movements)
    party = next(move.parties[0] for move in moves if move.parties)
    assert ledger.chosen(moves, "all", "all") == moves
    assert all(party in move.parties for move in ledger.chosen(moves, party, "all"))
    assert {move.kind for move in ledger.chosen(moves, "all", moves[0].kind)} == {moves[0].kind}


def test_every_asset_adds_up_to_zero():
    rows = ledger.conservation([("USDT", "general", 100.0), ("USDT", "external", -100.0)])
    assert rows[-1].cells == ("USDT", "sum of all", "0.00")


def test_profit_lines_have_a_point_a_step(model):
    lines = agents.profits(model)
    assert [step for step, _ in lines["AvellanedaStoikovMarketMaker"]] == [1, 2, 3, 4, 5]
    assert agents.option({})["series"] == []


def test_a_taken_key_is_refused_and_leaves_nobody_behind(model):
    create(model, "alice")
    count = len(model.agents)
    _, error = attempt(model, lambda: create(model, "alice"))
    assert "alice" in error
    assert len(model.agents) == count


def test_a_copy_of_a_guarded_model_steps_on(model):
    twin = model.fork()
    twin.step()
    model.step()
    assert twin.chain.state_hash() == model.chain.state_hash()
