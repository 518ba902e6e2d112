"""Every package, and every module beside one, can be imported first: no circle of imports depends on who starts it."""

import os
import pkgutil
import subprocess
import sys

import pytest

import vega_mesa

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SCRIPT = """
import importlib, os, sys, traceback
import mesa, numpy, pandas, pyarrow.parquet, rich, solara, typer, mesa.visualization  # once, for all the forks

failed = []
for name in sys.stdin.read().split():
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {error}", flush=True)
            os._exit(1)
        os._exit(0)
    failed.append(os.waitpid(child, 0)[1])
sys.exit(any(failed))
"""


def test_every_package_can_be_imported_first():
    found = pkgutil.walk_packages(vega_mesa.__path__, "vega_mesa.", onerror=print)
    names = [module.name for module in found if module.ispkg or module.name.count(".") == 1]
    assert len(names) > 30
    environment = os.environ | {"SOLARA_CHECK_HOOKS": "off", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input="\n".join(names),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
