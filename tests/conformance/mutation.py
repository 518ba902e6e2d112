"""One expected number changed: a scenario that still passes then does not compare what it says."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.conformance.parsing import Scenario, Step
from tests.conformance.registry import REGISTRY, StepDefinition
from tests.conformance.tables import Headers

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expected number stands: in a cell (row and column of the table) or in a capture of the text."""

    step: int
    row: int = -1
    column: int = -1
    capture: int = -1


@dataclass(frozen=True, slots=True)
class Mutation:
    """A scenario with one number changed."""

    scenario: Scenario
    step: Step
    change: str


def mutate(scenario: Scenario, seed: int) -> Mutation | None:
    """Change one expected number, chosen by the seed; None when the scenario compares no number."""
    places = list(expected_numbers(scenario))
    if not places:
        return None
    choice = random.Random(f"{seed} {scenario.key}")
    place = choice.choice(places)
    step = scenario.steps[place.step]
    before = read(step, place)
    after = another_number(before, set(numbers_in(scenario)), choice)
    return Mutation(
        scenario.with_step(place.step, write(step, place, after)), step, f"{before} changed to {after} ({step.text})"
    )


def expected_numbers(scenario: Scenario) -> Iterator[Place]:
    """Every place whose number the scenario's assertions compare."""
    for index, step in enumerate(scenario.steps):
        found = REGISTRY.find(step.text)
        if found is None:
            continue
        definition, captured = found
        for capture in definition.captures:
            if NUMBER.fullmatch(captured[capture]):
                yield Place(index, capture=capture)
        yield from _cells(index, step, definition)


def _cells(index: int, step: Step, definition: StepDefinition) -> Iterator[Place]:
    headers: Headers | None = definition.headers
    if headers is None or not definition.expects or not step.table:
        return
    rows = headers.read(step.table)
    names = step.table[0]
    for row, name in definition.compared_cells(rows):
        column = len(names) - 1 - names[::-1].index(name)  # of two equal headers the last one counts
        if NUMBER.fullmatch(step.table[row + 1][column]):
            yield Place(index, row=row, column=column)


def read(step: Step, place: Place) -> str:
    """The number at a place."""
    if place.capture < 0:
        assert step.table is not None
        return step.table[place.row + 1][place.column]
    found = REGISTRY.find(step.text)
    assert found is not None
    return found[1][place.capture]


def write(step: Step, place: Place, number: str) -> Step:
    """The step with another number at a place."""
    if place.capture >= 0:
        found = REGISTRY.find(step.text)
        assert found is not None
        match = found[0].regex.search(step.text)
        assert match is not None
        start, end = match.span(place.capture + 1)
        return replace(step, text=step.text[:start] + number + step.text[end:])
    assert step.table is not None
    rows = [list(row) for row in step.table]
    rows[place.row + 1][place.column] = number
    return replace(step, table=tuple(tuple(row) for row in rows))


def another_number(number: str, taken: set[str], choice: random.Random) -> str:
    """A number that differs in its last digits and occurs nowhere else, so that no other fact can fit it."""
    whole, point, fraction = number.lstrip("-").partition(".")
    sign = "-" if number.startswith("-") else ""
    digits = int(whole + fraction)
    for _ in range(1000):
        digits += choice.randint(1, 9)
        text = str(digits).rjust(len(fraction) + 1, "0")
        after = sign + (f"{text[: -len(fraction)]}.{text[-len(fraction) :]}" if point else text)
        if after not in taken:
            return after
    raise AssertionError(f"no other number for {number}")


def numbers_in(scenario: Scenario) -> Iterator[str]:
    """Every number in the scenario."""
    for step in scenario.steps:
        yield from (match[0] for match in NUMBER.finditer(step.text))
        for row in step.table or ():
            yield from row
