"""Checkers of notebook 05: networks in Keras.

Keras is imported where it is used: a check comes after the notebook's own
import, which says what to do where there is none.
"""

import contextlib
import os
import tempfile
import warnings

import numpy as np

from exercises.compare import Wrong, as_tuple, compare
from exercises.judge import exercise


@contextlib.contextmanager
def _no_graphs():
    """Let `fit` and `predict` run as they are: a graph takes seconds."""
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tf.data
            yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextlib.contextmanager
def _fits():
    """Note the data of each call of `fit` in a list."""
    import keras

    calls, usual = [], keras.Model.fit

    def fit(self, x=None, y=None, *args, **options):
        calls.append((x, y))
        return usual(self, x, y, *args, **options)

    inherited = "fit" not in vars(keras.Model)
    keras.Model.fit = fit
    try:
        yield calls
    finally:
        if inherited:
            del keras.Model.fit
        else:
            keras.Model.fit = usual


PLACES = (
    "'string' is not a valid dtype",
    "The third place of `compile` is for weights of the loss: write "
    '`metrics=["accuracy"]`.',
)
UNITS = (
    "invalid value for `units`",
    "`Dense` wants one whole number of Python's, such as 128; of a number "
    "from an array, `int(N)` makes one.",
)
SYMBOLS = (
    "KerasTensor",
    "Between the layers there are no numbers yet, so functions of NumPy and "
    "TensorFlow fail: use those of `keras.ops`, such as "
    "`keras.ops.nan_to_num`.",
)


@contextlib.contextmanager
def _named(given, *signs):
    """Name the cause of an error by a part of its message: (part, words)."""
    try:
        yield
    except Exception as error:
        for part, words in signs:
            if part in str(error):
                raise Wrong(words, given) from None
        raise


def _equal(found, expected):
    """Return whether numbers (array, list or tensor) are those expected."""
    try:
        found = np.asarray(found, dtype=float)
    except (TypeError, ValueError):
        return False
    expected = np.asarray(expected, dtype=float)
    if expected.ndim == 1 and found.shape == (len(expected), 1):
        found = found[:, 0]
    return found.shape == expected.shape and np.allclose(found, expected)


def _softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def _relu(z):
    return np.maximum(z, 0)


def _same(z):
    return z


@exercise(
    "5.1",
    "build, compile and fit",
    hints=[
        "Three parts: a list of layers for `keras.Sequential`, then "
        "`model.compile(...)`, then `model.fit(...)`. The recipe above has "
        "each of them for one hidden layer.",
        "The hidden layers are those of `sizes[1:-1]`: a loop appends a Dense "
        "layer with ReLU for each. `sizes[0]` belongs to `keras.Input`, "
        "`sizes[-1]` to a last Dense layer without activation.",
        "`fit` returns an object; its dictionary is `.history`. The loss for "
        "whole labels begins with Sparse and is told that it gets logits.",
    ],
)
def check_train_network(train_network):
    rng = np.random.default_rng(51)
    for sizes, epochs in (([5, 7, 4, 3], 2), ([4, 2], 1)):
        x = rng.normal(size=(12, sizes[0])).astype("float32")
        labels = np.arange(12) % sizes[-1]
        given = f"sizes = {sizes}, epochs = {epochs}"
        with _no_graphs(), _fits() as calls, _named(given, PLACES, UNITS):
            answer = train_network(x, labels, sizes, epochs)
        model, history = as_tuple(
            answer, 2, "the model and the dictionary of its history"
        )
        if isinstance(model, dict) or hasattr(model, "epoch"):
            raise Wrong("First comes the model, then the history.", given)
        weights = _weights_of(model, sizes, given)
        _compare_outputs(model, weights, x, given)
        _verify_plain(model, x, given)
        _verify_compiled(model, given, rate=0.001)
        _verify_history(model, history, epochs, given)
        _verify_data(calls, x, labels, given)
    return "It serves for any number of layers."


