"""Vega's own Gherkin scenarios, run against the exchange: ``python -m tests.conformance DIR``.

The feature files stay outside the project. Each scenario gets a fresh world (:mod:`tests.conformance.world`), each step
is found by its pattern (:mod:`tests.conformance.registry`) and drives the protocol through its public interface; every
assertion compares every cell that it is given. A step that nobody knows is *undefined*, never passed.
"""
