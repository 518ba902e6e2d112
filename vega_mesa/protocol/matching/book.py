"""The order book of one market: price-time priority, in continuous trading and in auctions (0068-MATC, 0024-OSTA).

The book knows orders and prices, nothing of money, positions or events. Matching is done in two steps, so that the
market can look at the hypothetical trades first: :meth:`OrderBook.match` finds the fills and changes nothing,
:meth:`OrderBook.submit` carries exactly these fills out.
"""

from __future__ import annotations

from typing import Any

from vega_mesa.protocol.matching import uncrossing
from vega_mesa.protocol.matching.columns import order_columns, orders_of_columns
from vega_mesa.protocol.matching.confirmation import Confirmation, Fill
from vega_mesa.protocol.matching.depth import Depth
from vega_mesa.protocol.matching.iceberg import needs_refresh, set_peak, take
from vega_mesa.protocol.matching.off_book import OffBookLiquidity
from vega_mesa.protocol.matching.order import (
    ACTIVE,
    BUY,
    FILLED,
    FOK,
    GFN,
    GTC,
    IOC,
    LIMIT,
    MARKET,
    PARTIALLY_FILLED,
    STOPPED,
    Order,
    Side,
    Trade,
)
from vega_mesa.protocol.matching.validation import validate
from vega_mesa.protocol.matching.walk import FILLABLE, OWN_ORDER, fill_or_kill, limit_key, walk, walk_off_book


