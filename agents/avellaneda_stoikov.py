"""The market maker of Avellaneda and Stoikov."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


def reservation_price(price: float, inventory: float, risk_aversion: float, variance: float) -> float:
    """The price at which an inventory leaves the maker indifferent: ``s - q * gamma * sigma^2 * (T - t)``.

    Args:
        price: ``s``.
        inventory: ``q``, signed.
        risk_aversion: ``gamma``, 1 / money.
        variance: ``sigma^2 * (T - t)``, price squared.
    """
    return price - inventory * risk_aversion * variance


def optimal_spread(risk_aversion: float, variance: float, arrival_decay: float) -> float:
    """The distance between both quotes: ``gamma * sigma^2 * (T - t) + 2 / gamma * ln(1 + gamma / k)``.

    Args:
        arrival_decay: ``k``: orders arrive at a distance d from the mid with intensity proportional to
            ``exp(-k * d)``, 1 / price.
    """
    return risk_aversion * variance + 2 / risk_aversion * math.log1p(risk_aversion / arrival_decay)


class AvellanedaStoikovMarketMaker(QuotingMarketMaker):
    """Quotes around a reservation price that leans against its inventory; optimal for exponential utility.

    M. Avellaneda, S. Stoikov, High-frequency trading in a limit order book, Quantitative Finance 8 (2008) 217-224,
    equations 29 and 30, with the model's last step as the horizon.

    Args:
        risk_aversion: ``gamma``, 1 / money.
        volatility: ``sigma``, of the price in a step, in price.
        arrival_decay: ``k``, 1 / price.
        size: of each quote.
        inventory_limit: beyond this position only the side that reduces it is quoted; None for no limit.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        risk_aversion: float = 1e-5,
        volatility: float = 30.0,
        arrival_decay: float = 0.05,
        size: float = 1.0,
        inventory_limit: float | None = None,
        prices: PriceProcess | None = None,
        commitment: Number | None = None,
        commitment_fee: Number = 0.001,
        market: str | None = None,
        funds: Number = 10_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, prices=prices, commitment=commitment, commitment_fee=commitment_fee, market=market, funds=funds,
            key=key,
        )  # fmt: skip
        for name, value in (("risk_aversion", risk_aversion), ("arrival_decay", arrival_decay)):
            if not value > 0:
                raise ConfigError(name, value, "more than 0")
        self.risk_aversion = risk_aversion
        self.volatility = volatility
        self.arrival_decay = arrival_decay
        self.size = size
        self.inventory_limit = inventory_limit

    def quotes(self, reference: float) -> Iterable[Quote]:
        """Both sides, or the one that reduces too large an inventory."""
        inventory = self.position(self.market)
        left = max(0, self.model.num_steps - self.model.step_count)
        variance = self.volatility * self.volatility * left
        centre = reservation_price(reference, inventory, self.risk_aversion, variance)
        half = optimal_spread(self.risk_aversion, variance, self.arrival_decay) / 2
        limit = math.inf if self.inventory_limit is None else self.inventory_limit
        if inventory < limit:
            yield Quote("buy", centre - half, self.size)
        if inventory > -limit:
            yield Quote("sell", centre + half, self.size)
