"""What one party did in one market in the running epoch, and its time-weighted exposure (0056-REWA; 06 §6.7.2-3)."""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.instants import SECOND

SCALE: Final = 10**7  # of time weights, and of positions in history
UNKNOWN: Final = -1  # a notional that has to be computed from size and price


class PartyActivity:
    """A party's running figures. Prices and amounts in asset decimals, sizes in position decimals, times nanoseconds.

    Attributes:
        size: signed open volume; 0 on spot markets.
        entry: integer average entry price, as the positions keep it.
        price: of the last trade, or the mark price of the last epoch's end.
        notional: value of the position; :data:`UNKNOWN` until it is needed.
        time: when size and price were stored.
        position_average: time-weighted volume, times :data:`SCALE`; not reset between epochs.
        notional_average: time-weighted value.
        tracks_position: whether the position belongs to the epoch's figures.
        tracks_notional: the same for the value.
        highest: highest volume (unsigned) held in the epoch.
        traded: volume traded in the epoch.
        maker_paid, other_paid: fees paid: to makers, and all the rest but high-volume rebates.
        maker_received, lp_received: fees received, rebates included.
        marked: gains of marks to market and funding; None without any that is not 0.
        realised: gains of reducing trades times the position factor; None without any such trade.
        funding: funding payments; None without any that is not 0.
    """

    __slots__ = (
        "party", "size", "entry", "price", "notional", "time", "position_average", "notional_average",
        "tracks_position", "tracks_notional", "highest", "traded", "maker_paid", "other_paid", "maker_received",
        "lp_received", "marked", "realised", "funding",
    )  # fmt: skip

    def __init__(self, party: str) -> None:
        self.party = party
        self.size = 0
        self.entry = 0
        self.price = 0
        self.notional = 0
        self.time = 0
        self.position_average = 0
        self.notional_average = 0
        self.tracks_position = False
        self.tracks_notional = False
        self.highest = 0
        self.traded = 0
        self.maker_paid = 0
        self.other_paid = 0
        self.maker_received = 0
        self.lp_received = 0
        self.marked: int | None = None
        self.realised: int | None = None
        self.funding: int | None = None

    def adopt(self, size: int, entry: int, price: int, since: int, multiplier: int, divisor: int) -> None:
        """Begin with a position that was not followed so far."""
        self.size, self.entry, self.price, self.time = size, entry, price, since
        self.notional = abs(size) * price * divisor // multiplier
        self.highest = abs(size)
        self.tracks_position = self.tracks_notional = True

    def trade(self, size: int, price: int) -> None:
        """Take a trade; ``size`` is negative for the seller. The caller has weighted what was held until now."""
        held = self.size
        volume = held + size
        entry = self.entry
        if held == 0 or (held > 0) == (size > 0):
            self.entry = (entry * held + price * size) // volume
        else:
            flips = (volume > 0) != (held > 0)  # or ends flat
            closed = held if flips else -size
            self.realised = (self.realised or 0) + (price - entry) * closed
            if volume == 0:
                self.entry = 0
            elif flips:
                self.entry = (price * volume - entry * held) // (volume - held)
        self.size = volume
        self.price = price
        self.notional = UNKNOWN
        if volume < 0:
            volume = -volume
        self.highest = max(self.highest, volume)
        self.traded += size if size > 0 else -size

    def trade_for_network(self, size: int, price: int, multiplier: int, divisor: int) -> None:
        """Take a trade of the network, of which nothing but the value of its position is kept."""
        self.tracks_position = False
        self.size += size
        self.price = price
        self.notional = abs(self.size) * price * divisor // multiplier

    def close_out(self, price: int) -> None:
        """The network took the position over."""
        if self.size:
            self.realised = (self.realised or 0) + (price - self.entry) * self.size
        self.size = self.entry = self.notional = 0
        self.price = price

    def weigh(self, now: int, epoch_start: int, multiplier: int, divisor: int) -> None:
        """Count what was held since the last change, before it changes.

        Args:
            multiplier, divisor: of the market's position scale.
        """
        if not self.tracks_position:
            self.tracks_position = True
            self.position_average = 0
        if not self.tracks_notional:
            self.tracks_notional = True
            self.notional_average = 0
        elapsed = (now - epoch_start) // SECOND
        if elapsed > 0:
            weight = min(SCALE, (now - self.time) // SECOND * SCALE // elapsed)
            rest = SCALE - weight
            size = self.size if self.size >= 0 else -self.size
            value = self.notional
            if value == UNKNOWN:
                value = self.notional = size * self.price * divisor // multiplier
            self.position_average = (
                self.position_average * rest + size * SCALE * divisor // multiplier * weight
            ) // SCALE
            self.notional_average = (self.notional_average * rest + value * weight) // SCALE
        self.time = now

    def value(self, multiplier: int, divisor: int) -> int:
        """The stored notional value."""
        if self.notional == UNKNOWN:
            self.notional = abs(self.size) * self.price * divisor // multiplier
        return self.notional

    def values(self) -> tuple[object, ...]:
        """Every value in the order of ``__slots__``."""
        return tuple(getattr(self, name) for name in self.__slots__)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, self.values()

    def __repr__(self) -> str:
        return f"<PartyActivity {self.party} {self.size}>"


def _rebuild(*values: object) -> PartyActivity:
    activity = PartyActivity.__new__(PartyActivity)
    for name, value in zip(PartyActivity.__slots__, values, strict=True):
        setattr(activity, name, value)
    return activity
