"""What every test shares: how hypothesis searches, and the promise that folders of the checkout are no packages."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("SOLARA_CHECK_HOOKS", "off")  # it finds a harmless early return in Mesa's own page

# The same examples at every run; HYPOTHESIS_PROFILE=explore searches for new ones.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", parent=settings.get_profile("repeatable"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session", autouse=True)
def _one_name_for_each_module() -> Iterator[None]:
    """`import agents` would be a second copy of every class in `vega_mesa.agents`."""
    yield
    assert not {"agents", "models", "viz"} & sys.modules.keys()
