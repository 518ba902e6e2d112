"""Who holds what: open volume, potential volume of live orders, average entry price (0006-POSI).

Prices are integers in asset decimals, sizes in position decimals. A position is found by its party; the order of
positions is the order in which the parties first registered an order, and it decides who settles first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from vega_mesa.protocol.events.bus import EventBus
from vega_mesa.protocol.events.trading import PositionUpdated
from vega_mesa.protocol.matching.order import BUY, NETWORK, SELL, Order, OrderType, Trade
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.collateral import Account

MAX_VOLUME: Final = 2**63 - 1
UNKNOWN: Final = -1  # of an exposure


class Position:
    """What one party holds in one market, and what its live orders could add.

    Attributes:
        party: the key of the party, or ``network``.
        index: place in the order of positions; greater means later.
        size: signed open volume.
        buy: untraded volume of live buy orders, hidden reserve included.
        sell: the same for sell orders.
        buy_notional: sum of price times volume over those buy orders (a market order counts with price 0).
        sell_notional: the same for sell orders.
        price: mark price of the last mark-to-market on a fully collateralised market, 0 before the first and elsewhere.
        average_entry_price: integer average of §4.1; isolated margin is computed from it.
        exposure: the price-independent part of its margin, as the last mark-to-market left it; :data:`UNKNOWN` once
            volume or orders have changed in a way that may ask for less margin, or for more than has been moved.
        balance: what that mark-to-market left in the margin account, if it was done in one pass; :data:`UNKNOWN` after
            a trade.
        margin, general: the party's accounts, None until its first order has come in.

    The last four are short cuts of the mark-to-market and stay out of snapshots.
    """

    __slots__ = (
        "party", "index", "size", "buy", "sell", "buy_notional", "sell_notional", "price", "average_entry_price",
        "exposure", "balance", "margin", "general",
    )  # fmt: skip

    def __init__(self, party: str, index: int = 0) -> None:
        self.party = party
        self.index = index
        self.size = 0
        self.buy = 0
        self.sell = 0
        self.buy_notional = 0
        self.sell_notional = 0
        self.price = 0
        self.average_entry_price = 0
        self.exposure = UNKNOWN
        self.balance = UNKNOWN
        self.margin: Account = None  # type: ignore[assignment]
        self.general: Account = None  # type: ignore[assignment]

    @property
    def is_flat(self) -> bool:
        """No open volume and no live order."""
        return not (self.size or self.buy or self.sell)

    @property
    def vw_buy_price(self) -> int:
        """Volume-weighted price of the live buy orders, rounded down; 0 without any."""
        return self.buy_notional // self.buy if self.buy else 0

    @property
    def vw_sell_price(self) -> int:
        """Volume-weighted price of the live sell orders, rounded down; 0 without any."""
        return self.sell_notional // self.sell if self.sell else 0

    def reduced_by(self, order: Order) -> bool:
        """Whether a registered order can only reduce the open volume, which exempts it from the margin check.

        Spec: 0019-MCAL; never true of a pegged order or without open volume.
        """
        size = self.size
        if size == 0 or order.peg is not None:
            return False
        if size > 0:
            if order.side is not SELL:
                return False
            return size >= (order.true_remaining if order.type is OrderType.MARKET else self.sell)
        if order.side is not BUY:
            return False
        return -size >= (order.true_remaining if order.type is OrderType.MARKET else self.buy)

    def with_trades(self, order: Order, fills: Iterable[tuple[int, int]]) -> Position:
        """A copy as it would stand after an order's trades: the hypothetical position of a margin check.

        Args:
            order: a registered order of this party.
            fills: ``(size, price)`` of each trade, in order.

        Returns:
            The copy; its ``price`` is the running volume-weighted average of the position's price and the trades, as
            fully collateralised margin wants it (03 §6.5), volume added on both sides.
        """
        position = self.copy()
        for size, price in fills:
            position.price = average_entry_price(position.price, position.size, size, price)
            if order.side is BUY:
                position.average_entry_price = average_entry_price(
                    position.average_entry_price, position.size, size, price
                )
                position.size += size
                position.buy -= size
                position.buy_notional -= size * order.price
            else:
                position.average_entry_price = average_entry_price(
                    position.average_entry_price, -position.size, size, price
                )
                position.size -= size
                position.sell -= size
                position.sell_notional -= size * order.price
        return position

    def copy(self) -> Position:
        """A position of its own with the same values."""
        return _rebuild(*self.values())

    def values(self) -> tuple[str, int, int, int, int, int, int, int, int]:
        """Every value that counts, in the order of ``__slots__``."""
        return (
            self.party, self.index, self.size, self.buy, self.sell, self.buy_notional, self.sell_notional, self.price,
            self.average_entry_price,
        )  # fmt: skip

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, self.values()

    def __repr__(self) -> str:
        return f"<Position {self.party} {self.size} buys {self.buy} sells {self.sell}>"


def _rebuild(
    party: str,
    index: int,
    size: int,
    buy: int,
    sell: int,
    buy_notional: int,
    sell_notional: int,
    price: int,
    average_entry: int,
) -> Position:
    """Make a position from :meth:`Position.values`."""
    position = Position(party, index)
    position.size = size
    position.buy = buy
    position.sell = sell
    position.buy_notional = buy_notional
    position.sell_notional = sell_notional
    position.price = price
    position.average_entry_price = average_entry
    return position


def average_entry_price(average: int, size: int, added: int, price: int) -> int:
    """The integer average entry price after ``added`` units at a price came to ``size`` (03 §4.1).

    Args:
        average: average before, asset decimals.
        size: open volume seen from the side of the trade: signed for a buyer, negated for a seller.
        added: volume of the trade, not negative.
        price: price of the trade, asset decimals.

    Returns:
        The new average. After a flip it is a blend of the old average and the trade price, as the protocol has it.
    """
    volume = size + added
    if volume == 0:
        return 0
    if size >= 0:
        return (average * size + price * added) // volume
    if volume < 0:
        return average
    return (average * -size + price * volume) // (volume - size)


class Positions:
    """Every position of one market.

    Attributes:
        by_party: positions in the order of the parties' first registered order; a party that left re-enters at the end.
        touched: positions that changed since the last mark-to-market, which empties it.
        open_interest: sum of the positive open volumes, network included.
        mark_price: the price of the last :meth:`mark`, asset decimals.
    """

    def __init__(self, market: str, bus: EventBus) -> None:
        self.market = market
        self.bus = bus
        self.by_party: dict[str, Position] = {}
        self.touched: dict[str, Position] = {}
        self.open_interest = 0
        self.mark_price = 0
        self._next_index = 0
        self._possibly_flat: dict[str, Position] = {}  # at the last mark-to-market, not yet looked at

    # -- live orders -----------------------------------------------------------------------------------------------

    def check_overflow(self, order: Order) -> None:
        """Refuse an order whose volume would not fit the potential volume of its side; changes nothing."""
        position = self.by_party.get(order.party)
        if position is not None:
            potential = position.buy if order.side is BUY else position.sell
            if potential + order.true_remaining > MAX_VOLUME:
                raise Refused("cannot register position without causing overflow")

    def register(self, order: Order) -> Position:
        """Count an order's untraded volume (hidden reserve included) as potential volume; returns its position.

        Emits: PositionUpdated.
        """
        party = order.party
        position = self.by_party.get(party) or self.open(party)
        iceberg = order.iceberg
        remaining = order.remaining if iceberg is None else order.remaining + iceberg.reserve
        if order.side is BUY:
            position.buy += remaining
            position.buy_notional += remaining * order.price
        else:
            position.sell += remaining
            position.sell_notional += remaining * order.price
        position.exposure = UNKNOWN
        self.touched[party] = position
        if PositionUpdated in self.bus.wanted:
            self.announce(position)
        return position

    def unregister(self, order: Order) -> Position:
        """Take an order's untraded volume, at its present price and remaining, out of the potential volume.

        Emits: PositionUpdated.
        """
        party = order.party
        position = self.by_party[party]
        iceberg = order.iceberg
        remaining = order.remaining if iceberg is None else order.remaining + iceberg.reserve
        if order.side is BUY:
            position.buy -= remaining
            position.buy_notional -= remaining * order.price
        else:
            position.sell -= remaining
            position.sell_notional -= remaining * order.price
        position.exposure = UNKNOWN
        self.touched[party] = position
        if PositionUpdated in self.bus.wanted:
            self.announce(position)
        return position

    def amend(self, before: Order, after: Order) -> Position:
        """Replace an order's potential volume by that of its amended form (same party, same side).

        Emits: PositionUpdated.
        """
        party = before.party
        position = self.by_party[party]
        old = before.true_remaining
        new = after.true_remaining
        if before.side is BUY:
            position.buy += new - old
            position.buy_notional += new * after.price - old * before.price
        else:
            position.sell += new - old
            position.sell_notional += new * after.price - old * before.price
        position.exposure = UNKNOWN
        self.touched[party] = position
        if PositionUpdated in self.bus.wanted:
            self.announce(position)
        return position

    # -- trades ----------------------------------------------------------------------------------------------------

    def trade(self, trade: Trade, buy_order: Order, sell_order: Order) -> None:
        """Move a trade's volume from potential to open volume, buyer first.

        Both orders are registered; what leaves the potential is valued at each order's own price. The orders may
        already show the volume as traded.

        Emits: PositionUpdated for buyer and seller.
        """
        size = trade.size
        price = trade.price
        buyer = trade.buyer
        seller = trade.seller
        by_party = self.by_party
        touched = self.touched
        interest = 0

        position = by_party[buyer]
        held = position.size
        position.buy -= size
        position.buy_notional -= size * buy_order.price
        volume = position.size = held + size
        if volume == 0:
            position.average_entry_price = 0
        elif held >= 0:
            position.average_entry_price = (position.average_entry_price * held + price * size) // volume
            interest = size
        elif volume > 0:
            position.average_entry_price = (price * volume - position.average_entry_price * held) // (volume - held)
            interest = volume
        position.exposure = position.balance = UNKNOWN
        touched[buyer] = position

        position = by_party[seller]
        held = position.size
        position.sell -= size
        position.sell_notional -= size * sell_order.price
        volume = position.size = held - size
        if volume == 0:
            position.average_entry_price = 0
            interest -= held
        elif held <= 0:
            position.average_entry_price = (price * size - position.average_entry_price * held) // -volume
        elif volume < 0:
            position.average_entry_price = (position.average_entry_price * held - price * volume) // (held - volume)
            interest -= held
        else:
            interest -= size
        position.exposure = position.balance = UNKNOWN
        touched[seller] = position
        self.open_interest += interest

        if PositionUpdated in self.bus.wanted:
            self.announce(by_party[trade.buyer])
            self.announce(position)

    def close_out(self, party: str, price: int) -> int:
        """Hand a party's whole open volume to the network at a price (0012-POSR); its live orders stay counted.

        Args:
            price: the current mark price, asset decimals.

        Returns:
            The signed volume that the party held and that the network now holds on top of its own.

        Emits: PositionUpdated for network and party.
        """
        position = self.by_party[party]
        network = self.by_party.get(NETWORK)
        if network is None:
            network = self.open(NETWORK)
        volume = position.size
        before = max(volume, 0) + max(network.size, 0)
        side = 1 if volume >= 0 else -1
        network.average_entry_price = average_entry_price(
            network.average_entry_price, side * network.size, abs(volume), price
        )
        network.size += volume
        position.size = 0
        position.average_entry_price = 0
        position.margin = position.general = None  # type: ignore[assignment]  # whose account may be closed
        self.open_interest += max(network.size, 0) - before
        for changed in (network, position):
            changed.exposure = changed.balance = UNKNOWN
            self.touched[changed.party] = changed
            if PositionUpdated in self.bus.wanted:
                self.announce(changed)
        return volume

    def forget_margins(self) -> None:
        """What margins are computed with has changed: nothing is known any more of who has enough."""
        for position in self.by_party.values():
            position.exposure = position.balance = UNKNOWN

    def forget_balances(self) -> None:
        """A mark-to-market has been done step by step: what is known of exposures stays."""
        for position in self.by_party.values():
            position.balance = UNKNOWN

    # -- the book of positions -------------------------------------------------------------------------------------

    def open(self, party: str) -> Position:
        """The party's position, created flat and at the end of the order when missing."""
        position = self.by_party.get(party)
        if position is None:
            position = self.by_party[party] = Position(party, self._next_index)
            self._next_index += 1
            self.touched[party] = position
        return position

    def get(self, party: str) -> Position | None:
        """The party's position, or None."""
        return self.by_party.get(party)

    def has_record(self, party: str) -> bool:
        """Whether the party has a position record: since its first registered order, until it is removed flat."""
        return party in self.by_party

    def mark(self, price: int) -> None:
        """Give every position the new mark price, right before the mark-to-market of a fully collateralised market.

        What is known of exposures stays.
        """
        changed = self.by_party if price != self.mark_price else self.touched
        self.mark_price = price
        for position in changed.values():
            position.price = price

    def in_order(self, positions: dict[str, Position]) -> list[Position]:
        """Positions of a part of the parties, in the order of positions."""
        return sorted(positions.values(), key=_index_of)

    def settled(self, flat: Iterable[Position] | None = None) -> dict[str, Position]:
        """Empty :attr:`touched` and return it; for the mark-to-market, once per run.

        Args:
            flat: those of them without volume and without orders, if that is known.
        """
        touched = self.touched
        self.touched = {}
        if flat is None:
            flat = [position for position in touched.values() if position.is_flat]
        for position in flat:
            self._possibly_flat[position.party] = position
        return touched

    def flat(self) -> list[Position]:
        """Positions without volume and without orders, in the order of positions."""
        if not (self.touched or self._possibly_flat):
            return []
        by_party = self.by_party
        candidates = self._possibly_flat | self.touched
        flat = [p for p in candidates.values() if not (p.size or p.buy or p.sell) and by_party.get(p.party) is p]
        return sorted(flat, key=_index_of)

    def remove_flat(self) -> list[str]:
        """Forget the positions without volume and without orders; returns their parties, sorted."""
        parties = sorted([position.party for position in self.flat()])
        for party in parties:
            self._forget(party)
        self._possibly_flat.clear()
        return parties

    def remove(self, party: str) -> None:
        """Forget one position without open volume (after a close-out)."""
        position = self.by_party[party]
        assert position.size == 0, f"removing {position!r}"
        self._forget(party)

    def _forget(self, party: str) -> None:
        del self.by_party[party]
        self.touched.pop(party, None)
        self._possibly_flat.pop(party, None)

    def announce(self, position: Position) -> None:
        """Send a position as it stands."""
        self.bus.send(
            PositionUpdated,
            market=self.market,
            party=position.party,
            size=position.size,
            potential_buys=position.buy,
            potential_sells=position.sell,
            vw_buy_price=position.vw_buy_price,
            vw_sell_price=position.vw_sell_price,
        )


def _index_of(position: Position) -> int:
    return position.index
