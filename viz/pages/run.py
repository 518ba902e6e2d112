"""The run: what it is and how far, saved and loaded, begun anew with other network parameters, and two of its futures.

The controls at the side, Mesa's, set the speed, and the parameters of the next run; this page tells with what the
present one was made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.errors import UsageError, VegaMesaError
from vega_mesa.model import VegaModel
from vega_mesa.units import to_datetime
from vega_mesa.viz import session
from vega_mesa.viz.desk import is_served, lock_of
from vega_mesa.viz.fields import box, button, notice
from vega_mesa.viz.pages.compare import CompareCard
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.table import Row, table
from vega_mesa.viz.run_file import RunFile

REDRAW: Final = 0.2  # seconds between two looks at the progress
SERVED: Final = (
    "This network is run by whoever serves it, who alone can fork it or set its speed.",
    "Its agents think there, and only the exchange is copied here, so its futures cannot be played on this page.",
    "What can be saved is its log, all transactions since genesis: NullChain.replay makes the same state of it.",
    "To try two futures, play the same model on a machine of your own: vega-mesa viz MODEL",
)


@solara.component
def RunPage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    text, bad = session.answer.value
    if is_served(model):
        with box("vega-page"):
            notice(text, bad=bad)
            LogCard(model)
        return
    with box("vega-page vega-run"):
        with box("vega-column"):
            RunCard(model)
            FilesCard(model)
            AnewCard(model)
        with box("vega-column"):
            notice(text, bad=bad)
            CompareCard(model)


@solara.component
def RunCard(model: VegaModel) -> None:
    """How far the run is, and what it was made with."""
    update_counter.get()
    with lock_of(model):
        lines = figures(model)
        part = min(1.0, model.step_count / model.num_steps)
    with Card("This run"):
        for name, value in lines:
            box("vega-line", box("", name), box("vega-count", value))
        box("vega-progress", solara.v.Html(tag="i", style_=f"width: {part:.1%}"))
        rows = [Row(name, (name, value)) for name, value in made_with(model).items()]
        table(("made with", ""), rows, words=("made with",), empty="the model's defaults")


def figures(model: VegaModel) -> list[tuple[str, str]]:
    """Names and numbers of the moment."""
    chain = model.chain
    ended = ", ended" if model.finished else ""
    return [
        ("model", type(model).__name__),
        ("seed", f"{model.seed}"),
        ("step", f"{model.step_count:,} of {model.num_steps:,}{ended}"),
        ("block", f"{chain.height:,}"),
        ("time", to_datetime(chain.now).strftime("%Y-%m-%d %H:%M:%S")),
        ("transactions", f"{len(chain.log):,}"),
    ]


def made_with(model: VegaModel) -> dict[str, str]:
    """The arguments of the model, and its network parameters one by one."""
    found = {name.replace("_", " "): value for name, value in model.arguments.items() if name != "rng"}
    network = found.pop("network parameters", None) or {}
    return {name: str(value) for name, value in (found | dict(network)).items()}


@solara.component_vue("../assets/files.vue")
def Files(
    busy: bool,
    loads: bool,
    saved: dict[str, str] | None,
    event_ask: Callable[[Any], None],
    event_open: Callable[[dict[str, str]], None],
) -> None:
    """Buttons: what is ``saved`` goes to the browser's downloads; where one ``loads``, files come from there."""


@solara.component
def FilesCard(model: VegaModel) -> None:
    """Save the run as a file, load one."""
    saved, set_saved = solara.use_state(None)
    opened, set_opened = solara.use_state("")
    progress, set_progress = solara.use_state("")

    def save(_: Any = None) -> None:
        def write() -> tuple[RunFile, str]:
            run = RunFile.of(model)
            return run, run.text()

        def keep(written: tuple[RunFile, str]) -> str:
            run, text = written
            set_saved({"name": f"{run.model}-{run.seed}-step-{run.steps}.json", "text": text})
            return f"saved at step {run.steps}, block {run.height}"

        session.do(model, write, keep)

    def load(ended: threading.Event) -> None:
        if not opened:
            return
        try:
            load_run(opened, ended, set_progress)
        finally:
            set_progress("")
            set_opened("")

    solara.use_thread(load, [opened], intrusive_cancel=False)
    with Card("Save and load"), box("vega-form"):
        with box("vega-row vega-files"):
            Files(
                busy=bool(opened),
                loads=True,
                saved=saved,
                event_ask=save,
                event_open=lambda file: set_opened(file["text"] or " "),
            )
            button("Stop", lambda: set_opened(""), disabled=not opened)
        box("vega-count", progress or "loading makes the run once more")


@solara.component
def LogCard(model: VegaModel) -> None:
    """What a visitor can do with somebody else's run: keep its log."""
    saved, set_saved = solara.use_state(None)

    def save(_: Any = None) -> None:
        def keep(written: tuple[int, str]) -> str:
            height, text = written
            set_saved({"name": f"{model.chain.genesis.chain_id}-block-{height}.jsonl", "text": text})
            return f"saved at block {height}"

        session.do(model, lambda: (model.chain.height, log_text(model)), keep)

    with Card("Whose run this is"):
        for line in SERVED:
            box("vega-hint vega-said", line)
        Files(busy=False, loads=False, saved=saved, event_ask=save, event_open=lambda _: None)


def log_text(model: VegaModel) -> str:
    """The transactions since genesis, as :meth:`vega_mesa.chain.transaction_log.TransactionLog.read` takes them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "log.jsonl"
        model.chain.finished_log().write(file)
        return file.read_text(encoding="utf-8")


def load_run(text: str, ended: threading.Event, tell: Callable[[str], None]) -> None:
    """Make a saved run once more and show it; a mistake is told, and changes nothing."""
    last = 0.0

    def progress(done: int, steps: int) -> None:
        nonlocal last
        if time.monotonic() - last > REDRAW and not ended.is_set():
            last = time.monotonic()
            tell(f"step {done:,} of {steps:,}")

    try:
        run = RunFile.read(text)
        model = run.again(progress, stopped=ended.is_set)
    except VegaMesaError as mistake:
        session.answer.set((str(mistake), True))
        return
    session.begin(run.model, model)
    session.answer.set((f"loaded: step {model.step_count}, block {model.chain.height}, the saved state", False))


@solara.component
def AnewCard(model: VegaModel) -> None:
    """Begin the same run with other network parameters."""
    given = model.arguments.get("network_parameters") or {}
    text, set_text = solara.use_state("\n".join(f"{name} = {value}" for name, value in given.items()))

    def begin() -> None:
        def made() -> VegaModel:
            arguments = {name: value for name, value in model.arguments.items() if name != "rng"}
            return type(model)(**arguments | {"rng": model.seed, "network_parameters": read_parameters(text)})

        session.begin_anew(made)

    with Card("Network parameters from the start"), box("vega-form"):
        solara.v.Textarea(
            v_model=text, on_v_model=lambda value: set_text(value or ""), rows=3, outlined=True, dense=True,
            hide_details=True, no_resize=True, class_="vega-text", label="network parameters",
            placeholder="market.fee.factors.makerFee = 0.0005",
        )  # fmt: skip
        button("Begin anew", begin)


def read_parameters(text: str) -> dict[str, str]:
    """Lines of names and values.

    Raises:
        UsageError: a line has no equals sign.
    """
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{line!r}: expected name = value, one a line")
        found[name.strip()] = value.strip()
    return found
