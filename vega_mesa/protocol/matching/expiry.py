"""Orders that expire, by time and, at equal times, in the order in which they were entered (0014-ORDT)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort


class ExpiringOrders:
    """Ids by the time at which they expire. Serves orders and stop orders alike."""

    __slots__ = ("_times", "_ids")

    def __init__(self) -> None:
        self._times: list[int] = []
        self._ids: dict[int, dict[str, None]] = {}

    def insert(self, order_id: str, expires_at: int) -> None:
        """Enter an id; ``expires_at`` in ns, > 0."""
        ids = self._ids.get(expires_at)
        if ids is None:
            self._ids[expires_at] = {order_id: None}
            insort(self._times, expires_at)
        else:
            ids[order_id] = None

    def remove(self, order_id: str, expires_at: int) -> bool:
        """Take an id out, if it is there at this time; says whether it was."""
        ids = self._ids.get(expires_at)
        if ids is None or order_id not in ids:
            return False
        del ids[order_id]
        if not ids:
            del self._ids[expires_at]
            del self._times[bisect_left(self._times, expires_at)]
        return True

    def expire(self, now: int) -> list[str]:
        """Take out the ids that expire at or before ``now`` (ns), earliest first, then in order of entry."""
        if not self._times or self._times[0] > now:
            return []
        due = bisect_right(self._times, now)
        expired = [order_id for time in self._times[:due] for order_id in self._ids.pop(time)]
        del self._times[:due]
        return expired

    def __len__(self) -> int:
        return sum(len(ids) for ids in self._ids.values())
