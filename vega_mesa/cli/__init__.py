"""The command line: ``vega-mesa models | run | sweep | viz``."""

from vega_mesa.cli.main import main

__all__ = ["main"]
