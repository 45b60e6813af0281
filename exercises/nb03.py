"""Checkers of notebook 03: backpropagation."""

import math

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


def _softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


@exercise(
    "3.1",
    "the risk of a classifier",
    returns="number",
    hints=[
        "First the loss of each sample, B4: an array with D entries. Then "
        "their mean, B1.",
        "The sum over the classes runs along axis 1; np.log is the natural "
        "logarithm.",
        "J = -np.sum(y * np.log(a), axis=1), then np.mean(J).",
    ],
)
def _mean_cross_entropy(answer):
    y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    a = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    given = "y = [[1, 0, 0], [0, 0, 1]], a = [[.5, .3, .2], [.1, .1, .8]]"
    _risk_of(answer, y, a, given)
    rng = np.random.default_rng(31)
    y = np.eye(4)[rng.integers(4, size=7)]
    a = _softmax(rng.normal(size=(7, 4)))
    _risk_of(answer, y, a, "7 random samples of 4 classes")
    if float(answer(y[:1], a[:1])) < 0:
        raise Wrong("A cross-entropy is never negative.")


def _risk_of(answer, y, a, given):
    J = -np.sum(y * np.log(a), axis=1)
    right = np.mean(J)
    both = y * np.log(a) + (1 - y) * np.log(1 - a)
    mistakes = [
        (-right, "The minus sign of B4 is missing: a loss is positive."),
        (np.sum(J), "This is the sum over the samples. The empirical risk is "
         "their mean: the 1/D of B1 is missing."),
        (np.mean(-y * np.log(a)), "This is a mean over all D * N entries. "
         "Add up over the classes first, then take the mean over the D "
         "samples."),
        (J, "These are the losses of the single samples. The risk is one "
         "number, their mean."),
        (right / math.log(10), "This is the logarithm to base 10; B4 has the "
         "natural one, np.log."),
        (right / math.log(2), "This is the logarithm to base 2; B4 has the "
         "natural one, np.log."),
        (-np.mean(np.sum(both, axis=1)), "There are terms with 1 - y and "
         "1 - a. They belong to a network with a single output; in B4 only "
         "the true class counts."),
        (-np.mean(np.sum(a * np.log(a), axis=1)), "This is the entropy of "
         "the outputs: the expected output y does not enter."),
        (np.mean(np.sum((y - a) ** 2, axis=1)), "This is the squared "
         "distance of y and a, not the cross-entropy."),
    ]
    received = np.asarray(as_array(answer(y, a), "the risk", given))
    if received.shape == (1,):
        received = received[0]
    compare(received, right, given, mistakes, "the risk")


@exercise(
    "3.2",
    "walk downhill",
    returns="array",
    hints=[
        "One step: the new w is w - learning_rate * gradient(w). The slope "
        "is taken anew at each position.",
        "Collect the positions in a list that begins with the start, and "
        "return np.array of it.",
        "w -= ... changes an array in place: all entries of your list would "
        "be the same array, and so would the caller's. w = w - ... makes a "
        "new one.",
    ],
)
def _descend(answer):
    _walk_of(answer, 2.0, 0.0, 1.0, 0.25, 3, "R = w^2, w = 1, rate 0.25")
    _walk_of(answer, 0.7, -1.5, 4.0, 0.4, 6, "R = 0.35 (w + 1.5)^2, w = 4")
    curvature, centre = np.array([0.5, 2.0, 3.0]), np.array([1.0, -2.0, 0.5])
    start = np.array([3.0, 1.0, -2.0])
    _walk_of(answer, curvature, centre, start, 0.3, 4, "three weights")


def _walk_of(answer, k, c, start, rate, steps, given):
    """Compare with the closed form w_t = c + (1 - rate k)^t (w_0 - c)."""

    def gradient(w):
        return k * (np.asarray(w, dtype=float) - c)

    def positions(factor, count=steps):
        times = range(count + 1)
        return np.array([c + factor**t * (start - c) for t in times])

    right = positions(1 - rate * k)
    moved = rate * k * (start - c)
    still = np.array([start - t * moved for t in range(steps + 1)])
    value = answer(gradient, start, rate, steps)
    last = np.broadcast_to(right[-1], right.shape)
    mistakes = [
        (positions(1 + rate * k), "This walk goes uphill: the sign of the "
         "step is the wrong way round."),
        (right[-1], "This is the last position alone. Return all of them, "
         "the start first."),
        (right[1:], "The start is missing: it is the first of the "
         "steps + 1 positions."),
        (right[:-1], "One step is missing: there are `steps` steps, and so "
         "steps + 1 positions."),
        (positions(1 - rate * k, steps + 1), "There is a step too many."),
        (still, "The slope is always taken at the start. Take it at the "
         "position where the walk is now."),
        (positions(1 - k), "The learning rate does not enter."),
        (last, "All positions are the same array: `w -= ...` changes it in "
         "place. Use w = w - ..., which makes a new one, or keep copies."),
    ]
    if np.ndim(start) and np.ndim(value) == 2:
        mistakes.append((right.T, "Rows and columns are exchanged: one row "
                         "for each position."))
    compare(value, right, given, mistakes, "the array of positions")


