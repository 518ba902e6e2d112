"""The models of crashes and liquidations answer their questions."""

from itertools import pairwise

import pytest

from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.models import Liquidations, MarketCrash
from vega_mesa.models.market_crash import CrashingPrices


@pytest.fixture(scope="module")
def crash():
    return MarketCrash(rng=3).run()


def test_in_a_crash_the_bold_are_closed_out_and_the_others_are_not(crash):
    victims = {casualty.party for casualty in crash.casualties.closed_out}
    assert {"buyer-12", "buyer-11", "buyer-10"} <= victims
    assert "buyer-1" not in victims and not any(party.startswith("seller") for party in victims)
    assert all(casualty.step >= crash.crash_at - 1 for casualty in crash.casualties.closed_out)


def test_in_a_crash_the_insurance_pool_takes_margins_and_pays_losses(crash):
    before, after = crash.pools[: crash.crash_at - 1], crash.pools[crash.crash_at - 1 :]
    assert not any(before)
    assert max(after) > 0
    assert any(later < earlier for earlier, later in pairwise(after))


def test_when_the_pool_is_empty_the_winners_pay(crash):
    assert crash.summary()["loss_socialised"] > 0
    assert min(crash.pools[crash.crash_at :]) == 0


def test_buyers_lose_what_they_brought_and_no_more(crash):
    assert all(agent.profit() >= -10_000 for agent in crash.agents if agent.key.startswith("buyer"))
    assert crash.summary()["profit_buyers"] < 0 < crash.summary()["profit_sellers"]
    assert crash.imbalance() == {}


def test_without_a_fall_nobody_is_closed_out():
    summary = MarketCrash(rng=3, fall=0).run().summary()
    assert summary["closed_out"] == 0 and summary["loss_socialised"] == 0


def test_an_auction_stops_the_fall():
    stopped = MarketCrash(rng=3, price_monitoring=True)
    stopped.run()
    modes = set(stopped.market_table()["trading_mode"])
    assert "TRADING_MODE_MONITORING_AUCTION" in modes
    assert stopped.summary()["closed_out"] < MarketCrash(rng=3).run().summary()["closed_out"]


def test_crashing_prices_fall_evenly_and_stay_down():
    prices = CrashingPrices(RecordedPrices([100.0] * 10), at=3, fall=0.2, duration=2)
    assert [prices.price(step) for step in range(7)] == pytest.approx([100, 100, 100, 90, 80, 80, 80])
    with pytest.raises(ConfigError, match="fall"):
        CrashingPrices(RecordedPrices([100.0]), at=1, fall=1.0)
    with pytest.raises(ConfigError, match="duration"):
        CrashingPrices(RecordedPrices([100.0]), at=1, fall=0.5, duration=0)


def test_casualties_are_counted_in_a_fork_too():
    model = MarketCrash(rng=3, num_steps=60)
    for _ in range(35):
        model.step()
    fork = model.fork().run()
    assert fork.summary() == model.run().summary()
    assert model.summary()["closed_out"] > 0


def test_the_bolder_the_trader_the_sooner_it_is_closed_out():
    shares = [Liquidations(rng=seed, num_steps=100).run().closed_out() for seed in range(4)]
    means = [sum(share[leverage] for share in shares) / len(shares) for leverage in sorted(shares[0])]
    assert means == sorted(means)
    assert means[0] == 0 and means[-1] > 0.5


def test_a_network_that_sells_slowly_holds_for_longer():
    held = [
        Liquidations(rng=2, num_steps=100, disposal_fraction=fraction).run().summary()["steps_held"]
        for fraction in (1.0, 0.05)
    ]
    assert 0 < 2 * held[0] < held[1]


def test_what_closed_out_traders_had_goes_to_the_insurance_pool():
    model = Liquidations(rng=2, num_steps=100).run()
    assert model.summary()["closed_out"] == len(model.casualties.closed_out) > 0
    assert model.summary()["insurance_before_the_end"] > 0
    assert model.casualties.disposed > 0


def test_there_are_traders_to_liquidate():
    with pytest.raises(ConfigError, match="traders"):
        Liquidations(traders=0)
