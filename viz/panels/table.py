"""Tables: one element of the page however many cells it has, for they are drawn anew after every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import solara

Json = dict[str, Any]
MOST_LETTERS: Final = 24  # of a cell without a tooltip: longer ones may be cut off


class Act(NamedTuple):
    """A button in a cell. ``id`` is unique in its table and tells what it acts on: rows move between two clicks."""

    id: str
    label: str
    press: Callable[[], None]
    disabled: bool = False
    look: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells from the left: texts, or buttons; ``key`` tells rows apart."""

    key: str
    cells: Sequence[str | Sequence[Act]]
    look: str = ""


@solara.component_vue("../assets/table.vue")
def _Table(
    columns: list[str], words: list[bool], rows: list[Json], empty: str, event_press: Callable[[str], None]
) -> None:
    """What the browser makes of it."""


def table(columns: Sequence[str], rows: Iterable[Row], *, words: Sequence[str] = (), empty: str = "nothing yet") -> Any:
    """A table that scrolls inside its card.

    Args:
        columns: their names.
        words: those that hold words, which begin at the left; the others hold numbers, which end at the right.
        empty: what it says without rows.
    """
    found = list(rows)
    acts = {act.id: act for row in found for cell in row.cells if not isinstance(cell, str) for act in cell}

    def press(id: str) -> None:
        act = acts.get(id)
        if act is not None and not act.disabled:
            act.press()

    return _Table(
        columns=list(columns),
        words=[column in words for column in columns],
        rows=[{"key": row.key, "look": row.look, "cells": [_cell(cell) for cell in row.cells]} for row in found],
        empty=empty,
        event_press=press,
    )


def _cell(cell: str | Sequence[Act]) -> Json:
    if not isinstance(cell, str):
        acts = [{"id": act.id, "label": act.label, "disabled": act.disabled, "look": act.look} for act in cell]
        return {"acts": acts, "look": "vega-acts"}
    shown: Json = {"text": cell}
    if len(cell) > MOST_LETTERS:
        shown["title"] = cell
    if len(cell) > 1 and cell.startswith("-"):
        shown["look"] = "vega-number vega-loss"
    return shown
