"""Interrupts: nothing half-done is taken for whole, the next run is right.

They are real: a process of its own gets the signal of the stop button.
"""

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest

from helpers import build

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402  (it is no package's module)

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="sends the signals of POSIX"
)
PATIENCE = 60  # seconds; none of it takes a tenth of that on a free machine


class Process:
    """A Python process that says how far it is, line by line."""

    def __init__(self, code, *arguments, group=False):
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", code, *map(str, arguments)],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=ROOT, start_new_session=group,
        )
        self.group = group
        # whatever waits for it is not to wait for ever
        self.timer = threading.Timer(PATIENCE, self.process.kill)
        self.timer.start()

    def wait_for(self, text):
        """Read lines up to one that begins in this way; return it."""
        for line in self.process.stdout:
            if line.startswith(text):
                return line.strip()
        raise AssertionError(
            f"it ended without {text!r}: {self.process.stderr.read()}"
        )

    def interrupt(self):
        """Press the stop button (or, in a terminal, control and C)."""
        if self.group:
            os.killpg(self.process.pid, signal.SIGINT)
        else:
            self.process.send_signal(signal.SIGINT)

    def end(self):
        """Return the rest of what it wrote, and its exit code."""
        # not by communicate, which does not know what was read ahead
        out, err = self.process.stdout.read(), self.process.stderr.read()
        self.process.wait()
        self.timer.cancel()
        assert "Traceback" not in err, err
        return out.splitlines(), self.process.returncode


# --- a study -----------------------------------------------------------------

STUDY = """
import sys, threading, time
import numpy as np
from helpers import layers
from helpers.studies import run_study

rng = np.random.default_rng(0)
x = rng.uniform(size=(400, 50)).astype(np.float32)
y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 400)]
slow, finished = True, []

def training(seed):
    rng = np.random.default_rng(seed)
    p = layers.initialise((50, 20, 3), rng)
    p = layers.train(p, x, y, 3, 20, 0.1, rng)
    if slow:
        time.sleep(0.1)
    finished.append(seed)
    if slow:
        sys.stdout.write("finished\\n")
    return float(p["W0"].sum())

settings = [(seed,) for seed in range(60)]
first = run_study(training, settings, workers=2, least=0)
print("threads", sum("Pool" in t.name for t in threading.enumerate()))
print("kept", len(first), len(finished), list(first) == settings[:len(first)])
slow, begun = False, len(finished)
second = run_study(training, settings, workers=2, done=first)
print("second", len(finished) - begun + len(first), list(second) == settings)
print("right", second == run_study(training, settings, workers=2))
"""


def test_interrupted_study_keeps_what_is_done():
    study = Process(STUDY)
    study.wait_for("finished")
    study.wait_for("finished")
    study.interrupt()
    start = time.monotonic()
    study.wait_for("interrupted")
    done = study.wait_for("")
    while done in ("finished", ""):  # what was under way
        done = study.wait_for("")
    assert time.monotonic() - start < PATIENCE / 4
    number, _, total, _ = done.split()
    assert 2 <= int(number) < int(total) == 60
    lines, code = study.end()
    assert lines == [
        "threads 0",
        f"kept {number} {number} True",
        "second 60 True",
        "right True",
    ]
    assert code == 0


TWICE = """
import sys, threading, time
from helpers.studies import run_study

release = threading.Event()

def stubborn(k):
    if k:
        sys.stdout.write("began\\n")
        release.wait()
    return k

start = time.monotonic()
settings = [(0,), (1,), (2,), (3,)]
results = run_study(stubborn, settings, workers=2, least=0)
print("results", results)
release.set()
"""


def test_second_interrupt_does_not_wait():
    study = Process(TWICE)
    study.wait_for("began")
    study.wait_for("began")
    study.interrupt()
    study.wait_for("interrupted")
    study.interrupt()
    # Python drops one that comes inside a destructor: a person presses again
    again = threading.Timer(10, study.interrupt)
    again.start()
    study.wait_for("1 of 4 done")
    again.cancel()
    assert study.wait_for("results") == "results {(0,): 0}"
    assert study.end() == ([], 0)


# --- a training, a measurement, a check --------------------------------------

