"""The stop orders that wait in one market, and which of them a price sets off (0014-ORDT)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, Factor
from vega_mesa.protocol.matching.expiry import ExpiringOrders
from vega_mesa.protocol.matching.stop_order import FALLS_BELOW, StopOrder, StopOrderStatus
from vega_mesa.protocol.refusal import Refused


class TriggeredStopOrders:
    """What one look at the price came to.

    Attributes:
        fired: TRIGGERED, in the order in which their orders are to be submitted.
        stopped: partners of these, STOPPED.
        cancelled: position-linked ones whose side no longer closes the position, CANCELLED. They stay in the pool.
    """

    __slots__ = ("fired", "stopped", "cancelled")

    def __init__(self, fired: list[StopOrder], stopped: list[StopOrder], cancelled: list[StopOrder]) -> None:
        self.fired = fired
        self.stopped = stopped
        self.cancelled = cancelled


NOTHING: Final = TriggeredStopOrders([], [], [])  # shared: nobody may change it


class ExpiredStopOrders:
    """What expired.

    Attributes:
        ended: every one that left the pool, by id: EXPIRED, or STOPPED as the partner of one that expired.
        to_submit: those of them whose order is now to be sent, by id.
    """

    __slots__ = ("ended", "to_submit")

    def __init__(self, ended: list[StopOrder], to_submit: list[StopOrder]) -> None:
        self.ended = ended
        self.to_submit = to_submit


class _Trailing:
    """A trailing stop order and the best price that it has seen; triggers at ``anchor x numerator / scale``."""

    __slots__ = ("stop_order", "anchor", "offset", "numerator", "scale", "sequence")

    def __init__(self, stop_order: StopOrder, anchor: int, sequence: int) -> None:
        offset = stop_order.trailing_offset
        assert offset is not None, f"{stop_order!r} does not trail"
        factor = Factor(ONE - offset if stop_order.direction is FALLS_BELOW else ONE + offset)
        self.offset = offset
        self.stop_order = stop_order
        self.anchor = anchor
        self.numerator = factor.numerator
        self.scale = factor.scale
        self.sequence = sequence


class StopOrderPool:
    """Stop orders that wait. Prices in market decimals.

    Fixed triggers are kept sorted so that a price which sets nothing off is seen at once; trailing ones are looked
    through when the price has changed.

    Attributes:
        orders: by id, in order of insertion.
        last_price: price at the last look, from which new trailing stop orders start.
        looked_at: the same in asset decimals while the pool is empty, else 0; kept out of snapshots.
    """

    __slots__ = (
        "orders",
        "last_price",
        "_counts",
        "_falls",
        "_rises",
        "_trailing",
        "_linked",
        "_expiring",
        "_sequences",
        "_inserted",
        "looked_at",
    )

    def __init__(self) -> None:
        self.orders: dict[str, StopOrder] = {}
        self.last_price = 0
        self._counts: dict[str, int] = {}
        # The next to fire stands last: highest falls-below, lowest rises-above, the earlier first at equal triggers.
        self._falls: list[tuple[int, int, str]] = []
        self._rises: list[tuple[int, int, str]] = []
        self._trailing: dict[str, _Trailing] = {}
        self._linked: dict[str, StopOrder] = {}
        self._expiring = ExpiringOrders()
        self._sequences: dict[str, int] = {}
        self._inserted = 0
        self.looked_at = 0

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        return None, {name: getattr(self, name) for name in self.__slots__ if name != "looked_at"}

    def __setstate__(self, state: tuple[None, dict[str, object]]) -> None:
        self.looked_at = 0
        for name, value in state[1].items():
            setattr(self, name, value)

    def count(self, party: str) -> int:
        """How many stop orders of a party wait."""
        return self._counts.get(party, 0)

    def insert(self, stop_order: StopOrder) -> None:
        """Let a stop order wait: PENDING."""
        stop_order.status = StopOrderStatus.PENDING
        self.orders[stop_order.id] = stop_order
        self._counts[stop_order.party] = self._counts.get(stop_order.party, 0) + 1
        sequence = self._inserted
        self._inserted = sequence + 1
        self._sequences[stop_order.id] = sequence
        if stop_order.price is None:
            self._trailing[stop_order.id] = _Trailing(stop_order, self.last_price, sequence)
        elif stop_order.direction is FALLS_BELOW:
            insort(self._falls, (stop_order.price, -sequence, stop_order.id))
        else:
            insort(self._rises, (-stop_order.price, -sequence, stop_order.id))
        if stop_order.is_linked:
            self._linked[stop_order.id] = stop_order
        if stop_order.expires_at:
            self._expiring.insert(stop_order.id, stop_order.expires_at)

    def remove(self, stop_order: StopOrder) -> None:
        """Take a stop order out; its status is the caller's affair."""
        del self.orders[stop_order.id]
        left = self._counts[stop_order.party] - 1
        if left:
            self._counts[stop_order.party] = left
        else:
            del self._counts[stop_order.party]
        sequence = self._sequences.pop(stop_order.id)
        if stop_order.price is None:
            del self._trailing[stop_order.id]
        elif stop_order.direction is FALLS_BELOW:
            del self._falls[bisect_left(self._falls, (stop_order.price, -sequence, stop_order.id))]
        else:
            del self._rises[bisect_left(self._rises, (-stop_order.price, -sequence, stop_order.id))]
        self._linked.pop(stop_order.id, None)
        if stop_order.expires_at:
            self._expiring.remove(stop_order.id, stop_order.expires_at)

    # Prices

    def trigger(self, price: int, now: int, position_of: Callable[[str], int]) -> TriggeredStopOrders:
        """Show the pool the last traded price.

        Args:
            price: market decimals.
            now: block time, ns.
            position_of: open volume of a party, signed; only asked for parties with position-linked stop orders.

        Returns:
            What fired, what was stopped with it, and what lost its position. If anything fired, the caller submits
            the orders and then shows the price again.
        """
        if not self.orders:
            self.last_price = price
            return NOTHING
        candidates = self._breached(price) if self._is_any_breached(price) else []
        if price != self.last_price:
            if self._trailing:
                candidates += self._trail(price)
            self.last_price = price
        if not candidates and not self._linked:
            return NOTHING
        fired: list[StopOrder] = []
        stopped: list[StopOrder] = []
        for stop_order in candidates:
            if stop_order.id not in self.orders:
                continue  # its partner fired just before it
            self._end(stop_order, StopOrderStatus.TRIGGERED, now)
            fired.append(stop_order)
            partner = self.orders.get(stop_order.partner)
            if partner is not None:
                self._end(partner, StopOrderStatus.STOPPED, now)
                stopped.append(partner)
        return TriggeredStopOrders(fired, stopped, self._without_position(now, position_of))

    def _is_any_breached(self, price: int) -> bool:
        falls, rises = self._falls, self._rises
        return bool((falls and falls[-1][0] >= price) or (rises and -rises[-1][0] <= price))

    def _breached(self, price: int) -> list[StopOrder]:
        breached = []
        for trigger, _, stop_order_id in reversed(self._falls):
            if trigger < price:
                break
            breached.append(self.orders[stop_order_id])
        for trigger, _, stop_order_id in reversed(self._rises):
            if -trigger > price:
                break
            breached.append(self.orders[stop_order_id])
        return breached

    def _trail(self, price: int) -> list[StopOrder]:
        """Move the anchors of one direction along, and find what the other direction sets off."""
        risen = price > self.last_price
        found: list[tuple[int, Decimal, int, StopOrder]] = []
        for trailing in self._trailing.values():
            falls = trailing.stop_order.direction is FALLS_BELOW
            if falls is risen:
                trailing.anchor = max(trailing.anchor, price) if risen else min(trailing.anchor, price)
                continue
            trigger = trailing.anchor * trailing.numerator
            if trigger <= price * trailing.scale if risen else trigger >= price * trailing.scale:
                # Rises-above: by ascending anchor; falls-below: descending. Then by ascending offset, then by age.
                anchor = trailing.anchor if risen else -trailing.anchor
                found.append((anchor, trailing.offset, trailing.sequence, trailing.stop_order))
        found.sort()  # sequences differ: stop orders are never compared
        return [entry[3] for entry in found]

    def _without_position(self, now: int, position_of: Callable[[str], int]) -> list[StopOrder]:
        """Cancel position-linked stop orders whose side no longer closes the position.

        They are only said to be cancelled: they still count, are said to be cancelled again at every look while the
        direction is wrong, and fire if the position turns back (a quirk). Their expiry is forgotten.
        """
        cancelled = []
        for stop_order in self._linked.values():
            position = position_of(stop_order.party)
            if position != 0 and not stop_order.closes(position):
                stop_order.status = StopOrderStatus.CANCELLED
                stop_order.updated_at = now
                if stop_order.expires_at:
                    self._expiring.remove(stop_order.id, stop_order.expires_at)
                cancelled.append(stop_order)
        return cancelled

    def _end(self, stop_order: StopOrder, status: StopOrderStatus, now: int) -> None:
        self.remove(stop_order)
        stop_order.status = status
        stop_order.updated_at = now

    # Time

    def expire(self, now: int, in_auction: bool) -> ExpiredStopOrders:
        """Take out what expires at or before ``now`` (ns), with partners.

        In an auction everything is EXPIRED, partners too, and nothing is submitted.
        """
        due = self._expiring.expire(now)
        if not due:
            return ExpiredStopOrders([], [])
        expired = [self.orders[stop_order_id] for stop_order_id in due]
        ended = {stop_order.id: stop_order for stop_order in expired}
        for stop_order in expired:
            partner = self.orders.get(stop_order.partner)
            if partner is not None and partner.id not in ended:
                ended[partner.id] = partner
        to_submit = []
        for stop_order_id in sorted(ended):
            stop_order = ended[stop_order_id]
            is_due = stop_order_id in due
            self._end(stop_order, StopOrderStatus.EXPIRED if is_due or in_auction else StopOrderStatus.STOPPED, now)
            if is_due and not in_auction and stop_order.submits_on_expiry:
                to_submit.append(stop_order)
        return ExpiredStopOrders([ended[stop_order_id] for stop_order_id in sorted(ended)], to_submit)

    # Parties

    def of_party(self, party: str) -> list[StopOrder]:
        """A party's waiting stop orders, by id."""
        if party not in self._counts:
            return []
        return [self.orders[i] for i in sorted(i for i, order in self.orders.items() if order.party == party)]

    def cancel(self, party: str, stop_order_id: str, now: int) -> list[StopOrder]:
        """Cancel a stop order and its partner.

        Raises:
            Refused: ``stop order not found``, also if it is another party's.
        """
        stop_order = self.orders.get(stop_order_id)
        if stop_order is None or stop_order.party != party:
            raise Refused("stop order not found")
        return self._end_with_partner(stop_order, StopOrderStatus.CANCELLED, now)

    def cancel_all(self, party: str, now: int) -> list[StopOrder]:
        """Cancel all of a party's, by id: by its own wish, or because it has no position and no orders left."""
        cancelled = self.of_party(party)
        for stop_order in cancelled:
            self._end(stop_order, StopOrderStatus.CANCELLED, now)
        return cancelled

    def stop_all(self, now: int) -> list[StopOrder]:
        """Stop everything, by id: the market is gone."""
        stopped = [self.orders[stop_order_id] for stop_order_id in sorted(self.orders)]
        for stop_order in stopped:
            self._end(stop_order, StopOrderStatus.STOPPED, now)
        return stopped

    def _end_with_partner(self, stop_order: StopOrder, status: StopOrderStatus, now: int) -> list[StopOrder]:
        ended = [stop_order]
        self._end(stop_order, status, now)
        partner = self.orders.get(stop_order.partner)
        if partner is not None:
            self._end(partner, status, now)
            ended.append(partner)
        return ended

    def __len__(self) -> int:
        return len(self.orders)
