"""The linear-quadratic regulator: linear motion, quadratic cost, and so a linear rule.

R. E. Kalman, Contributions to the theory of optimal control, Boletín de la Sociedad Matemática Mexicana 5 (1960)
102-119; B. D. O. Anderson, J. B. Moore, Optimal Control: Linear Quadratic Methods, Prentice Hall 1990.

The state moves as ``x' = A x + B u + noise``; a step costs ``x'Q x + 2 x'N u + u'R u``, discounted by ``beta`` a step.
What is to come costs ``x'P x`` (and a constant for the noise), and the best control is ``u = -K x`` with::

    K = (R + beta B'P B)^-1 (beta B'P A + N')
    P = Q + beta A'P A - (beta A'P B + N) K        the P on the right is that of the next step

The noise appears nowhere: the rule is that of a world without it (certainty equivalence).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_discrete_are

from vega_mesa.agents.checks import at_least
from vega_mesa.agents.control.quotes import Array
from vega_mesa.errors import ConfigError


class LinearQuadratic:
    """The problem; one state is a vector of n numbers, one control of m.

    Args:
        transition: ``A``, ``(n, n)``.
        control: ``B``, ``(n, m)``.
        state_cost: ``Q``, ``(n, n)``, symmetric.
        control_cost: ``R``, ``(m, m)``, symmetric and positive.
        cross_cost: ``N``, ``(n, m)``; None for none.
        discount: ``beta`` a step, above 0, at most 1.
    """

    __slots__ = ("control", "control_cost", "cross_cost", "discount", "state_cost", "transition")

    def __init__(
        self,
        transition: npt.ArrayLike,
        control: npt.ArrayLike,
        state_cost: npt.ArrayLike,
        control_cost: npt.ArrayLike,
        cross_cost: npt.ArrayLike | None = None,
        discount: float = 1.0,
    ) -> None:
        self.transition = as_matrix("transition", transition)
        self.control = as_matrix("control", control)
        states, controls = self.control.shape
        self.state_cost = as_matrix("state_cost", state_cost, (states, states))
        self.control_cost = as_matrix("control_cost", control_cost, (controls, controls))
        cross = np.zeros((states, controls)) if cross_cost is None else cross_cost
        self.cross_cost = as_matrix("cross_cost", cross, (states, controls))
        as_matrix("transition", transition, (states, states))
        if not 0 < discount <= 1:
            raise ConfigError("discount", discount, "above 0, at most 1")
        self.discount = discount


@dataclass(frozen=True, slots=True, eq=False)
class Regulator:
    """The solution with an infinite horizon.

    Args:
        gain: ``K``, ``(m, n)`` float64.
        cost: ``P``, ``(n, n)`` float64.
        iterations: of the Riccati equation that it took; 0 if it was solved directly.
    """

    gain: Array
    cost: Array
    iterations: int = 0

    def control(self, state: Array) -> Array:
        """The best control at a state, ``(m,)`` float64."""
        return -self.gain @ state

    def noise_cost(self, covariance: Array) -> float:
        """What noise of a covariance ``(n, n)`` costs each step, on average, however well one controls."""
        return float(np.trace(self.cost @ covariance))


@dataclass(frozen=True, slots=True, eq=False)
class FiniteRegulator:
    """The solution with a finite horizon.

    Args:
        gains: ``(steps, m, n)`` float64, the first that of the first step.
        costs: ``(steps + 1, n, n)`` float64, the last that of the end.
    """

    gains: Array
    costs: Array

    def control(self, step: int, state: Array) -> Array:
        """The best control at a step and state, ``(m,)`` float64."""
        return np.asarray(-self.gains[step] @ state)


def riccati_step(problem: LinearQuadratic, cost: Array) -> tuple[Array, Array]:
    """One step back.

    Args:
        problem: see there.
        cost: ``P`` of the next step, ``(n, n)``.

    Returns:
        ``K`` and ``P`` of this step, ``(m, n)`` and ``(n, n)`` float64.
    """
    ahead = problem.discount * cost
    coupling = problem.control.T @ ahead @ problem.transition + problem.cross_cost.T
    bend = problem.control_cost + problem.control.T @ ahead @ problem.control
    gain = np.linalg.solve(bend, coupling).astype(float)
    before = problem.state_cost + problem.transition.T @ ahead @ problem.transition - coupling.T @ gain
    return gain, (before + before.T) / 2


def finite_regulator(problem: LinearQuadratic, end_cost: npt.ArrayLike, steps: int) -> FiniteRegulator:
    """Solve a finite horizon, from its end.

    Args:
        problem: see there.
        end_cost: ``P`` after the last step, ``(n, n)``.
        steps: how many.
    """
    states, controls = problem.control.shape
    gains = np.empty((at_least("steps", steps, 1), controls, states))
    costs = np.empty((steps + 1, states, states))
    costs[steps] = end_cost
    for step in reversed(range(steps)):
        gains[step], costs[step] = riccati_step(problem, costs[step + 1])
    return FiniteRegulator(gains, costs)


def iterated_regulator(problem: LinearQuadratic, tolerance: float = 1e-12, most: int = 100_000) -> Regulator:
    """Solve an infinite horizon by going back until nothing changes: what a finite one tends to.

    Args:
        problem: see there.
        tolerance: largest change of an entry of ``P`` in the last iteration, relative to its largest entry.
        most: iterations.

    Raises:
        ConfigError: it does not settle: the system cannot be stabilised at a finite cost.
    """
    cost = np.zeros_like(problem.state_cost)
    for iteration in range(1, most + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # noticed below
            gain, before = riccati_step(problem, cost)
        change, size = float(np.abs(before - cost).max()), float(np.abs(before).max())
        cost = before
        if not math.isfinite(size):
            break
        if change <= tolerance * size:
            return Regulator(gain, cost, iteration)
    raise ConfigError("problem", most, "a system that its control can stabilise: the iteration does not settle")


def stationary_regulator(problem: LinearQuadratic) -> Regulator:
    """Solve an infinite horizon directly: the discrete algebraic Riccati equation, by scipy.

    Discounting is a matter of units: ``beta`` a step is ``sqrt(beta)`` in each of ``A`` and ``B``.
    """
    shrink = math.sqrt(problem.discount)
    cost = solve_discrete_are(
        shrink * problem.transition,
        shrink * problem.control,
        problem.state_cost,
        problem.control_cost,
        s=problem.cross_cost,
    ).astype(float)
    gain, _ = riccati_step(problem, cost)
    return Regulator(gain, cost)


def as_matrix(field: str, given: npt.ArrayLike, shape: tuple[int, int] | None = None) -> Array:
    """Read a matrix; a number is one of one row and column.

    Raises:
        ConfigError: it has another shape.
    """
    matrix = np.atleast_2d(np.asarray(given, dtype=float))
    if matrix.ndim != 2 or (shape is not None and matrix.shape != shape):
        raise ConfigError(field, matrix.shape, f"the shape {shape}" if shape else "a matrix")
    return matrix
