"""How Sphinx builds these pages: ``make docs``."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))
sys.path.insert(0, str(HERE.parent))

from vega_mesa import __version__  # noqa: E402 - the checkout must be on the path first

project = "vega_mesa"
author = "The authors of vega_mesa"
copyright = "the authors of vega_mesa, Apache-2.0"
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "catalogue",  # a page for each model and each agent, written from the docstrings
]
exclude_patterns = ["_build", "_extensions"]
suppress_warnings = [
    "config.cache",
    "ref.python",  # annotations name fields such as `type` that several classes have
]

# What the notebooks show is computed when the pages are built: a cell that raises ends the build.
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "vega_mesa"
html_static_path = ["_static"]
html_css_files = ["page.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": True,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {page: [] for page in ("index", "how_it_works", "conformance", "glossary", "clean_room")}
