"""Checkers of notebook 03: backpropagation."""

import functools
import math

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise

EXACT = 1e-11  # later cells compare to 1e-12, and differences need all digits


def _softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def _compare(received, right, given, mistakes, name):
    """Compare; what is right to a few digits alone is told so."""
    compare(received, right, given, mistakes, name)
    value = as_array(received, name, given)
    if not np.allclose(value, right, EXACT, 1e-13):
        far = np.max(np.abs(value - right))
        raise Wrong(
            f"The first digits of {name} are right, but not the later ones: "
            f"the largest difference is {far:.1g}. Later cells need all "
            "digits of float64: no float32, no approximation.",
            given,
        )


def _rows(name, array):
    """Return "name = [[1, 2], [3, 4]]", to redo by hand."""
    return f"{name} = {np.round(array, 3).tolist()}"


@exercise(
    "3.1",
    "the risk of a classifier",
    returns="number",
    hints=[
        "First the loss of each sample, B4: an array with D entries. Then "
        "their mean, B1.",
        "The sum over the classes runs along axis 1; np.log is the natural "
        "logarithm. What is 0 * np.log(0)?",
        "Because y is one-hot, y * a keeps the probability of the true class "
        "alone. Add it up along the row first, and take the logarithm of "
        "that: then no logarithm of another class is needed.",
    ],
)
def _empirical_risk(answer):
    y, a = np.eye(2)[[0, 1, 1]], np.array([[0.5, 0.5], [0.1, 0.9], [0.6, 0.4]])
    given = "y = [[1, 0], [0, 1], [0, 1]], a = [[.5, .5], [.1, .9], [.6, .4]]"
    value = as_array(answer(y, a), "the risk", given)
    if np.allclose(value, -np.mean(np.log([0.5, 0.9, 0.4])), 1e-3):
        _small_probability(answer)  # what prevents log 0 shows later digits
    _risk_of(answer, y, a, given)
    y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    a = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    given = "y = [[1, 0, 0], [0, 0, 1]], a = [[.5, .3, .2], [.1, .1, .8]]"
    _risk_of(answer, y, a, given)
    _risk_of(answer, y[:1], a[:1], "y = [[1, 0, 0]], a = [[.5, .3, .2]]")
    _risk_of(answer, y[1:, 2:], np.ones((1, 1)), "y = [[1]], a = [[1]]")
    rng = np.random.default_rng(31)
    y = np.eye(4)[rng.integers(4, size=7)]
    a = _softmax(rng.normal(size=(7, 4)))
    _risk_of(answer, y, a, "7 random samples of 4 classes")
    y, a = np.eye(3)[[0, 0]], np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    given = "y = [[1, 0, 0], [1, 0, 0]], a = [[.5, .5, 0], [1, 0, 0]]"
    right = math.log(2) / 2
    value = as_array(answer(y, a), "the risk", given)
    if not np.all(np.isfinite(value)):
        raise Wrong(
            "A wrong class with the probability 0 does harm: 0 * ln 0 is not "
            "a number. Only the true class counts.", given, right, value,
        )
    _compare(value, right, given, [], "the risk")
    value, right, given = _small_probability(answer)
    compare(value, right, given, [], "the risk", rtol=1e-9)


def _small_probability(answer):
    y, a = np.eye(2)[[0]], np.array([[1e-40, 1.0]])
    given, right = "y = [[1, 0]], a = [[1e-40, 1]]", 40 * math.log(10)
    value = as_array(answer(y, a), "the risk", given)
    if np.all(value < 0.99 * right):
        raise Wrong(
            "A small probability of the true class was taken for a larger one "
            "(np.clip, or a number that is added?): the loss is too small.",
            given, right, value,
        )
    return value, right, given


