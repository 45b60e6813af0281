"""An equation of the lecture, both sides computed and compared.

The cells that call `verify_equation` are listed in `docs/equations.md`.
"""

import re

import numpy as np


def verify_equation(name, left, right, wrong, without, tolerance=1e-12):
    """Compare the two sides of an equation; refuse a wrong version of it.

    Shows a line that is the same on every machine; the errors found go into
    the output's metadata, for the ledger.

    Parameters
    ----------
    name : str
        The equation's ID, such as "F3".
    left, right : array_like
        The two sides, computed independently, on non-zero values.
    wrong : array_like
        What `right` becomes in a deliberately wrong version.
    without : str
        What is wrong with that version: "without the bias".
    tolerance : float
        Largest difference allowed, relative to the largest value.

    Raises
    ------
    AssertionError
        If the sides differ, or if the wrong version is not told apart.
    """
    if not re.fullmatch(r"[FBSO]\d{1,2}", name):
        raise ValueError(f"name: expected an ID such as F3, got {name!r}")
    left = np.asarray(left, dtype=float)
    if not np.any(left):
        raise ValueError(f"{name}: expected values that are not all 0")
    error = _difference(name, left, right)
    wrong_error = _difference(name, left, wrong)
    if not error <= tolerance:
        raise AssertionError(f"{name} does not hold: they differ by {error}")
    if not wrong_error > 1000 * tolerance:
        raise AssertionError(
            f"{name}: the check would not notice it {without}"
        )
    from IPython.display import display

    text = (
        f"{name} holds: both sides agree to {tolerance:.0e} "
        f"({left.size:,} value{'s' if left.size > 1 else ''}); "
        f"{without} they do not."
    )
    facts = {"id": name, "error": error, "wrong_error": wrong_error}
    display({"text/plain": text}, raw=True, metadata={"equation": facts})


def _difference(name, left, right):
    right = np.asarray(right, dtype=float)
    if right.shape != left.shape:
        raise ValueError(
            f"{name}: expected two sides of one shape, got {left.shape} and "
            f"{right.shape}"
        )
    return float(np.max(np.abs(left - right)) / np.max(np.abs(left)))
