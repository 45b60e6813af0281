"""Checkers of notebook 02: softmax, forward, tent."""

import re
import time

import numpy as np
from threadpoolctl import threadpool_limits

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise

# s of processor time that a call may take, and more for each digit ...
CALL, DIGIT = 0.005, 1e-4  # NumPy needs 4e-6 for each, a loop over rows 2e-5
TIMES = 25  # ... or so many times what NumPy needs, on a slow machine


@exercise(
    "2.1",
    "softmax that does not overflow",
    returns="array",
    hints=[
        "Which constant makes the largest exponent of a row exactly 0? Then "
        "no exponential is above 1, and the sum of the row is at least 1.",
        "Each row is a sample: its largest value and its sum are taken along "
        "axis=1. With keepdims=True they stay a column, which NumPy can "
        "subtract from all columns of z.",
    ],
)
def softmax(answer):
    rng = np.random.default_rng(25)
    cases = [
        np.array([[0.0, 1.0, 2.0], [3.0, 1.0, -1.0], [0.5, 0.5, -2.0]]),
        np.array([[0.0, np.log(3.0)], [5.0, 5.0], [-1.0, 1.0]]),
        np.array([[3.0], [-2.0]]),
    ]
    cases += [rng.normal(0, 2, shape) for shape in ((1, 10), (5, 2), (2, 4))]
    for z in cases:
        given, received = f"z {_rows(z)}", answer(z)
        if not np.all(np.isfinite(as_array(received, "softmax(z)", given))):
            raise Wrong(TOO_LOW, given, _softmax(z), received)
        compare(
            received, _softmax(z), given, _softmax_mistakes(z),
            name="the result",
        )
    for z in LARGE:
        given, expected = f"z {_rows(z)}", _softmax(z)
        received = as_array(answer(z), "softmax(z)", given)
        overflows, finite = _overflows(answer, z), np.isfinite(received)
        if not np.all(finite):
            one = finite.ndim == 2 and finite.all(axis=1).tolist()
            cause = ONE if one == [True, False] else TOO_LOW
            raise Wrong(OVERFLOW if overflows else cause, given, expected,
                        received)
        cause = LATE if overflows else CUT
        if not overflows and np.any(np.sum(received, axis=-1) == 0):
            cause = HIDDEN
        if z.dtype.kind == received.dtype.kind == "i":
            cause = WHOLE
        compare(received, expected, given, [(received, cause)], "softmax(z)")


TOO_LOW = (
    "What is subtracted is too large for this row: exp of what is left is 0 "
    "for all its values, and 0 / 0 is NaN. The constant has to suit each row."
)
OVERFLOW = (
    "exp overflows in this row: what is subtracted, if anything, is too "
    "small, exp gives infinity, and infinity / infinity is NaN."
)
ONE = (
    "One constant is used for all rows: it suits the first row, and in the "
    "second one exp of what is left is 0 everywhere, and 0 / 0 is NaN. Each "
    "row needs its own."
)
HIDDEN = (
    "All values of a row are 0: exp of what is left is 0 for all of them, and "
    "a small number added to the sum only hides 0 / 0. The constant has to "
    "suit each row."
)
LATE = (
    "exp overflows in this row, and what is done afterwards (a logarithm, a "
    "limit, nan_to_num) comes too late: make z smaller before exp."
)
CUT = (
    "The result is finite but wrong: a limit put on z or on exp(z) changes "
    "the probabilities, and a constant far from the largest value loses "
    "digits."
)
WHOLE = (
    "z holds integers here, and so does the result, an array made like z: the "
    "decimals are cut off. Probabilities need an array of floats."
)
LARGE = [
    np.array([[1000.0, 1001.0, 1002.0]]),
    np.array([[-1000.0, -1001.0, -1002.0]]),
    np.array([[1000.0, 1001.0], [-1000.0, -1001.0]]),
    np.array([[-2000.0, 0.0, 2000.0]]),
    np.array([[1000, 1001, 1002]]),
]


