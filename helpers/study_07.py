"""Small tools of notebook 07: stacks of networks, and comparing runs."""

import math

import numpy as np

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
    return {
        name: np.repeat(np.atleast_2d(array)[None], S, axis=0)
        for name, array in parameters.items()
    }


def one_of(networks, place):
    """Return one network of a stack, as a stack of one."""
    return {n: array[place : place + 1] for n, array in networks.items()}


def pack(parameters):
    """Return all parameters behind each other, as one vector (P,)."""
    return np.concatenate([array.ravel() for array in parameters.values()])


def unpack(vector, like):
    """Return a vector (P,) as a dict with the names and shapes of `like`.

    Raises
    ------
    ValueError
        If the vector has another number of entries than `like`.
    """
    sizes = [array.size for array in like.values()]
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
    enough(accuracies)
    safe = ~np.any(lost, axis=0)
    if not np.any(safe) or len(rates) != len(safe):
        raise ValueError(f"rates: expected one that is safe, got {rates}")
    means = np.where(safe, np.mean(accuracies, axis=0), -np.inf)
    return int(np.argmax(means))


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
        and what to call it: "larger than the spread" or "smaller than
        the spread".
    """
    both = min(len(first), len(second))
    values = np.asarray(first, float)[:both] - np.asarray(second)[:both]
    enough(values)
    if values.size < 2:
        return float(values.mean()), math.nan, "of unknown spread"
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
        seed by seed, does not exceed its standard deviation.
    """
    best = best_rate(rates, accuracies, lost)
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
    half = width // 2
    values = np.asarray(values, dtype=float)
    return np.array(
        [
            values[max(i - half, 0) : i + half + 1].mean()
            for i in range(len(values))
        ]
    )