TRAINING = """
import numpy as np
from helpers import layers, network

rng = np.random.default_rng(0)
x = rng.uniform(size=(200, 30)).astype(np.float32)
y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 200)]
start = layers.initialise((30, 20, 3), rng)
kept = {name: array.copy() for name, array in start.items()}

def train(epochs, after_epoch=None):
    rng = np.random.default_rng(1)
    return layers.train(start, x, y, epochs, 10, 0.1, rng,
                        after_epoch=after_epoch)

def plain(epochs, after_epoch=None):
    rng = np.random.default_rng(1)
    arrays = tuple(start.values())
    return network.train(arrays, x, y, epochs, 10, 0.1, rng, after_epoch)

def told(epoch, parameters):
    print("epoch")

for function in (train, plain):
    before = function(3)
    try:
        function(10**7, told)
    except KeyboardInterrupt:
        print("stopped")
    same = all(np.array_equal(kept[n], start[n]) for n in kept)
    again = function(3)
    if isinstance(again, dict):
        before, again = before.values(), again.values()
    print("unharmed", same,
          all(np.array_equal(a, b) for a, b in zip(before, again)))
"""


def test_interrupted_training_leaves_its_start_alone():
    training = Process(TRAINING)
    for _ in ("layers", "network"):
        training.wait_for("epoch")
        training.interrupt()
        training.wait_for("stopped")
        assert training.wait_for("unharmed") == "unharmed True True"
    assert training.end() == ([], 0)


MEASUREMENT = """
import time
from helpers import timing

timing.prepare_meter()
try:
    with timing.measure() as meter:
        print("begun")
        time.sleep(60)
except KeyboardInterrupt:
    print("stopped", 0.1 < meter.seconds < 30, meter.reason or "energy")
print("active", timing._active)
with timing.measure() as meter:
    time.sleep(0.3)
print("next", meter.reason or "energy", 0.3 <= meter.seconds < 3)
"""


def test_interrupted_measurement_is_complete_and_the_next_one_right():
    measurement = Process(MEASUREMENT)
    measurement.wait_for("begun")
    time.sleep(0.3)
    measurement.interrupt()
    assert measurement.end() == (
        ["stopped True energy", "active []", "next energy True"], 0,
    )


CHECK = """
import sys, threading, time
import numpy as np
from helpers import exercises

def endless(*args):
    sys.__stdout__.write("begun\\n")
    while True:
        try:
            time.sleep(0.01)
        except:
            pass

try:
    exercises.check("0.1", endless)
except KeyboardInterrupt:
    print("stopped", threading.active_count(), input.__name__)
print(exercises.judge("0.1", lambda p, e: np.mean(p == e))[0])
"""


def test_interrupted_check_ends_the_answer():
    check = Process(CHECK)
    check.wait_for("begun")
    start = time.monotonic()
    check.interrupt()
    lines, code = check.end()
    assert (lines, code) == (["stopped 1 input", "right"], 0)
    assert time.monotonic() - start < exercises_patience()


def exercises_patience():
    from helpers import exercises

    return exercises.SECONDS - 1  # it was the interrupt, not the time


# --- a build -----------------------------------------------------------------

SOURCE = """# %%
import os
from pathlib import Path

Path("begun").write_text(str(os.getpid()))

# %%
import time

time.sleep(100)
"""
BUILD = """
import sys
from pathlib import Path
from helpers import build
here = Path(sys.argv[1])
build.NOTEBOOKS, build.SOURCES = here, here / "source"
build.STUDENT = here / "student"
sys.exit(build.main(["build", "07"]))
"""


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("group", [False, True], ids=["process", "terminal"])
def test_interrupted_build_leaves_what_was_there(group, tmp_path):
    """In a terminal the kernel gets the signal, too."""
    for folder in ("source", "student"):
        (tmp_path / folder).mkdir()
    (tmp_path / "source" / "07_small.py").write_text(SOURCE)
    old = {
        path: path.write_text(f"the old {path.name}") and path.read_text()
        for path in (
            tmp_path / "07_small.ipynb", tmp_path / "student/07_small.ipynb"
        )
    }
    process = Process(BUILD, tmp_path, group=group)
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "begun").exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)
    kernel = int((tmp_path / "begun").read_text())
    process.interrupt()
    lines, code = process.end()
    assert code == 130 and lines[-1].startswith("interrupted")
    for path, text in old.items():
        assert path.read_text() == text
    assert not list(tmp_path.glob("**/*.new"))
    end = time.monotonic() + 10
    while alive(kernel) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(kernel)


