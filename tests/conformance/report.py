"""What is printed and what is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.outcome import FAILED, PASSED, UNDEFINED, Outcome


def by_folder(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each folder."""
    folders: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        folders.setdefault(outcome.folder, Counter())[outcome.outcome] += 1
    width = max((len(name) for name in folders), default=0)
    lines = []
    for name, counts in sorted(folders.items()):
        total = counts.total()
        share = 100 * counts[PASSED] / total
        lines.append(
            f"{name:<{width}}  {counts[PASSED]:>4} of {total:>4} passed {share:>6.1f} %"
            + (f"  {counts[UNDEFINED]} undefined" if counts[UNDEFINED] else "")
        )
    return lines


def failure(outcome: Outcome) -> str:
    """A failed scenario in a few lines."""
    text = f"{outcome.outcome.upper()} {outcome.key} {outcome.name}\n    {outcome.step_line}: {outcome.step}"
    text += f"\n    {outcome.kind}: {outcome.message}"
    if outcome.row:
        text += f"\n    row: {outcome.row}"
    if outcome.trace:
        text += f"\n    at: {outcome.trace}"
    return text


def causes(outcomes: Sequence[Outcome], most: int = 25) -> list[str]:
    """The most frequent reasons of failure."""
    counts = Counter(f"{o.kind}: {o.message[:110]}" for o in outcomes if o.outcome != PASSED)
    return [f"{count:>5}  {cause}" for cause, count in counts.most_common(most)]


def total(outcomes: Sequence[Outcome]) -> str:
    """The last line."""
    counts = Counter(outcome.outcome for outcome in outcomes)
    return f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[UNDEFINED]} undefined"


def write_json(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Every scenario with its outcome."""
    document = {
        "total": dict(Counter(outcome.outcome for outcome in outcomes)),
        "scenarios": [outcome.as_json() for outcome in outcomes],
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
