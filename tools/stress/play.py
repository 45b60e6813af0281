"""A student plays: each setting is changed, and no cell may fail.

    python -m tools.stress.play 04 [--only 3 7] [--list]

In the student copies, solutions filled in, every constant in capitals is
changed in turn, and what *On your own* and the text invite to. Each change is
a run from the top; `again` runs cells from a change on a second time, in the
kernel of the old settings, and wants what a fresh kernel gives; `twice` runs
every cell twice in a row. What trains on all images gets fewer of them, and no
figure is stored.
"""

import argparse
import ast
import re
import sys
from dataclasses import dataclass

import numpy as np

from tools import build
from tools.stress import children, runner
from tools.stress.report import Case

# no settings: facts, looks, and what a cell of its own says how to change
FIXED = {"K", "M", "H", "LITRE", "POUND", "SIMARD", "MEAN", "LIMIT"}
FIXED |= {"TOLERANCE"}
CLOCKS = {"duration", "times"}  # never the same twice
ALL_IMAGES = {4, 5}  # notebooks that train on them
# notebook: (words, what stands in a cell, what is put there)
INVITED = {
    0: [("matrices of 500", r"\(784, 128\)", "(784, 500)")],
    1: [
        ("twice the spread", r"x = np\.column_stack\(\[u \+ 2 \* y, ",
         "u, v = u * (1 + y), v * (1 + y)\n"
         "    x = np.column_stack([u + 2 * y, "),
        ("x2 by 100", r"0\.6 \* u \+ 0\.8 \* v\]\)", "60 * u + 80 * v])"),
        ("turned moons", r"return upper, np\.array\(\[1\.0, 0\.5\]\) - upper",
         "turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)\n"
         "    return upper @ turn, (np.array([1.0, 0.5]) - upper) @ turn"),
    ],
    2: [("three neurons", r"\[2, 8, 2\]", "[2, 3, 2]")],
    3: [("a closed gate", r"^(W0, b0 = .* )0\.5\]\)$", r"\1-0.5])")],
    4: [
        ("single images", r"^BATCH_SIZE, EPOCHS, RATE = .*",
         "BATCH_SIZE, EPOCHS, RATE = 1, 1, 0.02"),
        ("batches of 1024", r"^BATCH_SIZE, EPOCHS, RATE = .*",
         "BATCH_SIZE, EPOCHS, RATE = 1024, 3, 1.0"),
        ("no gate", r"return \(z > 0\)\.astype\(z\.dtype\)",
         "return np.ones_like(z)"),
        ("few neurons", r"^N = \d+", "N = 10"),
    ],
    5: [("no dropout", r"^ +keras\.layers\.Dropout\(.*\),\n", "")],
    6: [("one hidden layer", r"^HIDDEN, RATE, SEED = .*",
         "HIDDEN, RATE, SEED = (96,), 0.8, 6")],
    7: [("beyond the cliff", r"^OWN_RATE, OWN_EPOCHS = [\d.]+",
         "OWN_RATE, OWN_EPOCHS = 1.1")],
    8: [("another patience", r"^PATIENCE = \d+", "PATIENCE = 2")],
    9: [
        ("one step at once", r"steps_per_execution=32",
         "steps_per_execution=1"),
        ("another home", r'^COUNTRY = "FRA"', 'COUNTRY = "POL"'),
    ],
}


@dataclass
class Change:
    """One change of a notebook: in which cell, and what it then is."""

    words: str
    cell: int
    code: str


def changes(notebook, codes):
    """Return the list of `Change` of a notebook, whose cells are `codes`."""
    found = []
    for k, code in enumerate(codes):
        found += [Change(words, k, new) for words, new in _constants(code)]
    known = {change.code for change in found}
    for words, old, new in INVITED.get(notebook, ()):
        for k, code in enumerate(codes):
            changed = re.sub(old, new, code, flags=re.MULTILINE)
            if changed != code and changed not in known:
                found.append(Change(words, k, changed))
                break
    return found


def _constants(code):
    """Yield words and new code for each constant that a cell sets."""
    for node in ast.parse(code).body:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts))
        for name, part in pairs:
            name = getattr(name, "id", "")
            if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) and name not in FIXED:
                new = _other(part)
                if new is not None:
                    yield f"{name} = {new}", _replaced(code, part, new)


