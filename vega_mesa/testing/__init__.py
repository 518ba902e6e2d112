"""Checks for agents and models, ours and yours: one line in a test, and a name for what is wrong.

    from vega_mesa.testing import check_agent, check_model

    def test_my_agent():
        check_agent(MyAgent)

    def test_my_model():
        check_model(MyModel)

Hypothesis strategies for commands are in :mod:`vega_mesa.testing.strategies`.
"""

from vega_mesa.testing.agents import check_agent
from vega_mesa.testing.invariants import check_invariants, whole_state
from vega_mesa.testing.models import check_model
from vega_mesa.testing.stage import Stage

__all__ = ["Stage", "check_agent", "check_invariants", "check_model", "whole_state"]
