"""What holds in every state of every run: money adds up, nobody owes, nobody's book is crossed."""

from __future__ import annotations

from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.model import VegaModel
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import TradingMode


def check_invariants(chain: NullChain) -> None:
    """Look at a chain's state as it is now.

    Raises:
        AssertionError: what is broken: an asset's accounts do not add up, an account is overdrawn, a book is crossed,
            longs are not shorts.
    """
    exchange = chain.exchange
    imbalance = exchange.imbalance()
    assert not imbalance, f"block {chain.height}: money was made or lost: {imbalance}"
    for account in exchange.collateral.accounts.values():
        if account.type is not AccountType.EXTERNAL:
            assert account.balance >= 0, f"block {chain.height}: {account!r} is overdrawn"
    for market in exchange.markets.values():
        bid, ask = market.book.best_bid(), market.book.best_ask()
        if market.trading_mode is TradingMode.CONTINUOUS and bid and ask:
            assert bid < ask, f"block {chain.height}: the book of {market.id} is crossed: {bid} is bid, {ask} asked"
        if isinstance(market, FuturesMarket):
            net = sum(position.size for position in market.positions.by_party.values())
            assert net == 0, f"block {chain.height}: the positions of {market.id} do not cancel out: {net}"


def whole_state(model: VegaModel) -> str:
    """One number for the network and the random numbers of a model: equal for equal runs."""
    return state_hash((model.chain.state_hash(), model.random.getstate(), repr(model.rng.bit_generator.state)))
