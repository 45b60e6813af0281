"""When does a network stop learning and start memorising?

784-128-10 networks of notebook 04, with a learning rate that stays, so that
it does not stop them. Two questions:
amount    D images, drawn anew for each seed, until they are known by heart
remedies  5,000 images, none or a share of their labels wrong: what helps?
Two seeds look for the best strength and rate of each; ten others report.
With wrong labels all are compared at one rate, because there is no best: the
lower it is, the less is memorised in the end. A low rate is a way to stop.
"""

import numpy as np

from helpers import layers
from helpers.network import relu
from studies import keras_twin, training
from studies.remedies import masks, shifted

SIZES = 784, 128, 10
CHOOSE, REPORT = range(2), range(10, 20)  # seeds
EPOCHS = {  # for each D, until 99.9 % of the training images are right
    100: 400, 300: 300, 1_000: 160, 3_000: 100, 5_000: 60, 10_000: 60,
    25_000: 50, 50_000: 40,
}
STRENGTHS = {
    "none": (0,),
    "L2": (0.0003, 0.001, 0.003, 0.01, 0.03),  # * W, added to its gradient
    "dropout": (0.25, 0.5, 0.75, 0.875),  # the share of neurons left out
    "shifts": (1, 2, 3, 4),  # by up to so many pixels, anew for each step
}
HOT = np.eye(10, dtype=np.float32)  # one-hot rows of the digits
RATES, REMEDIES = (0.1, 0.2, 0.4, 0.8), ("L2", "dropout", "shifts")
TRIED = {  # D, share of wrong labels, remedy: rates
    **{(D, 0.0, "none"): RATES for D in (10_000, 50_000)},
    **{(D, 0.0, "none"): (*RATES, 1.6) for D in (100, 300, 1_000, 3_000)},
    (5_000, 0.0, "none"): (*RATES, 1.6),
    **{(5_000, 0.0, remedy): RATES for remedy in REMEDIES},
    **{(5_000, 0.4, remedy): (0.1,) for remedy in REMEDIES},
    (5_000, 0.4, "none"): (0.025, 0.05, *RATES),
}
BEST = {  # strength and rate, as two seeds chose them
    (100, 0.0, "none"): (0, 0.8), (300, 0.0, "none"): (0, 0.8),
    (1_000, 0.0, "none"): (0, 0.8), (3_000, 0.0, "none"): (0, 0.8),
    (10_000, 0.0, "none"): (0, 0.4), (25_000, 0.0, "none"): (0, 0.4),
    (50_000, 0.0, "none"): (0, 0.4),
    (5_000, 0.0, "none"): (0, 0.8), (5_000, 0.0, "L2"): (0.0003, 0.4),
    (5_000, 0.0, "dropout"): (0.25, 0.2), (5_000, 0.0, "shifts"): (1, 0.4),
    (5_000, 0.4, "none"): (0, 0.1), (5_000, 0.4, "L2"): (0.01, 0.1),
    (5_000, 0.4, "dropout"): (0.75, 0.1), (5_000, 0.4, "shifts"): (3, 0.1),
}
TWINS = [  # one of each is trained with Keras as well: the short ones
    kind for kind in BEST if kind[0] <= 5_000 and kind[-1] != "shifts"
]


def setting(role, kind, strength, rate, seed, tool="NumPy"):
    D, wrong, remedy = kind
    return {
        "role": role, "tool": tool,
        "question": "remedies" if D == 5_000 else "amount", "images": D,
        "wrong": wrong, "remedy": remedy, "strength": strength,
        "batch_size": 64, "epochs": EPOCHS[D], "rate": rate, "seed": seed,
    }


SETTINGS = [
    setting("choose", kind, strength, rate, seed)
    for kind, rates in TRIED.items() for strength in STRENGTHS[kind[-1]]
    for rate in rates for seed in CHOOSE
] + [
    setting("report", kind, *best, seed)
    for kind, best in BEST.items() for seed in REPORT
] + [
    setting("report", kind, *best, REPORT[0], tool="Keras")
    for kind, best in BEST.items() if kind in TWINS
]


def cost(setting):
    return (setting["images"] + 1_000) * setting["epochs"]


def measured(epoch):
    """Is this one of the epochs after which we look? Ever fewer are."""
    return epoch % 2 ** max(0, int(np.log2(epoch / 5))) == 0


def draw(setting):
    """Return the numbers of the training images, and the digits given."""
    rng = np.random.default_rng([8, setting["seed"]])
    digits = training.samples()[0][1]
    which = rng.permutation(len(digits))[: setting["images"]]
    given = digits[which]
    wrong = rng.random(len(which)) < setting["wrong"]
    other = (given + rng.integers(1, 10, len(which))) % 10
    return which, np.where(wrong, other, given)


def gradients(images, labels, parameters, mask):
    """Return those of a batch, with some hidden neurons masked."""
    z, a = layers.forward(images, parameters, lambda z: relu(z) * mask)
    return layers.backward(images, labels, z, a, parameters,
                           lambda z: layers.relu_prime(z) * mask)


def train(settings):
    """Train a stack of networks, alike but for rate and seed."""
    one, (x, *_) = settings[0], training.samples()[0]
    remedy, strength = one["remedy"], one["strength"]
    which, given = map(np.stack, zip(*map(draw, settings)))  # (S, D)
    rates = np.array([[[s["rate"]]] for s in settings], np.float32)
    parameters, rngs = training.start(SIZES, settings)
    extra = [np.random.default_rng([9, s["seed"]]) for s in settings]
    seen = [(x[w], g, HOT[g])
            for w, g in zip(which[:, :10_000], given[:, :10_000])]
    record = training.Record(seen, one["epochs"], test="always")
    for _, rows, epoch in training.batches(
        which.shape[1], one["batch_size"], one["epochs"], rngs, measured
    ):
        images = x[np.take_along_axis(which, rows, 1)]
        labels = HOT[np.take_along_axis(given, rows, 1)]
        mask = np.float32(1)
        if remedy == "shifts":
            images = shifted(images, strength, extra)
        if remedy == "dropout":
            mask = masks((rows.shape[1], SIZES[1]), strength, extra)
        found = gradients(images, labels, parameters, mask)
        for name, gradient in found.items():
            if remedy == "L2" and name[0] == "W":
                gradient += np.float32(strength) * parameters[name]
            gradient *= rates
            parameters[name] -= gradient
        if epoch is not None:
            record.add(epoch, parameters)
    return record.rows


def train_keras(one):
    """Train one of the networks with Keras; it draws its own dropout."""
    which, given = draw(one)
    x, y = training.samples()[0][0][which], HOT[given]
    parameters, rngs = training.start(SIZES, [one])
    seen = x[:10_000], given[:10_000], y[:10_000]
    record = training.Record([seen], one["epochs"], test="always")
    name = {"L2": "decay"}.get(one["remedy"], one["remedy"])
    remedy = {name: one["strength"]} if one["strength"] else {}
    model = keras_twin.build(parameters, **remedy)
    return keras_twin.train(model, one, x, y, rngs, record, when=measured)
