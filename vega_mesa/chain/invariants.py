"""What must hold on an exchange at any time, whatever anybody sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.chain.null_chain import NullChain
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import TradingMode
from vega_mesa.protocol.matching.order import Side

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange
    from vega_mesa.protocol.markets.trading_market import TradingMarket


def broken_invariants(exchange: Exchange) -> list[str]:
    """Every invariant that does not hold, in words; empty unless there is a defect.

    Money: all accounts of an asset add up to what came over the bridge, and only the outside world is in debt. Markets:
    no book is crossed outside an auction, every resting order is registered with its party's position, positions of a
    market add up to nothing.
    """
    broken = [f"asset {asset}: off by {amount}" for asset, amount in sorted(exchange.imbalance().items())]
    broken += [
        f"account {account.id}: {account.balance}"
        for account in exchange.collateral.accounts.values()
        if account.balance < 0 and account.type is not AccountType.EXTERNAL
    ]
    for market in exchange.markets.values():
        broken += _of_market(market)
    return broken


def replays(chain: NullChain) -> bool:
    """Whether the log of a run, executed anew, comes to the same state."""
    return NullChain.replay(chain.finished_log()).state_hash() == chain.state_hash()


def _of_market(market: TradingMarket) -> list[str]:
    broken = []
    bid, ask = market.book.best_bid(), market.book.best_ask()
    if market.trading_mode is TradingMode.CONTINUOUS and bid and ask and bid >= ask:
        broken.append(f"market {market.id}: crossed, {bid} bid and {ask} asked")
    if isinstance(market, FuturesMarket) and not market.has_ended:
        broken += _of_positions(market)
    return broken


def _of_positions(market: FuturesMarket) -> list[str]:
    broken = []
    positions = market.positions.by_party
    total = sum(position.size for position in positions.values())
    if total != 0:
        broken.append(f"market {market.id}: positions add up to {total}")
    resting: dict[str, list[int]] = {}
    for order in market.book.orders.values():
        sides = resting.setdefault(order.party, [0, 0])
        sides[order.side is Side.SELL] += order.true_remaining
    for party, position in positions.items():
        buy, sell = resting.get(party, (0, 0))
        if (position.buy, position.sell) != (buy, sell):
            registered = f"{position.buy} and {position.sell} registered"
            broken.append(f"market {market.id}: {party} has {buy} bid and {sell} asked, {registered}")
    return broken
