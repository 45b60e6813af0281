"""Checkers of notebook 02: neuron, layer, ReLU, tent, softmax, parameters."""

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


@exercise(
    "2.1",
    "one neuron",
    returns=("number", "number"),
    hints=[
        "Two steps. First z: a number that starts at the bias and grows by "
        "one product w[i] * x[i] for every input. Then a, from z alone.",
        "z = b before the loop; for i in range(len(x)): z = z + w[i] * x[i]; "
        "after the loop a = max(0, z). Return z, a.",
    ],
)
def neuron(answer):
    rng = np.random.default_rng(21)
    cases = [
        (np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0]), 5.0),
        (np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, -2.0]), -1.0),
    ]
    for M in (1, 2, 50):
        for _ in range(3):
            w = rng.uniform(-2, 2, M)
            cases.append((rng.uniform(0.1, 1, M), w, rng.uniform(-1, 1)))
    for x, w, b in cases:
        given = f"x = {_text(x)}, w = {_text(w)}, b = {b:.4g}"
        parts = as_tuple(answer(x, w, b), 2, "two numbers, z and a")
        received = np.array(
            [_scalar(part, name, given) for part, name in zip(parts, "za")]
        )
        _compare_neuron(received, x, w, b, given)


def _compare_neuron(received, x, w, b, given):
    s = float(np.dot(w, x))
    z = s + b
    a = max(0.0, z)
    gated = float(np.sum(np.maximum(w * x, 0)))
    mistakes = [
        ([s, max(0.0, s)], "The bias is missing from z."),
        (
            [s + len(x) * b, max(0.0, s + len(x) * b)],
            "The bias is added once for every input; a neuron has one bias, "
            "added once, outside the loop.",
        ),
        (
            [s - b, max(0.0, s - b)],
            "The bias is subtracted; it should be added.",
        ),
        ([z, z], "a is the same as z: the activation function is missing."),
        ([a, z], "z and a are returned in the wrong order."),
        (
            [a, a],
            "z is what enters the activation function: it may be negative. "
            "You returned the value after ReLU twice.",
        ),
        (
            [gated + b, max(0.0, gated + b)],
            "ReLU acts on the whole sum z, not on each product by itself.",
        ),
        (
            [np.sum(w) + b, max(0.0, np.sum(w) + b)],
            "The weights are summed without their inputs x.",
        ),
        (
            [w[0] * x[0] + b, max(0.0, w[0] * x[0] + b)],
            "Only the first input is counted: does `return` stand inside "
            "the loop, or is z overwritten?",
        ),
        (
            [w[-1] * x[-1] + b, max(0.0, w[-1] * x[-1] + b)],
            "Only the last input is counted: the loop overwrites z instead "
            "of adding to it.",
        ),
        ([z, abs(z)], "a is |z|; ReLU gives 0 where z is negative."),
        (
            [z, 0.0],
            "a is 0 for a positive z: the two sides of ReLU are exchanged, "
            "or min stands where max should.",
        ),
    ]
    compare(received, [z, a], given, mistakes, name="(z, a)")


@exercise(
    "2.2",
    "a layer, D samples at once",
    returns="array",
    hints=[
        "Look at the shapes: (D, M) and (M, N) are to give (D, N). Which "
        "product does that without a transpose?",
        "One line: return x @ W + b. The N biases are added to every row.",
    ],
)
def layer(answer):
    rng = np.random.default_rng(22)
    x = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 1.0], [3.0, 1.0, 2.0]])
    W = np.array([[1.0, 0.0, 2.0], [3.0, 1.0, -1.0], [-2.0, 4.0, 5.0]])
    cases = [(x, W, np.array([10.0, -20.0, 30.0]))]
    for D, M, N in [(4, 3, 2), (1, 5, 3), (6, 2, 6), (3, 4, 1)]:
        cases.append(
            (
                rng.uniform(-1, 1, (D, M)),
                rng.uniform(-1, 1, (M, N)),
                rng.uniform(0.5, 1, N),
            )
        )
    for x, W, b in cases:
        given = (
            f"x {_rows(x)},\n            W {_rows(W)},\n            "
            f"b = {_text(b)}"
            if x.size < 10 else
            f"x of shape {x.shape}, W of shape {W.shape}, b of {b.shape}"
        )
        received = answer(x, W, b)
        compare(
            received, x @ W + b, given, _layer_mistakes(x, W, b),
            name="the result z",
        )


