"""How fast to sell: between the cost of haste and the risk of waiting.

R. Almgren, N. Chriss, Optimal execution of portfolio transactions, Journal of Risk 3 (2000) 5-39.

``X`` units are sold in N periods of length tau; ``x[k]`` are left after the k-th, ``n[k] = x[k-1] - x[k]`` sold in
it. The price is ``S[k] = S[k-1] + sigma * sqrt(tau) * Z - gamma * n[k]``, and what is sold gets ``S[k-1] - epsilon -
eta * n[k] / tau``: permanent impact, fixed cost, temporary impact. The cost has the mean and the variance::

    E = gamma / 2 * X**2 + epsilon * sum |n| + (eta - gamma * tau / 2) / tau * sum n**2
    V = sigma**2 * tau * sum x**2

and the best compromise ``E + lambda * V`` is a hyperbolic sine: ``x(t) = X * sinh(kappa * (T - t)) /
sinh(kappa * T)``. ``1 / kappa`` is the trade's half-life: the time in which about two thirds are sold, whatever T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.control.quotes import Array
from vega_mesa.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Liquidation:
    """The problem.

    Args:
        holding: ``X``, units to sell; negative to buy.
        horizon: ``T``, time.
        periods: ``N``.
        volatility: ``sigma``, price per square root of time.
        temporary_impact: ``eta``, price per rate of selling (units per time).
        permanent_impact: ``gamma``, price per unit.
        fixed_cost: ``epsilon``, price: half the spread, and fees.
    """

    holding: float
    horizon: float
    periods: int
    volatility: float
    temporary_impact: float
    permanent_impact: float = 0.0
    fixed_cost: float = 0.0

    def __post_init__(self) -> None:
        positive("horizon", self.horizon)
        at_least("periods", self.periods, 1)
        not_negative("volatility", self.volatility)
        positive("temporary_impact", self.temporary_impact)
        not_negative("permanent_impact", self.permanent_impact)
        not_negative("fixed_cost", self.fixed_cost)
        if not self.net_impact > 0:
            raise ConfigError("permanent_impact", self.permanent_impact, "less than 2 * temporary_impact / period")

    @property
    def period(self) -> float:
        """``tau``, time."""
        return self.horizon / self.periods

    @property
    def net_impact(self) -> float:
        """``eta - gamma * tau / 2``: the part of the impact that the speed of selling decides."""
        return self.temporary_impact - self.permanent_impact * self.period / 2

    @property
    def times(self) -> Array:
        """``(periods + 1,)`` float64, from 0 to the horizon."""
        return np.linspace(0, self.horizon, self.periods + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """When to sell how much.

    Args:
        times: ``(periods + 1,)`` float64.
        holdings: ``(periods + 1,)`` float64, ``x``: from the whole to nothing.
        sales: ``(periods,)`` float64, ``n``.
        urgency: ``kappa``, 1 / time; 0 for an even pace.
        expected_cost: ``E``, money.
        variance: ``V``, money squared.
    """

    times: Array
    holdings: Array
    sales: Array
    urgency: float
    expected_cost: float
    variance: float

    @property
    def half_life(self) -> float:
        """``1 / kappa``, time."""
        return 1 / self.urgency if self.urgency > 0 else math.inf

    def holding(self, time: float) -> float:
        """What should be left at a time, linear between the ends of periods."""
        return float(np.interp(time, self.times, self.holdings))


def urgency(problem: Liquidation, risk_aversion: float) -> float:
    """``kappa``: the positive solution of ``2 / tau**2 * (cosh(kappa * tau) - 1) = lambda * sigma**2 / net impact``.

    Args:
        problem: see there.
        risk_aversion: ``lambda``, 1 / money, >= 0.
    """
    squared = not_negative("risk_aversion", risk_aversion) * problem.volatility**2 / problem.net_impact
    return 2 / problem.period * math.asinh(math.sqrt(squared) * problem.period / 2)  # cosh(2 y) - 1 = 2 sinh(y)**2


def optimal_schedule(problem: Liquidation, risk_aversion: float) -> Schedule:
    """The schedule that minimises ``E + lambda * V``.

    Args:
        problem: see there.
        risk_aversion: ``lambda``, 1 / money; 0 sells at an even pace.
    """
    kappa = urgency(problem, risk_aversion)
    times = problem.times
    left = problem.horizon - times
    if kappa * problem.horizon < 1e-6:
        share = left / problem.horizon
    else:  # the ratio of the sines, written so that neither overflows
        share = np.exp(-kappa * times) * np.expm1(-2 * kappa * left) / math.expm1(-2 * kappa * problem.horizon)
    return schedule_of(problem, problem.holding * share, kappa)


def schedule_of(problem: Liquidation, holdings: Array, kappa: float = 0.0) -> Schedule:
    """Work out what any way to sell costs.

    Args:
        problem: see there.
        holdings: ``(periods + 1,)``, from the whole to nothing.
        kappa: the urgency it was made with.
    """
    sales = -np.diff(holdings)
    expected = (
        problem.permanent_impact / 2 * problem.holding**2
        + problem.fixed_cost * np.abs(sales).sum()
        + problem.net_impact / problem.period * (sales**2).sum()
    )
    variance = problem.volatility**2 * problem.period * (holdings[1:] ** 2).sum()
    return Schedule(problem.times, holdings, sales, kappa, float(expected), float(variance))


def closed_form_costs(problem: Liquidation, risk_aversion: float) -> tuple[float, float]:
    """Mean and variance of the best schedule's cost without the schedule.

    Args:
        problem: see there.
        risk_aversion: ``lambda``, 1 / money, > 0.
    """
    kappa = urgency(problem, positive("risk_aversion", risk_aversion))
    size, end, period = problem.holding, problem.horizon, problem.period
    whole, part = math.sinh(kappa * end), math.sinh(kappa * period)
    speed = math.tanh(kappa * period / 2) * (period * math.sinh(2 * kappa * end) + 2 * end * part)
    expected = (
        problem.permanent_impact / 2 * size**2
        + problem.fixed_cost * abs(size)
        + problem.net_impact * size**2 * speed / (2 * period**2 * whole**2)
    )
    waiting = period * whole * math.cosh(kappa * (end - period)) - end * part
    return expected, problem.volatility**2 * size**2 / 2 * waiting / (whole**2 * part)


def efficient_frontier(problem: Liquidation, risk_aversions: Array) -> Array:
    """What the best schedules cost: nobody does better in both columns.

    Args:
        problem: see there.
        risk_aversions: ``(n,)``, 1 / money.

    Returns:
        ``(n, 2)`` float64, columns variance, expected cost.
    """
    schedules = [optimal_schedule(problem, float(aversion)) for aversion in risk_aversions]
    return np.array([(schedule.variance, schedule.expected_cost) for schedule in schedules])
