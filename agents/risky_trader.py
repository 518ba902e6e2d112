"""A trader that bets all it has, and loses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vega_mesa.actions.receipt import OrderReceipt
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class RiskyTrader(FundedTrader):
    """Takes the largest position that its money allows, and holds it until it is closed out.

    The leveraged buyer of S. Thurner, J. D. Farmer, J. Geanakoplos, Leverage causes fat tails and clustered
    volatility, Quantitative Finance 12 (2012) 695-707: what it must sell in a fall makes the fall worse. Here the
    network sells for it: its position is taken over when its margin falls below the maintenance level, its money goes
    to the market's insurance pool (0012-POSR, 0019-MCAL).

    Args:
        side: of the position; ``random`` tosses a coin.
        leverage: value of the position in multiples of its money; None for as much as the market's margin allows.
        greed: part of its free money that it bets, 0 to 1; what is left survives a small move.
        again: whether it comes back with fresh money after it has been closed out.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        side: Literal["buy", "sell", "random"] = "random",
        leverage: float | None = None,
        greed: float = 0.9,
        again: bool = False,
        market: str | None = None,
        funds: Number = 10_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        if side not in ("buy", "sell", "random"):
            raise ConfigError("side", side, "one of buy, sell, random")
        if not 0 < greed <= 1:
            raise ConfigError("greed", greed, "a fraction, more than 0, at most 1")
        if leverage is not None and leverage <= 0:
            raise ConfigError("leverage", leverage, "more than 0")
        self.side: Literal["buy", "sell", "random"] = side
        self.leverage = leverage
        self.greed = greed
        self.again = again
        self.entry: OrderReceipt | None = None
        self.holds = False
        self.closeouts = 0

    def step(self) -> None:
        """Enter; notice that the position is gone."""
        if not self.is_continuous(self.market):
            return
        if self.position(self.market) != 0:
            self.holds = True
        elif self.holds or (self.entry is not None and self.entry.filled):
            self.holds, self.entry = False, None
            self.closeouts += 1
            if self.again:
                self.fund(self.find_market(self.market).asset, self.funds)
        elif self.again or not self.closeouts:
            self._enter()

    def position_size(self, side: Literal["buy", "sell"], price: float) -> float:
        """The largest position at a price."""
        money = self.greed * self.general(self.market)
        if self.leverage is not None:
            return money * self.leverage / price
        return money / (price * self.margin_fraction(side))

    def margin_fraction(self, side: Literal["buy", "sell"]) -> float:
        """Initial margin as a part of a position's value: risk factor and slippage, scaled."""
        market = self.find_market(self.market)
        if not isinstance(market, FuturesMarket):
            return 1.0  # nothing to leverage
        factor = market.risk_factors.long if side == "buy" else market.risk_factors.short
        scaling = market.margin.scaling.initial
        return float((factor.decimal + market.definition.linear_slippage_factor) * scaling)

    def _enter(self) -> None:
        side: Literal["buy", "sell"] = self.side if self.side != "random" else self.random.choice(("buy", "sell"))
        price = self.best_ask(self.market) if side == "buy" else self.best_bid(self.market)
        if price is None:
            return
        size = self.round_size(self.position_size(side, price), market=self.market)
        if size > 0:
            self.entry = self.submit_order(self.market, side, size)
