"""Mark-to-market: who owes what to whom since the last mark price (0003-MTMK, 03 §5.6).

Pure bookkeeping: no money moves here, :mod:`vega_mesa.protocol.settlement.collection` does that. Prices and amounts
are integers in asset decimals, sizes in position decimals.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.events.bus import EventBus
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import PositionSettled
from vega_mesa.protocol.matching.order import NETWORK, Trade
from vega_mesa.protocol.positions import UNKNOWN, Position, Positions

PartyAmount = tuple[str, int]  # a party (or ``network``) and an amount, asset decimals, never negative
SignedTrade = tuple[int, int]  # signed size and price
_party = itemgetter(0)


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
        return [*map(_party, self.losses), *map(_party, self.wins)]

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
        trades = self.trades
        size, price, buyer, seller = trade.size, trade.price, trade.buyer, trade.seller
        queue = trades.get(buyer)
        if queue is None:
            trades[buyer] = [(size, price)]
        else:
            queue.append((size, price))
        queue = trades.get(seller)
        if queue is None:
            trades[seller] = [(-size, price)]
        else:
            queue.append((-size, price))

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

        The caller has refused a mark above the cap. Takes over and empties
        ``positions.touched``.

        Emits: PositionSettled for every position, and PositionsMarked, before any money moves.
        """
        # At an unchanged mark only who traded or is new can be concerned, and both have been touched.
        if mark != self.last_mark:
            shares = self.shares(mark, positions.by_party.values())
        else:
            shares = self.shares(mark, positions.in_order(positions.touched))
        shares.distribute_rounding()
        touched = positions.settled()
        self._announce(mark, positions, touched)
        self.finish(mark, ())
        return MarkToMarket(mark, shares.losses, shares.wins, touched)

    def finish(self, mark: int, resized: Iterable[Position]) -> None:
        """All positions have been settled to a mark; the sizes of some are still to be noted, in the order given."""
        for position in resized:
            self._resize(position)
        self.trades = {}
        self.last_mark = mark

    def _resize(self, position: Position) -> None:
        """Note at which size a position has been settled, or that nothing is left of it."""
        if position.size or position.buy or position.sell:
            self.settled[position.party] = position.size
        else:
            self.settled.pop(position.party, None)
            position.balance = UNKNOWN  # if it comes back it is new, and not calm

    def shares(self, mark: int, positions: Iterable[Position]) -> Shares:
        """Each concerned party's gain since the last mark; settled sizes become the present ones."""
        shares = Shares()
        losses, wins, unpaid = shares.losses, shares.wins, shares.unpaid_winners
        settled, trades = self.settled, self.trades
        multiplier, divisor = self.position_scale.multiplier, self.position_scale.divisor
        scaled = multiplier != divisor
        move = mark - self.last_mark
        largest = lost = won = 0
        for position in positions:
            party = position.party
            size = position.size
            last = settled.get(party)
            queue = trades.get(party)
            if queue is not None:
                gain, negative = _gain(last or 0, move, queue, mark)
            elif last is not None:
                if move == 0:
                    continue
                gain = last * move
                negative = gain < 0
            elif mark and (size or position.buy or position.sell):
                gain, negative = 0, False  # new, with orders only
            else:
                continue
            if size != last or not size:
                self._resize(position)
            share = -gain if negative else gain
            if scaled:
                share = share * divisor // multiplier
            if negative and share:
                losses.append((party, share))
                lost += share
                continue
            if gain > largest:
                largest = gain
                shares.largest_winner = len(wins)
            if share:
                won += share
            elif not negative and (queue is not None or size):
                unpaid.append(len(wins))
            wins.append((party, share))
        shares.excess = lost - won
        return shares

    def _announce(self, mark: int, positions: Positions, touched: dict[str, Position]) -> None:
        wanted = self.bus.wanted
        factor = self.position_scale.decimal
        trades = self.trades
        if PositionSettled in wanted:
            for party in positions.by_party:
                self.bus.send(
                    PositionSettled,
                    market=self.market,
                    party=party,
                    price=mark,
                    position_factor=factor,
                    trades=tuple(trades.get(party, ())),
                )
        if PositionsMarked in wanted:
            self.bus.send(
                PositionsMarked,
                market=self.market,
                price=mark,
                position_factor=factor,
                positions=tuple((p.party, tuple(trades.get(p.party, ()))) for p in positions.in_order(touched)),
            )

    # -- close-out -------------------------------------------------------------------------------------------------

    def take_over(self, party: str) -> None:
        """Move a party's settled size and waiting trades to the network's record (03 §7.2 step 5)."""
        size = self.settled.pop(party, None)
        if size is not None:
            self.settled[NETWORK] = self.settled.get(NETWORK, 0) + size
        queue = self.trades.pop(party, None)
        if queue is not None:
            self.trades.setdefault(NETWORK, []).extend(queue)


class Shares:
    """Transfer lists in the making, and what rounding needs to know about them."""

    __slots__ = ("losses", "wins", "unpaid_winners", "largest_winner", "excess")

    def __init__(self) -> None:
        self.losses: list[PartyAmount] = []
        self.wins: list[PartyAmount] = []
        self.unpaid_winners: list[int] = []  # places in wins: positive sign, share 0, traded or holds volume
        self.largest_winner = -1  # place in wins of the largest exact win, -1 if nobody won
        self.excess = 0  # loss shares less win shares

    def distribute_rounding(self) -> None:
        """Hand out what truncation took from the winners (03 §5.6.5)."""
        if self.excess <= 0:
            return
        turns = list(self.unpaid_winners)
        placeholder = self.largest_winner < 0
        if placeholder:
            self.largest_winner = len(self.wins)
            self.wins.append((NETWORK, 0))
        if turns:
            turns += [self.largest_winner] * (2 if placeholder else 1)
        for place in turns[: self.excess]:
            self._give(place, 1)
        rest = self.excess - len(turns)
        if rest > 0:
            self._give(self.largest_winner, rest)
        if placeholder and self.wins[-1][1] == 0:
            self.wins.pop()

    def _give(self, place: int, amount: int) -> None:
        party, share = self.wins[place]
        self.wins[place] = (party, share + amount)


def _gain(last: int, move: int, trades: list[SignedTrade], mark: int) -> tuple[int, bool]:
    """What a party with trades won since the last mark, times the position factor, and whether it counts as a loss.

    A sum of zero keeps the sign of its last operand, the last trade, where a sell at the mark counts as negative.
    """
    gain = last * move
    for traded, price in trades:
        gain += traded * (mark - price)
    if gain:
        return gain, gain < 0
    traded, price = trades[-1]
    return 0, traded < 0 if price == mark else (traded < 0) != (mark < price)
