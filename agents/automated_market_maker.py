"""A party that lets the network quote for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.amm.pool import pool_party
from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)
from vega_mesa.units import Number, decimal, from_integer

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
            self.send(CancelAMM(market_id=self._id(), method=AMMCancelMethod[self.on_leaving.upper()]))

    def base_price(self) -> float | None:
        """Around which the range lies."""
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.market) or self.mark_price(self.market)

    def is_making(self) -> bool:
        """Whether its market maker lives."""
        market = self.find_market(self.market)
        party = pool_party(market.id, self.key)
        return any(pool.party == party for pool in market.liquidity_pools())

    def pool_position(self) -> float:
        """Open volume of its market maker, long positive."""
        market = self.find_market(self.market)
        return self.units(self.market).shown_size(market.open_volume(pool_party(market.id, self.key)))

    def pool_money(self) -> float:
        """What its market maker owns, in the market's asset."""
        market = self.find_market(self.market)
        amount = self.model.equity(pool_party(market.id, self.key), market.asset)
        return from_integer(amount, self.model.exchange.assets.decimals(market.asset))

    def equity(self, market: str | None = None) -> float:
        """What it owns itself, and what its market maker owns."""
        own = super().equity(market)
        here = self.find_market(self.market)
        return own + self.pool_money() if self.find_market(market).asset == here.asset else own

    def profit(self, market: str | None = None) -> float:
        """As for others, but its market maker's money is its own."""
        if market is None and self.model.market is None:
            return 0.0
        here = self.find_market(self.market)
        own = super().profit(market)
        return own + self.pool_money() if self.find_market(market).asset == here.asset else own

    def _id(self) -> str:
        return self.find_market(self.market).id

    def _range(self, price: float) -> ConcentratedLiquidityParameters:
        units = self.units(self.market)
        leverage = None if self.leverage is None else decimal(self.leverage, "leverage")
        self.base = price = units.rounded_price(price)
        return ConcentratedLiquidityParameters(
            base=units.price(price),
            lower_bound=units.price(units.rounded_price(price * (1 - self.width), "down")),
            upper_bound=units.price(units.rounded_price(price * (1 + self.width), "up")),
            leverage_at_lower_bound=leverage,
            leverage_at_upper_bound=leverage,
        )

    def _submit(self, price: float) -> None:
        self.sent = self.send(
            SubmitAMM(
                market_id=self._id(),
                commitment_amount=self.units(self.market).amount(self.commitment, "commitment"),
                slippage_tolerance=decimal(self.slippage, "slippage"),
                concentrated_liquidity_parameters=self._range(price),
                proposed_fee=decimal(self.fee, "fee"),
            )
        )

    def _amend(self, price: float) -> None:
        self.sent = self.send(
            AmendAMM(
                market_id=self._id(),
                slippage_tolerance=decimal(self.slippage, "slippage"),
                concentrated_liquidity_parameters=self._range(price),
            )
        )
