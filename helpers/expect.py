"""What functions ask of their arguments, checked and told in one wording.

Each function returns the argument as its caller goes on with it, or raises
`TypeError` (another kind of thing) or `ValueError` (another value or shape):
"name: expected ..., got ...".
"""

import contextlib
import math
import numbers
import reprlib

import numpy as np

LONGEST = 60  # characters of a value that a message repeats


def array(name, value, shape=None, kinds="iuf", finite=True, empty=False):
    """Return a value as an array, its shape, type and values checked.

    Parameters
    ----------
    name : str
        What it is called, for the message.
    value : array_like
        What came.
    shape : tuple of (int or str), optional
        An int is that length, a str such as "D" any length from 1.
    kinds : str
        Of NumPy's types: b bool, i and u integer, f real.
    finite : bool
        Refuse NaN and infinity.
    empty : bool
        Let the lengths called by a str be 0.

    Returns
    -------
    ndarray
        The value itself if it is an array.

    Raises
    ------
    TypeError
        If it is no array of such numbers.
    ValueError
        If the shape is another, or a value is not finite.
    """
    try:
        found = np.asarray(value)
    except Exception:  # rows of several lengths, or no array at all
        found = np.empty(0, object)
    if found.dtype.kind not in kinds:
        raise TypeError(
            f"{name}: expected an array of {_kind(kinds)}, got {got(value)}"
        )
    if shape is not None and not _fits(found.shape, shape, empty):
        wanted = "(" + ", ".join(map(str, shape)) + ",)"[len(shape) != 1 :]
        raise ValueError(
            f"{name}: expected shape {wanted}, got {found.shape}"
        )
    if finite and not all_finite(found):
        raise ValueError(f"{name}: expected finite values, got NaN or inf")
    return found


def _kind(kinds):
    return {"b": "bool", "iu": "integers"}.get(kinds, "numbers")


def _fits(found, shape, empty):
    return len(found) == len(shape) and all(
        n == wanted if isinstance(wanted, (int, np.integer)) else n or empty
        for n, wanted in zip(found, shape)
    )


def all_finite(found):
    """Tell whether an array holds neither NaN nor infinity.

    A sum of squares shows both in one fast pass; only where it overflows is
    each value looked at.
    """
    if found.dtype.kind not in "fc":
        return True
    with np.errstate(all="ignore"):
        if np.isfinite(np.vdot(found, found)):
            return True
    return bool(np.all(np.isfinite(found)))


def labels(name, value, length=None, classes=None):
    """Return classes as an array of whole numbers from 0.

    Parameters
    ----------
    name : str
        What it is called.
    value : array_like (D,)
        Integers, or bool.
    length : int, optional
        D, where it is known.
    classes : int, optional
        How many classes there are.

    Returns
    -------
    ndarray

    Raises
    ------
    TypeError, ValueError
        As `array`; and if a label is none of the classes.
    """
    shape = ("D" if length is None else length,)
    found = array(name, value, shape, kinds="biu", empty=True)
    if found.size == 0 or found.dtype == bool:
        return found
    top = np.iinfo(found.dtype).max if classes is None else classes - 1
    if found.min() < 0 or found.max() > top:
        wanted = "0 or more" if classes is None else f"0 to {classes - 1}"
        raise ValueError(
            f"{name}: expected {wanted}, got {found.min()} to {found.max()}"
        )
    return found


def integer(name, value, least=None, most=None):
    """Return a whole number, or raise as `array` does; bool is none."""
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name}: expected an integer, got {got(value)}")
    try:
        value = value.__index__()
    except TypeError:  # an array
        raise TypeError(
            f"{name}: expected an integer, got {got(value)}"
        ) from None
    return _between(name, value, least, most)


