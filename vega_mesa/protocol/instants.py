"""Instants as text: RFC 3339, nanosecond precision."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
SECOND: Final = 1_000_000_000


def parse_instant(text: str) -> int:
    """Read ``2024-03-01T12:00:00Z``; nanoseconds since 1970.

    Raises:
        ValueError: the text is not an RFC 3339 instant.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(f'parsing time "{text}" as RFC 3339: cannot parse')
    day, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone == 'Z' else zone}")
        seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    except (ValueError, OverflowError) as error:
        raise ValueError(f'parsing time "{text}" as RFC 3339: {error}') from None
    return seconds * SECOND + int((fraction or "").ljust(9, "0"))
