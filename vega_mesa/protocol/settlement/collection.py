"""Moving what settlement asks for: losses in, wins out, and who bears what is missing (03 §2.3, §5.6.7-10, §5.7)."""

from __future__ import annotations

from collections.abc import Container

from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.settlement.final import FinalSettlement
from vega_mesa.protocol.settlement.funding import FundingFlows
from vega_mesa.protocol.settlement.mark_to_market import MarkToMarket


class Collection:
    """Collects losses in the market's settlement account and pays the wins out of it.

    Args:
        isolated: the parties in isolated margin mode (the market's mapping of party to margin factor will do).
    """

    def __init__(self, collateral: Collateral, market: str, asset: str, isolated: Container[str]) -> None:
        self.collateral = collateral
        self.market = market
        self.asset = asset
        self.isolated = isolated

    def mark_to_market(self, settlement: MarkToMarket) -> None:
        """Move a mark-to-market's losses, then its wins.

        Emits: LossSocialised (losers after the losses, winners before the wins).
        """
        raise NotImplementedError

    def funding(self, flows: FundingFlows) -> None:
        """Move a funding payment; what rounding leaves goes to the market's insurance pool.

        Emits: FundingPaid for every party, then LossSocialised as in a mark-to-market.
        """
        raise NotImplementedError

    def final(self, settlement: FinalSettlement) -> None:
        """Move the final settlement; what rounding leaves goes to the global insurance pool.

        Emits: LossSocialised.
        """
        raise NotImplementedError
