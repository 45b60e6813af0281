"""Checkers of notebook 05: the same network in a library, and deeper."""

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


@exercise(
    "5.1",
    "counting parameters",
    returns="integer",
    hints=[
        "Between a layer of M neurons and one of N there is a matrix (M, N), "
        "and the N neurons have one bias each.",
        "Go through the pairs of neighbours: `zip(sizes[:-1], sizes[1:])` "
        "gives them. Each pair adds M * N + N.",
    ],
)
def check_count(count_parameters):
    rng = np.random.default_rng(51)
    several = [[5, 4, 3, 2], [3, 2], [784, 128, 10]]
    several.append([int(n) for n in rng.integers(2, 40, 6)])
    for sizes in several:
        pairs = list(zip(sizes[:-1], sizes[1:]))
        weights, biases = sum(M * N for M, N in pairs), sum(sizes[1:])
        compare(
            count_parameters(sizes),
            weights + biases,
            given=f"sizes = {sizes}",
            mistakes=[
                (weights, "Only the weights are counted: each neuron also "
                 "has a bias."),
                (weights + sum(sizes), "The input has no biases: it is a "
                 "vector x, not a layer."),
                (biases, "Only the biases are counted."),
                (sum(sizes), "These are the neurons; between two layers "
                 "stands a matrix of M x N weights."),
                (weights + sum(sizes[:-1]), "The bias b^L has one entry for "
                 "each neuron of layer L (N), not of the layer before it."),
                (weights + len(pairs), "A layer has one bias for each of "
                 "its neurons, not one in all."),
                (pairs[0][0] * pairs[0][1] + pairs[0][1], "Only the first "
                 "layer is counted."),
                (np.prod(sizes), "The sizes are multiplied with each other; "
                 "each matrix joins only two neighbours."),
            ],
            name="the number of parameters",
        )
    return "For 784-128-10 that makes 101,770."


@exercise(
    "5.2",
    "the network as a Keras model",
    hints=[
        "`keras.Sequential([...])` takes a list: `keras.Input((M,))` first, "
        "then one `keras.layers.Dense(N)` for each layer.",
        'The hidden layers have `activation="relu"`; the last one has none. '
        "Hand `dtype` on to each of them.",
        "`for N in sizes[1:-1]: layers.append(keras.layers.Dense(N, "
        'activation="relu", dtype=dtype))`',
    ],
)
def check_build_model(build_model):
    for sizes in ([4, 3, 2], [6, 5, 5, 3]):
        given = f"sizes = {sizes}"
        model = build_model(sizes, "float64")
        weights = _weights_of(model, sizes, given)
        _compare_outputs(model, sizes, weights, given)
    sizes = [6, 5, 5, 3]
    _verify_type(build_model(sizes, "float32"), "float32", sizes)
    return "It starts at x and ends at z^H."


def _weights_of(model, sizes, given):
    """Give the model random weights; complain where it has others."""
    if model is None:
        raise Wrong("The function returns None: does it end with `return`?")
    if not hasattr(model, "get_weights"):
        kind = type(model).__name__
        raise Wrong(f"A Keras model should come back; it is a {kind}.", given)
    shapes = [tuple(w.shape) for w in model.get_weights()]
    expected = []
    for M, N in zip(sizes[:-1], sizes[1:]):
        expected += [(M, N), (N,)]
    if not shapes:
        raise Wrong(
            "The model has no weights yet: without `keras.Input` it does not "
            "know how long a vector x is.",
            given,
        )
    example = (given, str(expected), str(shapes))
    if len(shapes) > 2 and shapes[0] == (sizes[0], sizes[0]):
        raise Wrong(
            "The input was made a layer of neurons: sizes[0] belongs to "
            "`keras.Input` alone.",
            *example,
        )
    if shapes == expected[:-2]:
        raise Wrong("The output layer is missing.", *example)
    if len(expected) > 4 and shapes == _shapes_one_hidden(sizes):
        raise Wrong("Only one of the hidden layers was made.", *example)
    if shapes == expected[::2]:
        raise Wrong("The layers have no biases.", *example)
    if shapes != expected:
        raise Wrong("The weights have other shapes than these.", *example)
    _verify_type(model, "float64", sizes)
    rng = np.random.default_rng(sum(sizes))
    weights = [rng.normal(size=shape) for shape in expected]
    model.set_weights(weights)
    return weights


def _shapes_one_hidden(sizes):
    M, N, K = sizes[0], sizes[1], sizes[-1]
    return [(M, N), (N,), (N, K), (K,)]