def number(name, value, least=None, most=None, above=None):
    """Return a finite real number as a float, or raise as `array` does.

    Parameters
    ----------
    name : str
        What it is called.
    value : float
        Any real number but a bool.
    least, most : float, optional
        Smallest and largest that serve.
    above : float, optional
        What it has to exceed.

    Returns
    -------
    float
    """
    single = isinstance(value, np.ndarray) and value.shape == ()
    value = value[()] if single else value
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: expected a number, got {got(value)}")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise ValueError(
            f"{name}: expected a finite number, got {got(value)}"
        )
    if above is not None and not found > above:
        raise ValueError(
            f"{name}: expected more than {above:g}, got {got(value)}"
        )
    return _between(name, found, least, most)


def _between(name, value, least, most):
    too_small = least is not None and value < least
    if too_small or (most is not None and value > most):
        wanted = f"{least} or more" if most is None else f"{most} or less"
        if least is not None and most is not None:
            wanted = f"{least} to {most}"
        raise ValueError(f"{name}: expected {wanted}, got {got(value)}")
    return value


def choice(name, value, allowed):
    """Return a value that is one of those allowed, or raise ValueError."""
    allowed = list(allowed)
    if not any(isinstance(value, type(a)) and value == a for a in allowed):
        words = ", ".join(map(repr, allowed))
        raise ValueError(f"{name}: expected one of {words}, got {got(value)}")
    return value


def text(name, value):
    """Return a str, or raise TypeError."""
    return _of(name, value, str, "a str")


def function(name, value):
    """Return what can be called, or raise TypeError."""
    if not callable(value):
        raise TypeError(f"{name}: expected a function, got {got(value)}")
    return value


def generator(name, value):
    """Return a NumPy random generator, or raise TypeError."""
    kind = "a numpy.random.Generator"
    return _of(name, value, np.random.Generator, kind)


def mapping(name, value):
    """Return a dict, or raise TypeError."""
    return _of(name, value, dict, "a dict")


def append(name, value):
    """Return a list to put something into, or raise TypeError."""
    return _of(name, value, list, "a list")


def axes(name, value):
    """Return axes of matplotlib, or raise TypeError."""
    if not (hasattr(value, "transAxes") and hasattr(value, "figure")):
        raise TypeError(
            f"{name}: expected matplotlib axes, got {got(value)}"
        )
    return value


def iterable(name, value):
    """Return what a loop can run over, or raise TypeError."""
    if not hasattr(value, "__iter__"):
        raise TypeError(
            f"{name}: expected something to loop over, got {got(value)}"
        )
    return value


def sequence(name, value, length=None, least=0):
    """Return a list or tuple, or any iterable but a str or dict, as a list.

    Parameters
    ----------
    name : str
        What it is called.
    value : iterable
        What came.
    length, least : int, optional
        How many entries it has to have, exactly or at least.

    Returns
    -------
    list

    Raises
    ------
    TypeError, ValueError
        If it is something else, or of another length.
    """
    try:
        if isinstance(value, (str, bytes, dict)):
            raise TypeError
        found = list(value)
    except TypeError:
        raise TypeError(
            f"{name}: expected a sequence, got {got(value)}"
        ) from None
    if length is not None and len(found) != length:
        raise ValueError(
            f"{name}: expected {length} entries, got {len(found)}"
        )
    if len(found) < least:
        raise ValueError(
            f"{name}: expected at least {least}, got {len(found)}"
        )
    return found


def box(name, value):
    """Check left, right, bottom, top of a plane, or raise; return them."""
    limits = sequence(name, value, length=4)
    left, right, low, high = (number(name, v) for v in limits)
    if not (left < right and low < high):
        raise ValueError(
            f"{name}: expected left < right and bottom < top, got {limits}"
        )
    return left, right, low, high


def real_type(name, value):
    """Return a NumPy type of real numbers, such as float32, or raise."""
    try:
        found = np.dtype(value)
    except TypeError:
        found = np.dtype(object)
    if value is None or found.kind != "f":
        raise TypeError(
            f"{name}: expected a type such as numpy.float32, got {got(value)}"
        )
    return found


def training(epochs, batch_size, learning_rate, decay=0.0):
    """Check the settings that all trainings have, or raise."""
    integer("epochs", epochs, least=0)
    integer("batch_size", batch_size, least=1)
    number("learning_rate", learning_rate, least=0)
    number("decay", decay, least=0)


