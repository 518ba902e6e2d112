"""Quotes that lean against inventory, in closed form.

M. Avellaneda, S. Stoikov, High-frequency trading in a limit order book, Quantitative Finance 8 (2008) 217-224.

The price is ``dS = sigma dW``; a quote at a distance ``d`` is filled at the rate ``A * exp(-k * d)``; the maker
maximises the expected utility ``-exp(-gamma * wealth)`` at the time T. The solution has two steps. First, what is an
inventory worth to who may not trade? That price, at which one unit more or less leaves it as content as before, is the
*reservation price* (equation 29)::

    r = s - q * gamma * sigma**2 * (T - t)

Second, around it, how wide? The *spread* (equation 30)::

    gamma * sigma**2 * (T - t) + 2 / gamma * log(1 + gamma / k)

Both are the first terms of an expansion in the inventory; :mod:`.gueant_lehalle_fernandez_tapia` has the exact ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.control.quotes import Depths, FixedSpread


def reservation_price(price: float, inventory: float, risk_aversion: float, variance: float) -> float:
    """The price at which an inventory leaves the maker indifferent, equation 29.

    Args:
        price: ``s``.
        inventory: ``q``, signed.
        risk_aversion: ``gamma``, 1 / money.
        variance: ``sigma**2 * (T - t)``, price squared.
    """
    return price - inventory * risk_aversion * variance


def optimal_spread(risk_aversion: float, variance: float, arrival_decay: float) -> float:
    """The distance between both quotes, equation 30.

    Args:
        risk_aversion: ``gamma``, 1 / money; 0 for its limit ``2 / k``.
        variance: ``sigma**2 * (T - t)``, price squared.
        arrival_decay: ``k``, 1 / price.
    """
    return risk_aversion * variance + 2 * markup(risk_aversion, arrival_decay)


def markup(risk_aversion: float, arrival_decay: float) -> float:
    """Half the spread of who holds nothing and has no time left: ``log(1 + gamma / k) / gamma``, or ``1 / k`` at 0."""
    if risk_aversion == 0:
        return 1 / arrival_decay
    return math.log1p(risk_aversion / arrival_decay) / risk_aversion


@dataclass(frozen=True, slots=True)
class AvellanedaStoikov:
    """The policy.

    Args:
        risk_aversion: ``gamma``, 1 / money, >= 0.
        volatility: ``sigma``, price per square root of time.
        arrival_decay: ``k``, 1 / price.
    """

    risk_aversion: float
    volatility: float
    arrival_decay: float

    def __post_init__(self) -> None:
        not_negative("risk_aversion", self.risk_aversion)
        not_negative("volatility", self.volatility)
        positive("arrival_decay", self.arrival_decay)

    def depths(self, time_left: float, inventory: float) -> Depths:
        """Half the spread on both sides of the reservation price, told from the reference price."""
        variance = self.volatility * self.volatility * time_left
        lean = reservation_price(0.0, inventory, self.risk_aversion, variance)
        half = optimal_spread(self.risk_aversion, variance, self.arrival_decay) / 2
        return Depths(half - lean, half + lean)

    def symmetric(self, horizon: float) -> FixedSpread:
        """The benchmark of the paper's section 3.3: the same spread, on average over the time, around the price."""
        mean_variance = self.volatility * self.volatility * horizon / 2
        return FixedSpread(optimal_spread(self.risk_aversion, mean_variance, self.arrival_decay) / 2)
