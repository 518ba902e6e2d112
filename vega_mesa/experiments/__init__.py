"""Many runs of a model: sweeps over parameters and seeds."""

from vega_mesa.experiments.sweep import Run, runs_of, sweep

__all__ = ["Run", "runs_of", "sweep"]