def _weights_of(model, sizes, given):
    """Return a model's weights; complain where their shapes are others."""
    if model is None:
        raise Wrong("The model is None: does the function return it?", given)
    if not hasattr(model, "get_weights"):
        kind = type(model).__name__
        raise Wrong(f"A Keras model should come back; it is a {kind}.", given)
    shapes = [tuple(w.shape) for w in model.get_weights()]
    expected = []
    for M, N in zip(sizes[:-1], sizes[1:]):
        expected += [(M, N), (N,)]
    example = (given, str(expected), str(shapes))
    if len(shapes) > 2 and shapes[0] == (sizes[0], sizes[0]):
        raise Wrong(
            "The input was made a layer of neurons: sizes[0] belongs to "
            "`keras.Input` alone.",
            *example,
        )
    if len(expected) > 2 and shapes == expected[:-2]:
        raise Wrong("The output layer is missing.", *example)
    if len(shapes) == 4 and len(expected) > 4:
        raise Wrong("Only one of the hidden layers was made.", *example)
    if shapes == expected[::2]:
        raise Wrong("The layers have no biases.", *example)
    if shapes != expected:
        raise Wrong("The weights have other shapes than these.", *example)
    return model.get_weights()


def _compare_outputs(model, weights, x, given):
    """Compare the model's outputs with a loop over the layers."""

    def outputs(h, last):
        a = x
        for L in range(0, len(weights), 2):
            z = a @ weights[L] + weights[L + 1]
            a = last(z) if L == len(weights) - 2 else h(z)
        return a

    no_h = "The hidden layers have no activation function."
    at_end = "has softmax at its end; it should return logits."
    others = {
        "sigmoids": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
        "softmax": _softmax,
    }
    compare(
        np.asarray(model(x)),
        outputs(_relu, _same),
        given=given,
        mistakes=[
            (outputs(_relu, _softmax), f"The model {at_end}"),
            (outputs(_same, _softmax), f"{no_h} And the model {at_end}"),
            (outputs(_relu, _relu), "The output layer has ReLU; a logit may "
             "be negative."),
            (outputs(_same, _same), no_h),
            *((outputs(h, _same), f"The hidden layers have {name}; the "
               "network has ReLU.") for name, h in others.items()),
        ],
        name="the model's output",
        rtol=1e-4,
        atol=1e-5,
    )


def _verify_compiled(model, given, rate=None):
    """Complain unless loss and optimiser are those of the task."""
    import keras

    if getattr(model, "optimizer", None) is None:
        raise Wrong("The model is not compiled.", given)
    labels, z = np.array([0, 1]), np.array([[2.0, 0.0], [0.5, 3.0]])
    whole = "sparse_categorical_crossentropy"
    try:
        found = keras.losses.get(model.loss)(labels, z)
        value = float(np.mean(np.asarray(found)))
    except Exception:
        raise Wrong(
            "The loss does not take whole labels: "
            "SparseCategoricalCrossentropy does.",
            given,
        ) from None
    p = np.asarray(getattr(keras.losses, whole)(labels, z))
    sums = 2 * np.mean(-np.log(_softmax(z)[[0, 1], labels]))
    compare(
        value,
        sums / 2,
        "logits (2, 0) and (0.5, 3), labels 0 and 1",
        [
            (np.mean(p), "The loss takes the logits for probabilities: "
             "`from_logits=True` is missing."),
            (sums, "The loss is the sum over the samples, not their mean."),
        ],
        name="the loss",
        rtol=1e-4,
    )
    if not isinstance(model.optimizer, keras.optimizers.Adam):
        kind = type(model.optimizer).__name__
        raise Wrong(f"The optimiser should be Adam; it is {kind}.", given)
    if rate is not None:
        found = float(np.asarray(model.optimizer.learning_rate))
        if rate == 0.001 and not np.isclose(found, rate, rtol=1e-3):
            raise Wrong("`keras.optimizers.Adam()` keeps its default "
                        "learning rate.", given, rate, found)
        compare(
            found, rate, given,
            [(0.001, "The learning rate is Adam's default, 0.001.")],
            "the learning rate", rtol=1e-3,
        )


