"""Small tools of notebook 08: results by seed, and images turned round.

Arguments that do not fit raise TypeError or ValueError with what was expected
and what came.
"""

import math

import numpy as np

from helpers import expect

__all__ = ["by_seed", "gain", "in_words", "rotate", "summary"]


def by_seed(results, *first):
    """Return {seed: result} of the settings that begin in a given way.

    Parameters
    ----------
    results : dict of tuple to object
        From `run_study`; the last entry of each setting is the seed. Where
        the study was interrupted, some seeds are missing.
    *first : object
        What the setting holds in front of the seed.

    Returns
    -------
    dict of int to object
        Empty if there is none.
    """
    for setting in expect.mapping("results", results):
        if not isinstance(setting, tuple) or not setting:
            raise TypeError(
                f"results: expected tuples as keys, got {expect.got(setting)}"
            )
    return {
        setting[-1]: result
        for setting, result in results.items()
        if setting[:-1] == first
    }


def summary(values):
    """Return mean and standard deviation between seeds, of what is there.

    Parameters
    ----------
    values : iterable of float
        One for each seed.

    Returns
    -------
    tuple of float
        The spread of a single value, and both of none, are NaN.
    """
    values = np.array(expect.sequence("values", values))
    values = expect.array("values", values, ("n",), finite=False, empty=True)
    values = values.astype(float)
    mean = float(np.mean(values)) if values.size else math.nan
    spread = float(np.std(values, ddof=1)) if values.size > 1 else math.nan
    return mean, spread


def gain(after, before):
    """Return mean and spread of a difference, taken seed by seed.

    Two trainings with the same seed had the same images; what these images
    do to both cancels in the difference.

    Parameters
    ----------
    after, before : dict of int to float
        seed -> value; seeds that one of them lacks are left out.

    Returns
    -------
    tuple of float
        As `summary` gives them.
    """
    seeds = sorted(
        set(expect.mapping("after", after))
        & set(expect.mapping("before", before))
    )
    return summary(after[seed] - before[seed] for seed in seeds)


def in_words(mean, spread, unit="points"):
    """Return a difference as a phrase that says if it exceeds its spread.

    Parameters
    ----------
    mean, spread : float
        From `gain`; NaN where there is none.
    unit : str
        Behind the numbers.

    Returns
    -------
    str
    """
    for name, value in (("mean", mean), ("spread", spread)):
        if not (isinstance(value, float) and math.isnan(value)):
            expect.number(name, value)
    if spread < 0:
        raise ValueError(f"spread: expected 0 or more, got {spread}")
    numbers = f"{mean:+.2f} +- {spread:.2f} {expect.text('unit', unit)}"
    if math.isnan(mean) or math.isnan(spread):
        return f"{numbers}: too few seeds to say"
    if abs(mean) <= spread:
        return f"{numbers}: smaller than the spread, no difference shown"
    if abs(mean) <= 2 * spread:
        return f"{numbers}: more than the spread, less than twice"
    return f"{numbers}: more than twice the spread"


def rotate(images, degrees):
    """Return images turned anticlockwise about their centre.

    Values between the pixels are interpolated linearly in both directions;
    outside the frame there is no ink.

    Parameters
    ----------
    images : ndarray (D, s * s)
        Square images, unfolded.
    degrees : float
        The angle.

    Returns
    -------
    ndarray (D, s * s)
        Of the same type.

    Raises
    ------
    ValueError
        If a row is not the length of a square image.
    """
    images = expect.array("images", images, ("D", "M"))
    side = math.isqrt(images.shape[1])
    if side * side != images.shape[1]:
        raise ValueError(
            f"images: expected shape (D, s * s), got {images.shape}"
        )
    degrees = expect.number("degrees", degrees)
    angle, centre = math.radians(degrees), (side - 1) / 2
    r, c = np.indices((side, side)) - centre
    # where each pixel of the result comes from, in the padded image
    row = math.cos(angle) * r + math.sin(angle) * c + centre + 1
    column = -math.sin(angle) * r + math.cos(angle) * c + centre + 1
    row, column = (np.clip(v, 0, side + 1 - 1e-9) for v in (row, column))
    top, left = row.astype(int), column.astype(int)
    down, right = row - top, column - left
    padded = np.pad(images.reshape(-1, side, side), ((0, 0), (1, 1), (1, 1)))
    turned = (
        padded[:, top, left] * (1 - down) * (1 - right)
        + padded[:, top + 1, left] * down * (1 - right)
        + padded[:, top, left + 1] * (1 - down) * right
        + padded[:, top + 1, left + 1] * down * right
    )
    return turned.reshape(images.shape).astype(images.dtype)