@pytest.mark.parametrize("moment", ["half written", "before the exchange"])
def test_interrupted_writing_leaves_the_old_file(
    moment, tmp_path, monkeypatch
):
    path = tmp_path / "file.txt"
    path.write_text("the old one")
    real = Path.write_bytes

    def half(self, content):
        real(self, content[: len(content) // 2])
        raise KeyboardInterrupt

    def interrupted(*args):
        raise KeyboardInterrupt

    if moment == "half written":
        monkeypatch.setattr(Path, "write_bytes", half)
    else:
        monkeypatch.setattr(build.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.replace(path, b"the new one")
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["file.txt"]
    assert path.read_text() == "the old one"
    build.replace(path, b"the new one")
    assert path.read_bytes() == b"the new one"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_nothing_is_written_in_another_way():
    """All that `helpers` writes into the course goes through `replace`."""
    writers = {"write_text", "write_bytes", "open", "write", "tofile", "save"}
    found = set()
    for path in sorted((ROOT / "helpers").glob("**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call):
                        name = getattr(node.func, "attr", None)
                        name = name or getattr(node.func, "id", None)
                        if name in writers:
                            found.add((path.stem, function.name, name))
    assert found == {
        ("build", "build", "write"),  # which ends in `replace`
        ("build", "replace", "write_bytes"),
        ("plotting", "_png", "save"),  # in memory
        ("quiet_tensorflow", "quiet_descriptor", "write"),  # a descriptor
    }


def test_interrupted_pull_keeps_the_source(tmp_path, monkeypatch):
    """The one copy of what somebody wrote is not lost."""
    (tmp_path / "source").mkdir()
    source = tmp_path / "source" / "07_small.py"
    source.write_text("# %%\nx = 1\n")
    notebook = nbformat.v4.new_notebook(metadata=build.KERNEL)
    notebook.cells = [nbformat.v4.new_code_cell("x = 2")]
    nbformat.write(notebook, tmp_path / "07_small.ipynb")
    monkeypatch.setattr(build, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path / "source")

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(build.os, "replace", interrupted)
        assert build.main(["pull"]) == 130
    assert source.read_text() == "# %%\nx = 1\n"
    assert build.main(["pull"]) == 0
    assert source.read_text() == "# %%\nx = 2\n"


# --- an installation ---------------------------------------------------------

INSTALLATION = """
import sys, time
from pathlib import Path
import course

def make(folder, python):
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("")
    (folder / "pyvenv.cfg").write_text("")

def install(python, requirements):
    print("installing")
    time.sleep(60)

course.make_environment, course.install = make, install
sys.exit(course.main(["build", "--venv", sys.argv[1]]))
"""


def test_interrupted_installation_is_not_taken_for_whole(tmp_path):
    for _ in range(2):
        process = Process(INSTALLATION, tmp_path / "env")
        process.wait_for("installing")
        process.interrupt()
        lines, code = process.end()
        assert code == 130 and "run the same command again" in lines[-1]
        assert not (tmp_path / "env" / course.STAMP).exists()


def test_environment_interrupted_at_its_very_start_is_made_anew(
    tmp_path, monkeypatch
):
    """`python -m venv` makes empty folders before anything else."""
    for name in ("bin", "include", "lib/python3.11/site-packages"):
        (tmp_path / name).mkdir(parents=True)
    made = []
    monkeypatch.setattr(
        course.subprocess, "call", lambda command: made.append(command) or 0
    )
    course.make_environment(tmp_path, tmp_path / "bin" / "python")
    assert len(made) == 1 and "--clear" in made[0]


def test_pip_whose_upgrade_was_interrupted_is_noticed(tmp_path, monkeypatch):
    """Half of it is there: it can be imported, and installs nothing."""
    python = Path(sys.executable)
    assert course.works(python)
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__init__.py").write_text('__version__ = "25.0"\n')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert not course.works(python)