@exercise(
    "3.3",
    "where backpropagation starts",
    returns="array",
    hints=[
        "Two steps: the outputs aH, by softmax along each row; then B11.",
        "For the softmax, subtract the largest value of each row before "
        "np.exp: np.max(zH, axis=1, keepdims=True).",
        "With aH of the shape of zH, the answer is aH - y.",
    ],
)
def _output_delta(answer):
    z, y = np.log([[1.0, 2.0, 5.0], [4.0, 3.0, 1.0]]), np.eye(3)[[0, 1]]
    _delta_of(answer, z, y, "zH = ln [[1, 2, 5], [4, 3, 1]], classes 0 and 1")
    z, y = np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]])
    compare(answer(z, y), [[-0.5, 0.5]], "zH = [[0, 0]], y = [[1, 0]]",
            name="the array deltaH")
    rng = np.random.default_rng(33)
    z, y = rng.normal(size=(5, 3)), np.eye(3)[rng.integers(3, size=5)]
    _delta_of(answer, z, y, "5 random samples of 3 classes")
    z, y = np.array([[1000.0, 1000.0, 999.0]]), np.array([[0.0, 1.0, 0.0]])
    given = "zH = [[1000, 1000, 999]], y = [[0, 1, 0]]"
    value = as_array(answer(z, y), "the array deltaH", given)
    if not np.all(np.isfinite(value)):
        raise Wrong(
            "exp(1000) overflows. Subtract the largest argument of each row "
            "before the exponential: softmax does not change.",
            given, _softmax(z) - y, value,
        )
    compare(value, _softmax(z) - y, given, name="the array deltaH")


_UPHILL = (
    "This is y - a: the wrong way round. B11 is the output minus the expected "
    "output."
)


def _delta_of(answer, z, y, given):
    a = _softmax(z)
    whole = np.exp(z) / np.sum(np.exp(z))
    columns = np.exp(z) / np.sum(np.exp(z), axis=0)
    mistakes = [
        (y - a, _UPHILL),
        ((a - y) / len(z), "This is divided by D. The 1/D comes later, in "
         "the gradients, once."),
        ((a - y) / z.shape[1], "This is divided by the number of classes."),
        ((a - y) * a * (1 - a), "The factor a (1 - a) is too much: the "
         "derivative of softmax is already in B11."),
        (z - y, "The softmax is missing: this is z - y."),
        (whole - y, "The softmax is taken over all samples together. Each "
         "row has to add up to 1 by itself: axis=1, keepdims=True."),
        (columns - y, "The softmax runs down the columns, over the samples. "
         "It belongs along each row: axis=1."),
        (-y / a, "This is dJ/da, B9. The derivative by z also needs B10."),
        (-y * (1 - a), "Only the term i = n is there; those with i != n "
         "are missing."),
        (np.mean(a - y, axis=0), "The samples were averaged. delta keeps a "
         "row for each sample."),
        (a, "This is the output a itself: y is not subtracted."),
    ]
    compare(answer(z, y), a - y, given, mistakes, "the array deltaH")


@exercise(
    "3.4",
    "one layer back",
    returns="array",
    hints=[
        "Look at the shapes: (D, K) has to become (D, N), and W_next is "
        "(N, K). Which product of matrices does that?",
        "The sum of B13 runs over the K neurons of the next layer: "
        "delta_next @ W_next.T.",
        "Then multiply element by element (*) with h_prime(z).",
    ],
)
def _hidden_delta(answer):
    z = np.array([[1.0, -1.0]])
    W, delta = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 10.0]])
    _back_of(answer, z, W, delta, _gate, "the example of the task")
    rng = np.random.default_rng(34)
    z, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 4))
    delta = rng.normal(size=(5, 4))
    _back_of(answer, z, W, delta, _slope, "a square W_next, 5 samples")
    W, delta = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    _back_of(answer, z, W, delta, _slope, "D = 5, N = 4, K = 3")


