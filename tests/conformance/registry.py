"""The steps: patterns in the order of their registration, searched in the text; the first that matches wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.tables import Headers, Row

Place = tuple[int, str]  # row of data, column
Chooser = Callable[[Sequence[Row]], Iterable[Place]]


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One pattern and what it does.

    Args:
        pattern: a regular expression, searched and not anchored.
        function: called with the world, the captures and, if ``headers`` is set, the rows.
        headers: the table that the step takes; without it a table that is given is ignored.
        expects: columns whose numbers the step compares, or a function that lists the compared cells.
        captures: indices of captures whose number the step compares.
        keeps: only stores something that outlives the scenario.
    """

    pattern: str
    function: Callable[..., None]
    headers: Headers | None = None
    expects: tuple[str, ...] | Chooser = ()
    captures: tuple[int, ...] = ()
    keeps: bool = False
    regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "regex", re.compile(self.pattern))

    def compared_cells(self, rows: Sequence[Row]) -> list[Place]:
        """Cells whose change must make the step fail, if they are numbers."""
        if callable(self.expects):
            return list(self.expects(rows))
        return [(i, name) for i, row in enumerate(rows) for name in self.expects if row.has(name)]


class Registry:
    """All known steps."""

    def __init__(self) -> None:
        self.definitions: list[StepDefinition] = []
        self._found: dict[str, tuple[StepDefinition, tuple[str, ...]] | None] = {}

    def step(
        self,
        pattern: str,
        headers: Headers | None = None,
        *,
        expects: str | Chooser = "",
        captures: tuple[int, ...] = (),
        keeps: bool = False,
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register a function under a pattern; a function may bear several."""

        def register(function: Callable[..., None]) -> Callable[..., None]:
            columns = tuple(expects.split(", ")) if isinstance(expects, str) and expects else expects or ()
            if headers is not None and isinstance(columns, tuple):
                unknown = set(columns) - set(headers.columns)
                assert not unknown, f"{pattern}: {sorted(unknown)} are no columns"
            self.add(StepDefinition(pattern, function, headers, columns, captures, keeps))
            return function

        return register

    def add(self, definition: StepDefinition) -> None:
        """Append a step."""
        self.definitions.append(definition)
        self._found.clear()

    def find(self, text: str) -> tuple[StepDefinition, tuple[str, ...]] | None:
        """The first step whose pattern occurs in the text, and what it captures."""
        if text not in self._found:
            self._found[text] = next(
                (
                    (definition, match.groups())
                    for definition in self.definitions
                    if (match := definition.regex.search(text))
                ),
                None,
            )
        return self._found[text]

    def run(self, text: str, table: Sequence[Sequence[str]] | None, world: Any) -> None:
        """Carry out the step with this text.

        Raises:
            LookupError: no pattern matches.
        """
        found = self.find(text)
        if found is None:
            raise LookupError(f"undefined step: {text}")
        definition, captured = found
        if definition.headers is None:
            definition.function(world, *captured)
        else:
            definition.function(world, *captured, definition.headers.read(table))


REGISTRY = Registry()
step = REGISTRY.step
