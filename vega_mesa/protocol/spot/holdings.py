"""What backs the orders of a spot market: funds in holding accounts (0080-SPOT, 0013-ACCT).

A party has one holding account for each asset, shared by all spot markets; each market keeps account of what its own
orders have in it: a *quantity* (what the order may pay: quote asset of a buy, base asset of a sell) and, in auctions, a
*fee*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.matching.order import BUY, Order
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket

LOCK: Final = "TRANSFER_TYPE_HOLDING_LOCK"
RELEASE: Final = "TRANSFER_TYPE_HOLDING_RELEASE"


class Lock:
    """What one order has in its party's holding account, asset decimals."""

    __slots__ = ("quantity", "fee")

    def __init__(self, quantity: int = 0, fee: int = 0) -> None:
        self.quantity = quantity
        self.fee = fee

    def __reduce__(self) -> tuple[object, ...]:
        return Lock, (self.quantity, self.fee)

    def __repr__(self) -> str:
        return f"<Lock {self.quantity} + {self.fee}>"


class Holdings:
    """The locks of one market's orders, and the movements that they come from."""

    __slots__ = ("market", "locks")

    def __init__(self, market: SpotMarket) -> None:
        self.market = market
        self.locks: dict[str, Lock] = {}

    def of(self, order: Order) -> Lock:
        """What the order has locked."""
        return self.locks.get(order.id) or Lock()

    def lock(self, order: Order, quantity: int, fee: int = 0) -> None:
        """Move funds from the general to the holding account, on top of what is locked.

        Raises:
            Refused: ``insufficient funds for order``; nothing has moved.
        """
        amount = quantity + fee
        source = self.market.purse(order.party, self._asset(order))
        if source is None or source.balance < amount:
            raise Refused("insufficient funds for order")
        self.market.collateral.transfer(LOCK, amount, source, self._account(order))
        lock = self.locks.setdefault(order.id, Lock())
        lock.quantity += quantity
        lock.fee += fee

    def release(self, order: Order) -> None:
        """Give back everything that the order has locked."""
        lock = self.locks.pop(order.id, None)
        if lock is not None:
            self._give_back(order, lock.quantity + lock.fee)

    def release_for_trade(self, order: Order, quantity: int, fee: int = 0) -> None:
        """Give back what a trade takes. An order that lost its funds to a failed amendment has nothing to give back.

        A fee is given back whole even where the order has locked less: fees of many small trades round up to more than
        the fee of all, and the rest then comes out of whatever the party has in the account.
        """
        lock = self.locks.get(order.id)
        if lock is None:
            return
        quantity = min(quantity, lock.quantity)
        lock.quantity -= quantity
        lock.fee -= min(fee, lock.fee)
        self._give_back(order, quantity + fee)

    def release_fee(self, order: Order) -> None:
        """Give the fee lock back when an auction is over; the ledger calls this a lock, as the protocol does."""
        lock = self.locks.get(order.id)
        if lock is not None and lock.fee:
            self._give_back(order, lock.fee, LOCK)
            lock.fee = 0

    def _give_back(self, order: Order, amount: int, type: str = RELEASE) -> None:
        if amount <= 0:
            return
        holding = self._account(order)
        purse = self.market.purse(order.party, self._asset(order))
        assert purse is not None, f"{order.party} has funds locked, and no account to release them to"
        self.market.collateral.transfer(type, min(amount, holding.balance), holding, purse)

    def _asset(self, order: Order) -> str:
        return self.market.quote_asset if order.side is BUY else self.market.base_asset

    def _account(self, order: Order) -> Account:
        return self.market.collateral.open(AccountType.HOLDING, self._asset(order), order.party)
