"""The Vega protocol, a whole derivatives exchange, inside a Mesa agent-based model."""

from pathlib import Path as _Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vega_mesa.agent import VegaAgent
    from vega_mesa.chain.null_chain import NullChain
    from vega_mesa.model import VegaModel

if not (_Path(__file__).parent / "agents").is_dir():  # a checkout without links
    __path__.append(str(_Path(__file__).parent.parent))

__version__ = "0.1.0"
__all__ = ["NullChain", "VegaAgent", "VegaModel", "__version__"]

_HOMES = {"NullChain": "chain.null_chain", "VegaAgent": "agent", "VegaModel": "model"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: who needs the exchange alone does not wait for Mesa."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
