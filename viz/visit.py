"""The console on a served network: the same pages, and in place of Mesa's controls where the network stands."""

from __future__ import annotations

import threading

import solara
import solara.lab
from mesa.visualization.utils import update_counter

from vega_mesa.units import to_datetime
from vega_mesa.viz.desk import traders
from vega_mesa.viz.drawing import redraw
from vega_mesa.viz.fields import box
from vega_mesa.viz.network import PAUSE, Line
from vega_mesa.viz.pages import Pages
from vega_mesa.viz.panels.card import Card

LOOKS = {"live": "good", "lost": "bad"}


@solara.component
def Visit(address: str) -> None:
    """A visitor's page: it follows the network as long as it is open."""
    update_counter.get()
    line = solara.use_memo(lambda: Line(address), [address])

    def follow(ended: threading.Event) -> None:
        try:
            line.follow(ended, lambda: redraw(PAUSE))  # who acts may wait for a block: the next one draws as well
        finally:
            line.service.close()

    following = solara.use_thread(follow, [address], intrusive_cancel=False)
    if following.error is not None:
        line.trouble = f"a defect: {type(following.error).__name__}: {following.error}"
    solara.Title("vega_mesa \u00b7 network")
    with solara.AppBar():
        solara.AppBarTitle(f"vega_mesa \u00b7 {line.service.address}")
        solara.lab.ThemeToggle()
    with solara.Sidebar():
        LineCard(line)
    model = line.model
    if model is None:
        with box("vega-page"), Card("Network"):
            box("vega-hint", line.trouble or f"connecting to {line.service.address}")
    else:
        Pages(model)


@solara.component
def LineCard(line: Line) -> None:
    """Which network, where it stands, and whether it still answers."""
    update_counter.get()
    model = line.model
    rows = [("address", line.service.address)]
    if model is not None:
        chain = model.chain
        rows += [
            ("chain", chain.genesis.chain_id),
            ("block", f"{chain.height:,}"),
            ("time", to_datetime(chain.now).strftime("%Y-%m-%d %H:%M:%S")),
            ("transactions", f"{len(chain.log):,}"),
            ("your keys", f"{len(traders(model))}"),
        ]
    with Card("Network"):
        box("vega-chips", box(f"vega-chip vega-{LOOKS.get(line.state, 'waiting')}", line.state))
        for name, value in rows:
            box("vega-line", box("", name), box("vega-count", value))
        box("vega-hint vega-loss", line.trouble)