def _other(node):
    """Return another value of the same kind, as text, or None."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        inner = _other(node.args[0]) if len(node.args) == 1 else None
        return inner and f"range({inner})"
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value + 1 if value <= 3 else value // 2 + 1)
    if isinstance(value, float):
        return f"{0.8 * value:.4g}"
    if isinstance(value, tuple) and len(value) > 2 and all(
        isinstance(part, (int, float)) for part in value
    ) and sorted(set(value)) == list(value):
        return str(value[:-1])
    return None


def _replaced(code, node, new):
    lines = code.splitlines(keepends=True)
    starts = np.cumsum([0, *map(len, lines)])
    begin = starts[node.lineno - 1] + node.col_offset
    end = starts[node.end_lineno - 1] + node.end_col_offset
    return code[:begin] + new + code[end:]


# --- runs --------------------------------------------------------------------


def cells_of(notebook):
    """Return code and tags of the cells that students run."""
    (path,) = build.find_sources([notebook])
    cells = runner.code_of(runner.read(path))
    return ([runner.without_checks(cell.source) for cell in cells],
            [cell.metadata.get("tags", []) for cell in cells])


def run_change(codes, change, few=False):
    """Run a changed notebook from the top; return the failures, texts."""
    new = [*codes[: change.cell], change.code, *codes[change.cell + 1 :]]
    return run(runner.Kernel(few), new)


def run(kernel, codes):
    """Run cells in turn; return what failed, a text each."""
    failures = []
    for k, code in enumerate(codes):
        try:
            kernel.run(code)
        except runner.Failed as error:
            failures.append(f"  cell {k}: {error}")
    return failures


def run_again(codes, tags, change, few=False):
    """Run, change, run on from there; return failures and what is mixed."""
    old = runner.Kernel(few)
    rest = [change.code, *codes[change.cell + 1 :]]
    failures = run(old, codes) + run(old, rest)
    fresh = runner.Kernel(few)
    run(fresh, [*codes[: change.cell], *rest])
    measured = {"nbval-ignore-output", "draws"}
    from tools.stress.carried import defines

    for k in range(change.cell, len(codes)):
        for name in () if measured & set(tags[k]) else defines(codes[k]):
            one, other = old.space.get(name), fresh.space.get(name)
            if name not in CLOCKS and not _alike(one, other):
                failures.append(f"  cell {k}: {name} is not what it is in a "
                                "fresh kernel")
    return failures


def run_twice(codes, few=False):
    """Run every cell twice in a row; return the failures."""
    kernel = runner.Kernel(few)
    return run(kernel, [code for code in codes for _ in range(2)])


def _alike(one, other):
    """Are two values the same, as far as they are numbers and texts?"""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(
            _alike(one[key], other[key]) for key in one
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    kinds = (int, float, str, np.ndarray, np.number)
    if not isinstance(one, kinds) or not isinstance(other, kinds):
        return type(one) is type(other)
    one, other = np.asarray(one), np.asarray(other)
    if one.dtype.kind in "fiu" and other.dtype.kind in "fiu":
        return one.shape == other.shape and np.allclose(
            one, other, 1e-3, 1e-6, equal_nan=True
        )
    return one.shape == other.shape and bool(np.all(one == other))


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="tools.stress.play", description=__doc__.split("\n")[0]
    )
    parser.add_argument("notebook", type=int)
    parser.add_argument("--only", nargs="+", default=[], metavar="K",
                        help="numbers of changes, `again` or `twice`")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args(arguments)
    codes, tags = cells_of(options.notebook)
    found = changes(options.notebook, codes)
    if options.list:
        for k, change in enumerate(found):
            print(f"{k:3} cell {change.cell:3}  {change.words}")
        return 0
    failed, few = 0, options.notebook in ALL_IMAGES
    for name in options.only or [*range(len(found)), "again", "twice"]:
        if name == "twice":
            words, failures = "every cell twice", run_twice(codes, few)
        elif name == "again":
            change = found[0]
            words = f"again after {change.words}"
            failures = run_again(codes, tags, change, few)
        else:
            change = found[int(name)]
            words, failures = change.words, run_change(codes, change, few)
        print(f"{options.notebook:02d} {words}: "
              + ("no cell fails" if not failures else "FAIL"), flush=True)
        print("".join(f"{line}\n" for line in failures), end="", flush=True)
        failed += bool(failures)
    return int(failed > 0)


def play(course):
    """The scenario of `course.py stress`: a case for each change."""
    def case(notebook, name, words):
        def look(log):
            command = [course.python, "-W", "ignore", "-m",
                       "tools.stress.play", notebook, "--only", name]
            children.run(command, log,
                         env=children.surroundings(PYTHONPATH=runner.ROOT))

        return Case(f"{notebook:02d} {words}", look)

    cases = []
    for path in course.notebooks:
        notebook = int(path.name[:2])
        found = changes(notebook, cells_of(notebook)[0])
        cases += [case(notebook, k, f.words) for k, f in enumerate(found)]
        cases += [case(notebook, "twice", "every cell twice")]
        if found:
            cases += [case(notebook, "again", "again after a change")]
    return cases


if __name__ == "__main__":
    sys.exit(main())
