"""Usual slips, made in each solution: does its check refuse them?

    python -m tools.mutants 06 [6.2 ...] [--all] [--solutions]

Of a right answer (the solution, and the right ones of the catalogue) one
place is changed at a time (`<` for `<=`, a sign, off by one, an axis, a
factor left out, an argument replaced by a constant, ...). A mutant that its
check accepts is compared with the answer on the inputs of the check and on
others near them. What differs there is a *survivor*: the check needs a case
for it. What never differs counts as the same function; `--all` lists these as
well. An exercise's entry in `tests/catalogue` may hold "same": [(part of the
line that is shown, why no valid input tells them apart), ...], and "valid",
the text of a function that tells whether arguments are valid ones.
"""

import argparse
import ast
import contextlib
import copy
import difflib
import functools
import inspect
import io
import math
import runpy
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from exercises import judge
from exercises.source import solutions

CATALOGUE = Path(__file__).resolve().parents[1] / "tests" / "catalogue"
SECONDS = 8  # of a right answer's check; a mutant, which may well loop for
LEAST = 0.4  # ever, gets four times what that took, at least so much
MOST_CALLS, SHAKEN = 25, 12  # inputs of a check that are kept; near each

COMPARE = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}
BINARY = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,), ast.MatMult: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.FloorDiv,),
}
CALLED = {
    "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax",
    "sum": "mean", "mean": "sum", "median": "mean", "ceil": "floor",
    "floor": "ceil", "std": "var", "var": "std", "maximum": "minimum",
    "minimum": "maximum", "any": "all", "all": "any", "zeros": "ones",
    "zeros_like": "ones_like", "permutation": "arange", "log": "log10",
    "exp": "exp2", "diff": "asarray", "sqrt": "square",
}


# --- one change at a time ----------------------------------------------------


def slips(node):
    """Yield (new node, words) of what a slip makes of one node."""
    if isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            for other in COMPARE.get(type(op), ()):
                ops = [*node.ops[:k], other(), *node.ops[k + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BinOp):
        for other in BINARY.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
        yield from (node.left, node.right)
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)
        yield from node.values
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Attribute):
        if node.attr == "T":
            yield node.value
    elif isinstance(node, ast.Subscript):
        yield from _subscripts(node)
    elif isinstance(node, ast.Tuple):
        if len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
            yield ast.Tuple(node.elts[::-1], node.ctx)
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)


def _constants(value):
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float):
        yield from (2 * value, 0.0)


def _calls(node):
    function = node.func
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name in CALLED:
        changed = copy.deepcopy(function)
        kind = "attr" if isinstance(changed, ast.Attribute) else "id"
        setattr(changed, kind, CALLED[name])
        yield ast.Call(changed, node.args, node.keywords)
    if len(node.args) == 1:  # f(x) -> x
        yield node.args[0]
    if isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id == "np"
    ):  # x.f() -> x
        yield function.value
    for k, keyword in enumerate(node.keywords):
        rest = node.keywords[:k] + node.keywords[k + 1 :]
        yield ast.Call(function, node.args, rest)
        if keyword.arg == "axis":
            for axis in (0, 1, -1):
                other = ast.keyword("axis", ast.Constant(axis))
                if ast.dump(other) != ast.dump(keyword):
                    yield ast.Call(function, node.args, [*rest, other])
    if len(node.args) == 2:  # f(x, y) -> f(y, x)
        yield ast.Call(function, node.args[::-1], node.keywords)


def _subscripts(node):
    part = node.slice
    if isinstance(part, ast.Slice):
        for end in ("lower", "upper"):
            old = getattr(part, end)
            one = ast.Constant(1)
            for op in (ast.Add(), ast.Sub()) if old is not None else ():
                new = copy.deepcopy(part)
                setattr(new, end, ast.BinOp(old, op, one))
                yield ast.Subscript(node.value, new, node.ctx)
        if isinstance(node.ctx, ast.Load):
            yield node.value
    elif isinstance(node.ctx, ast.Load):
        for op in (ast.Add(), ast.Sub()):
            if not isinstance(part, (ast.Tuple, ast.Constant)):
                new = ast.BinOp(part, op, ast.Constant(1))
                yield ast.Subscript(node.value, new, node.ctx)


