"""Every right answer, put in place of the solution: do later cells still run?

    python -m tools.stress.carried 04

The notebook is run once, shortened: few images, two epochs or seeds where a
constant says how many. Then each right answer of `tests/catalogue` takes the
place of the solution, and the cells that depend on it run again.
"""

import argparse
import ast
import builtins
import copy
import re
import sys
import time
import types

import numpy as np

from exercises.source import exercise_in
from tools import build
from tools.mutants import catalogue
from tools.stress import runner

SHORTER = r"(^|_)(EPOCHS?|STEPS|SEEDS|REPEATS|ROUNDS|PROCESSES|CALLS)(_|$)"
LONG = 3.0  # seconds of processor time: such a cell is not run again
SMALL = 100_000  # entries of an array that is kept as it was


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="tools.stress.carried", description=__doc__.split("\n")[0]
    )
    parser.add_argument("notebook", type=int)
    failures = 0
    carried = Carried(parser.parse_args(arguments).notebook)
    for number, place, cells, error in carried.alternatives():
        print(f"{number}-{place}: {cells} later cells{error and ' FAIL'}"
              f"{error}", flush=True)
        failures += bool(error)
    print(f"{carried.skipped} of {len(carried.cells)} cells take long or do "
          f"not run shortened; {failures} answers stop the notebook")
    return int(failures > 0)


class Carried:
    """A notebook, run shortened, and what each of its cells had before it."""

    def __init__(self, notebook):
        self.notebook = notebook
        (path,) = build.find_sources([notebook])
        cells = runner.code_of(runner.read(path))
        self.tags = [cell.metadata.get("tags", []) for cell in cells]
        self.cells = [
            runner.without_asserts(runner.without_checks(cell.source))
            for cell in cells
        ]
        self.uses = [uses(code) for code in self.cells]
        self.defines = [defines(code) for code in self.cells]
        self.kernel = runner.Kernel(few=True)
        self.before, self.runs = [], []
        for code in self.cells:
            self._run_once(code)
        self.skipped = self.runs.count(False)

    def _run_once(self, code):
        space = self.kernel.space
        wanted = self._reached(uses(code))
        self.before.append({n: _kept(space[n]) for n in wanted if n in space})
        start = time.process_time()
        try:
            self.kernel.run(code)
            quick = time.process_time() - start < LONG
        except runner.Failed:
            quick = False
        self.runs.append(quick)
        for name in defines(code):
            if re.search(SHORTER, name):
                space[name] = _shorter(space.get(name))

    def _reached(self, names):
        """Return names and what the functions among them reach."""
        space, found, left = self.kernel.space, set(), set(names)
        while left:
            name = left.pop()
            found.add(name)
            value = space.get(name)
            if isinstance(value, types.FunctionType):
                if value.__globals__ is space:
                    left |= set(_names(value.__code__)) - found
        return found

    def alternatives(self):
        """Yield number, place, cells run, error of each right answer."""
        for number, entry in catalogue(self.notebook).items():
            at = next(k for k, tags in enumerate(self.tags)
                      if exercise_in(tags) == number)
            for place, code in enumerate(entry["right"]):
                yield (number, place, *self._carry(at, entry, code))

    def _carry(self, at, entry, code):
        space = self.kernel.space
        final, ran = dict(space), 0
        changed = set(self.defines[at])
        try:
            space.update(self.before[at])
            needs = {"np": np, "math": __import__("math")}
            exec(entry.get("needs", ""), needs)
            for name, value in needs.items():
                space.setdefault(name, value)
            self.kernel.run(code)
            for k in range(at + 1, len(self.cells)):
                reached = self._reached(self.uses[k])
                if not reached & changed:
                    continue
                if not self.runs[k]:  # what it made or filled is the first's
                    changed -= {
                        name for name in reached | self.defines[k]
                        if not isinstance(space.get(name), types.FunctionType)
                    }
                    continue
                own = {n: _kept(v) for n, v in self.before[k].items()
                       if n not in changed}
                space.update(own)
                changed |= self.defines[k]
                self.kernel.run(self.cells[k])
                ran += 1
        except runner.Failed as error:
            return ran, f" {error}"
        finally:
            space.clear()
            space.update(final)
        return ran, ""


def _kept(value):
    """Return a copy of what a cell may change in place, if it is small."""
    small = isinstance(value, (list, dict, set, np.random.Generator))
    if small or (isinstance(value, np.ndarray) and value.size < SMALL):
        try:
            return copy.deepcopy(value)
        except Exception:
            return value
    return value


def _shorter(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return min(value, 2)
    return value[:2] if isinstance(value, (tuple, list, range)) else value


def _names(code):
    """Yield the names in a function's code, inner ones included."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)


def uses(code):
    """Return the names that a cell reads."""
    return set(_names(compile(code, "cell", "exec"))) - set(dir(builtins))


def defines(code):
    """Return the names that a cell gives a value, or changes in place."""
    found = set()
    for node in ast.parse(code).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                found.add(part.id)
            elif isinstance(part, (ast.Subscript, ast.Attribute)):
                if isinstance(part.ctx, ast.Store):
                    found |= {n.id for n in ast.walk(part.value)
                              if isinstance(n, ast.Name)}
    return found


if __name__ == "__main__":
    sys.exit(main())
