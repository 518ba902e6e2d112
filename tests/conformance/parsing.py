"""Feature files to scenarios, by the official parser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a scenario: its text with placeholders filled in, and its table."""

    text: str
    line: int
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One runnable scenario: background first, one example row at most."""

    file: str  # relative to the folder of features, with slashes
    name: str
    line: int
    example: dict[str, str] | None
    tags: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def folder(self) -> str:
        """The first folder below the root, ``.`` for a file at the root."""
        return self.file.split("/", 1)[0] if "/" in self.file else "."

    @property
    def key(self) -> str:
        """What identifies the scenario in lists: file and line (of the example row)."""
        return f"{self.file}:{self.line}"

    def with_step(self, index: int, step: Step) -> Scenario:
        """The same scenario with one step replaced."""
        return replace(self, steps=(*self.steps[:index], step, *self.steps[index + 1 :]))


def find_features(root: Path, folders: list[str]) -> list[Path]:
    """The feature files below the folders (or the named files), in byte order of their paths."""
    starts = [root / folder for folder in folders] or [root]
    missing = [str(start) for start in starts if not start.exists()]
    if missing:
        raise FileNotFoundError(f"no such folder: {', '.join(missing)}")
    found = {path for start in starts for path in ([start] if start.is_file() else start.rglob("*.feature"))}
    return sorted(found, key=lambda path: path.relative_to(root).as_posix().encode())


def read_feature(root: Path, path: Path) -> list[Scenario]:
    """The scenarios of one file, in order; none for a file without a feature."""
    return parse_feature(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())


def parse_feature(source: str, file: str) -> list[Scenario]:
    """The scenarios in a text."""
    document: Any = Parser().parse(source)
    if not document.get("feature"):
        return []
    document["uri"] = file
    lines, examples = _index(document["feature"])
    return [_scenario(pickle, file, lines, examples) for pickle in Compiler().compile(document)]


def _scenario(pickle: Any, file: str, lines: dict[str, int], examples: dict[str, dict[str, str]]) -> Scenario:
    last = pickle["astNodeIds"][-1]
    return Scenario(
        file=file,
        name=pickle["name"],
        line=lines[last],
        example=examples.get(last),
        tags=tuple(tag["name"] for tag in pickle["tags"]),
        steps=tuple(_step(step, lines) for step in pickle["steps"]),
    )


def _step(step: Any, lines: dict[str, int]) -> Step:
    rows = step.get("argument", {}).get("dataTable", {}).get("rows")
    table = tuple(tuple(cell["value"] for cell in row["cells"]) for row in rows) if rows else None
    return Step(step["text"], lines[step["astNodeIds"][0]], table)


def _index(feature: Any) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """Lines by node id, and example rows by node id."""
    lines: dict[str, int] = {}
    examples: dict[str, dict[str, str]] = {}
    pending = list(feature["children"])
    while pending:
        child = pending.pop()
        pending.extend(child.get("rule", {}).get("children", ()))
        node = child.get("background") or child.get("scenario")
        if not node:
            continue
        lines[node["id"]] = node["location"]["line"]
        for step in node["steps"]:
            lines[step["id"]] = step["location"]["line"]
        for block in node.get("examples", ()):
            header = [cell["value"] for cell in block.get("tableHeader", {}).get("cells", ())]
            for row in block.get("tableBody", ()):
                lines[row["id"]] = row["location"]["line"]
                examples[row["id"]] = dict(zip(header, (cell["value"] for cell in row["cells"]), strict=True))
    return lines, examples