def _overflows(answer, z):
    """Does anything overflow in an answer? Found by running it once more."""
    found = []
    with np.errstate(over="call", call=lambda *what: found.append(what)):
        answer(z.copy())
    return bool(found)


def _softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def _softmax_mistakes(z):
    e = np.exp(z)
    top = np.max(z, axis=1, keepdims=True)
    e_column = np.exp(z - np.max(z, axis=0))
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
        (
            e_column / np.sum(e_column, axis=1, keepdims=True),
            "The maxima of the columns are subtracted (axis=0). What cancels "
            "is the same constant in the whole row: take the maximum of each "
            "row.",
        ),
    ]
    if z.shape[0] == z.shape[1]:
        e_max = np.exp(z - np.max(z, axis=1))
        flat = "were spread over the columns: keep them a column with "
        flat += "keepdims=True."
        mistakes += [
            (e / np.sum(e, axis=1), f"The sums of the rows {flat}"),
            (
                np.exp(z - top) / np.sum(np.exp(z - top), axis=1),
                f"The sums of the rows {flat}",
            ),
            (
                e_max / np.sum(e_max, axis=1),
                f"The maxima and the sums of the rows {flat}",
            ),
            (
                e_max / np.sum(e_max, axis=1, keepdims=True),
                f"The maxima of the rows {flat}",
            ),
        ]
    return mistakes


@exercise(
    "2.2",
    "forward, for any number of layers",
    hints=[
        "Begin with one layer: z[0] comes from x by `layer`. What does the "
        "next layer receive: x, z[0] or a[0]?",
        "There are len(parameters) // 2 layers. In a loop over L, the names "
        'in the dict are f"W{L}" and f"b{L}". Keep what the next layer '
        "receives in one variable, which is x before the loop.",
        "In each turn of the loop: compute z from that variable and append "
        "it; compute a from z, by softmax if this is the last layer and by "
        "relu if it is not, and append it; then a is what comes next.",
    ],
)
def forward(answer):
    rng = np.random.default_rng(22)
    x, parameters = np.array([[1.0, 2.0], [-1.0, 0.0]]), TINY
    _judge_forward(answer, x, parameters, _numbers(x, parameters))
    for D, sizes in SHAPES:
        x, parameters = _network(D, sizes, rng)
        given = f"x of shape {x.shape}, sizes of the layers {sizes[1:]}"
        if x.size + sum(each.size for each in parameters.values()) <= 14:
            given = _numbers(x, parameters)
        _judge_forward(answer, x, parameters, given)
    x = np.array([[1.0, 0.0], [0.0, 1.0]])
    high = {"W0": np.array([[1000.0, 1001.0], [-1000.0, -1001.0]]),
            "b0": np.zeros(2)}
    _judge_forward(answer, x, high, _numbers(x, high))
    for D in (5, 20, 100, 1000):  # few first: three nested loops take long
        x, parameters = _network(D, (784, 128, 10), rng)
        with threadpool_limits(limits=1):
            own = min(_seconds(_pass, x, parameters) for _ in range(3))
            limit = max(CALL + DIGIT * D, TIMES * own)
            slow = all(_seconds(answer, x, parameters) > limit
                       for _ in range(2))  # once more only after a slow one
        if slow:
            raise Wrong(
                "The values are right, but loops over neurons or single "
                "numbers are too slow: later cells send 1,000 digits through "
                "400 networks. Use `layer`, which works on all rows at once."
            )


def _seconds(function, *arguments):
    """Return the processor time of a call."""
    start = time.thread_time()
    function(*arguments)
    return time.thread_time() - start


