"""A whole mark-to-market in one pass, for a market in which nobody listens and everybody can pay (0003-MTMK).

Position by position, what :mod:`vega_mesa.protocol.markets.marking` does step by step for all of them: the gain or loss
since the last mark, then the margin that the position needs at the new one. Losses that a margin account does not
cover, margin that a general account does not have, amounts that would have to be rounded, isolated margin and a
position of the network are left to those steps: then nothing has happened here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.protocol.collateral import Account
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, PositionSettled
from vega_mesa.protocol.margin.levels import SCALING_UNIT
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.positions import UNKNOWN, Position

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

_TOLD = frozenset((PositionsMarked, PositionSettled, MarginLevelsUpdated))  # to who wants to hear of every position

Move = tuple[Position, int, Account, int, Account, int]  # exposure, margin account, gain, general account, margin call


def settle(market: FuturesMarket, mark: int) -> bool:
    """Settle all positions to a mark price and bring their margins up, or down, to where they belong.

    Returns:
        False, with nothing changed, when it has to be done step by step.
    """
    settlement, scale = market.settlement, market.position_scale
    move, remainder = divmod((mark - settlement.last_mark) * scale.divisor, scale.multiplier)
    if remainder or not mark or not _is_silent(market):
        return False
    concerned = market.positions.by_party.values() if move else _changed(market)
    others, gained = _settle_calm(market, mark, move, concerned)
    resized: list[Position] = []
    plan = _plan(market, mark, move, others, gained, resized)
    if plan is None:
        _take_back(concerned, others, move)
        return False
    flat: list[Position] = []
    for position, exposure, margin, gain, general, call in plan:
        general.balance -= call
        margin.balance = position.balance = margin.balance + gain + call
        position.exposure = exposure
        position.margin = margin
        position.general = general
        if exposure < 0:
            flat.append(position)
    settlement.finish(mark, resized)
    market.positions.settled(flat)
    return True


def _is_silent(market: FuturesMarket) -> bool:
    return not (
        market.isolated
        or market.fully_collateralised
        or market.product.adds_to_margins
        or market.auction.margin_in_auction
        or market.services.activity.recording
        or not market.collateral.is_silent
        or NETWORK in market.positions.by_party
        or not market.bus.wanted.isdisjoint(_TOLD)
        or not market.margin.initial_maintains
    )


def _changed(market: FuturesMarket) -> list[Position]:
    """At an unchanged mark price: those whose margin may be wrong, because they or their margin account changed."""
    return [
        position
        for position in market.positions.by_party.values()
        if position.exposure < 0 or position.balance != position.margin.balance
    ]


def _settle_calm(
    market: FuturesMarket, mark: int, move: int, positions: Iterable[Position]
) -> tuple[list[Position], int]:
    """Give their gains to the calm: those who have not traded since the last mark, and need no margin call at this one.

    Returns:
        The others, and what the calm ones gained together.
    """
    denominator, search, _, release = market.margin.terms
    exposure_of, unit = market.margin.exposure, SCALING_UNIT
    others: list[Position] = []
    gained = 0
    for position in positions:
        if position.balance < 0:
            others.append(position)
            continue
        exposure = position.exposure
        if exposure < 0:
            exposure = position.exposure = exposure_of(position.size, position.buy, position.sell)
        gain = position.size * move
        margin = position.margin
        balance = margin.balance + gain
        maintenance = -(-exposure * mark // denominator)
        if maintenance * search < (balance + 1) * unit <= maintenance * release:
            margin.balance = position.balance = balance
            gained += gain
        else:
            others.append(position)
    return others, gained


def _plan(
    market: FuturesMarket, mark: int, move: int, positions: list[Position], gained: int, resized: list[Position]
) -> list[Move] | None:
    """What is to be moved for positions that are not calm; None if somebody cannot pay, or gains do not cancel out.

    Args:
        gained: by the calm ones.
        resized: is extended by the positions whose settled size changes.
    """
    denominator, search, initial, release = market.margin.terms
    multiplier, divisor = market.position_scale.multiplier, market.position_scale.divisor
    settled, trades = market.settlement.settled, market.settlement.trades
    exposure_of = market.margin.exposure
    plan: list[Move] = []
    for position in positions:
        party = position.party
        margin, general = position.margin, position.general
        if margin is None:  # it is new
            accounts = market.accounts.get(party)  # type: ignore[unreachable]
            if accounts is None:
                return None
            margin, general = accounts.margin, accounts.general
        last = settled.get(party)
        queue = trades.get(party)
        gain = last * move if last else 0
        if queue is not None:
            traded = 0
            for size, price in queue:
                traded += size * (mark - price)
            if multiplier != divisor:
                traded, remainder = divmod(traded * divisor, multiplier)
                if remainder:
                    return None
            gain += traded
        size = position.size
        if (size != last or not size) and (move or last is None or queue is not None):
            resized.append(position)
        balance = margin.balance + gain
        if balance < 0:
            return None
        if size or position.buy or position.sell:
            exposure = exposure_of(size, position.buy, position.sell)
            maintenance = -(-exposure * mark // denominator)
            if maintenance * search < (balance + 1) * SCALING_UNIT <= maintenance * release:
                call = 0
            else:
                call = maintenance * initial // SCALING_UNIT - balance
                if call > general.balance:
                    return None
        else:
            exposure = UNKNOWN
            call = -balance
        gained += gain
        plan.append((position, exposure, margin, gain, general, call))
    return None if gained else plan


def _take_back(positions: Iterable[Position], others: list[Position], move: int) -> None:
    """As if :func:`_settle_calm` had not been."""
    kept = {position.party for position in others}
    for position in positions:
        if position.party not in kept:
            position.margin.balance -= position.size * move
