"""The network of notebook 03: any number of layers, one network or a stack.

The same functions serve one network and S networks of one shape, stacked
along a first axis: W^L is then (S, M, N) and b^L (S, 1, N). A small network
keeps NumPy busy with its own bookkeeping; a stack shares it.
"""

import math
import operator

import numpy as np
from scipy.special import expit

from helpers.network import mini_batches, relu

GAINS = {"ReLU": 2.0, "tanh": 1.0, "sigmoid": 1.0}  # for `initialise`


def relu_prime(z):
    """Return ReLU's derivative at z, 0 where z is NaN. Source: eq. F4."""
    return (z > 0).astype(z.dtype)


def tanh_prime(z):
    """Return the derivative of tanh at z."""
    return 1 - np.tanh(z) ** 2


def sigmoid_prime(z):
    """Return the derivative of the sigmoid at z."""
    a = expit(z)
    return a * (1 - a)


ACTIVATIONS = {
    "ReLU": (relu, relu_prime),
    "tanh": (np.tanh, tanh_prime),
    "sigmoid": (expit, sigmoid_prime),
}


def initialise(sizes, rng, gain=2.0, dtype=np.float32):
    """Draw a network of `sizes` such as (784, 128, 10).

    Returns a dict with W0 (M, N), b0 (N,), W1, ...: the weights' variance is
    gain / M (see `GAINS`), the biases are zero.

    Source: He et al., ICCV (2015); Glorot and Bengio, AISTATS (2010).
    """
    parameters = {}
    for L, (M, N) in enumerate(zip(sizes[:-1], sizes[1:])):
        W = rng.standard_normal((M, N)) * math.sqrt(gain / M)
        parameters[f"W{L}"] = W.astype(dtype)
        parameters[f"b{L}"] = np.zeros(N, dtype)
    return parameters


def stack(networks):
    """Return S networks of one shape as one stack, a fresh array each."""
    return {
        name: np.stack([np.atleast_2d(one[name]) for one in networks])
        for name in networks[0]
    }


def forward(x, parameters, h=relu):
    """Return the lists of all z^L and a^L of D rows x. Source: eq. F3, F5."""
    H = len(parameters) // 2 - 1
    z, a, a_previous = [], [], x
    for L in range(H + 1):
        z.append(a_previous @ parameters[f"W{L}"] + parameters[f"b{L}"])
        a.append(softmax(z[L]) if L == H else h(z[L]))
        a_previous = a[L]
    return z, a


