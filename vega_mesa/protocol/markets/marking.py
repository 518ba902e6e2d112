"""Mark price and mark-to-market of a futures market (0009-MRKP, 0003-MTMK; 03 §5).

:func:`mark_to_market` is the order of work: positions, losses and wins, margins, close-outs, recheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.mark_price import CompositePrice, book_sample
from vega_mesa.protocol.markets import auctions, closeouts, isolated_margin, margining, pegging, silent_marking
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import NETWORK

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket


# -- the mark price --------------------------------------------------------------------------------------------------


def sample_book(market: FuturesMarket, price: CompositePrice) -> None:
    """Note what the book says, for a composite price that uses it (03 §5.2)."""
    if not price.uses_book:
        return
    if market.auction.in_auction:
        sample = market.book.indicative()[0] or None
    else:
        sample = book_sample(
            market.book,
            price.cash_amount,
            market.margin_scaling.initial,
            market.definition.linear_slippage_factor,
            market.risk_factors,
        )
    if sample is not None:
        price.record_book(sample, market.now)


def sample_after_auction(market: FuturesMarket) -> None:
    """On leaving an auction the sample of this moment is the last traded price."""
    for price in market.composite_prices():
        if price.uses_book and market.last_traded_price:
            price.record_book(market.last_traded_price, market.now)


def update_mark_price(market: FuturesMarket, *, leaving_opening: bool = False, monitored: bool = True) -> bool:
    """Calculate a candidate and take it, unless price monitoring objects (False: in an auction; 03 §5.5)."""
    candidate = market.composite.calculate(market.now, market.mark_price_frequency)
    sample_book(market, market.composite)
    if candidate:
        if leaving_opening:
            market.price_monitor.reset(candidate)
        elif monitored:
            breached = market.price_monitor.check(candidate, persistent=True, record=True)
            if breached is not None:
                auctions.enter_price_auction(market, breached)
                return False
        market.mark_price = candidate
    if leaving_opening and not market.mark_price:
        market.mark_price = market.last_traded_price
        market.price_monitor.reset(market.last_traded_price)
    return True


# -- mark-to-market --------------------------------------------------------------------------------------------------


def mark_if_due(market: FuturesMarket, ids: IdGenerator) -> None:
    """At block end: a new mark price and a mark-to-market, when the time has come (03 §3.5)."""
    if market.next_mark_to_market > market.now or market.auction.in_auction:
        return
    previous = market.mark_price
    entered_auction = not update_mark_price(market)
    market.next_mark_to_market = market.now + market.mark_price_frequency
    if entered_auction:
        return
    changed = previous is None or previous != market.mark_price or market.settlement.has_trades
    if not changed or (not market.mark_price and market.max_price is None) or market.mark_price is None:
        return
    market.product.on_mark_price(market)
    if market.max_price is not None and market.mark_price > market.max_price:
        market.next_mark_to_market = market.now  # tried again at the next block's end
        return
    mark_to_market(market, ids)
    for party in market.positions.remove_flat():
        margining.release_all(market, party)
        market.forget_stop_orders(party)


def mark_to_market(market: FuturesMarket, ids: IdGenerator, *, final: bool = False) -> None:
    """Settle every position to the mark price, then see to margins.

    Args:
        final: the last one, when trading terminates: no recheck of all margins afterwards.
    """
    mark = market.mark_price
    if mark is None or (market.max_price is not None and mark > market.max_price):
        return
    if market.fully_collateralised:
        market.positions.mark(mark)
    in_steps = final or not silent_marking.settle(market, mark)
    if in_steps:
        outcome = market.settlement.mark_to_market(mark, market.positions)
        market.collection.mark_to_market(outcome)
        market.services.on_mark_to_market(market, outcome)
        market.positions.forget_balances()
        conclusive = see_to_margins(market, outcome.parties, ids, keep=True)
    else:
        conclusive = not (market.book.pegged_live or market.parked.orders)
    pegging.check_references(market)
    if not (final or conclusive):
        margining.recheck(market, margining.cross_positions(market), keep=in_steps)
    market.after_mark_to_market()


def see_to_margins(market: FuturesMarket, parties: list[str], ids: IdGenerator, *, keep: bool = False) -> bool:
    """Margin calls for those who settled; whoever cannot meet theirs is closed out (03 §5.6.12).

    Args:
        parties: in the order in which money is to move.
        keep: see :func:`vega_mesa.protocol.markets.margining.evaluate`.

    Returns:
        Whether a recheck of all margins would move nothing.
    """
    by_party = market.positions.by_party
    isolated = market.isolated
    if isolated:
        positions = [by_party[party] for party in parties if party not in isolated and party in by_party]
    else:
        positions = list(filter(None, map(by_party.get, parties)))
    call = margining.evaluate(market, positions, keep=keep)
    for party, shortfall in call.shortfalls:
        market.liquidity.penalise_shortfall(party, shortfall)
    in_isolation = isolated_margin.in_distress(market, parties) if isolated else []
    if not call.moves:
        in_isolation = []  # dropped until a later mark-to-market, as the protocol does
    if call.distressed or in_isolation:
        closeouts.close_out(market, call.distressed, in_isolation, ids)
        return False
    all_seen = len(positions) == len(by_party) and NETWORK not in by_party
    return call.conclusive and all_seen and not (call.shortfalls or market.book.pegged_live or market.parked.orders)
