"""Width, depth, activation: how far does each get at its own best rate?

All are trained as in notebook 04: mini-batches, a learning rate that falls to
zero along half a cosine, weights drawn to suit the activation. Two seeds look
for each network's best rate among rates a factor of 2 apart; ten others train
it at that rate, and these are reported.
"""

import numpy as np

from helpers import layers
from studies import keras_twin, training

EPOCHS, BATCH_SIZE, IMAGES = 12, 64, 50_000
CHOOSE, REPORT = range(2), range(10, 20)  # seeds
SEVERAL = {  # learning rates to choose from
    "ReLU": (0.1, 0.2, 0.4, 0.8, 1.6),
    "tanh": (0.1, 0.2, 0.4, 0.8, 1.6),
    "sigmoid": (0.4, 0.8, 1.6, 3.2, 6.4),
}
MORE = {  # where the best of these was on the edge
    ("ReLU", 1, 4): (0.05, 0.025), ("ReLU", 6, 83): (0.05, 0.025),
}
BEST = {  # activation, depth, width: the rate with the best mean, at last
    ("ReLU", 1, 4): 0.1, ("ReLU", 1, 16): 0.2, ("ReLU", 1, 64): 0.4,
    ("ReLU", 1, 256): 0.8, ("ReLU", 1, 512): 0.8,
    # as many parameters as 784-128-10, in one to six hidden layers
    ("ReLU", 1, 128): 0.8, ("ReLU", 2, 112): 0.4, ("ReLU", 3, 101): 0.2,
    ("ReLU", 4, 94): 0.2, ("ReLU", 6, 83): 0.1,
    ("tanh", 1, 128): 0.4, ("tanh", 3, 101): 0.2,
    ("sigmoid", 1, 128): 1.6, ("sigmoid", 3, 101): 3.2,
    ("sigmoid", 4, 94): 3.2,
}
LONGER = ("ReLU", 1, 128), ("ReLU", 3, 101)  # also three times as long
FINER = (  # trained at rates between those of the grid as well
    ("ReLU", 1, 128), ("ReLU", 2, 112), ("ReLU", 3, 101), ("ReLU", 4, 94),
)
TWINS = (  # one of each is trained with Keras as well
    ("ReLU", 1, 4), ("ReLU", 1, 16), ("ReLU", 1, 64), *FINER,
    ("tanh", 1, 128), ("tanh", 3, 101), ("sigmoid", 1, 128),
)


def setting(role, network, rate, seed, epochs=EPOCHS, tool="NumPy"):
    activation, depth, width = network
    return {
        "role": role, "tool": tool, "activation": activation, "depth": depth,
        "width": width, "images": IMAGES, "batch_size": BATCH_SIZE,
        "epochs": epochs, "rate": rate, "seed": seed,
    }


SETTINGS = [
    setting("choose", network, rate, seed)
    for network in BEST
    for rate in (*SEVERAL[network[0]], *MORE.get(network, ()))
    for seed in CHOOSE
] + [
    setting("report", network, rate, seed)
    for network, rate in BEST.items() for seed in REPORT
] + [
    setting("longer", network, BEST[network], seed, 3 * EPOCHS)
    for network in LONGER for seed in REPORT
] + [
    setting("finer", network, round(BEST[network] * 2**half, 3), seed)
    for network in FINER for half in (-0.5, 0.5) for seed in REPORT
] + [
    setting("report", network, BEST[network], REPORT[0], tool="Keras")
    for network in TWINS
]


def sizes(setting):
    return 784, *setting["depth"] * [setting["width"]], 10


def cost(setting):
    return (layers.count(sizes(setting)) + 15_000) * setting["epochs"]


def train(settings):
    """Train a stack of networks, alike but for rate and seed."""
    one = settings[0]
    x, digits, y = (part[: one["images"]] for part in training.samples()[0])
    h, h_prime = layers.ACTIVATIONS[one["activation"]]
    rates = np.array([s["rate"] for s in settings], np.float32)[:, None, None]
    parameters, rngs = training.start(
        sizes(one), settings, layers.GAINS[one["activation"]]
    )
    seen = x[:5000], digits[:5000], y[:5000]
    record = training.Record(
        [seen] * len(settings), one["epochs"], one["activation"]
    )
    with np.errstate(all="ignore"):  # some diverge
        for share, rows, epoch in training.batches(
            len(x), one["batch_size"], one["epochs"], rngs
        ):
            z, a = layers.forward(x[rows], parameters, h)
            gradients = layers.backward(
                x[rows], y[rows], z, a, parameters, h_prime
            )
            for name, gradient in gradients.items():
                gradient *= rates * np.float32(layers.cosine(share))
                parameters[name] -= gradient
            if epoch is not None:
                record.add(epoch, parameters)
    return record.rows


def train_keras(one):
    """Train one of the networks with Keras."""
    parameters, rngs = training.start(
        sizes(one), [one], layers.GAINS[one["activation"]]
    )
    x, digits, y = (part[: one["images"]] for part in training.samples()[0])
    seen = x[:5000], digits[:5000], y[:5000]
    record = training.Record([seen], one["epochs"], one["activation"])
    model = keras_twin.build(parameters, one["activation"].lower())
    return keras_twin.train(
        model, one, x, y, rngs, record, schedule="cosine"
    )
