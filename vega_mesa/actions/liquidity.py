"""Liquidity commitments (0038-OLIQ, 0044-LIME)."""

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

    def provide_liquidity(
        self, commitment: Number, fee: Number, market: str | None = None, reference: str = ""
    ) -> Transaction:
        """Commit money to a market.

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
        self, commitment: Number | None = None, fee: Number | None = None, market: str | None = None
    ) -> Transaction:
        """Change the commitment from the next epoch on; what is not given stays."""
        found = self.find_market(market)
        amount = None if commitment is None else self.model.units_of(found).amount(commitment, "commitment")
        return self.send(
            LiquidityProvisionAmendment(
                market_id=found.id,
                commitment_amount=amount,
                fee=None if fee is None else decimal(fee, "fee"),
            )
        )

    def cancel_liquidity(self, market: str | None = None) -> Transaction:
        """Give the commitment up at the end of the epoch."""
        return self.send(LiquidityProvisionCancellation(market_id=self.find_market(market).id))
