"""Trading by hand: a key and its money, the ticket, the book, and what one holds."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.viz import session
from vega_mesa.viz.desk import create, deposit, traders
from vega_mesa.viz.pages.fields import box, button, choice, field, notice, tick
from vega_mesa.viz.pages.holdings import FillsCard, OrdersCard, StandingCard
from vega_mesa.viz.pages.ticket_card import TicketCard
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.ladder import LadderPanel
from vega_mesa.viz.panels.price import PricePanel


@solara.component
def TradePage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    agent = session.trader(model)
    text, bad = session.answer.value
    with solara.v.Html(tag="div", class_="vega-page vega-trade"):
        with solara.v.Html(tag="div", class_="vega-column"):
            KeyCard(model, agent)
            TicketCard(model, agent)
        with solara.v.Html(tag="div", class_="vega-column vega-middle"):
            notice(text, bad=bad)
            StandingCard(model, agent)
            PricePanel(model)
            OrdersCard(model, agent)
        with solara.v.Html(tag="div", class_="vega-column"):
            LadderPanel(model)
            FillsCard(model, agent)


@solara.component
def KeyCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Choose or make a key, and bring money."""
    update_counter.get()
    name, set_name = solara.use_state("")
    amount, set_amount = solara.use_state("10000")
    wait, set_wait = solara.use_state(True)
    keys = traders(model)

    def make() -> None:
        def made() -> str:
            return create(model, name)

        if session.do(model, made, lambda key: f"{key} is ready: deposit, then trade"):
            session.key_in_hand.set(traders(model)[-1])
            set_name("")

    def bring() -> None:
        assert agent is not None
        said = f"{amount} credited" if wait else f"{amount} on the way: play on until Ethereum has confirmed it"
        session.do(model, lambda: deposit(model, agent, amount, wait=wait), said)

    with Card("Key"), box("vega-form"):
        if agent is not None:
            choice("key", agent.key, keys, session.key_in_hand.set)
        with box("vega-row"):
            field("new key", name, set_name, "a name")
            button("Create key", make)
        with box("vega-row"):
            field("amount", amount, set_amount)
            button("Deposit", bring, disabled=agent is None)
        tick("wait until it is confirmed", wait, set_wait)
