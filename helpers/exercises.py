"""Exercises in a notebook: check, hint, solution, progress.

A checker is a function in `helpers.checks` that calls the student's answer
and raises `Wrong` with what it found. `check` runs it and tells one of five
outcomes: right, wrong, not attempted, raised an error, cannot be judged.
Everything but "right" also ends the cell with an error, so that "run all"
stops at the exercise, and so that a test of the notebook sees it.
"""

import builtins
import contextlib
import copy
import importlib.util
import io
import itertools
import linecache
import random
import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np

from helpers import expect
from helpers.bounded import NotEnded, TimeUp, call_within

SOURCES = Path(__file__).resolve().parents[1] / "notebooks" / "source"
SECONDS = 8  # of a check; what has not come by then is not waited for
MOST = 100_000  # values of a generator that are asked for
LONGEST = 600  # characters of an error's message that are shown
RIGHT, WRONG, NOT_ATTEMPTED, ERROR, NOT_JUDGED = (
    "right",
    "wrong",
    "not attempted",
    "error",
    "cannot be judged",
)
TITLES = {
    RIGHT: "right",
    WRONG: "not right yet",
    NOT_ATTEMPTED: "not attempted yet",
    ERROR: "your code raised an error",
    NOT_JUDGED: "this cannot be judged",
}
COLOURS = {RIGHT: "\033[32m", WRONG: "\033[31m", NOT_ATTEMPTED: "\033[34m"}
_registry = {}  # number -> Exercise
_outcomes = {}  # number -> last outcome in this session


@dataclass(frozen=True)
class Exercise:
    """What is known of an exercise beside its text and solution.

    Attributes
    ----------
    number : str
        Notebook and place in it, such as "4.2".
    title : str
        A few words.
    checker : callable
        Takes the student's answers, wrapped; raises `Wrong`; may return a
        remark for a right answer.
    hints : tuple of str
        From a nudge to nearly the answer.
    """

    number: str
    title: str
    checker: Callable
    hints: tuple = ()


class Wrong(Exception):
    """The checker's verdict: a sentence that names the likely mistake.

    Parameters
    ----------
    message : str
        What is wrong, in a sentence or two.
    given, expected, received : optional
        A small counter-example, shown below the sentence.
    """

    def __init__(self, message, given=None, expected=None, received=None):
        super().__init__(message)
        self.message = message
        self.example = (given, expected, received)

    def __str__(self):
        lines = [self.message]
        names = ("given", "expected", "received")
        for name, value in zip(names, self.example):
            if value is not None:
                lines.append(f"  {name + ':':10}{_short(value)}")
        return "\n".join(lines)


class CannotJudge(Exception):
    """The answer is of a kind that the checker has no opinion on."""


