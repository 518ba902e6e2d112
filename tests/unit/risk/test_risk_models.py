"""The risk models against the numbers of the reference implementation (03 §12.1)."""

from decimal import Decimal

from vega_mesa.protocol.arithmetic import Factor, divide
from vega_mesa.protocol.markets import definition
from vega_mesa.protocol.risk.models import LogNormalModel, RiskFactors, SimpleModel, build

SHORT_TAU = 0.00011407711613050422


def log_normal(risk_aversion=0.001, tau=SHORT_TAU, sigma=2.0, mu=0.0, **more):
    terms = definition.LogNormalRiskModel(risk_aversion=risk_aversion, tau=tau, mu=mu, sigma=sigma, **more)
    return build(terms)


def simple(**terms):
    defaults = {"long": Decimal("0.2"), "short": Decimal("0.1")}
    return build(definition.SimpleRiskModel(**{**defaults, **terms}))


def factors(model):
    found = model.factors()
    return str(found.long.decimal), str(found.short.decimal)


def test_log_normal_factors_are_bit_identical():
    assert factors(log_normal(0.0002, 0.01, 1.2)) == ("0.3696680542085883", "0.5650462045113667")
    assert factors(log_normal()) == ("0.06959789775479663", "0.07434701114450526")
    assert factors(log_normal(sigma=1.5)) == ("0.0526284506210587", "0.05529953589167391")
    assert factors(log_normal(0.001, 0.01, 1.2)) == ("0.3368613079295404", "0.4878731379586174")


def test_log_normal_factors_are_one_until_calculated():
    assert log_normal().initial_factors() == RiskFactors(Factor(1), Factor(1))


def test_override_is_taken_verbatim_from_the_beginning_but_not_for_ranges():
    override = {"risk_factor_override_long": Decimal("0.11"), "risk_factor_override_short": Decimal("0.12")}
    model = log_normal(**override)
    assert factors(model) == ("0.11", "0.12")
    assert model.initial_factors() == model.factors()
    arguments = Decimal(1000), divide(60, 31557600), Decimal("0.95")
    assert model.price_range(*arguments) == log_normal().price_range(*arguments)


def test_log_normal_range_gives_the_factors_of_price_monitoring():
    low, high = log_normal().price_range(Decimal(100000), divide(60, 31557600), Decimal("0.95"))
    assert divide(low, 100000) == Decimal("0.9946057240227730")
    assert divide(high, 100000) == Decimal("1.0054158856469118")


def test_simple_model_has_its_own_factors_at_once():
    model = simple()
    assert isinstance(model, SimpleModel)
    assert factors(model) == ("0.2", "0.1")
    assert model.initial_factors() == model.factors()


def test_simple_range_ignores_the_sign_of_the_move_down_and_stops_at_zero():
    model = simple(max_move_up=Decimal(100), min_move_down=Decimal(-100))
    year, probability = Decimal(1), Decimal("0.9")
    assert model.price_range(Decimal(15800), year, probability) == (Decimal(15700), Decimal(15900))
    assert model.price_range(Decimal(40), year, probability) == (Decimal(0), Decimal(140))


def test_simple_range_uses_a_negative_move_up_as_it_is():
    model = simple(max_move_up=Decimal(-1), min_move_down=Decimal(-1))
    assert model.price_range(Decimal(100), Decimal(1), Decimal("0.9")) == (Decimal(99), Decimal(99))


def test_simple_probability_is_constant_inside_the_interval():
    model = simple(probability_of_trading=Decimal("0.3"))
    assert model.probabilities_of_trading(100.0, [99.0, 100.0, 600.0, 600.1], False, 100.0, 600.0, 1.0) == [
        0.0,
        0.3,
        0.3,
        0.0,
    ]
    assert model.probability_of_trading(100.0, 50.0, True, 0.0, 100.0, 1.0) == 0.3


def test_log_normal_probability_falls_away_from_the_best_price():
    model = log_normal()
    assert isinstance(model, LogNormalModel)
    bids = model.probabilities_of_trading(100.0, [100.0, 99.0, 90.0, 0.0, 101.0], True, 0.0, 100.0, 0.001)
    assert bids[0] == 1.0
    assert bids[0] > bids[1] > bids[2] > bids[3] == 0.0
    assert bids[4] == 0.0
    asks = model.probabilities_of_trading(100.0, [100.0, 101.0, 110.0, 99.0], False, 100.0, 600.0, 0.001)
    assert asks[0] == 1.0
    assert asks[0] > asks[1] > asks[2] > asks[3] == 0.0
    assert model.probability_of_trading(100.0, 99.0, True, 0.0, 100.0, 0.001) == bids[1]


def test_log_normal_probability_without_spread_counts_as_zero():
    assert log_normal().probability_of_trading(1e-300, 1e-301, True, 0.0, 0.0, 1.0) == 0.0
