"""What became of a scenario."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tests.conformance.parsing import Scenario

PASSED, FAILED, UNDEFINED = "passed", "failed", "undefined"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one scenario; the last fields say where and why it failed."""

    file: str
    name: str
    line: int
    example: dict[str, str] | None
    outcome: str
    seconds: float
    kind: str = ""  # class of the failure, e.g. Mismatch
    step: str = ""
    step_line: int = 0
    message: str = ""
    row: Any = None
    expected: str | None = None
    got: str | None = None
    trace: str = ""  # where in the protocol an unexpected exception arose

    @property
    def key(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    @property
    def folder(self) -> str:
        """The first folder of the file, ``.`` at the root."""
        return self.file.split("/", 1)[0] if "/" in self.file else "."

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def outcome_of(scenario: Scenario, outcome: str, seconds: float, **why: Any) -> Outcome:
    """The outcome of a scenario."""
    return Outcome(
        file=scenario.file,
        name=scenario.name,
        line=scenario.line,
        example=scenario.example,
        outcome=outcome,
        seconds=round(seconds, 4),
        **why,
    )
