"""The market maker of Avellaneda and Stoikov."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agents.checks import positive
from vega_mesa.agents.control.avellaneda_stoikov import AvellanedaStoikov
from vega_mesa.agents.policy_market_maker import PolicyMarketMaker
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class AvellanedaStoikovMarketMaker(PolicyMarketMaker):
    """Quotes around a reservation price that leans against its inventory; optimal for exponential utility.

    M. Avellaneda, S. Stoikov, High-frequency trading in a limit order book, Quantitative Finance 8 (2008) 217-224,
    equations 29 and 30, with the model's last step as the horizon: :mod:`vega_mesa.agents.control.avellaneda_stoikov`.

    Args:
        risk_aversion: ``gamma``, 1 / money.
        volatility: ``sigma``, of the price in a step, in price.
        arrival_decay: ``k``, 1 / price: orders arrive at a distance d from the mid with intensity proportional to
            ``exp(-k * d)``.
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
            model,
            policy=AvellanedaStoikov(positive("risk_aversion", risk_aversion), volatility, arrival_decay),
            size=size,
            lot=1.0,
            inventory_limit=inventory_limit,
            prices=prices,
            commitment=commitment,
            commitment_fee=commitment_fee,
            market=market,
            funds=funds,
            key=key,
        )
