"""The Pythons of this machine, the lowest and the newest packages."""

import os
import shutil
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

from tools.stress.children import (
    ROOT,
    clone,
    run,
    serves,
    surroundings,
)
from tools.stress.report import Case, Failed, NotPossible

MINORS = [f"3.{minor}" for minor in range(9, 14)]
REPORTED = ("numpy", "tensorflow", "codecarbon", "matplotlib", "scikit-learn")


def constraints(text, python):
    """Return the lowest versions that a list of requirements admits.

    Parameters
    ----------
    text : str
        Of requirements.txt: each line with one `>=`.
    python : str
        Such as "3.9"; lines for other Pythons are left out.

    Returns
    -------
    list of str
        Lines "name==version", for `pip install -c`.

    Raises
    ------
    ValueError
        If a requirement has no lower end.
    """
    where = {**default_environment(), "python_version": python}
    pinned = []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line or line.startswith("-"):
            continue
        need = Requirement(line)
        if need.marker is not None and not need.marker.evaluate(where):
            continue
        lowest = [s.version for s in need.specifier if s.operator == ">="]
        if len(lowest) != 1:
            raise ValueError(f"requirements: expected one >=, got {line!r}")
        pinned.append(f"{need.name}=={lowest[0]}")
    return pinned


def pythons():
    """Return {"3.9": path, ...} of the supported Pythons found here."""
    found = {}
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for name in MINORS:
        places = sorted(root.glob(f"versions/{name}.*/bin/python"))
        places += [shutil.which(f"python{name}"), shutil.which("python3")]
        for place in places:
            if place and serves(place, name):
                found[name] = str(place)
                break
    return found


def chosen(course, names):
    """Return those of the versions that were asked for, all by default."""
    return [n for n in names if not course.pythons or n in course.pythons]


def what_to_test(course):
    """Return the arguments of course.py test: none means everything."""
    if not course.chosen:
        return []
    paths = [path.relative_to(ROOT).as_posix() for path in course.notebooks]
    return [*paths, "tests/test_data.py", "tests/test_network.py"]


def from_nothing(course, python, lowest=None):
    """Return a function of a log: clone, install, test."""
    def look(log):
        folder = course.fresh("python")
        checkout, venv = clone(folder), folder / "env"
        env = surroundings(COURSE_NO_BARS=None)
        if lowest:
            file = folder / "constraints.txt"
            file.write_text("\n".join(lowest) + "\n")
            env["PIP_CONSTRAINT"] = str(file)
        command = [python, "course.py", "test", "--venv", venv]
        try:
            run(
                [*command, *what_to_test(course)], log, cwd=checkout, env=env
            )
        finally:
            other = note_versions(venv / "bin" / "python", lowest or [], log)
        if other:
            raise Failed(f"not the lowest version: {other}")
        shutil.rmtree(folder)

    return look


def note_versions(python, lowest, log):
    """Add the main versions to the log; return what is not the lowest."""
    if not python.exists():
        return ["nothing was installed"]
    own = Path(str(log) + ".freeze")
    run([python, "-m", "pip", "list", "--format=freeze"], own)
    pairs = [k.split("==") for k in own.read_text().split() if "==" in k]
    have = {name.lower(): version for name, version in pairs}
    with open(log, "a", encoding="utf-8") as out:
        for name in REPORTED:
            out.write(f"{name} {have.get(name, 'not installed')}\n")
    needs = [Requirement(line) for line in lowest]
    return [
        f"{need} (found {have.get(need.name.lower())})" for need in needs
        if not need.specifier.contains(have.get(need.name.lower(), "0"))
    ]


def versions(course):
    """`pythonX course.py test` from nothing, with the newest packages."""
    here = pythons()
    cases = []
    for name in chosen(course, MINORS):
        look = missing(name)
        if name in here:
            look = from_nothing(course, here[name])
        cases.append(Case(f"Python {name}", look))
    return cases[:1] if course.quick else cases


def lowest(course):
    """The same with the lowest versions that requirements.txt admits."""
    here = pythons()
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    cases = []
    for name in chosen(course, MINORS[:-1]):  # NumPy 2.0: to 3.12
        look = missing(name)
        if name in here:
            look = from_nothing(course, here[name], constraints(text, name))
        cases.append(Case(f"Python {name}", look))
    return cases[:1] if course.quick else cases


def missing(name):
    def look(log):
        raise NotPossible(f"there is no Python {name}")

    return look