def _verify_plain(model, x, given):
    """Complain where a layer acts in training alone, as Dropout does."""
    if not np.allclose(np.asarray(model(x, training=True)),
                       np.asarray(model(x)), atol=1e-5):
        raise Wrong(
            "In training the model computes something else than afterwards: "
            "is there a layer that was not asked for, such as `Dropout`?",
            given,
        )


def _verify_data(calls, x, labels, given):
    """Complain unless `fit` received all rows, in whatever order."""
    for found, y in calls:
        if y is None:
            continue  # a stream
        if len(found) != len(x):
            raise Wrong("`fit` should train on all rows of x.", given,
                        f"{len(x)} rows", f"{len(found)} rows")
        if not (_equal(np.sort(found, axis=None), np.sort(x, axis=None))
                and _equal(np.sort(y, axis=None), np.sort(labels))):
            raise Wrong("`fit` should train on x and labels as they are.",
                        given)


def _verify_history(model, history, epochs, given):
    """Complain unless this is the history of the training of this model."""
    if hasattr(history, "history"):
        raise Wrong(
            "This is the object that `fit` returns; return its dictionary, "
            "`history.history`.",
            given,
        )
    if not isinstance(history, dict) or "loss" not in history:
        raise Wrong("The history should be a dictionary with the loss.", given)
    if "accuracy" not in history:
        raise Wrong(
            "The history has no accuracy: `metrics=[\"accuracy\"]` belongs "
            "to `compile`.",
            given, "loss and accuracy", ", ".join(history),
        )
    if len(history["loss"]) != epochs:
        raise Wrong(
            "The number of epochs is another one; `epochs` belongs to `fit`.",
            given, epochs, len(history["loss"]),
        )
    if any(name.startswith("val_") for name in history):
        raise Wrong(
            "`fit` validates here, perhaps on rows that are kept back from "
            "the training (`validation_split`); it should train on all rows.",
            given, "loss and accuracy", ", ".join(history),
        )
    if int(np.asarray(model.optimizer.iterations)) == 0:
        raise Wrong("The model that comes back was never trained.", given)


@exercise(
    "5.2",
    "reading one prediction",
    returns=("integer", "number"),
    hints=[
        "A model takes a table of rows. `row[None, :]` makes of a row (M,) a "
        "table (1, M).",
        "What comes back has the shape (1, K) and holds logits. Take its only "
        "row, make probabilities of it with softmax (F5), then find the "
        "largest one and its place.",
    ],
)
def check_read_prediction(read_prediction):
    # three different classes for the largest, the smallest and the first
    by_hand = "logits (ln 2, 0, ln 5)"
    _read(read_prediction, np.log([2.0, 1.0, 5.0]), by_hand)
    _read(read_prediction, [0.0, np.log(3)], "logits (0, ln 3)")
    _read(read_prediction, [-3.0, -1.0, -2.0, -5.0], "logits (-3, -1, -2, -5)")
    _read(read_prediction, [0.0, 2.0, 2.0], "logits (0, 2, 2): a tie")
    _read(read_prediction, [1000.0, 0.0, -1000.0], "logits (1000, 0, -1000)")
    _read(read_prediction, [0.1, 0.3, 0.2, 0.25], None)
    return None


