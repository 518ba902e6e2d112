import json

import pytest

from tests.conformance import ratchet, report
from tests.conformance.__main__ import main
from tests.conformance.outcome import Outcome

PASSING = """
Feature: f
  Scenario: passes
    Given the average block duration is "1"
"""
FAILING = """
Feature: g
  Scenario: fails
    Given the average block duration is "x"
  Scenario: is undefined
    Given nobody knows this step
"""


def outcome(line, result="passed", file="a/f.feature"):
    return Outcome(file=file, name=f"n{line}", line=line, example=None, outcome=result, seconds=0.1)


def test_the_list_only_changes_for_what_was_run(tmp_path):
    path = tmp_path / "passing.txt"
    assert ratchet.write_list(path, [outcome(1), outcome(2), outcome(10)]) == (3, 0)
    assert ratchet.write_list(path, [outcome(2, "failed"), outcome(3)]) == (1, 1)
    assert ratchet.read_list(path) == {"a/f.feature:1": "n1", "a/f.feature:3": "n3", "a/f.feature:10": "n10"}


def test_a_listed_scenario_that_fails_is_a_regression(tmp_path):
    path = tmp_path / "passing.txt"
    ratchet.write_list(path, [outcome(1), outcome(2)])
    lost = ratchet.regressions(path, [outcome(1), outcome(2, "undefined"), outcome(3, "failed")])
    assert [o.line for o in lost] == [2]
    assert ratchet.regressions(tmp_path / "none.txt", [outcome(1, "failed")]) == []


def test_the_last_line_counts_scenarios():
    assert report.total([outcome(1), outcome(2, "failed"), outcome(3, "undefined")]) == (
        "1 passed, 1 failed, 1 undefined"
    )


def test_folders_are_counted_apart():
    lines = report.by_folder([outcome(1), outcome(2, "failed"), outcome(1, file="root.feature")])
    assert [line.split()[:4] for line in lines] == [[".", "1", "of", "1"], ["a", "1", "of", "2"]]


@pytest.fixture
def features(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "f.feature").write_text(PASSING)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "g.feature").write_text(FAILING)
    return tmp_path


def test_the_command_prints_totals_and_writes_json(features, capsys):
    target = features / "report.json"
    assert main([str(features), "--jobs", "1", "--json", str(target)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed, 1 undefined"
    document = json.loads(target.read_text())
    assert document["total"] == {"passed": 1, "failed": 1, "undefined": 1}
    passed, failed, undefined = document["scenarios"]
    assert (passed["file"], passed["line"], passed["name"], passed["example"]) == ("one/f.feature", 3, "passes", None)
    assert (failed["step"], failed["step_line"]) == ('the average block duration is "x"', 4)
    assert failed["message"]
    assert undefined["outcome"] == "undefined"


def test_the_command_takes_folders_and_text(features, capsys):
    assert main([str(features), "one"]) == 0
    assert main([str(features), "-k", "PASSES"]) == 0
    assert main([str(features), "two", "-x", "--jobs", "1"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed, 0 undefined"
    assert main([str(features), "three"]) == 2


def test_two_processes_report_the_same_as_one(features, capsys):
    outputs = []
    for jobs in ("1", "2"):
        main([str(features), "--jobs", jobs])
        outputs.append([line for line in capsys.readouterr().out.splitlines() if " in " not in line])
    assert outputs[0] == outputs[1]
