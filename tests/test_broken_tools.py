"""Tools that are missing, fail or hang: a clear word, and the rest works."""

import ast
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from helpers import build, timing

ROOT = Path(__file__).resolve().parents[1]
SHORT = 0.3  # seconds of patience in these tests


def run(code, *arguments, **environment):
    """Run code in a fresh process; return what it wrote."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
        env={**os.environ, **environment},
    )


# --- CodeCarbon -------------------------------------------------------------


@pytest.fixture
def fresh(monkeypatch):
    """The meter as in a fresh process, before it and after it."""

    def forget():
        timing.prepare_meter.cache_clear()
        timing.grid_table.cache_clear()
        timing._given_up.clear()
        timing._active.clear()

    monkeypatch.setattr(timing, "PATIENCE", SHORT)
    forget()
    yield
    forget()


def measured(least=0.1):
    """Measure a block; the time is right although there is no energy."""
    with timing.measure() as meter:
        time.sleep(least)
    assert least <= meter.seconds < least + 0.2
    assert math.isnan(meter.energy_kwh) and math.isnan(meter.emissions_g)
    assert math.isnan(meter.watts) and meter.reason in str(meter)
    return meter.reason


class Tracker:
    """A stand-in for CodeCarbon's that works, but for one method."""

    _start_time = 1.0

    def __init__(self, **options):
        self.do("__init__")

    def start(self):
        self.do("start")

    def stop(self):
        self.do("stop")

    def do(self, name):
        pass


def tracker(monkeypatch, method, action):
    """Put a tracker in place that does something in one method."""
    import codecarbon

    def do(self, name):
        if name == method:
            action()

    fake = type("Fake", (Tracker,), {"do": do})
    monkeypatch.setattr(codecarbon, "OfflineEmissionsTracker", fake)


@pytest.mark.parametrize("method", ["__init__", "start", "stop"])
def test_hanging_codecarbon_is_left_alone(method, fresh, monkeypatch):
    """Once only: later measurements do not wait again."""
    release = threading.Event()
    tracker(monkeypatch, method, release.wait)
    start = time.monotonic()
    reason = measured()
    assert reason == f"CodeCarbon did not answer within {SHORT} s"
    assert time.monotonic() - start < SHORT + 1 + 0.1 + 1
    start = time.monotonic()
    for _ in range(3):
        assert measured() == timing.prepare_meter() == reason
    assert time.monotonic() - start < 3 * 0.1 + 0.5
    release.set()


@pytest.mark.parametrize("method", ["__init__", "start", "stop"])
@pytest.mark.parametrize("error", [OSError("no sensor"), SystemExit(1)])
def test_failing_codecarbon_is_told(method, error, fresh, monkeypatch):
    def fail():
        raise error

    tracker(monkeypatch, method, fail)
    kind = type(error).__name__
    assert measured().startswith(f"CodeCarbon failed ({kind}: {error}")


def test_hanging_between_measurements_is_bounded(fresh, monkeypatch):
    """It worked at first: the sensor stops answering later."""
    release, calls = threading.Event(), []

    def third():
        calls.append(1)
        if len(calls) == 3:
            release.wait()

    tracker(monkeypatch, "start", third)
    assert "CodeCarbon failed" in measured()  # the stand-in has no figures
    assert "did not answer" in measured()
    assert "did not answer" in measured() and len(calls) == 3
    release.set()


@pytest.mark.parametrize("content", [None, "", "{", "[]"])
def test_damaged_table_of_grids(content, fresh, monkeypatch, tmp_path):
    path = tmp_path / "table.json"
    if content is not None:
        path.write_text(content)

    class Package:
        version = "3.9"

        def locate_file(self, name):
            return path

    monkeypatch.setattr(
        timing.metadata, "distribution", lambda name: Package()
    )
    assert "cannot be read" in measured()
    with pytest.raises(RuntimeError, match="table of grids"):
        timing.grid_intensity()


BROKEN_IMPORT = """
import sys, time
from helpers import timing
timing.PATIENCE = float(sys.argv[1])
for _ in range(2):
    start = time.monotonic()
    with timing.measure() as meter:
        time.sleep(0.1)
    print(meter.reason, meter.seconds >= 0.1, meter.grid_g_per_kwh > 0,
          time.monotonic() - start < 2.5, sep="|")
"""


@pytest.mark.parametrize(
    "code, reason",
    [
        ("raise OSError('a bad disk')", "failed (OSError: a bad disk)"),
        ("raise SystemExit('locked')", "failed (SystemExit: locked)"),
        ("", "failed (ImportError: cannot import name"),
        ("import time; time.sleep(30)", "did not answer within 0.5 s"),
    ],
)
def test_codecarbon_that_cannot_be_imported(code, reason, tmp_path):
    """Its figures of the grids are there all the same: they are a file."""
    (tmp_path / "codecarbon.py").write_text(code)
    done = run(BROKEN_IMPORT, 0.5, PYTHONPATH=str(tmp_path))
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        words, *facts = line.split("|")
        assert reason in words and facts == ["True"] * 3, line


