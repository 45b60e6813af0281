"""For checkers: compare an answer, name the likely mistake."""

import numpy as np

SINGLE = 1e-5  # relative: what is right in single precision is right
MOST = 400  # characters of the inputs that are shown


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
    if value.dtype == np.float32:
        rtol = max(rtol, SINGLE)

    def same(a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol, atol)

    if same(value, expected):
        return
    example = (given, expected, value)
    for wrong, sentence in mistakes:
        if same(value, np.asarray(wrong)):
            raise Wrong(sentence, *example)
    if value.shape != expected.shape:
        wanted = f"it should be {expected.shape}"
        if expected.ndim == 0:
            wanted = "it should be one number"
        raise Wrong(f"The shape of {name} is {value.shape}; {wanted}.",
                    *example)
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


def compare_parts(received, expected, names, given=None, mistakes=(),
                  **tolerance):
    """Raise `Wrong` unless several results are what was expected.

    A mistake is named if it explains all of them; what is left is told of
    the first result that differs, by its name.

    Parameters
    ----------
    received, expected : sequence
        As many values as there are names.
    names : sequence of str
        Such as ("dW0", "db0").
    given : str, optional
        The input, for the counter-example.
    mistakes : sequence of (sequence, str)
        Results that well-known mistakes would give, each with its sentence.
    **tolerance
        As for `compare`.
    """
    values = [as_array(r, n, given) for r, n in zip(received, names)]

    def unlike(others):
        pairs = zip(values, map(np.asarray, others))
        return [not _same(a, b, **tolerance) for a, b in pairs]

    wrong = unlike(expected)
    if not any(wrong):
        return
    at = wrong.index(True)
    right = [(others, words) for others, words in mistakes
             if not any(unlike(others))]
    if right:
        name = f"{names[at]}: "
        raise Wrong(right[0][1], given,
                    name + _short(expected[at]), name + _short(values[at]))
    compare(values[at], expected[at], given, name=names[at], **tolerance)


def _same(a, b, rtol=1e-6, atol=1e-9):
    if a.dtype == np.float32:
        rtol = max(rtol, SINGLE)
    return a.shape == b.shape and np.allclose(a, b, rtol, atol)


def compare_cases(ask, cases, right, mistakes, given, name):
    """Raise `Wrong` unless an answer is right in all cases, exactly.

    What is named explains the answer in *every* case: in a single one, two
    different mistakes may well agree.

    Parameters
    ----------
    ask : callable
        Gives the answer, a number or a tuple of them, from a case.
    cases : list of tuple
        The arguments of each.
    right : callable
        Gives the right answer from a case's arguments.
    mistakes : sequence of (callable, str)
        The same for well-known mistakes, each with its sentence.
    given : callable
        Says a case's arguments in words.
    name : str
        What the value is.
    """
    received, expected = [], [right(*case) for case in cases]
    for case in cases:
        try:
            received.append(ask(*case))
        except Exception:
            if received == expected[: len(received)]:
                raise  # nothing was wrong before this
            break
    pairs = list(zip(received, expected))
    at = next((k for k, pair in enumerate(pairs) if pair[0] != pair[1]), None)
    if at is None:
        return
    words = f"{_capital(name)} is not what it should be."
    for other, sentence in mistakes:
        if all(other(*c) == got for c, got in zip(cases, received)):
            words = sentence
            break
    raise Wrong(words, given(*cases[at]), str(expected[at]), str(received[at]))


def shown(arguments):
    """Return {name: value} of a call in words: numbers, where there are few.

    Parameters
    ----------
    arguments : dict
        Of any values.
    """
    text = ", ".join(f"{name} = {_in_words(value)}" if not _large(value)
                     else f"{name} {_in_words(value)}"
                     for name, value in arguments.items())
    return text if len(text) <= MOST else text[:MOST] + " ..."


def _large(value):
    return callable(value) or (hasattr(value, "shape") and value.size > 12)


def _in_words(value):
    if callable(value):
        return "a model" if hasattr(value, "predict") else "a function"
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if isinstance(value, dict):
        inner = (f"{k!r}: {_in_words(v)}" for k, v in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        begin, end = "[]" if isinstance(value, list) else "()"
        parts = [_in_words(part) for part in value[:12]]
        parts += ["..."] * (len(value) > 12)
        return begin + ", ".join(parts) + end
    if isinstance(value, np.ndarray):
        if value.size > 12:
            return f"of shape {value.shape}"
        return _in_words(value.tolist())
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}"
    if isinstance(value, (bool, int, str, np.generic, type(None))):
        return str(value)
    return f"{_article(type(value).__name__)}"


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
        type. "integer": one that can be an index. "integers": any number of
        them in a list, array, set or tuple. A tuple of these: as many
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
    foreign = hasattr(value, "__array__") and not isinstance(
        value, (np.ndarray, np.generic)
    )  # such as a table of pandas or a tensor
    if kind == "array" and (
        foreign or isinstance(value, (list, tuple, np.matrix))
    ):
        complaints.append(
            f"The values are right, but {which} is {found}; later cells need "
            "an array: return np.array(...)."
        )
    if kind == "integers" and isinstance(
        value, (list, tuple, set, frozenset, np.ndarray)
    ) and any(isinstance(part, (float, np.floating)) for part in value):
        complaints.append(
            f"The values are right, but {which} holds floats; later cells "
            "count or index with them: return integers, int(...)."
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