def _risk_of(answer, y, a, given):
    with np.errstate(all="ignore"):
        J = -np.log(np.sum(y * a, axis=1))
        right = np.mean(J)
        both = np.nan_to_num(y * np.log(a) + (1 - y) * np.log(1 - a))
        over_samples = -np.sum(y * np.log(a), axis=0)
        squared = np.mean(np.sum((y - a) ** 2, axis=1))
        exchanged = [-np.mean(np.sum(a * np.log(y + small), axis=1))
                     for small in 10.0 ** np.arange(-16, -2)]
    mistakes = [
        (-right, "The minus sign of B4 is missing: a loss is positive."),
        (np.sum(J), "This is the sum over the samples. The empirical risk is "
         "their mean: the 1/D of B1 is missing."),
        (np.mean(-y * np.log(a)), "This is a mean over all D * N entries. "
         "Add up over the classes first, then take the mean over the D "
         "samples."),
        (np.sum(J) / y.shape[1], "This is divided by the number of classes, "
         "N. The mean of B1 runs over the D samples."),
        (J, "These are the losses of the single samples. The risk is one "
         "number, their mean."),
        (right / math.log(10), "This is the logarithm to base 10; B4 has the "
         "natural one, np.log."),
        (right / math.log(2), "This is the logarithm to base 2; B4 has the "
         "natural one, np.log."),
        *((loss, "There are terms with 1 - y and 1 - a. They belong to a "
           "network with a single output; in B4 only the true class counts.")
          for loss in (-np.mean(np.sum(both, axis=1)), -np.mean(both))),
        *((loss, "The sum runs over the samples, axis 0. Add up over the "
           "classes first, axis 1.")
          for loss in (over_samples, over_samples / len(y),
                       -np.mean(np.log(np.sum(y * a, axis=0))))),
        (np.mean(np.sum(y * a, axis=1)), "The logarithm of B4 is missing."),
        (-np.mean(np.sum(a * np.log(a), axis=1)), "This is the entropy of "
         "the outputs: the expected output y does not enter."),
        *((loss, "p and q are exchanged: the logarithm is that of y. In B2, p "
           "is y and q is a.") for loss in exchanged),
        (squared, "This is the squared distance of y and a, not the "
         "cross-entropy."),
        (-np.log(np.mean(np.sum(y * a, axis=1))), "This is the logarithm of "
         "the mean. Take the logarithm for each sample, then the mean."),
    ]
    with np.errstate(all="ignore"):
        received = np.asarray(as_array(answer(y, a), "the risk", given))
    if received.shape == (1,):
        received = received[0]
    if np.all(a > 0) and not np.all(np.isfinite(received)):
        raise Wrong("The result is not finite, although no entry of a is 0. "
                    "Is the logarithm of y taken, or of y * a? Both have "
                    "zeros. In B2, p is y and q is a.", given, right, received)
    _compare(received, right, given, mistakes, "the risk")


@exercise(
    "3.2",
    "the missing case of the proof",
    returns="array",
    hints=[
        "For i != n the numerator, exp(z_i), does not contain z_n, so u' = 0. "
        "What is left of (u'v - uv') / v^2? Write it as a product of two "
        "outputs.",
        "The product has one factor from the numerator, exp(z_i) / S, and one "
        "from the derivative of S, exp(z_n) / S. Which sign does it have? "
        "The line that is missing fills slopes[i, n].",
        "Test: for a = [0.5, 0.5] all four entries are 0.25 or -0.25. Raising "
        "one argument raises its own output and lowers the other.",
    ],
)
def _softmax_slopes(answer):
    for a in ([0.5, 0.3, 0.2], [0.9, 0.1], [1.0], [0.0, 1.0, 0.0],
              [0.25, 0.25, 0.25, 0.25]):
        _slopes_of(answer, np.array(a), f"a = {a}")
    _slopes_of(answer, _softmax(np.array([0.3, -1.2, 2.0, 0.4, 0.1])),
               "5 random outputs")
    return "Each column adds up to 0."


_ONE_NUMBER = (
    "Of an array with one axis, a @ a.T is one number, the sum of the squares "
    "(a.T is a). The matrix of all products of two outputs is np.outer(a, a)."
)