def test_lock_of_another_codecarbon_does_not_matter(tmp_path):
    """A stale one, left by a killed process; it is not ours to remove."""
    lock = tmp_path / ".codecarbon.lock"
    lock.write_text("")
    code = (
        "import time\nfrom helpers import timing\n"
        "with timing.measure() as meter:\n    time.sleep(0.3)\n"
        "print(meter.reason or 'measured')\n"
    )
    done = run(code, TMPDIR=str(tmp_path), TEMP=str(tmp_path))
    assert (done.stdout, done.stderr) == ("measured\n", "")
    assert lock.exists() and os.listdir(tmp_path) == [lock.name]


# --- TensorFlow -------------------------------------------------------------

WITH_TENSORFLOW = {"05", "09"}  # the others run without it
HIDDEN = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
"""


def setup_of(number):
    """Return the code of a notebook's first cell of code."""
    (source,) = build.find_sources([number])
    cells = build.read_source(source).cells
    return next(cell.source for cell in cells if cell.cell_type == "code")


def imported(text):
    """Return the top-level modules and the names that a text imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module.split(".")[0]}
            found |= {name.name for name in node.names}
    return found


def test_only_these_notebooks_need_tensorflow():
    asking = set()
    for source in build.find_sources():
        text = source.read_text(encoding="utf-8")
        if imported(text) & {"tensorflow", "keras", "import_tensorflow"}:
            asking.add(source.name[:2])
    assert {"05"} <= asking <= WITH_TENSORFLOW


def test_the_others_begin_without_it():
    """Their imports work where TensorFlow and Keras cannot be loaded."""
    numbers = {s.name[:2] for s in build.find_sources()} - WITH_TENSORFLOW
    assert len(numbers) >= 8
    code = HIDDEN + "".join(
        f"exec({setup_of(number)!r}, {{}})\n" for number in sorted(numbers)
    )
    done = run(code + "print('all')", MPLBACKEND="agg")
    assert done.stdout.endswith("all\n"), done.stderr


def test_the_one_that_needs_it_says_what_to_do():
    """In a kernel: a few lines, and none of a traceback."""
    notebook = nbformat.v4.new_notebook(metadata=build.KERNEL)
    code = [HIDDEN, setup_of("05"), "print('the kernel goes on')"]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in code]
    NotebookClient(notebook, timeout=100, allow_errors=True).execute()
    (error,) = notebook.cells[1].outputs
    assert error.ename == "TensorFlowMissing"
    assert len(error.traceback) <= 5
    text = "\n".join(error.traceback)
    assert "python -m pip install -r requirements.txt" in text
    assert "Notebooks 00 to 04 and 06 to 08 do not need" in text
    assert 'File "' not in text
    assert notebook.cells[2].outputs[0].text == "the kernel goes on\n"


# --- memory -----------------------------------------------------------------

MEMORY = """
import resource
import numpy as np
from helpers import data, layers, network, study_06

np.ones((50, 50)) @ np.ones((50, 50))  # linear algebra has its buffers
rng = np.random.default_rng(0)
x = rng.uniform(size=(2000, 784)).astype(np.float32)
digits = rng.integers(0, 10, 2000)
y = np.eye(10, dtype=np.float32)[digits]
big = layers.initialise((784, 20_000, 10), rng)
page = int(open("/proc/self/statm").read().split()[0])
limit = page * resource.getpagesize() + 100 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for name, task in {
    "data": lambda: data.load_mnist(),
    "initialise": lambda: layers.initialise((784, 60_000, 10), rng),
    "train": lambda: layers.train(big, x, y, 1, 2000, 0.1, rng),
    "predict": lambda: layers.predict(x, big),
    "stack": lambda: study_06.train_stack(
        x, y, (784, 9_000, 10), range(9), 1, 100, 0.1),
}.items():
    try:
        task()
        print(name, "had room")
    except MemoryError as error:
        print(name, error, sep="|")
small = layers.initialise((784, 16, 10), rng)
small = layers.train(small, x, y, 2, 100, 0.1, rng)
print("then", layers.accuracy(x, digits, small) > 0.05)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits memory as Linux does"
)
def test_too_little_memory_is_told_and_the_rest_works():
    """A limit on the address space, 100 MB above what is there already."""
    done = run(MEMORY, OPENBLAS_NUM_THREADS="1")
    assert (done.stderr, done.returncode) == ("", 0)
    *lines, last = done.stdout.splitlines()
    assert len(lines) == 5 and last == "then True"
    for line in lines:
        name, message = line.split("|")
        assert "expected enough free memory, got: Unable to all" in message
        assert "Close other notebooks" in message
        assert message.count("expected") == 1, name


# --- a home that cannot be written ------------------------------------------

DRAW = """
import os
from helpers import plotting
fig, ax = plotting.figure()
ax.plot([1, 2])
print(len(plotting._png(fig)) > 1000)
"""


def test_drawing_needs_no_home(tmp_path):
    """Every folder matplotlib would write to lies below a file."""
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    names = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    homes = {name: str(nowhere / name) for name in (*names, "MPLCONFIGDIR")}
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    folders = {"TMPDIR": str(temporary), "TEMP": str(temporary)}
    done = run(DRAW, **homes, **folders, MPLBACKEND="agg")
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr
    assert "Traceback" not in done.stderr
    assert nowhere.read_text() == ""
