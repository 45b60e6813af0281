"""How large may a step be? The 784-128-10 network of notebook 04.

Learning rates a factor of 2 apart. For each pair of rule and schedule two
seeds look for the best rate, and ten others train at that rate. With plain
steps and a constant rate all twelve try all rates of the upper three decades.
"""

import numpy as np

from helpers import layers
from studies import keras_twin, training

EPOCHS, BATCH_SIZE, IMAGES, SIZES = 12, 64, 50_000, (784, 128, 10)
CHOOSE, REPORT = range(2), range(10, 20)  # seeds
TRIED = {  # rule, schedule, batch size: the powers k of rates 0.1 * 2^k
    ("plain", "constant", 64): range(-10, 7),
    ("plain", "step", 64): range(0, 6),
    ("plain", "cosine", 64): range(0, 6),
    ("momentum", "constant", 64): range(-10, 2),
    ("momentum", "cosine", 64): range(-4, 2),
    ("Adam", "constant", 64): range(-13, 1),
    ("Adam", "cosine", 64): range(-8, -2),
    ("plain", "cosine", 16): range(-2, 4),
    ("plain", "cosine", 256): range(1, 7),
}
BEST = {  # rule, schedule, batch size: the power that two seeds chose
    ("plain", "step", 64): 3, ("plain", "cosine", 64): 3,
    ("momentum", "constant", 64): -1, ("momentum", "cosine", 64): 0,
    ("Adam", "constant", 64): -7, ("Adam", "cosine", 64): -4,
    ("plain", "cosine", 16): 1, ("plain", "cosine", 256): 3,
}
SECOND = {("plain", "cosine", 64): 2}  # a rate that ten seeds may prefer
TWINS = (  # (kind, power) of which one is trained with Keras as well
    *BEST.items(), (("plain", "constant", 64), 1),
    (("plain", "constant", 64), 2),
)
SCHEDULES = {  # the factor of the rate at a share of the training
    "constant": lambda share: 1,
    "step": lambda share: 1 if share < 1 / 2 else 1 / 10,
    "cosine": layers.cosine,
}


def setting(role, rule, schedule, batch_size, power, seed, tool="NumPy"):
    return {
        "role": role, "tool": tool, "rule": rule, "schedule": schedule,
        "images": IMAGES, "batch_size": batch_size, "epochs": EPOCHS,
        "rate": float(f"{0.1 * 2**power:.3g}"), "seed": seed,
    }


SETTINGS = [
    setting("choose", *kind, power, seed)
    for kind, powers in TRIED.items() for power in powers for seed in CHOOSE
] + [
    setting("report", "plain", "constant", 64, power, seed)
    for power in range(-3, 7) for seed in REPORT
] + [
    setting("report", *kind, power, seed)
    for kind, power in BEST.items() for seed in REPORT
] + [
    setting("second", *kind, power, seed)
    for kind, power in SECOND.items() for seed in REPORT
] + [
    setting("report", *kind, power, REPORT[0], tool="Keras")
    for kind, power in TWINS
]


def cost(setting):
    share = {"plain": 1, "momentum": 1.2, "Adam": 2}[setting["rule"]]
    return share * (1 + 16 / setting["batch_size"]) * setting["epochs"]


def step(rule, gradient, memory, t):
    """Return what a weight moves by at rate 1, in the t-th step.

    `memory` keeps what is carried from step to step.
    Source: Polyak (1964), heavy ball; Kingma and Ba (2015), Adam.
    """
    if rule == "plain":
        return gradient
    if not memory:
        memory += [np.zeros_like(gradient), np.zeros_like(gradient)]
    m, s = memory
    if rule == "momentum":
        m *= 0.9
        m += gradient
        return m.copy()
    m *= 0.9
    m += np.float32(0.1) * gradient
    s *= 0.999
    s += np.float32(0.001) * gradient**2
    # the factors take back that both begin with zeros
    size = np.sqrt(s) * np.float32((1 - 0.999**t) ** -0.5)
    return m / (size + np.float32(1e-7)) * np.float32(1 / (1 - 0.9**t))


def train(settings):
    """Train a stack of networks, alike but for rate and seed."""
    one = settings[0]
    x, digits, y = (part[: one["images"]] for part in training.samples()[0])
    schedule = SCHEDULES[one["schedule"]]
    rates = np.array([s["rate"] for s in settings], np.float32)[:, None, None]
    parameters, rngs = training.start(SIZES, settings)
    memory, t = {name: [] for name in parameters}, 0
    seen = x[:5000], digits[:5000], y[:5000]
    record = training.Record([seen] * len(settings), one["epochs"])
    h, h_prime = layers.ACTIVATIONS["ReLU"]
    with np.errstate(all="ignore"):  # some diverge
        for share, rows, epoch in training.batches(
            len(x), one["batch_size"], one["epochs"], rngs
        ):
            t += 1
            images = x[rows]
            z, a = layers.forward(images, parameters, h)
            gradients = layers.backward(
                images, y[rows], z, a, parameters, h_prime
            )
            for name, gradient in gradients.items():
                move = step(one["rule"], gradient, memory[name], t)
                move *= rates * np.float32(schedule(share))
                parameters[name] -= move
            if epoch is not None:
                record.add(epoch, parameters)
    return record.rows


def train_keras(one):
    """Train one of the networks with Keras."""
    parameters, rngs = training.start(SIZES, [one])
    x, digits, y = (part[: one["images"]] for part in training.samples()[0])
    seen = x[:5000], digits[:5000], y[:5000]
    record = training.Record([seen], one["epochs"])
    model = keras_twin.build(parameters)
    return keras_twin.train(
        model, one, x, y, rngs, record, one["rule"], one["schedule"]
    )