TINY = {
    "W0": np.array([[0.5, -1.0], [0.25, 0.5]]),
    "b0": np.array([0.0, 0.5]),
    "W1": np.array([[1.0, -1.0], [2.0, 0.5]]),
    "b1": np.array([-0.5, 0.5]),
}
# samples, and the sizes of input and layers: none hidden, one, several
SHAPES = [
    (2, (3, 2)), (1, (2, 1, 3)), (3, (2, 4, 2)), (4, (3, 3, 3, 3)),
    (1, (1, 1)), (5, (4, 2, 3, 2)), (2, (2,) * 13),
]


def _network(D, sizes, rng):
    """Return random x (D, M) and parameters; some neurons are off."""
    parameters = {}
    for L, (M, N) in enumerate(zip(sizes[:-1], sizes[1:])):
        signs = rng.choice([-1, 1], (M, N), p=[0.4, 0.6])
        parameters[f"W{L}"] = np.round(signs * rng.uniform(0.3, 1, (M, N)), 2)
        parameters[f"b{L}"] = np.round(rng.uniform(0.1, 0.5, N), 2)
    return np.round(rng.normal(0, 1, (D, sizes[0])), 2), parameters


def _numbers(x, parameters):
    """Return an input with its numbers, in a few lines."""
    own = [f"{key} {_rows(each)}" for key, each in parameters.items()]
    return ",\n            ".join([f"x {_rows(x)}", *own])


def _relu(z):
    return np.maximum(z, 0)


def _pass(x, parameters, h=_relu, last=None, feed="a",
          layer=lambda a, W, b: a @ W + b):
    """Return the lists z and a of a forward pass, right by default."""
    H, z, a, before = len(parameters) // 2 - 1, [], [], x
    for L in range(H + 1):
        z.append(layer(before, parameters[f"W{L}"], parameters[f"b{L}"]))
        a.append((last or _softmax)(z[L]) if L == H else h(z[L]))
        before = {"a": a[L], "z": z[L], "x": x}[feed]
    return z, a


COLUMNS = (
    "Samples are rows in the program: z is a @ W + b. W.T @ a is the "
    "lecture's formula for one sample, a column."
)
ACROSS = (
    "The biases are added along the wrong axis. Samples are rows in the "
    "program: z is a @ W + b."
)
MISTAKES = [
    ({"h": lambda z: z}, "The hidden layers have no activation function: "
     "their a should be relu(z)."),
    ({"feed": "z"}, "The next layer receives z; it should receive a, what "
     "leaves the layer before."),
    ({"feed": "x"}, "Every layer receives x. Only the first one does; each "
     "other layer receives the a of the layer before it."),
    ({"last": lambda z: z}, "The last layer has no softmax: a[-1] are the "
     "scores."),
    ({"last": _relu}, "The last layer applies ReLU; it should apply "
     "softmax."),
    ({"last": lambda z: _softmax(_relu(z))}, "The last layer applies ReLU "
     "and then softmax; its scores go to softmax as they are."),
    ({"h": lambda z: _softmax(z)}, "All layers apply softmax. The hidden "
     "layers should apply relu."),
    ({"h": lambda z: _softmax(_relu(z))}, "The hidden layers apply relu and "
     "softmax; softmax belongs to the last layer alone."),
    ({"layer": lambda a, W, b: a @ W}, "The biases are missing."),
    ({"layer": lambda a, W, b: a @ W - b}, "The biases are subtracted; they "
     "should be added."),
    ({"layer": lambda a, W, b: a @ W.T + b}, "The weights are transposed. "
     "Samples are rows here, so z is a @ W + b."),
    ({"layer": lambda a, W, b: W.T @ a + b}, COLUMNS),
    ({"layer": lambda a, W, b: W.T @ a + b[:, None]}, COLUMNS),
    ({"layer": lambda a, W, b: W @ a + b}, COLUMNS),
    ({"layer": lambda a, W, b: (W.T @ a.T + b).T}, ACROSS),
    ({"layer": lambda a, W, b: a @ W + b[:, None]}, ACROSS),
    ({"h": lambda z: np.abs(z)}, "The hidden layers apply |z|; ReLU gives 0 "
     "where z is negative."),
    ({"h": lambda z: np.tanh(z)}, "The hidden layers apply tanh; the task "
     "asks for relu."),
    ({"last": lambda z: _softmax(z.T).T}, "The columns of a[-1] sum to 1, "
     "not the rows: each row is a sample."),
    ({"last": lambda z: np.exp(z) / np.sum(np.exp(z))}, "Softmax is taken "
     "over all samples together; each row has a sum of its own."),
]


