"""The command line: ``python -m tests.conformance DIR [FOLDER ...] [options]``.

Ends with status 0 when every scenario passes (with ``--ratchet``: when every listed scenario that was run does).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.conformance import ratchet, report
from tests.conformance.outcome import PASSED, Outcome
from tests.conformance.parsing import find_features
from tests.conformance.runner import Options, run_files


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder of feature files")
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help="folders or files below it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome to a file")
    parser.add_argument("--perps", action="store_true", help="turn futures on default oracles into perpetuals")
    parser.add_argument(
        "-k", dest="text", default="", metavar="TEXT", help="only scenarios with this text in name or file"
    )
    parser.add_argument("-x", dest="first_failure", action="store_true", help="stop at the first failure")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N", help="processes (2)")
    parser.add_argument("--mutate", type=int, metavar="SEED", help="change one expected number of each scenario")
    parser.add_argument("--time-limit", type=int, default=120, metavar="S", help="seconds for a scenario (120)")
    parser.add_argument("--ratchet", action="store_true", help="fail only if a scenario of the list fails")
    parser.add_argument("--update-passing", action="store_true", help="store the list of what passes")
    parser.add_argument("-v", dest="verbose", action="store_true", help="print every failure")
    parser.add_argument("--causes", action="store_true", help="print the most frequent reasons of failure")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Run scenarios and report; returns the exit status."""
    given = _arguments(words)
    root = given.directory.resolve()
    try:
        paths = find_features(root, given.folders)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    options = Options(
        perps=given.perps,
        text=given.text,
        first_failure=given.first_failure,
        seed=given.mutate,
        time_limit=given.time_limit,
    )
    begin = time.perf_counter()
    outcomes: list[Outcome] = []
    for batch in run_files(root, paths, options, given.jobs):
        outcomes += batch
    outcomes.sort(key=lambda outcome: (outcome.file.encode(), outcome.line))
    seconds = time.perf_counter() - begin
    if given.json:
        report.write_json(given.json, outcomes)
    if given.mutate is not None:
        return _report_mutations(outcomes)
    return _report(given, outcomes, seconds)


def _report(given: argparse.Namespace, outcomes: list[Outcome], seconds: float) -> int:
    listed = ratchet.list_path(perps=given.perps)
    lost = ratchet.regressions(listed, outcomes)
    if given.verbose or given.first_failure:
        print("\n".join(report.failure(o) for o in outcomes if o.outcome != PASSED))
    if given.update_passing:
        added, removed = ratchet.write_list(listed, outcomes)
        print(f"{listed.name}: {added} scenarios added, {removed} removed")
    elif given.ratchet:
        for outcome in lost:
            print(f"no longer passes: {report.failure(outcome)}")
    if given.causes:
        print("\n".join(report.causes(outcomes)))
    print("\n".join(report.by_folder(outcomes)))
    print(f"{len(outcomes)} scenarios in {seconds:.1f} s")
    print(report.total(outcomes))
    failed = lost if given.ratchet else [outcome for outcome in outcomes if outcome.outcome != PASSED]
    return 1 if failed and not given.update_passing else 0


def _report_mutations(outcomes: list[Outcome]) -> int:
    """Print the scenarios that do not notice that a number is wrong."""
    survivors = [outcome for outcome in outcomes if outcome.kind == "Survived"]
    for outcome in survivors:
        print(f"{outcome.key} {outcome.name}\n    {outcome.step_line}: {outcome.message}")
    caught = sum(outcome.kind == "Caught" for outcome in outcomes)
    anyway = len(outcomes) - caught - len(survivors)
    print(f"{caught} changes caught, {len(survivors)} not noticed, {anyway} scenarios fail before the change")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
