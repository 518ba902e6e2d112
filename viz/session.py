"""What one visitor remembers besides the model: the page that is open, the key in hand, the last action's answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara
from mesa.visualization.utils import force_update

from vega_mesa.agent import VegaAgent
from vega_mesa.errors import VegaMesaError
from vega_mesa.model import VegaModel
from vega_mesa.viz.desk import attempt, traders

key_in_hand: solara.Reactive[str] = solara.reactive("")
answer: solara.Reactive[tuple[str, bool]] = solara.reactive(("", False))
page: solara.Reactive[int] = solara.reactive(0)


@dataclass(frozen=True, slots=True)
class Begun:
    """The run that the visitor has chosen to see: of which model, and the model itself unless it is a fresh one."""

    name: str = ""
    model: VegaModel | None = None
    number: int = 0


begun: solara.Reactive[Begun] = solara.reactive(Begun())


def begin(name: str, model: VegaModel | None = None) -> None:
    """Show another run, with Mesa's controls set to what it was made with."""
    begun.set(Begun(name, model, begun.value.number + 1))


def begin_anew(make: Callable[[], VegaModel]) -> None:
    """Show another run of the same model; a mistake in making it is said, and changes nothing."""
    try:
        made = make()
    except VegaMesaError as mistake:
        answer.set((str(mistake), True))
        return
    begin(begun.value.name, made)
    answer.set((f"begun anew: seed {made.seed}, step 0", False))


def trader(model: VegaModel) -> VegaAgent | None:
    """The agent that the visitor trades as, None before there is one."""
    keys = traders(model)
    if not keys:
        return None
    return model.agent(key_in_hand.value if key_in_hand.value in keys else keys[-1])


def turn_to(number: int) -> None:
    """Open another page, on which the last action's answer has no place."""
    page.set(number)
    answer.set(("", False))


def do(model: VegaModel, act: Callable[[], Any], said: Callable[[Any], str] | str) -> bool:
    """Act, say what came of it and redraw; a mistake or a refusal is shown in its own words, and changes nothing.

    Args:
        said: what the page says of a success.
    """
    result, error = attempt(model, act)
    if error:
        answer.set((error, True))
    else:
        answer.set((said if isinstance(said, str) else said(result), False))
    force_update()
    return not error
