"""Trainings of notebook 06: several networks of one shape in one array.

A small network keeps NumPy busy with its own bookkeeping. Here the networks
of several seeds, or of several learning rates, are stacked along a first axis
and trained by the same calls; each draws its weights and shuffles its samples
by itself, exactly as in `helpers.layers`.
"""

import math
import time

import numpy as np

from helpers import layers
from helpers.network import empirical_risk, mini_batches

__all__ = [
    "GAINS",
    "collect",
    "evaluate",
    "operations",
    "seconds_per_step",
    "seed_groups",
    "train_stack",
]

GAINS = {"ReLU": 2.0, "tanh": 1.0, "sigmoid": 1.0}
# exp may overflow to inf here, which gives the right 0 and costs less
FUNCTIONS = {
    "ReLU": layers.ACTIVATIONS["ReLU"][0],
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}
# h' written with a = h(z), which is there already: no second exp or tanh
SLOPES = {
    "ReLU": lambda a: (a > 0).astype(a.dtype),
    "tanh": lambda a: 1 - a * a,
    "sigmoid": lambda a: a * (1 - a),
}
LARGE_NETWORK = 60_000  # parameters; above it a stack does not save time


def train_stack(x, y, sizes, seeds, epochs, batch_size, learning_rates,
                h="ReLU", gain=None):
    """Train S networks of the same sizes at once.

    Network s is what `layers.initialise` and `layers.train` make of a
    generator with seeds[s]; nothing passes between the networks.

    Parameters
    ----------
    x, y : ndarray (D, M), (D, K)
        Images, and one-hot rows; the parameters are of the type of x.
    sizes : sequence of int
        Such as (784, 128, 10).
    seeds : sequence of int
        S of them.
    epochs, batch_size : int
    learning_rates : float, or sequence of S floats
        Start of the cosine schedule.
    h : str
        "ReLU", "tanh" or "sigmoid".
    gain : float, optional
        The weights' variance is gain / M; by default 2 for ReLU, else 1.

    Returns
    -------
    dict of str to ndarray
        W0 (S, M, N), b0 (S, 1, N), W1, ...; not finite where a network
        diverged.

    Source: eq. B14.
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    gain = GAINS[h] if gain is None else gain
    made = [layers.initialise(sizes, rng, gain, x.dtype) for rng in rngs]
    W = [np.stack([p[f"W{L}"] for p in made]) for L in range(len(sizes) - 1)]
    b = [np.zeros((len(rngs), 1, N), x.dtype) for N in sizes[1:]]
    rates = np.broadcast_to(np.asarray(learning_rates, x.dtype), len(rngs))
    steps, step = epochs * math.ceil(len(x) / batch_size), 0
    with np.errstate(all="ignore"):  # a diverged network is told by its nan
        for _ in range(epochs):
            orders = [mini_batches(len(x), batch_size, rng) for rng in rngs]
            for batches in zip(*orders):
                rows = np.stack(batches)  # (S, D)
                rate = rates * x.dtype.type(layers.cosine(step / steps))
                _step(x[rows], y[rows], W, b, rate[:, None, None], h)
                step += 1
    made = {}
    for L in range(len(W)):
        made[f"W{L}"], made[f"b{L}"] = W[L], b[L]
    return made


def _step(x, y, W, b, rate, h):
    """Move all W^L (S, M, N) and b^L (S, 1, N) by one mini-batch."""
    activation, slope = FUNCTIONS[h], SLOPES[h]
    H, D = len(W) - 1, x.shape[1]
    a = [x]  # a[L + 1] is a^L
    for L in range(H):
        a.append(activation(a[L] @ W[L] + b[L]))  # (S, D, N)  F3
    delta = _softmax(a[H] @ W[H] + b[H]) - y  # (S, D, K)  B11
    for L in range(H, -1, -1):
        dW = a[L].swapaxes(1, 2) @ delta  # (S, M, N)  B7, without 1/D
        db = np.sum(delta, axis=1, keepdims=True)  # (S, 1, N)  B8
        if L > 0:
            delta = slope(a[L]) * (delta @ W[L].swapaxes(1, 2))  # B13
        dW *= rate / D
        W[L] -= dW  # B5
        b[L] -= rate / D * db  # B6


def _softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def evaluate(x, digits, parameters, h="ReLU"):
    """Return accuracy and risk of each network of a stack.

    Parameters
    ----------
    x, digits : ndarray (D, M), (D,)
    parameters : dict of str to ndarray
        From `train_stack`.
    h : str
        Their activation function.

    Returns
    -------
    list of tuple of float
        Accuracy (a share) and empirical risk; (nan, nan) for a network that
        diverged.
    """
    found = []
    for s in range(len(parameters["W0"])):
        one = {name: array[s] for name, array in parameters.items()}
        if not all(np.all(np.isfinite(array)) for array in one.values()):
            found.append((math.nan, math.nan))
            continue
        z = layers.forward(x, one, layers.ACTIVATIONS[h][0])[0][-1]
        y = np.eye(z.shape[1], dtype=z.dtype)[digits]
        right = float(np.mean(np.argmax(z, axis=1) == digits))
        found.append((right, float(empirical_risk(y, z))))
    return found


def seed_groups(sizes, seeds):
    """Return the seeds as tuples that are trained together.

    Small networks share one stack; large ones are alone, since their matrix
    products fill the time and the processor's cache.
    """
    if layers.count(sizes) > LARGE_NETWORK:
        return [(seed,) for seed in seeds]
    return [tuple(seeds)]


def collect(results):
    """Return {key: array of values} from a study's groups of seeds.

    Parameters
    ----------
    results : dict
        (hidden, h, rate, seeds) -> list of values, one a seed.

    Returns
    -------
    dict
        (hidden, h) -> ndarray, first axis the seeds, in the study's order.
    """
    found = {}
    for (hidden, h, _rate, _seeds), values in results.items():
        found.setdefault((hidden, h), []).extend(values)
    return {key: np.array(values) for key, values in found.items()}


def operations(sizes, images):
    """Return the multiplications of a training, in all epochs together.

    A weight takes part in three products for each image: forward (F3), its
    gradient (B7), and the recursion (B13), which ends above the first layer.

    Parameters
    ----------
    sizes : sequence of int
    images : int
        Number of images times epochs.

    Returns
    -------
    int
    """
    weights = [M * N for M, N in zip(sizes[:-1], sizes[1:])]
    return images * (2 * weights[0] + 3 * sum(weights[1:]))


def seconds_per_step(networks, x, y, h="ReLU", steps=15, repeats=5):
    """Return the time of a training step of each network, in s.

    The networks take turns: a slow moment of the machine meets one repeat
    of some of them, and the median passes over it.

    Parameters
    ----------
    networks : sequence of tuple of int
        Sizes, such as (784, 128, 10).
    x, y : ndarray (D, M), (D, K)
        One mini-batch.
    h : str
        Activation function.
    steps, repeats : int
        The median of the repeats, each of so many steps; one more step
        before each repeat warms up.

    Returns
    -------
    dict of tuple to float
    """
    rng = np.random.default_rng(0)
    times = {sizes: [] for sizes in networks}
    for _ in range(repeats):
        for sizes, own in times.items():
            start = layers.initialise(sizes, rng, GAINS[h])
            layers.train(start, x, y, 1, len(x), 1e-3, rng, h)
            begin = time.perf_counter()
            layers.train(start, x, y, steps, len(x), 1e-3, rng, h)
            own.append((time.perf_counter() - begin) / steps)
    return {sizes: float(np.median(own)) for sizes, own in times.items()}
