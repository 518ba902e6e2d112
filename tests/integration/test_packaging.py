"""What is shipped: one top-level package, the same from the checkout and from the source distribution."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="needs a checkout")]


def build(folder: Path, *what: str) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), *what, str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that a release ships: built from the source distribution."""
    return build(tmp_path_factory.mktemp("through-sdist"))


def test_wheel_holds_one_top_level_package_with_every_module(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"vega_mesa"}
    assert {"vega_mesa/py.typed", "vega_mesa/agents/__init__.py", "vega_mesa/models/__init__.py"} <= set(names)
    assert "vega_mesa/viz/__init__.py" in names
    assert not [name for name in names if "test" in Path(name).name.split("_")]


def test_wheel_from_the_source_distribution_equals_the_direct_one(wheel, tmp_path):
    through, direct = zipfile.ZipFile(wheel), zipfile.ZipFile(build(tmp_path, "--wheel"))
    assert sorted(through.namelist()) == sorted(direct.namelist())
    assert all(through.read(name) == direct.read(name) for name in direct.namelist())


def test_installed_wheel_does_not_take_names_like_agents(wheel, tmp_path):
    venv.create(tmp_path / "clean", with_pip=False)
    python = tmp_path / "clean" / "bin" / "python"
    site = Path(subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                               check=True, capture_output=True, text=True).stdout.strip())  # fmt: skip
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies of this environment, without its own (editable) vega_mesa: .pth files there are not followed.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    script = (
        "import importlib.util as u, vega_mesa, vega_mesa.agents, vega_mesa.models, vega_mesa.cli\n"
        f"assert vega_mesa.models.__file__.startswith({str(site)!r}), vega_mesa.models.__file__\n"
        "assert u.find_spec('vega_mesa.viz')\n"
        "taken = [n for n in ('agents', 'models', 'viz', 'tests', 'benchmarks') if u.find_spec(n)]\n"
        "assert not taken, taken\n"
    )
    subprocess.run([python, "-I", "-c", script], check=True, cwd=tmp_path)
