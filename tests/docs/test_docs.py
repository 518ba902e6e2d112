"""The pages build without a warning, notebooks and all, and leave no model or agent out."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from vega_mesa import agents
from vega_mesa.models import MODELS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((DOCS / "tutorial").glob("[1-5]_*.md"))
EXECUTED = [*NOTEBOOKS, DOCS / "tutorial" / "stylised_facts.md"]
TOOLS = ("sphinx", "myst_nb", "pydata_sphinx_theme")
STRATEGIES = [name for name in agents.__all__ if isinstance(getattr(agents, name), type)]
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="no pages in this distribution")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if any(importlib.util.find_spec(tool) is None for tool in TOOLS):
        pytest.skip("the tools of the docs are not installed: make docs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", str(folder / "doctrees")]
    # Cells run with `make docs`; here the pages are only put together.
    command += ["-D", "nb_execution_mode=off", "-D", "suppress_warnings=ref.python,myst-nb.lexer"]
    done = subprocess.run([*command, str(DOCS), str(folder / "html")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages that are written from docstrings, before Sphinx sees them."""
    specification = importlib.util.spec_from_file_location("catalogue", DOCS / "_extensions" / "catalogue.py")
    catalogue = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(catalogue)
    folder = tmp_path_factory.mktemp("pages")
    catalogue.write_pages(SimpleNamespace(srcdir=folder))
    return folder


def test_a_page_is_written_for_every_model_and_agent_and_stands_in_the_contents(pages):
    for folder, names in (("models", list(MODELS)), ("agents", STRATEGIES)):
        contents = (pages / folder / "index.md").read_text()
        for name in names:
            assert (pages / folder / f"{name}.md").is_file()
            assert f"({name}.md)" in contents
            assert f"\n{name}\n" in contents


def test_every_model_asks_a_question(pages):
    for name in MODELS:
        question = (pages / "models" / f"{name}.md").read_text().split("\n")[2]
        assert question.endswith("?*"), question


@pytest.mark.slow
@pytest.mark.xdist_group("docs")
def test_every_model_has_a_page_with_its_question_and_parameters(site):
    for name, kind in MODELS.items():
        page = (site / "models" / f"{name}.html").read_text()
        assert f"{kind.__module__}.{kind.__name__}" in page, name
        assert "num_steps" in page, name
        assert f"vega-mesa run {name}" in re.sub("<[^>]*>", "", page), name


@pytest.mark.slow
@pytest.mark.xdist_group("docs")
def test_every_agent_has_a_page(site):
    assert STRATEGIES
    for name in STRATEGIES:
        page = (site / "agents" / f"{name}.html").read_text()
        assert f"{getattr(agents, name).__module__}.{name}" in page, name


@pytest.mark.slow
@pytest.mark.xdist_group("docs")
def test_the_actions_of_an_agent_are_in_the_reference(site):
    page = (site / "reference" / "actions.html").read_text()
    for name in ("submit_order", "commit_liquidity", "propose_market", "vote", "withdraw", "associate", "best_bid"):
        assert f".{name}" in page, name


def test_there_are_five_notebooks_and_each_ends_with_exercises_and_hidden_solutions():
    assert len(NOTEBOOKS) == 5
    for notebook in NOTEBOOKS:
        exercises = notebook.read_text().partition("## Exercises")[2]
        asked = len(re.findall(r"^\*\*\d\.\*\*", exercises, re.MULTILINE))
        assert exercises.count(":tags: [hide-cell]") == asked > 1, notebook


@pytest.mark.slow
@pytest.mark.parametrize("notebook", EXECUTED, ids=lambda path: path.stem)
def test_the_cells_of_a_notebook_run(notebook):
    cells = re.findall(r"^```\{code-cell\}\n(?::tags:.*\n)?(.*?)^```$", notebook.read_text(), re.DOTALL | re.MULTILINE)
    assert len(cells) > 4
    script = "\n".join(["import matplotlib", "matplotlib.use('Agg')", *cells])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
