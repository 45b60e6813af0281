"""Small tools of notebook 07: stacks of networks, and comparing runs.

Arguments that do not fit raise TypeError or ValueError with what was expected
and what came.
"""

import math

import numpy as np

from helpers import expect
from helpers.studies import enough, spread


def stack(parameters, S):
    """Return S copies of a network as one stack.

    Parameters
    ----------
    parameters : dict of str to ndarray
        W0 (M, N), b0 (N,), ... as `helpers.layers.initialise` draws them.
    S : int
        Number of copies.

    Returns
    -------
    dict of str to ndarray
        W0 (S, M, N), b0 (S, 1, N), ...: a fresh array each.
    """
    expect.network("parameters", parameters)
    expect.integer("S", S, least=1)
    return {
        name: np.repeat(np.atleast_2d(array)[None], S, axis=0)
        for name, array in parameters.items()
    }


def one_of(networks, place):
    """Return one network of a stack, from 0 on, as a stack of one."""
    S = len(_arrays("networks", networks)[0])
    expect.integer("place", place, least=0, most=S - 1)
    return {n: array[place : place + 1] for n, array in networks.items()}


def pack(parameters):
    """Return all parameters behind each other, as one vector (P,)."""
    arrays = _arrays("parameters", parameters)
    return np.concatenate([array.ravel() for array in arrays])


def _arrays(name, parameters):
    """Return the arrays of a dict, at least one, each checked."""
    if not expect.mapping(name, parameters):
        raise ValueError(f"{name}: expected at least one array, got {{}}")
    return [
        expect.array(f"{name}[{part}]", array, finite=False)
        for part, array in parameters.items()
    ]


def unpack(vector, like):
    """Return a vector (P,) as a dict with the names and shapes of `like`.

    Raises
    ------
    ValueError
        If the vector has another number of entries than `like`.
    """
    vector = expect.array("vector", vector, finite=False)
    sizes = [array.size for array in _arrays("like", like)]
    if vector.shape != (sum(sizes),):
        raise ValueError(
            f"vector: expected shape ({sum(sizes)},), got {vector.shape}"
        )
    parts = np.split(vector, np.cumsum(sizes)[:-1])
    return {
        name: part.reshape(array.shape)
        for (name, array), part in zip(like.items(), parts)
    }


def best_rate(rates, accuracies, lost):
    """Return the place of the best learning rate in a sweep.

    Parameters
    ----------
    rates : sequence of float
    accuracies : ndarray (seeds, rates)
    lost : ndarray of bool (seeds, rates)
        Runs that diverged.

    Returns
    -------
    int
        Where the mean accuracy is largest, among the rates at which no
        seed diverged.

    Raises
    ------
    ValueError
        If there is no such rate.
    """
    if not expect.array("accuracies", accuracies, finite=False).size:
        enough((), 1)
    accuracies, lost = _sweep(rates, accuracies, lost)
    safe = ~np.any(lost, axis=0)
    if not np.any(safe):
        raise ValueError(f"rates: expected one that is safe, got {rates}")
    expect.array("accuracies at rates that are safe", accuracies[:, safe])
    means = np.where(safe, np.mean(accuracies, axis=0), -np.inf)
    return int(np.argmax(means))


def _sweep(rates, accuracies, lost):
    """Return the two arrays of a sweep (seeds, rates), checked."""
    shape = ("seeds", len(expect.sequence("rates", rates, least=1)))
    accuracies = expect.array("accuracies", accuracies, shape, finite=False)
    return accuracies, expect.array("lost", lost, accuracies.shape, "b")


def difference(first, second):
    """Compare two series of runs with the same seeds.

    Parameters
    ----------
    first, second : sequence of float
        One value a seed, in the same order; if an interrupted study left
        one of them shorter, the seeds at its end are not compared.

    Returns
    -------
    tuple of (float, float, str)
        Mean of first - second, its standard deviation between the seeds,
        and what to call it: "larger than the spread", "smaller than the
        spread", or "of unknown spread" with fewer than two seeds.
    """
    first = expect.array("first", first, ("seeds",), empty=True)
    second = expect.array("second", second, ("seeds",), empty=True)
    both = min(len(first), len(second))
    values = first[:both].astype(float) - second[:both]
    enough(values)
    if values.size < 2:
        return float(values[0]), math.nan, "of unknown spread"
    mean, error = float(values.mean()), float(spread(values))
    name = "larger" if abs(mean) > error else "smaller"
    return mean, error, f"{name} than the spread"


def as_good(rates, accuracies, lost):
    """Return which learning rates are no worse than the best by the spread.

    Parameters
    ----------
    rates, accuracies, lost
        As for `best_rate`.

    Returns
    -------
    ndarray of bool (rates,)
        True where no seed diverged and the mean difference from the best,
        seed by seed, does not exceed its standard deviation (a single seed
        has none: the best alone).
    """
    best = best_rate(rates, accuracies, lost)
    accuracies, lost = _sweep(rates, accuracies, lost)
    below = accuracies[:, [best]] - accuracies
    near = below.mean(axis=0) <= spread(below)
    near[best] = True
    return near & ~np.any(lost, axis=0)


def running_mean(values, width):
    """Return means over `width` neighbours, shorter at the two ends.

    Parameters
    ----------
    values : array_like (n,)
        NaN and infinity spread over their neighbours, no further.
    width : int
        Odd.

    Returns
    -------
    ndarray (n,)
    """
    if expect.integer("width", width, least=1) % 2 == 0:
        raise ValueError(f"width: expected an odd number, got {width}")
    half = width // 2
    values = expect.array("values", values, ("n",), finite=False, empty=True)
    values = values.astype(float)
    return np.array(
        [
            values[max(i - half, 0) : i + half + 1].mean()
            for i in range(len(values))
        ]
    )
