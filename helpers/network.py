"""The network of notebook 04: one hidden layer, NumPy alone.

Its functions, word for word (a test holds them equal), for later notebooks.
"""

import math

import numpy as np


def relu(z):
    """Return max(0, z), element by element. Source: eq. F4."""
    return np.maximum(z, 0)


def h_prime(z):
    """Return ReLU's derivative at z: 1 where z > 0, else 0. Source: F4."""
    return (z > 0).astype(z.dtype)


def softmax(z):
    """Return each row of z as probabilities. Source: eq. F5."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def initialise(M, N, K, rng, dtype=np.float32):
    """Draw W0, b0, W1, b1 of an M-N-K network. Source: He et al. (2015)."""
    W0 = rng.standard_normal((M, N)) * np.sqrt(2 / M)
    W1 = rng.standard_normal((N, K)) * np.sqrt(2 / N)
    parameters = W0, np.zeros(N), W1, np.zeros(K)
    return tuple(array.astype(dtype) for array in parameters)


def forward(x, W0, b0, W1, b1):
    """Propagate D rows x (D, M); return z0, a0, z1, a1. Source: eq. S1."""
    z0 = x @ W0 + b0  # (D, N)  F3
    a0 = relu(z0)  # (D, N)  F4
    z1 = a0 @ W1 + b1  # (D, K)  F3
    a1 = softmax(z1)  # (D, K)  F5
    return z0, a0, z1, a1


def empirical_risk(y, z1):
    """Return the mean cross-entropy of D samples. Source: eq. B1, B4."""
    m = np.max(z1, axis=1, keepdims=True)
    ln_a1 = z1 - m - np.log(np.sum(np.exp(z1 - m), axis=1, keepdims=True))
    return -np.mean(np.sum(y * ln_a1, axis=1))


def backward(x, y, z0, a0, a1, W1):
    """Return dW0, db0, dW1, db1: means over D samples. Source: S2, S3."""
    D = len(x)
    delta1 = a1 - y  # (D, K)  B11
    dW1 = a0.T @ delta1 / D  # (N, K)  B7
    db1 = np.sum(delta1, axis=0) / D  # (K,)    B8
    delta0 = h_prime(z0) * (delta1 @ W1.T)  # (D, N)  B13
    dW0 = x.T @ delta0 / D  # (M, N)  B7
    db0 = np.sum(delta0, axis=0) / D  # (N,)    B8
    return dW0, db0, dW1, db1


def update(parameters, gradients, learning_rate):
    """Return new parameters, a step down the gradients. Source: eq. S4."""
    return tuple(p - learning_rate * g for p, g in zip(parameters, gradients))


def mini_batches(D, batch_size, rng):
    """Yield the D row numbers, shuffled, batch_size at a time."""
    order = rng.permutation(D)
    for start in range(0, D, batch_size):
        yield order[start : start + batch_size]


def train(parameters, x, y, epochs, batch_size, rate, rng, after_epoch=None):
    """Return trained W0, b0, W1, b1; the first ones stay. Source: S1-S4."""
    steps, step = epochs * math.ceil(len(x) / batch_size), 0
    for epoch in range(epochs):
        for batch in mini_batches(len(x), batch_size, rng):
            learning_rate = rate * (1 + math.cos(math.pi * step / steps)) / 2
            xb, yb = x[batch], y[batch]  # D = batch_size rows of each
            z0, a0, z1, a1 = forward(xb, *parameters)
            gradients = backward(xb, yb, z0, a0, a1, parameters[2])
            parameters = update(parameters, gradients, learning_rate)
            step += 1
        if after_epoch is not None:
            after_epoch(epoch, parameters)
    return parameters


def predict(x, W0, b0, W1, b1):
    """Return the likeliest class of each row of x. Source: eq. F6."""
    return np.argmax(forward(x, W0, b0, W1, b1)[-1], axis=1)


def accuracy(x, digits, parameters):
    """Return the share of rows of x whose digit is predicted right."""
    return np.mean(predict(x, *parameters) == digits)
