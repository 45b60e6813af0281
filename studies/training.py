"""What the trainings of all studies share: samples, batches, a record."""

import functools
import math
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
    """Return training, validation and test sample, each (x, digits, y)."""
    mnist, hot = load_mnist(), np.eye(10, dtype=np.float32)
    pairs = zip(mnist[::2], mnist[1::2])
    return [(x, digits, hot[digits]) for x, digits in pairs]


def start(sizes, settings, gain=2.0):
    """Return a stack of networks and their rngs, each from its seed."""
    rngs = [np.random.default_rng(one["seed"]) for one in settings]
    networks = [layers.initialise(sizes, rng, gain) for rng in rngs]
    return layers.stack(networks), rngs


def batches(D, batch_size, epochs, rngs, measured=lambda epoch: True):
    """Yield what each step of a training needs to know.

    Yields
    ------
    share : float
        Of the training, done before this step.
    rows : ndarray (S, batch_size)
        Of the samples, shuffled for each of the S networks by its rng.
    epoch : float or None
        The epochs done after this step where it is time to measure: after
        ten steps, after the last one, and after those epochs for which
        measured(epoch) holds.
    """
    per_epoch = math.ceil(D / batch_size)
    for e in range(epochs):
        orders = np.stack([rng.permutation(D) for rng in rngs])
        for k in range(per_epoch):
            step = e * per_epoch + k
            due = k + 1 == per_epoch and (measured(e + 1) or e + 1 == epochs)
            yield (
                step / (epochs * per_epoch),
                orders[:, k * batch_size : (k + 1) * batch_size],
                (step + 1) / per_epoch if due or step + 1 == FIRST else None,
            )


class Record:
    """The rows of a stack of trainings, and the time that these took."""

    def __init__(self, trained_on, epochs, h="ReLU", test="at the end"):
        """trained_on: of each network the sample (x, digits, y) to measure.

        The test sample is used at the end only, or "always".
        """
        self.rows = [[] for _ in trained_on]
        self.trained_on, self.epochs = trained_on, epochs
        self.h, self.test = layers.ACTIVATIONS[h][0], test
        self.seconds, self.since = 0.0, time.process_time()

    def add(self, epoch, parameters):
        """Measure all networks of the stack."""
        self.seconds += time.process_time() - self.since
        seconds = float(f"{self.seconds / len(self.rows):.3g}")
        tested = self.test == "always" or epoch == self.epochs
        for s, rows in enumerate(self.rows):
            network = {name: array[s] for name, array in parameters.items()}
            row = [round(epoch, 4)]
            row += self._measure(network, self.trained_on[s])
            row += self._measure(network, samples()[1])
            if tested:
                row.append(self._measure(network, samples()[2])[1])
            rows.append([*row, *[np.nan] * (not tested), seconds])
        self.since = time.process_time()

    def _measure(self, network, sample):
        """Return risk and accuracy in %, NaN where a training diverged."""
        x, digits, y = sample
        z = layers.forward(x, network, self.h)[0][-1]
        if not np.all(np.isfinite(z)):
            return [np.nan, np.nan]
        right = np.mean(np.argmax(z, axis=1) == digits)
        return [float(f"{layers.empirical_risk(y, z):.4g}"), 100 * right]
