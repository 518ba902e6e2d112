"""Trading by hand: a key and its money, the ticket, the book, and what one holds."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.model import VegaModel
from vega_mesa.viz import session
from vega_mesa.viz.fields import box, notice
from vega_mesa.viz.pages.holdings import FillsCard, OrdersCard, StandingCard
from vega_mesa.viz.pages.key_card import KeyCard
from vega_mesa.viz.pages.ticket_card import TicketCard
from vega_mesa.viz.panels.candles import CandlesPanel
from vega_mesa.viz.panels.ladder import LadderPanel
from vega_mesa.viz.panels.state import MarketStrip


@solara.component
def TradePage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    agent = session.trader(model)
    text, bad = session.answer.value
    with box("vega-page vega-trade"):
        with box("vega-column"):
            KeyCard(model, agent)
            TicketCard(model, agent)
        with box("vega-column vega-middle"):
            MarketStrip(model, full=False)
            notice(text, bad=bad)
            StandingCard(model, agent)
            CandlesPanel(model)
            OrdersCard(model, agent)
        with box("vega-column"):
            LadderPanel(model)
            FillsCard(model, agent)