def _gate(z):
    return (np.asarray(z) > 0).astype(float)


def _slope(z):
    return 1 - np.tanh(z) ** 2


def _back_of(answer, z, W, delta, h_prime, given):
    right = h_prime(z) * (delta @ W.T)
    mistakes = [
        (delta @ W.T, "The factor h'(z) is missing."),
        (right / len(z), "This is divided by D. The 1/D comes later, in the "
         "gradients, once."),
        (h_prime(h_prime(z)) * (delta @ W.T), "h' is applied twice."),
        (h_prime(np.maximum(z, 0)) * (delta @ W.T), "h' is taken at the "
         "activation. It belongs at z."),
        (h_prime(np.tanh(z)) * (delta @ W.T), "h' is taken at the "
         "activation. It belongs at z."),
        (h_prime(delta @ W.T), "h' is taken at the wrong place: its argument "
         "is z, and the result is multiplied with W delta."),
        (z * (delta @ W.T), "This multiplies with z. The factor of B13 is "
         "h'(z)."),
        ((h_prime(z) + (delta @ W.T)), "The two factors were added. They are "
         "multiplied, element by element."),
    ]
    if W.shape[0] == W.shape[1]:
        mistakes += [
            (h_prime(z) * (delta @ W), "The transpose of W_next is missing. "
             "The shapes fit because this W_next is square, but the sum runs "
             "over the wrong index."),
            (delta @ W, "The transpose of W_next and the factor h'(z) are "
             "both missing."),
            ((h_prime(z) * delta) @ W.T, "h'(z) is multiplied in before the "
             "product with W. It belongs to layer L: after the product."),
        ]
        if len(z) == len(W):
            mistakes.append((h_prime(z) @ (delta @ W.T), _MATRIX))
    received = answer(z, W, delta, h_prime)
    compare(received, right, given, mistakes, "the array delta")


_MATRIX = "`@` is the product of matrices; element by element is `*`."


@exercise(
    "3.5",
    "the gradients of one layer",
    returns=("array", "array"),
    hints=[
        "D is the number of rows of either array. The weights' gradient has "
        "the shape (M, N): which of the two arrays has to be transposed?",
        "a_previous.T @ delta adds up over the samples, but does not divide "
        "by D. For the biases the sum is np.sum(delta, axis=0).",
        "Divide both by D = len(delta).",
    ],
)
def _layer_gradients(answer):
    a = np.array([[1.0, 2.0, 0.0, 1.0], [3.0, 4.0, 1.0, 0.0],
                  [1.0, 0.0, 2.0, 5.0]])
    delta = np.array([[1.0, -1.0], [-3.0, 2.0], [5.0, -7.0]])
    _gradients_of(answer, a, delta, "D = 3, M = 4, N = 2")
    a, delta = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0], [-3.0]])
    _gradients_of(answer, a, delta, "the example of the task")
    rng = np.random.default_rng(35)
    a, delta = rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    _gradients_of(answer, a, delta, "D = 6, M = 4, N = 3, random")
    return "The mean over D stands in both, once."


