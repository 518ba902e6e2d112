"""The Kalman filter: the best guess of a hidden state, given noisy observations.

R. E. Kalman, A new approach to linear filtering and prediction problems, Journal of Basic Engineering 82 (1960) 35-45.

The state moves as ``x' = A x + B u + w``, observations are ``y = C x + v``; w and v are normal with covariances W and
V. All that the observations say about the state is a normal distribution, a :class:`Belief`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_discrete_are

from vega_mesa.agents.control.linear_quadratic import as_matrix
from vega_mesa.agents.control.quotes import Array


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """A normal distribution of the state.

    Args:
        mean: ``(n,)`` float64.
        covariance: ``(n, n)`` float64.
    """

    mean: Array
    covariance: Array


class Observed:
    """A linear system seen through noise.

    Args:
        transition: ``A``, ``(n, n)``.
        observation: ``C``, ``(p, n)``.
        state_noise: ``W``, ``(n, n)``, symmetric.
        observation_noise: ``V``, ``(p, p)``, symmetric and positive.
        control: ``B``, ``(n, m)``; None for none.
    """

    __slots__ = ("control", "observation", "observation_noise", "state_noise", "transition")

    def __init__(
        self,
        transition: npt.ArrayLike,
        observation: npt.ArrayLike,
        state_noise: npt.ArrayLike,
        observation_noise: npt.ArrayLike,
        control: npt.ArrayLike | None = None,
    ) -> None:
        self.observation = as_matrix("observation", observation)
        seen, states = self.observation.shape
        self.transition = as_matrix("transition", transition, (states, states))
        self.state_noise = as_matrix("state_noise", state_noise, (states, states))
        self.observation_noise = as_matrix("observation_noise", observation_noise, (seen, seen))
        self.control = np.zeros((states, 1)) if control is None else as_matrix("control", control)

    def predict(self, belief: Belief, control: Array | None = None) -> Belief:
        """What the belief becomes when the state moves.

        Args:
            belief: about the state before.
            control: ``u``, ``(m,)``; None for none.
        """
        mean = self.transition @ belief.mean
        if control is not None:
            mean = mean + self.control @ control
        return Belief(mean, self.transition @ belief.covariance @ self.transition.T + self.state_noise)

    def update(self, belief: Belief, observed: Array) -> Belief:
        """What the belief becomes when something is seen.

        Args:
            belief: before.
            observed: ``y``, ``(p,)``.
        """
        gain = self.gain(belief.covariance)
        mean = belief.mean + gain @ (observed - self.observation @ belief.mean)
        kept = np.eye(len(mean)) - gain @ self.observation
        covariance = kept @ belief.covariance @ kept.T + gain @ self.observation_noise @ gain.T  # stays symmetric
        return Belief(mean, covariance)

    def gain(self, covariance: Array) -> Array:
        """How much of a surprise to believe, ``(n, p)`` float64, given the covariance before."""
        surprise = self.observation @ covariance @ self.observation.T + self.observation_noise
        return np.asarray(np.linalg.solve(surprise, self.observation @ covariance).T)

    def follow(self, belief: Belief, observations: Iterable[npt.ArrayLike]) -> list[Belief]:
        """Filter a series: each belief is after one more observation; the first observation comes before any move."""
        beliefs = []
        for number, observed in enumerate(observations):
            belief = self.update(belief if number == 0 else self.predict(belief), np.atleast_1d(observed))
            beliefs.append(belief)
        return beliefs


@dataclass(frozen=True, slots=True, eq=False)
class SteadyFilter:
    """The filter after many observations, when it no longer changes.

    Args:
        gain: ``(n, p)`` float64.
        before: covariance before an observation, ``(n, n)`` float64.
        after: covariance after it, ``(n, n)`` float64.
    """

    gain: Array
    before: Array
    after: Array


def steady_filter(system: Observed) -> SteadyFilter:
    """Solve the filter's Riccati equation, which is the regulator's with A and C transposed (duality)."""
    before = solve_discrete_are(
        system.transition.T, system.observation.T, system.state_noise, system.observation_noise
    ).astype(float)
    gain = system.gain(before)
    after = (np.eye(len(before)) - gain @ system.observation) @ before
    return SteadyFilter(gain, before, (after + after.T) / 2)
