"""Checkers of notebook 04: the network in NumPy alone."""

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


@exercise(
    "4.1",
    "digits as one-hot rows",
    returns="array",
    hints=[
        "Start from zeros of shape (D, K), and set one entry of each row.",
        "`np.eye(K)` has the K one-hot rows, in order; an array of digits "
        "can index its rows.",
    ],
)
def check_one_hot(one_hot):
    rng = np.random.default_rng(41)
    for digits, K in (([3, 0, 1], 4), ([2], 10), (rng.integers(0, 6, 9), 6)):
        digits = np.array(digits)
        expected = np.zeros((len(digits), K))
        for i, digit in enumerate(digits):
            expected[i, digit] = 1
        shifted = np.roll(expected, 1, axis=1)
        compare(
            one_hot(digits, K),
            expected,
            given=f"digits {digits}, K = {K}",
            mistakes=[
                (expected.T, "Rows and columns are exchanged: a row is a "
                 "sample, a column a class."),
                (1 - expected, "Zeros and ones are exchanged: one entry of "
                 "a row is 1."),
                (shifted, "The 1 stands one column too far: class 0 has "
                 "column 0."),
                (np.roll(expected, -1, axis=1), "The 1 stands one column too "
                 "early: class 0 has column 0."),
                (expected * digits[:, None], "The entry is the digit; it "
                 "should be 1, whichever digit it is."),
            ],
            name="y",
        )


