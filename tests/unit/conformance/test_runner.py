import dataclasses
import time

import pytest

from tests.conformance import mutation, runner
from tests.conformance.configurations import Configurations
from tests.conformance.failures import Mismatch, NotBuiltYet, expect_equal
from tests.conformance.mutation import expected_numbers, mutate
from tests.conformance.parsing import parse_feature
from tests.conformance.registry import Registry
from tests.conformance.runner import Options, keep_configurations, run_file
from tests.conformance.tables import Headers


class Nothing:
    def start_step(self):
        pass

    def finish_step(self):
        pass


class FakeWorld:
    """Remembers numbers; knows no exchange."""

    def __init__(self, configurations, *, perps=False):
        self.configurations = configurations
        self.perps = perps
        self.reconciliation = Nothing()
        self.value = 0
        self.net_deposits = 0


@pytest.fixture
def registry(monkeypatch):
    registry = Registry()
    monkeypatch.setattr(runner, "REGISTRY", registry)
    monkeypatch.setattr(mutation, "REGISTRY", registry)
    monkeypatch.setattr(runner, "World", FakeWorld)
    monkeypatch.setattr(runner, "check_net_deposits", lambda world: None)

    @registry.step(r'^the value is "([^"]*)"$')
    def set_value(world, text):
        world.value = int(text)

    @registry.step(r'^the value should be "([^"]*)"$', captures=(0,))
    def check(world, text):
        expect_equal("value", int(text), world.value)

    @registry.step(r"^values:$", Headers("n:u64"), expects="n")
    def check_rows(world, rows):
        for row in rows:
            expect_equal("value", row["n"], world.value, row)

    @registry.step(r'^the value should be around "([^"]*)"$', captures=(0,))
    def weak(world, text):
        assert abs(int(text) - world.value) < 1000

    @registry.step(r'^keep "([^"]*)"$', keeps=True)
    def keep(world, text):
        world.configurations.order_ids["kept"] = text

    @registry.step(r'^kept is "([^"]*)"$')
    def kept(world, text):
        expect_equal("kept", text, world.configurations.order_ids.get("kept"))

    @registry.step(r"^nothing is there$")
    def not_built(world):
        raise NotBuiltYet("no engine")

    @registry.step(r"^half is there$")
    def half_built(world):
        raise NotImplementedError

    @registry.step(r"^it takes long$")
    def slow(world):
        time.sleep(3)

    return registry


def run(body, **options):
    return list(run_file(parse_feature("Feature: f\n" + body, "f.feature"), Options(**options)))


def scenario(*steps, name="s", tags=""):
    return f"  {tags}\n  Scenario: {name}\n" + "".join(f"    Given {step}\n" for step in steps)


def test_a_scenario_passes_when_every_step_does(registry):
    (outcome,) = run(scenario('the value is "2"', 'the value should be "2"'))
    assert outcome.outcome == "passed"


def test_each_scenario_has_a_world_of_its_own(registry):
    first, second = run(scenario('the value is "2"') + scenario('the value should be "0"'))
    assert (first.outcome, second.outcome) == ("passed", "passed")


def test_a_failure_names_step_expected_and_got(registry):
    (outcome,) = run(scenario('the value is "2"', 'the value should be "3"', 'the value should be "9"'))
    assert outcome.outcome == "failed"
    assert outcome.kind == "Mismatch"
    assert outcome.step == 'the value should be "3"'
    assert outcome.step_line == 5
    assert (outcome.expected, outcome.got) == ("3", "2")


def test_a_failing_row_is_told(registry):
    (outcome,) = run(scenario('the value is "2"', "values:\n      | n |\n      | 2 |\n      | 3 |"))
    assert outcome.row == {"n": "3"}


def test_an_unknown_step_makes_the_scenario_undefined_wherever_it_stands(registry):
    (outcome,) = run(scenario('the value should be "1"', "nobody knows this"))
    assert (outcome.outcome, outcome.step) == ("undefined", "nobody knows this")


@pytest.mark.parametrize("step", ["nothing is there", "half is there"])
def test_what_is_not_built_fails_and_says_so(registry, step):
    (outcome,) = run(scenario(step))
    assert (outcome.outcome, outcome.kind) == ("failed", "NotBuiltYet")


def test_any_exception_fails_the_scenario_only(registry):
    first, second = run(scenario('the value is "x"') + scenario('the value is "1"'))
    assert (first.outcome, first.kind) == ("failed", "ValueError")
    assert second.outcome == "passed"


def test_a_scenario_that_takes_too_long_fails(registry):
    (outcome,) = run(scenario("it takes long"), time_limit=1)
    assert (outcome.outcome, outcome.kind) == ("failed", "TookTooLong")