def softmax(z):
    """Return each row of z as probabilities. Source: eq. F5."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def empirical_risk(y, z):
    """Return the mean cross-entropy of D samples, or (S,) of them.

    y are one-hot rows (D, K) or other probabilities; z is z^H, as `forward`
    gives it. Source: eq. B1, B4.
    """
    _refuse_digits(y, np.shape(z))
    m = np.max(z, axis=-1, keepdims=True)
    ln_a = z - m - np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True))
    return -np.mean(np.sum(y * ln_a, axis=-1), axis=-1)


def backward(x, y, z, a, parameters, h_prime=relu_prime, deltas=None):
    """Return dR/dW^L and dR/db^L of all layers. Source: eq. B7 to B13.

    Parameters
    ----------
    x, y : ndarray (D, M), (D, K)
    z, a : list of ndarray
        From `forward`.
    parameters : dict of str to ndarray
        The gradients, means over the D samples, are named like them.
    h_prime : callable
        Takes z.
    deltas : list, optional
        Filled with delta^0 ... delta^H, each (D, N), where one is given.
    """
    def T(array):  # of a matrix, or of each in a stack
        return np.swapaxes(array, -1, -2)

    D, H = x.shape[-2], len(z) - 1
    if np.shape(y)[-2:] != a[H].shape[-2:]:  # it would broadcast
        raise ValueError(f"y: expected {a[H].shape}, got {np.shape(y)}")
    gradients = {}
    delta = a[H] - y  # (D, N)  B11
    for L in range(H, -1, -1):
        W, b = parameters[f"W{L}"], parameters[f"b{L}"]
        a_previous = a[L - 1] if L > 0 else x
        gradients[f"W{L}"] = T(a_previous) @ (delta / D)  # (M, N)  B7
        db = np.sum(delta, axis=-2, keepdims=b.ndim > 1) / D  # (N,)  B8
        gradients[f"b{L}"] = db
        if deltas is not None:
            deltas.insert(0, delta)
        if L > 0:
            delta = h_prime(z[L - 1]) * (delta @ T(W))  # (D, M)  B13
    return gradients


def cosine(progress):
    """Return the factor of the rate at a share of the training, 1 to 0."""
    return (1 + math.cos(math.pi * progress)) / 2


def train(parameters, x, y, epochs, batch_size, learning_rate, rng,
          h="ReLU", schedule=cosine, decay=0.0, after_epoch=None):
    """Return trained copies of the parameters of a network, or of a stack.

    Parameters
    ----------
    parameters : dict of str to ndarray
        Where to start; left as they are.
    x, y : ndarray (D, M), (D, K)
        Images with values of about 1, and one-hot rows.
    learning_rate : float, or array_like (S,)
        lambda, multiplied by schedule(share of the steps done).
    rng : numpy.random.Generator, or list of S
        Shuffles the samples, of each network for itself.
    h : str
        Of `ACTIVATIONS`.
    schedule, after_epoch : callable
        schedule(share done), or `lambda t: 1` for a constant;
        after_epoch(epoch, parameters) ends the training if it returns True.
    decay : float
        L2 penalty: decay * W is added to the gradient of each W.

    Returns
    -------
    dict of str to ndarray
        Not finite where the training diverged. Source: eq. B14.
    """
    h, h_prime = ACTIVATIONS[h]
    x, y = np.asarray(x), np.asarray(y)
    _refuse_digits(y, (len(x), y.shape[-1]))
    if not np.max(np.abs(x)) <= 100:  # NaN is not
        raise ValueError(
            "x: expected values of about 1, as load_mnist gives them, got up "
            f"to {np.max(np.abs(x)):g}"
        )
    if batch_size < 1 or epochs < 0:
        raise ValueError(
            "batch_size: expected 1 or more, epochs 0 or more, got "
            f"{batch_size} and {epochs}"
        )
    if np.ndim(learning_rate):
        rates = np.asarray(learning_rate, parameters["W0"].dtype)
        learning_rate = rates[:, None, None]
    parameters = {name: array.copy() for name, array in parameters.items()}
    steps, step = epochs * math.ceil(len(x) / batch_size), 0
    with np.errstate(all="ignore"):  # a diverged network is told by its nan
        for epoch in range(epochs):
            for batch in _batches(len(x), batch_size, rng):
                rate = learning_rate * schedule(step / steps)
                x_batch, y_batch = x[batch], y[batch]
                z, a = forward(x_batch, parameters, h)
                gradients = backward(
                    x_batch, y_batch, z, a, parameters, h_prime
                )
                for name, array in parameters.items():
                    gradient = gradients[name]
                    if decay and name[0] == "W":
                        gradient += decay * array
                    gradient *= rate  # in place: half the memory traffic
                    array -= gradient  # B5, B6
                step += 1
            if after_epoch is not None and after_epoch(epoch, parameters):
                break
    return parameters


def _batches(D, batch_size, rng):
    """Yield row numbers (batch,), or (S, batch) for a list of S rngs."""
    if isinstance(rng, np.random.Generator):
        return mini_batches(D, batch_size, rng)
    orders = [mini_batches(D, batch_size, one) for one in rng]
    return (np.stack(rows) for rows in zip(*orders))


def _refuse_digits(y, shape):
    """Raise where y is not rows of probabilities: it would broadcast."""
    if np.shape(y) != tuple(shape[-2:]):
        raise ValueError(
            f"y: expected shape {tuple(shape[-2:])}, one-hot rows, got "
            f"{np.shape(y)}"
        )
    sums = np.sum(y, axis=-1)
    if not (np.min(y) >= 0 and np.max(np.abs(sums - 1)) < 1e-3):
        raise ValueError("y: expected rows that are >= 0 and sum to 1")


def predict(x, parameters, h="ReLU"):
    """Return the likeliest class of each row of x, (D,) or (S, D).

    Source: eq. F6. ValueError if z^H of a single network is not finite:
    there is no likeliest class then. In a stack the class is -1.
    """
    with np.errstate(all="ignore"):
        z = forward(x, parameters, ACTIVATIONS[h][0])[0][-1]
    lost = ~np.all(np.isfinite(z), axis=(-1, -2))
    if z.ndim == 2 and lost:
        raise ValueError("parameters: expected finite values, got NaN or inf")
    return np.where(lost[..., None], -1, np.argmax(z, axis=-1))


def accuracy(x, digits, parameters, h="ReLU"):
    """Return the share of rows x (D, M) whose digit (D,) is predicted right.

    Of a stack, (S,) of them; NaN for a network that diverged.
    """
    digits = np.asarray(digits)
    K = parameters[f"b{len(parameters) // 2 - 1}"].shape[-1]
    if digits.shape != (len(x),) or not np.all(np.isin(digits, range(K))):
        raise ValueError(
            f"digits: expected shape ({len(x)},) and values from 0 to "
            f"{K - 1}, got {digits.shape}"
        )
    found = predict(x, parameters, h)
    right = np.mean(found == digits, axis=-1)
    return np.where(np.all(found < 0, axis=-1), np.nan, right)[()]


def count(sizes):
    """Return the number of parameters of a network of these sizes."""
    sizes = [operator.index(size) for size in sizes]  # NumPy's would overflow
    return sum(M * N + N for M, N in zip(sizes[:-1], sizes[1:]))
