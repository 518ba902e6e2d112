"""The order ticket, with what the order would do before it is sent."""

from __future__ import annotations

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
from vega_mesa.viz.pages.fields import box, button, choice, field, tick
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price as shown_price
from vega_mesa.viz.ticket import KINDS, LIVES, REFERENCES, TRIGGERS, Preview, Ticket, preview


@solara.component
def TicketCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Fields by the kind of order; buy and sell; the preview."""
    update_counter.get()
    ticket, set_ticket = solara.use_state(Ticket())

    def change(**fields: Any) -> None:
        set_ticket(lambda old: replace(old, **fields))

    def send() -> None:
        assert agent is not None
        session.do(model, lambda: agent.send(ticket.command(agent)), lambda sent: outcome(model, agent, sent))

    with Card("Order"), box("vega-form"):
        with box("vega-row"):
            for side in ("buy", "sell"):
                chosen = side if ticket.side == side else ""
                button(side.capitalize(), lambda side=side: change(side=side), kind=chosen)  # type: ignore[misc]
        choice("type", ticket.kind, KINDS, lambda kind: change(kind=kind))
        inputs(ticket, change)
        box("vega-preview", *look(model, agent, ticket))
        button(f"Send {ticket.side} order", send, kind=ticket.side, disabled=agent is None)


def inputs(ticket: Ticket, change: Any) -> None:
    """The fields that this kind of order has."""

    def text(label: str, name: str, hint: str = "") -> None:
        field(label, getattr(ticket, name), lambda value: change(**{name: value}), hint)

    text("size", "size")
    if ticket.kind in ("limit", "iceberg"):
        text("price", "price")
    if ticket.kind == "iceberg":
        with box("vega-row"):
            text("peak", "peak")
            text("minimum", "minimum")
    if ticket.kind == "pegged":
        with box("vega-row"):
            choice("follows", ticket.reference, REFERENCES, lambda value: change(reference=value))
            text("offset", "offset")
    if ticket.kind == "stop":
        with box("vega-row"):
            choice("when price", ticket.trigger, TRIGGERS, lambda value: change(trigger=value))
            text("trigger price", "trigger_price")
    if ticket.kind in ("limit", "iceberg", "pegged"):
        with box("vega-row"):
            choice("time in force", ticket.life, LIVES, lambda value: change(life=value))
            if ticket.life == "GTT":
                text("expires in", "expires", "1h")
    with box("vega-row vega-ticks"):
        if ticket.kind in ("limit", "iceberg"):
            tick("post only", ticket.post_only, lambda value: change(post_only=value))
        if ticket.kind != "stop":
            tick("reduce only", ticket.reduce_only, lambda value: change(reduce_only=value))


def look(model: VegaModel, agent: VegaAgent | None, ticket: Ticket) -> list[Any]:
    """Lines of the preview: what the network itself would answer now."""
    if agent is None:
        return [box("vega-hint", "Create a key to trade.")]
    if not ticket.size:
        return [box("vega-hint", "Enter a size to see margin and fees.")]
    found, error = attempt(model, lambda: preview(model, agent, ticket.command(agent)))
    if found is None or error or found.error:
        return [box("vega-hint vega-loss", error or (found.error if found is not None else ""))]
    return [box("vega-line", box("", name), box("", value)) for name, value in lines(found)]


def lines(found: Preview) -> list[tuple[str, str]]:
    """Names and numbers of a preview."""
    trades = f"{found.filled:,.10g} at {shown_price(found.average_price)}" if found.filled else "nothing at once"
    return [
        ("would trade", trades),
        ("margin", f"{found.margin[0]:,.2f} \u2192 {found.margin[1]:,.2f}"),
        ("free", f"{found.general[0]:,.2f} \u2192 {found.general[1]:,.2f}"),
        ("fees", f"{found.fees:,.2f}"),
    ]


def outcome(model: VegaModel, agent: VegaAgent, sent: Transaction) -> str:
    """What became of an order, in words."""
    receipt = OrderReceipt(sent, model.units_of(agent.find_market()))
    if sent.pending:
        return "waiting for its turn in the block"
    if receipt.order is None:
        return "accepted"
    if receipt.filled:
        rest = f", {receipt.remaining:,.10g} left" if receipt.remaining else ""
        return f"filled {receipt.filled:,.10g} at {shown_price(receipt.average_price)}{rest}"
    return f"order {receipt.status.lower().replace('_', ' ')}"
