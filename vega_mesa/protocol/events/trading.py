"""Orders, trades, auctions, margins, positions and the state of a market."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated(Event):
    """An order as it stands now. ``order`` is a copy that nobody changes."""

    order: Any  # vega_mesa.protocol.matching.order.Order


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersCancelled(Event):
    """Orders of one party cancelled by it or by an auction boundary; no OrderUpdated is sent for them."""

    market: str
    party: str
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersExpired(Event):
    """Orders whose expiry was reached; no OrderUpdated is sent for them."""

    market: str
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrderUpdated(Event):
    """A stop order as it stands now (a copy)."""

    stop_order: Any  # vega_mesa.protocol.matching.stop_orders.StopOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeHappened(Event):
    """One execution; ``trade`` does not change any more."""

    trade: Any  # vega_mesa.protocol.matching.order.Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginLevelsUpdated(Event):
    """Margin levels of one party in one market, asset decimals."""

    market: str
    party: str
    asset: str
    maintenance: int
    search: int
    initial: int
    release: int
    order_margin: int = 0
    isolated: bool = False
    margin_factor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyMarginModeUpdated(Event):
    """A party chose cross or isolated margin, or entered the market (cross)."""

    market: str
    party: str
    isolated: bool
    margin_factor: Decimal
    min_theoretical_margin_factor: Decimal
    max_theoretical_leverage: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionUpdated(Event):
    """The open volume and potential volumes of a party changed (0006-POSI)."""

    market: str
    party: str
    size: int
    potential_buys: int
    potential_sells: int
    vw_buy_price: int
    vw_sell_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSettled(Event):
    """A position was marked to market: the mark and the trades since the last time, ``(signed size, price)`` each."""

    market: str
    party: str
    price: int
    position_factor: Decimal
    trades: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSocialised(Event):
    """A winner got less (negative), or a loser could not pay (positive), asset decimals."""

    market: str
    party: str
    asset: str
    amount: int
    loss_type: str  # TYPE_SETTLEMENT, TYPE_FUNDING_PAYMENT or TYPE_UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressSettled(Event):
    """A party was closed out and lost ``margin`` (asset decimals) to the insurance pool."""

    market: str
    party: str
    margin: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressedOrdersClosed(Event):
    """Parties whose orders were stopped and who are safe without them."""

    market: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressedPositionsUpdated(Event):
    """Parties newly distressed, and parties that no longer are."""

    market: str
    distressed: tuple[str, ...]
    safe: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSettled(Event):
    """A market was settled at a price (asset decimals)."""

    market: str
    price: int
    position_factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPaid(Event):
    """A perpetual's funding payment of one party, asset decimals, positive = received."""

    market: str
    party: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionUpdated(Event):
    """An auction started (``leave`` false), was extended, or ended (``leave`` true). Times in nanoseconds, 0 = none."""

    market: str
    leave: bool
    opening: bool
    start: int
    end: int
    trigger: str
    extension_trigger: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketUpdated(Event):
    """The market's state, trading mode, fees or definition changed."""

    market: str
    state: str
    trading_mode: str
    liquidity_fee: Decimal = Decimal(0)
    mark_price_type: str = "COMPOSITE_PRICE_TYPE_LAST_TRADE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomatedPurchaseAnnounced(Event):
    """The network has earmarked ``amount`` (asset decimals) to trade in the market's next auction (0097-PAPU)."""

    market: str
    asset: str
    from_account: str
    to_account: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDataUpdated(Event):
    """The market's figures at the end of a tick (``data`` is a vega_mesa.protocol.markets.market_data.MarketData)."""

    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused(Event):
    """A party's command, or an instruction of its batch, was refused by the protocol, with the protocol's text."""

    party: str
    command: str
    error: str
