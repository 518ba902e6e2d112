"""What a party holds: its standing and margin mode, its orders with amend and cancel, and its fills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.protocol.commands.trading import OrderCancellation, StopOrdersCancellation
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.matching.order import BUY, Order
from vega_mesa.protocol.matching.stop_order import FALLS_BELOW, StopOrder
from vega_mesa.protocol.spot.market import SpotMarket
from vega_mesa.viz import session
from vega_mesa.viz.desk import alone
from vega_mesa.viz.fields import box, button, choice, field, figures
from vega_mesa.viz.markets import chosen, seen
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price as shown_price
from vega_mesa.viz.panels.table import Act, Row, table
from vega_mesa.viz.reading import Fill

ORDER_COLUMNS: Final = ("side", "type", "size", "left", "price", "life", "status", "")
ORDER_WORDS: Final = ("side", "type", "life", "status")
FILL_COLUMNS: Final = ("side", "size", "price", "with")
MOST_FILLS: Final = 50
MODES: Final = ("cross", "isolated")


@solara.component
@alone
def StandingCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Position, profit, money and margin mode of the key in hand."""
    update_counter.get()
    market = chosen(model)
    mode, set_mode = solara.use_state(MODES[0])
    factor, set_factor = solara.use_state("0.1")
    has_margin = agent is not None and isinstance(market, FuturesMarket) and not market.has_ended

    def apply() -> None:
        assert agent is not None and market is not None
        isolated = mode == MODES[1]

        def act() -> Any:
            return agent.use_isolated_margin(factor, market.id) if isolated else agent.use_cross_margin(market.id)

        session.do(model, act, f"isolated margin, factor {factor}" if isolated else "cross margin")

    with Card("Position"):
        figures(standing(agent, market), "vega-standing")
        with box("vega-row vega-margin"):
            choice("margin mode", mode, MODES, set_mode, disabled=not has_margin)
            field("margin factor", factor, set_factor, disabled=not has_margin or mode == MODES[0])
            button("Set margin mode", apply, disabled=not has_margin)


def standing(agent: VegaAgent | None, market: TradingMarket | None) -> list[tuple[str, str]]:
    """Names and numbers; profit as all that one owns less all that one brought, fees included.

    On a spot market the position is what one has of the asset that is traded there.
    """
    names = ("position", "entry", "mark", "unrealised", "realised", "margin", "free", "mode")
    if agent is None or market is None:
        return [(name, "-") for name in names]
    id = market.id
    size, entry, mark = _size(agent, market), _entry(agent, market), agent.mark_price(id)
    unrealised = size * (mark - entry) if size and entry is not None and mark is not None else 0.0
    values = (
        f"{size:+,.10g}" if size else "0", shown_price(entry), shown_price(mark), f"{unrealised:,.2f}",
        f"{agent.profit(id) - unrealised:,.2f}", f"{agent.margin(id):,.2f}", f"{agent.general(id):,.2f}",
        margin_mode(market, agent.key),
    )  # fmt: skip
    return list(zip(names, values, strict=True))


def _size(agent: VegaAgent, market: TradingMarket) -> float:
    return agent.balance(market.base_asset) if isinstance(market, SpotMarket) else agent.position(market.id)


def margin_mode(market: TradingMarket, party: str) -> str:
    """How a party's position is backed."""
    if not isinstance(market, FuturesMarket):
        return "spot"
    factor = market.isolated.get(party)
    return MODES[0] if factor is None else f"{MODES[1]} {float(factor):g}"


def _entry(agent: VegaAgent, market: TradingMarket) -> float | None:
    if not isinstance(market, FuturesMarket) or market.has_ended:
        return None
    position = market.positions.by_party.get(agent.key)
    if position is None or not position.size:
        return None
    return agent.units(market.id).shown_price(position.average_entry_price)


