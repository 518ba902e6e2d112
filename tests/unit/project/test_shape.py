"""The shape of the source: short modules, short functions, one tree of errors, examples that run."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vega_mesa
from vega_mesa import errors

ROOT = Path(__file__).parents[3]
PACKAGE = [ROOT / "vega_mesa", ROOT / "agents", ROOT / "models", ROOT / "viz"]
MODULE_LINES, BODY_LINES = 700, 60


def modules() -> Iterator[Path]:
    linked = {ROOT / "vega_mesa" / name for name in ("agents", "models", "viz")}
    for folder in PACKAGE:
        yield from (path for path in sorted(folder.rglob("*.py")) if not linked & set(path.parents))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_module_is_longer_than_a_reader_can_hold():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert not {name: length for name, length in lengths.items() if length > MODULE_LINES}


def test_no_function_is_longer_than_a_screen():
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > BODY_LINES:
                long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = body_lines(node)
    assert not long


def test_no_module_has_a_name_that_says_nothing():
    assert not [path for path in modules() if path.stem in {"utils", "util", "helpers", "common", "misc"}]


def test_the_drawing_of_the_errors_is_the_tree_of_the_classes():
    drawn, path = {}, []
    for line in inspect.getdoc(errors).splitlines():
        if found := re.match(r"^(\s*(?:[│ ]*[├└]── )?)([A-Z]\w+)(?:\s{2,}.*)?$", line):
            indent = len(found[1]) // 4 - 1
            path[indent:] = [found[2]]
            drawn[found[2]] = path[indent - 1] if indent else "Exception"
    classes = {
        name: next(base.__name__ for base in kind.__mro__[1:] if not base.__name__.startswith("_"))
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and not name.startswith("_")
    }
    assert drawn == classes


@pytest.mark.parametrize("folder", ["agents", "models", "viz"])
def test_the_folders_of_the_checkout_are_modules_of_the_package(folder):
    module = importlib.import_module(f"vega_mesa.{folder}")
    assert Path(module.__file__).resolve() == ROOT / folder / "__init__.py"


def test_every_module_imports_and_its_examples_hold():
    failed = {}
    for found in pkgutil.walk_packages(vega_mesa.__path__, "vega_mesa."):
        result = doctest.testmod(importlib.import_module(found.name))
        if result.failed:
            failed[found.name] = result
    assert not failed