def _layer_mistakes(x, W, b):
    z = x @ W + b
    mistakes = [
        (x @ W, "The bias is missing."),
        (x @ W - b, "The bias is subtracted; it should be added."),
        (
            np.maximum(z, 0),
            "ReLU has been applied. The task asks for z, what enters the "
            "activation function.",
        ),
        (
            x @ W + np.sum(b),
            "The sum of all biases is added; each neuron has its own.",
        ),
    ]
    if z.shape[0] == z.shape[1]:
        mistakes.append(
            (
                x @ W + b[:, None],
                "The biases go down the rows: sample d gets b[d]. They "
                "belong to the neurons, which are the columns.",
            )
        )
    if W.shape[0] == W.shape[1]:
        mistakes.append(
            (
                x @ W.T + b,
                "W is transposed. With samples as rows the transpose of the "
                "slides is already in the layout: x @ W.",
            )
        )
    if x.shape == W.shape and x.shape[0] == x.shape[1]:
        mistakes += [
            (
                x * W + b,
                "`*` multiplies element by element; the matrix product "
                "is `@`.",
            ),
            (
                W @ x + b,
                "The factors are in the wrong order: W @ x mixes the "
                "samples with each other.",
            ),
            (
                W.T @ x + b,
                "This is the slides' product for one column vector x; here "
                "every row of x is a sample.",
            ),
        ]
    if z.shape[0] != z.shape[1]:
        mistakes.append(
            (z.T, "The result is transposed: rows should be samples.")
        )
    return mistakes


@exercise(
    "2.3",
    "the derivative of ReLU",
    returns="array",
    hints=[
        "ReLU is a straight line on each side of zero. What is the slope of "
        "max(0, z) for z = 3? For z = -3?",
        "A comparison such as z > 0 gives an array of True and False; "
        "`.astype(float)` turns it into 1 and 0. np.where does it too.",
    ],
)
def derivative(answer):
    rng = np.random.default_rng(23)
    cases = [np.array([-2.0, -0.5, 0.25, 3.0])]
    cases += [rng.uniform(0.05, 4, n) * rng.choice([-1, 1], n) for n in (9, 6)]
    cases[2] = cases[2].reshape(2, 3)
    for z in cases:
        expected = np.where(z > 0, 1.0, 0.0)
        compare(
            answer(z), expected, f"z = {_text(z)}", _gates(z),
            name="h'(z)", atol=1e-6,
        )
    at_zero = _scalar(answer(np.array([0.0])), "h'(0)", "z = [0.]")
    if not 0 <= at_zero <= 1:
        raise Wrong(
            "At z = 0 ReLU has no derivative, and the program needs a number "
            "all the same: any value from the left slope, 0, to the right "
            "slope, 1.", "z = [0.]", "0 (the course's choice)", at_zero,
        )
    if at_zero != 0:
        return "(At z = 0 the course takes 0; your choice is allowed too.)"
    return None


def _gates(z):
    s = 1 / (1 + np.exp(-z))
    return [
        (np.maximum(z, 0), "This is ReLU itself, not its derivative."),
        (
            np.ones_like(z),
            "The derivative comes out as 1 everywhere: the gate never "
            "closes. Do you test max(0, z) >= 0? That is always true; "
            "test z.",
        ),
        (np.sign(z), "Left of zero the slope is 0, not -1."),
        (
            np.where(z > 0, 0.0, 1.0),
            "The two sides are exchanged: ReLU is flat where z is negative.",
        ),
        (z, "You return z; the slope of the line a = z is wanted."),
        (
            s * (1 - s),
            "This is the derivative of the sigmoid function.",
        ),
        (s, "This is the sigmoid: a smooth step, where ReLU's is sharp."),
        (
            np.where(z >= 1, 1.0, 0.0),
            "The step is at z = 1, or the values are rounded down: ReLU's "
            "kink is at zero.",
        ),
    ]


@exercise(
    "2.4",
    "a tent from three ReLUs",
    hints=[
        "A hidden neuron with weight 1 and bias b is a ramp whose kink lies "
        "at x = -b. Put the kinks where the tent changes its slope.",
        "The output weight of a ramp is the change of slope at its kink. The "
        "slopes of the tent are 0, 1, -1 and 0, in this order.",
        "Changes of slope: +1 at x = 0, then -2 at x = 1, then +1 at x = 2.",
    ],
)
def tent(answer):
    parts = as_tuple(answer(), 4, "W0, b0, W1, b1")
    names = ("W0", "b0", "W1", "b1")
    W0, b0, W1, b1 = (
        as_array(part, name).astype(float) for part, name in zip(parts, names)
    )
    _tent_shapes(W0, b0, W1, b1)
    x = np.linspace(-2, 4, 25)[:, None]
    expected = np.maximum(1 - np.abs(x - 1), 0)
    received = np.maximum(x @ W0 + b0, 0) @ W1 + b1
    if np.allclose(received, expected, atol=1e-6):
        return None
    raise _tent_verdict(x, received, expected, W0.shape[1])