def sizes(name, value):
    """Return the sizes of a network, M, N, ..., as a list of int."""
    found = sequence(name, value, least=2)
    return [integer(name, size, least=1) for size in found]


def network(name, parameters, width=None, outputs=None):
    """Return the sizes of a network from its parameters, checked.

    Parameters
    ----------
    name : str
        What they are called.
    parameters : dict of str to ndarray
        W0 (M, N), b0 (N,) or (1, N), W1, ...; each layer fits the one
        before.
    width, outputs : int, optional
        How many inputs and outputs it has to have.

    Returns
    -------
    list of int

    Raises
    ------
    TypeError, ValueError
        If a name is missing or too many, or a shape does not fit.
    """
    depth = len(mapping(name, parameters)) // 2
    wanted = {f"{kind}{L}" for L in range(depth) for kind in "Wb"}
    if not wanted or set(parameters) != wanted:
        raise ValueError(
            f"{name}: expected W0, b0, W1, ..., got {got(list(parameters))}"
        )
    found = ["M" if width is None else width]
    for L in range(depth):
        own = f"{name}[W{L}]"
        N = outputs if L == depth - 1 and outputs is not None else "N"
        W = array(own, parameters[f"W{L}"], (found[-1], N), "f", False)
        found[L:] = W.shape
        own = f"{name}[b{L}]"
        b = array(own, parameters[f"b{L}"], None, "f", False)
        if b.shape != (1, found[-1]):  # as one of a stack has it
            array(own, b, (found[-1],), "f", False)
    return found


def one_hot(name, y, length, classes="K"):
    """Return rows that sum to 1, as probabilities do, or raise as `array`.

    Parameters
    ----------
    name : str
        What they are called.
    y : array_like (D, K)
        One row a sample.
    length, classes : int
        D and K, where they are known.

    Returns
    -------
    ndarray
    """
    y = array(name, y, (length, classes))
    if y.min() < 0 or np.max(np.abs(y.sum(axis=1) - 1)) > 1e-3:
        raise ValueError(
            f"{name}: expected rows of probabilities, such as one-hot rows, "
            f"got sums from {y.sum(axis=1).min():.4g} to "
            f"{y.sum(axis=1).max():.4g} and values from {y.min():.4g}"
        )
    return y


def notebook(name, value):
    """Return a notebook of nbformat, or raise TypeError."""
    if not hasattr(value, "cells"):
        raise TypeError(f"{name}: expected a notebook, got {got(value)}")
    return value


def got(value):
    """Return a value in a few words, for a message."""
    if isinstance(value, (np.ndarray, np.generic)) and np.ndim(value):
        return f"an array of {value.dtype} of shape {value.shape}"
    plain = (str, bytes, numbers.Number, list, tuple, dict, type(None))
    try:
        words = reprlib.repr(value) if isinstance(value, plain) else ""
    except Exception:  # an integer of too many digits, a strange entry
        words = ""
    if not words:
        return f"something of type {type(value).__name__}"
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def _of(name, value, kind, words):
    if not isinstance(value, kind):
        raise TypeError(f"{name}: expected {words}, got {got(value)}")
    return value


class NotEnoughMemory(MemoryError):
    """There is no room for what a function makes; says what to do."""


@contextlib.contextmanager
def room_for(what):
    """Say what to do where the memory does not suffice for a block.

    Parameters
    ----------
    what : str
        What the memory is for, to begin the message.

    Raises
    ------
    NotEnoughMemory
        In place of NumPy's own.
    """
    try:
        yield
    except NotEnoughMemory:
        raise
    except MemoryError as error:
        reason = str(error).rstrip(".") or "none"
        raise NotEnoughMemory(
            f"{what}: expected enough free memory, got: {reason}. Close "
            'other notebooks ("Kernel", "Shut Down All Kernels"), or take '
            "fewer images or neurons."
        ) from None
