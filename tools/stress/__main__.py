"""The course in the worst classroom: python3 course.py stress.

Runs the notebooks strictly, or commands, under one bad condition after the
other, and prints a table of what became of them. What a machine cannot do is
said so, and never counted as passed.
"""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tools.stress.children import ROOT, Course
from tools.stress.interrupts import building, installing, training
from tools.stress.no_network import every_call, lab_offline, no_network
from tools.stress.play import play
from tools.stress.report import FAILED, Scenario, collect, run_cases, table
from tools.stress.shared import at_once, no_home
from tools.stress.starts import (
    again,
    each_cell_twice,
    folders,
    restart,
    settings,
    twice,
    twice_in_a_row,
)
from tools.stress.versions import MINORS, lowest, versions

LIGHT = ("00", "02")  # what --quick runs
SCENARIOS = [
    Scenario("no-network", "no interface, every attempt counted", "10",
             no_network),
    Scenario("traced", "no interface, every call traced (strace)", "15",
             every_call, light=False),
    Scenario("lab-offline", "JupyterLab with nothing but loopback", "1",
             lab_offline),
    Scenario("versions", "each Python from nothing, newest packages", "60",
             versions, light=False),
    Scenario("lowest", "each Python but 3.13 with the lowest versions", "50",
             lowest, light=False),
    Scenario("read-only", "checkout read-only, another user's", "10",
             at_once(1), light=False),
    Scenario("two-at-once", "two users at once", "15",
             at_once(2), light=False),
    Scenario("four-at-once", "four users at once", "30",
             at_once(4), light=False),
    Scenario("no-home", "a home folder that cannot be written", "8",
             no_home, light=False),
    Scenario("folders", "kernel started in three folders", "25", folders),
    Scenario("restart", "kernel restarted in the middle", "12", restart),
    Scenario("cells-twice", "every cell run twice in a row", "15",
             twice(each_cell_twice)),
    Scenario("run-twice", "run twice in the same kernel", "15",
             twice(twice_in_a_row)),
    Scenario("settings", "hash seeds, locales, time zone, threads, backends",
             "40", settings),
    Scenario("play", "every setting changed, cells again and twice", "60",
             play, light=False),
    Scenario("training", "the stop button in every long cell", "20",
             training),
    Scenario("building", "building and testing stopped", "6", building,
             light=False),
    Scenario("installing", "installing stopped, then again", "25",
             installing, light=False),
    Scenario("again", "the strict run N times in a row (--times)", "90",
             again),
]


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="course.py stress", description=__doc__.split("\n")[0]
    )
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument(
        "names", nargs="*", metavar="NAME",
        help="scenarios, such as play; the same as --only",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=names, default=[]
    )
    parser.add_argument(
        "--notebooks", nargs="+", metavar="NN", default=[],
        help="numbers, such as 04; all by default",
    )
    parser.add_argument(
        "--quick", action="store_true",
        help="two light notebooks, and nothing that installs",
    )
    parser.add_argument(
        "--pythons", nargs="+", metavar="3.N", choices=MINORS, default=[],
        help="for versions and lowest, such as 3.9; all by default",
    )
    parser.add_argument("--times", type=int, default=10, metavar="N")
    parser.add_argument(
        "--logs", type=Path, metavar="DIR", help="where the logs are kept"
    )
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"no scenario {sorted(unknown)}; --list has them")
    options.only += options.names
    return parser, options


def find_notebooks(numbers):
    """Return the complete notebooks with these numbers, all by default.

    Raises
    ------
    ValueError
        If there is none with one of the numbers.
    """
    paths = sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
    wanted = [f"{int(number):02d}" for number in numbers]
    missing = set(wanted) - {path.name[:2] for path in paths}
    if missing:
        raise ValueError(f"notebooks: no such numbers {sorted(missing)}")
    return [p for p in paths if not wanted or p.name[:2] in wanted]


def listing():
    """Return what `--list` prints."""
    lines = ["name             minutes  condition (all notebooks, two cores)"]
    for s in SCENARIOS:
        mark = "" if s.light else " (not in --quick)"
        lines.append(f"{s.name:16} {s.minutes:>7}  {s.words}{mark}")
    return "\n".join(lines)


def main(arguments=None):
    # in the background, a shell has us and our children ignore Ctrl-C, which
    # some of them are to get
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # what is running below us is ended, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser, options = parse(arguments)
    if options.list:
        print(listing())
        return 0
    numbers = options.notebooks or (LIGHT if options.quick else ())
    try:
        notebooks = find_notebooks(numbers)
    except ValueError as error:
        parser.error(str(error))
    chosen = [
        s for s in SCENARIOS
        if s.name in options.only
        or (not options.only and (s.light or not options.quick))
    ]
    times = 2 if options.quick else options.times
    with tempfile.TemporaryDirectory(prefix="course-stress-") as folder:
        course = Course(
            notebooks, Path(folder), bool(numbers), options.quick, times,
            options.pythons,
        )
        return stress(chosen, course, options.logs)


def stress(chosen, course, logs=None):
    """Run the chosen scenarios, print the table, return the exit code."""
    kept = logs or Path(tempfile.mkdtemp(prefix="course-stress-logs-"))
    kept.mkdir(parents=True, exist_ok=True)
    cases, outcomes = collect(chosen, course)
    first = len(outcomes)
    code = 0
    try:
        run_cases(cases, outcomes, kept.resolve())
    except KeyboardInterrupt:
        code = 130
    left = len(cases) - (len(outcomes) - first)
    print(table(outcomes, left))
    failed = any(o.state == FAILED for o in outcomes)
    if logs is None and not failed and code == 0:
        shutil.rmtree(kept)
    else:
        print(f"logs: {kept}")
    return code or int(failed)


if __name__ == "__main__":
    sys.exit(main())
