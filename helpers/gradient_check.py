"""Analytical gradients against central differences, entry by entry."""

from dataclasses import dataclass

import numpy as np

STEP = 1e-5  # near the cube root of float64's rounding, times the scale 1


@dataclass(frozen=True)
class ArrayReport:
    """How well one array's gradient agrees with central differences."""

    name: str
    size: int  # number of entries
    checked: int  # of them, compared
    relative_error: float  # ||g - n|| / (||g|| + ||n||), n numerical
    index: tuple  # the entry that disagrees most
    analytical: float  # the two derivatives there
    numerical: float
    kinks: int = 0  # entries left out: a kink of h lies between the points


def gradient_check(loss, parameters, gradients, most=None, rng=None,
                   pattern=None):
    """Compare gradients with central differences of the loss.

    Each entry w is moved to w + STEP and w - STEP, the others staying as they
    are; the difference of the two losses, divided by 2 STEP, approximates the
    derivative to order STEP squared.

    Parameters
    ----------
    loss : callable
        loss(**parameters) gives the loss, a scalar.
    parameters : dict of str to ndarray
        float64 arrays; they are left as they were.
    gradients : dict of str to ndarray
        For each parameter dJ/dparameter, of the same shape.
    most : int, optional
        Compare at most so many entries of an array, drawn with `rng`; all of
        them by default.
    rng : numpy.random.Generator, optional
        Needed with `most`.
    pattern : callable, optional
        pattern(**parameters) gives an array of bool: on which side of its
        kink each activation function is (such as z0 > 0). Entries that
        change it are counted in `kinks` and not compared.

    Returns a list of `ArrayReport`, one for each parameter.

    Source: L. Bottou, "Stochastic gradient descent tricks" (2012), sect. 4.
    """
    _verify(parameters, gradients)
    work = {k: np.array(w, order="C") for k, w in parameters.items()}
    if np.shape(loss(**work)) != ():
        raise ValueError("loss: expected a function that returns a number")
    return [
        _check_array(
            name, work, np.asarray(gradients[name]), loss,
            _entries(array.size, most, rng), pattern,
        )
        for name, array in work.items()
    ]


def worst(reports):
    """Return the largest relative error of reports, NaN if one of them is."""
    return float(np.max([r.relative_error for r in reports]))


def table(reports):
    """Return the reports as a table, a string with a line an array."""
    lines = [f"{'array':6}{'entries':>9}{'compared':>10}{'rel. error':>12}"]
    for r in reports:
        lines.append(
            f"{r.name:6}{r.size:9,}{r.checked:10,}{r.relative_error:12.0e}"
        )
    return "\n".join(lines)


def _check_array(name, work, gradient, loss, entries, pattern):
    flat = work[name].reshape(-1)  # a view: work[name] is contiguous
    numerical, kept, kinks = [], [], 0
    for entry in entries:
        value = flat[entry]
        flat[entry] = value + STEP
        above, side = loss(**work), _side(pattern, work)
        flat[entry] = value - STEP
        below, other = loss(**work), _side(pattern, work)
        flat[entry] = value
        if side is not None and not np.array_equal(side, other):
            kinks += 1
            continue
        kept.append(entry)
        numerical.append((above - below) / (2 * STEP))
    n, g = np.array(numerical), gradient.reshape(-1)[kept]
    if not kept:
        nan = float("nan")
        return ArrayReport(name, flat.size, 0, nan, (), nan, nan, kinks)
    at = int(np.argmax(np.abs(g - n)))
    where = np.unravel_index(kept[at], gradient.shape)
    scale = np.linalg.norm(g) + np.linalg.norm(n)
    error = 0.0 if scale == 0 else float(np.linalg.norm(g - n) / scale)
    index = tuple(int(i) for i in where)
    return ArrayReport(
        name, flat.size, len(kept), error, index, float(g[at]), float(n[at]),
        kinks,
    )


def _side(pattern, work):
    return None if pattern is None else np.array(pattern(**work))


def _entries(size, most, rng):
    if most is None or most >= size:
        return range(size)
    return np.sort(rng.choice(size, most, replace=False))


def _verify(parameters, gradients):
    """Refuse what would be compared wrongly, or not at all."""
    if not parameters or set(gradients) != set(parameters):
        raise ValueError(
            f"gradients: expected those of {sorted(parameters)}, got "
            f"{sorted(gradients)}"
        )
    for name, array in parameters.items():
        if np.asarray(array).dtype != np.float64:
            raise ValueError(
                f"{name}: expected float64 (float32 is too coarse for "
                f"differences), got {np.asarray(array).dtype}"
            )
        if np.shape(gradients[name]) != np.shape(array):
            raise ValueError(
                f"gradient of {name}: expected shape {np.shape(array)}, got "
                f"{np.shape(gradients[name])}"
            )
