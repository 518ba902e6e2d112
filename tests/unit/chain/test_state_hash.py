import pickle
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sortedcontainers import SortedDict

from vega_mesa.chain.state_hash import state_hash
from vega_mesa.errors import InvariantBroken
from vega_mesa.protocol.matching.order import Side


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b=None):
        self.a, self.b = a, b


class Plain:
    def __init__(self, **values):
        self.__dict__.update(values)


class Cached:
    def __init__(self, value):
        self.value, self.cache = value, None

    def __getstate__(self):
        return {"value": self.value}


@dataclass(frozen=True)
class Frozen:
    x: int


ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False)
)
VALUES = st.recursive(
    ATOMS,
    lambda v: (
        st.lists(v, max_size=4)
        | st.tuples(v, v)
        | st.dictionaries(st.text(max_size=3), v, max_size=3)
        | st.builds(Slotted, v, v)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_copy_has_the_same_hash(value):
    assert state_hash(pickle.loads(pickle.dumps(value))) == state_hash(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, "1"),
        (1, 1.0),
        (0.0, -0.0),
        (None, "None"),
        ([1, 2], (1, 2)),
        ([1, [2]], [[1], 2]),
        (["a", "b"], ["a', 'b"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Decimal("1.0"), 1.0),
        (Side.BUY, 1),
        (Slotted(1, 2), Slotted(2, 1)),
        (Slotted(1), Plain(a=1, b=None)),
        ({1, 2}, frozenset((1, 2))),
        (Frozen(1), Frozen(2)),
    ],
    ids=range(15),
)
def test_what_differs_hashes_apart(one, other):
    assert state_hash(one) != state_hash(other)


def test_sharing_of_mutable_objects_is_part_of_the_state():
    shared = [1]
    assert state_hash([shared, shared]) != state_hash([[1], [1]])


def test_sharing_of_values_is_not():
    frozen, text = Frozen(1), "abc"[:2]
    assert state_hash([frozen, frozen, text]) == state_hash([Frozen(1), Frozen(1), "ab"])


def test_a_cycle_ends():
    one, two = Slotted(1), Slotted(2)
    one.b, two.b = two, one
    assert len(state_hash(one)) == 64


def test_a_long_chain_needs_no_recursion():
    head = None
    for n in range(50_000):
        head = Slotted(n, head)
    assert len(state_hash(head)) == 64


def test_what_snapshots_leave_out_does_not_count():
    one, other = Cached(1), Cached(1)
    other.cache = object()
    assert state_hash(one) == state_hash(other)


def test_containers_of_the_library():
    assert state_hash(deque([1, 2])) != state_hash(deque([2, 1]))
    assert state_hash(SortedDict({2: 1, 1: 2})) == state_hash(SortedDict({1: 2, 2: 1}))


def test_sets_hash_alike_whatever_the_hash_seed():
    program = (
        "from vega_mesa.chain.state_hash import state_hash;"
        "print(state_hash([{'a', 'bc', 'def', (1, 'x')}, {str: int}, Exception]))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1


def test_what_cannot_be_kept_is_a_defect(tmp_path):
    with (tmp_path / "file").open("w") as file, pytest.raises(InvariantBroken, match="TextIOWrapper"):
        state_hash({"file": file})
