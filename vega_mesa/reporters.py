"""What the data collector gathers after each step, as functions that pickle. People's units; None: no such number yet.

Market figures are those of the model's first market, and stay what they last were once it has settled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.protocol.matching.order import Side
from vega_mesa.tally import FEE_COMPONENTS
from vega_mesa.units import to_datetime

if TYPE_CHECKING:
    from vega_mesa.agent import VegaAgent
    from vega_mesa.model import VegaModel

DEPTH_LEVELS: Final = 10


def block(model: VegaModel) -> int:
    """Height of the open block."""
    return model.chain.height


def time(model: VegaModel) -> str:
    """Network time, RFC 3339 to the second."""
    return to_datetime(model.chain.now).strftime("%Y-%m-%dT%H:%M:%SZ")


def market_state(model: VegaModel) -> str | None:
    """State of the market, e.g. ``STATE_ACTIVE``."""
    return None if model.market is None else str(model.market.state.value)


def trading_mode(model: VegaModel) -> str | None:
    """How it trades, e.g. ``TRADING_MODE_CONTINUOUS``."""
    return None if model.market is None else str(model.market.trading_mode.value)


def mark_price(model: VegaModel) -> float | None:
    """The mark price."""
    return _price(model, model.market and model.market.mark_price)


def last_price(model: VegaModel) -> float | None:
    """Price of the last trade."""
    return _price(model, model.market and model.market.last_traded_price)


def best_bid(model: VegaModel) -> float | None:
    """The highest price that somebody bids."""
    return _price(model, model.market and model.market.book.best_bid())


def best_ask(model: VegaModel) -> float | None:
    """The lowest price that somebody asks."""
    return _price(model, model.market and model.market.book.best_ask())


def spread(model: VegaModel) -> float | None:
    """Best ask less best bid."""
    book = model.market and model.market.book
    return _price(model, book.best_ask() - book.best_bid()) if book and book.best_bid() and book.best_ask() else None


def bid_depth(model: VegaModel) -> float:
    """Volume bid at the ten best prices."""
    return _depth(model, Side.BUY)


def ask_depth(model: VegaModel) -> float:
    """Volume asked at the ten best prices."""
    return _depth(model, Side.SELL)


def volume(model: VegaModel) -> float:
    """Volume traded in this step."""
    market = model.market
    return 0.0 if market is None else model.units_of(market).shown_size(model.tally.step_volume(market.id))


def total_volume(model: VegaModel) -> float:
    """Volume traded since genesis."""
    market = model.market
    return 0.0 if market is None else model.units_of(market).shown_size(model.tally.volume.get(market.id, 0))


def refused_orders(model: VegaModel) -> int:
    """How many orders of this step the protocol refused, or found nothing to trade with."""
    return model.tally.step_refused_orders()


def open_interest(model: VegaModel) -> float:
    """Sum of the long positions; nothing once the market has ended."""
    market = model.market
    if market is None or market.has_ended:
        return 0.0
    return model.units_of(market).shown_size(market.open_interest)


def insurance_pool(model: VegaModel) -> float:
    """The market's insurance pool, in its asset."""
    market = model.market
    if market is None:
        return 0.0
    return model.units_of(market).shown_amount(model.exchange.insurance_pool(market.id, market.asset))


def supplied_stake(model: VegaModel) -> float:
    """What liquidity providers have committed, or are about to; nothing once the market has ended."""
    market = model.market
    return 0.0 if market is None else model.units_of(market).shown_amount(market.liquidity.supplied_stake())


def target_stake(model: VegaModel) -> float:
    """How much commitment the market wants; nothing once it has ended."""
    market = model.market
    if market is None or market.has_ended:
        return 0.0
    return model.units_of(market).shown_amount(market.liquidity.shown_target_stake(market.now))


def liquidity_fee_factor(model: VegaModel) -> float:
    """The liquidity fee as a fraction of a trade's value."""
    return 0.0 if model.market is None else float(model.market.liquidity.fee_factor)


def maker_fees(model: VegaModel) -> float:
    """Fees paid to makers since genesis."""
    return fees_by_component(model)["maker"]


def infrastructure_fees(model: VegaModel) -> float:
    """Fees paid to validators since genesis."""
    return fees_by_component(model)["infrastructure"]


def liquidity_fees(model: VegaModel) -> float:
    """Fees charged for the liquidity providers since genesis."""
    return fees_by_component(model)["liquidity"]


