"""Which tool, at what cost? The networks of this course, trained in full.

Each with the settings that its notebook chose on validation data, on 50,000
images, with ten seeds. Accuracies do not depend on what else the machine
does; times do, so they are measured apart, in short rounds: studies/clock.py.
"""

import numpy as np

from helpers import layers, network
from helpers.tensorflow_quietly import import_tensorflow
from studies import keras_twin, remedies, training

IMAGES, SEEDS = 50_000, range(10, 20)
NETWORKS = {  # tool, network: hidden neurons, batch size, epochs, rate
    ("NumPy", "128 full batch"): ((128,), IMAGES, 16, 0.5),  # equal time
    ("NumPy", "128"): ((128,), 32, 10, 0.3),  # notebook 04
    ("NumPy", "800"): ((800,), 64, 8, 0.8),  # 04 and 06
    ("Keras", "128"): ((128,), 32, 10, 0.3),  # the same as NumPy's
    ("Keras", "512-256"): ((512, 256), 256, 12, 0.003),  # 05
    ("Keras", "512-256 shifted"): ((512, 256), 256, 12, 0.003),
    ("scikit-learn", "128"): ((128,), 32, 10, 0.3),  # the same again
}
TWINS = ("128",)

SETTINGS = [
    {"role": "report", "tool": tool, "network": name, "images": IMAGES,
     "batch_size": batch_size, "epochs": epochs, "rate": rate, "seed": seed}
    for (tool, name), (_, batch_size, epochs, rate) in NETWORKS.items()
    for seed in SEEDS
]


def cost(setting):
    return (layers.count(sizes(setting)) + 50_000) * setting["epochs"]


def sizes(setting):
    hidden = NETWORKS[setting["tool"], setting["network"]][0]
    return 784, *hidden, 10


def sample(setting):
    """Return the training images, their digits, one-hot rows."""
    return [part[: setting["images"]] for part in training.samples()[0]]


def begin(setting):
    """Return first weights, an rng for the order, and a fresh record."""
    parameters, rngs = training.start(sizes(setting), [setting])
    seen = [part[:5000] for part in sample(setting)]
    first = [array[0] if array.shape[1] > 1 else array[0, 0]
             for array in parameters.values()]
    return first, rngs, training.Record([seen], setting["epochs"])


def measure(record, epoch, arrays):
    record.add(epoch, {f"{'Wb'[k % 2]}{k // 2}": array[None]
                       for k, array in enumerate(arrays)})


def train(settings):
    """Train networks with NumPy or scikit-learn, one after the other."""
    ways = {"NumPy": train_numpy, "scikit-learn": train_sklearn}
    return [ways[one["tool"]](one) for one in settings]


def train_numpy(one):
    """Train with the functions of notebook 04."""
    (x, _, y), (p, rngs, record) = sample(one), begin(one)
    for share, rows, epoch in training.batches(
        len(x), one["batch_size"], one["epochs"], rngs
    ):
        whole = rows.shape[1] == len(x)
        x_batch, y_batch = (x, y) if whole else (x[rows[0]], y[rows[0]])
        z0, a0, _, a1 = network.forward(x_batch, *p)
        gradients = network.backward(x_batch, y_batch, z0, a0, a1, p[2])
        p = network.update(p, gradients, one["rate"] * layers.cosine(share))
        if epoch is not None:
            measure(record, epoch, p)
    return record.rows[0]


def train_sklearn(one):
    """Train scikit-learn's network; it draws its own weights and batches."""
    (x, digits, _), (*_, record) = sample(one), begin(one)
    model = sklearn_model(one)
    for e in range(one["epochs"]):
        sklearn_epoch(model, one, e, x, digits)
        pairs = zip(model.coefs_, model.intercepts_)
        measure(record, e + 1, sum(pairs, ()))
    return record.rows[0]


def sklearn_model(one):
    """Return the model of a setting, with plain descent."""
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        sizes(one)[1:-1], solver="sgd", momentum=0, alpha=0,
        batch_size=one["batch_size"], learning_rate_init=one["rate"],
        random_state=one["seed"])


def sklearn_epoch(model, one, e, x, digits):
    """Train for epoch number e; the cosine can only fall between epochs."""
    if e:  # the first sets the optimiser up
        share = layers.cosine((e + 0.5) / one["epochs"])
        model._optimizer.learning_rate = one["rate"] * share
    model.partial_fit(x, digits, classes=np.arange(10))


def train_keras(one):
    """Train with Keras; 128 with NumPy's first weights and batches."""
    (x, digits, _), (p, rngs, record) = sample(one), begin(one)
    _, keras = import_tensorflow()
    keras.utils.set_random_seed(one["seed"])
    model = keras_model(one)
    model.set_weights(p)
    for epoch in range(1, one["epochs"] + 1):
        rows = rngs[0].permutation(len(x))
        images = x[rows]
        if "shifted" in one["network"]:
            images = remedies.moved_by_a_pixel(images, rngs[0])
        model.fit(images, digits[rows], one["batch_size"], shuffle=False,
                  verbose=0)
        measure(record, epoch, model.get_weights())
    return [record.rows[0]]


def keras_model(one, at_once=32):
    """Return the compiled model of a setting; 512-256 as in notebook 05."""
    _, keras = import_tensorflow()
    deep = "512-256" in one["network"]
    stack = [keras.Input((784,)), keras.layers.Dropout(0.1)][: 1 + deep]
    for N in sizes(one)[1:-1]:
        stack.append(keras.layers.Dense(N, activation="relu"))
        stack += [keras.layers.Dropout(0.3)] * deep
    model = keras.Sequential([*stack, keras.layers.Dense(10)])
    steps = one["epochs"] * -(-one["images"] // one["batch_size"])
    rule, loss = "Adam" if deep else "plain", keras.losses
    model.compile(
        keras_twin.optimiser(rule, "cosine", one["rate"], steps),
        loss.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=at_once,
    )
    return model
