"""A page for each model and each agent, written from their docstrings whenever the pages are built."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from vega_mesa import agents
from vega_mesa.agents import control, price_processes
from vega_mesa.models import MODELS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MODELS_HEAD = """# Models

Whole experiments. Each names the question that it answers, runs from the command line with
`vega-mesa run NAME`, and takes your own agents with `extra_agents`.

"""
AGENTS_HEAD = """# Agents

Strategies, one a module, to play with and to copy from. They are ordinary Mesa agents: give one a model,
or name its class in `extra_agents` of any model. To write your own, start with
[the second notebook](../tutorial/2_your_own_agent.md).

"""


def question(kind: type) -> str:
    """The first paragraph of a docstring: of a model the question that it answers."""
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())


def write(path: Path, text: str) -> None:
    """Write a page, unless it says so already: Sphinx reads again what has changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def model_page(name: str, kind: type) -> str:
    """How to run a model, and what its class says."""
    return f"""# {name}

*{question(kind)}*

From the command line, and from Python:

```
vega-mesa run {name} --seed 7
vega-mesa viz {name}
```

```python
from vega_mesa.models import {kind.__name__}

model = {kind.__name__}(rng=7).run()
model.summary()
```

```{{eval-rst}}
.. autoclass:: {kind.__module__}.{kind.__name__}
   :no-members:
```
"""


def agent_page(kind: type) -> str:
    """What an agent's class says."""
    return f"""# {kind.__name__}

`from vega_mesa.agents import {kind.__name__}`

```{{eval-rst}}
.. autoclass:: {kind.__module__}.{kind.__name__}
   :members:
   :exclude-members: __init__
```
"""


def group_page(title: str, module: object) -> str:
    """A package that belongs to the agents: its own words, then each public name at the place where it is written."""
    package = str(module.__name__)  # type: ignore[attr-defined]
    named = [(name, getattr(module, name)) for name in module.__all__]  # type: ignore[attr-defined]
    lines = [f"{title}\n{'=' * len(title)}", "", f".. automodule:: {package}", "   :no-members:", ""]
    for name, value in named:
        place = inspect.getmodule(value) or module
        home = str(getattr(value, "__module__", None) or place.__name__)  # type: ignore[attr-defined]
        where = f"{home}.{name}" if hasattr(import_module(home), name) else f"{package}.{name}"
        directive = "autoclass" if isinstance(value, type) else "autofunction" if callable(value) else "autodata"
        lines += [f".. {directive}:: {where}", ""]
    return "\n".join(lines)


def table_of_contents(names: list[str]) -> str:
    """The pages below this one."""
    return "\n```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```\n"


def write_pages(app: Sphinx) -> None:
    """Write the pages of ``models/`` and ``agents/``; those of what is no longer there go."""
    root = Path(app.srcdir)
    strategies = [getattr(agents, name) for name in sorted(agents.__all__)]
    strategies = [thing for thing in strategies if isinstance(thing, type)]
    pages: dict[str, str] = {}
    rows = "".join(f"| [{name}]({name}.md) | {question(kind)} |\n" for name, kind in MODELS.items())
    head = MODELS_HEAD + "| model | the question |\n| --- | --- |\n" + rows
    pages["models/index.md"] = head + table_of_contents(list(MODELS))
    pages |= {f"models/{name}.md": model_page(name, kind) for name, kind in MODELS.items()}
    rows = "".join(f"| [{kind.__name__}]({kind.__name__}.md) | {question(kind)} |\n" for kind in strategies)
    rows += "| [Price processes](price_processes.rst) | prices from outside the market |\n"
    rows += "| [Control](control.rst) | solvers of the control problems behind the strategies |\n"
    head = AGENTS_HEAD + "| agent | what it does |\n| --- | --- |\n" + rows
    names = [kind.__name__ for kind in strategies]
    pages["agents/index.md"] = head + table_of_contents([*names, "price_processes", "control"])
    pages |= {f"agents/{kind.__name__}.md": agent_page(kind) for kind in strategies}
    pages["agents/price_processes.rst"] = group_page("Price processes", price_processes)
    pages["agents/control.rst"] = group_page("Control", control)
    for path, text in pages.items():
        write(root / path, text)
    for folder in ("models", "agents"):
        for page in (root / folder).iterdir():
            if f"{folder}/{page.name}" not in pages:
                page.unlink()


def setup(app: Sphinx) -> dict[str, object]:
    """Tell Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