def _tent_shapes(W0, b0, W1, b1):
    N = b0.size
    wanted = {"W0": (W0, (1, N)), "W1": (W1, (N, 1))}
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise Wrong(
                f"{name} has the shape {array.shape}. One input value, {N} "
                f"hidden neurons (so many biases are in b0) and one output "
                f"ask for {shape}."
            )
    if b0.shape not in ((N,), (1, N)) or b1.size != 1 or b1.ndim > 2:
        raise Wrong(
            f"The biases have the shapes {b0.shape} and {b1.shape}; they "
            "should be one row of N numbers, and a single one."
        )


def _tent_verdict(x, received, expected, N):
    def ramps(kinks, weights):
        return np.maximum(x - np.array(kinks), 0) @ np.array(weights)[:, None]

    known = [
        (
            ramps([0, 1, 2], [1, -1, 1]),
            "The second weight makes the tent flat, not falling: at the top "
            "the slope has to change from 1 to -1, which is a change of -2.",
        ),
        (
            ramps([0, 1], [1, -2]),
            "Behind x = 2 the curve goes on falling below zero: a third "
            "ramp has to stop it.",
        ),
        (
            ramps([0, 1, 2], [1, -2, 2]),
            "Behind x = 2 the curve rises again: there the slope has to "
            "change from -1 to 0.",
        ),
        (
            ramps([0, -1, -2], [1, -2, 1]),
            "The kinks lie at 0, -1 and -2: relu(x + b) bends at x = -b, so "
            "the sign of the hidden biases is the wrong way round.",
        ),
        (
            ramps([0, 1, 2], [1, 1, 1]),
            "All three ramps are added; one of them has to pull the curve "
            "down.",
        ),
    ]
    d = int(np.argmax(np.abs(received - expected)))
    given = f"x = {x[d, 0]:.4g}"
    example = (given, f"{expected[d, 0]:.4g}", f"{received[d, 0]:.4g}")
    for curve, sentence in known:
        if np.allclose(received, curve):
            return Wrong(sentence, *example)
    if N < 3:
        return Wrong(
            f"The tent changes its slope at three places; {N} hidden "
            f"neuron{'s' * (N != 1)} cannot.", *example,
        )
    if np.allclose(received - received[0], expected, atol=1e-6):
        return Wrong(
            "The tent has the right form at the wrong height: look at the "
            "output bias b1.", *example,
        )
    return Wrong("The curve is not the tent.", *example)


@exercise(
    "2.5",
    "softmax that does not overflow",
    returns="array",
    hints=[
        "Each row is a sample: every sum and every maximum is over the "
        "columns, axis=1, and keepdims=True keeps the result a column.",
        "e = np.exp(z - np.max(z, axis=1, keepdims=True)); divide e by its "
        "own sums over axis=1.",
    ],
)
def softmax(answer):
    rng = np.random.default_rng(25)
    cases = [np.array([[0.0, 1.0, 2.0], [3.0, 1.0, -1.0]])]
    cases += [rng.normal(0, 2, shape) for shape in ((3, 3), (1, 10), (5, 2))]
    for z in cases:
        given, received = f"z {_rows(z)}", answer(z)
        if not np.all(np.isfinite(as_array(received, "softmax(z)", given))):
            raise Wrong(TOO_LOW, given, _softmax(z), received)
        compare(
            received, _softmax(z), given, _softmax_mistakes(z),
            name="the result",
        )
    for z, sentence in LARGE:
        given, expected = f"z {_rows(z)}", _softmax(z)
        received = as_array(answer(z), "softmax(z)", given)
        if not np.all(np.isfinite(received)):
            raise Wrong(sentence, given, expected, received)
        cut = "The result is finite but wrong: a limit put on z or on exp(z) "
        cut += "changes the probabilities. Subtracting a number does not."
        compare(received, expected, given, [(received, cut)], "softmax(z)")


TOO_LOW = (
    "exp(z) is 0 for every z of the row, and 0 / 0 is NaN. What is "
    "subtracted from a row has to be its own largest value."
)
LARGE = [
    (
        np.array([[1000.0, 1001.0, 1002.0]]),
        "exp(z) overflows: exp(1000) is infinite, and infinity divided by "
        "infinity is NaN. Subtract something from z first.",
    ),
    (
        np.array([[-1000.0, -1001.0, -1002.0]]),
        TOO_LOW,
    ),
    (
        np.array([[1000.0, 1001.0], [-1000.0, -1001.0]]),
        "One maximum is taken for the whole array: the second row becomes "
        "exp(-2001) = 0 everywhere, then 0 / 0. Take the maximum of each "
        "row.",
    ),
    (
        np.array([[-2000.0, 0.0, 2000.0]]),
        "What is subtracted is not the row's largest value, so exp still "
        "overflows.",
    ),
]


