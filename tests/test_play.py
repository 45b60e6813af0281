"""A student plays: ten changes of light notebooks, and no cell fails."""

import ast
import subprocess
import sys

import pytest

from tools import build
from tools.stress import play, runner

# the others: course.py stress play
TEN = {1: ["0", "1", "3", "twice"], 2: ["0", "again"],
       3: ["0", "3", "4", "twice"]}
NOTEBOOKS = [int(path.stem[:2]) for path in build.find_sources()]


@pytest.mark.parametrize("notebook", TEN)
def test_ten_changes(notebook):
    command = [sys.executable, "-W", "ignore", "-m", "tools.stress.play"]
    command += [str(notebook), "--only", *TEN[notebook]]
    done = subprocess.run(command, cwd=runner.ROOT, capture_output=True,
                          text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_student_copies_hold_no_assert(notebook):
    """What must hold for the stored version is in an instructor's cell."""
    codes, _ = play.cells_of(notebook)
    asserts = [
        ast.unparse(node) for code in codes
        for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assert)
    ]
    assert not asserts


def test_changes_are_many_and_of_the_same_kind():
    found = {n: play.changes(n, play.cells_of(n)[0]) for n in NOTEBOOKS}
    assert sum(map(len, found.values())) >= 60
    for notebook, invited in play.INVITED.items():
        words = {change.words for change in found[notebook]}
        assert words >= {one for one, _, _ in invited}
    code = ("A, b, C_2 = 3, 4, 0.5\nD = range(4)\nK = 9\n"
            "SIZES = (784, 8, 10)\nWIDTHS = (1, 2, 3)\n"
            "QUIET = False\nN = 8  # neurons\n")
    changed = dict(play._constants(code))
    assert list(changed) == ["A = 4", "C_2 = 0.4", "D = range(3)",
                             "WIDTHS = (1, 2)", "N = 5"]
    assert "N = 5  # neurons" in changed["N = 5"]


def test_what_is_mixed_is_found(monkeypatch):
    """A result that survives a change of the setting it depends on."""
    class Kernel:
        def __init__(self, few):
            self.space = {}

        def run(self, code):
            exec(code, self.space)

    monkeypatch.setattr(runner, "Kernel", Kernel)
    cells = ["N = 3", "if 'kept' not in globals():\n    kept = 2 * N",
             "rows = [kept] * N"]
    change = play.Change("N = 2", 0, "N = 2")
    failures = play.run_again(cells, [[]] * 3, change)
    assert len(failures) == 2 and "kept is not" in failures[0]
