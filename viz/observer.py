"""Reads a model for the panels."""

from __future__ import annotations

from mesa import Model

from vega_mesa.viz.reading import Reading


def reading_of(model: Model) -> Reading:
    """The model as it is now; the same object until its next step."""
    raise NotImplementedError
