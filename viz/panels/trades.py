"""The public trades of the market, the newest first."""

from __future__ import annotations

from typing import Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.model import VegaModel
from vega_mesa.units import to_datetime
from vega_mesa.viz.markets import seen
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price
from vega_mesa.viz.panels.table import Row, table
from vega_mesa.viz.reading import Reading

MOST: Final = 60
LOOKS: Final = {"buy": "vega-bid", "sell": "vega-ask"}


@solara.component
def TradesPanel(model: VegaModel) -> None:
    """Time, price, size and the side that took."""
    update_counter.get()
    with Card("Trades"):
        table(("time", "price", "size", "side"), rows(seen(model)), words=("time",), empty="no trades yet")


def rows(reading: Reading) -> list[Row]:
    """One row a trade, coloured as the side that took."""
    newest = reading.fills[: -MOST - 1 : -1]
    count = len(reading.fills)
    return [
        Row(
            f"{count - number}",
            (
                to_datetime(fill.time).strftime("%H:%M:%S"),
                price(fill.price),
                f"{fill.size:,.10g}",
                fill.side or "auction",
            ),
            LOOKS.get(fill.side, ""),
        )
        for number, fill in enumerate(newest)
    ]