class ExerciseNotDone(Exception):
    """Ends a cell whose check is not right; shown as its few lines alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


class _Stopped(Exception):
    """An answer did not return: outcome and explanation."""

    def __init__(self, outcome, message):
        super().__init__(message)
        self.outcome = outcome


# --- for checkers ----------------------------------------------------------


def exercise(number, title, hints=()):
    """Register the decorated function as the checker of an exercise.

    Parameters
    ----------
    number : str
        Such as "4.2": notebook, then place in it.
    title : str
        A few words, shown by `progress`.
    hints : sequence of str
        From a nudge to nearly the answer.
    """
    _verified(number)
    expect.text("title", title)
    hints = [expect.text("hints", h) for h in expect.sequence("hints", hints)]

    def register(checker):
        expect.function("checker", checker)
        _registry[number] = Exercise(number, title, checker, tuple(hints))
        return checker

    return register


def compare(received, expected, given=None, mistakes=(), name="the result",
            rtol=1e-6, atol=1e-9):
    """Raise `Wrong` unless an answer equals what was expected.

    Parameters
    ----------
    received : object
        The student's value; a list or a scalar will do for an array.
    expected : array_like or float
        The right value.
    given : str or object, optional
        The input, for the counter-example.
    mistakes : sequence of (array_like, str)
        Values that well-known mistakes would give, each with the sentence
        that names it; the first that matches is told.
    name : str
        What the value is, for the sentences.
    rtol, atol : float
        Relative and absolute tolerance, as in `numpy.allclose`.

    Raises
    ------
    Wrong
        With the likely mistake named.
    """
    value = as_array(received, name, given)
    expected = np.asarray(expected)

    def same(a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol, atol)

    if same(value, expected):
        return
    example = (given, expected, value)
    for wrong, sentence in mistakes:
        if same(value, np.asarray(wrong)):
            raise Wrong(sentence, *example)
    if value.shape != expected.shape:
        raise Wrong(
            f"The shape of {name} is {value.shape}; it should be "
            f"{expected.shape}.",
            *example,
        )
    if not np.all(np.isfinite(value)):
        raise Wrong(f"There is a NaN or an infinity in {name}.", *example)
    if same(value, -expected):
        raise Wrong(f"The sign of {name} is the wrong way round.", *example)
    ratio = _constant_ratio(value, expected)
    if ratio is not None:
        raise Wrong(
            f"{_capital(name)} is {ratio:.4g} times what it should be, "
            "everywhere: is a factor missing, or one too many?",
            *example,
        )
    raise Wrong(f"{_capital(name)} is not what it should be.", *example)


def as_array(value, name="the result", given=None):
    """Return an answer as an array of numbers, or raise `Wrong`.

    Lists, tuples, scalars and other number types are taken as they are meant.
    """
    if value is None:
        raise Wrong(
            f"{_capital(name)} is None: does the function end with `return`?",
            given,
        )
    try:
        array = np.asarray(value)
        if array.dtype == bool:
            array = array.astype(float)
        if array.dtype.kind not in "fiu":
            raise TypeError
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise Wrong(
            f"{_capital(name)} should be an array of numbers or a number; "
            f"it is of type {kind}.",
            given,
        ) from None
    if isinstance(value, np.ma.MaskedArray) and np.any(value.mask):
        raise Wrong(f"Part of {name} is masked.", given)
    return array


def as_tuple(value, length, names):
    """Return an answer as a tuple of so many parts, or raise `Wrong`."""
    if isinstance(value, (tuple, list)) and len(value) == length:
        return tuple(value)
    kind = type(value).__name__
    if isinstance(value, (tuple, list)):
        kind = f"{kind} of {len(value)}"
    raise Wrong(f"The function should return {names}; it returned a {kind}.")


# --- for notebooks ---------------------------------------------------------


def check(number, *answers):
    """Judge the answers to an exercise and show the outcome.

    Parameters
    ----------
    number : str
        The exercise, such as "4.2".
    *answers : callable or value
        What the exercise asked for, in its order.

    Raises
    ------
    ExerciseNotDone
        Unless the answer is right; the cell ends there.
    """
    outcome, message = judge(number, *answers)
    _outcomes[number] = outcome
    headline = f"Exercise {number}: {TITLES[outcome]}."
    if outcome != RIGHT:
        more = _what_next(number, outcome)
        lines = [COLOURS.get(outcome, "\033[33m") + headline + "\033[0m"]
        lines += [line for line in (message, more) if line]
        raise ExerciseNotDone("\n".join(lines))
    _show(headline, message)


def judge(number, *answers):
    """Return (outcome, message) for the answers to an exercise.

    The outcome is one of the five of this module; nothing is shown.

    Parameters
    ----------
    number : str
        The exercise, such as "4.2".
    *answers : callable or value
        What the exercise asked for, in its order.

    Returns
    -------
    tuple of (str, str)
        Outcome, and what to tell the student.
    """
    known = find(number)
    if any(answer is Ellipsis for answer in answers):
        return NOT_ATTEMPTED, ""
    try:
        with _undisturbed():
            return call_within(SECONDS, _judge, known.checker, answers)
    except NotEnded as end:
        words = f"It did not end within {SECONDS} s: is there an endless loop?"
        if end.going_on:
            words += (
                " It cannot be stopped and goes on in the background: "
                'restart the kernel ("Kernel", "Restart Kernel").'
            )
        return ERROR, words


def _judge(checker, answers):
    """Return (outcome, message); it runs in a thread of its own."""
    try:
        with np.errstate(all="ignore"):
            remark = checker(*[_wrap(answer) for answer in answers])
    except TimeUp:
        raise
    except Wrong as verdict:
        return WRONG, str(verdict)
    except _Stopped as stop:
        return stop.outcome, str(stop)
    except CannotJudge as reason:
        return NOT_JUDGED, str(reason)
    except BaseException as error:
        return NOT_JUDGED, (
            f"The check itself stumbled over your answer ({_named(error)}). "
            "Compare it with the task: number of arguments, shapes, types."
        )
    return RIGHT, remark or ""


def hint(number, level=None):
    """Show the next hint of an exercise, or the hint of a level (from 1)."""
    hints = find(number).hints
    if level is not None:
        expect.integer("level", level, least=1)
    if not hints:
        print(f"Exercise {number} has no hint.")
        return
    shown = _hints_shown.get(number, 0)
    level = min(shown + 1 if level is None else level, len(hints))
    _hints_shown[number] = level
    print(f"Exercise {number}, hint {level} of {len(hints)}:")
    print(hints[level - 1])


_hints_shown = {}


def solution(number):
    """Show the course's solution of an exercise, as its source has it."""
    find(number)
    text = solutions(int(number.split(".")[0])).get(number)
    if text is None:
        print(f"The solution of exercise {number} was not handed out.")
    else:
        print(text)


