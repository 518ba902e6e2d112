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


def test_what_is_fixed_is_passed_on_as_it_is():
    assert inputs(Study, {"prices": "a.csv"})["prices"] == "a.csv"
