"""Who was closed out and who paid for it: what the models of crashes and liquidations count."""

from __future__ import annotations

from typing import NamedTuple

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.trading import DistressSettled, LossSocialised, TradeHappened
from vega_mesa.protocol.matching.order import NETWORK, TradeType


class CloseOut(NamedTuple):
    """One party that lost its position."""

    step: int
    party: str
    confiscated: int  # asset decimals: its margin, which the insurance pool takes over together with its position


class Casualties:
    """Counts close-outs and their costs on one exchange; amounts in asset decimals, volumes in position decimals.

    Attributes:
        closed_out: in the order in which it happened; a party that comes back can be closed out again.
        socialised: what winners did not get because losers could not pay and the insurance pool was empty.
        disposed: volume that the network sold on the book, or bought back.
        step: to be set by the model.
    """

    def __init__(self) -> None:
        self.closed_out: list[CloseOut] = []
        self.socialised = 0
        self.disposed = 0
        self.step = 0

    def attach(self, bus: EventBus) -> None:
        """Listen to an exchange from now on."""
        bus.subscribe(DistressSettled, self._on_distress)
        bus.subscribe(LossSocialised, self._on_loss)
        bus.subscribe(TradeHappened, self._on_trade)

    def _on_distress(self, event: DistressSettled) -> None:
        if event.party != NETWORK:
            self.closed_out.append(CloseOut(self.step, event.party, event.margin))

    def _on_loss(self, event: LossSocialised) -> None:
        self.socialised -= min(0, event.amount)

    def _on_trade(self, event: TradeHappened) -> None:
        if event.trade.type is TradeType.NETWORK_CLOSE_OUT_GOOD:
            self.disposed += event.trade.size
