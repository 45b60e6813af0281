"""Child processes with a log, the strict comparison, and a fresh clone."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools.stress.report import Failed, NotPossible

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 3600  # s; nothing that is run once comes near it
GRACE = 30  # s for a child to end by itself, when asked


@dataclass
class Course:
    """What the scenarios work with.

    Attributes
    ----------
    notebooks : list of Path
        The complete notebooks to run.
    folder : Path
        A temporary folder of this stress run.
    chosen : bool
        Were notebooks chosen, so that not everything has to be run?
    quick : bool
        A smoke test: one variant where there are several.
    times : int
        How often "again" runs.
    pythons : list of str
        The only versions to try, such as "3.9"; all if there is none.
    python : str
        The environment's Python.
    """

    notebooks: list
    folder: Path
    chosen: bool = False
    quick: bool = False
    times: int = 10
    pythons: list = field(default_factory=list)
    python: str = sys.executable
    kept: dict = field(default_factory=dict)

    @property
    def numbers(self):
        """The notebooks' numbers in words, "00 01 02"."""
        return " ".join(path.name[:2] for path in self.notebooks)

    def fresh(self, name):
        """Return a new folder for something that is called so."""
        number = sum(1 for _ in self.folder.iterdir())
        folder = self.folder / f"{number:03d}-{name}"
        folder.mkdir()
        return folder


def surroundings(**changes):
    """Return the environment variables of a child.

    Parameters
    ----------
    **changes : str or None
        Variables to be set, or with None taken away.
    """
    variables = {**os.environ, "COURSE_NO_BARS": "1", **changes}
    return {k: str(v) for k, v in variables.items() if v is not None}


def strict(python, *notebooks, more=()):
    """Return the command that runs notebooks and compares every output."""
    command = [str(python), "-m", "pytest", "--nbval", "--nbval-current-env"]
    command += ["-q", "-p", "no:cacheprovider", "--color=no", *more]
    return [*command, *[str(path) for path in notebooks]]


@contextlib.contextmanager
def child(command, log, cwd=ROOT, env=None, user=None):
    """Start a command in a process group of its own; it ends with the block.

    Parameters
    ----------
    command : list
        Program and arguments.
    log : Path
        What it writes is added here.
    cwd, env
        As in `subprocess.Popen`; by default the course's folder and
        `surroundings()`.
    user : int, optional
        Number of the user that runs it.

    Yields
    ------
    subprocess.Popen
        The running process.
    """
    if os.name == "nt":
        raise NotPossible("process groups are asked for: Linux or macOS")
    identity = {}
    if user is not None:
        identity = {"user": user, "group": user, "extra_groups": []}
    command = [str(part) for part in command]
    with open(log, "a", encoding="utf-8") as out:
        out.write("$ " + " ".join(command) + "\n")
        out.flush()
        process = subprocess.Popen(
            command, cwd=str(cwd), env=env or surroundings(), stdout=out,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            start_new_session=True, **identity,
        )
    try:
        yield process
    finally:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                tell(process, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE)
        tell(process, signal.SIGKILL)  # whom it left behind in its group


def tell(process, sign):
    """Send a signal to a child and its group, as Ctrl-C in a terminal."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, sign)


def run(command, log, *, patience=PATIENCE, **options):
    """Run a command to its end; `Failed` unless it returns 0."""
    with child(command, log, **options) as process:
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {patience} s") from None
    if code != 0:
        raise Failed(f"exit code {code}; {last_words(log)}")


def last_words(log):
    """Return the lines of a log that say most about a failure."""
    lines = Path(log).read_text(encoding="utf-8", errors="replace").split("\n")
    lines = [line.strip() for line in lines if line.strip()]
    telling = [k for k in lines if k.startswith(("FAILED", "ERROR"))]
    return "; ".join((telling or lines[-1:])[:3])[:300]


# --- a fresh clone, with an environment of its own ---------------------------


def clone(folder):
    """Clone the checkout, as a student gets it; what is not committed is not.

    Parameters
    ----------
    folder : Path
        A folder that is there; the clone is made in it.

    Returns
    -------
    Path
        The clone.
    """
    target = folder / "course"
    if not shutil.which("git") or not (ROOT / ".git").exists():
        raise NotPossible("a clone needs git, and a checkout made with it")
    command = ["git", "clone", "--quiet", "--no-hardlinks", ROOT, target]
    subprocess.run(
        [str(part) for part in command], check=True, capture_output=True
    )
    return target


def changed(checkout):
    """Return what git finds changed or new in a checkout, in words."""
    command = ["git", "-c", f"safe.directory={checkout}", "status", "--short"]
    done = subprocess.run(
        command, cwd=str(checkout), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def public_python():
    """Return a Python that every user of this machine can run."""
    base = getattr(sys, "_base_executable", sys.executable)
    for path in (base, shutil.which("python3", path="/usr/bin"),
                 shutil.which("python3", path="/usr/local/bin")):
        if path and public(Path(path).resolve()) and serves(path):
            return str(Path(path).resolve())
    raise NotPossible(
        "no Python of 3.9 to 3.13 lies where other users can run it"
    )


def public(path):
    """May everybody enter all folders above a path, and read it?"""
    return all(p.stat().st_mode & 0o5 == 0o5 for p in [path, *path.parents])


def serves(python, wanted=None):
    """Is this a Python that the course supports (and of this version)?"""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(python), "-c", code], capture_output=True, text=True
        )
    except OSError:
        return False
    found = done.stdout.strip()
    supported = [f"3.{minor}" for minor in range(9, 14)]
    return found in ([wanted] if wanted else supported)


def installed(course, log):
    """Return a clone with its own environment in .venv; made once a run.

    Parameters
    ----------
    course : Course
        Keeps it for later scenarios.
    log : Path
        Of the installation.
    """
    if "clone" not in course.kept:
        checkout = clone(course.fresh("clone"))
        command = [public_python(), "course.py", "test", "-q"]
        env = surroundings(PYTHONDONTWRITEBYTECODE=None)
        run([*command, "tests/test_equations.py"], log, cwd=checkout, env=env)
        course.kept["clone"] = checkout
    return course.kept["clone"]


def wait_for(condition, process, seconds=PATIENCE):
    """Wait until a condition holds; False if the process ended first."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.2)
    return False
