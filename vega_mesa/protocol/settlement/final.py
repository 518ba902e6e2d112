"""Settlement of a market at its end (0002-STTL, 03 §9.4 steps 1 and 2)."""

from __future__ import annotations

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.settlement.mark_to_market import PartyAmount


class FinalSettlement:
    """What the final settlement asks to be moved.

    Attributes:
        losses: who pays, sorted by party; an amount may be 0.
        wins: who receives, sorted by party; an amount may be 0.
        dust: the most that rounding may leave in the settlement account.
    """

    __slots__ = ("losses", "wins", "dust")

    def __init__(self, losses: list[PartyAmount], wins: list[PartyAmount], dust: int) -> None:
        self.losses = losses
        self.wins = wins
        self.dust = dust


def final_settlement(settled: dict[str, int], last_mark: int, price: int, position_scale: Scale) -> FinalSettlement:
    """Settle every party's last settled size against a settlement price.

    Args:
        settled: signed sizes (``Settlement.settled``).
        last_mark: mark price of the last mark-to-market, asset decimals.
        price: settlement price, asset decimals.
    """
    move = price - last_mark
    divisor, multiplier = position_scale.divisor, position_scale.multiplier
    losses: list[PartyAmount] = []
    wins: list[PartyAmount] = []
    fractions = 0  # of wins less of losses, in units of 1 / multiplier
    for party in sorted(settled):
        size = settled[party]
        if size == 0:
            continue
        gain = size * move * divisor
        share, fraction = divmod(abs(gain), multiplier)
        if gain < 0:
            losses.append((party, share))
            fractions -= fraction
        else:
            wins.append((party, share))
            fractions += fraction
    return FinalSettlement(losses, wins, max(fractions, 0) // multiplier)
