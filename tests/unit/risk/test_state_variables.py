"""When risk factors, bound factors and probabilities of trading are due (03 §6.3, 01 §2.5)."""

from vega_mesa.protocol.risk.state_variables import StateVariable, StateVariables, StateVariableTrigger

SECOND = 10**9
PRICES = (StateVariable.PRICE_BOUND_FACTORS, StateVariable.PROBABILITY_OF_TRADING)


def test_risk_factors_follow_enactment_and_update():
    variables = StateVariables()
    assert variables.on(StateVariableTrigger.MARKET_ENACTMENT) == (StateVariable.RISK_FACTORS,)
    assert variables.on(StateVariableTrigger.MARKET_UPDATED) == (StateVariable.RISK_FACTORS,)


def test_bounds_and_probabilities_follow_auctions():
    variables = StateVariables()
    assert variables.on(StateVariableTrigger.FIRST_UNCROSSING_PRICE) == PRICES
    assert variables.on(StateVariableTrigger.AUCTION_ENDED) == PRICES


def test_without_a_delay_prices_are_due_at_every_tick():
    variables = StateVariables()
    for now in (0, 0, 5 * SECOND):
        assert variables.due(now) == PRICES
        for variable in PRICES:
            variables.calculated(variable, now)


def test_with_a_delay_prices_are_due_once_it_has_passed():
    variables = StateVariables(delay=10 * SECOND)
    assert variables.due(0) == PRICES
    variables.calculated(PRICES[0], 0)
    assert variables.due(9 * SECOND) == PRICES[1:]
    assert variables.due(10 * SECOND) == PRICES


def test_the_opening_auction_waits_for_all_three():
    variables = StateVariables()
    for variable in StateVariable:
        assert not variables.all_initialised
        variables.calculated(variable, 0)
    assert variables.all_initialised
    variables.invalidate(StateVariable.PROBABILITY_OF_TRADING)
    assert not variables.all_initialised
    assert not variables.is_initialised(StateVariable.PROBABILITY_OF_TRADING)
    assert variables.is_initialised(StateVariable.RISK_FACTORS)
