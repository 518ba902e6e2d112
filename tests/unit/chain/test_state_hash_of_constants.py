"""A restored state has copies of what new objects take from a module: that must not make a difference."""

import pickle
from typing import NamedTuple

from vega_mesa.chain.state_hash import state_hash


class Factors(NamedTuple):
    maker: int
    taker: int


NONE = Factors(0, 0)


def test_named_tuples_count_by_value_and_not_by_identity():
    shared = [[NONE], [NONE]]
    restored = [pickle.loads(pickle.dumps([NONE])), [NONE]]
    assert shared[0][0] is shared[1][0] and restored[0][0] is not restored[1][0]
    assert state_hash(shared) == state_hash(restored)
    assert state_hash(shared) != state_hash([[NONE], [Factors(0, 1)]])
