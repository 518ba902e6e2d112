"""Markets that succeed others: who inherits, and what becomes of a parent's insurance pool (0081-SUCM; 03 §9.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vega_mesa.protocol.arithmetic import ZERO, Factor
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets import lifecycle
from vega_mesa.protocol.markets.definition import MarketDefinition
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange


class RetainedParent:
    """A market that has ended but may still be succeeded: its pool waits until ``expires_at`` (nanoseconds)."""

    __slots__ = ("market", "expires_at")

    def __init__(self, market: FuturesMarket, expires_at: int) -> None:
        self.market = market
        self.expires_at = expires_at


class Succession:
    """Parents and their successors.

    Attributes:
        window: ``market.liquidity.successorLaunchWindowLength``, nanoseconds.
        retained: ended parents that have not been succeeded, by id.
        successors: the market that took a parent's place, by the parent's id.
        late: markets that competed for a parent whose place was taken in this tick.
    """

    def __init__(self) -> None:
        self.window = 0
        self.retained: dict[str, RetainedParent] = {}
        self.successors: dict[str, str] = {}
        self.late: dict[str, None] = {}
        self._racing: dict[str, bool] = {}  # pending successors, and whether they were so before this tick

    def definition(self, market_id: str) -> MarketDefinition | None:
        """Terms of an ended market that may still be succeeded."""
        kept = self.retained.get(market_id)
        return None if kept is None else kept.market.definition

    def is_succeeded(self, market_id: str) -> bool:
        """Whether another market has taken this one's place."""
        return market_id in self.successors

    def parent_of(self, exchange: Exchange, market: FuturesMarket) -> FuturesMarket | None:
        """The parent whose place is still free, live or retained."""
        parent = market.definition.parent_market
        if parent is None or parent in self.successors:
            return None
        live = exchange.markets.get(parent)
        if isinstance(live, FuturesMarket):
            return live
        kept = self.retained.get(parent)
        return None if kept is None else kept.market

    def enact(self, exchange: Exchange, market: FuturesMarket) -> None:
        """Enact a successor; without its parent it is a plain market from now on.

        Raises:
            Refused: the parent is only proposed: the successor is rejected.
        """
        parent = self.parent_of(exchange, market)
        if parent is None:
            _forget_parent(market)
        elif parent.state is MarketState.PROPOSED:
            exchange.reject_market(market.id)
            raise Refused("parent market in proposed state, can't enact successor")

    # -- every tick --------------------------------------------------------------------------------------------------

    def before_tick(self, exchange: Exchange, market: FuturesMarket) -> None:
        """Let a pending successor see the parent's shares while it may leave its opening auction."""
        if market.definition.parent_market is None or market.state is not MarketState.PENDING:
            return
        parent = self.parent_of(exchange, market)
        if parent is None:
            _forget_parent(market)
            return
        self._racing[market.id] = True
        if parent.state is not MarketState.PENDING:  # which has nothing yet that could be inherited
            market.liquidity.inherit(parent.liquidity)

    def after_tick(self, exchange: Exchange, market: FuturesMarket) -> None:
        """The successor has left its opening auction and takes the parent's place, or it has not."""
        if not self._racing.pop(market.id, False):
            return
        if market.state is MarketState.PENDING or market.has_ended:
            market.liquidity.undo_inheritance()
            return
        parent = self.parent_of(exchange, market)
        if parent is None:
            return
        self.successors[parent.id] = market.id
        self.late.update(dict.fromkeys(competitors(exchange, parent.id, market.id)))
        parent.is_succeeded = True
        pool = parent.insurance
        amount = Factor(market.definition.insurance_pool_fraction).floor_of(pool.balance)
        if amount:
            exchange.collateral.transfer("TRANSFER_TYPE_SUCCESSOR_INSURANCE_FRACTION", amount, pool, market.insurance)
        if self.retained.pop(parent.id, None) is not None:
            lifecycle.clear_insurance(parent)

    def settle_races(self, exchange: Exchange) -> None:
        """After all ticks: reject the successors that came too late, and let go of parents that nobody succeeded."""
        for market_id in sorted(self.late):
            exchange.reject_market(market_id)
        self.late.clear()
        for parent_id, kept in sorted(self.retained.items(), key=_id):
            if exchange.now > kept.expires_at:
                lifecycle.clear_insurance(kept.market)
                del self.retained[parent_id]

    def on_removed(self, exchange: Exchange, market: FuturesMarket) -> None:
        """An ended market disappears: its pool is kept for a successor, if it may have one."""
        if market.state not in (MarketState.SETTLED, MarketState.CLOSED) or market.is_succeeded:
            return
        if exchange.collateral.find(AccountType.INSURANCE, market.asset, market=market.id) is not None:
            self.retained[market.id] = RetainedParent(market, market.now + self.window)


def competitors(exchange: Exchange, parent_id: str, winner: str = "") -> list[str]:
    """Markets that wait to succeed a parent, but for the one that did."""
    waiting = (MarketState.PENDING, MarketState.PROPOSED)
    return sorted(
        market.id
        for market in exchange.markets.values()
        if market.definition.parent_market == parent_id and market.id != winner and market.state in waiting
    )


def _forget_parent(market: FuturesMarket) -> None:
    market.definition = replace(market.definition, parent_market=None, insurance_pool_fraction=ZERO)


def _id(retained: tuple[str, RetainedParent]) -> str:
    return retained[0]