def _verify_type(model, dtype, sizes):
    kinds = sorted({str(w.dtype) for w in model.get_weights()})
    if kinds != [dtype]:
        raise Wrong(
            "The argument dtype has to reach every layer.",
            f'sizes = {sizes}, dtype = "{dtype}"',
            f"weights of type {dtype}",
            f"weights of type {', '.join(kinds)}",
        )


def _compare_outputs(model, sizes, weights, given):
    """Compare the model's outputs with a loop over the layers."""
    rng = np.random.default_rng(52)
    x = rng.normal(size=(7, sizes[0]))

    def outputs(h, last):
        a = x
        for L in range(0, len(weights), 2):
            z = a @ weights[L] + weights[L + 1]
            a = last(z) if L == len(weights) - 2 else h(z)
        return a

    def same(z):
        return z

    def relu(z):
        return np.maximum(z, 0)

    def softmax(z):
        return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    no_h = "The hidden layers have no activation function."
    at_end = "has softmax at its end; it should return z^H, without it."
    compare(
        np.asarray(model(x)),
        outputs(relu, same),
        given=f"{given}, random weights",
        mistakes=[
            (outputs(relu, softmax), f"The model {at_end}"),
            (outputs(same, softmax), f"{no_h} And the model {at_end}"),
            (outputs(relu, relu), "The output layer has ReLU: z^H may be "
             "negative."),
            (outputs(same, same), no_h),
            (outputs(sigmoid, same), "The hidden layers have sigmoids; the "
             "network has ReLU."),
            (outputs(np.tanh, same), "The hidden layers have tanh; the "
             "network has ReLU."),
            (outputs(softmax, same), "The hidden layers have softmax; the "
             "network has ReLU."),
        ],
        name="the model's output",
        rtol=1e-5,
    )


@exercise(
    "5.3",
    "the relative error of two arrays",
    returns="number",
    hints=[
        "The norm of an array is the root of the sum of its squared entries, "
        "whatever its shape.",
        "`np.linalg.norm` gives it for vectors and matrices. Divide the norm "
        "of the difference by the norm of b.",
    ],
)
def check_relative_error(relative_error):
    def norm(v):
        return float(np.sqrt(np.sum(np.square(v))))

    rng = np.random.default_rng(53)
    pairs = [(np.array([3.0, 4.0]), np.array([1.0, 5.0]))]
    pairs.append((rng.normal(size=(4, 3)), rng.normal(size=(4, 3))))
    pairs.append((rng.normal(size=50), rng.normal(size=50) * 1e-3))
    for a, b in pairs:
        d = a - b
        mistakes = [
            (norm(d), "The difference is not divided by the size of b: the "
             "error is absolute."),
            (norm(d) / norm(a), "It is divided by the norm of a; the "
             "reference is b."),
            (norm(d) / (norm(a) + norm(b)), "It is divided by the sum of both "
             "norms; here b alone is the reference."),
            (norm(d) ** 2 / norm(b) ** 2, "The root is missing: these are "
             "the squares of the norms."),
            ((norm(a) - norm(b)) / norm(b), "The norms were subtracted. Two "
             "different arrays can have the same norm."),
            (abs(norm(a) - norm(b)) / norm(b), "The norms were subtracted "
             "from each other. Two different arrays can have the same norm."),
            (np.max(np.abs(d / b)), "This is the largest of the errors of "
             "single entries; it explodes where an entry of b is near 0."),
            (np.mean(np.abs(d / b)), "This is the mean of the errors of "
             "single entries; it explodes where an entry of b is near 0."),
            (np.abs(d / b), "One number is wanted, not one for each entry."),
            (np.max(np.abs(d)) / np.max(np.abs(b)), "The largest entries were "
             "compared; the task asks for norms."),
        ]
        if a.ndim == 2:
            spectral = np.linalg.norm(d, 2) / np.linalg.norm(b, 2)
            mistakes.append((spectral, "Of a matrix this is another norm "
                             "(the largest singular value)."))
        if a.size < 20:
            given = f"a = {a.tolist()}, b = {b.tolist()}"
        else:
            given = f"random arrays of shape {a.shape}"
        compare(relative_error(a, b), norm(d) / norm(b), given, mistakes,
                "the relative error")
    error = as_array(relative_error(pairs[1][0], pairs[1][0]))
    if error != 0:
        raise Wrong("An array has no distance from itself.", "a = b", 0, error)
    return None


