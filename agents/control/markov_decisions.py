"""Markov decision processes with finitely many states and actions: value iteration and policy iteration.

M. L. Puterman, Markov Decision Processes, Wiley 1994, chapter 6; R. A. Howard, Dynamic Programming and Markov
Processes, MIT Press 1960. The value of the best policy solves ``v = max over a of r[a] + beta * P[a] v``; the right
side brings any two guesses closer by the factor ``beta``, so it has one solution and iterating finds it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vega_mesa.agents.checks import positive
from vega_mesa.agents.control.quotes import Array
from vega_mesa.errors import ConfigError

Indices = npt.NDArray[np.int64]
ROUNDING: Final = 1e-13  # relative; what looks better by less is not


class MarkovDecisions:
    """The problem.

    Args:
        rewards: ``(actions, states)``, expected, of an action at a state; minus infinity for one that is not allowed.
        transitions: ``(actions, states, states)``, probabilities; the last axis sums to 1.
        discount: ``beta`` a step, 0 to 1, below 1.
    """

    __slots__ = ("discount", "rewards", "transitions")

    def __init__(self, rewards: npt.ArrayLike, transitions: npt.ArrayLike, discount: float) -> None:
        self.rewards: Array = np.asarray(rewards, dtype=float)
        self.transitions: Array = np.asarray(transitions, dtype=float)
        actions, states = self.rewards.shape
        if self.transitions.shape != (actions, states, states):
            raise ConfigError("transitions", self.transitions.shape, f"the shape {(actions, states, states)}")
        if (self.transitions < 0).any() or not np.allclose(self.transitions.sum(axis=2), 1):
            raise ConfigError("transitions", "rows", "probabilities that sum to 1")
        if not 0 <= discount < 1:
            raise ConfigError("discount", discount, "0 or more, below 1")
        if not np.isfinite(self.rewards.max(axis=0)).all():
            raise ConfigError("rewards", "a state", "an action that is allowed at each state")
        self.discount = discount

    def action_values(self, value: Array) -> Array:
        """What each action is worth now, if ``value`` is what comes after, ``(actions, states)`` float64."""
        return np.asarray(self.rewards + self.discount * self.transitions @ value)

    def policy_value(self, policy: Indices) -> Array:
        """What following a policy for ever is worth: ``(I - beta * P)^-1 r``, ``(states,)`` float64."""
        states = np.arange(len(policy))
        matrix = np.eye(len(policy)) - self.discount * self.transitions[policy, states]
        return np.asarray(np.linalg.solve(matrix, self.rewards[policy, states]))


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """A solution.

    Args:
        policy: ``(states,)`` int64, the action at each state.
        value: ``(states,)`` float64.
        iterations: that it took.
        error: no entry of the value is off by more.
    """

    policy: Indices
    value: Array
    iterations: int
    error: float


def value_iteration(problem: MarkovDecisions, tolerance: float = 1e-9) -> Decisions:
    """Improve a guess of the value until it is right to a tolerance, from zero.

    Args:
        problem: see there.
        tolerance: largest error of the value, > 0.
    """
    value = np.zeros(problem.rewards.shape[1])
    most = iteration_bound(problem, tolerance)
    iterations, error = 0, math.inf
    while error > tolerance and iterations < most:
        better = problem.action_values(value).max(axis=0)
        error = problem.discount / (1 - problem.discount) * float(np.abs(better - value).max())
        value = better
        iterations += 1
    return Decisions(problem.action_values(value).argmax(axis=0), value, iterations, error)


def iteration_bound(problem: MarkovDecisions, tolerance: float) -> int:
    """Iterations after which value iteration is done at the latest, known beforehand.

    The n-th iteration changes the value by at most ``beta ** (n - 1)`` times the first, whose change is the largest of
    the best rewards; and the error is at most ``beta / (1 - beta)`` times the change.
    """
    positive("tolerance", tolerance)
    first = float(np.abs(problem.rewards.max(axis=0)).max())
    if problem.discount == 0 or first == 0:
        return 1
    return max(1, math.ceil(math.log(tolerance * (1 - problem.discount) / first) / math.log(problem.discount)))


def policy_iteration(problem: MarkovDecisions) -> Decisions:
    """Improve a policy until no action is better anywhere; exact, and done after finitely many policies.

    It starts with the policy that looks no step ahead. An action is changed only for a better one, by more than
    rounding can make it seem.
    """
    policy: Indices = problem.rewards.argmax(axis=0)
    states = np.arange(len(policy))
    iterations = 0
    while True:
        iterations += 1
        value = problem.policy_value(policy)
        worth = problem.action_values(value)
        best = worth.max(axis=0)
        better = best > worth[policy, states] + ROUNDING * (1 + float(np.abs(value).max()))
        if not better.any():
            return Decisions(policy, value, iterations, float(np.abs(best - value).max() / (1 - problem.discount)))
        policy = np.where(better, worth.argmax(axis=0), policy)


def policy_bound(problem: MarkovDecisions) -> int:
    """Policies that Howard's policy iteration evaluates at the most, known beforehand.

    B. Scherrer, Improved and generalized upper bounds on the complexity of policy iteration, Mathematics of Operations
    Research 41 (2016) 758-774: ``(m - n) * ceil(log(1 / (1 - beta)) / (1 - beta))`` improvements with m
    pairs of state and action and n states.
    """
    actions, states = problem.rewards.shape
    if problem.discount == 0:
        return 2
    spare = states * (actions - 1) * math.ceil(-math.log1p(-problem.discount) / (1 - problem.discount))
    return int(max(1, spare)) + 1
