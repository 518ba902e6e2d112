"""What stands between the network and every request: how large a body may be, and how long an answer took."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

from vega_mesa.errors import MissingExtra
from vega_mesa.server.keys import EXTRA

try:
    from starlette.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
except ImportError as missing:
    raise MissingExtra(EXTRA) from missing

LARGEST_BODY: Final = 64 * 1024  # bytes


class PlainJSON(JSONResponse):
    """JSON in ASCII: whatever text came in, it can be told again."""

    def render(self, content: Any) -> bytes:
        """The bytes of an answer."""
        return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()


class BodyLimit:
    """Refuses a body that is too large, before anybody reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        more = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        while more:
            part = await receive()
            if part["type"] != "http.request":
                return
            body += part.get("body", b"")
            more = part.get("more_body", False)
            if len(body) > LARGEST_BODY:
                answer = PlainJSON({"detail": f"a body has at most {LARGEST_BODY} bytes"}, 413)
                await answer(scope, receive, send)
                return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)


class Measured:
    """Takes the time of every answer."""

    def __init__(self, app: ASGIApp, observe: Callable[[str, str, int, float], None]) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell its method, route, status and seconds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def listen(part: Message) -> None:
            nonlocal status
            if part["type"] == "http.response.start":
                status = part["status"]
            await send(part)

        try:
            await self.app(scope, receive, listen)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self.observe(scope["method"], route, status, time.perf_counter() - start)
