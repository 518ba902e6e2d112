"""What holds in every state of every run, as an assertion; and a state as one number."""

from __future__ import annotations

from vega_mesa.chain.invariants import broken_invariants
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.model import VegaModel


def check_invariants(chain: NullChain) -> None:
    """Look at a chain's state as it is now, see :func:`vega_mesa.chain.invariants.broken_invariants`.

    Raises:
        AssertionError: money was made or lost, an account is overdrawn, a book is crossed...
    """
    broken = broken_invariants(chain.exchange)
    assert not broken, f"block {chain.height}: {'; '.join(broken)}"


def whole_state(model: VegaModel) -> str:
    """One number for the network and the random numbers of a model: equal for equal runs."""
    return state_hash((model.chain.state_hash(), model.random.getstate(), repr(model.rng.bit_generator.state)))
