"""The network of notebook 03: any number of layers, three activations.

For the studies of notebooks 06 to 08, with the same names and the same
equations; float32 by default, updates in place in `train`. Arguments that
do not fit raise TypeError or ValueError with what was expected and what came.
"""

import math

import numpy as np

from helpers import expect, network
from helpers.network import mini_batches, relu, softmax

__all__ = [
    "ACTIVATIONS",
    "accuracy",
    "backward",
    "cosine",
    "count",
    "empirical_risk",
    "forward",
    "initialise",
    "predict",
    "train",
]


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), element by element, without overflow."""
    z = expect.array("z", z, finite=False)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def relu_prime(z):
    """Return ReLU's derivative at z, 0 where z is NaN. Source: eq. F4."""
    z = expect.array("z", z, finite=False)
    return (z > 0).astype(z.dtype)


def tanh_prime(z):
    """Return the derivative of tanh at z."""
    z = expect.array("z", z, finite=False)
    return 1 - np.tanh(z) ** 2


def sigmoid_prime(z):
    """Return the derivative of the sigmoid at z."""
    a = sigmoid(z)
    return a * (1 - a)


ACTIVATIONS = {
    "ReLU": (relu, relu_prime),
    "tanh": (np.tanh, tanh_prime),
    "sigmoid": (sigmoid, sigmoid_prime),
}


@expect.room_for("parameters")
def initialise(sizes, rng, gain=2.0, dtype=np.float32):
    """Draw W0, b0, W1, ... of a network.

    Parameters
    ----------
    sizes : sequence of int
        M, N of layer 0, N of layer 1, ..., such as (784, 128, 10).
    rng : numpy.random.Generator
    gain : float
        The weights' variance is gain / M: 2 for ReLU, 1 for tanh.
    dtype : numpy dtype

    Returns
    -------
    dict of str to ndarray
        W0 (M, N), b0 (N,), and so on; biases are zero.

    Raises
    ------
    MemoryError
        If there is no room for so many.

    Source: He et al., ICCV (2015); Glorot and Bengio, AISTATS (2010).
    """
    sizes = expect.sizes("sizes", sizes)
    expect.generator("rng", rng)
    gain = expect.number("gain", gain, least=0)
    dtype = expect.real_type("dtype", dtype)
    parameters = {}
    for L, (M, N) in enumerate(zip(sizes[:-1], sizes[1:])):
        W = rng.standard_normal((M, N)) * math.sqrt(gain / M)
        parameters[f"W{L}"] = W.astype(dtype)
        parameters[f"b{L}"] = np.zeros(N, dtype)
    return parameters


def forward(x, parameters, h=relu):
    """Return the lists of all z^L and a^L of D rows x. Source: eq. F3, F5."""
    expect.function("h", h)
    _fitting(x, parameters)
    return _forward(x, parameters, h)


def _fitting(x, parameters, outputs=None):
    """Check that D rows x and a network fit; return its sizes."""
    width = expect.array("x", x, ("D", "M"), finite=False, empty=True).shape[1]
    return expect.network("parameters", parameters, width, outputs)


def _forward(x, parameters, h):
    H = len(parameters) // 2 - 1
    z, a, a_previous = [], [], x
    for L in range(H + 1):
        z.append(a_previous @ parameters[f"W{L}"] + parameters[f"b{L}"])
        a.append(softmax(z[L]) if L == H else h(z[L]))
        a_previous = a[L]
    return z, a


def empirical_risk(y, z):
    """Return the mean cross-entropy of D samples. Source: eq. B1, B4.

    Parameters
    ----------
    y : ndarray (D, K)
        One-hot rows, or other probabilities.
    z : ndarray (D, K)
        z^H, as `forward` gives it.

    Returns
    -------
    float
    """
    z = expect.array("z", z, ("D", "K"), finite=False)
    return network.empirical_risk(expect.one_hot("y", y, *z.shape), z)


def backward(x, y, z, a, parameters, h_prime=relu_prime, deltas=None):
    """Return dR/dW^L and dR/db^L of all layers. Source: eq. B7 to B13.

    Parameters
    ----------
    x, y : ndarray (D, M), (D, K)
    z, a : list of ndarray
        From `forward`.
    parameters : dict of str to ndarray
    h_prime : callable
        Takes z.
    deltas : list, optional
        Filled with delta^0 ... delta^H, each (D, N), where one is given.

    Returns
    -------
    dict of str to ndarray
        Means over the D samples, named like the parameters.
    """
    expect.function("h_prime", h_prime)
    if deltas is not None:
        expect.append("deltas", deltas)
    x = expect.array("x", x, ("D", "M"))
    y = expect.one_hot("y", y, len(x))
    sizes = _fitting(x, parameters, y.shape[1])
    for name, layers in (("z", z), ("a", a)):
        layers = expect.sequence(name, layers, length=len(sizes) - 1)
        for L, (array, N) in enumerate(zip(layers, sizes[1:])):
            expect.array(f"{name}[{L}]", array, (len(x), N), finite=False)
    return _backward(x, y, z, a, parameters, h_prime, deltas)