def test_named_configurations_live_on_in_the_file(registry):
    _, second = run(scenario('keep "a"') + scenario('kept is "a"'))
    assert second.outcome == "passed"


def test_a_scenario_that_is_not_selected_still_leaves_its_configurations(registry):
    outcomes = run(
        scenario('keep "a"', "nothing is there", name="one") + scenario('kept is "a"', name="two"), text="TWO"
    )
    assert [(o.name, o.outcome) for o in outcomes] == [("two", "passed")]


def test_the_run_with_perpetuals_leaves_out_what_is_tagged(registry):
    body = scenario('the value is "1"', tags="@NoPerp") + scenario('the value is "1"', name="kept")
    assert [outcome.name for outcome in run(body, perps=True)] == ["kept"]
    assert len(run(body)) == 2


def test_failed_reconciliation_fails_the_step(registry, monkeypatch):
    def finish_step(self):
        raise Mismatch("balance", 1, 2)

    monkeypatch.setattr(Nothing, "finish_step", finish_step)
    (outcome,) = run(scenario('the value is "1"'))
    assert (outcome.outcome, outcome.step) == ("failed", 'the value is "1"')


def test_the_final_check_belongs_to_no_step(registry, monkeypatch):
    def check(world):
        raise Mismatch("sum of all balances against net deposits", 0, 5)

    monkeypatch.setattr(runner, "check_net_deposits", check)
    (outcome,) = run(scenario('the value is "1"'))
    assert (outcome.outcome, outcome.step) == ("failed", "(end of the scenario)")


# -- mutations --------------------------------------------------------------------------------------------------------


def test_a_changed_number_is_caught_by_a_strong_assertion(registry):
    for seed in range(20):
        (outcome,) = run(scenario('the value is "2"', "values:\n      | n |\n      | 2 |"), seed=seed)
        assert outcome.kind == "Caught"


def test_a_weak_assertion_is_found(registry):
    (outcome,) = run(scenario('the value is "2"', 'the value should be around "2"'), seed=1)
    assert (outcome.outcome, outcome.kind) == ("failed", "Survived")
    assert "changed to" in outcome.message


def test_a_scenario_that_fails_before_its_change_says_nothing_of_the_assertion(registry):
    (outcome,) = run(scenario('the value is "x"', 'the value should be "2"'), seed=1)
    assert outcome.kind == "FailsAnyway"


def test_a_scenario_without_expected_numbers_is_not_mutated(registry):
    assert run(scenario('the value is "2"'), seed=1) == []


def test_only_expected_numbers_are_changed(registry):
    (parsed,) = parse_feature(
        "Feature: f\n" + scenario('the value is "7"', 'the value should be "7"', "values:\n  | n |\n  | 7 |"),
        "f.feature",
    )
    assert [(place.step, place.row, place.capture) for place in expected_numbers(parsed)] == [(1, -1, 0), (2, 0, -1)]
    changed = {mutate(parsed, seed).scenario.steps for seed in range(40)}
    assert all(steps[0].text == 'the value is "7"' for steps in changed)
    assert {sum(a != b for a, b in zip(steps, parsed.steps, strict=True)) for steps in changed} == {1}


@pytest.mark.parametrize("number", ["0", "9", "-5", "0.25", "99.9", "-0.5"])
def test_another_number_differs_in_value(number):
    import random
    from decimal import Decimal

    for seed in range(30):
        after = mutation.another_number(number, {"1", "0.26"}, random.Random(seed))
        assert Decimal(after) != Decimal(number)
        assert after not in {"1", "0.26"}
        assert ("." in after) == ("." in number)


def test_a_mutation_depends_on_seed_and_scenario_only(registry):
    (parsed,) = parse_feature("Feature: f\n" + scenario(*['the value should be "7"'] * 9), "f.feature")
    assert mutate(parsed, 3) == mutate(parsed, 3)
    assert len({mutate(parsed, seed).change for seed in range(9)}) > 1
    moved = dataclasses.replace(parsed, line=99)
    assert any(mutate(moved, seed).change != mutate(parsed, seed).change for seed in range(9))


def test_configurations_of_different_files_are_different_objects():
    assert Configurations().risk_models is not Configurations().risk_models


def test_a_time_trigger_outlives_a_scenario_that_is_not_run():
    """It also arms a network, where there is one."""
    left = Configurations()
    trigger = "the time triggers oracle spec is:\n      | name | initial | every |\n      | cue  | 1       | 30    |"
    found = parse_feature(f"Feature: f\n  Scenario: s\n    Given {trigger}\n", "f.feature")
    keep_configurations(found[0], left)
    assert left.time_triggers["cue"].every == 30
