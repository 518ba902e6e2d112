"""A mark-to-market of the many to whom nothing has happened but a new price (0003-MTMK).

While nobody listens, whoever has neither traded nor ordered since the last mark, can pay a loss out of the margin
account and needs no margin call afterwards is settled in one pass. The others go through
:class:`vega_mesa.protocol.settlement.mark_to_market.Settlement`, on which also falls all that is not calm: losses that
a margin account does not cover, amounts that have to be rounded, isolated margin, a position of the network.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, PositionSettled
from vega_mesa.protocol.margin.levels import SCALING_UNIT
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.positions import Position
from vega_mesa.protocol.settlement.mark_to_market import MarkToMarket, PartyAmount

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

_TOLD = (PositionsMarked, PositionSettled, MarginLevelsUpdated)  # to whoever wants to hear of every position
_amount = itemgetter(1)


def settle(market: FuturesMarket, mark: int) -> MarkToMarket | None:
    """Settle all positions to a mark price, money included.

    Returns:
        What was moved for those who were not calm, whose margins remain to be looked at; None, with nothing changed,
        when the mark-to-market has to be done position by position.
    """
    settlement, scale = market.settlement, market.position_scale
    move, remainder = divmod((mark - settlement.last_mark) * scale.divisor, scale.multiplier)
    if not move or remainder or not _is_calm(market):
        return None
    others, gained = _settle_calm(market, mark, move)
    sizes = settlement.settled.copy()
    shares = settlement.shares(mark, others)
    account = market.collateral.open(AccountType.SETTLEMENT, market.asset, market=market.id)
    wins = list(filter(_amount, shares.wins))
    if shares.excess != gained or not _can_move(market, shares.losses, wins):
        settlement.settled = sizes
        _take_back(market, others, move)
        return None
    margins = market.collateral.of_kind(AccountType.MARGIN, market.asset, market.id)
    account.balance -= gained
    market.collateral.gather(shares.losses, margins, account)
    market.collateral.hand_out(wins, account, margins)
    outcome = settlement.finish(mark, market.positions, shares)
    outcome.calm = len(market.positions.by_party) - len(others)
    return outcome


def _is_calm(market: FuturesMarket) -> bool:
    wanted = market.bus.wanted
    return not (
        market.isolated
        or market.fully_collateralised
        or market.product.adds_to_margins
        or market.auction.margin_in_auction
        or market.services.activity.recording
        or not market.collateral.is_silent
        or NETWORK in market.positions.by_party
        or any(event in wanted for event in _TOLD)
    )


def _settle_calm(market: FuturesMarket, mark: int, move: int) -> tuple[list[Position], int]:
    """Give the calm ones their gains; returns the others, and what the calm ones gained together.

    An exposure is known since the mark-to-market at which its position was settled last, if nothing has changed since.
    """
    denominator, search, _, release = market.margin.terms
    others: list[Position] = []
    gained = 0
    for position in market.positions.by_party.values():
        exposure = position.exposure
        if exposure >= 0:
            gain = position.size * move
            margin = position.margin
            balance = margin.balance + gain  # type: ignore[union-attr]  # known with the exposure
            maintenance = -(-exposure * mark // denominator)
            if maintenance * search < (balance + 1) * SCALING_UNIT <= maintenance * release:
                margin.balance = balance  # type: ignore[union-attr]
                gained += gain
                continue
        others.append(position)
    return others, gained


def _can_move(market: FuturesMarket, losses: list[PartyAmount], wins: list[PartyAmount]) -> bool:
    """Whether margin accounts cover all losses, and nobody without one wins."""
    margins = market.collateral.of_kind(AccountType.MARGIN, market.asset, market.id)
    return all(party in margins and margins[party].balance >= amount for party, amount in losses) and all(
        party in margins for party, _ in wins
    )


def _take_back(market: FuturesMarket, others: list[Position], move: int) -> None:
    """As if :func:`_settle_calm` had not been."""
    kept = {position.party for position in others}
    for position in market.positions.by_party.values():
        if position.party not in kept:
            position.margin.balance -= position.size * move  # type: ignore[union-attr]
