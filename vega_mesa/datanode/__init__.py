"""What happened, kept: listens to events and makes tables of them."""

from vega_mesa.datanode.recorder import Recorder

__all__ = ["Recorder"]