def _judge_forward(answer, x, parameters, given):
    layers = len(parameters) // 2
    try:
        received = answer(x, parameters)
    except Exception as error:
        _too_many_keys(error, layers, given)
        _foreign(error)
        raise
    if isinstance(received, list) and any(
        isinstance(part, np.ndarray) for part in received
    ):
        raise Wrong(ONE_LIST, given)
    received = as_tuple(received, 2, "two lists, z and a")
    for part, name in zip(received, "za"):
        _is_list(part, name, layers, x, given)
    _as_many(*received, layers, given)
    z, a = _pass(x, parameters)
    if _all_same(received, (z, a)):
        for part, name in zip(received, "za"):
            _are_arrays(part, name, given)
        return
    for options, sentence in MISTAKES:
        try:
            wrong = _pass(x, parameters, **options)
        except ValueError:  # the shapes do not fit
            continue
        if _all_same(received, wrong):
            raise Wrong(sentence, given, *_first(received, (z, a)))
    order = sorted(range(layers), key=str)  # 0, 1, 10, 11, 12, 2, ...
    as_text = {f"{name}{k}": parameters[f"{name}{L}"]
               for k, L in enumerate(order) for name in "Wb"}
    if layers > 10 and _all_same(received, _pass(x, as_text)):
        raise Wrong(
            'The layers are in the wrong order: as text, "W10" comes before '
            '"W2". Count the layers with a number L.', given,
        )
    if _all_same(received, (a, z)):
        raise Wrong("z and a are returned in the wrong order.", given)
    if layers > 1 and _all_same(received, ([*a[:-1], z[-1]], a)):
        raise Wrong(
            "z and a are the same in the hidden layers: either a is stored "
            "twice, or ReLU has overwritten z. Keep z as it was.",
            given, *_first(received, (z, a)),
        )
    if _all_same(received, (a, a)):
        raise Wrong("The first list holds a, too; it should hold z.", given)
    for L in range(layers):
        for part, right, name in zip(received, (z, a), "za"):
            own = as_array(part[L], f"{name}[{L}]", given)
            if not np.all(np.isfinite(own)):
                raise Wrong(
                    f"There is a NaN or an infinity in {name}[{L}]: does it "
                    "use your softmax of exercise 2.1?",
                    given, right[L], own,
                )
            compare(own, right[L], given, name=f"{name}[{L}]")


def _is_list(part, name, layers, x, given):
    """Raise `Wrong` unless a part has one entry for each layer."""
    if not isinstance(part, (list, tuple)):
        kind = "None" if part is None else type(part).__name__
        raise Wrong(
            f"{name} should be a list with one array for each layer; it is "
            f"of type {kind}.", given,
        )
    if len(part) == layers + 1 and _same(part[0], x):
        raise Wrong(
            f"The list {name} begins with x. The input is no layer: {name}[0] "
            "belongs to the first hidden layer.", given,
        )


def _as_many(z, a, layers, given):
    """Raise `Wrong` unless z and a have one entry for each layer."""
    if len(z) == len(a) == layers:
        return
    if len(z) == layers and len(a) == layers + 1:
        words = "a was appended once too often: the last layer has only its "
        words += "softmax."
    elif layers in (len(z), len(a)):
        words = f"z has length {len(z)} and a has length {len(a)}: each of "
        words += f"the {_layers(layers)} needs one z and one a."
    else:
        words = f"The list z has {len(z)} entr"
        words += f"{'y' if len(z) == 1 else 'ies'}; this network has "
        words += f"{_layers(layers)}. {_miscounted(z, a, layers)}"
    raise Wrong(words, given)


