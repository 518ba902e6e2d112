"""From words on the command line to the keyword parameters of a model."""

from __future__ import annotations

import difflib
import inspect
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from vega_mesa.errors import ConfigError, UnknownParameter, UsageError
from vega_mesa.experiments.sweep import is_of_network, keywords
from vega_mesa.protocol.network_parameters import PARAMETERS

NONE_WORDS = ("none", "null")
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def choose(name: str, known: Mapping[str, type]) -> type:
    """The model of this name.

    Raises:
        UsageError: there is none; the message names the nearest and all.
    """
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    raise UsageError(f"unknown model {name!r}{hint} (models: {', '.join(known)})")


def parameters_of(kind: type[Any]) -> dict[str, inspect.Parameter]:
    """The keyword parameters that a model can be given, with evaluated annotations."""
    hints = get_type_hints(getattr(kind, "__init__"))  # noqa: B009 - mypy: of the class, not of an instance
    return {
        name: parameter.replace(annotation=hints.get(name, inspect.Parameter.empty))
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.kind in {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    }


def one_value(kind: type, pairs: Iterable[str]) -> dict[str, Any]:
    """Read ``key=value`` pairs for one run; keys with dots are network parameters.

    Raises:
        UsageError: a pair without an equals sign.
        UnknownParameter: the model or the network has no such parameter.
        ConfigError: the value does not read as the parameter's type.
    """
    known = parameters_of(kind)
    return keywords({name: _read(known, kind, name, text) for name, text in _split(pairs)})


def many_values(kind: type, pairs: Iterable[str]) -> dict[str, list[Any]]:
    """Read ``key=value,value,...`` pairs for a sweep; raises as :func:`one_value`. Network parameters stay texts."""
    known = parameters_of(kind)
    return {name: [_read(known, kind, name, part) for part in text.split(",")] for name, text in _split(pairs)}


def need(kind: type, name: str, option: str) -> None:
    """Insist that a model has the parameter that an option of the command line sets.

    Raises:
        UsageError: it has not.
    """
    if name not in parameters_of(kind):
        raise UsageError(f"{option}: {kind.__name__} has no parameter {name!r}")


def existing(path: Path, option: str) -> Path:
    """Insist that a file is there.

    Raises:
        UsageError: it is not, or is a folder.
    """
    if not path.is_file():
        raise UsageError(f"{option}: no file {str(path)!r}")
    return path


def _split(pairs: Iterable[str]) -> Iterable[tuple[str, str]]:
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--param {pair!r}: expected key=value")
        name = name.strip()
        yield name if is_of_network(name) else name.replace("-", "_"), text.strip()


def _read(known: Mapping[str, inspect.Parameter], kind: type, name: str, text: str) -> Any:
    if is_of_network(name):
        return _of_network(known, kind, name, text)
    if name not in known:
        raise UnknownParameter(f"parameter of {kind.__name__}", name, f"one of {', '.join(known)}")
    parameter = known[name]
    wanted = parameter.annotation
    if wanted is inspect.Parameter.empty and parameter.default is not inspect.Parameter.empty:
        wanted = type(parameter.default)
    return _parse(wanted, f"{kind.__name__}.{name}", text)


def _of_network(known: Mapping[str, inspect.Parameter], kind: type, name: str, text: str) -> str:
    if "network_parameters" not in known:
        raise UsageError(f"--param {name}: {kind.__name__} has no parameter 'network_parameters'")
    if name not in PARAMETERS:
        near = difflib.get_close_matches(name, PARAMETERS, n=1)
        expected = f"e.g. {near[0]}" if near else "a name as on the network, e.g. validators.epoch.length"
        raise UnknownParameter("network parameter", name, expected)
    return text.strip()


def _parse(wanted: Any, field: str, text: str) -> Any:
    """Read a text as the first of the annotated types that it fits."""
    if get_origin(wanted) is Literal:
        return _chosen(wanted, field, text)
    options = get_args(wanted) if get_origin(wanted) in {Union, types.UnionType} else (wanted,)
    if type(None) in options and text.lower() in NONE_WORDS:
        return None
    for option in sorted((o for o in options if o in READERS), key=list(READERS).index):
        try:
            return READERS[option](text)
        except (ValueError, InvalidOperation):
            continue
    if any(o not in READERS and o is not type(None) for o in options):
        raise ConfigError(field, text, "a value set from Python, not from the command line")
    raise ConfigError(field, text, " or ".join(WORDS[o] for o in options))


def _chosen(wanted: Any, field: str, text: str) -> Any:
    choices = get_args(wanted)
    for choice in choices:
        if str(choice) == text:
            return choice
    raise ConfigError(field, text, f"one of {', '.join(map(str, choices))}")


def _flag(text: str) -> bool:
    word = text.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(text)


def _whole(text: str) -> int:
    return int(text.replace("_", ""))


READERS: dict[Any, Any] = {bool: _flag, int: _whole, Decimal: Decimal, float: float, Path: Path, str: str}
WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    Decimal: "a decimal number",
    float: "a number",
    Path: "a path",
    str: "a text",
    type(None): "none",
}
