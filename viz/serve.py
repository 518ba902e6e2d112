"""Serves the page from this process, on this machine only, without telemetry."""

from __future__ import annotations

import os
import socket
import threading
import time
import webbrowser

MODEL_VARIABLE = "VEGA_MESA_MODEL"  # tells the page which model to open first,
NETWORK_VARIABLE = "VEGA_MESA_NETWORK"  # or which served network to visit
SETTINGS = {  # of Solara, read when it is imported
    "SOLARA_APP": "vega_mesa.viz.app",
    "SOLARA_CHECK_HOOKS": "off",  # it finds a harmless early return in Mesa's own page
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
}


def serve(model: str | None, *, network: str | None = None, host: str, port: int, open_browser: bool) -> None:
    """Serve until interrupted.

    Args:
        model: which to show first; None for the first of all.
        network: address of a served network to show instead of models.
        host: interface to listen on.
        port: TCP port.
        open_browser: open the page in the user's browser once it answers.
    """
    os.environ.update(SETTINGS)
    if model is not None:
        os.environ[MODEL_VARIABLE] = model
    if network is not None:
        os.environ[NETWORK_VARIABLE] = network
        os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "1h")  # a page that was lost follows the network no longer
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(host, port), daemon=True).start()
    import uvicorn
    from solara.server.starlette import app

    uvicorn.run(app, host=host, port=port, log_level="warning", ws="auto")


def is_free(host: str, port: int) -> bool:
    """Nobody listens there yet."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0


def _open_when_ready(host: str, port: int, patience: float = 60) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not is_free(host, port):
            webbrowser.open(f"http://{host}:{port}")
            return
        time.sleep(0.2)
