"""Cases, what became of them, and the table of it."""

import time
from dataclasses import dataclass
from typing import Callable

from helpers.progress import progress_bar

PASSED, FAILED, NOT_POSSIBLE = "passed", "failed", "not possible here"


class Failed(Exception):
    """A case did not come out as it must; says how."""


class NotPossible(Exception):
    """This machine cannot do a case; says why."""


@dataclass(frozen=True)
class Scenario:
    """A bad condition, and what is run under it.

    Attributes
    ----------
    name : str
        For `--only` and the table.
    words : str
        The condition in a few words.
    minutes : str
        About how long it takes on two cores, all notebooks.
    cases : callable
        Takes a `Course`, returns the list of its `Case`s; may raise
        `NotPossible` for all of them.
    light : bool
        Is it part of `--quick`?
    """

    name: str
    words: str
    minutes: str
    cases: Callable
    light: bool = True


@dataclass(frozen=True)
class Case:
    """One thing that is run: words for it, and a function of a log's path.

    The function returns nothing, or raises `Failed` or `NotPossible`.
    """

    what: str
    run: Callable


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    scenario: str
    what: str
    state: str
    seconds: float
    words: str = ""
    log: str = ""


def collect(scenarios, course):
    """Return ([(scenario's name, case), ...], outcomes of the impossible)."""
    cases, outcomes = [], []
    for scenario in scenarios:
        try:
            cases += [(scenario.name, c) for c in scenario.cases(course)]
        except NotPossible as reason:
            lost = (scenario.name, "-", NOT_POSSIBLE, 0.0, str(reason))
            outcomes.append(Outcome(*lost))
    return cases, outcomes


def run_cases(cases, outcomes, logs):
    """Run cases in their order and add to the outcomes.

    Parameters
    ----------
    cases : list of (str, Case)
        Scenario's name and case.
    outcomes : list of Outcome
        Is added to, so that what is done is known after an interruption.
    logs : Path
        Folder of the logs, one a case.
    """
    with progress_bar(range(len(cases)), "stress") as bar:
        for number, (name, case) in enumerate(cases):
            bar.set_postfix_str(f"{name}: {case.what}")
            log = logs / f"{number:03d}-{name}-{_slug(case.what)}.txt"
            outcomes.append(run_case(name, case, log))
            bar.update()


def run_case(name, case, log):
    """Run a case; return its `Outcome`."""
    state, words, start = PASSED, "", time.perf_counter()
    try:
        case.run(log)
    except Failed as error:
        state, words = FAILED, str(error)
    except NotPossible as reason:
        state, words = NOT_POSSIBLE, str(reason)
    except Exception as error:  # the harness itself: never a pass
        state, words = FAILED, f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    return Outcome(name, case.what, state, seconds, words, str(log))


def table(outcomes, left=0):
    """Return the table of outcomes, a line a scenario, and the failures.

    Parameters
    ----------
    outcomes : list of Outcome
        In the order in which they were run.
    left : int
        Cases that an interruption left undone.

    Returns
    -------
    str
        Scenario, what was run, times tried, passed, failed, seconds; below
        it each failure and each impossibility with its reason.
    """
    lines = [f"{'scenario':16} {'tried':>5} {'passed':>6} {'failed':>6} "
             f"{'seconds':>7}  what was run"]
    for name in dict.fromkeys(o.scenario for o in outcomes):
        own = [o for o in outcomes if o.scenario == name]
        count = {s: sum(o.state == s for o in own) for s in (PASSED, FAILED)}
        seconds = sum(o.seconds for o in own)
        done = [o.what for o in own if o.state != NOT_POSSIBLE]
        what = ", ".join(dict.fromkeys(done)) or NOT_POSSIBLE
        lines.append(f"{name:16} {len(done):5} {count[PASSED]:6} "
                     f"{count[FAILED]:6} {seconds:7.0f}  {what}")
    for o in outcomes:
        if o.state == FAILED:
            lines.append(f"FAILED {o.scenario}: {o.what}: {o.words}")
            lines.append(f"       log: {o.log}")
        elif o.state == NOT_POSSIBLE:
            what = "" if o.what == "-" else f"{o.what}: "
            lines.append(f"not possible here: {o.scenario}: {what}{o.words}")
    if left:
        lines.append(f"interrupted: {left} cases were not run")
    return "\n".join(lines)


def _slug(words):
    kept = [c if c.isalnum() or c in "._=" else "-" for c in words]
    return "".join(kept)[:60]
