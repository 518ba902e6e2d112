"""The weighted draw of lotteries, reproducible from a seed (06 §6.7.10)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ZERO, divide, exact, truncate

_MASK64: Final = 2**64 - 1
_MASK128: Final = 2**128 - 1
_MULTIPLIER: Final = 47026247687942121848144207491837523525
_INCREMENT: Final = 117397592171526113268558934119004209487
_PLACES: Final = 10**6


class PermutedCongruential:
    """PCG XSL-RR 128/64, the seed in both halves of its state."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        seed &= _MASK64
        self.state = seed << 64 | seed

    def next(self) -> int:
        """The next 64 bits."""
        self.state = (self.state * _MULTIPLIER + _INCREMENT) & _MASK128
        high, low = self.state >> 64, self.state & _MASK64
        turn = high >> 58
        word = high ^ low
        return (word >> turn | word << (64 - turn)) & _MASK64

    def below(self, bound: int) -> int:
        """A uniform number from 0 to ``bound - 1``."""
        if bound & (bound - 1) == 0:
            return self.next() & (bound - 1)
        value = self.next()
        if value > _MASK64 - bound:
            most = _MASK64 - _MASK64 % bound
            while value >= most:
                value = self.next()
        return value % bound


@exact
def draw_order(scores: Mapping[str, Decimal], seed: int) -> list[str]:
    """Draw all names, the likelier the higher their score; nobody when all scores are 0."""
    remaining = dict(scores)
    total = sum(remaining.values(), ZERO)
    if not total:
        return []
    generator = PermutedCongruential(seed)
    drawn: list[str] = []
    while remaining:
        if not total:
            drawn.extend(sorted(remaining))
            break
        chances = sorted((divide(score, total), name) for name, score in remaining.items())
        everything = sum((chance for chance, _ in chances), ZERO)
        bound = truncate(everything * _PLACES)
        ticket = divide(generator.below(bound), _PLACES) if bound else ZERO
        winner = chances[-1][1]
        reached = ZERO
        for chance, name in chances:
            reached += chance
            if ticket < reached:
                winner = name
                break
        drawn.append(winner)
        total -= remaining.pop(winner)
    return drawn