class _Change(ast.NodeTransformer):
    """Replaces the node at a place of the walk."""

    def __init__(self, place, new):
        self.place, self.new, self.at = place, new, -1

    def visit(self, node):
        self.at += 1
        if self.at == self.place:
            return self.new
        return super().generic_visit(node)


def _walk(node):
    """Yield a tree's nodes in the order in which `_Change` counts them."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def mutants(code, first_call=None):
    """Yield (line, code) of each mutant of a solution, every one once.

    Parameters
    ----------
    code : str
        Defines one function or more.
    first_call : dict, optional
        {parameter: value} of a call, for arguments replaced by constants.
    """
    tree = ast.parse(code)
    for node in ast.walk(tree):  # docstrings are no code
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    plain = ast.unparse(tree)
    seen = {plain}
    for changed in _changed(tree, first_call or {}):
        try:
            text = ast.unparse(ast.fix_missing_locations(changed))
            ast.parse(text)
        except (SyntaxError, ValueError, TypeError, AttributeError):
            continue
        if text not in seen:
            seen.add(text)
            yield _difference(plain, text), text


def _difference(plain, text):
    """Return the first line that was changed, and what it has become."""
    before, after = plain.splitlines(), text.splitlines()
    found = {"-": [], "+": []}
    for line in difflib.ndiff(before, after):
        found.setdefault(line[0], []).append(line[2:].strip())
    old, new = (" ".join(found[sign][:2]) or "(nothing)" for sign in "-+")
    if len(old) > 100:  # a long line: what is around the change
        k = next((k for k, pair in enumerate(zip(old, new))
                  if len(set(pair)) > 1), 0)
        old, new = ("..." + part[max(k - 30, 0) : k + 30] for part in
                    (old, new))
    return f"{old}  ->  {new}"


def _changed(tree, first_call):
    nodes = list(_walk(tree))
    inside = set()  # of functions: their heads are left alone
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for statement in node.body:
                inside |= {id(child) for child in ast.walk(statement)}
    for place, node in enumerate(nodes):
        if id(node) in inside:
            for new in slips(node):
                yield _Change(place, new).visit(copy.deepcopy(tree))
            yield from _statements(tree, place, node)
    for place, node in enumerate(nodes):
        if isinstance(node, ast.FunctionDef):
            for words in _replaced(node, first_call):
                whole = copy.deepcopy(tree)
                own = list(_walk(whole))[place]
                own.body = [*ast.parse(words).body, *own.body]
                yield whole


def _statements(tree, place, node):
    """Yield trees in which a statement is left out, or an if decided."""
    if isinstance(node, (ast.AugAssign, ast.Expr, ast.Break, ast.Assign)):
        yield _Change(place, ast.Pass()).visit(copy.deepcopy(tree))
    if isinstance(node, ast.AugAssign):
        for other in BINARY.get(type(node.op), ()):
            new = ast.AugAssign(node.target, other(), node.value)
            yield _Change(place, new).visit(copy.deepcopy(tree))
        new = ast.Assign([node.target], node.value)
        yield _Change(place, new).visit(copy.deepcopy(tree))
    if isinstance(node, (ast.If, ast.While)):
        for value in (True, False):
            new = copy.deepcopy(node)
            new.test = ast.Constant(value)
            yield _Change(place, new).visit(copy.deepcopy(tree))


def _replaced(function, first_call):
    """Yield lines that put a constant in an argument's place."""
    arguments = [a.arg for a in function.args.args]
    for name in arguments:
        value = first_call.get(name)
        if isinstance(value, (bool, int, float, np.number)):
            for constant in dict.fromkeys((repr(_plain(value)), "0", "1")):
                yield f"{name} = {constant}"
        elif isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            yield f"{name} = np.ones_like({name})"
            yield f"{name} = {name}[:1]"
        elif isinstance(value, np.random.Generator):
            yield f"{name} = np.random.default_rng(0)"
        for other in arguments:
            same = type(first_call.get(other)) is type(value)
            if other != name and same and value is not None:
                yield f"{name} = {other}"


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value


