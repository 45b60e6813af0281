"""For checkers: compare an answer, name the likely mistake."""

import numpy as np


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
    sentence = f"{_capital(name)} is not what it should be."
    if _short(value.astype(float)) == _short(expected.astype(float)):
        far = np.max(np.abs(value - expected))  # further back than is shown
        sentence += f" The largest difference is {far:.1g}."
    raise Wrong(sentence, *example)


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


def conform(value, kind, complaints, which="the result"):
    """Return a result as a checker takes it; note what later cells could not.

    Parameters
    ----------
    value : object
        What an answer returned. Other kinds of things than those below (None,
        a text) pass: the checker names them.
    kind : str, tuple of str, or None
        "array": an array of NumPy's. "number": a single one, of whatever
        type. "integer": one that can be an index. A tuple of these: as many
        results in a tuple, list or array. None: anything.
    complaints : list of str
        Filled with a sentence where the values may be right, and the kind of
        thing is not.
    which : str
        Which result, for the sentence.
    """
    several = isinstance(value, (list, tuple))
    several = several or (isinstance(value, np.ndarray) and value.ndim > 0)
    if isinstance(kind, tuple):
        if not several or len(value) != len(kind):
            return value
        return tuple(
            conform(part, inner, complaints, f"result {k} of {len(kind)}")
            for k, (part, inner) in enumerate(zip(value, kind), start=1)
        )
    found = _article(type(value).__name__)
    if kind == "array" and isinstance(value, (list, tuple, np.matrix)):
        complaints.append(
            f"The values are right, but {which} is {found}; later cells need "
            "an array: return np.array(...)."
        )
    if kind in ("number", "integer") and several and len(value) == 1:
        complaints.append(
            f"The value is right, but {which} is {found} that holds it; "
            "return the number itself."
        )
        value = np.ravel(value)[0]
        found = _article(type(value).__name__)
    if kind == "integer" and isinstance(value, (float, np.floating)):
        complaints.append(
            f"The value is right, but {which}, {value}, is {found}; later "
            "cells count or index with it: return an integer, int(...)."
        )
    return value


def _article(kind):
    vowel = kind[0] in "aeiou" or kind == "ndarray"
    return f"{'an' if vowel else 'a'} {kind}"


def as_tuple(value, length, names):
    """Return an answer as a tuple of so many parts, or raise `Wrong`."""
    if isinstance(value, (tuple, list)) and len(value) == length:
        return tuple(value)
    kind = type(value).__name__
    if isinstance(value, (tuple, list)):
        kind = f"{kind} of {len(value)}"
    kind = _article(kind)
    raise Wrong(f"The function should return {names}; it returned {kind}.")


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


def _capital(name):
    """Return what begins a sentence; a symbol keeps its letters."""
    if name.startswith(("the ", "result ")):
        return name[0].upper() + name[1:]
    return f"The value of {name}"
