"""A perpetual's funding payment, party by party (0053-PERP, 05 §1.9 steps 2 and 3)."""

from __future__ import annotations

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.settlement.mark_to_market import PartyAmount


class FundingFlows:
    """What a funding payment asks to be moved.

    Attributes:
        losses: who pays, in the order of positions; an amount may be 0.
        wins: who receives, in the order of positions; zeros only if there is nothing else.
        allowance: the most that rounding may leave in the settlement account.
    """

    __slots__ = ("losses", "wins", "allowance")

    def __init__(self, losses: list[PartyAmount], wins: list[PartyAmount], allowance: int) -> None:
        self.losses = losses
        self.wins = wins
        self.allowance = allowance


def funding_flows(positions: Positions, payment: int, position_scale: Scale) -> FundingFlows:
    """Split a period's funding payment over the positions, network included.

    Args:
        payment: signed amount for one whole unit of long position, asset decimals; positive: longs pay.
    """
    divisor, multiplier = position_scale.divisor, position_scale.multiplier
    losses: list[PartyAmount] = []
    wins: list[PartyAmount] = []
    lost = won = fractions = 0
    for position in positions.by_party.values():
        flow = -position.size * payment * divisor
        amount, fraction = divmod(abs(flow), multiplier)
        if flow < 0:
            losses.append((position.party, amount))
            lost += amount
            fractions -= fraction
        else:
            wins.append((position.party, amount))
            won += amount
            fractions += fraction
    if won:
        wins = [win for win in wins if win[1]]
    allowance = abs(fractions) // multiplier if lost <= won else lost - won
    return FundingFlows(losses, wins, allowance)
