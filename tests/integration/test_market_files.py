"""Market proposals as they stood on mainnet, where they are at hand: each is voted in and opens its auction."""

import os
from pathlib import Path

import pytest

from vega_mesa.models import CurveMarketMaker
from vega_mesa.protocol.markets.states import MarketState

BESIDE = Path(__file__).parents[2].parent / "shared" / "data" / "markets"  # the checkout
FILES = sorted(Path(os.environ.get("VEGA_MARKETS", BESIDE)).glob("*.json"))


@pytest.mark.skipif(not FILES, reason="no market proposals: name their folder in VEGA_MARKETS")
@pytest.mark.parametrize("file", FILES or [None], ids=lambda file: file.stem if file else "none")
def test_a_proposal_of_mainnet_becomes_a_market(file):
    model = CurveMarketMaker(rng=1, num_steps=3, market=file)
    model.initialise()
    assert model.market.state is MarketState.PENDING
    model.run()
    assert not model.imbalance()
