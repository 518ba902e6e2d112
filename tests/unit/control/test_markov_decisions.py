"""Value and policy iteration, on the market-making process and on others that are known."""

import math
import pickle

import numpy as np
import pytest

from vega_mesa.agents.control.cartea_jaimungal import PenalisedInventory, exact_quotes
from vega_mesa.agents.control.market_making_decisions import quote_decisions
from vega_mesa.agents.control.markov_decisions import (
    MarkovDecisions,
    iteration_bound,
    policy_bound,
    policy_iteration,
    value_iteration,
)
from vega_mesa.agents.control.quotes import OrderFlow
from vega_mesa.errors import ConfigError

FLOW = OrderFlow.symmetric(1.0, 1.5)
DEPTHS = np.arange(0.1, 2.5, 0.1)


def market_making(limit=8, discount=0.99, penalty=0.02, flow=FLOW, depths=DEPTHS, duration=0.2):
    return quote_decisions(flow, depths, limit=limit, duration=duration, running_penalty=penalty, discount=discount)


def random_process(seed, actions=5, states=12, discount=0.9):
    generator = np.random.default_rng(seed)
    transitions = generator.dirichlet(np.full(states, 0.3), (actions, states))
    return MarkovDecisions(generator.standard_normal((actions, states)), transitions, discount)


def test_a_process_worked_out_by_hand():
    """Stay for 1 a step, or leave for 5 and get nothing again: stay if 1 / (1 - beta) is more than 5."""
    for discount, expected in ((0.9, [10, 0]), (0.5, [5, 0])):
        transitions = [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]
        process = MarkovDecisions([[1, 0], [5, -1]], transitions, discount)
        for solved in (policy_iteration(process), value_iteration(process)):
            assert solved.value == pytest.approx(expected)
            assert solved.policy.tolist() == [0 if discount == 0.9 else 1, 0]


PROCESSES = [
    *(pytest.param(random_process(seed), id=f"random {seed}") for seed in range(5)),
    pytest.param(market_making().process, id="market making"),
    pytest.param(market_making(flow=OrderFlow(1.5, 0.7, 1.5), discount=0.95).process, id="lopsided"),
]


@pytest.mark.parametrize("process", PROCESSES)
def test_both_iterations_agree_and_solve_the_equation(process):
    by_policy, by_value = policy_iteration(process), value_iteration(process, 1e-9)
    assert by_value.value == pytest.approx(by_policy.value, abs=2e-9)
    assert np.abs(by_value.value - by_policy.value).max() <= by_value.error + by_policy.error + 1e-12
    assert (by_value.policy == by_policy.policy).all()
    assert process.action_values(by_policy.value).max(axis=0) == pytest.approx(by_policy.value, abs=1e-10)
    assert process.policy_value(by_policy.policy) == pytest.approx(by_policy.value, abs=1e-10)


@pytest.mark.parametrize("process", PROCESSES)
def test_iterations_stay_within_the_bounds_known_beforehand(process):
    for tolerance in (1e-3, 1e-6, 1e-9):
        solved = value_iteration(process, tolerance)
        assert solved.error <= tolerance
        assert 1 < solved.iterations <= iteration_bound(process, tolerance)
    solved = policy_iteration(process)
    assert 1 <= solved.iterations <= policy_bound(process)
    assert solved.iterations <= 20  # in practice a handful
    assert solved.iterations < value_iteration(process).iterations


@pytest.mark.parametrize("discount", [0.5, 0.9, 0.99])
def test_the_error_shrinks_by_the_discount_each_iteration(discount):
    process = random_process(3, discount=discount)
    exact, value = policy_iteration(process).value, np.zeros(12)
    for _ in range(30):
        after = process.action_values(value).max(axis=0)
        assert np.abs(after - exact).max() <= discount * np.abs(value - exact).max() + 1e-12
        value = after


def test_no_other_policy_is_better_anywhere():
    process = random_process(1, actions=3, states=5)
    best = policy_iteration(process).value
    for code in range(3**5):
        policy = np.array([code // 3**state % 3 for state in range(5)])
        assert (process.policy_value(policy) <= best + 1e-10).all()


@pytest.mark.parametrize("discount", [0.9, 0.99])
@pytest.mark.parametrize("flow", [FLOW, OrderFlow(1.5, 0.7, 1.5)], ids=["symmetric", "lopsided"])
def test_the_market_maker_leans_with_its_inventory(flow, discount):
    """The more it holds, the lower its bid and its ask: both depths are monotone, and the value is concave."""
    problem = market_making(flow=flow, discount=discount)
    solution = policy_iteration(problem.process)
    quotes = problem.quotes(solution)
    assert (np.diff(quotes.bid[0, :-1]) >= 0).all() and quotes.bid[0, 0] < quotes.bid[0, -2]
    assert (np.diff(quotes.ask[0, 1:]) <= 0).all() and quotes.ask[0, -1] < quotes.ask[0, 1]
    assert math.isinf(quotes.bid[0, -1]) and math.isinf(quotes.ask[0, 0])
    assert (np.diff(solution.value, 2) < 0).all()
    if flow is FLOW:
        assert quotes.bid[0] == pytest.approx(quotes.ask[0, ::-1])
        assert solution.value == pytest.approx(solution.value[::-1])


def test_a_fine_process_quotes_as_continuous_time_does_far_from_the_end():
    """With short steps, little discount and a fine menu, depths are those of Cartea and Jaimungal to the menu."""
    limit, penalty = 4, 0.05
    menu = np.arange(-0.5, 2.0, 0.02)
    problem = market_making(limit, 0.9999, penalty, depths=menu, duration=0.02)
    quotes = problem.quotes(policy_iteration(problem.process))
    continuous = exact_quotes(PenalisedInventory(FLOW, penalty, 0.0, limit, 60.0), 1)
    assert quotes.bid[0, :-1] == pytest.approx(continuous.bid[-1, :-1], abs=0.03)
    assert quotes.ask[0, 1:] == pytest.approx(continuous.ask[-1, 1:], abs=0.03)


def test_a_penalty_that_outweighs_all_fills_stops_one_side():
    quotes = market_making(limit=3, penalty=5.0).quotes(policy_iteration(market_making(limit=3, penalty=5.0).process))
    assert math.isinf(quotes.depths(0, 1).bid) and quotes.depths(0, 1).ask == pytest.approx(0.1)


def test_impossible_processes_and_pickles():
    good = random_process(1)
    with pytest.raises(ConfigError, match="discount"):
        MarkovDecisions(good.rewards, good.transitions, 1.0)
    with pytest.raises(ConfigError, match="transitions"):
        MarkovDecisions(good.rewards, good.transitions[:, :, :-1], 0.9)
    with pytest.raises(ConfigError, match="transitions"):
        MarkovDecisions(good.rewards, 2 * good.transitions, 0.9)
    with pytest.raises(ConfigError, match="rewards"):
        MarkovDecisions(np.full((5, 12), -np.inf), good.transitions, 0.9)
    with pytest.raises(ConfigError, match="tolerance"):
        value_iteration(good, 0)
    copy = pickle.loads(pickle.dumps(market_making(), protocol=5))
    assert policy_iteration(copy.process).value.tolist() == policy_iteration(market_making().process).value.tolist()
