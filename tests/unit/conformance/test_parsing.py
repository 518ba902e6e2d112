from tests.conformance.parsing import find_features, parse_feature

FEATURE = """
Feature: numbers

  Background:
    Given a start

  @One
  Scenario: plain
    When a table:
      | a   | b \\| c |
      # a comment between rows
      | 1   |         |

  Scenario Outline: example <name>
    When "<name>" is:
      | <name> |
      | <n>    |

    Examples:
      | name | n |
      | x    | 1 |
      | y    | 2 |
"""


def test_backgrounds_come_first_and_every_example_is_a_scenario():
    plain, x, y = parse_feature(FEATURE, "folder/f.feature")
    assert [step.text for step in plain.steps] == ["a start", "a table:"]
    assert plain.tags == ("@One",)
    assert (plain.folder, plain.key) == ("folder", "folder/f.feature:8")
    assert x.name == "example x"
    assert x.example == {"name": "x", "n": "1"}
    assert y.key == "folder/f.feature:22"


def test_placeholders_are_filled_in_text_headers_and_cells():
    _, x, _ = parse_feature(FEATURE, "f.feature")
    assert x.folder == "."
    assert x.steps[1].text == '"x" is:'
    assert x.steps[1].table == (("x",), ("1",))


def test_cells_are_trimmed_and_unescaped():
    plain = parse_feature(FEATURE, "f.feature")[0]
    assert plain.steps[1].table == (("a", "b | c"), ("1", ""))
    assert plain.steps[1].line == 9


def test_an_empty_file_has_nothing_to_run():
    assert parse_feature("", "global.feature") == []


def test_files_are_found_in_byte_order_of_their_paths(tmp_path):
    for name in ("b/x.feature", "B.feature", "b.feature", "a/y.feature"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    names = [path.relative_to(tmp_path).as_posix() for path in find_features(tmp_path, [])]
    assert names == ["B.feature", "a/y.feature", "b.feature", "b/x.feature"]
    assert len(find_features(tmp_path, ["a", "b.feature"])) == 2
