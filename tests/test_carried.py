"""What a check accepts works in all later cells."""

import subprocess
import sys

import pytest

from tools import build
from tools.stress import carried, runner

# the others take minutes each: python3 -m tools.stress.carried 04
NAMES = [path.stem for path in build.find_sources([0, 1, 2, 3])]


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_are_carried_through(name):
    """In a process of its own, since what shortens it would stay."""
    command = [sys.executable, "-W", "ignore", "-m", "tools.stress.carried"]
    done = subprocess.run([*command, name[:2]], cwd=runner.ROOT,
                          capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    # most of the notebook was looked at
    skipped, of = done.stdout.splitlines()[-1].split(" cells")[0].split(" of ")
    assert int(skipped) <= int(of) / 3, done.stdout


def test_what_a_cell_reads_and_sets():
    code = """
def f(x):
    return [g(x, y) for y in z]
a, b = 1, 2
table["k"] = c.d = max(3, e)
"""
    assert carried.uses(code) >= {"g", "z", "table", "c", "e"}
    assert not {"max"} & carried.uses(code)
    assert carried.defines(code) == {"f", "a", "b", "table", "c"}


class Kernel:
    def __init__(self):
        self.space = {}

    def run(self, code):
        try:
            exec(code, self.space)
        except Exception as error:
            raise runner.Failed(str(error)) from None


def test_a_fault_two_cells_later_is_found():
    """A list where an array is needed, in a function of the notebook's."""
    cells = ["def f(x):\n    return x * 2", "N_EPOCHS = 90",
             "def g(x):\n    return f(x).mean()", "import numpy as np",
             "h = g(np.ones(3))", "k = N_EPOCHS"]
    own = carried.Carried.__new__(carried.Carried)
    own.cells, own.kernel, own.before, own.runs = cells, Kernel(), [], []
    own.uses = [carried.uses(code) for code in cells]
    own.defines = [carried.defines(code) for code in cells]
    for code in cells:
        own._run_once(code)
    assert own.kernel.space["k"] == 2 and all(own.runs)
    ran, error = own._carry(0, {}, "def f(x):\n    return [2 * v for v in x]")
    assert ran == 1 and "has no attribute 'mean'" in error
    assert own._carry(0, {}, "def f(x):\n    return x + x") == (2, "")
    assert own.kernel.space["h"] == 2