def _read(read_prediction, logits, given):
    import keras

    z = np.array(logits)
    K = len(z)
    model = keras.Sequential([keras.Input((K,)), keras.layers.Dense(K)])
    if given is None:  # a layer that does something
        turn = np.roll(np.eye(K), 1, axis=1)
        model.set_weights([turn, np.zeros(K)])
        row, given = np.roll(z, -1), f"logits {z}"
    else:
        model.set_weights([np.eye(K), np.zeros(K)])
        row = z
    with _no_graphs():
        answer = read_prediction(model, row.astype("float32"))
    got = as_tuple(answer, 2, "the class and its probability")
    a, k = _softmax(z), int(np.argmax(z))
    compare(got[0], k, given, [
        (a[k], "First comes the class, then the probability."),
        (k + 1, "Classes are counted from 0."),
        (int(np.argmin(z)), "This is the least likely class."),
        (0, "This is class 0: softmax and the largest value are taken along "
         "the K classes, not along the single row."),
    ], "the class")
    if np.isnan(np.asarray(got[1], dtype=float)).any():
        raise Wrong("The exponential overflows: `keras.ops.softmax` does "
                    "not.", given, a[k], got[1])
    with np.errstate(all="ignore"):
        logistic = 1 / (1 + np.exp(-z[k]))
    compare(got[1], a[k], given, [
        (z[k], "This is the logit; softmax makes a probability of it."),
        (100 * a[k], "The probability is in per cent; it should lie between "
         "0 and 1."),
        (1.0, "Softmax was taken along the wrong axis: along a single row "
         "every probability is 1."),
        (z[k] / z.sum() if z.sum() else np.inf, "This divides the logit by "
         "the sum of the logits; softmax (F5) divides exponentials."),
        (logistic, "This is the sigmoid of the logit; with several classes "
         "it is softmax."),
        (np.exp(z[k]) if z[k] < 50 else np.inf, "The exponential is not yet "
         "divided by the sum of all."),
        (a.min(), "This is the probability of the least likely class."),
    ], "the probability", rtol=1e-4)


@exercise(
    "5.3",
    "a model for a table with gaps",
    hints=[
        "Begin with the two lines of NumPy for mean and variance. They see "
        "x_train alone.",
        "Then go through the model from `inputs` to the end: each line "
        "applies a layer to what the line before gave, as "
        "`keras.layers.Dense(K)(a)` does. The scaling model above has the "
        "first two.",
        "Order matters: scale first, then replace NaN by 0. Before the "
        "scaling, 0 would be a measured value like any other. "
        "`keras.Model(inputs, outputs)` makes the model; compile it.",
    ],
)
def check_table_model(table_model):
    rng = np.random.default_rng(53)
    for D, M, K, constant in ((20, 4, 3, False), (6, 1, 2, False),
                              (9, 3, 2, True)):
        x = rng.normal([5, 300, -2, 0.1][:M], [1, 90, 3, 0.02][:M], (D, M))
        if constant:
            x[:, 2] = 4.0
        x[1, 0] = x[3, M - 1] = np.nan
        new = rng.normal(np.nanmean(x, axis=0), np.nanstd(x, axis=0), (5, M))
        new[0, 0] = np.nan
        given = f"x_train with {D} rows of {M} columns, 2 gaps; K = {K}"
        if constant:
            new[:, 2] = 4.0
            given += "; one column is constant"
        x, new = x.astype("float32"), new.astype("float32")
        fits = f"Incompatible shapes: [1,{M}] vs. "  # M means, another Input
        with _no_graphs(), _named(
            given, UNITS, (fits, INPUT), SYMBOLS,
            ("ncompatible shapes", "Layers of different shapes meet. One mean "
             "and one variance for each of the M columns (`axis=0`)?"),
        ):
            model = table_model(x, K)
        _compare_table(model, x, new, K, given)
        if constant:
            _verify_kept(model, new, given)
    return "Rows go in as they are measured."


INPUT = (
    "The input is for rows of M values, as many as x_train has columns: "
    "`keras.Input((M,))`. How many rows come is left open."
)


