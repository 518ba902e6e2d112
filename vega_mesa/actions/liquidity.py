"""Liquidity commitments (0038-OLIQ, 0044-LIME, 0042-LIQF), and automated market makers (0090-VAMM)."""

from __future__ import annotations

from typing import Literal

from vega_mesa.actions.observing import Observing, word
from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.amm.pool import pool_party
from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)
from vega_mesa.protocol.commands.liquidity import (
    LiquidityProvisionAmendment,
    LiquidityProvisionCancellation,
    LiquidityProvisionSubmission,
)
from vega_mesa.units import Number, decimal


class ProvidingLiquidity(Observing):
    """Commits to quote, for a share of the liquidity fees; or lets an automated market maker quote."""

    def commit_liquidity(
        self, commitment: Number, fee: Number, market: str | None = None, reference: str = ""
    ) -> Transaction:
        """Commit money to a market: at once in its opening auction, else from the next epoch on.

        Args:
            commitment: the bond, in the market's asset.
            fee: the fee factor that the provider asks for, e.g. 0.001.
        """
        found = self.find_market(market)
        return self.send(
            LiquidityProvisionSubmission(
                market_id=found.id,
                commitment_amount=self.model.units_of(found).amount(commitment, "commitment"),
                fee=decimal(fee, "fee"),
                reference=reference,
            )
        )

    def amend_liquidity(
        self,
        commitment: Number | None = None,
        fee: Number | None = None,
        market: str | None = None,
        reference: str = "",
    ) -> Transaction:
        """Change the commitment from the next epoch on; what is not given stays.

        The fee factor changes at once unless the amount changes too.
        """
        found = self.find_market(market)
        amount = None if commitment is None else self.model.units_of(found).amount(commitment, "commitment")
        return self.send(
            LiquidityProvisionAmendment(
                market_id=found.id,
                commitment_amount=amount,
                fee=None if fee is None else decimal(fee, "fee"),
                reference=reference,
            )
        )

    def cancel_liquidity(self, market: str | None = None) -> Transaction:
        """Give the commitment up at the end of the epoch; what the market then misses costs an early exit penalty."""
        return self.send(LiquidityProvisionCancellation(market_id=self.find_market(market).id))

    # -- automated market makers -----------------------------------------------------------------------------------

    def submit_amm(
        self,
        commitment: Number,
        base: Number,
        lower: Number | None = None,
        upper: Number | None = None,
        *,
        fee: Number = 0.001,
        slippage: Number = 1,
        leverage: Number | None = None,
        leverage_above: Number | None = None,
        data_source: str | None = None,
        minimum_price_change: Number = 0,
        market: str | None = None,
    ) -> Transaction:
        """Start an automated market maker, which trades under a key of its own: :meth:`amm_key`.

        Orders with a limit trade with it as with anybody's. A market order to buy does not reach it beyond the highest
        ask on the book, and not at all when nobody else asks: so it is on Vega.

        Args:
            commitment: what it may lose, in the market's asset.
            base: the price around which it trades; below it buys, above it sells.
            lower: down to which price it buys; None: it buys nothing.
            upper: up to which price it sells; None: it sells nothing.
            fee: the liquidity fee factor that it asks for.
            slippage: how far from the best price it may trade to bring the market to its base, a fraction.
            leverage: of the position at the bounds, in multiples of the commitment; None for as much as margins allow.
            leverage_above: of the position at the upper bound, where it differs.
            data_source: id of the data whose prices the base follows.
            minimum_price_change: relative change of these prices below which the base stays.
        """
        found = self.find_market(market)
        return self.send(
            SubmitAMM(
                market_id=found.id,
                commitment_amount=self.model.units_of(found).amount(commitment, "commitment"),
                slippage_tolerance=decimal(slippage, "slippage"),
                concentrated_liquidity_parameters=self._curve(
                    market, base, lower, upper, leverage, leverage_above, data_source
                ),
                proposed_fee=decimal(fee, "fee"),
                minimum_price_change_trigger=decimal(minimum_price_change, "minimum_price_change"),
            )
        )

    def amend_amm(
        self,
        commitment: Number | None = None,
        base: Number | None = None,
        lower: Number | None = None,
        upper: Number | None = None,
        *,
        fee: Number | None = None,
        slippage: Number = 1,
        leverage: Number | None = None,
        leverage_above: Number | None = None,
        data_source: str | None = None,
        minimum_price_change: Number = 0,
        market: str | None = None,
    ) -> Transaction:
        """Change the automated market maker; as :meth:`submit_amm`. Without a ``base`` its curve stays as it is."""
        found = self.find_market(market)
        curve = None
        if base is not None:
            curve = self._curve(market, base, lower, upper, leverage, leverage_above, data_source)
        return self.send(
            AmendAMM(
                market_id=found.id,
                slippage_tolerance=decimal(slippage, "slippage"),
                commitment_amount=None
                if commitment is None
                else self.model.units_of(found).amount(commitment, "commitment"),
                concentrated_liquidity_parameters=curve,
                proposed_fee=None if fee is None else decimal(fee, "fee"),
                minimum_price_change_trigger=decimal(minimum_price_change, "minimum_price_change"),
            )
        )

    def cancel_amm(
        self, method: Literal["immediate", "reduce_only"] = "immediate", market: str | None = None
    ) -> Transaction:
        """End the automated market maker: at once, its position left to the network; or when trading has closed it."""
        return self.send(
            CancelAMM(market_id=self.find_market(market).id, method=word(AMMCancelMethod, method, "method"))
        )

    def amm_key(self, market: str | None = None) -> str:
        """The key under which the agent's automated market maker trades."""
        return pool_party(self.find_market(market).id, self.key)

    def has_amm(self, market: str | None = None) -> bool:
        """Whether the agent has an automated market maker there."""
        key = self.amm_key(market)
        return any(pool.party == key for pool in self.find_market(market).liquidity_pools())

    def _curve(
        self,
        market: str | None,
        base: Number,
        lower: Number | None,
        upper: Number | None,
        leverage: Number | None,
        leverage_above: Number | None,
        data_source: str | None,
    ) -> ConcentratedLiquidityParameters:
        price = self.units(market).price
        below = None if leverage is None else decimal(leverage, "leverage")
        above = below if leverage_above is None else decimal(leverage_above, "leverage_above")
        return ConcentratedLiquidityParameters(
            base=price(base),
            lower_bound=None if lower is None else price(lower),
            upper_bound=None if upper is None else price(upper),
            leverage_at_lower_bound=None if lower is None else below,
            leverage_at_upper_bound=None if upper is None else above,
            data_source_id=data_source,
        )

    # -- reading ---------------------------------------------------------------------------------------------------

    def liquidity_commitment(self, market: str | None = None) -> float:
        """What the agent has committed; while nothing of it is in force, what is queued. 0 for who provides nothing."""
        found = self.find_market(market)
        provisions = found.liquidity.provisions
        provision = provisions.active.get(self.key) or provisions.pending.get(self.key)
        return 0.0 if provision is None else self.model.units_of(found).shown_amount(provision.commitment)

    def liquidity_obligation(self, market: str | None = None) -> float:
        """Notional that the commitment wants on each side of the book, within the market's price range."""
        factor = self.model.exchange.network_parameters.decimal("market.liquidity.stakeToCcyVolume")
        return self.liquidity_commitment(market) * float(factor)

    def equity_like_share(self, market: str | None = None) -> float:
        """The agent's share in the virtual stake of all providers."""
        return float(self.find_market(market).liquidity.equity_like_share(self.key))

    def time_on_book(self, market: str | None = None) -> float:
        """Share of the epoch so far in which the agent kept its commitment; 0 for who provides nothing."""
        level = self.find_market(market).liquidity.service_level
        performance = level.by_party.get(self.key)
        return 0.0 if performance is None else float(performance.fraction(self.model.chain.now, level.epoch_start))