@exercise(
    "5.4",
    "one descent step with the tape",
    hints=[
        "Turn each array into a `tf.Variable`: the tape watches variables, "
        "and nothing else by itself.",
        "Inside `with tf.GradientTape() as tape:` stands the forward pass "
        "down to the risk, one number; after it, "
        "`tape.gradient(risk, variables)`.",
        "z0 = x @ W0 + b0; a0 = tf.nn.relu(z0); z1 = a0 @ W1 + b1; "
        "risk = tf.reduce_mean("
        "tf.nn.softmax_cross_entropy_with_logits(y, z1)). Then B5 and B6.",
    ],
)
def check_tape_step(tape_step):
    for seed, D, rate in ((1, 6, 0.5), (2, 4, 0.125)):
        x, y, weights = _small_network(seed, D)
        answer = as_tuple(
            tape_step(x, y, weights, rate), 4, "the four new arrays"
        )
        given = f"D = {D}, learning_rate = {rate}, random weights"
        wrong = _wrong_steps(x, y, weights, rate)
        right = wrong.pop("right")
        names = ("W0", "b0", "W1", "b1")
        for k, name in enumerate(names):
            mistakes = [(value[k], text) for text, value in wrong.items()]
            compare(np.asarray(answer[k]), right[k], given, mistakes, name,
                    rtol=1e-5, atol=1e-7)
    return "Forward was enough: the tape went backwards."


def _small_network(seed, D, sizes=(5, 7, 3)):
    """Draw samples and weights of one hidden layer, nothing of it zero."""
    rng = np.random.default_rng(seed)
    M, N, K = sizes
    x = rng.uniform(0.1, 1, (D, M))
    y = np.eye(K)[rng.integers(0, K, D)]
    shapes = [(M, N), (N,), (N, K), (K,)]
    return x, y, [rng.normal(size=shape) for shape in shapes]


def _wrong_steps(x, y, weights, rate):
    """Return {what is wrong: its four arrays}, and the "right" ones."""
    right = _gradients(x, y, weights)
    D = len(x)

    def step(gradients, rate=rate):
        return [w - rate * g for w, g in zip(weights, gradients)]

    return {
        "right": step(right),
        "Nothing has changed: return the new arrays.": weights,
        "These are the gradients; the update B5 is still to come.": right,
        "The sign is wrong: gradient descent subtracts the gradient.":
            step(right, -rate),
        "The learning rate is missing in the update.": step(right, 1),
        "The sum over the samples was taken; the empirical risk is their "
        "mean (B1).": step([D * g for g in right]),
        "The mean was taken over the K outputs too: the sum over them "
        "belongs to each sample's loss (B4).":
            step([g / y.shape[1] for g in right]),
        "Softmax was taken twice: the loss with logits wants z1.":
            step(_gradients(x, y, weights, twice=True)),
        "The hidden layer has no ReLU.":
            step(_gradients(x, y, weights, relu=False)),
    }


def _gradients(x, y, weights, relu=True, twice=False):
    """Return the four gradients of the empirical risk. Source: S2, S3."""
    W0, b0, W1, b1 = weights
    z0 = x @ W0 + b0
    a0 = np.maximum(z0, 0) if relu else z0
    e = np.exp(a0 @ W1 + b1)
    a1 = e / e.sum(axis=1, keepdims=True)
    delta1 = a1 - y
    if twice:  # softmax of softmax, and its Jacobian
        e = np.exp(a1)
        g = e / e.sum(axis=1, keepdims=True) - y
        delta1 = a1 * (g - np.sum(a1 * g, axis=1, keepdims=True))
    delta1 = delta1 / len(x)
    delta0 = delta1 @ W1.T
    if relu:
        delta0 = delta0 * (z0 > 0)
    return [x.T @ delta0, delta0.sum(0), a0.T @ delta1, delta1.sum(0)]