def _compare_table(model, x, new, K, given):
    """Compare the model's outputs on new rows with NumPy's."""
    if not hasattr(model, "layers"):
        kind = type(model).__name__
        raise Wrong(f"A Keras model should come back; it is a {kind}.", given)
    if getattr(model, "optimizer", None) is not None and int(
        np.asarray(model.optimizer.iterations)
    ):
        raise Wrong("The model comes back trained; it should only be "
                    "compiled: `fit` comes later.", given)
    dense = [layer for layer in model.layers
             if type(layer).__name__ == "Dense"]
    shapes = [tuple(w.shape) for layer in dense for w in layer.get_weights()]
    M = x.shape[1]
    expected = [(M, 16), (16,), (16, K), (K,)]
    if shapes != expected:
        raise Wrong("The Dense layers have other shapes than these.", given,
                    str(expected), str(shapes))
    if tuple(model.input_shape) != (None, M):
        raise Wrong(INPUT, given, str((None, M)), str(model.input_shape))
    # weights without zeros, of a size that leaves no ReLU idle
    rng = np.random.default_rng(M)
    W0, b0, W1, b1 = (rng.normal(size=shape) for shape in expected)
    dense[0].set_weights([W0, b0])
    dense[1].set_weights([W1, b1])
    mean, std = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    safe = np.maximum(std, 1e-7)

    def network(a, h=_relu):
        return h(a @ W0 + b0) @ W1 + b1

    def filled(rows, values=0.0):
        return np.where(np.isnan(rows), values, rows)

    scaled = filled((new - mean) / safe)
    out = np.asarray(model(new))
    if np.isnan(out).any() and all(
        type(layer).__name__ in ("InputLayer", "Dense", "Activation", "ReLU")
        for layer in model.layers
    ):
        raise Wrong(
            "The model itself neither scales nor fills gaps: its users hand "
            "over rows as they are measured, so both belong between the "
            "input and the first Dense layer.",
            given,
        )
    if np.isnan(out).any() and not np.isnan(out[1:]).any():
        raise Wrong(
            "A row with a gap gives NaN: `keras.ops.nan_to_num` is missing.",
            given,
        )
    whole = (new - np.nanmean(x)) / np.nanstd(x)
    vanished = np.where(np.isnan(x).any(axis=0), 0, scaled)
    known = [filled(x, mean), filled(x)]  # gaps as if they were measured
    ends = [(np.mean(rows, axis=0), np.std(rows, axis=0)) for rows in known]
    counted = ("The gaps count as measured values: take mean and variance of "
               "x_train as it is, before anything is filled.")
    with np.errstate(invalid="ignore"):  # the root of a negative mean
        turned = filled((new - std**2) / np.maximum(np.sqrt(mean), 1e-7))
    wrong = [
        (network(vanished), "A column with a gap has vanished: its mean or "
         "its variance is NaN, unless `np.nanmean` and `np.nanvar` leave the "
         "gap out."),
        (network(filled(new)), "The rows are not scaled."),
        (network((filled(new) - mean) / safe), "The gaps are filled before "
         "the scaling: there, 0 is a measured value like any other."),
        (network(filled((new - mean) / np.sqrt(safe))), "`Normalization` "
         "wants the variance; this is the standard deviation."),
        (network(filled(new - mean)), "The mean is subtracted, but nothing "
         "is divided by the standard deviation."),
        (network(filled(new / safe)), "The mean is not subtracted."),
        (network(filled(whole)), "One mean for the whole table: each column "
         "has its own, `axis=0`."),
        *((network(filled((new - m) / np.maximum(s, 1e-7))), counted)
          for m, s in [*ends, (ends[1][0], std), (mean, ends[1][1])]),
        (network(turned), "Mean and variance are interchanged: "
         "`Normalization(mean=mean, variance=variance)`."),
        (network(filled((new - mean) / np.maximum(
            np.nanstd(x, axis=0, ddof=1), 1e-7))), "The variance is divided "
         "by the number of values less one (`ddof=1`, as pandas does); "
         "`np.nanvar` divides by their number."),
        (network(scaled, _same), "The hidden layer has no ReLU."),
        (_softmax(network(scaled)), "The model has softmax at its end; it "
         "should return logits."),
        (_relu(network(scaled)), "The output layer has ReLU; a logit may be "
         "negative."),
    ]
    compare(out, network(scaled), given, wrong, "the model's output",
            rtol=1e-3, atol=1e-3)
    _verify_plain(model, new, given)
    _verify_compiled(model, given, rate=0.01)
    settings = model.get_compile_config()
    if settings.get("loss_weights"):
        raise Wrong(PLACES[1], given)
    if "accuracy" not in str(settings):
        raise Wrong("The accuracy is missing in `compile`.", given)


