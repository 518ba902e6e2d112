"""Risk models: how far a price may move, and what a position must therefore hold (0018-RSKM, 0019-MCAL).

The only floating-point numbers of the protocol live here. Every expression is evaluated in the written order, in plain
doubles, because the last bits decide margins; results leave this module as the shortest decimals that round-trip.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from math import erfc, exp, isnan, log, sqrt
from statistics import NormalDist
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import EXACT, ZERO, Factor, to_decimal
from vega_mesa.protocol.markets import definition

_SQRT2: Final = sqrt(2.0)
_STANDARD_NORMAL: Final = NormalDist()


class RiskFactors:
    """What a unit of long and of short exposure must hold, as fractions of its value."""

    __slots__ = ("long", "short")

    def __init__(self, long: Factor, short: Factor) -> None:
        self.long = long
        self.short = short

    @property
    def largest(self) -> Decimal:
        """The larger factor."""
        return max(self.long.decimal, self.short.decimal)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RiskFactors) and (self.long, self.short) == (other.long, other.short)

    def __hash__(self) -> int:
        return hash((self.long, self.short))

    def __repr__(self) -> str:
        return f"RiskFactors(long={self.long!r}, short={self.short!r})"


class RiskModel(Protocol):
    """What the market asks of a model.

    ``projection_horizon`` is the horizon (years) over which the model looks ahead: the base of the ``tau`` that
    :meth:`probability_of_trading` takes.
    """

    @property
    def projection_horizon(self) -> float:
        """Years that the model looks ahead."""

    def initial_factors(self) -> RiskFactors:
        """The factors in force before the first calculation, and from a market update to the next calculation."""

    def factors(self) -> RiskFactors:
        """Calculate the risk factors."""

    def price_range(self, price: Decimal, year_fraction: Decimal, probability: Decimal) -> tuple[Decimal, Decimal]:
        """Bounds that a price stays between with ``probability`` for ``year_fraction`` years (not rounded)."""

    def probability_of_trading(
        self, current: float, price: float, is_bid: bool, low: float, high: float, tau: float
    ) -> float:
        """Chance that an order at ``price`` trades within ``tau`` years.

        Args:
            current: the best price of the order's side now.
            price: the order's price.
            is_bid: whether the order buys.
            low, high: the interval of prices considered; outside it the probability is 0.
            tau: years.
        """

    def probabilities_of_trading(
        self, current: float, prices: Iterable[float], is_bid: bool, low: float, high: float, tau: float
    ) -> list[float]:
        """:meth:`probability_of_trading` of many prices at once."""


class SimpleModel:
    """Fixed factors and fixed price moves, whatever the horizon (0018-RSKM)."""

    __slots__ = ("definition",)

    def __init__(self, terms: definition.SimpleRiskModel) -> None:
        self.definition = terms

    @property
    def projection_horizon(self) -> float:
        """Years that the model looks ahead (without effect)."""
        return 1.0

    def initial_factors(self) -> RiskFactors:
        """The same as :meth:`factors`."""
        return self.factors()

    def factors(self) -> RiskFactors:
        """The factors of the definition."""
        return RiskFactors(Factor(self.definition.long), Factor(self.definition.short))

    def price_range(self, price: Decimal, year_fraction: Decimal, probability: Decimal) -> tuple[Decimal, Decimal]:
        """``[max(0, price - |min_move_down|), price + max_move_up]``; a negative upward move is used as it is."""
        del year_fraction, probability  # fixed moves
        down = EXACT.subtract(price, abs(self.definition.min_move_down))
        return max(ZERO, down), EXACT.add(price, self.definition.max_move_up)

    def probability_of_trading(
        self, current: float, price: float, is_bid: bool, low: float, high: float, tau: float
    ) -> float:
        """The constant of the definition inside the interval, 0 outside (0034-PROB)."""
        return self.probabilities_of_trading(current, (price,), is_bid, low, high, tau)[0]

    def probabilities_of_trading(
        self, current: float, prices: Iterable[float], is_bid: bool, low: float, high: float, tau: float
    ) -> list[float]:
        """The constant for each price inside the interval."""
        del current, is_bid, tau  # fixed probability
        constant = float(self.definition.probability_of_trading)
        return [constant if low <= price <= high else 0.0 for price in prices]


class LogNormalModel:
    """Log-normal prices; margins cover the expected shortfall over ``tau`` years (0018-RSKM)."""

    __slots__ = ("definition",)

    def __init__(self, terms: definition.LogNormalRiskModel) -> None:
        self.definition = terms

    @property
    def projection_horizon(self) -> float:
        """``tau``, years."""
        return self.definition.tau

    def initial_factors(self) -> RiskFactors:
        """1 and 1, or the override."""
        return self._override() or RiskFactors(Factor(1), Factor(1))

    def factors(self) -> RiskFactors:
        """Expected shortfall of holding, and of owing, the asset; or the override, verbatim."""
        override = self._override()
        if override is not None:
            return override
        terms = self.definition
        long, short = _expected_shortfalls(terms.risk_aversion, terms.tau, terms.mu, terms.sigma)
        return RiskFactors(Factor(to_decimal(long)), Factor(to_decimal(short)))

    def _override(self) -> RiskFactors | None:
        long, short = self.definition.risk_factor_override_long, self.definition.risk_factor_override_short
        return None if long is None or short is None else RiskFactors(Factor(long), Factor(short))

    def price_range(self, price: Decimal, year_fraction: Decimal, probability: Decimal) -> tuple[Decimal, Decimal]:
        """The central interval of the distribution of the price after ``year_fraction`` years."""
        years = float(year_fraction)
        lower, upper = _central_quantiles(float(probability))
        mean, deviation = self._distribution(float(price), years)
        return to_decimal(exp(mean + deviation * lower)), to_decimal(exp(mean + deviation * upper))

    def _distribution(self, price: float, years: float) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of the price after ``years``."""
        terms = self.definition
        return log(price) + (terms.mu - 0.5 * terms.sigma * terms.sigma) * years, terms.sigma * sqrt(years)

    def probability_of_trading(
        self, current: float, price: float, is_bid: bool, low: float, high: float, tau: float
    ) -> float:
        """Share of the distribution within the interval that lies beyond ``price`` (0034-PROB)."""
        return self.probabilities_of_trading(current, (price,), is_bid, low, high, tau)[0]

    def probabilities_of_trading(
        self, current: float, prices: Iterable[float], is_bid: bool, low: float, high: float, tau: float
    ) -> list[float]:
        """As :meth:`probability_of_trading`; the distribution is set up once."""
        mean, deviation = self._distribution(current, tau)
        at_low, at_high = _log_normal_cdf(low, mean, deviation), _log_normal_cdf(high, mean, deviation)
        span = at_high - at_low
        result = []
        for price in prices:
            probability = 0.0
            if low <= price <= high and span != 0.0:
                below = _log_normal_cdf(price, mean, deviation)
                probability = (below - at_low) / span if is_bid else (at_high - below) / span
            result.append(0.0 if isnan(probability) else probability)
        return result


