"""The market in which models of quoting are true: a price without memory, and orders that arrive at random."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from vega_mesa.agents.checks import at_least
from vega_mesa.agents.control.quotes import Array, OrderFlow, QuotePolicy


@dataclass(frozen=True, slots=True, eq=False)
class QuotingResult:
    """How a policy fared, run by run.

    Args:
        profit: ``(count,)`` float64, money: cash and inventory at the last price.
        inventory: ``(count,)`` float64, at the end.
        inventory_cost: ``(count,)`` float64, the integral over time of the square of inventory.
        fills: ``(count,)`` int64, on both sides.
        spread: the average distance of both quotes where both are made, price.
    """

    profit: Array
    inventory: Array
    inventory_cost: Array
    fills: npt.NDArray[np.int64]
    spread: float


def simulate_quotes(
    policy: QuotePolicy,
    flow: OrderFlow,
    *,
    volatility: float,
    horizon: float,
    steps: int,
    count: int,
    generator: np.random.Generator,
    fills: Literal["linear", "exponential"] = "exponential",
) -> QuotingResult:
    """Let a policy quote one unit on each side, many times over.

    In a step of length ``dt`` first each quote is filled or not, then the price moves by ``volatility * sqrt(dt)`` up
    or down, as in section 3.3 of Avellaneda and Stoikov.

    Args:
        policy: asked once a step for each inventory that any run has.
        flow: the true one.
        volatility: of the price, price per square root of time.
        horizon: time.
        steps: into which the horizon is cut.
        count: of runs.
        generator: where randomness comes from.
        fills: the probability of a fill in a step: ``linear`` is the paper's ``min(1, intensity * dt)``,
            ``exponential`` is ``1 - exp(-intensity * dt)``, that of one arrival or more.
    """
    duration = horizon / at_least("steps", steps, 1)
    cash, inventory, square, price = (np.zeros(count) for _ in range(4))
    number = np.zeros(count, dtype=np.int64)
    spreads = []
    for step in range(steps):
        bid, ask = _quotes(policy, horizon - step * duration, inventory)
        spreads.append(_mean_spread(bid, ask))
        square += inventory * inventory * duration
        bought = generator.random(count) < _chance(flow.bid_intensity(bid), duration, fills)
        sold = generator.random(count) < _chance(flow.ask_intensity(ask), duration, fills)
        cash += np.where(sold, price + np.where(sold, ask, 0), 0) - np.where(
            bought, price - np.where(bought, bid, 0), 0
        )
        inventory += bought.astype(float) - sold
        number += bought.astype(np.int64) + sold
        price += volatility * math.sqrt(duration) * np.where(generator.random(count) < 0.5, -1.0, 1.0)
    return QuotingResult(cash + inventory * price, inventory, square, number, float(np.mean(spreads)))


def _quotes(policy: QuotePolicy, time_left: float, inventory: Array) -> tuple[Array, Array]:
    held, which = np.unique(inventory, return_inverse=True)
    quotes = np.array([policy.depths(time_left, float(amount)) for amount in held])
    return quotes[which, 0], quotes[which, 1]


def _mean_spread(bid: Array, ask: Array) -> float:
    both = np.isfinite(bid) & np.isfinite(ask)
    return float((bid[both] + ask[both]).mean()) if both.any() else math.nan


def _chance(intensity: Array, duration: float, fills: Literal["linear", "exponential"]) -> Array:
    return intensity * duration if fills == "linear" else -np.expm1(-intensity * duration)