def _slopes_of(answer, a, given):
    outer = np.outer(a, a)
    right = np.diag(a) - outer
    z = np.log(np.maximum(a, 1e-300))
    again = _softmax(a)
    mistakes = [
        (np.diag(np.diag(right)), "The entries with i != n are 0. The case i "
         "!= n is the one to derive."),
        (np.diag(a) + outer - 2 * np.diag(a * a), "The sign of the entries "
         "with i != n is the wrong way round: the quotient rule has a minus "
         "in front of u v'."),
        (-outer, "The diagonal follows the rule for i != n. The case i = n "
         "stands above the exercise."),
        (a * (1 - a), "This is the diagonal alone. The result is a matrix of "
         "shape (N, N)."),
        (np.repeat((a * (1 - a))[:, None], len(a), axis=1), "All entries of a "
         "row are a_i (1 - a_i). That is the case i = n."),
        (np.repeat((a * (1 - a))[None], len(a), axis=0), "All entries of a "
         "column are a_n (1 - a_n). That is the case i = n."),
        (np.outer(a, 1 - a), "All entries are a_i (1 - a_n): right for i = n "
         "alone."),
        (np.diag(again) - np.outer(again, again), "The softmax is taken once "
         "more. The argument already is the output of a softmax."),
        (np.diag(z) - np.outer(z, z), "The formula holds for the outputs, not "
         "for the arguments."),
        (-right, "The sign of all entries is the wrong way round: raising "
         "an argument raises its own output."),
        (np.diag(a) - a @ a, _ONE_NUMBER),
        (np.diag(a * (1 - a)) - a @ a * (1 - np.eye(len(a))), _ONE_NUMBER),
        (-(a @ a) * np.ones_like(outer), _ONE_NUMBER),
        (np.diag(a) - a * a, "Outside the diagonal, column n holds "
         "-a_n * a_n: both factors are a_n. One of them must be a_i. (a * a "
         "multiplies element by element; np.outer(a, a) has all products.)"),
        (np.diag(a) - (a * a)[:, None], "Outside the diagonal, row i holds "
         "-a_i * a_i: both factors are a_i. One of them must be a_n."),
    ]
    received = answer(a)
    if len(a) > 1 and np.shape(received) == ():
        raise Wrong("This is one number; return a matrix of shape (N, N).",
                    given, right, received)
    value = as_array(received, "the matrix", given)
    if value.shape == right.shape and np.all(np.isfinite(value)):
        sums = value.sum(axis=0)
        n = int(np.argmax(np.abs(sums)))
        if abs(sums[n]) > 1e-3:  # after all mistakes that have a name
            mistakes.append((value, f"Column {n} adds up to {sums[n]:.3g}. "
                             "The outputs always add up to 1, so each column "
                             "adds up to 0. Look at the entries with i != n."))
    _compare(received, right, given, mistakes, "the matrix")


@exercise(
    "3.3",
    "one layer back",
    returns="array",
    hints=[
        "Look at the shapes: (D, K) has to become (D, N), and W_next is "
        "(N, K). Which product of matrices does that?",
        "With samples as rows, transpose B13: the order of the two factors "
        "changes, and one of them is transposed. The sum runs over the K "
        "neurons of the next layer.",
        "h_prime(z) has the shape of the result, so it is multiplied element "
        "by element (*), after the product of matrices.",
    ],
)
def _hidden_delta(answer):
    z = np.array([[1.0, -1.0], [0.5, 2.0]])
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    delta = np.array([[2.0, 1.0], [0.0, 3.0]])  # not symmetric
    _back_of(answer, z, W, delta, _bowl, "; ".join([
        _rows("z", z), _rows("W_next", W), _rows("delta_next", delta),
        "h_prime(z) = z**2 + 2"]))
    z, delta = z[:1], np.array([[1.0, 10.0]])
    _back_of(answer, z, W, delta, _gate, "the example of the task")
    _back_of(answer, z[:, :1], W[:1, :1], delta[:, :1], _bowl,
             "z = [[1]], W_next = [[1]], delta_next = [[1]]")
    rng = np.random.default_rng(34)
    z, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 4))
    delta = rng.normal(size=(5, 4))
    _back_of(answer, z, W, delta, _slope, "a square W_next, 5 samples")
    W, delta = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    _back_of(answer, z, W, delta, _slope, "D = 5, N = 4, K = 3")


