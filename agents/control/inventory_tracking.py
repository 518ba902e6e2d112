"""Following a target inventory that noisy prices hide: regulator and filter together.

A price that is ``m`` below its worth should be held in proportion to ``m``, yet trading costs money and ``m`` moves. By
how much to trade towards the target, when ``m`` itself is seen through the noise of the prices only?

N. Gârleanu, L. H. Pedersen, Dynamic trading with predictable returns and transaction costs, Journal of Finance 68
(2013) 2309-2340: trade partially, and aim in front of the target. With the state ``(q, m)``, the control ``u`` that
trades, and a step that costs ``risk / 2 * (q + u - target * m)**2 + cost / 2 * u**2``, the problem is linear and
quadratic; what is hidden is left to a Kalman filter. That the two can be solved apart, and together are optimal, is
the separation principle (W. M. Wonham, On the separation theorem of stochastic control, SIAM Journal on Control 6
(1968) 312-326).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.control.kalman_filter import Observed, SteadyFilter, steady_filter
from vega_mesa.agents.control.linear_quadratic import LinearQuadratic, Regulator, stationary_regulator
from vega_mesa.agents.control.quotes import Array
from vega_mesa.errors import ConfigError


@dataclass(frozen=True, slots=True)
class InventoryTracking:
    """The problem.

    Args:
        target: inventory to hold per unit of mispricing.
        reversion: share of the mispricing that a step takes away, 0 to 1.
        shock: standard deviation of what a step adds to the mispricing, price.
        risk: of being off target, money per squared unit of inventory and step.
        cost: of trading, money per squared unit traded.
        price_noise: standard deviation of what prices add to the mispricing, price, > 0.
        inventory_shock: standard deviation of what a step adds to the inventory unasked (fills of resting quotes), > 0.
        inventory_noise: standard deviation of what reports add to the inventory (late news of fills), > 0.
        discount: a step, above 0, at most 1.
    """

    target: float
    reversion: float
    shock: float
    risk: float
    cost: float
    price_noise: float
    inventory_shock: float = 0.1
    inventory_noise: float = 0.05
    discount: float = 1.0

    def __post_init__(self) -> None:
        not_negative("shock", self.shock)
        for name in ("risk", "cost", "price_noise", "inventory_shock", "inventory_noise"):
            positive(name, getattr(self, name))
        if not 0 < self.reversion <= 1:
            raise ConfigError("reversion", self.reversion, "above 0, at most 1")

    def control_problem(self) -> LinearQuadratic:
        """What the regulator has to solve."""
        off_target = np.array([[1.0, -self.target]])  # q + u - target * m is that row times the state, plus u
        return LinearQuadratic(
            transition=np.diag([1.0, 1 - self.reversion]),
            control=[[1.0], [0.0]],
            state_cost=self.risk / 2 * off_target.T @ off_target,
            control_cost=(self.risk + self.cost) / 2,
            cross_cost=self.risk / 2 * off_target.T,
            discount=self.discount,
        )

    def observed_system(self) -> Observed:
        """What the filter has to see through."""
        return Observed(
            transition=np.diag([1.0, 1 - self.reversion]),
            observation=np.eye(2),
            state_noise=np.diag([self.inventory_shock**2, self.shock**2]),
            observation_noise=np.diag([self.inventory_noise**2, self.price_noise**2]),
            control=[[1.0], [0.0]],
        )

    def trading_rate(self) -> float:
        """Share of the way to the aim that each step trades, 0 to 1; the paper's ``a / lambda``."""
        risk, cost, beta = self.risk, self.cost, self.discount
        half = (risk + cost * (1 - beta)) / 2  # the rate solves beta * cost * r**2 + 2 * half * r - risk = 0
        return (math.sqrt(half * half + beta * cost * risk) - half) / (beta * cost)

    def aim(self) -> float:
        """Inventory to aim at per unit of mispricing: the target, less for what will have faded."""
        rate = self.trading_rate()
        return self.target / (1 + self.discount * self.reversion * rate * self.cost / self.risk)


@dataclass(frozen=True, slots=True, eq=False)
class TrackingRule:
    """Regulator and filter: guess the state, then act as if the guess were true."""

    regulator: Regulator
    filter: SteadyFilter


def tracking_rule(problem: InventoryTracking) -> TrackingRule:
    """Solve both halves, each without the other."""
    return TrackingRule(stationary_regulator(problem.control_problem()), steady_filter(problem.observed_system()))


def average_cost(problem: InventoryTracking, gain: Array, filter_gain: Array) -> float:
    """What a step costs in the long run with any gains of the regulator and the filter, undiscounted.

    The state and the error of the guess are one linear system; its stationary covariance solves a Lyapunov equation.

    Args:
        problem: see there.
        gain: of the regulator, ``(1, 2)``.
        filter_gain: of the filter, ``(2, 2)``.

    Returns:
        Money per step; infinite if these gains do not keep the state in bounds.
    """
    system, costs = problem.observed_system(), problem.control_problem()
    kept = np.eye(2) - filter_gain @ system.observation
    # With the error e = x - guess after an observation, u = -K (x - e):
    acted = system.control @ gain
    joint = np.block([[system.transition - acted, acted], [np.zeros((2, 2)), kept @ system.transition]])
    shocks = np.vstack([np.eye(2), kept])
    noise = shocks @ system.state_noise @ shocks.T
    noise[2:, 2:] += filter_gain @ system.observation_noise @ filter_gain.T
    if np.abs(np.linalg.eigvals(joint)).max() >= 1:
        return math.inf
    covariance = solve_discrete_lyapunov(joint, noise)
    rule = np.hstack([-gain, gain])
    state = np.hstack([np.eye(2), np.zeros((2, 2))])
    cost = (
        state.T @ costs.state_cost @ state
        + state.T @ costs.cross_cost @ rule
        + rule.T @ costs.cross_cost.T @ state
        + rule.T @ costs.control_cost @ rule
    )
    return float(np.trace(cost @ covariance))
