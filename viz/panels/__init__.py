"""One panel a module: ``option`` (or ``rows``), which needs no browser, and a Solara component of the model."""

from vega_mesa.viz.panels.accounts import AccountsPanel
from vega_mesa.viz.panels.depth import DepthPanel
from vega_mesa.viz.panels.insurance import InsurancePanel
from vega_mesa.viz.panels.price import PricePanel
from vega_mesa.viz.panels.profit import ProfitPanel
from vega_mesa.viz.panels.state import StatePanel

PANELS = (PricePanel, DepthPanel, StatePanel, ProfitPanel, AccountsPanel, InsurancePanel)

__all__ = ["PANELS", "AccountsPanel", "DepthPanel", "InsurancePanel", "PricePanel", "ProfitPanel", "StatePanel"]