def progress(notebook=None):
    """Show which exercises are done in this session.

    Parameters
    ----------
    notebook : int, optional
        One notebook's; all that were begun in this session by default.
    """
    if notebook is not None:
        _import_checks(expect.integer("notebook", notebook, least=0))
        wanted = {str(notebook)}
    else:
        wanted = {number.split(".")[0] for number in _outcomes}
    numbers = [n for n in sorted(_registry, key=_order) if _part(n) in wanted]
    if not numbers:
        print("No exercise was checked in this session yet.")
        return
    done = sum(_outcomes.get(number) == RIGHT for number in numbers)
    for number in numbers:
        outcome = _outcomes.get(number, NOT_ATTEMPTED)
        mark = "x" if outcome == RIGHT else " "
        title = _registry[number].title
        print(f"[{mark}] {number:5}{title:42}{TITLES[outcome]}")
    print(f"{done} of {len(numbers)} done")


def find(number):
    """Return the `Exercise` with a number.

    Raises
    ------
    KeyError
        If there is none.
    """
    _import_checks(int(_part(_verified(number))))
    if number not in _registry:
        raise KeyError(f"there is no exercise {number}")
    return _registry[number]


def _verified(number):
    if not isinstance(number, str) or not re.fullmatch(r"\d+\.\d+", number):
        got = expect.got(number)
        raise KeyError(f'number: expected one such as "4.2", got {got}')
    return number


def registered(notebook):
    """Return the exercises of one notebook (int), in order."""
    _import_checks(expect.integer("notebook", notebook, least=0))
    part = str(notebook)
    numbers = sorted((n for n in _registry if _part(n) == part), key=_order)
    return [_registry[number] for number in numbers]


def solutions(notebook):
    """Return {number: code} of a notebook's solutions, from its source.

    Empty where the source was not handed out.
    """
    expect.integer("notebook", notebook, least=0)
    sources = sorted(SOURCES.glob(f"{notebook:02d}_*.py"))
    if not sources:
        return {}
    from helpers.build import exercise_of, read_source

    found = {}
    for cell in read_source(sources[0]).cells:
        number = exercise_of(cell)
        if number is not None:
            lines = cell.source.splitlines()
            kept = [line for line in lines if "### " not in line]
            found[number] = "\n".join(kept)
    return found


# --- how an answer is called ------------------------------------------------


def _wrap(answer):
    """Return a callable answer guarded; other answers as copies."""
    if not callable(answer):
        return copy.deepcopy(answer)

    def guarded(*args, **kwargs):
        return _call(answer, copy.deepcopy(args), copy.deepcopy(kwargs))

    return guarded