def build(terms: definition.SimpleRiskModel | definition.LogNormalRiskModel) -> RiskModel:
    """Make the model that a market definition describes."""
    if isinstance(terms, definition.SimpleRiskModel):
        return SimpleModel(terms)
    return LogNormalModel(terms)


def _normal_cdf(x: float) -> float:
    return 0.5 * erfc(-x / _SQRT2)


def _log_normal_cdf(x: float, mean: float, deviation: float) -> float:
    if x <= 0.0:
        return 0.0
    return 0.5 * erfc(-(log(x) - mean) / (_SQRT2 * deviation))


@lru_cache(maxsize=256)
def _central_quantiles(probability: float) -> tuple[float, float]:
    """Standard normal quantiles that cut off equal tails around ``probability``."""
    tail = (1 - probability) / 2
    return _STANDARD_NORMAL.inv_cdf(tail), _STANDARD_NORMAL.inv_cdf(probability + tail)


@lru_cache(maxsize=256)
def _expected_shortfalls(risk_aversion: float, tau: float, mu: float, sigma: float) -> tuple[float, float]:
    """Risk factors (long, short) of the log-normal model."""
    mean = (mu - 0.5 * sigma * sigma) * tau
    deviation = sqrt(tau) * sigma
    expectation = exp(mean + deviation * deviation * 0.5)
    inverse = _STANDARD_NORMAL.inv_cdf
    long = 1 - (1 / risk_aversion) * expectation * _normal_cdf(inverse(risk_aversion) - deviation)
    short = (1 / risk_aversion) * expectation * (1 - _normal_cdf(inverse(1 - risk_aversion) - deviation)) - 1
    return long, short
