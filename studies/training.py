"""What the trainings of all studies share: samples, batches, a record."""

import functools
import time

import numpy as np

from helpers import layers
from helpers.data import load_mnist

FIRST = 10  # steps until a training is measured for the first time
COLUMNS = (  # risks, and accuracies in %, as means over a sample
    "epoch", "training_risk", "training", "validation_risk", "validation",
    "test", "seconds",
)


@functools.lru_cache
def samples():
    """Return MNIST, its digits as (digits, one-hot) pairs: read once."""
    mnist = load_mnist()
    hot = np.eye(10, dtype=np.float32)
    pairs = []
    for x, digits in zip(mnist[::2], mnist[1::2]):
        x.flags.writeable = False
        pairs.append((x, digits, hot[digits]))
    return pairs


def start(sizes, settings, gain):
    """Return a stack of networks and the rngs, each from its seed."""
    rngs = [np.random.default_rng(one["seed"]) for one in settings]
    return layers.stack(
        [layers.initialise(sizes, rng, gain) for rng in rngs]
    ), rngs


def batches(D, batch_size, epochs, rngs):
    """Yield, step by step, what a training needs to know.

    Yields
    ------
    share : float
        Of the training, done before this step.
    rows : ndarray (S, batch_size)
        Of the samples, shuffled for each of the S networks by its rng.
    epoch : float or None
        The epochs done after this step where it is time to measure: after
        ten steps and after each epoch.
    """
    per_epoch = -(-D // batch_size)
    for e in range(epochs):
        orders = np.stack([rng.permutation(D) for rng in rngs])
        for k in range(per_epoch):
            step = e * per_epoch + k
            due = step + 1 == FIRST or k + 1 == per_epoch
            yield (step / (epochs * per_epoch),
                   orders[:, k * batch_size : (k + 1) * batch_size],
                   (step + 1) / per_epoch if due else None)


class Record:
    """What is measured while a stack is trained, and the time it takes."""

    def __init__(self, S, h, trained_on):
        """trained_on: the training sample that is measured (x, digits, y)."""
        self.rows = [[] for _ in range(S)]
        self.h, self.trained_on = layers.ACTIVATIONS[h][0], trained_on
        self.seconds, self.since = 0.0, time.process_time()

    def add(self, epoch, parameters):
        """Measure all networks of the stack."""
        self.seconds += time.process_time() - self.since
        share = self.seconds / len(self.rows)
        for s, rows in enumerate(self.rows):
            network = {name: array[s] for name, array in parameters.items()}
            values = [self._measure(network, sample) for sample in
                      (self.trained_on, *samples()[1:])]
            (R, right), (R_v, right_v), (_, right_t) = values
            rows.append((round(epoch, 4), R, right, R_v, right_v, right_t,
                         float(f"{share:.3g}")))
        self.since = time.process_time()

    def _measure(self, network, sample):
        """Return risk and accuracy in %, NaN where a training diverged."""
        x, digits, y = sample
        z = layers.forward(x, network, self.h)[0][-1]
        if not np.all(np.isfinite(z)):
            return np.nan, np.nan
        right = np.mean(np.argmax(z, axis=1) == digits)
        return float(f"{layers.empirical_risk(y, z):.4g}"), 100 * right