def _gradients_of(answer, a, delta, given):
    D, N = delta.shape
    M = a.shape[1]
    dW, db = as_tuple(answer(a, delta), 2, "two arrays, dW and db")
    W, b = a.T @ delta, delta.sum(axis=0)
    compare(dW, W / D, given, [
        (W, "dW is the sum over the samples. The product a.T @ delta adds "
         "up, but does not divide: the 1/D is missing."),
        (W.T / D, "dW is transposed: its shape has to be that of W, (M, N)."),
        (W.T, "dW is transposed, and the 1/D is missing."),
        (W / D**2, "dW is divided by D twice."),
        (-W / D, "The minus sign belongs to the update, not to the "
         "gradient."),
        (b / D, "The first array is db. Return dW first, then db."),
        (W / N, "dW is divided by the number of neurons, not by the number "
         "of samples."),
        (W / M, "dW is divided by the number of inputs, not by the number "
         "of samples."),
        (np.outer(a[0], delta[0]), "dW comes from the first sample alone."),
        (a[:, :, None] * delta[:, None, :], "dW still has an axis for the "
         "samples: take the mean over it."),
    ], "the array dW")
    db = as_array(db, "the array db", given)
    if db.shape == (1, N):
        raise Wrong(
            "db has the shape (1, N); it should be that of b, (N,). Leave "
            "out keepdims.", given, b / D, db,
        )
    compare(db, b / D, given, [
        (b, "db is the sum over the samples: the 1/D is missing."),
        (delta, "db is not summed: it still has a row for each sample. Add "
         "up along axis 0."),
        (delta / D, "db is not summed: it still has a row for each sample. "
         "Add up along axis 0."),
        (delta[0], "db comes from the first sample alone; all D samples "
         "have to be added up."),
        (delta[0] / D, "db comes from the first sample alone; all D samples "
         "have to be added up."),
        (delta.sum() / D, "db is one number for the whole layer: np.sum needs "
         "axis=0."),
        (np.mean(delta), "db is one number for the whole layer: np.mean "
         "needs axis=0."),
        (delta.sum(axis=1) / D, "db is summed over the neurons, and there "
         "is an entry for each sample: it should be axis=0."),
        (delta.mean(axis=1), "db is averaged over the neurons, and there is "
         "an entry for each sample: it should be axis=0."),
        (b / D**2, "db is divided by D twice."),
    ], "the array db")


NAMES = (
    "1/D missing",
    "1/D twice",
    "bias of one sample",
    "gate always open",
    "gate left out",
    "sign",
    "softmax twice",
    "too early",
    "transpose",
    "wrong activation",
)
DIAGNOSES = {
    "A": "transpose",
    "B": "bias of one sample",
    "C": "softmax twice",
    "D": "1/D missing",
    "E": "gate always open",
    "F": "sign",
    "G": "too early",
    "H": "gate left out",
}
# evidence, to send the student back to the code without telling
LOOK = {
    "A": "Only W0 and b0 fail, so the mistake is in delta0. Compare its line "
    "with that of delta1, sign by sign.",
    "B": "The three weight matrices pass, so every delta is right. What "
    "happens to delta on the way to b?",
    "C": "All six arrays fail, so look at the first delta of all. Is it B11?",
    "D": "All six arrays fail, and the risk jumps up at once as if the steps "
    "were much too long. What is missing compared with the others?",
    "E": "Only W2 and b2 pass, so both hidden deltas are wrong. What "
    "values can the first factor of their lines take?",
    "F": "All six arrays fail, and the risk only rises. Which way do the "
    "steps go?",
    "G": "Only W0 and b0 fail, and the line of delta0 is as it should be. Is "
    "everything in it what it was?",
    "H": "Only W0 and b0 fail, so the mistake is in delta0. Which part of B13 "
    "is not there?",
}


@exercise(
    "3.6",
    "name the mistakes",
    hints=[
        "Start with the table. Which arrays fail? The mistake is at the last "
        "layer that fails, the one nearest to the output.",
        "Write B11, B13, B7 and B8 in NumPy for two hidden layers on paper, "
        "and compare each suspect line by line.",
        "Three suspects fail for W0 and b0 alone: A, G and H. One lacks "
        "a factor, one a transpose, and one changes a matrix before its use.",
    ],
)
def _diagnose(answer):
    given = answer() if callable(answer) else answer
    if not isinstance(given, dict):
        kind = type(given).__name__
        raise Wrong(f"The function should return a dictionary, not a {kind}.")
    found = {str(key).strip().upper(): given[key] for key in given}
    missing = [key for key in DIAGNOSES if key not in found]
    if missing:
        raise Wrong(f"There is no diagnosis for {', '.join(missing)}.")
    names = {_plain(name): name for name in NAMES}
    chosen = {}
    for key in DIAGNOSES:
        if _plain(found[key]) not in names:
            raise Wrong(
                f'"{found[key]}" (suspect {key}) is not in the list of '
                "mistakes."
            )
        chosen[key] = names[_plain(found[key])]
    right = [key for key in DIAGNOSES if chosen[key] == DIAGNOSES[key]]
    for key in DIAGNOSES:
        if key not in right:
            raise Wrong(
                f'{len(right)} of {len(DIAGNOSES)} are right. Suspect {key} '
                f'is not "{chosen[key]}". {LOOK[key]}'
            )
    return "All eight mistakes are found."


def _plain(name):
    """Return a name without quotes, case and spaces at its ends."""
    return " ".join(str(name).strip(" \"'`").lower().split())