def _bowl(z):
    return np.asarray(z) ** 2 + 2


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
        *((factor * (delta @ W.T), "This multiplies with z or with h(z). The "
           "factor of B13 is h'(z).")
          for factor in (z, np.maximum(z, 0), np.tanh(z))),
        ((h_prime(z) + (delta @ W.T)), "The two factors were added. They are "
         "multiplied, element by element."),
        (_gate(z) * (delta @ W.T), "The gate of ReLU is built in. The "
         "function h_prime is given: use it."),
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
            (h_prime(z) * delta, "W_next does not occur in the result."),
        ]
        if len(z) == len(W):
            mistakes.append((h_prime(z) @ (delta @ W.T), _MATRIX))
            mistakes += [
                (factor * product, sentence)
                for sentence, products in (
                    (_EXCHANGE, [W @ delta.T]),
                    (_OTHER_INDEX, [W.T @ delta.T]),
                    (_COLUMNS, [W @ delta, W.T @ delta]),
                    (_OVER_SAMPLES, [delta.T @ W, delta.T @ W.T]),
                    (_ELEMENTS, [delta * W, delta * W.T,
                                 delta.T * W, delta.T * W.T]),
                )
                for product in products
                for factor in (h_prime(z), h_prime(z).T, 1)
            ]
    received = answer(z, W, delta, h_prime)
    _compare(received, right, given, mistakes, "the array delta")


_COLUMNS = (
    "W_next @ delta_next sums over the samples: it is the form for one sample "
    "as a column. Here samples are rows, so the product has delta_next first, "
    "and W_next is transposed."
)
_OVER_SAMPLES = (
    "This product sums over the samples, the first index of delta_next. The "
    "sum of B13 runs over the neurons of the next layer, its last index."
)
_EXCHANGE = (
    "The product sums over the right index, but its shape is (N, D): a column "
    "for each sample. Here samples are rows. Exchange the two factors, and "
    "transpose what has to be transposed then."
)
_OTHER_INDEX = (
    "The product has a column for each sample, and it sums over the wrong "
    "index of W_next: in B13 the sum runs over its second index."
)
_MATRIX = "`@` is the product of matrices; element by element is `*`."
_ELEMENTS = (
    "delta_next and W_next are multiplied element by element (*). The sum of "
    "B13 is a product of matrices, @."
)


@exercise(
    "3.4",
    "the gradients of one layer",
    returns=("array", "array"),
    hints=[
        "D is the number of rows of either array. The weights' gradient has "
        "the shape (M, N): which of the two arrays has to be transposed?",
        "A product of matrices sums over the last index of the first factor "
        "and the first index of the second. The samples must stand there.",
        "The product adds up, but does not divide. Both gradients are means "
        "over the samples; the line of the biases shows how.",
    ],
)
def _layer_gradients(answer):
    a, delta = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[2.0, -1.0],
                                                             [4.0, 6.0]])
    _gradients_of(answer, a, delta,
                  f'{_rows("a_previous", a)}; {_rows("delta", delta)}')
    a = np.array([[1.0, 2.0, 0.0, 1.0], [3.0, 4.0, 1.0, 0.0],
                  [1.0, 0.0, 2.0, 5.0]])
    delta = np.array([[1.0, -1.0], [-3.0, 2.0], [5.0, -7.0]])
    _gradients_of(answer, a, delta, "D = 3, M = 4, N = 2; "
                  f'{_rows("a_previous", a)}; {_rows("delta", delta)}')
    _gradients_of(answer, np.array([[1.0, 2.0]]), np.array([[2.0, -1.0]]),
                  "a_previous = [[1, 2]]; delta = [[2, -1]]")
    _gradients_of(answer, np.array([[1.0]]), np.array([[2.0]]),
                  "a_previous = [[1]]; delta = [[2]]")
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
    _compare(dW, W / D, given, [
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
        (W[0] / D, "The function should return two arrays, dW and db."),
        *((np.outer(a.mean(axis=0), delta.mean(axis=0)) * k, "This is the "
           "product of two means. The gradient is the mean of the products: "
           "first multiply sample by sample, then take the mean.")
          for k in (1, D, D**2)),
        *_square(a, delta),
    ], "the array dW")
    db = as_array(db, "the array db", given)
    if db.shape == (1, N):
        raise Wrong(
            "db has the shape (1, N); it should be that of b, (N,). Leave "
            "out keepdims.", given, b / D, db,
        )
    _compare(db, b / D, given, [
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
        (delta.sum(axis=1), "db is summed over the neurons, and there "
         "is an entry for each sample: it should be axis=0."),
        (delta.mean(axis=1), "db is averaged over the neurons, and there is "
         "an entry for each sample: it should be axis=0."),
        (b / D**2, "db is divided by D twice."),
        (b / N, "db is divided by the number of neurons, not by the number "
         "of samples."),
        (b / M, "db is divided by the number of inputs, not by the number "
         "of samples."),
    ], "the array db")


