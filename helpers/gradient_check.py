"""Analytical gradients against central differences, entry by entry."""

from dataclasses import dataclass
from typing import Optional

import numpy as np

from helpers import expect

STEP = 1e-5  # near the cube root of float64's rounding, times the scale 1


@dataclass(frozen=True)
class ArrayReport:
    """How well one array's gradient agrees with central differences.

    Attributes
    ----------
    name : str
        The parameter's name.
    size, checked : int
        Number of its entries, and of those that were compared.
    relative_error : float
        ||g - n|| / (||g|| + ||n||), g analytical, n numerical.
    index : tuple of int
        The entry that disagrees most.
    analytical, numerical : float
        The two derivatives there.
    kinks : int
        Entries left out because a kink of the activation function lies
        between the two points of the difference.
    """

    name: str
    size: int
    checked: int
    relative_error: float
    index: tuple
    analytical: float
    numerical: float
    kinks: int = 0


def gradient_check(loss, parameters, gradients, step=STEP, most=None,
                   rng=None, pattern=None):
    """Compare gradients with central differences of the loss.

    Each entry w is moved to w + step and w - step, the others staying as they
    are; the difference of the two losses, divided by 2 step, approximates the
    derivative to order step squared.

    Parameters
    ----------
    loss : callable
        loss(**parameters) gives the loss, a scalar.
    parameters : dict of str to ndarray
        float64 arrays; they are left as they were.
    gradients : dict of str to ndarray
        For each parameter dJ/dparameter, of the same shape.
    step : float
        Half the distance between the two points.
    most : int, optional
        Compare at most so many entries of an array, drawn with `rng`; all of
        them by default.
    rng : numpy.random.Generator, optional
        Needed with `most`.
    pattern : callable, optional
        pattern(**parameters) gives an array of bool: on which side of its
        kink each activation function is (such as z0 > 0). Entries that
        change it are counted in `kinks` and not compared.

    Returns
    -------
    list of ArrayReport
        One for each parameter.

    Raises
    ------
    TypeError, ValueError
        If names, shapes or types do not fit, or the loss is no number.

    Source: L. Bottou, "Stochastic gradient descent tricks" (2012), sect. 4.
    """
    _verify(parameters, gradients)
    _verify_settings(step, most, rng, pattern)
    work = {name: np.array(array) for name, array in parameters.items()}
    first = expect.function("loss", loss)(**work)
    expect.array("loss", first, (), finite=False)
    return [
        _check_array(
            name, work, np.asarray(gradients[name]), loss, step,
            _entries(array.size, most, rng), pattern,
        )
        for name, array in work.items()
    ]


def worst(reports):
    """Return the largest relative error of a list of reports, a float.

    It is NaN if one of them is: an array of which nothing was compared, or
    whose loss or gradient was NaN, has not passed.
    """
    return float(np.max([r.relative_error for r in _reports(reports)]))


def table(reports):
    """Return the reports as a table, a string with a line an array."""
    lines = [f"{'array':6}{'entries':>9}{'compared':>10}{'rel. error':>12}"]
    for r in _reports(reports):
        lines.append(
            f"{r.name:6}{r.size:9,}{r.checked:10,}{r.relative_error:12.0e}"
        )
    return "\n".join(lines)


def _reports(reports):
    reports = expect.sequence("reports", reports, least=1)
    for report in reports:
        if not isinstance(report, ArrayReport):
            raise TypeError(
                f"reports: expected ArrayReports, got {expect.got(report)}"
            )
    return reports


def _check_array(name, work, gradient, loss, step, entries, pattern):
    flat = work[name].reshape(-1)  # a view: work[name] is contiguous
    numerical, kept, kinks = [], [], 0
    for entry in entries:
        value = flat[entry]
        flat[entry] = value + step
        above, side = loss(**work), _side(pattern, work)
        flat[entry] = value - step
        below, other = loss(**work), _side(pattern, work)
        flat[entry] = value
        if side is not None and not np.array_equal(side, other):
            kinks += 1
            continue
        kept.append(entry)
        numerical.append((above - below) / (2 * step))
    n, g = np.array(numerical), gradient.reshape(-1)[kept]
    if not kept:
        nan = float("nan")
        return ArrayReport(name, flat.size, 0, nan, (), nan, nan, kinks)
    at = int(np.argmax(np.abs(g - n)))
    where = np.unravel_index(kept[at], gradient.shape)
    return ArrayReport(
        name=name,
        size=flat.size,
        checked=len(kept),
        relative_error=_relative_error(g, n),
        index=tuple(int(i) for i in where),
        analytical=float(g[at]),
        numerical=float(n[at]),
        kinks=kinks,
    )


def _relative_error(g, n):
    scale = np.linalg.norm(g) + np.linalg.norm(n)
    return 0.0 if scale == 0 else float(np.linalg.norm(g - n) / scale)


def _side(pattern, work) -> Optional[np.ndarray]:
    return None if pattern is None else np.array(pattern(**work))


def _entries(size, most, rng):
    if most is None or most >= size:
        return range(size)
    return np.sort(rng.choice(size, most, replace=False))


def _verify_settings(step, most, rng, pattern):
    expect.number("step", step, above=0)
    if most is not None:
        expect.integer("most", most, least=1)
        if rng is None:
            raise ValueError("most: expected an rng to draw the entries with")
    if rng is not None:
        expect.generator("rng", rng)
    if pattern is not None:
        expect.function("pattern", pattern)


def _verify(parameters, gradients):
    if not expect.mapping("parameters", parameters):
        raise ValueError("parameters: expected at least one array, got {}")
    if set(expect.mapping("gradients", gradients)) != set(parameters):
        raise ValueError(
            f"gradients: expected those of {sorted(parameters)}, got "
            f"{sorted(gradients)}"
        )
    for name, array in parameters.items():
        array = expect.array(name, array)
        if array.dtype != np.float64:
            raise ValueError(
                f"{name}: expected float64 (float32 is too coarse for "
                f"differences), got {array.dtype}"
            )
        own = f"gradient of {name}"
        expect.array(own, gradients[name], array.shape, finite=False)
