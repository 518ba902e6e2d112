"""``vega-mesa serve``: a model's network, for agents and people to join."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from vega_mesa.errors import MissingExtra, UsageError
from vega_mesa.server.keys import EXTRA
from vega_mesa.server.network import ServedNetwork
from vega_mesa.server.rest import create_app

LARGEST_NEWS: Final = 64 * 1024  # bytes of a message that a WebSocket takes

FOR_ANYBODY: Final = {
    "spam.protection.proposal.min.tokens": "1",
    "spam.protection.voting.min.tokens": "1",
}
"""Network parameters of a served network: with one token, anybody proposes and votes."""


def serve(network: ServedNetwork, *, host: str = "127.0.0.1", port: int = 8000, quiet: bool = False) -> None:
    """Serve a network until somebody ends it (Ctrl-C); then let go of its database.

    Args:
        host: the interface to listen on; only this machine reaches the default.

    Raises:
        MissingExtra: uvicorn is not installed.
    """
    try:
        import uvicorn
    except ImportError as missing:
        raise MissingExtra(EXTRA) from missing
    try:
        uvicorn.run(
            create_app(network), host=host, port=port, log_level="warning" if quiet else "info", access_log=False,
            ws_max_size=LARGEST_NEWS, timeout_graceful_shutdown=2,
        )  # fmt: skip
    finally:
        network.close()


def check_address(host: str, port: int, speed: float) -> None:
    """Before a network is made: whether it can be served.

    Raises:
        UsageError: somebody listens there, no such interface, or no such speed.
    """
    if not 0 < speed <= 1e6:
        raise UsageError(f"--speed: {speed:g} is not a positive number")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise UsageError(f"--port: cannot listen on {host}:{port} ({error.strerror}), choose another") from None


def is_local(host: str) -> bool:
    """Whether only this machine reaches the interface."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
