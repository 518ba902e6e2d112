"""Fork the run as it stands, change something in one of the copies, and compare what comes of both."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any, Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.errors import InvalidAmount, VegaMesaError
from vega_mesa.model import VegaModel
from vega_mesa.viz import session
from vega_mesa.viz.charts import GROUPS, INK, MARK, Option, axis, base, line, thin
from vega_mesa.viz.fields import box, button, field
from vega_mesa.viz.futures import Comparison, Points, compare
from vega_mesa.viz.panels.card import Card, Chart
from vega_mesa.viz.panels.table import Row, table

MOST_POINTS: Final = 800
REDRAW: Final = 0.2  # seconds between two looks at the progress
COLUMNS: Final = ("", "as it is", "changed", "difference")


@dataclass(frozen=True, slots=True)
class Question:
    """The fields, as typed; ``number`` tells one press of the button from the next."""

    name: str = ""
    value: str = ""
    seed: str = ""
    steps: str = "50"
    number: int = 0

    def ask(self, model: VegaModel, **more: Any) -> Comparison:
        """Compare.

        Raises:
            VegaMesaError: a field cannot be read, or see :func:`vega_mesa.viz.futures.compare`.
        """
        parameters = {self.name.strip(): self.value.strip()} if self.name.strip() else {}
        seed = _whole("seed", self.seed) if self.seed.strip() else None
        return compare(model, _whole("steps", self.steps), parameters=parameters, seed=seed, **more)


def _whole(name: str, text: str) -> int:
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise InvalidAmount(f"{name}: {text!r} is not a whole number") from None


@solara.component
def CompareCard(model: VegaModel) -> None:
    """Fields, a chart of both price paths and a table of differences."""
    update_counter.get()
    question, set_question = solara.use_state(Question())
    asked, ask = solara.use_state(Question())
    found, set_found = solara.use_state(None)
    progress, set_progress = solara.use_state("")

    def run(ended: threading.Event) -> None:
        if not asked.number:
            return
        try:
            answer = answered(model, asked, ended, set_progress)
            if answer is not None:
                set_found(answer)
        finally:
            set_progress("")

    solara.use_thread(run, [asked], intrusive_cancel=False)

    def change(**fields: str) -> None:
        set_question(lambda old: replace(old, **fields))

    with Card("Two futures"):
        with box("vega-row vega-change"):
            field("network parameter", question.name, lambda text: change(name=text), "market.fee.factors.makerFee")
            field("value", question.value, lambda text: change(value=text))
            field("new seed", question.seed, lambda text: change(seed=text), "as it is")
            field("steps", question.steps, lambda text: change(steps=text))
            button("Fork and compare", lambda: ask(replace(question, number=asked.number + 1)), disabled=bool(progress))
        box("vega-count", progress or said(found))
        Chart(option=option(found))
        table(COLUMNS, [] if found is None else cells(found), words=("",), empty="nothing was compared yet")


def answered(model: VegaModel, question: Question, ended: threading.Event, tell: Any) -> Comparison | None:
    """Play both futures; a mistake is told, and then there is no answer."""
    last = 0.0

    def progress(done: int, steps: int) -> None:
        nonlocal last
        if time.monotonic() - last > REDRAW and not ended.is_set():
            last = time.monotonic()
            tell(f"step {done:,} of {steps:,}")

    tell("forking")
    try:
        found = question.ask(model, progress=progress, stopped=ended.is_set)
    except VegaMesaError as mistake:
        session.answer.set((str(mistake), True))
        return None
    session.answer.set((f"compared: {found.change}", False))
    return found


def said(found: Comparison | None) -> str:
    """Which futures the chart shows."""
    if found is None:
        return "copies of the run go on from here, one as it is, one with the change; the run itself stays where it is"
    return f"forked at step {found.changed.marks[0][0]:,}; changed: {found.change}"


def option(found: Comparison | None) -> Option:
    """The shared past and two price paths."""
    chart = base()
    chart["xAxis"] = axis("value", minInterval=1, min="dataMin", max="dataMax", splitLine={"show": False})
    chart["yAxis"] = axis("value", scale=True)
    paths: list[tuple[str, Points, str]] = []
    if found is not None:
        paths = [
            ("past", found.past, INK),
            ("as it is", found.as_it_is.marks, MARK),
            ("changed", found.changed.marks, GROUPS[1]),
        ]
    chart["series"] = [line(name, _thinned(points), colour) for name, points, colour in paths]
    return chart


def _thinned(points: Points) -> list[list[Any]]:
    every = thin(len(points), most=MOST_POINTS)
    return [list(point) for point in points[::-1][::every][::-1]]


def cells(found: Comparison) -> list[Row]:
    """The table: what both have come to."""
    rows = []
    for name, one, other in found.rows():
        difference = None if one is None or other is None else other - one
        rows.append(Row(name, (name, *map(_shown, (one, other)), _shown(difference, sign="+"))))
    return rows


def _shown(value: float | None, *, sign: str = "") -> str:
    if value is None:
        return "-"
    return "0" if abs(value) < 5e-7 else f"{value:{sign},.2f}"
