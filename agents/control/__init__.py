"""Control problems of trading and their solutions: numpy in, frozen dataclasses out, no market and no agent.

Each module is one model, named after those who solved it, and can be read alone.

======================================  ==============================================================================
:mod:`.avellaneda_stoikov`              quotes for exponential utility: reservation price and spread, closed form
:mod:`.gueant_lehalle_fernandez_tapia`  the same problem exactly, with bounds on inventory; its limit far from the end
:mod:`.cartea_jaimungal`                quotes under a running penalty on inventory: matrix exponential, and the ODE
:mod:`.backward_induction`              the same problem on a grid of time and inventory, by dynamic programming
:mod:`.market_making_decisions`         the same problem without an end: a Markov decision process
:mod:`.markov_decisions`                value and policy iteration for any finite one
:mod:`.almgren_chriss`                  how fast to liquidate a position
:mod:`.linear_quadratic`                the linear-quadratic regulator
:mod:`.kalman_filter`                   what noisy observations say about a hidden state
:mod:`.inventory_tracking`              both together: following a target that noisy prices hide
:mod:`.quotes`                          what all that quote have in common; what an agent can use
:mod:`.simulation`                      the market in which the quoting models are true
======================================  ==============================================================================

Whatever has ``depths(time_left, inventory)`` is a :class:`QuotePolicy`, and
:class:`vega_mesa.agents.PolicyMarketMaker` trades it.
"""

from vega_mesa.agents.control.quotes import Depths, FixedSpread, OrderFlow, QuotePolicy, QuoteSolution

__all__ = ["Depths", "FixedSpread", "OrderFlow", "QuotePolicy", "QuoteSolution"]
