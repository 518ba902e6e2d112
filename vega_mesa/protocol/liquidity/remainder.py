"""Who gets the indivisible rest of the performance bonus.

The network seeds Go's classic generator with the rest and draws one number. That generator adds two words of a seeded
state of 607; only these two are computed here.
"""

from __future__ import annotations

from typing import Final

_MODULUS: Final = 2**31 - 1
_MULTIPLIER: Final = 48271
_DEFAULT_SEED: Final = 89482311
_WORDS: Final = ((333, 4590000184845883843), (606, 4152330101494654406))  # index, and the constant mixed into it


def _word(seed: int, index: int, constant: int) -> int:
    first = seed * pow(_MULTIPLIER, 21 + 3 * index, _MODULUS) % _MODULUS
    second = first * _MULTIPLIER % _MODULUS
    third = second * _MULTIPLIER % _MODULUS
    return ((first << 40) ^ (second << 20) ^ third ^ constant) % 2**63


def receiver(remainder: int, parties: int) -> int:
    """Index of the party, among ``parties``, that receives ``remainder`` units."""
    seed = remainder % _MODULUS or _DEFAULT_SEED
    drawn = (sum(_word(seed, index, constant) for index, constant in _WORDS) % 2**63) >> 32
    return drawn & (parties - 1) if parties & (parties - 1) == 0 else drawn % parties
