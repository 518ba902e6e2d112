"""An agent that does nothing but look, and tells everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from vega_mesa.agent import VegaAgent
from vega_mesa.agents.checks import at_least
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.matching.order import Side

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

Row = dict[str, Any]
TABLES: Final = ("markets", "books", "positions", "accounts", "trades")


class Snitch(VegaAgent):
    """Writes down, in every step, what everybody has and does: rows for whoever asks, tables for pandas.

    The data collector of a model keeps one row a step; this keeps all that the exchange knows, of every market and
    party, also of those that are no agents. It sends nothing, so a run with it is the run without it. Rows of a step
    are written when the snitch acts, in the middle of the others; trades as they happen.

    Tables: ``markets`` (prices, mode, open interest), ``books`` (the best levels), ``positions`` (of every party that
    has one), ``accounts`` (every balance that is not 0), ``trades``. Prices, sizes and amounts in people's units.

    Args:
        tables: which to keep.
        every: steps between two looks.
        levels: of each side of the books.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        tables: tuple[str, ...] = TABLES,
        every: int = 1,
        levels: int = 5,
        key: str | None = None,
    ) -> None:
        super().__init__(model, key=key)
        if unknown := [name for name in tables if name not in TABLES]:
            raise ConfigError("tables", unknown[0], f"one of {', '.join(TABLES)}")
        self.every = at_least("every", every, 1)
        self.levels = at_least("levels", levels, 1)
        self.rows: dict[str, list[Row]] = {name: [] for name in TABLES if name in tables}

    def initialise(self) -> None:
        """Begin to listen."""
        self.listen()

    def listen(self) -> None:
        """Hear of trades from now on."""
        if "trades" in self.rows:
            self.model.exchange.bus.subscribe(TradeHappened, self._on_trade)

    def step(self) -> None:
        """Look at everything."""
        if self.model.step_count % self.every == 0:
            self.look()

    def finalise(self) -> None:
        """Look once more, at how things ended."""
        self.look()

    def look(self) -> None:
        """Write down how things stand."""
        writers: dict[str, Callable[[], None]] = {
            "markets": self._markets, "books": self._books, "positions": self._positions, "accounts": self._accounts,
        }  # fmt: skip
        for name, write in writers.items():
            if name in self.rows:
                write()

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables.

        Raises:
            ConfigError: it is not kept.
        """
        if name not in self.rows:
            raise ConfigError("name", name, f"one of {', '.join(self.rows)}")
        return pd.DataFrame(self.rows[name])

    # -- the tables ------------------------------------------------------------------------------------------------

    def _stamp(self) -> Row:
        return {"step": self.model.step_count, "block": self.model.chain.height}

    def _markets(self) -> None:
        for market in self.model.exchange.markets.values():
            id = market.id
            self.rows["markets"].append(
                self._stamp()
                | {
                    "market": id,
                    "state": self.market_state(id),
                    "trading_mode": self.trading_mode(id),
                    "mark_price": self.mark_price(id),
                    "last_price": self.last_price(id),
                    "best_bid": self.best_bid(id),
                    "best_ask": self.best_ask(id),
                    "indicative_price": self.indicative_price(id),
                    "open_interest": self.open_interest(id),
                    "volume": self.units(id).shown_size(self.model.tally.volume.get(id, 0)),
                }
            )

    def _books(self) -> None:
        for market in self.model.exchange.markets.values():
            for side in Side.BUY, Side.SELL:
                levels = self.depth("buy" if side is Side.BUY else "sell", self.levels, market.id)
                for number, level in enumerate(levels):
                    row = {"market": market.id, "side": side.name.lower(), "level": number}
                    self.rows["books"].append(self._stamp() | row | level._asdict())

    def _positions(self) -> None:
        for market in self.model.exchange.markets.values():
            if not isinstance(market, FuturesMarket):
                continue  # who trades spot has balances, no positions
            units = self.model.units_of(market)
            for position in market.positions.by_party.values():
                if position.size or position.buy or position.sell:
                    self.rows["positions"].append(
                        self._stamp()
                        | {
                            "market": market.id,
                            "party": position.party,
                            "position": units.shown_size(position.size),
                            "buy_orders": units.shown_size(position.buy),
                            "sell_orders": units.shown_size(position.sell),
                        }
                    )

    def _accounts(self) -> None:
        decimals = self.model.exchange.assets.decimals
        for account in self.model.exchange.collateral.accounts.values():
            if account.balance:
                self.rows["accounts"].append(
                    self._stamp()
                    | {
                        "type": account.type.name,
                        "asset": account.asset,
                        "owner": account.owner,
                        "market": account.market,
                        "balance": account.balance / 10 ** decimals(account.asset),
                    }
                )

    def _on_trade(self, event: TradeHappened) -> None:
        trade = event.trade
        units = self.model.units_of(self.model.find_market(trade.market))
        self.rows["trades"].append(
            self._stamp()
            | {
                "market": trade.market,
                "price": units.shown_price(trade.price),
                "size": units.shown_size(trade.size),
                "aggressor": trade.aggressor.name.lower(),
                "buyer": trade.buyer,
                "seller": trade.seller,
            }
        )
