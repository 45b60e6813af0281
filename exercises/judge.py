"""The exercises that are known, and how an answer is judged.

A checker is a function in `exercises.nb00` to `exercises.nb09` that calls the
student's answer and raises `Wrong` with what it found. The outcome is one of
five: right, wrong, not attempted, raised an error, cannot be judged.
"""

import builtins
import contextlib
import copy
import importlib.util
import inspect
import io
import itertools
import linecache
import numbers
import os
import random
import re
import traceback
from dataclasses import dataclass
from typing import Callable

import numpy as np

from exercises.bounded import NotEnded, TimeUp, call_within
from exercises.compare import CannotJudge, Wrong, conform, shown

SECONDS = 8  # of a check; what has not come by then is not waited for
MOST = 100_000  # values of a generator that are asked for
HERE = os.path.dirname(__file__)  # of the judges: no student's line is there
LONGEST = 600  # characters of an error's message that are shown
RIGHT, WRONG, NOT_ATTEMPTED, ERROR, NOT_JUDGED = (
    "right",
    "wrong",
    "not attempted",
    "error",
    "cannot be judged",
)
_registry = {}  # number -> Exercise


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
    returns : str or tuple of str
        The kind of what comes back, as `exercises.compare.conform` has it.
    changes : tuple of str
        Names of arguments that an answer is to change in place.
    """

    number: str
    title: str
    checker: Callable
    hints: tuple = ()
    returns: object = None
    changes: tuple = ()


class _Stopped(Exception):
    """An answer did not return: outcome and explanation."""

    def __init__(self, outcome, message):
        super().__init__(message)
        self.outcome = outcome


def exercise(number, title, hints=(), returns=None, changes=()):
    """Register the decorated function as the checker of an exercise.

    Parameters
    ----------
    number : str
        Such as "4.2": notebook, then place in it.
    title : str
        A few words, shown by `progress`.
    hints : sequence of str
        From a nudge to nearly the answer.
    returns : str or tuple of str, optional
        What an answer returns: "array", "number", "integer", "integers", or
        a tuple of these; anything by default.
    changes : sequence of str
        Names of arguments that an answer is to change in place; every other
        array, list or dict has to be as it was after a call.
    """
    _verified(number)

    def register(checker):
        _registry[number] = Exercise(
            number, title, checker, tuple(hints), returns, tuple(changes)
        )
        return checker

    return register


def find(number):
    """Return the `Exercise` with a number.

    Raises
    ------
    KeyError
        If there is none.
    """
    _import_checks(int(_verified(number).split(".")[0]))
    if number not in _registry:
        raise KeyError(f"there is no exercise {number}")
    return _registry[number]


def _verified(number):
    if not isinstance(number, str) or not re.fullmatch(r"\d+\.\d+", number):
        raise KeyError(f'number: expected one such as "4.2", got {number!r}')
    return number


def registered(notebook):
    """Return the exercises of one notebook (int), in order."""
    _import_checks(notebook)
    own = [n for n in _registry if n.split(".")[0] == str(notebook)]
    return [_registry[n] for n in sorted(own, key=_order)]


def _order(number):
    """Return what sorts "4.10" behind "4.9"."""
    return [int(part) for part in number.split(".")]


def _import_checks(notebook):
    name = f"exercises.nb{notebook:02d}"
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)


# --- how an answer is judged -------------------------------------------------


def verdict(number, *answers):
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
            return call_within(SECONDS, _judge, known, answers)
    except NotEnded as end:
        words = f"It did not end within {SECONDS} s: is there an endless "
        words += "loop, or a loop over single numbers, which is too slow here?"
        if end.going_on:
            words += (
                " It cannot be stopped and goes on in the background: "
                'restart the kernel ("Kernel", "Restart Kernel").'
            )
        return ERROR, words


def _judge(known, answers):
    """Return (outcome, message); it runs in a thread of its own."""
    complaints = []
    try:
        with np.errstate(all="ignore"):
            guarded = [_wrap(each, known, complaints) for each in answers]
            remark = known.checker(*guarded)
    except TimeUp:
        raise
    except Wrong as verdict:
        return WRONG, str(verdict)
    except _Stopped as stop:
        return stop.outcome, str(stop)
    except CannotJudge as reason:
        return NOT_JUDGED, str(reason)
    except BaseException as error:
        if len(answers) != 1:
            return NOT_JUDGED, (
                "Hand over one thing, what the task asks for (a function by "
                "its name, without parentheses): "
                f'check("{known.number}", name).'
            )
        if (
            isinstance(error, TypeError) and "not callable" in str(error)
            and not all(map(callable, answers))
        ):
            return NOT_JUDGED, (
                "Hand over the function itself, its name without parentheses: "
                f'check("{known.number}", name).'
            )
        return NOT_JUDGED, (
            f"The check itself stumbled over your answer ({_named(error)}). "
            "Compare it with the task: number of arguments, shapes, types."
        )
    if complaints:
        return WRONG, complaints[0]
    return RIGHT, remark or ""


def _wrap(answer, known, complaints):
    """Return a callable answer guarded; other answers as copies."""
    if not callable(answer):
        return copy.deepcopy(answer)

    def guarded(*args, **kwargs):
        own = copy.deepcopy((args, kwargs))
        names = _names(answer, args)
        given = {**dict(zip(names, args)), **kwargs}
        result = _call(known.number, answer, *own, given)
        left = {**dict(zip(names, own[0])), **own[1]}
        for name in given:
            kept = name in known.changes or _same(given[name], left[name])
            if not kept:
                raise Wrong(
                    f"Your function changes its argument {name}; later cells "
                    "need it as it was (work on a copy).",
                    shown({name: given[name]}),
                )
        return conform(result, known.returns, complaints)

    return guarded


def _names(answer, args):
    """Return the names of the arguments that are given by their place."""
    try:
        names = list(inspect.signature(answer).parameters)
    except (TypeError, ValueError):  # a function of compiled code has none
        names = []
    numbered = [f"number {k + 1}" for k in range(len(args))]
    return names[: len(args)] + numbered[len(names) :]


def _same(before, after):
    """Is what may be changed in place as it was?"""
    if isinstance(before, np.ndarray):
        return before.dtype == after.dtype and np.array_equal(
            before, after, equal_nan=before.dtype.kind == "f"
        )
    if isinstance(before, dict):
        return list(before) == list(after) and all(
            _same(before[key], after[key]) for key in before
        )
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, (numbers.Number, str)):
        return before == after or before != before  # NaN is no change
    return True


def _call(number, answer, args, kwargs, given):
    """Call an exercise's function; `_Stopped` if that ends in an error.

    What it was given, {name: value}, is then told.
    """
    try:
        result = answer(*args, **kwargs)
        if not hasattr(result, "__next__"):
            return result
        values = list(itertools.islice(result, MOST + 1))
    except TimeUp:
        raise
    except NotImplementedError as error:
        other = re.match(r"Exercise (\d+\.\d+):", str(error))
        if not other or other[1] == number:
            raise _Stopped(NOT_ATTEMPTED, "") from None
        words = f"It calls a function of exercise {other[1]}, which is not "
        raise _Stopped(NOT_JUDGED, words + "written yet.") from None
    except BaseException as error:
        words = f"{_where(error)}\n  given:    {shown(given)}"
        raise _Stopped(ERROR, words if given else _where(error)) from None
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
        if os.path.dirname(frame.filename) != HERE
        and not _in_library(frame.filename)
    ]
    if not own:
        return message
    line = own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)
    return f"{message}\n  in {own[-1].name}: {line.strip()}"


def _named(error):
    """Return the kind of an error and its message, in a line or a few."""
    kind = type(error).__name__
    try:
        words = _plainly(re.sub("\x1b\\[[0-9;]*m", "", str(error)))  # bold
    except Exception:  # an error of the student's own
        words = "it has no message that can be shown"
    if len(words) > LONGEST:
        words = words[:LONGEST] + " ..."
    return f"{kind}: {words}" if words else kind


def _plainly(words):
    """Return NumPy's message of a matrix product as a sentence."""
    sizes = re.search(
        r"matmul: .*mismatch in its core dimension 0.*"
        r"\(size (\d+) is different from (\d+)\)", words
    ) or re.search(r"shapes .* not aligned: (\d+) .* != (\d+)", words)
    if not sizes:
        return words
    left, right = sizes.group(2), sizes.group(1)
    if "aligned" in words:
        left, right = right, left
    return (
        f"matmul: the left factor has {left} columns, the right one {right} "
        "rows: they do not fit. Samples are rows here, so the weights stand "
        "on the right, transposed on the way back"
    )


def _in_library(filename):
    return any(
        part in filename
        for part in ("site-packages", "dist-packages", "/lib/python", r"\Lib")
    )
