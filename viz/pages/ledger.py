"""The ledger: every movement of money, filtered by party and type, and whether it all adds up."""

from __future__ import annotations

from collections.abc import Iterable

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.experiments.standing import balances_by_type
from vega_mesa.model import VegaModel
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.fields import box, choice
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.insurance import InsurancePanel
from vega_mesa.viz.panels.table import Row, table
from vega_mesa.viz.records import Movement, records_of

MOST_ROWS = 200
ALL = "all"
COLUMNS = ("block", "type", "amount", "asset", "from", "to")
BALANCES = ("asset", "account", "balance")
WORDS = ("type", "asset", "from", "to")


@solara.component
def LedgerPage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    party, set_party = solara.use_state(ALL)
    kind, set_kind = solara.use_state(ALL)
    with lock_of(model):
        records = records_of(model)
        movements = list(records.movements)
        balances = balances_by_type(model)
        conserved = not model.imbalance()
    found = chosen(movements, party, kind)
    with solara.v.Html(tag="div", class_="vega-page vega-ledger"):
        with Card("Movements"):
            with box("vega-row vega-filters"):
                choice("party", party, [ALL, *sorted({one for move in movements for one in move.parties})], set_party)
                choice("type", kind, [ALL, *sorted({move.kind for move in movements})], set_kind)
                box("vega-count", f"{len(found):,} of {records.seen:,} movements")
            rows = [_row(move) for move in found[: -MOST_ROWS - 1 : -1]]
            table(COLUMNS, rows, words=WORDS, empty="no money has moved since the page opened: step the model")
        with box("vega-column"):
            with Card("Conservation"):
                text, look = ("money adds up", "vega-good") if conserved else ("money does not add up", "vega-bad")
                with box("vega-chips"):
                    box(f"vega-chip {look}", text)
                rows = conservation(balances)
                table(BALANCES, rows, words=BALANCES[:2], empty="no money yet: step the model")
            InsurancePanel(model)


def chosen(movements: Iterable[Movement], party: str, kind: str) -> list[Movement]:
    """The movements of a party and of a type, ``all`` for any."""
    return [move for move in movements if (party in (ALL, *move.parties)) and kind in (ALL, move.kind)]


def conservation(balances: list[tuple[str, str, float]]) -> list[Row]:
    """All kinds of accounts, and the sum of each asset: what came in from outside stands against it, so it is zero."""
    rows = []
    for symbol in dict.fromkeys(asset for asset, _, _ in balances):
        own = [(kind, value) for asset, kind, value in balances if asset == symbol]
        rows += [Row(f"{symbol} {kind}", (symbol, kind, f"{value:,.2f}")) for kind, value in own]
        total = round(sum(value for _, value in own), 6) + 0.0
        rows.append(Row(symbol, (symbol, "sum of all", f"{total:,.2f}"), "vega-total"))
    return rows


def _row(move: Movement) -> Row:
    amount = f"{move.amount:,.6f}"
    cells = (f"{move.block:,}", move.kind, amount, move.asset, move.giver, move.receiver)
    return Row(f"{move.number}", cells)