def _square(a, delta):
    """Return what wrong products give where D = M = N lets them run."""
    if not len(a) == a.shape[1] == delta.shape[1]:
        return []
    sentence = (
        "This product does not sum over the samples: the samples are the "
        "first index of both arrays. Which array has to be transposed?"
    )
    products = (a @ delta, a @ delta.T, a.T @ delta.T,
                delta @ a, delta @ a.T, delta.T @ a.T)
    element = ("The two arrays are multiplied element by element (*). The sum "
               "over the samples is a product of matrices, @.")
    found = [(product, sentence) for product in products]
    found += [(product, element)
              for product in (a * delta, a.T * delta, a * delta.T)]
    return [(product / k, words) for product, words in found
            for k in (1, len(a))]


@exercise(
    "3.5",
    "backward",
    hints=[
        "Begin at the output: delta is the last entry of a, minus y. Then a "
        "loop over the layers, from the last one down to 0. How many are "
        "there? len(z).",
        "In each turn: what entered the layer is the activation of the layer "
        "before, or x for layer 0. layer_gradients gives the two gradients, "
        "which get the names W and b with the number of the layer.",
        "At the end of each turn but the last, delta of the layer before "
        "comes from hidden_delta, with the z of the layer before and the W "
        "of the layer where you are.",
    ],
)
def _backward(answer):
    x, y = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]])
    # first for the other class: there a - y with a gate and the term i = n
    # alone are not the same
    other = np.array([[0.0, 1.0]])
    tiny = {
        "W0": np.array([[0.5, -1.0], [0.25, 0.5]]), "b0": np.array([0.0, 0.5]),
        "W1": np.array([[1.0, -1.0], [2.0, 0.5]]), "b1": np.array([-0.5, 0.5]),
    }
    _network_of(answer, x, other, tiny, "ReLU",
                "the small network of section 4, but with y = [[0, 1]]")
    _network_of(answer, x, y, tiny, "ReLU", "the example of the task")
    rng = np.random.default_rng(35)
    for sizes, D, h in (
        ((2, 3), 2, "tanh"), ((3, 4, 2), 5, "ReLU"), ((2, 5, 4, 3), 6, "tanh"),
        ((1, 1, 1, 1, 2), 1, "tanh"), ((4, 4, 4, 4, 4), 4, "tanh"),
        ((3, 6, 5, 4, 2), 7, "ReLU"),
    ):
        p = {}
        for L, (M, N) in enumerate(zip(sizes[:-1], sizes[1:])):
            p[f"W{L}"] = rng.normal(size=(M, N)) / np.sqrt(M)
            p[f"b{L}"] = 0.5 * rng.normal(size=N)
        x = rng.normal(size=(D, sizes[0]))
        y = np.eye(sizes[-1])[rng.integers(sizes[-1], size=D)]
        words = "-".join(map(str, sizes))
        _network_of(answer, x, y, p, h,
                    f"a {words} network with {h}, D = {D}, random")
    return "It is right for 0 to 3 hidden layers."