def _call(answer, args, kwargs):
    """Call the student's function; `_Stopped` if that ends in an error."""
    try:
        result = answer(*args, **kwargs)
        if not hasattr(result, "__next__"):
            return result
        values = list(itertools.islice(result, MOST + 1))
    except TimeUp:
        raise
    except NotImplementedError:
        raise _Stopped(NOT_ATTEMPTED, "") from None
    except BaseException as error:
        raise _Stopped(ERROR, _where(error)) from None
    if len(values) > MOST:
        raise _Stopped(
            ERROR, f"It yields more than {MOST:,} values: does it ever end?"
        )
    return values


@contextlib.contextmanager
def _undisturbed():
    """Swallow what a block prints; put back what it may change for all.

    That is: NumPy's and Python's shared random generators and the functions
    of NumPy. Asking the keyboard is an error.
    """
    shared = random.getstate(), np.random.get_state()  # noqa: NPY002
    names, ask = dict(vars(np)), builtins.input
    builtins.input = _no_input
    try:
        with contextlib.redirect_stdout(_Sink()):
            with contextlib.redirect_stderr(_Sink()):
                yield
    finally:
        builtins.input = ask
        vars(np).update(names)
        random.setstate(shared[0])
        np.random.set_state(shared[1])  # noqa: NPY002


def _no_input(prompt=""):
    raise RuntimeError("an answer gets its values as arguments, not by input")


class _Sink(io.TextIOBase):
    """Takes whatever an answer prints, and forgets it."""

    def write(self, text):
        return len(text)


def _where(error):
    """Return an error in a line, with the student's own line below."""
    message = _named(error)
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not _in_library(frame.filename)
    ]
    if not own:
        return message
    line = own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)
    return f"{message}\n  in {own[-1].name}: {line.strip()}"


def _named(error):
    """Return the kind of an error and its message, in a line or a few."""
    kind = type(error).__name__
    try:
        words = str(error)
    except Exception:  # an error of the student's own
        words = "it has no message that can be shown"
    if len(words) > LONGEST:
        words = words[:LONGEST] + " ..."
    return f"{kind}: {words}" if words else kind


def _in_library(filename):
    return any(
        part in filename
        for part in ("site-packages", "dist-packages", "/lib/python", r"\Lib")
    )


# --- small things -----------------------------------------------------------


def _what_next(number, outcome):
    if outcome == NOT_ATTEMPTED:
        return (
            "Write your answer in the cell above in place of the line with "
            f'`raise`; run both cells. hint("{number}") helps.'
        )
    if _registry[number].hints and outcome != NOT_JUDGED:
        return f'Change it and run both cells again. hint("{number}") helps.'
    return ""


def _show(headline, message):
    """Display a right answer: green in JupyterLab, plain text elsewhere."""
    text = headline + (f" {message}" if message else "")
    try:
        from IPython.display import display

        rest = f" {_escape(message)}" if message else ""
        html = (
            '<div style="border-left: 4px solid #009E73; padding-left: 8px">'
            f"<b>{_escape(headline)}</b>{rest}</div>"
        )
        display({"text/plain": text, "text/html": html}, raw=True)
    except ImportError:
        print(text)


def _escape(text):
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, entity)
    return text


def _short(value):
    """Return a value as a string of a line, or a few for a matrix."""
    if isinstance(value, str):
        return value
    with np.printoptions(precision=4, threshold=12, suppress=True):
        text = str(np.asarray(value))
    return text.replace("\n", "\n" + " " * 12)


def _constant_ratio(value, expected):
    """Return c if value == c * expected everywhere, otherwise None."""
    norm = np.sum(np.square(expected, dtype=float))
    if norm == 0 or expected.size < 2:
        return None
    ratio = float(np.sum(value * expected, dtype=float) / norm)
    if ratio > 0 and np.allclose(value, ratio * expected, 1e-6, 1e-12):
        return ratio
    return None


def _capital(text):
    return text[0].upper() + text[1:]


def _part(number):
    return number.split(".")[0]


def _order(number):
    return [int(part) for part in number.split(".")]


def _import_checks(notebook):
    name = f"helpers.checks.nb{notebook:02d}"
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)