def _miscounted(z, a, layers):
    """Return why z and a may both have a wrong number of entries."""
    if z is a:
        return "z and a are the same list: make two, `z, a = [], []`."
    if len(z) == 2 * layers:
        return KEYS
    if layers == len(TINY) // 2 and len(z) < layers:  # of the first network
        return (
            "Does the loop begin at 0 and end after the last layer? Does it "
            "contain both `append`, and does `return` stand after it?"
        )
    return "The number of layers has to come from `parameters`."


KEYS = (
    "Does the loop run over the keys? A layer has a pair of them, a W and a "
    "b: let L be a number."
)
ONE_LIST = "One list came back. Return two, z and a: `return z, a`."


def _foreign(error):
    """Add to the message of shapes that do not fit where they come from."""
    first, *rest = str(error).split("\n")
    if "do not fit" in first:
        first = first.split(" Samples are")[0]  # "... on the way back"
        first += " Do the weights come from `parameters`? Samples are rows "
        first += "here, so the weights stand on the right: a @ W."
    elif "could not be broadcast" in first:
        first = first.rstrip() + ". Do the biases come from `parameters`?"
    error.args = ("\n".join([first, *rest]),)


def _too_many_keys(error, layers, given):
    """Raise `Wrong` where an answer asks for a layer that is not there."""
    if re.search(r"KeyError: '[Wb][Wb]\d", str(error)):  # f"W{key}"
        raise Wrong(KEYS, given) from None
    for L in range(layers, layers + 14):
        if any(f"KeyError: '{name}{L}'" in str(error) for name in "Wb"):
            network = f"a network with {_layers(layers)}"
            if layers == 1:
                network = "a network without hidden layer (keys W0, b0)"
            raise Wrong(
                f"Your function asks for W{L} or b{L}, which {network} does "
                "not have. The number of layers has to come from "
                "`parameters`.", given,
            ) from None


def _layers(number):
    return f"{number} layer{'s' * (number != 1)}"


def _are_arrays(part, name, given):
    for L, own in enumerate(part):
        if not isinstance(own, np.ndarray) or isinstance(own, np.matrix):
            raise Wrong(
                f"The values are right, but {name}[{L}] is of type "
                f"{type(own).__name__}; later cells need an array.", given,
            )


def _same(one, other):
    try:
        one = np.asarray(one, dtype=float)
    except (TypeError, ValueError):
        return False
    return one.shape == other.shape and np.allclose(one, other, 1e-5, 1e-7)


def _all_same(received, expected):
    return all(
        len(own) == len(right) and all(map(_same, own, right))
        for own, right in zip(received, expected)
    )


def _first(received, expected):
    """Return the first arrays that differ, expected and received, as text."""
    for L in range(len(expected[0])):
        for name, own, right in zip("za", received, expected):
            if not _same(own[L], right[L]):
                return tuple(
                    f"{name}[{L}] {_rows(np.asarray(each, dtype=float))}"
                    for each in (right[L], own[L])
                )
    return None, None


@exercise(
    "2.3",
    "a tent from three ReLUs",
    hints=[
        "A hidden neuron with weight 1 and bias b is a ramp whose kink lies "
        "at x = -b. Put the kinks where the tent changes its slope.",
        "The output weight of a ramp is the change of slope at its kink. The "
        "slopes of the tent are 0, 1, -1 and 0, in this order.",
    ],
)
def tent(answer):
    parts = as_tuple(answer(), 4, "W0, b0, W1, b1")
    names = ("W0", "b0", "W1", "b1")
    W0, b0, W1, b1 = (
        as_array(part, name).astype(float) for part, name in zip(parts, names)
    )
    _tent_shapes(W0, b0, W1, b1)
    by_hand, others = [1, 3, -1, 0, 2], [*np.linspace(-2, 4, 25), -1e3, 1e3]
    x = np.array(by_hand + others)[:, None]  # the first that differs is told
    expected = np.maximum(1 - np.abs(x - 1), 0)
    received = np.maximum(x @ W0 + b0, 0) @ W1 + b1
    if not np.allclose(received, expected, atol=1e-6):
        raise _tent_verdict(x, received, expected, W0)
    if W0.shape[1] > 3:
        return f"(You use {W0.shape[1]} hidden neurons; three are enough.)"
    return None


