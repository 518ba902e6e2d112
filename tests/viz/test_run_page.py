"""The run page in a real browser: save, go on, load and be back; fork and compare; begin anew; mistakes in words."""

import os
from pathlib import Path

import pytest

from vega_mesa.model import VegaModel
from vega_mesa.models import MODELS
from vega_mesa.viz.desk import create, guard
from vega_mesa.viz.pages import compare, run
from vega_mesa.viz.run_file import RunFile

FEE = "market.fee.factors.makerFee"


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page, text: str) -> None:
    page.locator(".vega-notice", has_text=text).wait_for()


def line(page, name: str):
    return page.locator(".vega-run .vega-line", has_text=name).locator(".vega-count").first


def step(page, number: int) -> None:
    press(page, "Step")
    line(page, "step").get_by_text(f"{number} of 100").wait_for()


def photograph(page, name: str) -> None:
    if folder := os.environ.get("VEGA_MESA_SCREENSHOTS"):
        page.wait_for_timeout(500)  # colours fade
        page.screenshot(path=f"{folder}/run_{name}.png")


def compare_two_futures(page):
    """A mistake is said; then a chart with a line for each future, and a table in which they differ."""
    page.get_by_label("network parameter", exact=True).fill(FEE)
    page.get_by_label("value", exact=True).fill("many")
    press(page, "Fork and compare")
    says(page, FEE)
    page.get_by_label("value", exact=True).fill("0.01")
    page.get_by_label("new seed", exact=True).fill("7")
    page.get_by_label("steps", exact=True).fill("30")
    press(page, "Fork and compare")
    says(page, f"compared: {FEE} = 0.01, seed 7")
    rows = page.locator(".vega-run tr", has_text="profit of AvellanedaStoikovMarketMaker").locator("td")
    rows.nth(3).wait_for()
    assert rows.nth(1).inner_text() != rows.nth(2).inner_text()
    names = page.evaluate(
        "document.querySelector('.vega-run .vega-chart').__vue__.chart.getOption().series.map(s => s.name)"
    )
    assert names == ["past", "as it is", "changed"]
    assert line(page, "step").inner_text() == "5 of 100"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_a_run_is_saved_goes_on_and_is_loaded_again_and_two_futures_are_compared(visitor, tmp_path):
    visitor.get_by_role("tab", name="Run").click()
    for number in range(1, 6):
        step(visitor, number)
    block = line(visitor, "block").inner_text()
    with visitor.expect_download() as download:
        press(visitor, "Save")
    says(visitor, "saved at step 5")
    file = tmp_path / "run.json"
    download.value.save_as(file)
    assert download.value.suggested_filename == "ideal_market_maker-1-step-5.json"
    for number in (6, 7):
        step(visitor, number)
    assert line(visitor, "block").inner_text() != block

    for content, words in (("no run at all", "not a saved run"), (file.read_text()[:-40], "damaged")):
        bad = tmp_path / "bad.json"
        bad.write_text(content)
        visitor.get_by_label("run file").set_input_files(bad)
        says(visitor, words)
        assert line(visitor, "step").inner_text() == "7 of 100"

    visitor.get_by_label("run file").set_input_files(file)
    says(visitor, f"loaded: step 5, block {block}")
    assert line(visitor, "step").inner_text() == "5 of 100"
    assert line(visitor, "block").inner_text() == block

    compare_two_futures(visitor)
    photograph(visitor, "light")
    visitor.emulate_media(color_scheme="dark")
    photograph(visitor, "dark")
    visitor.emulate_media(color_scheme="light")
    step(visitor, 6)

    visitor.locator(".vega-run textarea").first.fill(f"{FEE} = 0.0007")
    press(visitor, "Begin anew")
    says(visitor, "begun anew")
    assert line(visitor, "step").inner_text() == "0 of 100"
    visitor.locator(".vega-run tr", has_text=FEE).get_by_text("0.0007").wait_for()
    step(visitor, 1)

    other = guard(MODELS["curve_market_maker"](rng=5, num_steps=50))
    for _ in range(3):
        other.step()
    create(other, "alice")
    file.write_text(RunFile.of(other).text())
    visitor.get_by_label("run file").set_input_files(file)
    says(visitor, "loaded: step 3")
    line(visitor, "model").get_by_text("CurveMarketMaker").wait_for()
    assert line(visitor, "step").inner_text() == "3 of 50"
    visitor.get_by_role("tab", name="Trade").click()
    visitor.locator(".vega-trade .v-select__selection", has_text="alice").wait_for()
    press(visitor, "Reset")
    visitor.locator(".vega-trade .v-select__selection", has_text="alice").wait_for(state="detached")
    visitor.get_by_role("tab", name="Run").click()
    assert line(visitor, "step").inner_text() == "0 of 50"
    assert line(visitor, "seed").inner_text() == "5"


def test_network_parameters_are_read_line_by_line():
    assert run.read_parameters(f"\n {FEE} = 0.1 \n\nx=y=z") == {FEE: "0.1", "x": "y=z"}
    with pytest.raises(run.UsageError, match="name = value"):
        run.read_parameters("0.1")


def test_the_page_tells_what_a_run_was_made_with():
    model = MODELS["ideal_market_maker"](rng=4, traders=2, network_parameters={FEE: "0.1"})
    assert run.made_with(model) == {"traders": "2", FEE: "0.1"}
    assert dict(run.figures(model))["step"] == "0 of 100"


def test_fields_that_cannot_be_read_are_told():
    model = VegaModel(rng=1)
    with pytest.raises(run.VegaMesaError, match="steps"):
        compare.Question(name=FEE, value="0.1", steps="few").ask(model)
    with pytest.raises(run.VegaMesaError, match="nothing would differ"):
        compare.Question().ask(model)


def test_the_chart_shows_the_past_and_two_paths():
    model = MODELS["ideal_market_maker"](rng=1)
    for _ in range(4):
        model.step()
    found = compare.Question(seed="5", steps="3").ask(model)
    series = {one["name"]: one["data"] for one in compare.option(found)["series"]}
    assert [step for step, _ in series["changed"]] == [4, 5, 6, 7]
    assert series["past"][-1] == series["changed"][0] == series["as it is"][0]
    assert compare.option(None)["series"] == []
    assert Path(run.__file__).name == "run.py"