def _softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def _softmax_mistakes(z):
    e = np.exp(z)
    top = np.max(z, axis=1, keepdims=True)
    mistakes = [
        (
            e / np.sum(e),
            "The sum is over the whole array; each row is a sample and sums "
            "to 1 by itself (axis=1).",
        ),
        (
            e / np.sum(e, axis=0),
            "The columns sum to 1, not the rows: the sum is over the wrong "
            "axis.",
        ),
        (
            np.exp(z - top) / np.sum(np.exp(z - top)),
            "The sum is over the whole array; each row is a sample and sums "
            "to 1 by itself (axis=1).",
        ),
        (
            np.exp(z - top),
            "The largest value of each row is 1, where the sum should be: "
            "after subtracting the maximum, divide by the sum.",
        ),
        (e, "Numerator only: the division by the sum is missing."),
        (
            np.exp(z - top) / np.sum(e, axis=1, keepdims=True),
            "The maximum is subtracted above and not below: it cancels "
            "only if numerator and denominator use the same exponentials.",
        ),
        (
            z / np.sum(z, axis=1, keepdims=True),
            "The exponential is missing: z is divided by its sum.",
        ),
        (
            np.exp(-z) / np.sum(np.exp(-z), axis=1, keepdims=True),
            "The exponent has the wrong sign: the largest z gets the "
            "smallest probability.",
        ),
    ]
    if z.shape[0] == z.shape[1]:
        mistakes.append(
            (
                e / np.sum(e, axis=1),
                "The sums of the rows were spread over the columns: keep "
                "them a column with keepdims=True.",
            )
        )
    return mistakes


@exercise(
    "2.6",
    "counting parameters",
    returns="integer",
    hints=[
        "Go from layer to layer: behind M values, a layer of N neurons has "
        "M * N weights. What else has each neuron?",
        "sum of M * N + N over the neighbours (M, N) in the list: "
        "zip(sizes[:-1], sizes[1:]) gives them.",
    ],
)
def count(answer):
    cases = [[4, 3, 2], [3, 2], [2, 3, 2], [784, 128, 10]]
    cases += [[5, 4, 3, 2, 1], [4240, 7, 2]]
    for sizes in cases:
        pairs = list(zip(sizes[:-1], sizes[1:]))
        weights = sum(M * N for M, N in pairs)
        biases = sum(sizes[1:])
        first = pairs[0][0] * pairs[0][1] + pairs[0][1]
        last = pairs[-1][0] * pairs[-1][1] + pairs[-1][1]
        mistakes = [
            (weights, "The biases are missing: one for every neuron."),
            (
                weights + sum(sizes),
                "The input has no biases: it is the vector x, not a layer.",
            ),
            (
                weights + sum(sizes[:-1]),
                "The biases belong to the layer behind the weights: M * N "
                "weights come with N biases, not with M.",
            ),
            (
                weights + len(pairs),
                "One bias is counted for a layer; every neuron has its own.",
            ),
            (first, "Only the first layer is counted."),
            (last, "Only the last layer is counted."),
            (
                weights + sum(sizes[1:-1]),
                "The output neurons have biases too.",
            ),
            (
                int(np.prod(sizes)) + biases,
                "The sizes of all layers are multiplied with each other; "
                "each layer adds its own weights.",
            ),
            (sum(sizes), "These are the neurons; the links are wanted."),
        ]
        compare(
            _scalar(answer(sizes), "the number", f"sizes = {sizes}"),
            weights + biases, f"sizes = {sizes}", mistakes,
            name="the number of parameters", rtol=0, atol=0.1,
        )


def _scalar(value, name, given):
    """Return an answer that is one number, as a float."""
    array = as_array(value, name, given)
    if array.size != 1:
        raise Wrong(
            f"{name} should be one number; it has the shape {array.shape}.",
            given,
        )
    return float(array.reshape(-1)[0])


def _text(array):
    """Return an array as a short line."""
    return np.array2string(
        np.asarray(array), precision=4, threshold=8, edgeitems=2,
        separator=", ", suppress_small=True,
    ).replace("\n", "")


def _rows(array):
    """Return a matrix as a line if it is small, else its shape."""
    if array.size > 12:
        return f"of shape {array.shape}"
    return "= " + _text(array).replace(",  ", ", ")