def _tent_shapes(W0, b0, W1, b1):
    N = W0.size
    if b0.shape == (N, 1) and W1.shape in ((N,), (1, N)):
        raise Wrong(
            "The order should be W0, b0, W1, b1. The second and the third "
            f"result have the shapes {b0.shape} and {W1.shape}: did you "
            "return W0, W1, b0, b1?"
        )
    wanted = {"W0": (W0, (1, N)), "W1": (W1, (N, 1))}
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise Wrong(
                f"The shape of {name} is {array.shape}; with one input, {N} "
                f"hidden neuron{'s' * (N != 1)} and one output it should be "
                f"{shape}."
            )
    if b0.shape not in ((N,), (1, N)) or b1.size != 1 or b1.ndim > 2:
        raise Wrong(
            f"The biases have the shapes {b0.shape} and {b1.shape}; they "
            f"should be ({N},), one for each hidden neuron, and (1,)."
        )


SLOPES = (
    "The output weights 1 and -1 are the slopes of the tent; the weight of a "
    "ramp is the CHANGE of slope at its kink."
)


def _tent_verdict(x, received, expected, W0):
    N = W0.shape[1]

    def ramps(kinks, weights):
        return np.maximum(x - np.array(kinks), 0) @ np.array(weights)[:, None]

    known = [
        (
            ramps([0, 1, 2], [1, -1, 1]),
            "The second weight makes the tent flat, not falling: at the top "
            "the slope has to change from 1 to -1, which is a change of -2.",
        ),
        (ramps([0, 1], [1, -1]), SLOPES),
        (ramps([1, 2], [1, -1]), SLOPES),
        (
            ramps([1], [1]),
            "The output weights are the heights of the tent at its kinks; "
            "the weight of a ramp is the CHANGE of slope at its kink.",
        ),
        (
            ramps([0, 1], [1, -2]),
            "Beyond x = 2 the curve goes on falling below zero: a third "
            "ramp has to stop it.",
        ),
        (
            ramps([0, 1, 2], [1, -2, 2]),
            "Beyond x = 2 the curve rises again: there the slope has to "
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
    if np.array_equal(W0, [[1, -2, 1]]):
        known.append((
            received,
            "The weights 1, -2 and 1 belong in W1, the weights of the "
            "output. In W0, the -2 turns its ramp to the other side and moves "
            "its kink.",
        ))
    d = int(np.argmin(np.isclose(received, expected, atol=1e-6)))
    given = f"x = {x[d, 0]:.4g}"
    example = (given, f"{expected[d, 0]:.4g}", f"{received[d, 0]:.4g}")
    for curve, sentence in known:
        if np.allclose(received, curve):
            return Wrong(sentence, *example)
    if np.allclose(received, received[0] * expected) and received[0] > 0:
        return Wrong("The tent has the right place and the wrong height.",
                     *example)
    if N < 3:
        return Wrong(
            f"The tent changes its slope at three places; {N} hidden "
            f"neuron{'s' * (N != 1)} cannot.", *example,
        )
    if np.allclose(received - received[1], expected, atol=1e-6):
        return Wrong(
            "The tent has the right form at the wrong height: look at the "
            "output bias b1.", *example,
        )
    return Wrong("The curve is not the tent.", *example)


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
