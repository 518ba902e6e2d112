"""The agents: what each owns, where it stands, and how the types have fared over time."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa import compat
from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.viz.charts import GROUPS, INK, Option, axis, base, line, thin
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.fields import box, choice
from vega_mesa.viz.panels.accounts import AccountsPanel, amount
from vega_mesa.viz.panels.card import Card, ChartCard
from vega_mesa.viz.panels.profit import ProfitPanel
from vega_mesa.viz.panels.table import Row, table

COLUMNS = ("agent", "general", "margin", "bond", "position", "profit")
MOST_AGENTS = 200
MOST_POINTS = 800
ALL = "all"
Lines = dict[str, list[tuple[int, float]]]


@solara.component
def AgentsPage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    kind, set_kind = solara.use_state(ALL)
    with lock_of(model):
        agents = [agent for agent in compat.agents_of(model) if isinstance(agent, VegaAgent)]
        has_market = model.market is not None
        kinds = list(dict.fromkeys(type(agent).__name__ for agent in agents))
        shown = [agent for agent in agents if kind in (ALL, type(agent).__name__)]
        rows = [Row(agent.key, (agent.key, *cells(agent))) for agent in shown[:MOST_AGENTS] if has_market]
    with solara.v.Html(tag="div", class_="vega-page vega-quarters"):
        ChartCard("Profit and loss over time, by agent type", model, option, profits)
        ProfitPanel(model)
        AccountsPanel(model)
        with Card("Agents"):
            with box("vega-row vega-filters"):
                choice("type", kind, [ALL, *kinds], set_kind)
                box("vega-count", f"{len(shown):,} agents")
            table(COLUMNS, rows, words=COLUMNS[:1], empty="no market yet: step the model")


def cells(agent: VegaAgent) -> list[str]:
    """What an agent has, as words."""
    money = (agent.general(), agent.margin(), agent.bond())
    position = f"{agent.position():,.6g}"
    return [*map(amount, money), position, amount(agent.profit())]


def profits(model: VegaModel) -> Lines:
    """Profit after each step by type, from what the model has collected of its agents; the present one at least."""
    found: Lines = {}
    with lock_of(model):
        steps = len(model.datacollector.model_vars.get("mark_price", ()))
        records = getattr(model.datacollector, "_agent_records", {})
        names = {agent.unique_id: type(agent).__name__ for agent in compat.agents_of(model)}
        column = list(model.datacollector.agent_reporters).index("profit") + 2 if records else 0
        every = thin(steps, most=MOST_POINTS)
        for number, rows in enumerate(records.values(), start=1):
            if (steps - number) % every:
                continue
            sums: dict[str, float] = {}
            for row in rows:
                name = names.get(row[1])
                if name is not None and row[column] is not None:
                    sums[name] = sums.get(name, 0.0) + row[column]
            for name, value in sums.items():
                found.setdefault(name, []).append((number, value))
    return found


def option(reading: Lines) -> Option:
    """One line a type."""
    chart = base()
    last = max((points[-1][0] for points in reading.values()), default=1)
    chart["grid"]["top"] = 52
    chart["legend"] |= {"type": "scroll", "itemHeight": 12, "pageIconColor": INK, "pageTextStyle": {"color": INK}}
    chart["xAxis"] = axis("value", min=0, max=max(1, last), minInterval=1, splitLine={"show": False})
    chart["yAxis"] = axis("value")
    chart["series"] = [
        line(name, [list(point) for point in points], GROUPS[index % len(GROUPS)])
        for index, (name, points) in enumerate(reading.items())
    ]
    return chart
