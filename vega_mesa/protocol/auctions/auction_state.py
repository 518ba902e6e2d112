"""Whether a market is in an auction, why, and until when (0026-AUCT).

The state is only bookkeeping: the market decides what an auction means. An auction is first *flagged* (``start_*``),
then *entered* once the market has put the book into auction mode; it is flagged *ready to leave*, then *left*.
"""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.markets.states import SECOND, AuctionTrigger, TradingMode

UNSPECIFIED: Final = AuctionTrigger.UNSPECIFIED
MODE_OF_TRIGGER: Final = {
    AuctionTrigger.UNSPECIFIED: TradingMode.CONTINUOUS,
    AuctionTrigger.OPENING: TradingMode.OPENING_AUCTION,
    AuctionTrigger.PRICE: TradingMode.MONITORING_AUCTION,
    AuctionTrigger.LONG_BLOCK: TradingMode.LONG_BLOCK_AUCTION,
    AuctionTrigger.GOVERNANCE_SUSPENSION: TradingMode.SUSPENDED_VIA_GOVERNANCE,
    AuctionTrigger.PROTOCOL_AUTOMATED_PURCHASE: TradingMode.PROTOCOL_AUTOMATED_PURCHASE_AUCTION,
}


class AuctionNotice:
    """What an auction event says: the fields of :class:`vega_mesa.protocol.events.trading.AuctionUpdated`."""

    __slots__ = ("leave", "opening", "start", "end", "trigger", "extension_trigger")

    def __init__(
        self,
        leave: bool,
        opening: bool,
        start: int,
        end: int,
        trigger: AuctionTrigger,
        extension_trigger: AuctionTrigger,
    ) -> None:
        self.leave = leave
        self.opening = opening
        self.start = start
        self.end = end
        self.trigger = trigger
        self.extension_trigger = extension_trigger

    def __repr__(self) -> str:
        return f"<AuctionNotice {'leave' if self.leave else 'start'} {self.trigger} {self.start}-{self.end}>"


