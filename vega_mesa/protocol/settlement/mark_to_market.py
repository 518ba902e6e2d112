"""Mark-to-market: who owes what to whom since the last mark price (0003-MTMK, 03 §5.6).

Pure bookkeeping: no money moves here, :mod:`vega_mesa.protocol.settlement.collection` does that. Prices and amounts
are integers in asset decimals, sizes in position decimals.
"""

from __future__ import annotations



from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.events.bus import EventBus
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import PositionSettled
from vega_mesa.protocol.matching.order import NETWORK, Trade
from vega_mesa.protocol.positions import Position, Positions

PartyAmount = tuple[str, int]  # a party (or ``network``) and an amount, asset decimals, never negative
SignedTrade = tuple[int, int]  # signed size and price


class MarkToMarket:
    """What a mark-to-market asks to be moved.

    Attributes:
        price: the mark price, asset decimals.
        losses: who pays how much, in the order of positions; never 0.
        wins: who receives how much, in the order of positions; **0 is an entry without a transfer**, which still
            counts in the order of the list and for margin evaluation. A network placeholder comes last.
        touched: the positions that changed since the last mark-to-market, by party, in the order of first change.
    """

    __slots__ = ("price", "losses", "wins", "touched")

    def __init__(
        self, price: int, losses: list[PartyAmount], wins: list[PartyAmount], touched: dict[str, Position]
    ) -> None:
        self.price = price
        self.losses = losses
        self.wins = wins
        self.touched = touched

    @property
    def parties(self) -> list[str]:
        """The transfer list's parties, losses then wins: the order of margin evaluation (network included)."""
        return [party for party, _ in self.losses] + [party for party, _ in self.wins]

    def __repr__(self) -> str:
        return f"<MarkToMarket {self.price} losses {self.losses} wins {self.wins}>"


class Settlement:
    """Trades since the last mark-to-market, and the size at which each party was last settled.

    Attributes:
        last_mark: mark price of the last mark-to-market, 0 before the first.
        settled: last settled signed size of every known party.
        trades: ``(signed size, price)`` of each party since the last mark-to-market.
    """

    def __init__(self, market: str, bus: EventBus, position_scale: Scale) -> None:
        self.market = market
        self.bus = bus
        self.position_scale = position_scale
        self.last_mark = 0
        self.settled: dict[str, int] = {}
        self.trades: dict[str, list[SignedTrade]] = {}

    # -- between two marks -----------------------------------------------------------------------------------------

    def add_trade(self, trade: Trade) -> None:
        """Remember a trade for its buyer and its seller; not for close-out trades with the network."""
        raise NotImplementedError

    @property
    def has_trades(self) -> bool:
        """Whether any trade waits for a mark-to-market."""
        return bool(self.trades)

    def has_traded(self, party: str) -> bool:
        """Whether a party's trades wait for a mark-to-market (03 §3.5.5)."""
        return party in self.trades

    def holds(self, party: str) -> bool:
        """Whether a party has both a settled position and waiting trades: its margin account is kept (03 §3.4.20)."""
        return party in self.trades and party in self.settled

    # -- the mark --------------------------------------------------------------------------------------------------

    def mark_to_market(self, mark: int, positions: Positions) -> MarkToMarket:
        """Find what every party won or lost since the last mark, rounded to whole units (03 §5.6.3-6).

        The caller has refused a mark above the cap and has called ``positions.mark(mark)``. Takes over and empties
        ``positions.touched``.

        Emits: PositionSettled for every position, and PositionsMarked, before any money moves.
        """
        raise NotImplementedError

    # -- close-out -------------------------------------------------------------------------------------------------

    def take_over(self, party: str) -> None:
        """Move a party's settled size and waiting trades to the network's record (03 §7.2 step 5)."""
        raise NotImplementedError


