"""Linear systems whose solutions stay positive, followed in logarithms: ``w' = A w``, ``w = exp(t A) w(0)``.

The change of variables that makes market making solvable (Guéant, Lehalle, Fernandez-Tapia 2013) turns its equation
into such a system, with a tridiagonal matrix: inventories are neighbours if one fill leads from one to the other.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from vega_mesa.agents.control.quotes import Array
from vega_mesa.errors import ConfigError


def neighbours(diagonal: Array, downward: float, upward: float) -> Array:
    """A matrix that moves mass between neighbours.

    Args:
        diagonal: ``(n,)``.
        downward: entry from a state to the one below it, >= 0.
        upward: entry from a state to the one above it, >= 0.

    Returns:
        ``(n, n)`` float64.
    """
    ones = np.ones(len(diagonal) - 1)
    return np.asarray(np.diag(diagonal) + downward * np.diag(ones, -1) + upward * np.diag(ones, 1))


def log_flow(matrix: Array, log_start: Array, duration: float, steps: int) -> Array:
    """The logarithm of ``exp(n * duration * matrix) @ exp(log_start)`` for n from 0 to ``steps``.

    Growth is taken out of the matrix and every step is rescaled, so that neither long times nor large values overflow.

    Args:
        matrix: ``(n, n)``, entries off the diagonal not negative.
        log_start: ``(n,)``.
        duration: of a step, time.
        steps: how many.

    Returns:
        ``(steps + 1, n)`` float64.

    Raises:
        ConfigError: the numbers are too far apart for double precision.
    """
    largest = float(np.linalg.eigvals(matrix).real.max())  # the rate of growth in the long run
    step = expm((matrix - largest * np.eye(len(matrix))) * duration)
    logs = np.empty((steps + 1, len(log_start)))
    logs[0] = log_start
    for number in range(steps):
        scale = logs[number].max()
        weights = step @ np.exp(logs[number] - scale)
        if not (weights > 0).all():
            raise ConfigError(
                "penalty", weights.min(), "less, or a tighter bound on inventory: values are too far apart"
            )
        logs[number + 1] = np.log(weights) + scale + largest * duration
    return logs
