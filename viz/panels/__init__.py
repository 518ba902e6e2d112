"""One panel a module: ``option`` (or ``rows``), which needs no browser, and a Solara component of the model."""

from typing import Any, Final

from vega_mesa.viz.panels.accounts import AccountsPanel
from vega_mesa.viz.panels.depth import DepthPanel
from vega_mesa.viz.panels.insurance import InsurancePanel
from vega_mesa.viz.panels.price import PricePanel
from vega_mesa.viz.panels.profit import ProfitPanel
from vega_mesa.viz.panels.provider_bonds import ProviderBondsPanel
from vega_mesa.viz.panels.provider_fees import ProviderFeesPanel
from vega_mesa.viz.panels.provider_returns import ProviderReturnsPanel
from vega_mesa.viz.panels.provider_service import ProviderServicePanel
from vega_mesa.viz.panels.provider_shares import ProviderSharesPanel
from vega_mesa.viz.panels.providers import ProvidersPanel
from vega_mesa.viz.panels.state import StatePanel

PANELS: Final = (PricePanel, DepthPanel, StatePanel, ProfitPanel, AccountsPanel, InsurancePanel)
OF_PROVIDERS: Final = (
    ProviderReturnsPanel,
    ProvidersPanel,
    ProviderServicePanel,
    ProviderFeesPanel,
    ProviderSharesPanel,
    ProviderBondsPanel,
    PricePanel,
    DepthPanel,
    StatePanel,
    AccountsPanel,
    InsurancePanel,
)
OF_MODEL: Final[dict[str, tuple[Any, ...]]] = {"liquidity_provision": OF_PROVIDERS, "sla": OF_PROVIDERS}
"""What a model shows instead, by its name."""

__all__ = ["OF_MODEL", "PANELS"]
