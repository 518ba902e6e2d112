"""The problem of Avellaneda and Stoikov solved exactly, with bounds on inventory; and its limit far from the end.

O. Guéant, C.-A. Lehalle, J. Fernandez-Tapia, Dealing with the inventory risk: a solution to the market making
problem, Mathematics and Financial Economics 7 (2013) 477-507.

The value of the problem is ``-exp(-gamma * (cash + q * s)) * v[q](t) ** (-gamma / k)``. That makes its equation, which
is not linear, a linear system for ``v`` (proposition 1), with ``v[q](T) = 1``::

    v[q]' = alpha * q**2 * v[q] - eta * (v[q-1] + v[q+1])
    alpha = k / 2 * gamma * sigma**2,     eta = A * (1 + gamma / k) ** -(1 + k / gamma)

so ``v(t) = exp(-M * (T - t)) @ ones`` with a tridiagonal M, and (theorem 1) the depth of the bid at an inventory q is
``log(v[q] / v[q+1]) / k + log(1 + gamma / k) / gamma``, that of the ask the same with ``v[q-1]``.

Far from the end only the eigenvector of M's smallest eigenvalue is left: quotes no longer depend on time (theorem 2).
That eigenvector is close to a normal density, which gives the closed form of :class:`AsymptoticQuotes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.control.avellaneda_stoikov import markup
from vega_mesa.agents.control.linear_flow import log_flow, neighbours
from vega_mesa.agents.control.quotes import Array, Depths, QuoteSolution


@dataclass(frozen=True, slots=True)
class InventoryRisk:
    """The problem.

    Args:
        rate: ``A``, fills per time and side of a quote at the reference price.
        decay: ``k``, 1 / price.
        volatility: ``sigma``, price per square root of time.
        risk_aversion: ``gamma``, 1 / money, > 0.
    """

    rate: float
    decay: float
    volatility: float
    risk_aversion: float

    def __post_init__(self) -> None:
        positive("rate", self.rate)
        positive("decay", self.decay)
        not_negative("volatility", self.volatility)
        positive("risk_aversion", self.risk_aversion)

    @property
    def alpha(self) -> float:
        """How much holding costs, 1 / time."""
        return self.decay / 2 * self.risk_aversion * self.volatility**2

    @property
    def eta(self) -> float:
        """How much trading brings, 1 / time; tends to ``rate / e`` as the risk aversion vanishes."""
        ratio = self.risk_aversion / self.decay
        return self.rate * math.exp(-(1 + 1 / ratio) * math.log1p(ratio))

    @property
    def markup(self) -> float:
        """The depth of who does not mind inventory, price."""
        return markup(self.risk_aversion, self.decay)


def exact_quotes(problem: InventoryRisk, *, limit: int, horizon: float, steps: int) -> QuoteSolution:
    """The solution on a grid of time, theorem 1.

    Args:
        problem: see there.
        limit: ``Q``, the largest inventory, long or short, in quotes.
        horizon: ``T``, time.
        steps: into which it is cut; the solution is exact at each.

    Returns:
        Depths, and as value the certainty equivalent ``log(v) / k``; ``steps + 1`` moments, ``2 * limit + 1``
        inventories.
    """
    inventories = np.arange(-at_least("limit", limit, 1), limit + 1)
    matrix = neighbours(-problem.alpha * inventories.astype(float) ** 2, problem.eta, problem.eta)
    duration = positive("horizon", horizon) / at_least("steps", steps, 1)
    value = log_flow(matrix, np.zeros(len(inventories)), duration, steps) / problem.decay
    return QuoteSolution.of_value(np.linspace(0, horizon, steps + 1), value, problem.markup)


def stationary_quotes(problem: InventoryRisk, *, limit: int) -> QuoteSolution:
    """The limit of the solution far from the end, theorem 2.

    Args:
        problem: see there.
        limit: ``Q``, the largest inventory, long or short, in quotes.

    Returns:
        Depths at one moment. The value is relative to that of holding nothing.
    """
    inventories = np.arange(-at_least("limit", limit, 1), limit + 1).astype(float)
    beside = np.full(2 * limit, -problem.eta)
    _, vectors = eigh_tridiagonal(problem.alpha * inventories**2, beside, select="i", select_range=(0, 0))
    vector: Array = np.abs(vectors[:, 0])
    value = np.log(vector / vector[limit])[np.newaxis] / problem.decay
    return QuoteSolution.of_value(np.zeros(1), value, problem.markup)


@dataclass(frozen=True, slots=True)
class AsymptoticQuotes:
    """The closed form for quotes far from the end, without bounds: a spread and a slope in inventory.

    Args:
        problem: see there.
    """

    problem: InventoryRisk

    @property
    def slope(self) -> float:
        """By how much one unit of inventory shifts both quotes, price: ``sqrt(alpha / eta) / k``."""
        return math.sqrt(self.problem.alpha / self.problem.eta) / self.problem.decay

    @property
    def spread(self) -> float:
        """Distance between both quotes, price, whatever the inventory."""
        return 2 * self.problem.markup + self.slope

    def depths(self, time_left: float, inventory: float) -> Depths:  # noqa: ARG002 - the form of a policy
        """The same at any time that is far from the end."""
        half = self.spread / 2
        return Depths(half + self.slope * inventory, half - self.slope * inventory)
