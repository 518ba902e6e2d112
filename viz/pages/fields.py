"""Inputs and notices, see :mod:`vega_mesa.viz.fields`."""

from vega_mesa.viz.fields import box, button, choice, field, notice, tick

__all__ = ["box", "button", "choice", "field", "notice", "tick"]
