"""Every model keeps to the rules that every model keeps."""

import pytest

from vega_mesa.models import MODELS
from vega_mesa.testing import check_model


@pytest.mark.parametrize("name", list(MODELS))
def test_it_keeps_the_rules(name):
    check_model(MODELS[name], steps=10)