@solara.component
@alone
def OrdersCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Live orders and stop orders; one of them may be amended or cancelled."""
    update_counter.get()
    market = chosen(model)
    picked, pick = solara.use_state("")
    size, set_size = solara.use_state("")
    price, set_price = solara.use_state("")
    orders = [] if agent is None or market is None else market.orders_of(agent.key)
    stops = [] if agent is None or market is None else market.stop_orders.of_party(agent.key)

    def amend() -> None:
        assert agent is not None and market is not None
        given: dict[str, Any] = {"size": size.strip() or None, "price": price.strip() or None}
        if session.do(model, lambda: agent.amend_order(picked, **given, market=market.id), "order amended"):
            pick("")

    def cancel_all() -> None:
        assert agent is not None and market is not None

        def act() -> Any:
            sent = agent.send(OrderCancellation(market_id=market.id)) if orders else None
            return agent.send(StopOrdersCancellation(market_id=market.id)) if stops else sent

        session.do(model, act, "all cancelled")

    with Card("Orders"):
        with box("vega-row vega-amend"):
            field("new size", size, set_size)
            field("new price", price, set_price)
            button("Amend", amend, disabled=picked not in [order.id for order in orders])
            button("Cancel all", cancel_all, disabled=not orders and not stops)
        rows = [] if agent is None else order_rows(model, agent, orders, picked, pick)
        rows += [] if agent is None else [_stop_row(model, agent, stop) for stop in stops]
        table(ORDER_COLUMNS, rows, words=ORDER_WORDS, empty="no live orders")


def order_rows(
    model: VegaModel, agent: VegaAgent, orders: list[Order], picked: str, pick: Callable[[str], None]
) -> list[Row]:
    """One row an order; the one that is picked stands out."""

    def cancel(order: Order) -> None:
        session.do(model, lambda: agent.cancel_order(order.id, order.market), "order cancelled")

    return [
        Row(
            order.id,
            (
                *_order_cells(agent, order),
                (
                    Act(f"pick {order.id}", "select", lambda id=order.id: pick(id)),  # type: ignore[misc]
                    Act(f"cancel {order.id}", "cancel", lambda order=order: cancel(order)),  # type: ignore[misc]
                ),
            ),
            "vega-picked" if order.id == picked else "",
        )
        for order in orders
    ]


def _order_cells(agent: VegaAgent, order: Order) -> list[str]:
    units = agent.units(order.market)
    return [
        "buy" if order.side is BUY else "sell",
        "iceberg" if order.iceberg else "pegged" if order.peg else order.type.name.lower(),
        f"{units.shown_size(order.size):,.10g}",
        f"{units.shown_size(order.true_remaining):,.10g}",
        shown_price(units.shown_price(order.price)) if order.price else "-",
        order.time_in_force.name,
        order.status.name.lower(),
    ]


def _stop_row(model: VegaModel, agent: VegaAgent, stop: StopOrder) -> Row:
    sent = stop.submission
    size = f"{agent.units(stop.market).shown_size(sent.size):,.10g}"

    def cancel() -> None:
        session.do(model, lambda: agent.cancel_stop_order(stop.id, stop.market), "stop order cancelled")

    side = "buy" if sent.side is BUY else "sell"
    kind = "OCO" if stop.partner else "stop"
    acts = [Act(f"cancel {stop.id}", "cancel", cancel)]
    return Row(stop.id, (side, kind, size, size, trigger(agent, stop), sent.time_in_force.name, "waits", acts))


def trigger(agent: VegaAgent, stop: StopOrder) -> str:
    """When a stop order fires: below or above a price, or so far from the best price since."""
    sign = "\u2264" if stop.direction is FALLS_BELOW else "\u2265"
    if stop.price is None:
        return f"{sign} {100 * float(stop.trailing_offset or 0):.4g}% trailing"
    decimals = agent.find_market(stop.market).definition.decimal_places
    return f"{sign} {stop.price / 10**decimals:,.10g}"


@solara.component
@alone
def FillsCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """The party's own trades, the newest first."""
    update_counter.get()
    fills = seen(model).fills
    with Card("Fills"):
        rows = [] if agent is None else fill_rows(fills, agent.key)
        table(FILL_COLUMNS, rows, words=("side", "with"), empty="no fills yet")


def fill_rows(fills: list[Fill], party: str) -> list[Row]:
    """A party's trades: it bought, or it sold, or both."""
    own = [(number, fill) for number, fill in enumerate(fills) if party in (fill.buyer, fill.seller)]
    rows = []
    for number, fill in own[: -MOST_FILLS - 1 : -1]:
        bought = fill.buyer == party
        size, other = f"{fill.size:,.10g}", fill.seller if bought else fill.buyer
        side, look = ("bought", "vega-bid") if bought else ("sold", "vega-ask")
        rows.append(Row(f"{number}", (side, size, shown_price(fill.price), other), look))
    return rows
