"""A party that lets the network quote for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number, from_integer, total

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class AutomatedMarketMakerUser(FundedTrader):
    """Commits money to an automated market maker around the price, and moves it when the price leaves (0090-VAMM).

    A position on a curve of concentrated liquidity: H. Adams, N. Zinsmeister, M. Salem, R. Keefer, D. Robinson, Uniswap
    v3 core, 2021. It earns the spread and loses to whoever knows the price better, as any maker; to move the range is
    to pay for what has been lost by then.

    Args:
        commitment: in the market's asset.
        width: of each side of the range, as a fraction of the base price.
        leverage: of the position at a bound, in multiples of the commitment; None for as much as margins allow.
        fee: the liquidity fee factor that it asks for.
        slippage: how far from the best price it may trade when it begins or moves, a fraction.
        follows: how far the price may be from the base, in widths, before the range moves; None never moves it.
        prices: base price; without one the market's mid price, or its mark.
        on_leaving: whether its position is closed by ``reduce_only`` trading, or left behind ``immediate``-ly.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        commitment: Number = 100_000,
        width: float = 0.05,
        leverage: Number | None = None,
        fee: Number = 0.001,
        slippage: Number = 0.5,
        follows: float | None = None,
        prices: PriceProcess | None = None,
        on_leaving: Literal["immediate", "reduce_only"] = "immediate",
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.commitment = commitment
        if not 0 < width < 1:
            raise ConfigError("width", width, "a fraction, more than 0, less than 1")
        if on_leaving not in ("immediate", "reduce_only"):
            raise ConfigError("on_leaving", on_leaving, "one of immediate, reduce_only")
        self.width = width
        self.leverage = leverage
        self.fee = fee
        self.slippage = positive("slippage", float(slippage))
        self.follows = None if follows is None else not_negative("follows", follows)
        self.prices = prices
        self.on_leaving = on_leaving
        self.base = 0.0  # of the range that was last asked for
        self.sent: Transaction | None = None

    def step(self) -> None:
        """Begin, try again, or follow the price."""
        if not self.is_continuous(self.market):
            return
        price = self.base_price()
        if price is None:
            return
        if not self.is_making():
            if self.sent is None or not self.sent.pending:
                self._submit(price)
        elif self.follows is not None and abs(price - self.base) > self.follows * self.width * self.base:
            self._amend(price)

    def finalise(self) -> None:
        """End the market maker, while there is a market."""
        if self.is_trading(self.market) and self.is_making():
            self.cancel_amm(self.on_leaving, self.market)

    def base_price(self) -> float | None:
        """Around which the range lies."""
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.market) or self.mark_price(self.market)

    def is_making(self) -> bool:
        """Whether its market maker lives."""
        return self.has_amm(self.market)

    def pool_position(self) -> float:
        """Open volume of its market maker, long positive."""
        market = self.find_market(self.market)
        return self.units(self.market).shown_size(market.open_volume(self.amm_key(self.market)))

    def pool_money(self) -> float:
        """What its market maker owns, in the market's asset."""
        market = self.find_market(self.market)
        amount = self.model.equity(self.amm_key(self.market), market.asset)
        return from_integer(amount, self.model.exchange.assets.decimals(market.asset))

    def equity(self, market: str | None = None) -> float:
        """What it owns itself, and what its market maker owns."""
        return self._with_pool(super().equity(market), market)

    def profit(self, market: str | None = None) -> float:
        """As for others, but its market maker's money is its own."""
        if market is None and self.model.market is None:
            return 0.0
        return self._with_pool(super().profit(market), market)

    def _with_pool(self, own: float, market: str | None) -> float:
        asset = self.find_market(market).asset
        if asset != self.find_market(self.market).asset:
            return own
        return total((own, self.pool_money()), self.model.exchange.assets.decimals(asset))

    def _submit(self, price: float) -> None:
        base, lower, upper = self._range(price)
        self.sent = self.submit_amm(
            self.commitment,
            base,
            lower,
            upper,
            fee=self.fee,
            slippage=self.slippage,
            leverage=self.leverage,
            market=self.market,
        )

    def _amend(self, price: float) -> None:
        base, lower, upper = self._range(price)
        self.sent = self.amend_amm(
            None, base, lower, upper, slippage=self.slippage, leverage=self.leverage, market=self.market
        )

    def _range(self, price: float) -> tuple[float, float, float]:
        self.base = price = self.round_price(price, market=self.market)
        lower = self.round_price(price * (1 - self.width), "down", self.market)
        return price, lower, self.round_price(price * (1 + self.width), "up", self.market)
