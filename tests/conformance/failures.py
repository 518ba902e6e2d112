"""Why a step fails."""

from __future__ import annotations


class StepFailed(Exception):
    """A step that did not hold; ``row``, ``expected`` and ``got`` go into the report."""

    def __init__(self, message: str, *, row: object = None, expected: object = None, got: object = None) -> None:
        self.row, self.expected, self.got = row, expected, got
        super().__init__(message)


class Mismatch(StepFailed):
    """A value that is not the expected one."""

    def __init__(self, what: str, expected: object, got: object, row: object = None) -> None:
        super().__init__(f"{what}: expected {expected}, got {got}", row=row, expected=expected, got=got)


class NotBuiltYet(StepFailed):
    """The step is known, but the exchange has nothing yet that could carry it out."""


class BadTable(StepFailed):
    """A table that is missing, empty, or whose headers or cells the step does not understand."""


def expect_equal(what: str, expected: object, got: object, row: object = None) -> None:
    """Fail unless both values are equal."""
    if expected != got:
        raise Mismatch(what, expected, got, row)


def expect_text(what: str, expected: str, got: object, row: object = None) -> None:
    """Fail unless the value, written out, is exactly the text."""
    if expected != str(got):
        raise Mismatch(what, expected, got, row)
