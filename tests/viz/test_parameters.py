from typing import Literal

from mesa import Model

from vega_mesa.viz.parameters import inputs


class Study(Model):
    def __init__(
        self,
        *,
        rng: int | None = None,
        traders: int = 10,
        drift: float = -0.5,
        zero: int = 0,
        quiet: bool = True,
        kind: Literal["a", "b"] = "b",
        prices: str | None = None,
    ):
        super().__init__(rng=rng)


def test_simple_parameters_get_the_input_that_fits():
    found = inputs(Study)
    assert {name: (one["type"], one["value"]) for name, one in found.items()} == {
        "rng": ("SliderInt", 1),
        "traders": ("SliderInt", 10),
        "drift": ("SliderFloat", -0.5),
        "zero": ("SliderInt", 0),
        "quiet": ("Checkbox", True),
        "kind": ("Select", "b"),
    }
    for one in found.values():
        if one["type"].startswith("Slider"):
            assert one["min"] <= one["value"] <= one["max"]
            assert one["step"] > 0


def test_what_is_given_is_where_the_inputs_stand():
    found = inputs(Study, {"prices": "a.csv", "rng": 1_000, "drift": -9.0, "kind": "a"})
    assert found["prices"] == "a.csv"
    assert (found["rng"]["value"], found["rng"]["max"]) == (1_000, 1_000)
    assert (found["drift"]["value"], found["drift"]["min"]) == (-9.0, -9.0)
    assert found["kind"]["value"] == "a"
    assert "prices" not in inputs(Study)


def test_a_slider_reaches_what_is_given_in_whole_steps():
    found = inputs(Study, {"traders": 13, "drift": -0.125})
    assert (found["traders"]["value"], found["traders"]["step"]) == (13, 1)
    assert (found["drift"]["value"], found["drift"]["step"]) == (-0.125, 0.001)
    assert inputs(Study, {"rng": 7, "drift": -0.5})["drift"]["step"] == 0.02
    assert inputs(Study, {"drift": "1h"})["drift"] == "1h"
