"""What ``vega_mesa.experiments`` gives away, and how pictures show themselves."""

import subprocess
import sys

import vega_mesa.experiments
from vega_mesa.experiments.drawing import Drawing


def test_every_name_is_there_and_nothing_is_drawn_with_before():
    for name in vega_mesa.experiments.__all__:
        assert getattr(vega_mesa.experiments, name).__doc__
    assert not hasattr(vega_mesa.experiments, "nothing")
    code = "import sys, vega_mesa.experiments; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_picture_shows_itself_in_a_notebook():
    from IPython.core.formatters import DisplayFormatter

    picture = Drawing(2, 1)
    picture.subplots().plot([1, 2])
    shown, how = DisplayFormatter().format(picture)
    assert shown["image/png"].startswith(b"\x89PNG")
    assert how["image/png"] == {"width": 160}
