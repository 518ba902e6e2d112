"""What a party holds: its standing, its orders with amend and cancel, and its fills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.matching.order import BUY, Order
from vega_mesa.protocol.matching.stop_order import StopOrder
from vega_mesa.viz import session
from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.pages.fields import box, button, field, grid
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price as shown_price

ORDER_COLUMNS = ("type", "size", "left", "price", "life", "status", "")
MOST_FILLS = 50


@solara.component
def StandingCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Position, profit and money of the key in hand."""
    update_counter.get()
    with Card("Position"):
        tiles = [
            box("vega-tile", box("vega-tile-name", name), box("vega-tile-value", value))
            for name, value in standing(agent if model.market is not None else None)
        ]
        box("vega-tiles vega-standing", *tiles)


def standing(agent: VegaAgent | None) -> list[tuple[str, str]]:
    """Names and numbers; profit as all that one owns less all that one brought, fees included."""
    names = ("position", "entry", "mark", "unrealised", "realised", "margin", "free")
    if agent is None:
        return [(name, "-") for name in names]
    size, entry, mark = agent.position(), _entry(agent), agent.mark_price()
    unrealised = size * (mark - entry) if size and entry is not None and mark is not None else 0.0
    values = (
        f"{size:+,.10g}" if size else "0", shown_price(entry), shown_price(mark), f"{unrealised:,.2f}",
        f"{agent.profit() - unrealised:,.2f}", f"{agent.margin():,.2f}", f"{agent.general():,.2f}",
    )  # fmt: skip
    return list(zip(names, values, strict=True))


def _entry(agent: VegaAgent) -> float | None:
    market = agent.find_market()
    if not isinstance(market, FuturesMarket) or market.has_ended:
        return None
    position = market.positions.by_party.get(agent.key)
    if position is None or not position.size:
        return None
    return agent.units().shown_price(position.average_entry_price)


@solara.component
def OrdersCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Live orders and stop orders; one of them may be amended or cancelled."""
    update_counter.get()
    chosen, choose = solara.use_state("")
    size, set_size = solara.use_state("")
    price, set_price = solara.use_state("")
    live = _orders(agent)

    def amend() -> None:
        assert agent is not None
        given: dict[str, Any] = {"size": size.strip() or None, "price": price.strip() or None}
        if session.do(model, lambda: agent.amend_order(chosen, **given), "order amended"):
            choose("")

    def cancel_all() -> None:
        assert agent is not None
        session.do(model, agent.cancel_orders, "orders cancelled")

    editing = chosen in [order.id for order in live]
    with Card("Orders"):
        with box("vega-row vega-amend"):
            field("new size", size, set_size)
            field("new price", price, set_price)
            button("Amend", amend, disabled=not editing)
            button("Cancel all", cancel_all, disabled=not live)
        rows = [_row(model, agent, order, choose) for order in live if agent is not None]
        rows += [_stop_row(model, agent, stop) for stop in _stops(agent) if agent is not None]
        grid(ORDER_COLUMNS, rows, "no live orders")


def _orders(agent: VegaAgent | None) -> list[Order]:
    if agent is None or agent.model.market is None:
        return []
    return agent.orders() + agent.find_market().parked.of_party(agent.key)


def _stops(agent: VegaAgent | None) -> list[StopOrder]:
    if agent is None or agent.model.market is None:
        return []
    return agent.find_market().stop_orders.of_party(agent.key)


def _row(model: VegaModel, agent: VegaAgent, order: Order, choose: Callable[[str], None]) -> tuple[str, list[Any]]:
    units = agent.units()

    def cancel() -> None:
        session.do(model, lambda: agent.cancel_order(order.id), "order cancelled")

    kind = "iceberg" if order.iceberg else "pegged" if order.peg else order.type.name.lower()
    return ("buy" if order.side is BUY else "sell"), [
        kind,
        f"{units.shown_size(order.size):,.10g}",
        f"{units.shown_size(order.true_remaining):,.10g}",
        shown_price(units.shown_price(order.price)) if order.price else "-",
        order.time_in_force.name,
        order.status.name.lower(),
        box(
            "vega-actions",
            button("select", lambda: choose(order.id), kind="small"),
            button("cancel", cancel, kind="small"),
        ),
    ]


def _stop_row(model: VegaModel, agent: VegaAgent, stop: StopOrder) -> tuple[str, list[Any]]:
    market, sent = agent.find_market(), stop.submission
    size = agent.units().shown_size(sent.size)
    trigger = "-" if stop.price is None else f"{stop.price / 10**market.definition.decimal_places:,.10g}"

    def cancel() -> None:
        session.do(model, lambda: agent.cancel_stop_order(stop.id), "stop order cancelled")

    return ("buy" if sent.side is BUY else "sell"), [
        "stop", f"{size:,.10g}", f"{size:,.10g}", trigger, sent.time_in_force.name, "waits",
        box("vega-actions", button("cancel", cancel, kind="small")),
    ]  # fmt: skip


@solara.component
def FillsCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """The party's own trades, the newest first."""
    update_counter.get()
    rows = []
    if agent is not None:
        own = [fill for fill in reading_of(model).fills if agent.key in (fill.buyer, fill.seller)]
        for fill in own[: -MOST_FILLS - 1 : -1]:
            bought = fill.buyer == agent.key
            other = fill.seller if bought else fill.buyer
            rows.append(("bought" if bought else "sold", [f"{fill.size:,.10g}", shown_price(fill.price), other]))
    with Card("Fills"):
        grid(("size", "price", "with"), rows, "no fills yet")
