"""The Vega protocol, a whole derivatives exchange, inside a Mesa agent-based model."""

from pathlib import Path as _Path

if not (_Path(__file__).parent / "agents").is_dir():  # a checkout without links
    __path__.append(str(_Path(__file__).parent.parent))

__version__ = "0.1.0"