class AuctionState:
    """The auction of one market.

    Attributes:
        mode: the trading mode (``TRADING_MODE_NO_TRADING`` is the market's business).
        trigger: why the auction runs, ``AUCTION_TRIGGER_UNSPECIFIED`` outside auctions.
        extension_trigger: why it was extended, or unspecified.
        in_auction: trigger set and entered, not merely flagged. Read on every order.
        margin_in_auction: whether margins use the auction formula: in auction and not flagged ready to leave.
        start_flagged: an auction was triggered, the market has yet to enter it.
        ready: the auction may be left.
        begin: nanoseconds, 0 outside auctions.
        duration: seconds, 0 = no end.
        minimum_duration: seconds, ``market.auction.minimumDuration``.
    """

    __slots__ = (
        "mode", "trigger", "extension_trigger", "in_auction", "margin_in_auction", "start_flagged", "ready", "begin",
        "duration", "minimum_duration", "_announced",
    )  # fmt: skip

    def __init__(self, minimum_duration: int = 0) -> None:
        self.minimum_duration = minimum_duration
        self._announced = False
        self._clear()

    def _clear(self) -> None:
        self.mode = TradingMode.CONTINUOUS
        self.trigger = UNSPECIFIED
        self.extension_trigger = UNSPECIFIED
        self.in_auction = False
        self.margin_in_auction = False
        self.start_flagged = False
        self.ready = False
        self.begin = 0
        self.duration = 0

    def _flag(self, trigger: AuctionTrigger, begin: int, duration: int) -> None:
        self.trigger = trigger
        self.mode = MODE_OF_TRIGGER[trigger]
        self.extension_trigger = UNSPECIFIED
        self.start_flagged = True
        self.ready = False
        self.in_auction = self.margin_in_auction = False
        self.begin = begin
        self.duration = duration

    # --- starting

    def start_opening(self, begin: int, duration: int) -> None:
        """Flag an opening auction; the duration (seconds) is raised to the minimum."""
        self._flag(AuctionTrigger.OPENING, begin, max(duration, self.minimum_duration))

    def start_price(self, begin: int, extension: int) -> None:
        """Flag a price auction: as long as the violated trigger says (seconds), at least the minimum."""
        self._flag(AuctionTrigger.PRICE, begin, max(extension, self.minimum_duration))

    def start_long_block(self, begin: int, duration: int) -> None:
        """Flag an auction after a long block, for ``duration`` seconds."""
        self._flag(AuctionTrigger.LONG_BLOCK, begin, duration)

    def start_suspension(self, begin: int) -> None:
        """Flag an auction without an end, because governance suspended the market."""
        self._flag(AuctionTrigger.GOVERNANCE_SUSPENSION, begin, 0)

    def start_automated_purchase(self, begin: int, duration: int) -> None:
        """Flag an auction in which the protocol buys (spot markets only), for ``duration`` seconds."""
        self._flag(AuctionTrigger.PROTOCOL_AUTOMATED_PURCHASE, begin, duration)

    def entered(self) -> AuctionNotice:
        """Note that the market has entered the flagged auction; returns what to announce."""
        self.start_flagged = False
        self.in_auction = self.margin_in_auction = True
        return self.notice()

    # --- running

    @property
    def is_opening(self) -> bool:
        """Whether this is the opening auction."""
        return self.trigger is AuctionTrigger.OPENING

    @property
    def is_price(self) -> bool:
        """Whether this is a price auction, or was extended by one."""
        return AuctionTrigger.PRICE in (self.trigger, self.extension_trigger)

    @property
    def is_long_block(self) -> bool:
        """Whether this is a long-block auction, or was extended by one."""
        return AuctionTrigger.LONG_BLOCK in (self.trigger, self.extension_trigger)

    @property
    def is_automated_purchase(self) -> bool:
        """Whether the network trades in this auction, or extended it to do so."""
        return AuctionTrigger.PROTOCOL_AUTOMATED_PURCHASE in (self.trigger, self.extension_trigger)

    @property
    def end(self) -> int:
        """Nanoseconds of the last moment in the auction; 0 outside auctions and without an end."""
        return self.begin + self.duration * SECOND if self.duration else 0

    def has_passed(self, now: int) -> bool:
        """Whether there is an end and it lies strictly in the past."""
        return self.duration != 0 and now > self.begin + self.duration * SECOND

    def remaining_seconds(self, now: int) -> int:
        """Whole seconds until the end (0 when there is none, or it has passed)."""
        return max(0, self.end - now) // SECOND

    def extend(self, trigger: AuctionTrigger, seconds: int) -> None:
        """Lengthen the auction; it is no longer ready to be left. A suspension also changes the trading mode."""
        self.extension_trigger = trigger
        if trigger is AuctionTrigger.GOVERNANCE_SUSPENSION:
            self.mode = TradingMode.SUSPENDED_VIA_GOVERNANCE
        self.duration += seconds
        self.ready = False
        self.margin_in_auction = self.in_auction

    def drop_extension(self) -> None:
        """Forget why the auction was extended (a suspension is lifted); the length stays, the mode is the trigger's."""
        self.extension_trigger = UNSPECIFIED
        self.mode = MODE_OF_TRIGGER[self.trigger]

    def take_extension_notice(self) -> AuctionNotice | None:
        """What to announce about an extension: only the first one in a market's life is announced."""
        if self.extension_trigger is UNSPECIFIED or self._announced:
            return None
        self._announced = True
        return self.notice()

    def set_minimum_duration(self, seconds: int) -> AuctionNotice | None:
        """Change the minimum duration; a running auction with an end becomes that long if it is shorter.

        Returns:
            What to announce if the running auction was lengthened.
        """
        self.minimum_duration = seconds
        if self.trigger is UNSPECIFIED or self.duration == 0 or seconds <= self.duration:
            return None
        self.duration = seconds
        return self.notice()

    def notice(self, leave: bool = False) -> AuctionNotice:
        """The state as an auction event says it."""
        return AuctionNotice(leave, self.is_opening, self.begin, self.end, self.trigger, self.extension_trigger)

    # --- leaving

    def ready_to_leave(self) -> None:
        """Flag that the auction may be left; margins use the continuous formula from here on."""
        self.ready = True
        self.margin_in_auction = False

    def left(self, now: int) -> AuctionNotice:
        """Reset to continuous trading; returns the leave notice, whose end is ``now``."""
        notice = AuctionNotice(True, self.is_opening, self.begin, now, self.trigger, self.extension_trigger)
        self._clear()
        return notice
