"""Sliders and boxes for a model, read from the keyword parameters of its class."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mesa import Model

Input = dict[str, Any]


def inputs(kind: type[Model], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What Mesa's page calls model parameters: an input for each simple keyword, at the value ``given`` or its default.

    Whole numbers, floats, flags and choices (``Literal``) get an input. Anything else keeps its default, or what it is
    given.
    """
    given = given or {}
    hints = get_type_hints(kind.__init__)
    found: dict[str, Any] = {}
    for parameter in inspect.signature(kind).parameters.values():
        name = parameter.name
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        made = _input(name, hints.get(name), parameter.default)
        if name in given and (made is None or not _fits(made, given[name])):
            found[name] = given[name]
        elif made is not None:
            found[name] = made
            if name in given:
                _move(made, given[name])
    return found


def _fits(input: Input, value: Any) -> bool:
    """Whether a slider can stand at a value: a duration, say, may also be a text."""
    return "step" not in input or (isinstance(value, int | float) and not isinstance(value, bool))


def _move(input: Input, value: Any) -> None:
    """Put an input to a value, which a slider has to reach in whole steps: the browser would round it."""
    input["value"] = value
    if "step" not in input:
        return
    low, high = min(input["min"], value), max(input["max"], value)
    input.update(min=low, max=high)
    if (Decimal(str(value)) - Decimal(str(low))) % Decimal(str(input["step"])):
        finest = Decimal(str(value)).normalize().as_tuple().exponent
        assert isinstance(finest, int)
        input["step"] = 1 if isinstance(value, int) else float(Decimal(1).scaleb(finest))


def _input(name: str, hint: Any, default: Any) -> Input | None:
    label = name.replace("_", " ")
    if get_origin(hint) is Literal:
        return {"type": "Select", "label": label, "value": default, "values": list(get_args(hint))}
    if isinstance(default, bool):
        return {"type": "Checkbox", "label": label, "value": default}
    if name == "rng":
        return {"type": "SliderInt", "label": "seed", "value": default or 1, "min": 0, "max": 100, "step": 1}
    if isinstance(default, int):
        return {"type": "SliderInt", "label": label, "value": default, "step": 1} | _range(default, whole=True)
    if isinstance(default, float):
        return {"type": "SliderFloat", "label": label, "value": default} | _range(default, whole=False)
    return None


def _range(default: float, *, whole: bool) -> Input:
    """From zero to four times the default, in a hundred steps (of one at least, where numbers are whole)."""
    if default < 0:
        return {"min": 4 * default, "max": -4 * default, "step": 1 if whole else -default / 25}
    top = 4 * default or (10 if whole else 1.0)
    if whole:
        return {"min": 0, "max": top, "step": max(1, int(top) // 100)}
    return {"min": 0.0, "max": top, "step": top / 100}
