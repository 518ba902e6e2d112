"""Many runs of a model: sweeps over parameters and seeds, how agents stand at the end, pictures of it."""

from typing import TYPE_CHECKING

from vega_mesa.experiments.sweep import Run, runs_of, sweep

if TYPE_CHECKING:
    from vega_mesa.experiments.plot import plot_sweep
    from vega_mesa.experiments.standing import balances_by_type, groups
    from vega_mesa.experiments.stylised_facts import draw_stylised_facts

__all__ = [
    "Run", "runs_of", "sweep",
    "plot_sweep",
    "balances_by_type", "groups",
    "draw_stylised_facts",
]  # fmt: skip

_HOMES = {
    "plot_sweep": "plot", "balances_by_type": "standing", "groups": "standing",
    "draw_stylised_facts": "stylised_facts",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Import what draws when it is first used: a sweep does not wait for matplotlib."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
