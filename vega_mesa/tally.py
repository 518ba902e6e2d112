"""Running totals that the exchange itself has no use for: what was deposited, withdrawn and traded."""

from __future__ import annotations

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.bridging import DepositUpdated, WithdrawalUpdated
from vega_mesa.protocol.events.trading import TradeHappened


class Tally:
    """Counts events of one exchange. Amounts in asset decimals, volumes in position decimals."""

    def __init__(self) -> None:
        self.deposits: dict[tuple[str, str], int] = {}  # by party and asset, less withdrawals
        self.volume: dict[str, int] = {}  # by market, since genesis
        self.trades: dict[str, int] = {}  # how many, by market
        self.on_the_way: set[str] = set()  # deposits that are not credited yet
        self._volume_before: dict[str, int] = {}
        self._withdrawn: set[str] = set()

    def attach(self, bus: EventBus) -> None:
        """Listen to an exchange from now on."""
        bus.subscribe(DepositUpdated, self._on_deposit)
        bus.subscribe(WithdrawalUpdated, self._on_withdrawal)
        bus.subscribe(TradeHappened, self._on_trade)

    def begin_step(self) -> None:
        """A step of the model begins; :meth:`step_volume` counts from here."""
        self._volume_before = self.volume.copy()

    def step_volume(self, market: str) -> int:
        """What was traded on a market since the step began."""
        return self.volume.get(market, 0) - self._volume_before.get(market, 0)

    def deposited(self, party: str, asset: str) -> int:
        """What a party has put in so far, less what it took out."""
        return self.deposits.get((party, asset), 0)

    def _on_deposit(self, event: DepositUpdated) -> None:
        if event.status == "STATUS_OPEN":
            self.on_the_way.add(event.deposit)
            return
        self.on_the_way.discard(event.deposit)
        if event.status == "STATUS_FINALIZED":
            key = (event.party, event.asset)
            self.deposits[key] = self.deposits.get(key, 0) + event.amount

    def _on_withdrawal(self, event: WithdrawalUpdated) -> None:
        if event.status != "STATUS_REJECTED" and event.withdrawal not in self._withdrawn:
            self._withdrawn.add(event.withdrawal)  # the money leaves at once, whatever the bridge still has to do
            key = (event.party, event.asset)
            self.deposits[key] = self.deposits.get(key, 0) - event.amount

    def _on_trade(self, event: TradeHappened) -> None:
        trade = event.trade
        self.volume[trade.market] = self.volume.get(trade.market, 0) + trade.size
        self.trades[trade.market] = self.trades.get(trade.market, 0) + 1
