"""The list of scenarios that pass: it may only grow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.conformance.outcome import PASSED, Outcome

HERE = Path(__file__).parent


def list_path(*, perps: bool) -> Path:
    """The list of the normal run, or of the run with perpetuals."""
    return HERE / ("passing-perps.txt" if perps else "passing.txt")


def read_list(path: Path) -> dict[str, str]:
    """Keys of the scenarios that must pass, with their names; empty when there is no list."""
    if not path.exists():
        return {}
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return {key: name for key, _, name in (line.partition("\t") for line in lines)}


def write_list(path: Path, outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Store what passes now, keep what was not run; returns how many were added and how many taken away."""
    before = read_list(path)
    after = dict(before)
    for outcome in outcomes:
        after.pop(outcome.key, None)
        if outcome.outcome == PASSED:
            after[outcome.key] = outcome.name
    lines = [f"{key}\t{after[key]}" for key in sorted(after, key=_order)]
    header = "# Scenarios that pass: file, line, name. Written by python -m tests.conformance DIR --update-passing\n"
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return len(after.keys() - before.keys()), len(before.keys() - after.keys())


def _order(key: str) -> tuple[str, int]:
    file, _, line = key.rpartition(":")
    return file, int(line)


def regressions(path: Path, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Listed scenarios that were run and do not pass."""
    listed = read_list(path)
    return [outcome for outcome in outcomes if outcome.key in listed and outcome.outcome != PASSED]
