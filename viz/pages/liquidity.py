"""Liquidity: who provides it, with which stake and share, how well, and for which fee; commit with the key in hand."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.agent import VegaAgent
from vega_mesa.model import VegaModel
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.liquidity.provision import Provision
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.viz import session
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.fields import box, button, field, figures, notice
from vega_mesa.viz.markets import chosen
from vega_mesa.viz.observer import words
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.provider_bonds import ProviderBondsPanel
from vega_mesa.viz.panels.provider_fees import ProviderFeesPanel
from vega_mesa.viz.panels.provider_returns import ProviderReturnsPanel
from vega_mesa.viz.panels.provider_service import ProviderServicePanel
from vega_mesa.viz.panels.provider_shares import ProviderSharesPanel
from vega_mesa.viz.panels.providers import ProvidersPanel
from vega_mesa.viz.panels.state import MarketStrip
from vega_mesa.viz.panels.table import Row, table
from vega_mesa.viz.providers import providers_of

COLUMNS = ("provider", "status", "stake", "bond", "share", "SLA now", "SLA last", "fee bid", "fees waiting")


@solara.component
def LiquidityPage(model: VegaModel) -> None:
    """The whole page."""
    update_counter.get()
    text, bad = session.answer.value
    with lock_of(model):
        market = chosen(model)
        found = [] if market is None else provisions(market)
        rows = [Row(one.party, (one.party, *cells(model, market, one))) for one in found if market is not None]
        stakes = [] if market is None else market_figures(model, market)
        studied = providers_of(model).providers
    with box("vega-page vega-column vega-liquidity"):
        MarketStrip(model, full=False)
        notice(text, bad=bad)
        with Card("Market"):
            figures(stakes or [("no market yet", "step the model")], "vega-tiles")
        with Card("Liquidity providers"):
            table(COLUMNS, rows, words=COLUMNS[:2], empty="nobody provides liquidity: commit below")
        CommitCard(model, session.trader(model))
        if studied:
            Study(model)


@solara.component
def Study(model: VegaModel) -> None:
    """What a model that studies its providers knows of them."""
    with box("vega-page vega-quarters"):
        ProviderReturnsPanel(model)
        ProvidersPanel(model)
        ProviderServicePanel(model)
        ProviderFeesPanel(model)
        ProviderSharesPanel(model)
        ProviderBondsPanel(model)


def provisions(market: TradingMarket) -> list[Provision]:
    """Commitments in force, then those that wait for the next epoch."""
    found = market.liquidity.provisions
    return [*found.active.values(), *found.pending.values()]


def market_figures(model: VegaModel, market: TradingMarket) -> list[tuple[str, str]]:
    """What the market asks for and gets."""
    units, liquidity = model.units_of(market), market.liquidity
    return [
        ("supplied stake", f"{units.shown_amount(liquidity.supplied_stake()):,.2f}"),
        ("target stake", f"{units.shown_amount(liquidity.shown_target_stake(model.chain.now)):,.2f}"),
        ("liquidity fee", f"{float(liquidity.fee_factor):.4%}"),
        ("least time on the book", f"{float(liquidity.service_level.parameters.commitment_min_time_fraction):.0%}"),
    ]


def cells(model: VegaModel, market: TradingMarket, provision: Provision) -> list[str]:
    """How a provider stands."""
    units, liquidity, collateral = model.units_of(market), market.liquidity, model.exchange.collateral
    performance = liquidity.service_level.by_party.get(provision.party)
    epoch = liquidity.service_level.epoch_start
    bond, fees = (
        units.shown_amount(collateral.balance(kind, market.asset, provision.party, market.id))
        for kind in (AccountType.BOND, AccountType.LP_LIQUIDITY_FEES)
    )
    return [
        words(provision.status, "STATUS_"),
        f"{units.shown_amount(provision.commitment):,.2f}",
        f"{bond:,.2f}",
        f"{float(liquidity.equity_like_share(provision.party)):.2%}",
        "-" if performance is None else f"{float(performance.fraction(model.chain.now, epoch)):.1%}",
        "-" if performance is None else f"{float(performance.last_fraction):.1%}",
        f"{float(provision.fee):.4%}",
        f"{fees:,.2f}",
    ]


@solara.component
def CommitCard(model: VegaModel, agent: VegaAgent | None) -> None:
    """Commit, change a commitment or give it up."""
    update_counter.get()
    market = chosen(model)
    id = None if market is None else market.id
    amount, set_amount = solara.use_state("")
    fee, set_fee = solara.use_state("0.001")

    def commit() -> None:
        assert agent is not None
        session.do(model, lambda: agent.commit_liquidity(amount, fee, id), f"committed {amount}")

    def amend() -> None:
        assert agent is not None
        session.do(model, lambda: agent.amend_liquidity(amount or None, fee or None, id), "commitment amended")

    def cancel() -> None:
        assert agent is not None
        session.do(model, lambda: agent.cancel_liquidity(id), "commitment given up")

    with Card("Provide liquidity"), box("vega-form"):
        box("vega-hint", "Create a key on the Trade page first." if agent is None else f"as {agent.key}")
        with box("vega-row vega-filters"):
            field("commitment", amount, set_amount)
            field("fee factor", fee, set_fee)
            for label, act in (("Commit", commit), ("Change", amend), ("Give up", cancel)):
                button(label, act, disabled=agent is None)