# --- are they refused? -------------------------------------------------------


@dataclass
class Tried:
    """What became of the mutants of one exercise."""

    number: str
    refused: int = 0
    same: list = field(default_factory=list)
    survivors: dict = field(default_factory=dict)  # line: input

    @property
    def line(self):
        made = self.refused + len(self.survivors)
        return (
            f"{self.number:5} refused {self.refused:4} of {made:4}; "
            f"{len(self.same):3} are the same function; "
            f"{len(self.survivors)} survive"
        )


def catalogue(notebook):
    """Return the answers of a notebook's exercises, by number."""
    path = CATALOGUE / f"nb{notebook:02d}.py"
    return runpy.run_path(str(path))["CATALOGUE"]


def functions(entry, code):
    """Execute an answer; return the functions that its check is given."""
    space = {"np": np, "math": math}
    with warnings.catch_warnings():  # such as of a call of a number
        warnings.simplefilter("ignore")
        exec(entry.get("needs", ""), space)
        exec(code, space)
    return [space[name] for name in entry["names"]]


def try_exercise(number, entry, codes):
    """Return the `Tried` of an exercise with these right answers."""
    tried = Tried(number)
    for code in codes:
        _try_answer(tried, entry, code)
    return tried


def _try_answer(tried, entry, code):
    number, calls = tried.number, []
    own = functions(entry, code)
    recorded = [_recording(f, calls, k) for k, f in enumerate(own)]
    judge.SECONDS, start = SECONDS, time.perf_counter()
    outcome, message = judge.verdict(number, *recorded)
    judge.SECONDS = max(LEAST, 4 * (time.perf_counter() - start))
    if outcome != judge.RIGHT:
        raise ValueError(f"{number}: the solution is refused: {message}")
    calls = calls[: MOST_CALLS] + calls[-MOST_CALLS:]
    known = entry.get("same", ())
    valid = eval(entry.get("valid", "lambda *a, **k: True"))
    for line, text in mutants(code, _first(own, calls)):
        try:
            given = functions(entry, text)
        except Exception:
            tried.refused += 1  # it does not even begin
            continue
        outcome, _ = judge.verdict(number, *given)
        if outcome != judge.RIGHT:
            tried.refused += 1
            continue
        difference = _differs(own, given, calls, valid)
        if difference is None or any(part in line for part, _ in known):
            tried.same.append(line)
        else:
            tried.survivors.setdefault(line, difference)


def _recording(function, calls, place):
    if not callable(function):
        return function

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        calls.append((place, copy.deepcopy(args), copy.deepcopy(kwargs)))
        return function(*args, **kwargs)

    return wrapper


def _first(own, calls):
    found = {}
    for place, args, kwargs in calls:
        names = list(inspect.signature(own[place]).parameters)
        for name, value in (*zip(names, args), *kwargs.items()):
            found.setdefault(name, value)
    return found


def _differs(own, given, calls, valid):
    """Return an input on which two answers differ, or None."""
    rng, judged = np.random.default_rng(0), 0
    for place, args, kwargs in calls:
        if not args and not kwargs:
            continue
        tries = [(args, kwargs)]
        tries += [
            (_shaken(args, rng, k), _shaken(kwargs, rng, k))
            for k in range(SHAKEN)
        ]
        for inputs in tries:
            if not valid(*inputs[0], **inputs[1]):
                continue
            right = _result(own[place], inputs)
            if right is None or not _finite(right[0]):
                continue  # not a valid input
            again = _result(own[place], inputs)
            if again is None or not _equal(right[0], again[0]):
                continue  # a clock inside, or the like
            judged += 1
            other = _result(given[place], inputs) or _result(
                given[place], inputs, SECONDS  # the machine may be busy
            )
            if other is None or not _equal(right[0], other[0]):
                return _said(inputs)
    without = not any(args or kwargs for _, args, kwargs in calls)
    # what takes nothing has many right results: its check alone can tell
    return None if judged or without else "(its calls cannot be repeated)"