class OrderBook(Depth):
    """Live orders of one market, and how they match.

    Invariants between two calls: outside auctions the best bid of the book is below its best ask; the volume of a
    level is the sum of the true remaining volumes of its orders, each greater than 0; ``orders`` holds exactly the
    orders on levels, and market orders accepted in an auction, which sit on no level and never trade (a quirk).

    Attributes:
        orders: live orders by id, in order of insertion; a refreshed iceberg moves to the end.
        by_party: the same per party; a party without live orders may have an empty entry.
        pegged_live: live pegged orders in the order in which they entered the book.
        batch_id: goes up by one each time that an auction is left.
    """

    __slots__ = ("orders", "by_party", "pegged_live", "batch_id", "_indicative")

    def __init__(self, market_id: str) -> None:
        super().__init__(market_id)
        self.orders: dict[str, Order] = {}
        self.by_party: dict[str, dict[str, Order]] = {}
        self.pegged_live: dict[str, Order] = {}
        self.batch_id = 0
        self._indicative: tuple[int, int, Side] | None = None

    # Continuous trading

    def validate(self, order: Order) -> None:
        """Check an order as the book does, before :meth:`match` and before an auction's :meth:`add_resting`.

        Raises:
            OrderRefused: the first check that fails, status REJECTED.
        """
        if 0 < order.remaining <= order.size and order.market == self.market_id and order.party:
            time_in_force = order.time_in_force  # the plain kinds of orders have nothing else that could be wrong
            if order.type is LIMIT:
                if time_in_force is GTC or time_in_force is IOC or time_in_force is FOK:
                    return
            elif order.type is MARKET and order.expires_at == 0 and (time_in_force is IOC or time_in_force is FOK):
                return
        validate(order, self.market_id, self.in_auction)

    def match(self, order: Order, now: int) -> list[Fill]:
        """Find what an order would trade with, without changing anything.

        Args:
            order: the aggressor; its ``remaining`` is what trades. The caller has validated it.
            now: block time, ns; off-book liquidity stamps its orders with it.

        Returns:
            Fills in trade order. Empty if nothing crosses, in an auction, if the first order in reach is the party's
            own, and for a fill-or-kill order that cannot be filled.
        """
        if self.in_auction:
            return []
        if self.off_book is not None:
            return self._match_off_book(order, self.off_book, now)
        side = self.sells if order.side is BUY else self.buys
        keys = side.keys
        if not keys:
            return []
        limit = limit_key(order)
        best = keys[-1]
        if best < limit:
            return []
        level = side.levels[best]
        first = level.first
        if first is not None and first.remaining >= order.remaining and first.party != order.party:
            return [Fill(first, order.remaining, level.price)]  # what most orders come to
        if order.time_in_force is FOK and self._fill_or_kill(order, now) != FILLABLE:
            return []
        return walk(side, order, limit, order.party)

    def _match_off_book(self, order: Order, source: OffBookLiquidity, now: int) -> list[Fill]:
        if order.time_in_force is FOK and self._fill_or_kill(order, now) != FILLABLE:
            return []
        side = self.sells if order.side is BUY else self.buys
        source.begin(now)
        fills = walk_off_book(side, order, limit_key(order), order.party, source)
        source.finish()
        return fills

    def trades_for(self, order: Order, fills: list[Fill], now: int) -> list[Trade]:
        """The trades that fills stand for, without ids and fees, at the prices of the resting orders.

        Args:
            order: the aggressor.
            fills: from :meth:`match`.
            now: block time, ns; only trades of an uncrossing are stamped with it, all others with the aggressor's
                ``created_at``, also if that is an old order that was amended.
        """
        market = self.market_id
        party = order.party
        aggressor = order.side
        timestamp = now if self.in_auction else order.created_at
        trades = []
        for fill in fills:
            resting = fill.order
            if aggressor is BUY:
                trade = Trade(
                    market, fill.price, resting.original_price, fill.size, aggressor, party, resting.party,
                    order.id, resting.id, timestamp,
                )  # fmt: skip
            else:
                trade = Trade(
                    market, fill.price, resting.original_price, fill.size, aggressor, resting.party, party,
                    resting.id, order.id, timestamp,
                )  # fmt: skip
            trades.append(trade)
        return trades

    def submit(self, order: Order, fills: list[Fill], now: int, trades: list[Trade] | None = None) -> Confirmation:
        """Carry out the fills of an order and rest or stop what remains.

        Fills must be those of :meth:`match` on the book as it stands. In an auction the order rests unmatched. The
        remainder of a reduce-only order never rests, the caller stops it: its status stays ACTIVE here if it is
        neither IOC nor FOK.

        Args:
            order: the aggressor. Ends FILLED; STOPPED or PARTIALLY_FILLED with reason SELF_TRADING if the next order
                in reach is the party's own; STOPPED or PARTIALLY_FILLED if it may not rest; else ACTIVE on the book.
            fills: from :meth:`match`.
            now: block time, ns; ``updated_at`` of every order that traded.
            trades: of :meth:`trades_for`, fees included; made here if None.

        Returns:
            The confirmation; its passive orders are in trade order, with icebergs refreshed.
        """
        if fills:
            if trades is None:
                trades = self.trades_for(order, fills, now)
            icebergs: list[Order] = []
            passive = self.apply(order, fills, now, icebergs)
            self.last_traded_price = fills[-1].price
            if icebergs:
                self.refresh_icebergs(icebergs)
            confirmation = Confirmation(order, trades, passive)
            if order.remaining == 0:
                order.status = FILLED
                return confirmation
        else:
            confirmation = Confirmation(order)
        if self.in_auction:
            self.add_resting(order)
            return confirmation
        # What is left is either out of reach of the other side, or stands before an order of its own party.
        if order.side is BUY:
            keys = self.sells.keys
            limit = -order.price
        else:
            keys = self.buys.keys
            limit = order.price
        time_in_force = order.time_in_force
        if keys and (keys[-1] >= limit or order.type is not LIMIT):
            self._stop(order)
            if time_in_force is not FOK or self._fill_or_kill(order, now) == OWN_ORDER:
                order.reason = "SELF_TRADING"
        elif time_in_force is IOC or time_in_force is FOK:
            self._stop(order)
        elif order.iceberg is None and order.peg is None and order.type is LIMIT and not order.reduce_only:
            order.status = ACTIVE
            self.rest(order)
        elif not order.reduce_only:
            self.add_resting(order)
        return confirmation

    def _fill_or_kill(self, order: Order, now: int) -> int:
        side = self.sells if order.side is BUY else self.buys
        source = self.off_book
        if source is None:
            return fill_or_kill(side, order, limit_key(order), None)
        source.begin(now)
        outcome = fill_or_kill(side, order, limit_key(order), source)
        source.finish()
        return outcome

    @staticmethod
    def _stop(order: Order) -> None:
        order.status = PARTIALLY_FILLED if order.remaining < order.size else STOPPED

    def apply(self, order: Order, fills: list[Fill], now: int, icebergs: list[Order]) -> list[Order]:
        """Take the sizes of fills off both sides, for :meth:`submit` and the uncrossing only.

        Args:
            order: the aggressor.
            fills: what it trades with.
            now: block time, ns.
            icebergs: is extended by the icebergs touched, which the caller refreshes when everything has matched.

        Returns:
            The resting order of each fill.
        """
        passive = []
        order.updated_at = now
        for fill in fills:
            resting = fill.order
            size = fill.size
            passive.append(resting)
            order.remaining -= size
            level = resting.level
            if level is None:  # made by an automated market maker: its own source keeps account of it
                continue
            resting.updated_at = now
            level.volume -= size
            iceberg = resting.iceberg
            if iceberg is None:
                resting.remaining -= size
            else:
                take(resting, iceberg, size)
                icebergs.append(resting)
                if iceberg.reserve:
                    continue
            if resting.remaining == 0:
                resting.status = FILLED
                self.remove(resting)
        return passive

    def refresh_icebergs(self, icebergs: list[Order]) -> None:
        """Send icebergs that show too little to the back of their level, with a new peak, in the order given."""
        for order in icebergs:
            iceberg = order.iceberg
            if iceberg is not None and order.level is not None and needs_refresh(order):
                self.remove(order)
                set_peak(order, iceberg)
                self.reinsert(order)

    # Orders that rest

    def add_resting(self, order: Order) -> None:
        """Put an order on the book unmatched: status ACTIVE, the peak of an iceberg set, the auction batch noted.

        For auctions, for an order whose price triggered an auction, and for remainders.
        """
        iceberg = order.iceberg
        if iceberg is not None and order.type is LIMIT:
            set_peak(order, iceberg)
        self.reinsert(order)

    def rest(self, order: Order) -> None:
        """Put a new limit order on the book that hides nothing and follows nothing: most orders."""
        order.batch_id = self.batch_id
        price = order.price
        if order.side is BUY:
            side, key = self.buys, price
        else:
            side, key = self.sells, -price
        level = side.levels.get(key)
        if level is None:
            level = side.add_level(key, price)
            level.first = order
        else:
            last = level.last
            order.previous = last
            last.next = order  # type: ignore[union-attr]  # a level on the book is never empty
        level.last = order
        order.level = level
        level.volume += order.remaining
        order_id = order.id
        self.orders[order_id] = order
        try:
            self.by_party[order.party][order_id] = order
        except KeyError:
            self.by_party[order.party] = {order_id: order}
        self._indicative = None

    def reinsert(self, order: Order) -> None:
        """Put a repriced or unparked pegged order on the book; an iceberg keeps what it shows and hides."""
        order.status = ACTIVE
        if order.type is LIMIT:
            self.rest(order)
            if order.iceberg is not None:
                order.level.volume += order.iceberg.reserve  # type: ignore[union-attr]  # it has just got one
            if order.peg is not None:
                self.pegged_live[order.id] = order
        else:
            order.batch_id = self.batch_id
            self.orders[order.id] = order
            self.by_party.setdefault(order.party, {})[order.id] = order
            self._indicative = None

    def remove(self, order: Order) -> None:
        """Take a live order off the book, its true remaining volume with it. Its status is the caller's affair."""
        level = order.level
        if level is not None:
            following = order.next
            preceding = order.previous
            if preceding is None:
                level.first = following
            else:
                preceding.next = following
                order.previous = None
            if following is None:
                level.last = preceding
            else:
                following.previous = preceding
                order.next = None
            order.level = None
            if level.first is None:
                (self.buys if order.side is BUY else self.sells).drop_level(level.key)
            else:
                iceberg = order.iceberg
                level.volume -= order.remaining if iceberg is None else order.remaining + iceberg.reserve
        order_id = order.id
        del self.orders[order_id]
        del self.by_party[order.party][order_id]
        if order.peg is not None:
            del self.pegged_live[order_id]
        self._indicative = None

    def amend_in_place(self, order: Order, amended: Order) -> None:
        """Give a live order the values of its amended copy; it keeps its place in the queue.

        Args:
            order: on the book.
            amended: a copy with another size, remaining volume, reserve, expiry, time in force or version; same
                price, side and party.
        """
        level = order.level
        if level is not None:
            level.volume += amended.true_remaining - order.true_remaining
        order.size = amended.size
        order.remaining = amended.remaining
        if order.iceberg is not None and amended.iceberg is not None:
            order.iceberg.reserve = amended.iceberg.reserve
        if order.peg is not None and amended.peg is not None:
            order.peg.reference = amended.peg.reference
            order.peg.offset = amended.peg.offset
        order.time_in_force = amended.time_in_force
        order.expires_at = amended.expires_at
        order.updated_at = amended.updated_at
        order.version = amended.version
        self._indicative = None

    def reduce(self, order: Order, delta: int) -> None:
        """Lower the size of a live order in place, taking from the hidden reserve first.

        Args:
            order: on the book.
            delta: 0 < delta < true remaining volume.
        """
        assert 0 < delta < order.true_remaining, f"cannot take {delta} off {order!r}"
        order.size -= delta
        if order.level is not None:
            order.level.volume -= delta
        iceberg = order.iceberg
        if iceberg is not None:
            hidden = min(iceberg.reserve, delta)
            iceberg.reserve -= hidden
            delta -= hidden
        order.remaining -= delta
        self._indicative = None

    def orders_of(self, party: str) -> list[Order]:
        """Live orders of a party, by id."""
        own = self.by_party.get(party)
        return [own[order_id] for order_id in sorted(own)] if own else []

    def orders_in_stop_order(self, party: str) -> list[Order]:
        """Live orders of a party as they are stopped in a close-out: buys from low to high, sells from high to low."""
        own = self.by_party.get(party)
        if not own:
            return []
        wanted = {(order.side, order.price) for order in own.values() if order.level is not None}
        found: list[Order] = []
        for side, sign in ((self.buys, 1), (self.sells, -1)):
            for key in sorted(sign * price for of, price in wanted if of is side.side):
                found.extend(order for order in side.levels[key] if order.party == party)
        return found

    # Auctions

    def enter_auction(self) -> list[Order]:
        """Stop matching.

        Returns:
            The GFN orders, buys from low to high, then sells from high to low. They are still on the book: the
            caller cancels them.
        """
        self.in_auction = True
        self._indicative = None
        return [order for order in self._in_listing_order() if order.time_in_force is GFN]

    def _in_listing_order(self) -> list[Order]:
        return [order for side in (self.buys, self.sells) for level in side.worst_first() for order in level]

    def indicative(self) -> tuple[int, int, Side]:
        """What an uncrossing now would come to.

        Returns:
            Price (asset decimals), volume and the side that would aggress; ``(0, 0, UNSPECIFIED)`` outside auctions
            and if the book is not crossed.
        """
        if not self.in_auction:
            return 0, 0, Side.UNSPECIFIED
        if self._indicative is None:
            self._indicative = uncrossing.indicative(self)
        return self._indicative

    def forget_indicative(self) -> None:
        """Work out the indicative price anew when next asked: off-book liquidity has changed."""
        self._indicative = None

    def uncross(self, now: int) -> tuple[list[Confirmation], list[Order]]:
        """Leave the auction: match what crosses at one price and return to continuous trading.

        Args:
            now: block time, ns.

        Returns:
            One confirmation per aggressing order, and the GFA orders left, listed as in :meth:`enter_auction`. They
            are still on the book: the caller cancels them.

        Spec: 0026-AUCT.
        """
        confirmations = uncrossing.uncross(self, now)
        self.in_auction = False
        self.batch_id += 1
        self._indicative = None
        return confirmations, uncrossing.good_for_auction(self._in_listing_order())

    # State

    def __reduce__(self) -> tuple[Any, ...]:
        return OrderBook, (self.market_id,), self.state()

    def state(self) -> tuple[Any, ...]:
        """The whole state as flat tuples, so that links between orders never recurse."""
        return (
            self.in_auction,
            self.last_traded_price,
            self.batch_id,
            self.off_book,
            order_columns(list(self.orders.values())),
        )

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.in_auction, self.last_traded_price, self.batch_id, self.off_book, columns = state
        for order in orders_of_columns(columns):
            batch_id = order.batch_id
            self.reinsert(order)
            order.batch_id = batch_id
