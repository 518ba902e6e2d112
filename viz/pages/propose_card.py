"""Get tokens, which weigh votes, and propose a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.viz import session
from vega_mesa.viz.desk import label
from vega_mesa.viz.fields import box, button, choice, field
from vega_mesa.viz.markets import chosen
from vega_mesa.viz.panels.card import Card

PARAMETER: Final = "network parameter"
NEW_MARKET: Final = "new market"
UPDATE: Final = "market update"
STATE: Final = "market state"
FREEFORM: Final = "freeform"
KINDS: Final = (PARAMETER, NEW_MARKET, UPDATE, STATE, FREEFORM)
STATES: Final = ("terminate", "suspend", "resume")
LONG: Final = {NEW_MARKET: "Vega's proposal JSON", UPDATE: "Vega's proposal JSON", FREEFORM: "description"}
AS_WRITTEN: Final = "as written"
Texts = dict[str, str]


@solara.component
def ProposeCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """As many rows whatever is proposed."""
    update_counter.get()
    kind, set_kind = solara.use_state(PARAMETER)
    tokens, set_tokens = solara.use_state("1000")
    texts, set_texts = solara.use_state({"closes in": "5s", "enacts in": "10s", "state": STATES[0]})
    market = chosen(model)
    id = None if market is None else market.id
    asset = AS_WRITTEN if market is None else model.exchange.assets.get(market.asset).details.symbol

    def change(name: str) -> Callable[[str], None]:
        return lambda text: set_texts(lambda old: {**old, name: text})

    def propose() -> None:
        assert agent is not None
        session.do(model, lambda: send(agent, kind, {"asset": asset, **texts}, id), f"proposed: {kind}")

    with Card("Propose"), box("vega-form"):
        with box("vega-row"):
            field("tokens", tokens, set_tokens)
            who = "Create a key on the Trade page first."
            if agent is not None:
                who = f"{label(agent)}: {agent.stake():,.2f} staked"
            button("Stake", lambda: _stake(model, agent, tokens), disabled=agent is None)
            box("vega-count", who)
        with box("vega-row"):
            choice("what", kind, KINDS, set_kind)
            field("closes in", texts["closes in"], change("closes in"))
            field("enacts in", texts["enacts in"], change("enacts in"), disabled=kind == FREEFORM)
            button("Propose", propose, disabled=agent is None)
        with box("vega-row vega-field-row"):
            if kind == NEW_MARKET:
                symbols = [one.details.symbol for one in model.exchange.assets.by_id.values()]
                choice("settles in", texts.get("asset", asset), [AS_WRITTEN, *symbols], change("asset"))
            particulars(kind, texts, change, "" if market is None else market.definition.code)
        solara.v.Textarea(
            label=LONG.get(kind, ""), v_model=texts.get(kind, ""), on_v_model=change(kind), outlined=True, dense=True,
            hide_details=True, no_resize=True, rows=5, class_="vega-field vega-text", disabled=kind not in LONG,
        )  # fmt: skip


def particulars(kind: str, texts: Texts, change: Callable[[str], Callable[[str], None]], market: str) -> None:
    """A row with what only this kind of proposal has."""
    if kind == PARAMETER:
        field("parameter", texts.get("parameter", ""), change("parameter"))
        field("value", texts.get("value", ""), change("value"))
    elif kind == STATE:
        choice("market is to", texts["state"], STATES, change("state"))
        ends = texts["state"] == "terminate"
        field("settlement price", texts.get("price", ""), change("price"), disabled=not ends)
    elif kind == FREEFORM:
        field("title", texts.get("title", ""), change("title"))
    if kind in (STATE, UPDATE):
        box("vega-count", f"of {market or 'no market yet'}, which the Market page chooses")


def send(agent: VegaAgent, kind: str, texts: Texts, market: str | None) -> Transaction:
    """Propose what the fields say.

    Raises:
        VegaMesaError: a field is missing or cannot be read.
    """
    times: dict[str, Any] = {"closes_in": texts["closes in"], "enacts_in": texts["enacts in"]}
    long = texts.get(kind, "").strip()
    if kind == PARAMETER:
        return agent.propose_network_parameter(_given(texts, "parameter"), _given(texts, "value"), **times)
    if kind == FREEFORM:
        return agent.propose_freeform(_given(texts, "title"), long, closes_in=texts["closes in"])
    if kind in (NEW_MARKET, UPDATE) and not long.startswith("{"):  # never a path of this machine
        raise ConfigError("market", "the text", "a market proposal in JSON")
    if kind == NEW_MARKET:
        known = agent.model.exchange.assets.by_id.items()
        assets = {one.details.symbol: id for id, one in known}  # so that the JSON may name them
        if texts["asset"] != AS_WRITTEN:
            assets["settlementAsset"] = agent.model.find_asset(texts["asset"])
        return agent.propose_market(long, assets=assets, **times)
    found = agent.find_market(market).id
    if kind == UPDATE:
        return agent.propose_market_update(found, long, **times)
    price = texts.get("price", "").strip() if texts["state"] == "terminate" else ""
    return agent.propose_market_state(found, texts["state"], price or None, **times)


def _given(texts: Texts, name: str) -> str:
    if not texts.get(name, "").strip():
        raise ConfigError(name, "", "a text")
    return texts[name].strip()


def _stake(model: VegaModel, agent: VegaAgent | None, tokens: str) -> None:
    """Bring governance tokens and associate them: they count at once, or once Ethereum has confirmed them."""
    assert agent is not None

    def act() -> Any:
        id = agent.governance_asset()
        source = model.exchange.assets.get(id).details.source
        if isinstance(source, BuiltinSource):
            minted = agent.mint(id, tokens)
            model.chain.next_block()  # which credits them
            return minted if minted.error else agent.associate(tokens)
        minted = agent.mint_token(source.contract_address, agent.asset_amount(id, tokens))
        return minted if minted.error else agent.associate_on_ethereum(tokens)

    session.do(model, act, f"{tokens} tokens staked")
