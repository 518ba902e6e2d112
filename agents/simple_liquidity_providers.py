"""Liquidity providers without a view: what the commitment wants, and no more thought than that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class UniformLiquidityProvider(QuotingMarketMaker):
    """Spreads what its commitment wants evenly over a range of prices on each side (0038-OLIQ, 0044-LIME).

    The uniform book of constant-product market makers in the limit of a narrow range: G. Angeris, H.-T. Kao,
    R. Chiang, C. Noyes, T. Chitra, An analysis of Uniswap markets, Cryptoeconomic Systems 1 (2021). Against it any
    cleverer provider is measured; see :class:`vega_mesa.agents.liquidity_provider.LiquidityProvider` for one with a
    quality.

    Args:
        commitment: its bond, in the market's asset.
        commitment_fee: the liquidity fee factor that it asks for.
        levels: prices on each side.
        nearest: distance of the innermost price from the reference, as a fraction of it.
        farthest: distance of the outermost; within the market's price range, else it does not count.
        reserve: against orders that take a part of the quotes before the block ends, in multiples of what is wanted.
        prices: reference; without one the market's mid price, or its mark.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        commitment: Number = 100_000,
        commitment_fee: Number = 0.001,
        levels: int = 5,
        nearest: float = 0.001,
        farthest: float = 0.01,
        reserve: float = 0.5,
        prices: PriceProcess | None = None,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, prices=prices, commitment=commitment, commitment_fee=commitment_fee, market=market, funds=funds,
            key=key,
        )  # fmt: skip
        self.levels = at_least("levels", levels, 1)
        self.nearest = positive("nearest", nearest)
        if farthest < nearest:
            raise ConfigError("farthest", farthest, f"at least nearest, {nearest}")
        self.farthest = farthest
        self.reserve = not_negative("reserve", reserve)

    def quotes(self, reference: float) -> Iterable[Quote]:
        """The same value at every price; nothing before there is a commitment."""
        wanted = self.liquidity_obligation(self.market) * (1 + self.reserve) / self.levels
        for level in range(self.levels if wanted > 0 else 0):
            part = level / (self.levels - 1) if self.levels > 1 else 0.0
            distance = self.nearest + part * (self.farthest - self.nearest)
            for side, price in (("buy", reference * (1 - distance)), ("sell", reference * (1 + distance))):
                size = self.round_size(wanted / price, "up", self.market) if price > 0 else 0.0
                yield Quote("buy" if side == "buy" else "sell", price, size)

    def finalise(self) -> None:
        """Stay to the end: the commitment holds until the market settles, which takes the quotes back."""


class SimpleLiquidityProvider(UniformLiquidityProvider):
    """One quote on each side, of the size that its commitment wants: the least that keeps a promise (0044-LIME).

    Args:
        commitment: its bond, in the market's asset.
        commitment_fee: the liquidity fee factor that it asks for.
        half_spread: of each quote from the reference, as a fraction of it.
        reserve: against orders that take a part of the quotes before the block ends, in multiples of what is wanted.
        prices: reference; without one the market's mid price, or its mark.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        commitment: Number = 100_000,
        commitment_fee: Number = 0.001,
        half_spread: float = 0.005,
        reserve: float = 0.5,
        prices: PriceProcess | None = None,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, commitment=commitment, commitment_fee=commitment_fee, levels=1, nearest=half_spread,
            farthest=half_spread, reserve=reserve, prices=prices, market=market, funds=funds, key=key,
        )  # fmt: skip
