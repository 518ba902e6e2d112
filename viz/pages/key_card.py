"""The key that one trades with, and the money that it brings."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.spot.market import SpotMarket
from vega_mesa.viz import session
from vega_mesa.viz.desk import create, deposit, is_served, label, traders, withdraw
from vega_mesa.viz.fields import box, button, choice, field, tick
from vega_mesa.viz.markets import chosen
from vega_mesa.viz.panels.card import Card


@solara.component
def KeyCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Choose or make a key, and bring money.

    On a served network a key is made of its name and a secret, which gives it back on another day. Without one it ends
    with the page. Money comes as soon as that network's Ethereum has confirmed it.
    """
    update_counter.get()
    name, set_name = solara.use_state("")
    secret, set_secret = solara.use_state("")
    amount, set_amount = solara.use_state("10000")
    wait, set_wait = solara.use_state(True)
    picked, pick = solara.use_state("")
    served, market = is_served(model), chosen(model)
    symbols = assets(model, market)
    asset = picked if picked in symbols else next(iter(symbols), None)
    keys = [{"text": label(model.agent(key)), "value": key} for key in traders(model)]

    def make() -> None:
        if session.do(model, lambda: create(model, name, secret), said_of_key):
            session.key_in_hand.set(traders(model)[-1])
            set_name("")
            set_secret("")

    def said_of_key(key: str) -> str:
        return f"{label(model.agent(key))} is ready: deposit, then trade"

    def bring() -> None:
        assert agent is not None
        said = f"{amount} credited"
        if served:
            said = f"{amount} on the way: credited once Ethereum has confirmed it"
        elif not wait:
            said = f"{amount} on the way: play on until Ethereum has confirmed it"
        session.do(model, lambda: deposit(model, agent, amount, wait=wait and not served, asset=asset), said)

    def take() -> None:
        assert agent is not None
        session.do(model, lambda: withdraw(model, agent, amount, asset=asset), f"{amount} {asset} withdrawn")

    with Card("Key"), box("vega-form"):
        choice("key", None if agent is None else agent.key, keys, session.key_in_hand.set, disabled=agent is None)
        with box("vega-row"):
            field("new key", name, set_name, "a name")
            button("Create key", make)
        if served:
            field("secret", secret, set_secret, "to come back to the key", hidden=True)
        with box("vega-row"):
            field("amount", amount, set_amount)
            choice("asset", asset, symbols, pick, disabled=len(symbols) < 2)
        with box("vega-row vega-sides"):
            button("Deposit", bring, disabled=agent is None or asset is None)
            button("Withdraw", take, disabled=agent is None or asset is None)
        if not served:
            tick("wait until it is confirmed", wait, set_wait)


def assets(model: VegaModel, market: TradingMarket | None) -> list[str]:
    """What one trades with on a market: the asset that it settles in, on a spot market also what is bought and sold."""
    if market is None:
        return []
    ids = [market.asset, *([market.base_asset] if isinstance(market, SpotMarket) else [])]
    return [model.exchange.assets.get(id).details.symbol for id in ids]
