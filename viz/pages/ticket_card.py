"""The order ticket, with what the order would do before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.actions.receipt import OrderReceipt
from vega_mesa.agent import VegaAgent
from vega_mesa.chain.transaction import Transaction
from vega_mesa.model import VegaModel
from vega_mesa.viz import session
from vega_mesa.viz.desk import attempt
from vega_mesa.viz.fields import box, button, choice, field, tick
from vega_mesa.viz.markets import chosen
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price as shown_price
from vega_mesa.viz.ticket import KINDS, LIVES, REFERENCES, STOPS, TRIGGERS, Preview, Ticket, preview

Change = Callable[..., None]


@solara.component
def TicketCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Buy and sell, the kind of order, its fields and the preview: as many rows whatever the kind."""
    update_counter.get()
    ticket, set_ticket = solara.use_state(Ticket())
    market = chosen(model)
    id = None if market is None else market.id

    def change(**fields: Any) -> None:
        set_ticket(lambda old: replace(old, **fields))

    def send() -> None:
        assert agent is not None
        session.do(model, lambda: agent.send(ticket.command(agent, id)), lambda sent: outcome(model, agent, sent, id))

    with Card("Order"), box("vega-form"):
        with box("vega-row vega-sides"):
            for side in ("buy", "sell"):
                picked = side if ticket.side == side else ""
                button(side.capitalize(), lambda side=side: change(side=side), kind=picked)  # type: ignore[misc]
        choice("type", ticket.kind, KINDS, lambda kind: change(kind=kind))
        inputs(ticket, change)
        box("vega-preview", *look(model, agent, ticket, id))
        button(f"Send {ticket.side} order", send, kind=ticket.side, disabled=agent is None)


def inputs(ticket: Ticket, change: Change) -> None:
    """Four rows; what a kind of order does not have is disabled, or its row is empty."""
    with box("vega-row vega-field-row"):
        field("size", ticket.size, lambda text: change(size=text))
        field("price", ticket.price, lambda text: change(price=text), disabled=not ticket.is_priced)
    with box("vega-row vega-field-row"):
        particulars(ticket, change)
    with box("vega-row vega-field-row"):
        choice("time in force", ticket.life, LIVES, lambda value: change(life=value), disabled=not ticket.rests)
        expires = ticket.rests and ticket.life == "GTT"
        field("expires in", ticket.expires, lambda text: change(expires=text), "1h", disabled=not expires)
    with box("vega-row vega-ticks"):
        tick("post only", ticket.post_only, lambda value: change(post_only=value), disabled=not ticket.is_priced)
        stops = ticket.kind in STOPS  # which only ever close
        tick("reduce only", ticket.reduce_only or stops, lambda value: change(reduce_only=value), disabled=stops)


def particulars(ticket: Ticket, change: Change) -> None:
    """What only this kind of order has."""

    def text(label: str, name: str, hint: str = "") -> None:
        field(label, getattr(ticket, name), lambda value: change(**{name: value}), hint)

    if ticket.kind in ("stop", "trailing stop"):
        choice("when price", ticket.trigger, TRIGGERS, lambda value: change(trigger=value))
    if ticket.kind == "stop":
        text("trigger price", "trigger_price")
    elif ticket.kind == "trailing stop":
        text("trails by %", "trail", "5")
    elif ticket.kind == "OCO":
        text("falls below", "below", "price or 5%")
        text("rises above", "above", "price or 5%")
    elif ticket.kind == "iceberg":
        text("peak", "peak")
        text("minimum", "minimum")
    elif ticket.kind == "pegged":
        choice("follows", ticket.reference, REFERENCES, lambda value: change(reference=value))
        text("offset", "offset")


def look(model: VegaModel, agent: VegaAgent | None, ticket: Ticket, market: str | None) -> list[Any]:
    """Lines of the preview: what the network itself would answer now."""
    if agent is None:
        return [box("vega-hint", "Create a key to trade.")]
    if market is None:
        return [box("vega-hint", "There is no market yet: step the model.")]
    if not ticket.size:
        return [box("vega-hint", "Enter a size to see margin and fees.")]
    found, error = attempt(model, lambda: preview(model, agent, ticket.command(agent, market), market))
    if found is None or error or found.error:
        return [box("vega-hint vega-loss", error or (found.error if found is not None else ""))]
    return [box("vega-line", box("", name), box("", value)) for name, value in lines(found, ticket)]


def lines(found: Preview, ticket: Ticket) -> list[tuple[str, str]]:
    """Names and numbers of a preview."""
    trades = "waits for its price" if ticket.kind in STOPS else "nothing at once"
    if found.filled:
        trades = f"{found.filled:,.10g} at {shown_price(found.average_price)}"
    return [
        ("would trade", trades),
        ("margin", f"{found.margin[0]:,.2f} \u2192 {found.margin[1]:,.2f}"),
        ("free", f"{found.general[0]:,.2f} \u2192 {found.general[1]:,.2f}"),
        ("fees", f"{found.fees:,.2f}"),
    ]


def outcome(model: VegaModel, agent: VegaAgent, sent: Transaction, market: str | None = None) -> str:
    """What became of an order, in words."""
    receipt = OrderReceipt(sent, model.units_of(agent.find_market(market)))
    if sent.pending:
        return "waiting for its turn in the block"
    if receipt.order is None:
        return "accepted"
    if receipt.filled:
        rest = f", {receipt.remaining:,.10g} left" if receipt.remaining else ""
        return f"filled {receipt.filled:,.10g} at {shown_price(receipt.average_price)}{rest}"
    return f"order {receipt.status.lower().replace('_', ' ')}"
