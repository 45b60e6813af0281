"""Building, testing, installing and training, stopped midway."""

import csv
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tools.stress.children import (
    changed,
    child,
    clone,
    installed,
    public_python,
    run,
    surroundings,
    tell,
    wait_for,
)
from tools.stress.report import Case, Failed
from tools.stress.starts import IN_KERNEL

STOPPED = (4, 6, 7, 8)  # notebooks whose trainings are stopped
MOMENTS = (5, 15, 30)  # s after the start of a build or test


def training(course):
    """A kernel interrupt in every long cell."""
    def case(notebook):
        def look(log):
            run([course.python, IN_KERNEL, "interrupt", notebook], log)

        return Case(notebook.name[:2], look)

    chosen = [path for path in course.notebooks
              if int(path.name[:2]) in STOPPED or course.quick]
    return [case(path) for path in chosen]


def building(course):
    """Ctrl-C in course.py build and test: the checkout is as it was."""
    number = course.notebooks[-1].name[:2] if course.chosen else "04"
    notebook = f"notebooks/{course.notebooks[-1].name}"

    def case(words, arguments, seconds, sign):
        def look(log):
            checkout = installed(course, log)
            stop(checkout, arguments, seconds, sign, log)

        name = signal.Signals(sign).name
        return Case(f"{words}, {name} at {seconds} s", look)

    build, test = ["build", number], ["test", notebook]
    cases = []
    for seconds in MOMENTS[:1] if course.quick else MOMENTS:
        for sign in (signal.SIGINT, signal.SIGKILL):
            cases.append(case(f"build {number}", build, seconds, sign))
        cases.append(case("test", test, seconds, signal.SIGINT))
    return cases


def stop(checkout, arguments, seconds, sign, log):
    """Start a command of course.py, stop it, look what it left."""
    before = processes(checkout)
    command = [python_of(checkout), "course.py", *arguments]
    with child(command, log, cwd=checkout) as process:
        try:
            process.wait(seconds)
            raise Failed("it ended before it could be stopped")
        except subprocess.TimeoutExpired:
            tell(process, sign)
        try:
            code = process.wait(60)
        except subprocess.TimeoutExpired:
            raise Failed("it went on for a minute after the stop") from None
    if code == 0:
        raise Failed("it said that all was well (exit code 0)")
    if changed(checkout):
        raise Failed(f"left in the checkout: {changed(checkout)}")
    said = Path(log).read_text(encoding="utf-8").lower()
    if sign == signal.SIGINT and "interrupt" not in said[-2000:]:
        raise Failed("no word of the interruption: " + said[-200:])
    end = time.monotonic() + 30
    while processes(checkout) - before:
        if time.monotonic() > end:
            raise Failed("a kernel was left behind")
        time.sleep(1)


def processes(checkout):
    """Return the numbers of the processes that run the clone's Python."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if str(checkout).encode() in command:
            found.add(int(path.parent.name))
    return found - {os.getpid()}


# --- installing ------------------------------------------------------------


def installing(course):
    """An installation stopped, then the same command again."""
    def case(sign, words, reached):
        def look(log):
            folder = course.fresh("install")
            checkout = clone(folder)
            env = surroundings(PYTHONDONTWRITEBYTECODE=None)
            command = [public_python(), "course.py", "test"]
            command += ["tests/test_equations.py", "-q"]
            with child(command, log, cwd=checkout, env=env) as process:
                if not wait_for(lambda: reached(checkout), process):
                    raise Failed("it ended before it could be stopped")
                tell(process, sign)
                process.wait(60)
            run(command, log, cwd=checkout, env=env)
            broken = incomplete(checkout)
            if broken:
                raise Failed(f"taken for whole: {broken[:5]}")
            shutil.rmtree(folder)

        return Case(f"{signal.Signals(sign).name} {words}", look)

    def packages(checkout):
        return list(checkout.glob(".venv/lib/python*/site-packages/*"))

    def begun(checkout):
        return bool(packages(checkout))

    def midway(checkout):
        """A large package is being written: its list of files is missing."""
        return any(
            path.name in ("numpy", "scipy", "matplotlib")
            and not any(path.parent.glob(f"{path.name}-*.dist-info/RECORD"))
            for path in packages(checkout)
        )

    def late(checkout):
        return any(path.name == "tensorflow" for path in packages(checkout))

    moments = [(signal.SIGKILL, "while a package is half-written", midway)]
    moments += [(signal.SIGINT, "at the beginning", begun),
                (signal.SIGINT, "while TensorFlow is written", late),
                (signal.SIGKILL, "while TensorFlow is written", late)]
    return [case(*moment) for moment in moments[: 1 if course.quick else 4]]


def incomplete(checkout):
    """Return the installed files that are missing or of another size."""
    broken = []
    for record in checkout.glob(".venv/lib/python*/site-packages/*/RECORD"):
        site = record.parents[1]
        with open(record, newline="", encoding="utf-8") as text:
            for name, _, size in csv.reader(text):
                path = site / name
                if not path.exists():
                    broken.append(name)
                elif size and path.stat().st_size != int(size):
                    broken.append(name)
    unlisted = [
        path for path in
        checkout.glob(".venv/lib/python*/site-packages/*.dist-info")
        if not (path / "RECORD").exists()
    ]
    return broken + [path.name for path in unlisted]


def python_of(checkout):
    return checkout / ".venv" / "bin" / "python"
