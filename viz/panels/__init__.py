"""One panel a module: ``option`` (or ``rows``), which needs no browser, and a Solara component of the model."""
