"""Checkers of notebook 04: the network in NumPy alone."""

from itertools import permutations

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


def _small_network(seed, D=5, M=4, N=6, K=3):
    """Draw a small network, images and labels, nothing of it zero."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 1, (D, M))
    W0, W1 = rng.normal(size=(M, N)), rng.normal(size=(N, K))
    b0, b1 = rng.normal(size=N), rng.normal(size=K)
    y = np.eye(K)[rng.integers(0, K, D)]
    return x, y, W0, b0, W1, b1


def _shown(**arrays):
    """Return small arrays as a text, to be redone by hand."""
    return ", ".join(
        f"{name} = {np.round(array, 3).tolist()}"
        for name, array in arrays.items()
    )


@exercise(
    "4.1",
    "forward propagation",
    returns=("array", "array", "array", "array"),
    hints=[
        "Write one line for each of the four equations, in their order. A "
        "sample is a row, so look in the table of shapes for the order of x "
        "and W0 that fits.",
        "The product of (D, M) and (M, N) has the shape (D, N); NumPy adds "
        "the bias (N,) to each row by itself.",
        "The output layer takes a0, not z0, and its activation function is "
        "softmax.",
    ],
)
def check_forward(forward):
    x = np.array([[1.0, 2.0], [0.0, 4.0]])
    W0, b0 = np.array([[1.0, -1.0], [1.0, 0.5]]), np.array([1.0, -1.0])
    W1, b1 = np.array([[1.0, 0.0], [5.0, 5.0]]), np.array([-4 - np.log(3), 0])
    # first row by hand: z0 = (4, -1), a0 = (4, 0), z1 = (-ln 3, 0)
    _compare_forward(forward, x, W0, b0, W1, b1)
    sizes = (1, 5, 4, 6, 3), (2, 1, 1, 1, 2), (3, 1, 3, 2, 4)
    for seed, D, M, N, K in sizes:
        x, _, W0, b0, W1, b1 = _small_network(seed, D, M, N, K)
        _compare_forward(forward, x, W0, b0, W1, b1)
    far = np.array([[1000.0, 1001, 999], [-1000, -1001, -999],
                    [-2000, 0, 2000]])
    a1 = forward(np.eye(3), np.eye(3), np.zeros(3), far, np.zeros(3))
    a1 = as_array(as_tuple(a1, 4, "z0, a0, z1, a1")[3], "a1")
    if not np.all(np.isfinite(a1)):
        raise Wrong(
            "a1 is not a number where z1 is large or the rows lie far apart: "
            "exp overflows, or a sum is rounded to 0. Use `softmax` from the "
            "notebook, which subtracts the largest value of each row.",
            f"z1 = {far.astype(int).tolist()}", None, a1,
        )
    return "Each row of a1 is a probability distribution (F5)."


def _compare_forward(forward, x, W0, b0, W1, b1):
    z0 = np.array([[r @ c for c in W0.T] for r in x]) + b0
    a0 = np.where(z0 > 0, z0, 0)
    z1 = np.array([[r @ c for c in W1.T] for r in a0]) + b1
    e = np.exp(z1 - z1.max())
    a1, all_rows = e / e.sum(axis=1, keepdims=True), e / np.sum(e)
    answer = as_tuple(forward(x, W0, b0, W1, b1), 4, "z0, a0, z1, a1")
    sizes = x.shape, W0.shape, W1.shape
    given = _shown(x=x, W0=W0, b0=b0, W1=W1, b1=b1)
    if x.size > 4:
        given = "x {}, W0 {}, W1 {}".format(*sizes)
    inverted = (
        "In {0}, {1} stands on the wrong side: a sample is a row of {2}. Look "
        "in the table of shapes which product has the shape of {0}."
    )
    mistakes = {
        "z0": [
            (x @ W0, "The bias b0 is missing in z0."),
            (a0, "z0 holds what belongs into a0: negative values were set to "
             "0 in z0 itself. `a0 = z0` gives the same array a second name; "
             "`relu(z0)` makes a new one."),
        ],
        "a0": [
            (z0, "a0 equals z0: the activation function is missing."),
            (np.abs(z0), "a0 is |z0|; ReLU sets what is negative to 0."),
            (1 / (1 + np.exp(-z0)), "a0 is a sigmoid of z0; S1 has ReLU."),
            (np.exp(z0) / np.exp(z0).sum(1, keepdims=True), "a0 is softmax "
             "of z0; softmax belongs to the output layer."),
            ((z0 > 0) * 1.0, "a0 is the derivative of ReLU, 0 or 1; it "
             "should be ReLU itself."),
        ],
        "z1": [
            (a0 @ W1, "The bias b1 is missing in z1."),
            (z0 @ W1 + b1, "z1 was made from z0; it needs a0."),
        ],
        "a1": [
            (z1, "a1 equals z1: softmax is missing."),
            (np.where(z1 > 0, z1, 0), "a1 is ReLU of z1; the output layer "
             "has softmax."),
            (np.exp(z1), "a1 is exp(z1): divide each row by its sum."),
            (all_rows, "Softmax divides by the sum of the whole matrix; each "
             "sample has a distribution of its own, so divide row by row."),
            (e / e.sum(axis=0), "Softmax divides by the sums of the columns; "
             "a sample is a row."),
        ],
    }
    if x.shape == W0.shape == W1.shape:
        wrong = inverted.format("z0", "W0", "x")
        mistakes["z0"] += [(W0.T @ x + b0, wrong), (W0 @ x + b0, wrong)]
        wrong = inverted.format("z1", "W1", "a0")
        mistakes["z1"] += [(W1.T @ a0 + b1, wrong), (W1 @ a0 + b1, wrong)]
    right = (z0, a0, z1, a1)
    if x.size == 4 and not _alike(answer, right):
        for order in permutations(mistakes):
            if _alike(answer, [right["z0 a0 z1 a1".split().index(name)]
                               for name in order]):
                raise Wrong(
                    "The four arrays are right, but come in the order "
                    f"{', '.join(order)}; return z0, a0, z1, a1.", given
                )
    for name, value, expected in zip(mistakes, answer, right):
        compare(value, expected, given, mistakes[name], name)


def _alike(answer, arrays):
    """Are these four parts the four arrays?"""
    parts = [as_array(part) for part in answer]
    return all(part.shape == array.shape and np.allclose(part, array, 1e-5)
               for part, array in zip(parts, arrays))


@exercise(
    "4.2",
    "backpropagation",
    returns=("array", "array", "array", "array"),
    hints=[
        "Begin with delta1, one row for each sample. The sum over the "
        "samples of the products a0 (delta1)^T is *one* matrix product: "
        "which order of a0 and delta1, and which transpose, gives the shape "
        "(N, K) of W1?",
        "For delta0 the product of delta1 and W1 has to have the shape "
        "(D, N) of z0; it is then multiplied element by element with "
        "h_prime(z0).",
        "The gradient of a bias is the mean of delta over the samples: "
        "along axis 0. Each of the four gradients is divided by D once.",
    ],
)
def check_backward(backward):
    x = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0]])
    z0 = np.array([[2.0, -1.0], [0.0, 4.0], [1.0, 3.0]])  # one of them a tie
    a1 = np.array([[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]])  # one saturated
    y = np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    W1 = np.array([[1.0, 3.0], [-1.0, 2.0]])
    a0 = np.maximum(z0, 0)
    delta1 = a1 - y
    delta0 = (z0 > 0) * (delta1 @ W1.T)
    by_hand = {"W1": a0.T @ delta1 / 3, "b1": delta1.mean(axis=0),
               "W0": x.T @ delta0 / 3, "b0": delta0.mean(axis=0)}
    given = _shown(x=x, y=y, z0=z0, a0=a0, a1=a1, W1=W1)
    _compare_backward(backward, x, y, z0, a0, a1, W1, by_hand, given)
    for seed, sizes in ((3, (5, 4, 6, 3)), (5, (1, 2, 3, 2))):
        x, y, W0, b0, W1, b1 = _small_network(seed, *sizes)
        z0 = x @ W0 + b0
        a0 = np.maximum(z0, 0)
        e = np.exp(a0 @ W1 + b1)
        a1 = e / e.sum(axis=1, keepdims=True)
        parameters = {"W0": W0, "b0": b0, "W1": W1, "b1": b1}
        right = _numerical_gradients(x, y, parameters)
        given = f"x {x.shape}, y {y.shape}, W1 {W1.shape}, D = {len(x)}"
        _compare_backward(backward, x, y, z0, a0, a1, W1, right, given)
    return "All four arrays agree with central differences of the risk."


def _compare_backward(backward, x, y, z0, a0, a1, W1, right, given):
    answer = as_tuple(
        backward(x, y, z0, a0, a1, W1), 4, "dW0, db0, dW1, db1"
    )
    wrong = _wrong_gradients(x, y, z0, a0, a1, W1)
    for place, name in ((2, "W1"), (3, "b1"), (0, "W0"), (1, "b0")):
        mistakes = [(v, f"d{name}: {words}") for v, words in wrong[name]]
        compare(answer[place], right[name], given, mistakes,
                name="d" + name, rtol=1e-5, atol=1e-8)


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
    back = delta1 @ W1.T
    delta0 = (z0 > 0) * back
    no_mean = (
        "it is D times too large. The risk is a mean over D samples, so 1/D "
        "is missing."
    )
    no_gate = (
        "the factor h'(z0) is missing or always 1. Where z0 is negative, "
        "B13 multiplies by 0. (a0 >= 0 is always true, since a0 is never "
        "negative.)"
    )
    tie = (
        "the factor h'(z0) is 1 at z0 = 0; `h_prime` gives 0 there, so use "
        "it, or z0 > 0."
    )
    flipped = "the sign is flipped. delta1 is a1 - y (B11), not y - a1."
    twice = "1/D is there twice."
    z_gate = "B13 has the derivative h'(z0); here stands z0 itself."
    a_gate = "B13 has the derivative h'(z0); here stands the activation a0."
    saturated = (
        "delta1 has a factor a1 (1 - a1) too many. In B11 it has cancelled "
        "already."
    )
    sigmoid = a1 * (1 - a1) * delta1
    found = {
        "W1": [
            (a0.T @ delta1, no_mean), (-a0.T @ delta1 / D, flipped),
            (z0.T @ delta1 / D, "it was made with z0; B7 has a0."),
            (a0.T @ delta1 / D**2, twice),
            (delta1.T @ a0 / D, "it is transposed. Its shape is that of W1, "
             "(N, K)."),
            (a0.T @ sigmoid / D, saturated),
            (x.T @ delta0 / D, "that is dW0. The order is dW0, db0, dW1, "
             "db1."),
        ],
        "W0": [
            (x.T @ back / D, no_gate),
            (x.T @ ((z0 >= 0) * back) / D, tie),
            (x.T @ delta0, no_mean), (x.T @ delta0 / D**2, twice),
            (x.T @ (z0 * back) / D, z_gate), (x.T @ (a0 * back) / D, a_gate),
            (-x.T @ delta0 / D, flipped),
            (delta0.T @ x / D, "it is transposed. Its shape is that of W0, "
             "(M, N)."),
        ],
    }
    columns = (
        "the formula for one column stands here as it is. A sample is a row "
        "of {0} and of {1}: look in the table of shapes which transpose gives "
        "{2}, the shape of {3}."
    )
    for name, rows, delta, shape in (("W1", "a0", "delta1", "(N, K)"),
                                     ("W0", "x", "delta0", "(M, N)")):
        left, right = {"a0": (a0, delta1), "x": (x, delta0)}[rows]
        if left.shape == right.shape:
            words = columns.format(rows, delta, shape, name)
            found[name] += [(left @ right.T / d, words) for d in (1, D)]
    if W1.shape[0] == W1.shape[1]:
        other = (z0 > 0) * (delta1 @ W1)
        found["W0"].append(
            (x.T @ other / D, "in delta0 the matrix W1 is not transposed. "
             "W1 has the shape (N, K), and delta1 (D, K) has to become "
             "(D, N).")
        )
    not_summed = (
        "there is still one row for each sample. The gradient of a bias is "
        "summed over the samples (axis 0) and divided by D."
    )
    axis = (
        "it was summed over the neurons (axis 1); sum over the samples "
        "(axis 0)."
    )
    for name, delta in (("b1", delta1), ("b0", delta0)):
        total, across = delta.sum(axis=0), delta.sum(axis=1)
        found[name] = [
            (total, no_mean), (total / D**2, twice), (-total / D, flipped),
            (delta, not_summed), (delta / D, not_summed),
            (across / D, axis), (across, axis),
            (np.sum(delta) / D, "it was summed over everything; sum over the "
             "samples alone (axis 0)."),
            (np.mean(delta), "it is the mean over everything; take the mean "
             "over the samples alone (axis 0)."),
            (total[None] / D, "it has two axes, from keepdims; a bias has "
             "one: (N,)."),
        ]
    found["b1"].append((sigmoid.sum(axis=0) / D, saturated))
    found["b0"] += [
        (back.sum(axis=0) / D, no_gate),
        (((z0 >= 0) * back).sum(axis=0) / D, tie),
    ]
    return found


@exercise(
    "4.3",
    "the step",
    hints=[
        "Every parameter is treated in the same way: go through both tuples "
        "together, for example with `zip`.",
        "The step goes *down* the gradient: subtract. A new array comes from "
        "p - ..., while p -= ... changes the old one.",
        "Collect the four new arrays, and return them as a tuple.",
    ],
)
def check_update(update):
    first = (np.array([4.0]), np.array([3.0]), np.array([5.0]),
             np.array([7.0]))
    slopes = (np.array([1.0]), np.array([10.0]), np.array([-2.0]),
              np.array([0.0]))
    rng = np.random.default_rng(43)
    shapes = (3, 2), (2,), (2, 4), (4,)
    cases = [(first, slopes, 0.5)]
    for rate in (0.1, 0.0):
        cases.append((tuple(rng.normal(size=s) for s in shapes),
                      tuple(rng.normal(size=s) for s in shapes), rate))
    for old, slope, rate in cases:
        _compare_update(update, old, slope, rate)
    old, slope = (
        tuple(array.astype(np.float32) for array in part)
        for part in cases[1][:2]
    )
    new = as_tuple(update(old, slope, 0.1), 4, "four arrays")
    kinds = [np.asarray(array).dtype for array in new]
    if any(kind != np.float32 for kind in kinds):
        raise Wrong(
            "The parameters are float32, and the new ones are not: training "
            "would become slow. Subtract without converting.",
            "four arrays of float32", "float32", str(kinds[0]),
        )


def _compare_update(update, old, slope, rate):
    new = update(old, slope, rate)
    parts = as_tuple(new, 4, "a tuple of four new arrays")
    names = "W0", "b0", "W1", "b1"
    still = ": its own step, minus the rate times its gradient, is missing."
    if _alike(parts, old):
        still = (", nor have the others. Inside a loop, `p = ...` gives a "
                 "name to a new array, and the tuple keeps the old one: "
                 "collect the new ones.")
    for name, p, g, value in zip(names, old, slope, parts):
        given = f"learning_rate = {rate}"
        if p.size == 1:
            given = f"{name} = {p}, its gradient {g}, " + given
        mistakes = [
            (p + rate * g, f"{name} goes up the gradient: the step is minus "
             "the rate times the gradient."),
            (p - g, f"{name}: the learning rate is missing."),
            (rate * g, f"{name}: that is the step alone; subtract it from "
             "the parameter."),
            (-rate * g, f"{name}: that is the step alone; add it to the "
             "parameter."),
            (rate * (p - g), f"{name}: the rate multiplies the gradient "
             "alone, not the parameter."),
        ]
        if rate:
            mistakes += [
                (p, f"{name} has not moved{still}"),
                (p - g / rate, f"{name}: the gradient is divided by the "
                 "learning rate; multiply."),
            ]
        compare(value, p - rate * g, given, mistakes, name)
        if not isinstance(value, np.ndarray):
            raise Wrong(
                f"The value of {name} is right, but it is no array of NumPy: "
                "later cells need p - learning_rate * g itself.", given
            )
    if not isinstance(new, tuple):
        raise Wrong(
            "The four arrays are right, but they do not come as a tuple: "
            "return tuple(...)."
        )


@exercise(
    "4.4",
    "mini-batches",
    hints=[
        "`rng.permutation(D)` is all row numbers, shuffled. Cut it into "
        "pieces of batch_size.",
        "The pieces start at 0, batch_size, 2 batch_size, ...: `range` takes "
        "a step as its third argument.",
        "A slice that goes past the end of an array is simply shorter, so "
        "the last batch needs no special case.",
    ],
)
def check_mini_batches(mini_batches):
    for D, size in ((10, 4), (12, 3), (5, 8), (1, 1), (6, 6), (3, 1)):
        given = f"D = {D}, batch_size = {size}"
        batches = _batches(mini_batches, D, size, 7, given)
        lengths = [len(batch) for batch in batches]
        rows = np.concatenate(batches) if batches else np.array([], int)
        wanted = [min(size, D - start) for start in range(0, D, size)]
        if lengths == wanted and all(
            len(set(batch.tolist())) == len(batch) for batch in batches
        ) and len(set(rows.tolist())) < D:
            raise Wrong(
                "The rows of each batch are chosen anew from all rows (is "
                "rng.permutation inside the loop?), so some come in two "
                "batches and others in none: shuffle once, before the loop.",
                given, None, str([batch.tolist() for batch in batches]),
            )
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
    _compare_company(mini_batches)


def _compare_company(mini_batches, D=50, size=8, times=100):
    """Refuse rows that come together far more often than by chance."""
    together = np.zeros((D, D), int)
    for seed in range(times):
        for batch in _batches(mini_batches, D, size, seed, f"D = {D}"):
            together[np.ix_(batch, batch)] += 1
    np.fill_diagonal(together, 0)
    first, second = np.unravel_index(np.argmax(together), together.shape)
    if together[first, second] > times // 2:  # by chance: about 13
        raise Wrong(
            f"The rows {first} and {second} are in the same batch for "
            f"{together[first, second]} of {times} rng. Shuffle the rows and "
            "then cut them into batches; it is not enough to shuffle fixed "
            "batches, to shuffle inside them, or to begin elsewhere.",
            f"D = {D}, batch_size = {size}",
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
    if any(isinstance(batch, tuple) for batch in answer):
        raise Wrong(
            "A batch is a tuple; x[batch] would take it for one index for "
            "each axis. Yield an array of row numbers, such as a slice of "
            "the shuffled array.",
            given,
        )
    batches = [as_array(b, "a batch", given) for b in answer]
    for batch in batches:
        if batch.ndim != 1:
            raise Wrong(
                "A batch is an array of row numbers with one axis, also where "
                "it holds a single one; here a batch is "
                + ("a single number, no array." if batch.ndim == 0 else
                   f"an array of shape {batch.shape}."),
                given,
            )
    if any(batch.dtype.kind not in "iu" for batch in batches):
        raise Wrong("Row numbers are integers.", given)
    return batches


def _compare_rows(rows, D, given):
    foreign = sorted(set(rows.tolist()) - set(range(D)))
    if foreign:
        raise Wrong(
            f"There is no row {foreign[0]}: the rows of D = {D} images are "
            f"numbered from 0 to {D - 1}.", given,
        )
    missing = sorted(set(range(D)) - set(rows.tolist()))
    if missing:
        why = "was drawn with replacement"
        if len(rows) < D:
            why = "is the last, shorter batch lost"
        raise Wrong(
            f"Some rows are never used in the epoch ({why}?): {missing[:5]}.",
            given,
        )
    if len(rows) > D:
        raise Wrong("Some rows are used twice in the epoch.", given)


@exercise(
    "4.5",
    "cosine between gradients",
    returns="number",
    hints=[
        "The four arrays of a gradient are parts of one vector. The scalar "
        "product of two long vectors is the sum of the scalar products of "
        "their parts.",
        "Either flatten the arrays and join them (`np.ravel`, "
        "`np.concatenate`), or add up `np.sum(a * b)` over the four pairs.",
        "Three such sums are needed: g with h, g with g, h with h. A length "
        "is the square root of a sum of squares.",
    ],
)
def check_cosine(cosine):
    g = np.array([3.0, 1.0]), np.array([4.0])
    h = np.array([1.0, 2.0]), np.array([-4.0])
    cases = [(g, h, "g = ([3, 1], [4]), h = ([1, 2], [-4])")]
    one = tuple(np.array([v]) for v in (3.0, 4.0))
    two = tuple(np.array([v]) for v in (3.0, 0.0))
    cases.append((one, two, "g = ([3], [4]), h = ([3], [0])"))
    cases.append((one, tuple(-2 * v for v in one),
                  "g = ([3], [4]), h = ([-6], [-8])"))
    cases.append((one, tuple(np.array([v]) for v in (-4.0, 3.0)),
                  "g = ([3], [4]), h = ([-4], [3])"))
    rng = np.random.default_rng(45)
    shapes = (3, 2), (2,), (2, 4), (4,)
    for size in (1.0, 1e-6):
        g, h = (
            tuple(size * (k + 1) * rng.normal(size=s)
                  for k, s in enumerate(shapes))
            for _ in "gh"
        )
        given = f"arrays of shapes {shapes}, values near {size:g}"
        cases.append((g, h, given))
    for g, h, given in cases:
        _compare_cosine(cosine, g, h, given)


def _compare_cosine(cosine, g, h, given):
    with np.errstate(all="ignore"):
        dots = np.array([np.sum(a * b) for a, b in zip(g, h)])
        gg = np.array([np.sum(a * a) for a in g])
        hh = np.array([np.sum(a * a) for a in h])
        dot, G, H = dots.sum(), gg.sum(), hh.sum()
        right = dot / np.sqrt(G * H)
        each = dots / np.sqrt(gg * hh)
        counts = sum(np.size(a) for a in g), len(g)
        longest = [
            (dot, "That is the scalar product; divide it by both lengths."),
            (dot / (G * H), "It is divided by the squares of the lengths: "
             "a length is the square root of the sum of squares."),
            (dot / G, "It is divided by the square of g's length, but not "
             "by the length of h."),
            (dot / H, "It is divided by the square of h's length, but not "
             "by the length of g."),
            (dot / np.sqrt(G), "The length of h is missing."),
            (dot / np.sqrt(H), "The length of g is missing."),
            (np.mean(each), "That is the mean of a cosine for each array; "
             "all entries together are one vector, so add up first."),
            (np.sum(each), "That is the sum of a cosine for each array; all "
             "entries together are one vector, so add up first."),
            (each[0], "That is the cosine of the first arrays alone."),
            (np.arccos(np.clip(right, -1, 1)), "That is the angle; the "
             "cosine was asked for."),
            (np.abs(right), "The sign is lost: the cosine of opposite "
             "gradients is -1."),
            (dot / np.sum(np.sqrt(gg)) / np.sum(np.sqrt(hh)), "The lengths "
             "of the single arrays were added; the length of the whole is "
             "the square root of the sum of *all* squares."),
            (1 - right, "That is 1 minus the cosine, a distance."),
            *((dot / count**2, "It is divided by numbers of values (len); "
               "the length of a vector is the square root of the sum of its "
               "squares.") for count in counts),
        ]
    compare(cosine(g, h), right, given, longest, "the cosine", rtol=1e-5)


@exercise(
    "4.6",
    "confusion matrix",
    returns="array",
    hints=[
        "Begin with a matrix of zeros of shape (K, K), of integers, and "
        "count one sample after the other.",
        "The true class chooses the row, the predicted one the column. (All "
        "at once, `counts[true, predicted] += 1` counts a repeated pair only "
        "once.)",
    ],
)
def check_confusion(confusion):
    rng = np.random.default_rng(45)
    cases = [(np.array([0, 0, 2, 2, 2]), np.array([0, 2, 2, 2, 0]), 4),
             (np.array([1]), np.array([0]), 2)]
    cases.append((*rng.integers(0, 4, (2, 40)), 4))
    many = np.repeat([0, 1, 1], [300, 200, 1])  # more than 8 bits can count
    cases.append((many, np.zeros_like(many), 2))
    for true, predicted, K in cases:
        D = len(true)
        counts = np.zeros((K, K))
        for t, p in zip(true, predicted):
            counts[t, p] += 1
        given = f"true {true}, predicted {predicted}, K = {K}"
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        off = counts - np.diag(np.diag(counts))
        eight = (
            "The large counts are wrong: integers of 8 bits count no further "
            "than 127 or 255. Leave the kind of integer to NumPy: dtype=int."
        )
        compare(
            confusion(true, predicted, K),
            counts,
            given if D < 9 else f"{D} random samples of {K} classes",
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
                (np.tile(counts.sum(axis=0), (K, 1)), "All rows are the same: "
                 "`[[0] * K] * K` holds *one* list K times. Begin with "
                 "np.zeros((K, K), dtype=int)."),
                (counts % 256, eight), ((counts + 128) % 256 - 128, eight),
                (off, "The diagonal is empty: right predictions count too."),
            ],
            name="the matrix",
        )