def _small_network(seed, D=5, M=4, N=6, K=3):
    """Draw a small network, images and labels, nothing of it zero."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 1, (D, M))
    W0, W1 = rng.normal(size=(M, N)), rng.normal(size=(N, K))
    b0, b1 = rng.normal(size=N), rng.normal(size=K)
    y = np.eye(K)[rng.integers(0, K, D)]
    return x, y, W0, b0, W1, b1


@exercise(
    "4.2",
    "forward propagation",
    returns=("array", "array", "array", "array"),
    hints=[
        "Four lines, in the order of S1: z0, a0, z1, a1. Samples are rows, "
        "so z = a @ W + b.",
        "a0 = relu(z0), and a1 = softmax(z1).",
    ],
)
def check_forward(forward):
    x = np.array([[1.0, 2.0]])
    W0, b0 = np.array([[1.0, -1.0], [1.0, 0.5]]), np.array([0.0, -1.0])
    W1, b1 = np.array([[1.0, 0.0], [5.0, 5.0]]), np.array([-3 - np.log(3), 0])
    # by hand: z0 = (3, -1), a0 = (3, 0), z1 = (-ln 3, 0), a1 = (1/4, 3/4)
    z1 = [[-np.log(3), 0.0]]
    by_hand = [[[3.0, -1.0]], [[3.0, 0.0]], z1, [[0.25, 0.75]]]
    _compare_forward(
        forward(x, W0, b0, W1, b1), by_hand, (x, W0, b0, W1, b1)
    )
    for seed in (1, 2):
        x, _, W0, b0, W1, b1 = _small_network(seed)
        z0 = np.array([[r @ c for c in W0.T] for r in x]) + b0
        a0 = np.where(z0 > 0, z0, 0)
        z1 = np.array([[r @ c for c in W1.T] for r in a0]) + b1
        a1 = np.array([np.exp(r) / sum(np.exp(r)) for r in z1])
        _compare_forward(
            forward(x, W0, b0, W1, b1), (z0, a0, z1, a1), (x, W0, b0, W1, b1)
        )
    return "Each row of a1 is a probability law (F5)."


def _compare_forward(answer, expected, given):
    x, W0, _, W1, b1 = given
    answer = as_tuple(answer, 4, "z0, a0, z1, a1")
    z0, a0, z1, a1 = (np.asarray(part) for part in expected)
    e, all_rows = np.exp(z1), np.exp(z1) / np.sum(np.exp(z1))
    mistakes = {
        "z0": [(x @ W0, "The bias b0 is missing in z0.")],
        "a0": [
            (z0, "a0 equals z0: the activation function is missing."),
            (np.abs(z0), "a0 is |z0|; ReLU sets what is negative to 0."),
            (1 / (1 + np.exp(-z0)), "a0 is a sigmoid of z0; S1 has ReLU."),
            (np.exp(z0) / np.exp(z0).sum(1, keepdims=True), "a0 is softmax "
             "of z0; softmax belongs to the output layer."),
        ],
        "z1": [
            (a0 @ W1, "The bias b1 is missing in z1."),
            (z0 @ W1 + b1, "z1 was made from z0; it needs a0."),
        ],
        "a1": [
            (z1, "a1 equals z1: softmax is missing."),
            (np.where(z1 > 0, z1, 0), "a1 is ReLU of z1; the output layer "
             "has softmax."),
            (e, "a1 is exp(z1): divide each row by its sum."),
            (all_rows, "Softmax divides by the sum of the whole matrix; "
             "each sample is a law of its own, so divide row by row."),
            (e / e.sum(axis=0), "Softmax divides by the sums of the columns; "
             "a sample is a row."),
        ],
    }
    rows = len(x)
    for name, value, right in zip(mistakes, answer, (z0, a0, z1, a1)):
        compare(value, right, f"x with {rows} row(s)", mistakes[name], name)


@exercise(
    "4.3",
    "backpropagation",
    returns=("array", "array", "array", "array"),
    hints=[
        "Begin with delta1 = a1 - y. Its matrix product with a0.T has the "
        "shape of W1, and it sums over the samples: only 1/D is missing.",
        "delta0 = h_prime(z0) * (delta1 @ W1.T): the shapes leave no other "
        "choice.",
        "A bias gradient is the mean of delta over the samples: the sum "
        "over axis 0, divided by D.",
    ],
)
def check_backward(backward):
    for seed in (3, 4):
        x, y, W0, b0, W1, b1 = _small_network(seed)
        z0 = x @ W0 + b0
        a0 = np.maximum(z0, 0)
        e = np.exp(a0 @ W1 + b1)
        a1 = e / e.sum(axis=1, keepdims=True)
        answer = as_tuple(
            backward(x, y, z0, a0, a1, W1), 4, "dW0, db0, dW1, db1"
        )
        parameters = {"W0": W0, "b0": b0, "W1": W1, "b1": b1}
        right = _numerical_gradients(x, y, parameters)
        wrong = _wrong_gradients(x, y, z0, a0, a1, W1)
        given = f"x {x.shape}, y {y.shape}, W1 {W1.shape}, D = {len(x)}"
        for place, name in ((2, "W1"), (3, "b1"), (0, "W0"), (1, "b0")):
            compare(
                answer[place],
                right[name],
                given,
                wrong[name],
                name="d" + name,
                rtol=1e-5,
                atol=1e-8,
            )
    return "All four arrays agree with central differences of the risk."


def _numerical_gradients(x, y, parameters, step=1e-6):
    """Return central differences of the risk, an oracle of its own."""

    def risk(W0, b0, W1, b1):
        e = np.exp(np.maximum(x @ W0 + b0, 0) @ W1 + b1)
        return -np.mean(np.log(np.sum(y * e, axis=1) / np.sum(e, axis=1)))

    gradients = {}
    for name, array in parameters.items():
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            moved = {k: v.copy() for k, v in parameters.items()}
            moved[name][index] += step
            above = risk(**moved)
            moved[name][index] -= 2 * step
            gradient[index] = (above - risk(**moved)) / (2 * step)
        gradients[name] = gradient
    return gradients


def _wrong_gradients(x, y, z0, a0, a1, W1):
    """Return, for each array, what the usual mistakes give, with words."""
    D = len(x)
    delta1 = a1 - y
    gate = z0 > 0
    delta0 = gate * (delta1 @ W1.T)
    open_gate = delta1 @ W1.T
    no_mean = (
        "The gradient is D times too large: the risk is a mean over D "
        "samples, so 1/D is missing."
    )
    not_summed = (
        "There is still one row for each sample: a bias gradient is summed "
        "over the samples (axis 0) and divided by D."
    )
    no_gate = (
        "The gate h'(z0) is missing or never closes: B13 multiplies by 0 "
        "where z0 is negative. (A gate made from the activation with >= 0 "
        "is always open, since a0 is never negative.)"
    )
    flipped = "The sign is flipped: delta1 is a1 - y (B11), not y - a1."
    twice = "1/D is there twice."
    return {
        "W1": [
            (a0.T @ delta1, no_mean),
            (-a0.T @ delta1 / D, flipped),
            (z0.T @ delta1 / D, "dW1 was made with z0; B7 has a0."),
            (a0.T @ delta1 / D**2, twice),
            (delta1.T @ a0 / D, "dW1 is transposed: its shape is that of W1, "
             "a0.T @ delta1."),
            (a0.T @ (a1 * (1 - a1) * delta1) / D, "delta1 has a factor "
             "a1 (1 - a1) too many: in B11 it has cancelled already."),
        ],
        "b1": [
            (np.sum(delta1, axis=0), no_mean),
            (delta1, not_summed),
            (delta1 / D, not_summed),
            (np.sum(delta1, axis=1) / D, "db1 was summed over the classes "
             "(axis 1); it is summed over the samples (axis 0)."),
            (np.sum(delta1, axis=1), "db1 was summed over the classes "
             "(axis 1); it is summed over the samples (axis 0)."),
            (np.sum(delta1) / D, "db1 was summed over everything; sum over "
             "the samples alone (axis 0)."),
        ],
        "W0": [
            (x.T @ open_gate / D, no_gate),
            (x.T @ delta0, no_mean),
            (x.T @ (z0 * open_gate) / D, "B13 has the derivative h'(z0); "
             "here stands z0 itself."),
            (x.T @ (a0 * open_gate) / D, "B13 has the derivative h'(z0); "
             "here stands the activation a0."),
            (x.T @ delta0 / D**2, twice),
        ],
        "b0": [
            (np.sum(delta0, axis=0), no_mean),
            (np.sum(open_gate, axis=0) / D, no_gate),
            (delta0, not_summed),
            (delta0 / D, not_summed),
        ],
    }


@exercise(
    "4.4",
    "mini-batches",
    hints=[
        "`rng.permutation(D)` is all row numbers, shuffled. Cut it in "
        "pieces of batch_size.",
        "`for start in range(0, D, batch_size)`: a slice that goes past the "
        "end is simply shorter.",
    ],
)
def check_mini_batches(mini_batches):
    for D, size in ((10, 4), (12, 3), (5, 8)):
        given = f"D = {D}, batch_size = {size}"
        batches = _batches(mini_batches, D, size, 7, given)
        lengths = [len(batch) for batch in batches]
        rows = np.concatenate(batches) if batches else np.array([], int)
        wanted = [min(size, D - start) for start in range(0, D, size)]
        _compare_rows(rows, D, given)
        if sorted(lengths) != sorted(wanted):
            raise Wrong(
                "The batches have the wrong sizes.", given, wanted, lengths
            )
    order = [
        np.concatenate(_batches(mini_batches, 50, 8, seed, "D = 50")).tolist()
        for seed in (1, 2, 1)
    ]
    if order[0] == list(range(50)):
        raise Wrong(
            "The rows come in their old order: they have to be shuffled anew "
            "in every epoch.",
            "D = 50",
        )
    if order[0] == order[1]:
        raise Wrong("Two different rng give the same order.", "D = 50")
    if order[0] != order[2]:
        raise Wrong(
            "The same rng does not give the same order twice: shuffle with "
            "the `rng` that is passed in, not with another one.",
            "D = 50",
        )


def _batches(mini_batches, D, size, seed, given):
    answer = mini_batches(D, size, np.random.default_rng(seed))
    if isinstance(answer, np.ndarray) and answer.dtype != object:
        answer = list(answer) if answer.ndim == 2 else answer
    if not isinstance(answer, (list, tuple)):
        raise Wrong(
            "The function should yield (or return a list of) batches, each "
            f"an array of row numbers; it gave a {type(answer).__name__}.",
            given,
        )
    batches = [np.atleast_1d(as_array(b, "a batch", given)) for b in answer]
    if any(batch.dtype.kind not in "iu" for batch in batches):
        raise Wrong("Row numbers are integers.", given)
    return batches


def _compare_rows(rows, D, given):
    missing = sorted(set(range(D)) - set(rows.tolist()))
    if missing:
        raise Wrong(
            "Some rows are never used in the epoch (is the last, shorter "
            f"batch lost, or was drawn with replacement?): {missing[:5]}.",
            given,
        )
    if len(rows) > D:
        raise Wrong("Some rows are used twice in the epoch.", given)


@exercise(
    "4.5",
    "confusion matrix",
    returns="array",
    hints=[
        "Begin with `np.zeros((K, K), dtype=int)` and count one sample "
        "after the other.",
        "`np.add.at(counts, (true, predicted), 1)` counts repeated pairs "
        "rightly; `counts[true, predicted] += 1` counts them once.",
    ],
)
def check_confusion(confusion):
    rng = np.random.default_rng(45)
    for D, K in ((6, 3), (40, 4)):
        true, predicted = rng.integers(0, K, (2, D))
        counts = np.zeros((K, K))
        for t, p in zip(true, predicted):
            counts[t, p] += 1
        given = f"true {true[:8]}, predicted {predicted[:8]}"
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        off = counts - np.diag(np.diag(counts))
        compare(
            confusion(true, predicted, K),
            counts,
            given + (" ..." if D > 8 else ""),
            mistakes=[
                (counts.T, "Rows and columns are exchanged: rows are the "
                 "true classes."),
                (np.minimum(counts, 1), "Each pair was counted once at most: "
                 "`counts[true, predicted] += 1` does not add up repeated "
                 "pairs."),
                (shares, "Those are shares of each row; counts were asked "
                 "for."),
                (counts / D, "Those are shares of all samples; counts were "
                 "asked for."),
                (off, "The diagonal is empty: right predictions count too."),
            ],
            name="the matrix",
        )
