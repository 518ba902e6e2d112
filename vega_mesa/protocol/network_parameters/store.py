"""The current value of every network parameter, and who still has to hear of a change (0054-NETP).

The store does not know its listeners. After :meth:`NetworkParameters.set` the owner takes the names in
:meth:`NetworkParameters.take_changed` and hands the values to the engines that use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from vega_mesa.errors import ConfigError, UnknownParameter
from vega_mesa.protocol.arithmetic import exact
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.network import NetworkParameterUpdated
from vega_mesa.protocol.instants import parse_instant
from vega_mesa.protocol.network_parameters.json_rules import complaint, completed
from vega_mesa.protocol.network_parameters.table import ENGINE_VALUES, PARAMETERS, Parameter, ParameterType
from vega_mesa.protocol.network_parameters.values import Value, holds, parse, read_bound, show
from vega_mesa.protocol.refusal import Refused

_ZEROS: Final = {
    ParameterType.DURATION: "0s",
    ParameterType.DECIMAL: "0",
    ParameterType.UINT: "0",
    ParameterType.INT: "0",
    ParameterType.STRING: "",
}
__all__ = ["NetworkParameters", "Value"]


class NetworkParameters:
    """All 209 parameters of the network.

    Args:
        defaults: True, a network: every parameter has its default from the start and all are dispatched at genesis.
            False, engines wired without a network: the store validates against the defaults, but until a parameter is
            set its reader gets what an engine is constructed with, mostly zero.
        bus: where NetworkParameterUpdated is sent, when given.
    """

    def __init__(self, *, defaults: bool = True, bus: EventBus | None = None) -> None:
        self._defaults = defaults
        self._bus = bus
        self._texts: dict[str, str] = {}  # only what was set
        self._cache: dict[str, Value] = {}
        self.changed: list[str] = []
        """Names set since the last :meth:`take_changed`, each once, in the order of first change."""

    # -- reading ---------------------------------------------------------------------------------------------------

    def is_set(self, name: str) -> bool:
        """Whether the parameter has been dispatched: always on a network, after the first ``set`` elsewhere."""
        _row(name)
        return self._defaults or name in self._texts

    def get(self, name: str) -> Value:
        """The value in its type: duration int ns, decimal Decimal, uint and int int, string str, JSON dict (read only).

        Raises:
            UnknownParameter: no parameter has this name.
        """
        value = self._cache.get(name)
        if value is None:
            row = _row(name)
            value = parse(row.type, self._text_in_use(row))
            if isinstance(value, dict):
                value = completed(name, value)
            self._cache[name] = value
        return value

    def duration(self, name: str) -> int:
        """A duration, nanoseconds."""
        value = self.get(name)
        assert isinstance(value, int), name
        return value

    def integer(self, name: str) -> int:
        """A uint or int."""
        value = self.get(name)
        assert isinstance(value, int), name
        return value

    def decimal(self, name: str) -> Decimal:
        """A decimal."""
        value = self.get(name)
        assert isinstance(value, Decimal), name
        return value

    def string(self, name: str) -> str:
        """A string."""
        value = self.get(name)
        assert isinstance(value, str), name
        return value

    def json(self, name: str) -> dict[str, Any]:
        """A JSON object; do not change it."""
        value = self.get(name)
        assert isinstance(value, dict), name
        return value

    def text(self, name: str) -> str:
        """The stored text of a parameter; its default when it was never set."""
        row = _row(name)
        return self._texts.get(name, row.default)

    def all(self) -> dict[str, str]:
        """Every parameter's text, ascending by name."""
        return {name: self._texts.get(name, row.default) for name, row in PARAMETERS.items()}

    # -- changing --------------------------------------------------------------------------------------------------

    def set(self, name: str, text: str) -> None:
        """Validate against the rules and the current values, store, and remember as changed.

        Raises:
            UnknownParameter: no parameter has this name.
            ConfigError: a rule is broken; ``expected`` carries all complaints in the network's words.
        """
        problems = self.problems(name, text)
        if problems:
            raise ConfigError(name, text, ", ".join(problems))
        self._store(name, text)
        if name not in self.changed:
            self.changed.append(name)

    def load(self, texts: Mapping[str, str]) -> None:
        """Take the values of a genesis: store all, then validate all together, then count all as changed.

        Raises:
            UnknownParameter, ConfigError: as :meth:`set`; nothing is kept then.
        """
        for name, text in texts.items():
            try:
                parse(_row(name).type, text)
            except ValueError as error:
                raise ConfigError(name, text, str(error)) from None
        before, self._texts = self._texts, {**self._texts, **texts}
        self._cache = {}
        for name, text in self.all().items():
            problems = self.problems(name, text)
            if problems:
                self._texts, self._cache = before, {}
                raise ConfigError(name, text, ", ".join(problems))
        self.changed = list(PARAMETERS)

    def take_changed(self) -> list[str]:
        """The names changed since the last time, ascending: dispatch them in this order."""
        names, self.changed = sorted(self.changed), []
        return names

    # -- rules -----------------------------------------------------------------------------------------------------

    def validate(self, name: str, text: str) -> None:
        """Refuse what a proposal may not set.

        Raises:
            Refused: ``unknown key``, or ``unable to validate K: …`` with every rule that is broken.
        """
        if name not in PARAMETERS:
            raise Refused("unknown key")
        problems = self.problems(name, text)
        if problems:
            raise Refused(f"unable to validate {name}: {', '.join(problems)}")

    @exact
    def problems(self, name: str, text: str) -> list[str]:
        """Every rule that a text would break, in the network's words."""
        row = _row(name)
        try:
            value = parse(row.type, text)
        except ValueError as error:
            return [str(error)]
        if isinstance(value, dict):
            error_text = complaint(name, value)
            return [error_text] if error_text else []
        if isinstance(value, str):
            return _string_problems(name, value)
        return [problem for word in row.bounds if (problem := self._broken(row.type, value, word))]

    def _broken(self, type: ParameterType, value: int | Decimal, word: str) -> str | None:
        bound = read_bound(word)
        limit = parse(type, bound.constant or self.text(bound.other))
        assert isinstance(limit, (int, Decimal))
        if bound.factor:
            limit = Decimal(bound.factor) * limit
        if holds(bound.operator, value, limit):
            return None
        source = f" ({bound.other} * {bound.factor})" if bound.factor else f" ({bound.other})" if bound.other else ""
        return f"expect {bound.operator} {show(type, limit)}{source} got {show(type, value)}"

    def _store(self, name: str, text: str) -> None:
        self._texts[name] = text
        self._cache.pop(name, None)
        if self._bus is not None:
            self._bus.send(NetworkParameterUpdated, name=name, value=text)

    def _text_in_use(self, row: Parameter) -> str:
        if row.name in self._texts:
            return self._texts[row.name]
        if self._defaults or (row.type is ParameterType.JSON and row.name not in ENGINE_VALUES):
            return row.default
        return ENGINE_VALUES.get(row.name, _ZEROS.get(row.type, row.default))


def _row(name: str) -> Parameter:
    row = PARAMETERS.get(name)
    if row is None:
        raise UnknownParameter("network parameter", name, "a name as on the network, e.g. validators.epoch.length")
    return row


def _string_problems(name: str, value: str) -> list[str]:
    if name == "spam.pow.hashFunction" and value != "sha3_24_rounds":
        return ["Spam Proof of Work hash function must be SHA3"]
    if name.endswith(".proposeEnabledFrom") and value:
        try:
            parse_instant(value)
        except ValueError as error:
            return [str(error)]
    return []
