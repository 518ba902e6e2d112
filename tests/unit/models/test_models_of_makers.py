"""The models of market makers answer their questions."""

from statistics import fmean, stdev

import pytest

from vega_mesa.errors import ConfigError
from vega_mesa.models import CompetingMarketMakers, HedgedMarketMaker, IdealMarketMaker, IdealMarketMakerV2
from vega_mesa.protocol.events.ledger import LedgerMoved

ONE_IN_A_THOUSAND = 3.88  # two-sided, Student's t with 19 degrees of freedom


def t_value(differences):
    return fmean(differences) / (stdev(differences) / len(differences) ** 0.5)


def profit(model):
    return model.run().maker.profit()


def test_the_optimal_maker_out_earns_a_naive_one_with_999_in_1000_confidence():
    pairs = [
        [profit(IdealMarketMakerV2(rng=seed, num_steps=50, maker=maker)) for maker in ("optimal", "naive")]
        for seed in range(20)
    ]
    gains = [optimal - naive for optimal, naive in pairs]
    assert t_value(gains) > ONE_IN_A_THOUSAND
    assert fmean(gains) > 0.2 * fmean(naive for _, naive in pairs)


def test_equal_seeds_give_both_makers_the_same_prices():
    one, other = (IdealMarketMakerV2(rng=4, num_steps=10, maker=maker).run() for maker in ("optimal", "naive"))
    assert list(one.prices.path(10)) == list(other.prices.path(10))


def test_the_market_of_the_optimal_maker_has_no_fees():
    model = IdealMarketMakerV2(rng=1, num_steps=20).run()
    assert model.tally.trades[model.market.id] > 5
    assert sum(model.profit_by_type().values()) == pytest.approx(0, abs=1e-6)


def test_a_maker_earns_its_spread_from_orders_at_random():
    models = [IdealMarketMaker(rng=seed, num_steps=40, volatility=0.0001) for seed in range(10)]
    profits = [model.run().profit_by_type()["AvellanedaStoikovMarketMaker"] for model in models]
    assert fmean(profits) > 2.26 * stdev(profits) / 10**0.5  # 95 in 100, 9 degrees of freedom


@pytest.mark.parametrize(("seed", "quote_size"), [(0, 2.0), (6, 2.0), (0, 1.0)])
def test_a_maker_keeps_what_it_commits_though_others_take_its_quotes(seed, quote_size):
    model = IdealMarketMaker(rng=seed, num_steps=40, quote_size=quote_size)
    penalties = []
    model.exchange.bus.subscribe(
        LedgerMoved, lambda event: penalties.extend(entry for entry in event.entries if "PENALTY" in entry.type)
    )
    model.run()
    assert penalties == []


def test_the_nearest_maker_trades_most():
    shares = CompetingMarketMakers(rng=2, num_steps=100).run().shares()
    fixed = [shares[f"maker-{number}"] for number in (1, 2, 3)]
    assert fixed == sorted(fixed, reverse=True) and fixed[0] > 0.4
    assert sum(shares.values()) == pytest.approx(1) and shares["maker-optimal"] > 0


def test_informed_traders_live_off_the_makers():
    def profits(informed):
        models = [
            CompetingMarketMakers(rng=seed, num_steps=50, informed_traders=informed, volatility=0.001).run()
            for seed in range(5)
        ]
        return fmean(model.profit_by_type()["PolicyMarketMaker"] for model in models)

    assert profits(3) < profits(0)


def test_competitors_are_counted_in_a_fork_too():
    model = CompetingMarketMakers(rng=2, num_steps=20)
    for _ in range(10):
        model.step()
    fork = model.fork().run()
    assert fork.shares() == model.run().shares()


def test_there_is_a_maker_to_compete():
    with pytest.raises(ConfigError, match="makers"):
        CompetingMarketMakers(makers=0)


def test_hedging_makes_the_profit_safer_and_costs_some_of_it():
    profits = {
        hedged: [profit(HedgedMarketMaker(rng=seed, num_steps=100, hedged=hedged)) for seed in range(8)]
        for hedged in (True, False)
    }
    assert stdev(profits[True]) < stdev(profits[False]) / 2
    assert fmean(profits[True]) > 0


def test_a_hedged_maker_holds_little_over_both_markets():
    hedged, bare = (HedgedMarketMaker(rng=1, num_steps=80, hedged=hedged).run() for hedged in (True, False))
    assert hedged.summary()["largest_net_position"] < bare.summary()["largest_net_position"] / 2
    assert hedged.market.definition.code == "BTC/USDT"
    assert hedged.find_market("BTC/USDT-2").asset == hedged.market.asset