def _verify_kept(model, new, given):
    """Complain unless the model comes back from a file as it was."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.keras")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of an untrained optimiser
                model.save(path)
                loaded = keras.models.load_model(path)
        except Exception as error:
            if any(type(x).__name__ == "Lambda" for x in model.layers):
                raise Wrong(
                    "A `Lambda` layer holds Python code, which `load_model` "
                    "refuses: apply functions of `keras.ops` themselves.",
                    given,
                ) from None
            words = str(error).strip().split("\n")[0]
            raise Wrong("The model cannot be loaded from the file it is "
                        f"saved in: {words}", given) from None
    compare(np.asarray(loaded(new)), np.asarray(model(new)), given,
            name="the output of the model after saving and loading",
            rtol=1e-4, atol=1e-5)


REASONS = {
    "A": {
        1: "With too large a rate the training loss does not fall steadily; "
           "that of A does.",
        2: "With too small a rate both losses would fall, slowly; the "
           "validation loss of A rises.",
        4: "With unscaled inputs the loss begins far above ln 10; that of A "
           "begins at ln 10.",
        5: "A network that overfits is better than guessing on the "
           "validation sample, at least at first; A never clearly is.",
    },
    "B": {
        1: "B learns: its training accuracy comes near 90 %. With too large a "
           "rate it would not.",
        2: "With too small a rate nothing changes fast; the loss of B falls "
           "from 20 to 1 in a few epochs.",
        3: "With labels in another order the validation accuracy stays near "
           "10 %; that of B comes near 80 %.",
        5: "Overfitting shows late. B is strange from the beginning: its "
           "first loss is ten times that of guessing.",
    },
    "C": {
        2: "With too small a rate the loss would fall slowly from the "
           "beginning; that of C jumps up in the first epoch and then "
           "stays near that of guessing.",
        3: "With labels in another order the training loss still falls, "
           "because the network learns the wrong labels by heart; that of C "
           "does not.",
        4: "Unscaled inputs and too large a rate can look alike; but one of "
           "the other two begins far higher than C, and still learns.",
        5: "A network that overfits has a small training loss; that of C "
           "stays near that of guessing.",
    },
}


@exercise(
    "5.4",
    "faults in learning curves",
    hints=[
        "An untrained network guesses: its loss is about ln 10 if its inputs "
        "are of the usual size. Which of the three begins elsewhere?",
        "A network can learn wrong labels by heart. What happens to the "
        "training loss then, and what to the validation accuracy?",
    ],
)
def check_diagnose(diagnose):
    answer = diagnose()
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    answer = as_tuple(answer, 3, "three numbers, for A, B and C")
    for name, number, right in zip("ABC", answer, (3, 4, 1)):
        number = np.asarray(number)
        if number.shape != () or number not in (1, 2, 3, 4, 5):
            raise Wrong(f"For {name}, a number from 1 to 5 is wanted.",
                        received=str(number))
        if number != right:
            raise Wrong(f"{name} is not {number}. "
                        + REASONS[name][int(number)])
    return (
        "The loss at the start, the training loss and the validation accuracy "
        "tell these three faults apart."
    )


class _Scripted:
    """Stands for a compiled model: its losses are written down before.

    Its only weight is the number of epochs that it was trained.
    """

    def __init__(self, val_losses):
        self.script, self.done, self.calls = list(val_losses), 0, []
        self.weight, self.stop_training, self.trouble = 0.0, False, ""
        self.metrics, self.optimizer, self.compiled = [], None, False
        self.history = None

    def __deepcopy__(self, memo):
        return self  # what the answer does to it is judged

    def get_weights(self):
        return [np.array([self.weight])]

    def set_weights(self, weights):
        self.weight = float(np.ravel(weights[0])[0])

    def compile(self, *args, **options):
        self.compiled = True

    def summary(self, *args, **options):
        """Print nothing."""

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose="auto",
            callbacks=None, validation_split=0.0, validation_data=None,
            **options):
        if callbacks is None:
            callbacks = []
        elif not isinstance(callbacks, (list, tuple)):
            callbacks = [callbacks]  # as Keras takes it
        self.calls.append((x, y, epochs, callbacks, validation_data))
        history = {"loss": []}
        self.stop_training = False
        try:
            for each in callbacks:
                each.set_model(self)
                each.on_train_begin({})
            for epoch in range(epochs):
                if self.stop_training or self.done == len(self.script):
                    break
                logs = {"loss": 1 / (1 + self.done)}
                if validation_data is not None:
                    logs["val_loss"] = self.script[self.done]
                self.done += 1
                self.weight = float(self.done)
                for name, value in logs.items():
                    history.setdefault(name, []).append(value)
                for each in callbacks:
                    each.on_epoch_end(epoch, logs)
            for each in callbacks:
                each.on_train_end(logs)
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"
        done = type("History", (), {})()
        done.history, done.epoch = history, list(range(len(history["loss"])))
        self.history = done
        return done


@exercise(
    "5.5",
    "stopping early",
    hints=[
        "Two steps: make the callback, then hand it to `fit` in a list, "
        "`callbacks=[...]`.",
        "The callback takes three arguments: what it watches, its patience, "
        "and whether it restores the best weights. `fit` needs "
        "`validation_data`, or there is nothing to watch.",
    ],
)
def check_fit_until_best(fit_until_best):
    x, labels = np.arange(6.0).reshape(3, 2), np.array([0, 1, 1])
    pair = (np.arange(8.0).reshape(4, 2) + 1, np.array([1, 0, 0, 1]))
    up = list(np.linspace(0.75, 3, 120))
    cases = [  # validation losses, patience, epochs run, best
        ([1.0, 0.8, 0.7, *up], 2, 5, 3),
        ([1.0, 0.8, 0.7, *up], 4, 7, 3),
        ([1.0, 0.9, 0.95, 0.8, 0.8, *up[5:]], 2, 6, 4),
        (list(np.linspace(2, 1, 120)), 3, 100, 100),
    ]
    for losses, patience, ran, best in cases:
        model = _Scripted(losses)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            history = fit_until_best(model, x, labels, pair, patience)
        words = ", ".join(f"{loss:.3g}" for loss in losses[:7])
        given = f"validation losses {words}, ...; patience = {patience}"
        _judge_stop(model, history, patience, (ran, best), given,
                    (x, labels), pair)
    return "It stops by itself, and keeps the best."


def _judge_stop(model, history, patience, right, given, sample, pair):
    """Complain unless the scripted training ended where it should."""
    ran, best = right
    if model.compiled:
        raise Wrong("The model is compiled already; compiled again, it would "
                    "get another optimiser and loss than it came with.")
    if not model.calls:
        raise Wrong("`model.fit` was not called.", given)
    _, _, epochs, callbacks, _ = model.calls[0]
    for x, labels, _, _, validation in model.calls:
        _judge_data(x, labels, validation, sample, pair, given)
    stops = [c for c in callbacks if hasattr(c, "patience")]
    watched = [getattr(c, "monitor", "val_loss") for c in stops]
    if watched and watched[0] != "val_loss":
        raise Wrong(f"The callback watches {watched[0]!r}; the validation "
                    'loss is "val_loss".', given)
    if stops and getattr(stops[0], "min_delta", 0) != 0:
        raise Wrong("Every improvement counts, a small one, too: "
                    "`min_delta` was not asked for. (It is the second place "
                    "of EarlyStopping: write `patience=patience`.)", given)
    if model.trouble:
        raise Wrong(f"The training broke off: {model.trouble}", given)
    if model.done != ran:
        example = (given, f"{ran} epochs", f"{model.done} epochs")
        if epochs == 1:
            raise Wrong("One epoch only: `epochs=100` is missing.", *example)
        if ran == 100 or (epochs < min(100, ran) and len(model.calls) == 1):
            raise Wrong("At most 100 epochs are wanted: `epochs=100`.",
                        *example)
        if not stops:
            raise Wrong("Nothing stops the training: is the callback in the "
                        "list `callbacks=[...]`?", *example)
        if stops[0].patience != patience:
            raise Wrong("The patience is not the one that was given.",
                        *example)
        raise Wrong("It stops at another epoch.", *example)
    if model.weight != best:
        raise Wrong(
            "The weights are those of another epoch, not of the best one: "
            "`restore_best_weights=True`.",
            given, f"epoch {best}", f"epoch {model.weight:.0f}",
        )
    if hasattr(history, "history") and history is not model:
        raise Wrong("Return the dictionary, `history.history`.", given)
    if not isinstance(history, dict) or "val_loss" not in history:
        raise Wrong("The dictionary of the history should come back.", given)
    if len(history["val_loss"]) != ran:
        raise Wrong("The history has not one value per epoch.", given,
                    ran, len(history["val_loss"]))


def _judge_data(x, labels, validation, sample, pair, given):
    """Complain unless a call of `fit` received what was handed in."""
    if validation is None:
        raise Wrong(
            "`fit` was given no `validation_data`, so there is no validation "
            "loss to watch.",
            given,
        )
    if any(isinstance(part, list) for part in (x, labels, *validation)):
        raise Wrong("Keras takes a list for several inputs, one entry for "
                    "each: hand over the arrays as they are.", given)
    if not (_equal(x, sample[0]) and _equal(labels, sample[1])):
        raise Wrong("`fit` should train on x and labels, and validate on the "
                    "pair.", given)
    if not isinstance(validation, (list, tuple)) or len(validation) != 2:
        raise Wrong("`validation_data` is a pair: (x, labels).", given)
    if all(map(_equal, validation, pair[::-1])):
        raise Wrong("The pair is turned around: x comes first, then the "
                    "labels.", given)
    if all(map(_equal, validation, sample)):
        raise Wrong("This validates on the training sample; `validation` is "
                    "the other one.", given)
    if not all(map(_equal, validation, pair)):
        raise Wrong("`validation` was handed in; this validates on other "
                    "data.", given)


@exercise(
    "5.6",
    "saving and loading",
    hints=[
        "Two lines: the model has a method `save`, and `keras.models` has a "
        "function that loads. Return what the function gives.",
    ],
)
def check_save_and_load(save_and_load):
    import keras

    rng = np.random.default_rng(56)
    x = rng.normal(size=(4, 3)).astype("float32")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one.keras", "another.keras"):
            stack = [keras.Input((3,)), keras.layers.Dense(2)]
            model = keras.Sequential(stack)
            model.set_weights([rng.normal(size=(3, 2)), rng.normal(size=2)])
            model.__deepcopy__ = lambda memo, model=model: model
            path = os.path.join(folder, name)
            loaded = save_and_load(model, path)
            if not os.path.exists(path):
                raise Wrong("No file was written under this path.",
                            f'path = ".../{name}"')
            if loaded is None:
                raise Wrong("Nothing comes back: return the loaded model.")
            if loaded is model:
                raise Wrong("This is the model that was given, not the one "
                            "in the file: return what is loaded.")
            if not callable(loaded):
                kind = type(loaded).__name__
                raise Wrong(f"A model should come back; it is a {kind}.")
            compare(np.asarray(loaded(x)), np.asarray(model(x)),
                    "random weights", name="the loaded model's output",
                    rtol=1e-5)
    return None
