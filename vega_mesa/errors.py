"""Mistakes of a caller, and broken invariants, as one tree of exceptions.

What the protocol *refuses* (no margin, a post-only order that would trade) is not here: that is a result with a
reason, see :class:`vega_mesa.protocol.refusal.Refused`. The tree, which a test compares with the classes::

    VegaMesaError
    ├── UsageError              a call that cannot be understood
    │   ├── UnknownMarket
    │   ├── UnknownAsset
    │   ├── UnknownParty
    │   ├── UnknownOrder
    │   ├── InvalidAmount
    │   ├── InvalidCommand
    │   └── InvalidTime
    ├── ConfigError             a parameter of a market, network or scenario out of its range
    │   ├── UnknownParameter
    │   └── Unsupported
    ├── StoreError              a file or snapshot that cannot be read
    │   ├── InvalidSnapshot
    │   ├── InvalidPriceFile
    │   └── ReplayDiverged
    ├── MissingExtra            an optional dependency is not installed
    └── InvariantBroken         a defect of this package: never caught inside it
"""

from __future__ import annotations


class VegaMesaError(Exception):
    """Root of every exception that this package raises on purpose."""


class UsageError(VegaMesaError):
    """A call that cannot be understood; nothing has changed."""


class _UnknownName(UsageError):
    kind = "name"

    def __init__(self, name: object, known: object = ()) -> None:
        self.name = name
        self.known = tuple(str(k) for k in known)  # type: ignore[attr-defined]
        hint = f"; known: {', '.join(self.known[:12])}" if self.known else ""
        super().__init__(f"unknown {self.kind} {name!r}{hint}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.name, self.known)


class UnknownMarket(_UnknownName):
    """No market has this id or name."""

    kind = "market"


class UnknownAsset(_UnknownName):
    """No asset has this id or symbol."""

    kind = "asset"


class UnknownParty(_UnknownName):
    """No party has this key."""

    kind = "party"


class UnknownOrder(_UnknownName):
    """No live order has this id."""

    kind = "order"


class InvalidAmount(UsageError):
    """An amount, price or size that is negative, not finite or finer than the asset's or market's decimals."""


class InvalidCommand(UsageError):
    """A command of the wrong type, or one that does not parse."""


class InvalidTime(UsageError):
    """A time before the clock, or a duration that is not positive."""


class ConfigError(VegaMesaError):
    """A parameter out of its range; names the field, the value and what is legal."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field, self.value, self.expected = field, value, expected
        super().__init__(f"{field}: {value!r} is not valid, expected {expected}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.field, self.value, self.expected)


class UnknownParameter(ConfigError):
    """No parameter has this name."""


class Unsupported(ConfigError):
    """A definition that is valid on the network but that this version cannot build yet."""


class StoreError(VegaMesaError):
    """A file or snapshot that cannot be read."""


class InvalidSnapshot(StoreError):
    """The bytes are not a snapshot of this version."""


class InvalidPriceFile(StoreError):
    """The file has no timestamp or close column, or no usable row."""


class ReplayDiverged(StoreError):
    """A replay reached another state than the run that it repeats."""


class MissingExtra(VegaMesaError):
    """An optional dependency is missing; the message is the command that installs it."""


class InvariantBroken(VegaMesaError):
    """A defect of this package: money appeared, a book crossed. Never caught inside the package."""
