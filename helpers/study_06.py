"""Trainings of notebook 06: several networks of one shape in one array.

A small network keeps NumPy busy with its own bookkeeping. Here the networks
of several seeds, or of several learning rates, are stacked along a first axis
and trained by the same calls; each draws its weights and shuffles its samples
by itself, exactly as in `helpers.layers`.
"""

import math
import time

import numpy as np

from helpers import expect, layers
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


@expect.room_for("training")
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

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    MemoryError
        If there is no room for it.

    Source: eq. B14.
    """
    sizes = expect.sizes("sizes", sizes)
    x = expect.array("x", x, ("D", sizes[0]), kinds="f")
    y = expect.one_hot("y", y, len(x), sizes[-1])
    usual = GAINS[expect.choice("h", h, GAINS)]
    rngs = [np.random.default_rng(seed) for seed in _seeds("seeds", seeds)]
    rates = _rates(learning_rates, len(rngs), x.dtype)
    expect.training(epochs, batch_size, rates.max())
    gain = usual if gain is None else gain
    made = [layers.initialise(sizes, rng, gain, x.dtype) for rng in rngs]
    W = [np.stack([p[f"W{L}"] for p in made]) for L in range(len(sizes) - 1)]
    b = [np.zeros((len(rngs), 1, N), x.dtype) for N in sizes[1:]]
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


def _seeds(name, seeds):
    seeds = expect.sequence(name, seeds, least=1)
    return [expect.integer(name, seed, least=0) for seed in seeds]


def _rates(rates, S, dtype):
    """Return the learning rates of S networks as an array (S,)."""
    single = not np.iterable(rates)
    rates = [rates] if single else expect.sequence("learning_rates", rates)
    found = [expect.number("learning_rates", r, least=0) for r in rates]
    if not single and len(found) != S:
        raise ValueError(
            f"learning_rates: expected one or {S}, got {len(found)}"
        )
    with np.errstate(over="ignore"):
        found = np.array(found, dtype)
    return np.broadcast_to(expect.array("learning_rates", found), S)


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

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    activation, _ = layers.ACTIVATIONS[expect.choice("h", h, GAINS)]
    x, found = expect.array("x", x, ("D", "M")), []
    S, K = _stack("parameters", parameters, x.shape[1])
    digits = expect.labels("digits", digits, len(x), K)
    for s in range(S):
        one = {name: array[s] for name, array in parameters.items()}
        if not all(np.all(np.isfinite(array)) for array in one.values()):
            found.append((math.nan, math.nan))
            continue
        with np.errstate(all="ignore"):  # weights on their way to infinity
            z = layers.forward(x, one, activation)[0][-1]
        if not np.all(np.isfinite(z)):
            found.append((math.nan, math.nan))
            continue
        y = np.eye(z.shape[1], dtype=z.dtype)[digits]
        right = float(np.mean(np.argmax(z, axis=1) == digits))
        found.append((right, float(empirical_risk(y, z))))
    return found


def _stack(name, parameters, width):
    """Return how many networks a stack holds, and how many outputs."""
    lengths = set()
    for part, array in expect.mapping(name, parameters).items():
        shape = ("S", "M", "N") if part[:1] == "W" else ("S", 1, "N")
        array = expect.array(f"{name}[{part}]", array, shape, finite=False)
        lengths.add(len(array))
    if len(lengths) != 1:
        raise ValueError(
            f"{name}: expected a stack of networks, got lengths {lengths}"
        )
    first = {part: array[0] for part, array in parameters.items()}
    return lengths.pop(), expect.network(name, first, width)[-1]


def seed_groups(sizes, seeds):
    """Return the seeds as tuples that are trained together.

    Small networks share one stack; large ones are alone, since their matrix
    products fill the time and the processor's cache.
    """
    seeds = _seeds("seeds", seeds)
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

    Raises
    ------
    TypeError, ValueError
        If a group holds more or fewer values than seeds.
    """
    found = {}
    for setting, values in expect.mapping("results", results).items():
        name = f"results[{expect.got(setting)}]"
        hidden, h, _, seeds = expect.sequence(name, setting, length=4)
        seeds = _seeds(name, seeds)
        values = expect.sequence(name, values, length=len(seeds))
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
    sizes = expect.sizes("sizes", sizes)
    images = expect.integer("images", images, least=0)
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
    expect.integer("steps", steps, least=1)
    expect.integer("repeats", repeats, least=1)
    expect.choice("h", h, GAINS)
    networks = expect.sequence("networks", networks, least=1)
    networks = [tuple(expect.sizes("networks", one)) for one in networks]
    times = {sizes: [] for sizes in networks}
    x = expect.array("x", x, ("D", "M"))
    for _ in range(repeats):
        for sizes, own in times.items():
            start = layers.initialise(sizes, rng, GAINS[h])
            layers.train(start, x, y, 1, len(x), 1e-3, rng, h)
            begin = time.perf_counter()
            layers.train(start, x, y, steps, len(x), 1e-3, rng, h)
            own.append((time.perf_counter() - begin) / steps)
    return {sizes: float(np.median(own)) for sizes, own in times.items()}
