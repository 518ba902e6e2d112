"""Liquidity commitments (0038-OLIQ, 0044-LIME, 0042-LIQF)."""

from __future__ import annotations

from vega_mesa.actions.observing import Observing
from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.commands.liquidity import (
    LiquidityProvisionAmendment,
    LiquidityProvisionCancellation,
    LiquidityProvisionSubmission,
)
from vega_mesa.units import Number, decimal


class ProvidingLiquidity(Observing):
    """Commits to quote, for a share of the liquidity fees."""

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
