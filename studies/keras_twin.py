"""The same trainings with Keras: same weights and batches, its own code."""

import math

from helpers.tensorflow_quietly import import_tensorflow
from studies import training


def build(parameters, activation="relu", decay=0.0, dropout=0.0):
    """Return a Keras model with these weights, for rows of 784 values."""
    _, keras = import_tensorflow()
    layers = [keras.Input((784,))]
    H = len(parameters) // 2 - 1
    for L in range(H + 1):
        if dropout and L > 0:
            layers.append(keras.layers.Dropout(dropout, seed=L))
        layers.append(keras.layers.Dense(
            parameters[f"W{L}"].shape[-1],
            activation=activation if L < H else "softmax",
            kernel_regularizer=keras.regularizers.L2(decay / 2),
        ))
    model = keras.Sequential(layers)
    model.set_weights([array[0] if array.shape[1] > 1 else array.ravel()
                       for array in parameters.values()])
    return model


def optimiser(rule, schedule, rate, steps):
    """Return Keras's own optimiser for a rule, with its own schedule."""
    _, keras = import_tensorflow()
    schedules = keras.optimizers.schedules
    if schedule == "cosine":
        rate = schedules.CosineDecay(rate, steps)
    elif schedule == "step":
        rate = schedules.PiecewiseConstantDecay(
            [math.ceil(steps / 2) - 1], [rate, rate / 10]
        )
    if rule == "Adam":
        return keras.optimizers.Adam(rate)
    return keras.optimizers.SGD(rate, 0.9 if rule == "momentum" else 0.0)


def train(model, setting, x, y, rngs, record, rule="plain",
          schedule="constant", when=lambda epoch: True):
    """Train a model on x, y; return the rows of `record`.

    Each epoch is one `fit` of the images in the order that the rng gives, so
    that the batches are the same as in NumPy.
    """
    batch, epochs = setting["batch_size"], setting["epochs"]
    per_epoch = math.ceil(len(x) / batch)
    model.compile(
        optimiser(rule, schedule, setting["rate"], epochs * per_epoch),
        "categorical_crossentropy", steps_per_execution=training.FIRST,
    )

    def fit(rows, epoch):
        model.fit(x[rows], y[rows], batch, shuffle=False, verbose=0)
        if epoch < 1 or when(epoch) or epoch == epochs:
            record.add(epoch, {
                f"{'Wb'[k % 2]}{k // 2}": array[None]
                for k, array in enumerate(model.get_weights())
            })

    for e in range(epochs):
        order = rngs[0].permutation(len(x))
        if e == 0:
            first = training.FIRST * batch
            fit(order[:first], training.FIRST / per_epoch)
            order = order[first:]
        fit(order, e + 1)
    return record.rows
