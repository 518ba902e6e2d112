import pytest

from tests.conformance.registry import Registry
from tests.conformance.tables import Headers


def registry_with(*patterns):
    called = []
    registry = Registry()
    for pattern in patterns:
        registry.step(pattern)(lambda world, *captures, pattern=pattern: called.append((pattern, captures)))
    return registry, called


def test_patterns_are_searched_not_anchored():
    registry, called = registry_with(r'the network moves ahead "([^"]+)" blocks')
    for text in ('the network moves ahead "2" blocks', 'then the network moves ahead "2" blocks:'):
        registry.run(text, None, None)
    assert [captures for _, captures in called] == [("2",), ("2",)]


def test_of_two_patterns_that_match_the_first_registered_wins():
    registry, called = registry_with(r'^cancel all for "([^"]*)"$', r"^cancel all")
    registry.run('cancel all for "x"', None, None)
    registry.run("cancel all", None, None)
    assert [pattern for pattern, _ in called] == [r'^cancel all for "([^"]*)"$', r"^cancel all"]


def test_the_real_overlap_goes_to_the_step_with_a_market():
    from tests.conformance.runner import REGISTRY

    text = 'the party "p" cancels all their stop orders for the market "m"'
    matching = [d for d in REGISTRY.definitions if d.regex.search(text)]
    assert len(matching) == 2
    assert REGISTRY.find(text) == (matching[0], ("p", "m"))


def test_only_that_text_needs_the_order_of_registration():
    from tests.conformance.runner import REGISTRY

    assert len({d.pattern for d in REGISTRY.definitions}) == len(REGISTRY.definitions) == 211
    assert REGISTRY.definitions[-1].pattern == "fail"


def test_a_text_without_pattern_is_undefined():
    registry, called = registry_with("^a$")
    with pytest.raises(LookupError):
        registry.run("b", None, None)
    assert registry.find("b") is None
    assert not called


def test_a_table_on_a_step_without_table_is_ignored():
    registry, called = registry_with("^a$")
    registry.run("a", (("header",), ("cell",)), None)
    assert called == [("^a$", ())]


def test_rows_come_after_the_captures():
    registry, seen = Registry(), []
    registry.step('^x "([^"]*)"$', Headers("n:u64"))(lambda world, name, rows: seen.append((name, rows[0]["n"])))
    registry.run('x "y"', (("n",), ("3",)), None)
    assert seen == [("y", 3)]


def test_a_column_that_the_step_does_not_take_cannot_be_expected():
    with pytest.raises(AssertionError):
        Registry().step("^a$", Headers("n:u64"), expects="m")(lambda world, rows: None)
