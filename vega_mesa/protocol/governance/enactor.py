"""What governance needs from the exchange: looks at markets, and carries out what was voted."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from vega_mesa.protocol.commands.governance import (
    NewProtocolAutomatedPurchase,
    ProgramChange,
    TransferChange,
    UpdateMarketState,
)
from vega_mesa.protocol.markets.definition import MarketDefinition
from vega_mesa.protocol.markets.states import MarketState


class Enactor(Protocol):
    """The exchange as governance sees it. Every method may raise Refused with the network's text."""

    # -- looks -----------------------------------------------------------------------------------------------------

    def market_state(self, market_id: str) -> MarketState | None:
        """The market's state; None when there is no such market (any more)."""

    def market_definition(self, market_id: str) -> MarketDefinition | None:
        """The market's present terms, also of a settled one that may still be succeeded; None when unknown."""

    def equity_like_share(self, market_id: str, party: str) -> Decimal:
        """The party's equity-like share in the market, with its AMM's; 0 without one."""

    def is_succeeded(self, market_id: str) -> bool:
        """Whether another market has already taken this one's place."""

    # -- markets ---------------------------------------------------------------------------------------------------

    def submit_market(self, market_id: str, definition: MarketDefinition, proposer: str, opens_at: int) -> object:
        """Create a proposed market (``STATE_PROPOSED``) at the submission of its proposal.

        ``definition.opening_auction_duration`` is enactment minus closing, seconds.

        Args:
            opens_at: when its opening auction is to start (the closing time), nanoseconds.
        """

    def start_opening_auction(self, market_id: str) -> None:
        """The vote passed: the opening auction starts (``STATE_PENDING``)."""

    def reject_market(self, market_id: str) -> None:
        """The vote was lost, or the proposal failed: the market is rejected and forgotten."""

    def succeed_market(self, market_id: str) -> None:
        """Enactment of a market with a parent (0081-SUCM)."""

    def update_market(self, market_id: str, definition: MarketDefinition) -> None:
        """Take new terms: complete, with all that an update must not change already as it was."""

    def update_market_state(self, change: UpdateMarketState) -> None:
        """Terminate, suspend or resume a market."""

    # -- the rest --------------------------------------------------------------------------------------------------

    def dispatch_parameters(self) -> None:
        """Hand the parameters of ``NetworkParameters.take_changed()`` to all engines, now."""

    def update_program(self, change: ProgramChange, enactment: int) -> None:
        """Store a programme, active from the next epoch's start."""

    def check_transfer(self, change: TransferChange, proposal_id: str) -> None:
        """Refuse a governance transfer that is not valid now."""

    def enact_transfer(self, change: TransferChange, proposal_id: str) -> None:
        """Carry out or schedule a governance transfer, or end one."""

    def check_automated_purchase(self, change: NewProtocolAutomatedPurchase) -> None:
        """Refuse an automated purchase that is not valid now."""

    def start_automated_purchase(self, change: NewProtocolAutomatedPurchase, proposal_id: str) -> None:
        """Register an automated purchase on its spot market."""
