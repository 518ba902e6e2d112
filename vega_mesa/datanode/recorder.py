"""Keeps trades and ledger movements as flat rows, and turns them into tables when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.trading import TradeHappened


class TradeRow(NamedTuple):
    """One execution; price in asset decimals, size in position decimals, time in ns since 1970."""

    time: int
    market: str
    price: int
    size: int
    aggressor: str
    buyer: str
    seller: str
    type: str
    id: str


class LedgerRow(NamedTuple):
    """One movement between two accounts, asset decimals, balances as they were after it."""

    time: int
    type: str
    asset: str
    amount: int
    from_account: str
    to_account: str
    from_balance: int
    to_balance: int


class Recorder:
    """Listens from its creation until :meth:`close`.

    Args:
        bus: whose events to keep.
        ledger: keep ledger movements too; there are several for each order, trade and mark to market.
    """

    def __init__(self, bus: EventBus, *, ledger: bool = True) -> None:
        self.trades: list[TradeRow] = []
        self.ledger: list[LedgerRow] = []
        self._unsubscribe: list[Callable[[], None]] = [bus.subscribe(TradeHappened, self._on_trade)]
        if ledger:
            self._unsubscribe.append(bus.subscribe(LedgerMoved, self._on_ledger))

    def close(self) -> None:
        """Stop listening; what was kept stays."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    def _on_trade(self, event: TradeHappened) -> None:
        trade = event.trade
        self.trades.append(
            TradeRow(
                event.time, trade.market, trade.price, trade.size, trade.aggressor.name, trade.buyer, trade.seller,
                trade.type.name, trade.id,
            )
        )  # fmt: skip

    def _on_ledger(self, event: LedgerMoved) -> None:
        time = event.time
        self.ledger.extend(
            LedgerRow(
                time, entry.type, entry.asset, entry.amount, entry.from_account, entry.to_account, entry.from_balance,
                entry.to_balance,
            )
            for entry in event.entries
        )  # fmt: skip