def _result(function, inputs, seconds=LEAST):
    args, kwargs = copy.deepcopy(inputs)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.redirect_stdout(io.StringIO()):
                call = functools.partial(function, *args, **kwargs)
                value = judge.call_within(seconds, call)
        if hasattr(value, "__next__"):
            value = list(value)
    except Exception:
        return None
    return (value,)


def _finite(value):
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_finite, value))
    if isinstance(value, (float, np.floating, np.ndarray)):
        array = np.asarray(value)
        return array.dtype.kind not in "fc" or not np.isnan(array).any()
    return True


def _equal(a, b):
    a, b = (sorted(c) if isinstance(c, (set, frozenset)) else c
            for c in (a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_equal, a, b))
    try:
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype.kind in "fciub" and b.dtype.kind in "fciub":
            return a.shape == b.shape and np.allclose(a, b, 1e-6, 1e-9)
        return a.shape == b.shape and bool(np.all(a == b))
    except Exception:
        return False


def _shaken(value, rng, k):
    """Return an input near another one: other values of the same kind."""
    if isinstance(value, tuple):
        return tuple(_shaken(part, rng, k) for part in value)
    if isinstance(value, dict):
        return {name: _shaken(part, rng, k) for name, part in value.items()}
    if isinstance(value, list) and value:
        return [_shaken(part, rng, k) for part in value]
    if isinstance(value, np.ndarray) and value.size:
        array = value.copy()
        if array.dtype.kind == "f" and not np.all((array == 0) | (array == 1)):
            array = array * rng.uniform(0.8, 1.25, array.shape)
            if k == 5 and (array < 0).any():
                array = 1000 * array  # an extreme
        if k % 3 == 1 and array.ndim:
            array = rng.permutation(array)
        if k % 4 == 2 and array.ndim == 1 and len(array) > 1:
            array[-1] = array[0]  # a tie
        return array
    if isinstance(value, float):
        return value * float(rng.uniform(0.8, 1.25))
    if type(value) is int and value > 0 and k % 4 == 3:
        return value + 1
    return value


def _said(inputs):
    args, kwargs = inputs
    args = ["a function" if callable(arg) else arg for arg in args]
    with np.printoptions(precision=4, threshold=20, suppress=True):
        words = ", ".join([
            *(f"{arg}" for arg in args),
            *(f"{name}={arg}" for name, arg in kwargs.items()),
        ])
    words = " ".join(words.split())
    return words if len(words) < 300 else words[:300] + " ..."


def try_notebook(notebook, numbers=(), alternatives=True):
    """Yield the `Tried` of each exercise of a notebook."""
    before = judge.SECONDS
    try:
        found = solutions(notebook)
        for number, entry in catalogue(notebook).items():
            if not numbers or number in numbers:
                others = entry["right"] if alternatives else []
                codes = [found[number], *others]
                yield try_exercise(number, entry, codes)
    finally:
        judge.SECONDS = before


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="tools.mutants", description=__doc__.split("\n")[0]
    )
    parser.add_argument("notebook", type=int)
    parser.add_argument("numbers", nargs="*", metavar="N.K")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--solutions", action="store_true")
    options = parser.parse_args(arguments)
    survivors = 0
    for tried in try_notebook(
        options.notebook, options.numbers, not options.solutions
    ):
        print(tried.line, flush=True)
        for line, given in tried.survivors.items():
            print(f"      SURVIVES  {line}\n           e.g. {given}")
        for line in tried.same if options.all else ():
            print(f"      same      {line}")
        survivors += len(tried.survivors)
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
