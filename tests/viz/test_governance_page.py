"""Governance and liquidity in a real browser: stake, propose, vote, commit; a refusal is said."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page, text: str) -> None:
    page.locator(".vega-notice", has_text=text).wait_for()


def fill(page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def test_stake_propose_vote_and_commit(visitor):
    for number in (1, 2):
        press(visitor, "Step")
        visitor.get_by_text(f"Step: {number}").or_(visitor.get_by_text(f"Time: {number}.0")).first.wait_for()
    visitor.get_by_role("tab", name="Trade").click()
    visitor.wait_for_selector(".vega-trade canvas")
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
    says(visitor, "proposed")
    proposal = visitor.locator(".vega-governance tbody tr", has_text="makerFee = 0.0005")
    proposal.get_by_text("open").wait_for()
    proposal.get_by_role("button", name="yes").click()
    says(visitor, "voted yes")
    visitor.get_by_role("tab", name="Liquidity").click()
    fill(visitor, commitment="20000")
    press(visitor, "Commit")
    says(visitor, "committed 20000")
    visitor.locator("tbody tr", has_text="alice").get_by_text("20,000.00").first.wait_for()
