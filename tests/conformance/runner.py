"""Runs scenarios: each in a fresh world, the scenarios of a file in order, files over several processes."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import tests.conformance.steps  # noqa: F401 - registers the steps
from tests.conformance.checks import check_net_deposits
from tests.conformance.configurations import Configurations
from tests.conformance.failures import NotBuiltYet, StepFailed
from tests.conformance.mutation import Mutation, mutate
from tests.conformance.outcome import FAILED, PASSED, UNDEFINED, Outcome, outcome_of
from tests.conformance.parsing import Scenario, Step, read_feature
from tests.conformance.registry import REGISTRY
from tests.conformance.tables import Row
from tests.conformance.world import World

NO_PERPETUAL_RUN = "@NoPerp"


@dataclass(frozen=True, slots=True)
class Options:
    """What to run and how.

    Args:
        perps: futures on the default oracles become perpetuals, scenarios tagged ``@NoPerp`` are left out.
        text: only scenarios with this text in file or name.
        first_failure: stop there.
        seed: of the mutations; None runs the scenarios as they are.
        time_limit: seconds that a scenario may take.
    """

    perps: bool = False
    text: str = ""
    first_failure: bool = False
    seed: int | None = None
    time_limit: int = 120

    def selects(self, scenario: Scenario) -> bool:
        """The scenario is to be run."""
        if self.perps and NO_PERPETUAL_RUN in scenario.tags:
            return False
        return self.text.lower() in f"{scenario.key} {scenario.name}".lower()


class TookTooLong(Exception):
    """A scenario exceeded the time limit."""


def run_file(scenarios: Sequence[Scenario], options: Options) -> Iterator[Outcome]:
    """Run the chosen scenarios of one file; the others only leave their named configurations."""
    configurations = Configurations()
    for scenario in scenarios:
        if not options.selects(scenario):
            keep_configurations(scenario, configurations)
            continue
        if options.seed is None:
            yield run_scenario(scenario, configurations, options)
        else:
            yield from _run_mutated(scenario, configurations, options)


def _run_mutated(scenario: Scenario, configurations: Configurations, options: Options) -> Iterator[Outcome]:
    assert options.seed is not None
    mutation = mutate(scenario, options.seed)
    if mutation is None:
        keep_configurations(scenario, configurations)
        return
    outcome = run_scenario(mutation.scenario, configurations, options)
    yield replace(outcome, **_verdict(mutation, outcome))


def _verdict(mutation: Mutation, outcome: Outcome) -> dict[str, Any]:
    """A mutated scenario does well when it fails, and does so at the changed step."""
    if outcome.outcome == PASSED:
        return {
            "outcome": FAILED,
            "kind": "Survived",
            "step": mutation.step.text,
            "step_line": mutation.step.line,
            "message": f"still passes with {mutation.change}",
        }
    at_mutation = outcome.step_line == mutation.step.line
    kind = "Caught" if at_mutation else "FailsAnyway"
    return {"outcome": PASSED if at_mutation else UNDEFINED, "kind": kind, "message": mutation.change}


def keep_configurations(scenario: Scenario, configurations: Configurations) -> None:
    """Carry out only the steps that outlive the scenario."""
    world: Any = _Keeper(configurations)
    for step in scenario.steps:
        found = REGISTRY.find(step.text)
        if found is not None and found[0].keeps:
            REGISTRY.run(step.text, step.table, world)


class _Keeper:
    """What stands for a world where only names are kept."""

    def __init__(self, configurations: Configurations) -> None:
        self.configurations = configurations
        self.network = self

    def arm_schedule(self, name: str, trigger: object) -> None:
        """There is no network whose time could come."""


def run_scenario(scenario: Scenario, configurations: Configurations, options: Options) -> Outcome:
    """Run one scenario in a fresh world."""
    start = time.perf_counter()
    undefined = next((step for step in scenario.steps if REGISTRY.find(step.text) is None), None)
    if undefined is not None:
        return outcome_of(
            scenario, UNDEFINED, 0, kind="Undefined", step=undefined.text, step_line=undefined.line,
            message="no pattern matches this step",
        )  # fmt: skip
    previous = _set_alarm(options.time_limit)
    try:
        why = _run_steps(scenario, configurations, options)
    finally:
        _clear_alarm(previous)
    seconds = time.perf_counter() - start
    return outcome_of(scenario, FAILED if why else PASSED, seconds, **(why or {}))


def _run_steps(scenario: Scenario, configurations: Configurations, options: Options) -> dict[str, Any] | None:
    """Run the steps and the checks around them; returns what failed."""
    world: World | None = None
    step: Step | None = None
    try:
        for step in scenario.steps:
            if world is None:
                world = World(configurations, perps=options.perps)
            world.reconciliation.start_step()
            REGISTRY.run(step.text, step.table, world)
            world.reconciliation.finish_step()
        if world is not None:
            check_net_deposits(world)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a scenario is its outcome
        at_end = step is scenario.steps[-1] and isinstance(error, StepFailed) and "net deposits" in str(error)
        return _why(error, None if at_end else step)
    return None


def _why(error: Exception, step: Step | None) -> dict[str, Any]:
    kind = NotBuiltYet if isinstance(error, NotImplementedError) else type(error)
    told: dict[str, Any] = {
        "kind": kind.__name__,
        "step": step.text if step else "(end of the scenario)",
        "step_line": step.line if step else 0,
        "message": str(error) or type(error).__name__,
    }
    if isinstance(error, StepFailed):
        row = error.row
        told |= {
            "row": row.cells if isinstance(row, Row) else row,
            "expected": None if error.expected is None else str(error.expected),
            "got": None if error.got is None else str(error.got),
        }
    else:
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        told["trace"] = " > ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
    return told


# -- time limit ------------------------------------------------------------------------------------------------------


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TookTooLong


def _set_alarm(seconds: int) -> Any:
    if not seconds or threading.current_thread() is not threading.main_thread():
        return None
    previous = signal.signal(signal.SIGALRM, _ring)
    signal.alarm(seconds)
    return previous


def _clear_alarm(previous: Any) -> None:
    if previous is not None:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


# -- many files ------------------------------------------------------------------------------------------------------


def _work(job: tuple[Path, Path, Options]) -> list[Outcome]:
    root, path, options = job
    outcomes = []
    for outcome in run_file(read_feature(root, path), options):
        outcomes.append(outcome)
        if options.first_failure and outcome.outcome != PASSED:
            break
    gc.collect()
    return outcomes


def run_files(root: Path, paths: Sequence[Path], options: Options, jobs: int) -> Iterator[list[Outcome]]:
    """Run files, several at a time; the outcomes of a file come together, files in any order."""
    work = [(root, path, options) for path in paths]
    if jobs <= 1 or len(work) <= 1:
        for job in work:
            outcomes = _work(job)
            yield outcomes
            if options.first_failure and any(o.outcome != PASSED for o in outcomes):
                return
        return
    work.sort(key=lambda job: -job[1].stat().st_size)  # long ones first
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for outcomes in pool.imap_unordered(_work, work):
            yield outcomes
            if options.first_failure and any(o.outcome != PASSED for o in outcomes):
                pool.terminate()
                return