def fees_by_component(model: VegaModel) -> dict[str, float]:
    """What trades on the market were charged since genesis, discounts taken off, by component."""
    market = model.market
    charged = [] if market is None else model.tally.fees.get(market.id, [])
    if market is None or not charged:
        return dict.fromkeys(FEE_COMPONENTS, 0.0)
    shown = model.units_of(market).shown_amount
    return dict(zip(FEE_COMPONENTS, map(shown, charged), strict=True))


def equity_like_shares(model: VegaModel) -> dict[str, float]:
    """Each provider's share in the virtual stake of all, by key."""
    market = model.market
    if market is None:
        return {}
    return {party: float(entry.share) for party, entry in sorted(market.liquidity.shares.by_party.items())}


def service_levels(model: VegaModel) -> dict[str, float]:
    """In which part of the last epoch each provider kept its commitment, by key."""
    market = model.market
    if market is None:
        return {}
    return {
        party: float(performance.last_fraction)
        for party, performance in sorted(market.liquidity.service_level.by_party.items())
    }


def _price(model: VegaModel, price: Any) -> float | None:
    market = model.market
    return model.units_of(market).shown_price(price) if market is not None and price else None


def _depth(model: VegaModel, side: Side) -> float:
    market = model.market
    if market is None:
        return 0.0
    levels = zip(range(DEPTH_LEVELS), market.book.levels(side), strict=False)
    return model.units_of(market).shown_size(sum(volume for _, (_, volume, _) in levels))


MARKET: Final[dict[str, Callable[[Any], Any]]] = {
    function.__name__: function
    for function in (
        block, time, market_state, trading_mode, mark_price, last_price, best_bid, best_ask, spread, bid_depth,
        ask_depth, volume, total_volume, refused_orders, open_interest, insurance_pool, supplied_stake, target_stake,
        liquidity_fee_factor, maker_fees, infrastructure_fees, liquidity_fees,
    )
}  # fmt: skip


def key(agent: VegaAgent) -> str:
    """The agent's party key."""
    return agent.key


def kind(agent: VegaAgent) -> str:
    """The agent's type."""
    return type(agent).__name__


def general(agent: VegaAgent) -> float | None:
    """Free money, in the first market's asset."""
    return agent.general() if _has_money(agent) else None


def margin(agent: VegaAgent) -> float | None:
    """Money behind positions and orders in the first market."""
    return agent.margin() if _has_money(agent) else None


def bond(agent: VegaAgent) -> float | None:
    """Money behind a liquidity commitment in the first market."""
    return agent.bond() if _has_money(agent) else None


def position(agent: VegaAgent) -> float | None:
    """Open volume in the first market, long positive."""
    return agent.position() if _has_money(agent) else None


def profit(agent: VegaAgent) -> float | None:
    """All that it owns less all that it ever deposited, in the first market's asset."""
    return agent.profit() if _has_money(agent) else None


def equity_like_share(agent: VegaAgent) -> float | None:
    """A liquidity provider's share in the first market, None for others."""
    market = agent.model.market if hasattr(agent, "key") else None
    entry = None if market is None else market.liquidity.shares.by_party.get(agent.key)
    return None if entry is None else float(entry.share)


def service_level(agent: VegaAgent) -> float | None:
    """In which part of the last epoch a liquidity provider kept its commitment, None for others."""
    market = agent.model.market if hasattr(agent, "key") else None
    performance = None if market is None else market.liquidity.service_level.by_party.get(agent.key)
    return None if performance is None else float(performance.last_fraction)


def _has_money(agent: Any) -> bool:
    return hasattr(agent, "key") and agent.model.market is not None


AGENT: Final[dict[str, Callable[[Any], Any]]] = {
    function.__name__: function
    for function in (key, kind, general, margin, bond, position, profit, equity_like_share, service_level)
}


def summary(model: VegaModel) -> dict[str, Any]:
    """How a run stands or ended: one flat row of plain values."""
    market = model.market
    row: dict[str, Any] = {
        "steps": model.step_count,
        "blocks": model.chain.height,
        "transactions": len(model.chain.log),
        "agents": len(model.agents),
        "market_state": market_state(model),
        "mark_price": mark_price(model),
        "last_price": last_price(model),
        "trades": 0 if market is None else model.tally.trades.get(market.id, 0),
        "volume": total_volume(model),
        "refused_orders": model.tally.refused_orders.total(),
        "open_interest": open_interest(model),
        "insurance_pool": insurance_pool(model),
    }
    row |= {f"profit_{name}": value for name, value in model.profit_by_type().items()}
    return row | {"conserved": not model.imbalance()}
