"""Mesa's own batch runner, with spawned processes, from a script."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import mesa
from vega_mesa import compat
from vega_mesa.models import IdealMarketMaker

if __name__ == "__main__":
    parameters = {"num_steps": 5, "volatility": [0.001, 0.002], "traders": [2, 4]}
    results = mesa.batch_run(IdealMarketMaker, parameters, number_processes=2, max_steps=10, display_progress=False)
    last = {(row["volatility"], row["traders"]): row["mark_price"] for row in results}
    assert sorted(last) == [(0.001, 2), (0.001, 4), (0.002, 2), (0.002, 4)], last
    assert all(last.values()), last
    repeated = mesa.batch_run(
        IdealMarketMaker, {"num_steps": 3}, max_steps=5, display_progress=False, **compat.repeats(2)
    )
    assert {row["iteration"] for row in repeated} == {0, 1}
    print("done")
"""


def test_models_run_in_mesas_batches_over_two_processes(tmp_path):
    script = tmp_path / "batches.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "done\n", done.stderr
