"""Names of the protocol that may not exist yet."""

from __future__ import annotations

import importlib
from typing import Any

from tests.conformance.failures import NotBuiltYet


def protocol(module: str, name: str) -> Any:
    """A name of the protocol that may not exist yet.

    Raises:
        NotBuiltYet: it does not.
    """
    try:
        return getattr(importlib.import_module(f"vega_mesa.protocol.{module}"), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise NotBuiltYet(f"vega_mesa.protocol.{module}.{name} cannot be had yet: {error}") from error
