"""How the agents of a model stand, type by type: what the closing table and the page show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vega_mesa import compat
from vega_mesa.agent import VegaAgent
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.units import MarketUnits, total

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The agents of one type together; money in the first market's asset, all in people's units."""

    name: str
    agents: int
    general: float
    margin: float
    bond: float
    position: float
    profit: float  # all that they own less all that they ever deposited


def groups(model: VegaModel) -> list[Group]:
    """The types of agents in the order in which they first appeared; none before there is a market."""
    if model.market is None:
        return []
    by_type: dict[str, list[VegaAgent]] = {}
    for agent in compat.agents_of(model):
        if isinstance(agent, VegaAgent):
            by_type.setdefault(type(agent).__name__, []).append(agent)
    units = model.units_of(model.market)
    return [_group(name, agents, units) for name, agents in by_type.items()]


def _group(name: str, agents: list[VegaAgent], units: MarketUnits) -> Group:
    decimals = units.asset_decimals
    return Group(
        name=name,
        agents=len(agents),
        general=total((agent.general() for agent in agents), decimals),
        margin=total((agent.margin() for agent in agents), decimals),
        bond=total((agent.bond() for agent in agents), decimals),
        position=total((agent.position() for agent in agents), units.size_decimals),
        profit=total((agent.profit() for agent in agents), decimals),
    )


def balances_by_type(model: VegaModel) -> list[tuple[str, str, float]]:
    """Asset, kind of account and the sum of such accounts, without those that are empty."""
    exchange = model.exchange
    sums: dict[tuple[str, AccountType], int] = {}
    for account in exchange.collateral.accounts.values():
        key = (account.asset, account.type)
        sums[key] = sums.get(key, 0) + account.balance
    found = []
    for (asset, kind), balance in sorted(sums.items()):
        if balance:
            details = exchange.assets.get(asset).details
            found.append((details.symbol, kind.name.lower().replace("_", " "), balance / 10**details.decimals))
    return found
