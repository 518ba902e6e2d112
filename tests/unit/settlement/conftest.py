"""A settlement desk: one market's positions, settlement and collection over a real ledger, without an order book."""

from __future__ import annotations

from typing import Any

import pytest

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.trading import LossSocialised
from vega_mesa.protocol.matching.order import Order, OrderType, Side, TimeInForce, Trade
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.settlement.collection import Collection
from vega_mesa.protocol.settlement.final import final_settlement
from vega_mesa.protocol.settlement.mark_to_market import MarkToMarket, Settlement

MARKET, ASSET = "BTC/DEC26", "USD"


class Desk:
    """Deposits go to margin accounts unless said otherwise; trades are registered, matched and queued at once."""

    def __init__(self, position_decimals: int = 0) -> None:
        self.bus = EventBus()
        self.heard: list[Any] = []
        self.collateral = Collateral(self.bus)
        self.collateral.enable_asset(ASSET)
        self.collateral.open_market_accounts(MARKET, ASSET)
        self.scale = Scale(position_decimals)
        self.isolated: dict[str, int] = {}
        self.positions = Positions(MARKET, self.bus)
        self.settlement = Settlement(MARKET, self.bus, self.scale)
        self.collection = Collection(self.collateral, MARKET, ASSET, self.isolated)
        self.entries: list[tuple[str, str, str, int]] = []
        self.socialised: list[tuple[str, int, str]] = []
        self.bus.subscribe(LedgerMoved, self._on_ledger)
        self.bus.subscribe(LossSocialised, self._on_loss)

    def _on_ledger(self, event: LedgerMoved) -> None:
        self.entries += [(e.type, e.from_account, e.to_account, e.amount) for e in event.entries]

    def _on_loss(self, event: LossSocialised) -> None:
        self.socialised.append((event.party, event.amount, event.loss_type))

    def fund(self, party: str, margin: int, general: int = 0, bond: int | None = None) -> None:
        """Give a party money."""
        accounts = [(AccountType.MARGIN, margin, MARKET), (AccountType.GENERAL, general, "")]
        if bond is not None:
            accounts.append((AccountType.BOND, bond, MARKET))
        for type, amount, market in accounts:
            self.put(amount, type, party, market)

    def put(self, amount: int, type: AccountType, party: str = "", market: str = MARKET) -> None:
        """Money from outside into one account."""
        external = self.collateral.open(AccountType.EXTERNAL, ASSET)
        self.collateral.transfer("DEPOSIT", amount, external, self.collateral.open(type, ASSET, party, market))
        self.entries.clear()

    def order(self, party: str, side: Side, size: int, price: int) -> Order:
        """An order, not registered."""
        return Order("id", MARKET, party, side, OrderType.LIMIT, TimeInForce.GTC, size, price)

    def trade(self, buyer: str, seller: str, size: int, price: int) -> None:
        """Two orders that meet."""
        buy = self.order(buyer, Side.BUY, size, price)
        sell = self.order(seller, Side.SELL, size, price)
        self.positions.register(buy)
        self.positions.register(sell)
        trade = Trade(MARKET, price, price, size, Side.BUY, buyer, seller, "b", "s", 0)
        self.positions.trade(trade, buy, sell)
        self.settlement.add_trade(trade)

    def mark(self, price: int) -> MarkToMarket:
        """Mark to market without moving money."""
        self.positions.mark(price)
        return self.settlement.mark_to_market(price, self.positions)

    def settle(self, price: int) -> MarkToMarket:
        """Mark to market and move the money."""
        result = self.mark(price)
        self.collection.mark_to_market(result)
        return result

    def finish(self, price: int) -> None:
        """Final settlement."""
        self.collection.final(final_settlement(self.settlement.settled, self.settlement.last_mark, price, self.scale))

    def balance(self, type: AccountType, party: str = "") -> int:
        """A balance; general accounts and the global insurance belong to no market."""
        global_types = (AccountType.GENERAL, AccountType.GLOBAL_INSURANCE)
        return self.collateral.balance(type, ASSET, party, "" if type in global_types else MARKET)

    def margin(self, party: str) -> int:
        """A party's margin balance."""
        return self.balance(AccountType.MARGIN, party)


@pytest.fixture
def desk() -> Desk:
    """Positions in whole units."""
    return Desk()


@pytest.fixture
def make_desk() -> type[Desk]:
    """Desks with position decimals."""
    return Desk