FUNCTIONS = {
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}
_ORDER = (
    "The gradients of layer 0 are computed with delta of the output layer. "
    "Each layer needs its own: go from the last layer down to 0, and take "
    "delta one layer back at the end of each turn."
)
VARIANTS = {
    "1/D missing": "The gradients are sums over the samples: the 1/D is "
    "missing. Its place is in layer_gradients (exercise 3.4).",
    "1/D twice": "The gradients are divided by D twice. The one place of the "
    "1/D is in layer_gradients (exercise 3.4).",
    "sign": "The sign is the wrong way round: delta at the output is a - y.",
    "gate at the output": "The output layer has no gate: delta at the output "
    "is a - y, without h'.",
    "one term": "delta at the output is -y (1 - a): the term i = n of the sum "
    "alone. The outputs of the other classes depend on z_n, too; with all "
    "terms the sum is a - y (B11).",
    "gate left out": "The gates h'(z) of the hidden layers are missing.",
    "at a": "h' is taken at the activation a. It takes z.",
    "z before": "What enters a layer is the activation a of the layer before, "
    "not its z.",
    "gate of the layer itself": "The gate is that of the wrong layer. On the "
    "way from layer L to layer L - 1 it is h'(z) of layer L - 1.",
    "softmax twice": "The derivative of softmax is multiplied in again; it is "
    "in a - y already.",
    "own activation": "What enters a layer is the activation of the layer "
    "before. This uses the layer's own.",
    "own activation, or x": "What enters a layer is the activation of the "
    "layer before, a[L - 1]. Layer 0 is right; the others use their own.",
    "matrix of the layer before": "The matrix is that of the wrong layer. On "
    "the way from layer L to layer L - 1, delta passes through the W of "
    "layer L, where you are.",
    "last activation": "What enters layer 0 is x. For L = 0, a[L - 1] is "
    "a[-1], the output: Python counts from the end.",
    "transpose": "A transpose is missing on the way from one layer to the "
    "one before. Its place is in hidden_delta (exercise 3.3: does its check "
    "still pass?).",
    "too far back": "Only the gradients of layer 0 are right: those of a "
    "later layer L are computed with delta of layer L - 1. In each turn take "
    "the gradients first, then go one layer back.",
    "loss alone": "delta at the output is -y / a, the derivative of the loss "
    "by the output (B9). delta is the derivative by the argument: a - y "
    "(B11).",
    "z at the output": "delta at the output is z - y. It is a - y: softmax "
    "comes first.",
    "a[-2]": "What enters a layer is the activation of the layer before, "
    "a[L - 1]. This takes a[-2] in every turn: what enters the output layer.",
    "dW transposed": "The gradients of the weights are transposed. Their "
    "shape is (M, N), that of W.",
    "arguments exchanged": "The gradients are those of exchanged arguments: "
    "layer_gradients takes what entered the layer first, then delta.",
    "order": _ORDER,
    "order, next": _ORDER,
    "x everywhere": "x enters layer 0 alone. What enters a later layer is the "
    "activation of the layer before.",
    "first activation": "What enters a layer is the activation of the layer "
    "before. This takes a[0] for all layers but the first.",
}


def _reference(x, y, z, a, p, h_prime, variant=""):
    """Return the gradients, or those with one mistake; ValueError if none."""
    D, H, found = len(x), len(z) - 1, {}
    delta = y - a[H] if variant == "sign" else a[H] - y
    if variant == "gate at the output":
        delta = delta * h_prime(z[H])
    if variant == "one term":
        delta = -y * (1 - a[H])
    if variant == "loss alone":
        delta = -y / a[H]
    if variant == "z at the output":
        delta = z[H] - y
    if variant == "softmax twice":
        delta = delta * a[H] * (1 - a[H])
    scale = {"1/D missing": 1, "1/D twice": D**2}.get(variant, D)
    forwards = variant.startswith("order")
    for L in range(H + 1) if forwards else range(H, -1, -1):
        before = {"z before": z, "own activation": a}.get(variant, a)
        entered = before[L - 1] if L else x
        if variant == "own activation" or (L and "or x" in variant):
            entered = a[L]
        if variant == "last activation":
            entered = a[L - 1]
        if L and variant in ("first activation", "a[-2]"):
            entered = a[0 if variant == "first activation" else -2]
        if variant == "x everywhere":
            entered = x
        at_end = delta  # what this layer's gradients are taken with
        if L and variant == "too far back":
            at_end = h_prime(z[L - 1]) * (delta @ p[f"W{L}"].T)
        if variant == "arguments exchanged":
            entered, at_end = at_end, entered
        found[f"W{L}"] = entered.T @ at_end / scale
        found[f"b{L}"] = at_end.sum(axis=0) / scale
        if variant == "dW transposed":
            found[f"W{L}"] = found[f"W{L}"].T
        K = L + variant.endswith("next")  # delta passes through its W
        if 0 < K <= H:
            W = p[f"W{K - ('layer before' in variant)}"]
            back = delta @ (W if variant == "transpose" else W.T)
            at = a[K - 1] if variant == "at a" else z[K - 1]
            if variant == "gate of the layer itself":
                at = z[K]
            gate = 1 if variant == "gate left out" else h_prime(at)
            delta = gate * back
    return found