def _backward(x, y, z, a, parameters, h_prime, deltas=None):
    D, H = len(x), len(z) - 1
    gradients = {}
    delta = a[H] - y  # (D, N)  B11
    for L in range(H, -1, -1):
        a_previous = a[L - 1] if L > 0 else x
        gradients[f"W{L}"] = a_previous.T @ (delta / D)  # (M, N)  B7
        gradients[f"b{L}"] = np.sum(delta, axis=0) / D  # (N,)  B8
        if deltas is not None:
            deltas.insert(0, delta)
        if L > 0:
            W = parameters[f"W{L}"]
            delta = h_prime(z[L - 1]) * (delta @ W.T)  # (D, M)  B13
    return gradients


def cosine(progress):
    """Return the factor of the learning rate, from 1 down to 0.

    Parameters
    ----------
    progress : float
        Share of the training that is done, 0 to 1.
    """
    progress = expect.number("progress", progress, least=0, most=1)
    return (1 + math.cos(math.pi * progress)) / 2


@expect.room_for("training")
def train(parameters, x, y, epochs, batch_size, learning_rate, rng,
          h="ReLU", schedule=cosine, decay=0.0, after_epoch=None):
    """Return trained copies of a network's parameters.

    Parameters
    ----------
    parameters : dict of str to ndarray
        Where to start; left as they are.
    x, y : ndarray (D, M), (D, K)
        Images, and one-hot rows.
    epochs, batch_size : int
    learning_rate : float
        lambda, multiplied by schedule(share of the steps done).
    rng : numpy.random.Generator
        Shuffles the samples.
    h : str
        "ReLU", "tanh" or "sigmoid".
    schedule : callable
        Of the share done; `cosine`, or `lambda t: 1` for a constant.
    decay : float
        L2 penalty: decay * W is added to the gradient of each W.
    after_epoch : callable, optional
        after_epoch(epoch, parameters); training ends if it returns True.

    Returns
    -------
    dict of str to ndarray
        Not finite if the training diverged.

    Raises
    ------
    MemoryError
        If there is no room for it.

    Source: eq. B14.
    """
    h, h_prime = ACTIVATIONS[expect.choice("h", h, ACTIVATIONS)]
    x = expect.array("x", x, ("D", "M"))
    y = expect.one_hot("y", y, len(x))
    _fitting(x, parameters, y.shape[1])
    expect.training(epochs, batch_size, learning_rate, decay)
    expect.generator("rng", rng)
    expect.function("schedule", schedule)
    if after_epoch is not None:
        expect.function("after_epoch", after_epoch)
    parameters = {name: array.copy() for name, array in parameters.items()}
    steps, step = epochs * math.ceil(len(x) / batch_size), 0
    for epoch in range(epochs):
        for batch in mini_batches(len(x), batch_size, rng):
            rate = learning_rate * schedule(step / steps)
            x_batch, y_batch = x[batch], y[batch]
            z, a = _forward(x_batch, parameters, h)
            gradients = _backward(x_batch, y_batch, z, a, parameters, h_prime)
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


@expect.room_for("prediction")
def predict(x, parameters, h="ReLU"):
    """Return the likeliest class of each row of x. Source: eq. F6.

    Parameters
    ----------
    x : ndarray (D, M)
    parameters : dict of str to ndarray
    h : str
        "ReLU", "tanh" or "sigmoid".

    Returns
    -------
    ndarray of int (D,)

    Raises
    ------
    ValueError
        If z^H is not finite: there is no likeliest class then.
    """
    h, _ = ACTIVATIONS[expect.choice("h", h, ACTIVATIONS)]
    _fitting(x, parameters)
    z, _ = _forward(x, parameters, h)
    expect.array("z of x and the parameters", z[-1], empty=True)
    return np.argmax(z[-1], axis=1)


def accuracy(x, digits, parameters, h="ReLU"):
    """Return the share of rows of x whose digit is predicted right."""
    D = len(expect.array("x", x, ("D", "M"), finite=False))
    K = expect.network("parameters", parameters)[-1]
    digits = expect.labels("digits", digits, D, K)
    return float(np.mean(predict(x, parameters, h) == digits))


def count(sizes):
    """Return the number of parameters of a network of these sizes."""
    sizes = expect.sizes("sizes", sizes)
    return sum(M * N + N for M, N in zip(sizes[:-1], sizes[1:]))
