"""Market making under a penalty on inventory: the exact solution, and the equation that it solves.

Á. Cartea, S. Jaimungal, J. Penalva, Algorithmic and High-Frequency Trading, Cambridge University Press 2015, section
10.2; Á. Cartea, S. Jaimungal, Risk metrics and fine tuning of high-frequency trading strategies, Mathematical Finance
25 (2015) 576-611.

The maker maximises ``cash + q * (S - alpha * q)`` at the end, less ``phi`` times the integral of ``q**2`` on the way,
within ``-limit <= q <= limit``. What being at an inventory q is worth beyond cash and ``q * S`` is ``h(t, q)``, with
``h(T, q) = -alpha * q**2`` and the Hamilton-Jacobi-Bellman equation::

    dh/dt - phi * q**2 + buys  / (e * k) * exp(-k * (h[q] - h[q-1]))
                       + sells / (e * k) * exp(-k * (h[q] - h[q+1])) = 0

whose best depths are ``1 / k + h[q] - h[q-1]`` for the ask and ``1 / k + h[q] - h[q+1]`` for the bid. Its exponential
``w = exp(k * h)`` obeys a linear system with a tridiagonal matrix, hence ``w(t) = exp((T - t) * A) @ w(T)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.control.linear_flow import log_flow, neighbours
from vega_mesa.agents.control.quotes import Array, OrderFlow, QuoteSolution


@dataclass(frozen=True, slots=True)
class PenalisedInventory:
    """The problem.

    Args:
        flow: market orders that fill the quotes.
        running_penalty: ``phi``, money per time and squared unit of inventory.
        terminal_penalty: ``alpha``, money per squared unit of inventory: what unwinding costs at the end.
        limit: the largest inventory, long or short, in quotes.
        horizon: ``T``, time.
    """

    flow: OrderFlow
    running_penalty: float
    terminal_penalty: float
    limit: int
    horizon: float

    def __post_init__(self) -> None:
        not_negative("running_penalty", self.running_penalty)
        not_negative("terminal_penalty", self.terminal_penalty)
        at_least("limit", self.limit, 1)
        positive("horizon", self.horizon)

    @property
    def squares(self) -> Array:
        """``q**2`` for every inventory, ``(2 * limit + 1,)`` float64."""
        return np.arange(-self.limit, self.limit + 1).astype(float) ** 2

    @property
    def markup(self) -> float:
        """``1 / k``, the depth of who does not mind inventory, price."""
        return 1 / self.flow.decay


def exact_quotes(problem: PenalisedInventory, steps: int) -> QuoteSolution:
    """Solve by the matrix exponential.

    Args:
        problem: see there.
        steps: into which the horizon is cut; the solution is exact at each.

    Returns:
        Depths and ``h``; ``steps + 1`` moments, ``2 * limit + 1`` inventories.
    """
    decay = problem.flow.decay
    matrix = neighbours(
        -decay * problem.running_penalty * problem.squares, problem.flow.buys / np.e, problem.flow.sells / np.e
    )
    log_end = -decay * problem.terminal_penalty * problem.squares
    duration = problem.horizon / at_least("steps", steps, 1)
    value = log_flow(matrix, log_end, duration, steps) / decay
    return QuoteSolution.of_value(np.linspace(0, problem.horizon, steps + 1), value, problem.markup)


def value_slope(problem: PenalisedInventory, value: Array) -> Array:
    """How fast the value grows with the time left: the equation, read as ``dh / d(time left)``.

    Args:
        problem: see there.
        value: ``h`` at one moment, ``(2 * limit + 1,)``.

    Returns:
        ``(2 * limit + 1,)`` float64, money per time.
    """
    decay = problem.flow.decay
    slope = -problem.running_penalty * problem.squares
    gain = np.diff(value)  # of one unit more
    slope[1:] += problem.flow.buys / (np.e * decay) * np.exp(-decay * gain)
    slope[:-1] += problem.flow.sells / (np.e * decay) * np.exp(decay * gain)
    return slope


def integrated_quotes(problem: PenalisedInventory, steps: int, tolerance: float = 1e-10) -> QuoteSolution:
    """Solve by integrating the equation itself: slower, and a check on :func:`exact_quotes`.

    Args:
        problem: see there.
        steps: into which the horizon is cut for the result.
        tolerance: relative, of the integration.
    """
    moments = np.linspace(0, problem.horizon, at_least("steps", steps, 1) + 1)
    solution = solve_ivp(
        lambda _, value: value_slope(problem, value),
        (0, problem.horizon),
        -problem.terminal_penalty * problem.squares,
        method="LSODA",
        t_eval=moments,
        rtol=tolerance,
        atol=tolerance / problem.flow.decay,
    )
    return QuoteSolution.of_value(moments, np.ascontiguousarray(solution.y.T), problem.markup)