def _network_of(answer, x, y, p, h, given):
    h, h_prime = FUNCTIONS[h]
    z, a, a_previous = [], [], x
    for L in range(len(p) // 2):
        z.append(a_previous @ p[f"W{L}"] + p[f"b{L}"])
        last = L == len(p) // 2 - 1
        a.append(_softmax(z[L]) if last else h(z[L]))
        a_previous = a[L]
    asked = []

    @functools.wraps(h_prime)
    def watched(z):
        asked.append(z)
        return h_prime(z)

    try:
        received = answer(x, y, z, a, p, watched)
    except Exception as stop:  # the judge shows it with the arguments
        if len(z) == 1 and str(stop):
            more = ("One delta too many is computed: there is no layer before "
                    "layer 0. ") if asked else ""
            stop.args = (f"This network has NO hidden layer: layer 0 is the "
                         f"output layer. {more}{stop}",)
        raise
    if not isinstance(received, dict):
        kind = type(received).__name__
        kind = "None: does it end with `return`?" if kind == "NoneType" else (
            f"of type {kind}."
        )
        raise Wrong("The function should return a dictionary of the "
                    f"gradients; the result is {kind}", given)
    missing = [name for name in p if name not in received]
    if missing:
        names = ", ".join(map(str, received)) or "none"
        raise Wrong(f"There is no gradient for {', '.join(missing)}. The "
                    f"names in the result are {names}; they should be those "
                    "of p.", given)
    extra = [str(name) for name in received if name not in p]
    if extra:
        raise Wrong(f"There is no parameter {', '.join(extra)}: the names are "
                    f"those of p, {', '.join(p)}.", given)
    right = _reference(x, y, z, a, p, h_prime)
    values = {name: as_array(received[name], f"the gradient of {name}", given)
              for name in p}
    _name_variant(values, right, (x, y, z, a, p, h_prime), given)
    for name in sorted(p, key=lambda name: (-int(name[1:]), name)):
        _compare(values[name], right[name], given, [],
                 f"the gradient of {name}")
        if not isinstance(received[name], np.ndarray):
            raise Wrong(f"The values are right, but the gradient of {name} is "
                        "no array of NumPy's; later cells need one.", given)


def _name_variant(values, right, network, given):
    """Raise with the mistake's name if one explains all gradients."""
    def same(found):
        return all(
            values[n].shape == found[n].shape
            and np.allclose(values[n], found[n], 1e-9, 1e-12) for n in values
        )

    if same(right):
        return
    for variant, sentence in VARIANTS.items():
        try:
            found = _reference(*network, variant)
        except ValueError:  # the shapes do not fit here
            continue
        if same(found):
            name = next(n for n in sorted(values, key=lambda n: -int(n[1:]))
                        if values[n].shape != right[n].shape
                        or not np.allclose(values[n], right[n], 1e-9, 1e-12))
            raise Wrong(sentence, f"{given}; shown is {name}", right[name],
                        values[name])


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
    "C": "All six arrays fail, and the last line is that of most others. So "
    "look at the first delta of all. Is it B11?",
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
        "Start with the table. Which arrays fail? If a delta is wrong, the "
        "first wrong one is that of the last layer that fails, the nearest to "
        "the output. Where all layers fail, the last line may be wrong, too: "
        "it turns every delta into gradients.",
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
                f'Right: {len(right)} of {len(DIAGNOSES)}. Suspect {key} '
                f'is not "{chosen[key]}". {LOOK[key]}'
            )
    return "All eight mistakes are found."


def _plain(name):
    """Return a name without quotes, case and spaces at its ends."""
    return " ".join(str(name).strip(" \"'`").lower().split())
