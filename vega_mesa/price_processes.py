"""The former place of :mod:`vega_mesa.agents.price_processes`."""

from vega_mesa.agents.price_processes import GeometricRandomWalk, OrnsteinUhlenbeck, PriceProcess, RecordedPrices

RandomWalk = GeometricRandomWalk

__all__ = ["GeometricRandomWalk", "OrnsteinUhlenbeck", "PriceProcess", "RandomWalk", "RecordedPrices"]