@exercise(
    "5.5",
    "the recursion B13, any depth",
    hints=[
        "Start at the end: delta[H] = a[H] - y (B11), with H = len(W) - 1.",
        "Then count down: `for L in range(H - 1, -1, -1)`. B13 needs z of "
        "this layer, and W and delta of the next.",
        "One sample has W @ delta; D samples as rows have delta @ W.T.",
    ],
)
def check_deltas(deltas):
    # by hand: one sample, two hidden neurons, of which the first is closed
    z = [np.array([[-1.0, 2.0]]), np.array([[0.0, 0.0]])]
    a = [np.array([[0.0, 2.0]]), np.array([[0.5, 0.5]])]
    W = [np.eye(2), np.array([[1.0, 2.0], [3.0, 5.0]])]
    y = np.array([[1.0, 0.0]])
    by_hand = [np.array([[0.0, 1.0]]), np.array([[-0.5, 0.5]])]
    _compare_deltas(deltas, (y, z, a, W), by_hand, "1 sample, H = 1")
    for seed, sizes in ((3, (4, 5, 5, 5, 5)), (4, (6, 3, 4, 5, 7, 2))):
        case = _deep_network(seed, sizes)
        H = len(sizes) - 2
        _compare_deltas(deltas, case, _recursion(*case), f"H = {H}")
    return "One loop, whatever the number of layers."


def _deep_network(seed, sizes, D=6):
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=pair) for pair in zip(sizes[:-1], sizes[1:])]
    y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], D)]
    a, z = [rng.normal(size=(D, sizes[0]))], []
    for matrix in W:
        z.append(a[-1] @ matrix + rng.normal(size=matrix.shape[1]))
        a.append(np.maximum(z[-1], 0))
    e = np.exp(z[-1] - z[-1].max(axis=1, keepdims=True))
    a[-1] = e / e.sum(axis=1, keepdims=True)
    return y, z, a[1:], W


def _recursion(y, z, a, W, gate=None, sign=1):
    """Return the deltas, or what they become with another gate or sign."""
    gate = gate or (lambda L: z[L] > 0)
    delta = [sign * (a[-1] - y)]
    for L in reversed(range(len(W) - 1)):
        back = np.array([W[L + 1] @ row for row in delta[0]])
        delta.insert(0, gate(L) * back)
    return delta


def _compare_deltas(deltas, case, expected, given):
    y, z, a, W = case
    answer = deltas(y, z, a, W)
    if not isinstance(answer, (list, tuple)):
        kind = type(answer).__name__
        raise Wrong(f"A list of arrays should come back, not a {kind}.", given)
    count = len(W)
    if len(answer) == count - 1:
        raise Wrong(
            f"The list has {count - 1} arrays; there are {count} layers, "
            "from delta^0 to delta^H.",
            given,
        )
    answer = as_tuple(answer, count, f"a list of {count} arrays")
    if any(part is None for part in answer):
        raise Wrong(
            "Some delta is still None: the loop goes down to L = 0.", given
        )
    if not _equal(answer, expected) and _equal(answer[::-1], expected):
        raise Wrong(
            "The list is in the order of the calculation; delta^0 should "
            "come first.",
            given,
        )
    wrong = _wrong_deltas(y, z, a, W)
    for L in reversed(range(count)):
        mistakes = [(value[L], text) for text, value in wrong.items()]
        compare(answer[L], expected[L], given, mistakes, f"delta^{L}")


def _equal(answer, expected):
    return all(
        np.shape(p) == q.shape and np.allclose(p, q)
        for p, q in zip(answer, expected)
    )


def _wrong_deltas(y, z, a, W):
    """Return {what is wrong: its deltas}."""
    wrong = {
        "The sign is flipped: B11 says a^H - y.":
            _recursion(y, z, a, W, sign=-1),
        "h' is missing, or its gate never closes (a >= 0 is always true for "
        "ReLU): where z^L is negative, delta^L is 0.":
            _recursion(y, z, a, W, gate=lambda L: 1.0),
        "In place of h'(z^L) stands the activation a^L.":
            _recursion(y, z, a, W, gate=lambda L: a[L]),
        "In place of h'(z^L) stands z^L itself.":
            _recursion(y, z, a, W, gate=lambda L: z[L]),
        "1/D belongs to the gradients (B5), not to the deltas.":
            [d / len(y) for d in _recursion(y, z, a, W)],
    }
    square = all(M.shape == W[-1].shape for M in W[1:])
    if square and W[-1].shape[0] == W[-1].shape[1]:
        turned = [M.T for M in W]
        before = [W[-1], *W[:-1]]  # W[L] where W[L + 1] should be
        wrong["The transpose is missing: for rows it is delta @ W.T."] = (
            _recursion(y, z, a, turned)
        )
        if W[0].shape == W[-1].shape:
            wrong["W of the same layer was used; B13 has that of the next, "
                  "W^(L+1)."] = _recursion(y, z, a, before)
        wrong["h' was taken at z of the next layer; B13 has h'(z^L)."] = (
            _recursion(y, z, a, W, gate=lambda L: z[L + 1] > 0)
        )
    return wrong
