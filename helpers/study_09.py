"""Small tools of notebook 09: medians, grids, orders of magnitude."""

import math

import numpy as np

from helpers import timing

__all__ = ["grids", "magnitude", "median_and_spread", "named", "turned"]


def median_and_spread(values):
    """Return the median, and half the way from the least to the largest.

    Parameters
    ----------
    values : iterable of float
        Repeats of one measurement. NaN makes both results NaN.

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError
        If there is no value.
    """
    values = np.array(list(values), dtype=float)
    if not values.size:
        raise ValueError("values: expected at least 1, got none")
    return float(np.median(values)), float(np.ptp(values) / 2)


def turned(items, places):
    """Return a list with its first items moved to the end.

    Parameters
    ----------
    items : iterable
    places : int
        How many are moved; more than there are begins again.

    Returns
    -------
    list
    """
    items = list(items)
    places = places % len(items) if items else 0
    return items[places:] + items[:places]


def named(arrays):
    """Return arrays W0, b0, W1, b1, ... as a dict with these names.

    Parameters
    ----------
    arrays : sequence of ndarray
        Weights and biases by turns, as Keras lists them.

    Returns
    -------
    dict of str to ndarray
        As `helpers.layers` takes it.

    Raises
    ------
    ValueError
        If a weight matrix has no biases behind it.
    """
    if len(arrays) % 2:
        raise ValueError(
            f"arrays: expected weights and biases by turns, got {len(arrays)}"
        )
    return {f"{'Wb'[k % 2]}{k // 2}": array for k, array in enumerate(arrays)}


def grids(codes):
    """Return the emissions of some countries' electricity, cleanest first.

    Parameters
    ----------
    codes : sequence of str
        ISO codes of three letters; those that CodeCarbon's table lacks are
        left out.

    Returns
    -------
    dict of str to tuple of (float, int)
        Country's name -> (gCO2e/kWh, year of the figure); empty where
        CodeCarbon is not installed.

    Source: CodeCarbon's table of grids, see `helpers.timing.grid_table`.
    """
    if not timing.codecarbon_version():
        return {}
    table = timing.grid_table()
    rows = [table[code] for code in codes if code in table]
    rows.sort(key=lambda row: row["carbon_intensity"])
    return {
        row["country_name"]: (float(row["carbon_intensity"]), row["year"])
        for row in rows
    }


def magnitude(value):
    """Return the power of ten that is nearest to a positive number.

    Nearest on a logarithmic axis: 3.1 has the magnitude 0, 3.2 has 1.

    Parameters
    ----------
    value : float

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the number is not positive.
    """
    if not 0 < value < math.inf:
        raise ValueError(f"value: expected a positive number, got {value}")
    return round(math.log10(value))
