"""What most strategies start from: a party with money, on one market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agent import VegaAgent
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number, to_integer

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class FundedTrader(VegaAgent):
    """Brings money over the bridge, and trades on one market.

    Args:
        market: id, code or name; None for the model's first market.
        funds: how much of the market's asset it brings.
        key: see :class:`vega_mesa.agent.VegaAgent`.
    """

    def __init__(
        self, model: VegaModel, *, market: str | None = None, funds: Number = 1_000_000, key: str | None = None
    ) -> None:
        super().__init__(model, key=key)
        self.market = market
        self.funds = funds
        if to_integer(funds, 18, "funds") < 0:
            raise ConfigError("funds", funds, "0 or more")

    def initialise(self) -> None:
        """Bring the money."""
        if self.funds:
            self.fund(self.find_market(self.market).asset, self.funds)

    def is_funded(self) -> bool:
        """Whether the money has arrived (or was spent since)."""
        return not self.funds or self.equity(self.market) > 0 or self.position(self.market) != 0
