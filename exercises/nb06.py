"""Checkers of notebook 06: equal sizes, differences, shrinking, frontier."""

import math

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


@exercise(
    "6.1",
    "the width for a number of parameters",
    returns="integer",
    hints=[
        "How many parameters has a network with H hidden layers of n "
        "neurons? The first layer has M n weights and n biases; the other "
        "H - 1 hidden layers have n n weights and n biases each; the output "
        "layer has n K weights and K biases.",
        "No formula for n is needed: begin at n = 1 and go up while the "
        "network of n + 1 neurons still has at most P parameters.",
    ],
)
def equal_width(answer):
    cases = [
        (2, 30, 3, 2), (3, 200, 4, 3), (1, 101_770, 784, 10),
        (6, 101_770, 784, 10), (4, 1000, 5, 7), (1, 40, 4, 3),
        (5, 20_000, 30, 10), (2, 101_769, 784, 10),
    ]
    received = []
    for case in cases:
        H, P, M, K = case
        given, right = _given(case), _widest(*case)
        n = as_array(answer(H, P, M, K), "the width", given)
        if n.size != 1:
            raise Wrong(
                "The width should be a single number.", given, right, n
            )
        received.append(float(n.reshape(-1)[0]))
        if received[-1] != round(received[-1]):
            raise Wrong(
                "The width is a number of neurons: it has to be whole.",
                given, right, received[-1],
            )
    _compare_widths(received, cases)


def _given(case):
    H, P, M, K = case
    return f"H = {H}, P = {P:,}, M = {M}, K = {K}"


def _parameters(n, H, M, K, biases=1, squares=None, output=1, first=1):
    squares = H - 1 if squares is None else squares
    count = first * M * n + squares * n * n + output * n * K
    return count + biases * (H * n + K)


def _widest(H, P, M, K, **changed):
    n = 1
    while n < 2000 and _parameters(n + 1, H, M, K, **changed) <= P:
        n += 1
    return n


def _compare_widths(received, cases):
    expected = [_widest(*case) for case in cases]
    if received == expected:
        return
    mistakes = [
        (
            [_widest(*case, biases=0) for case in cases],
            "The biases are not counted: each neuron of a hidden layer and "
            "of the output layer has one.",
        ),
        (
            [n + 1 for n in expected],
            "One neuron too many: this network has more than P parameters.",
        ),
        (
            [_widest(*case, squares=case[0]) for case in cases],
            "One n x n matrix too many: between H hidden layers there are "
            "H - 1 matrices of n times n weights.",
        ),
        (
            [_widest(*case, output=0) for case in cases],
            "The weights of the output layer, n times K, are not counted.",
        ),
        (
            [_widest(*case, squares=0) for case in cases],
            "The weights between the hidden layers are not counted.",
        ),
        (
            [_widest(*case, first=case[0]) for case in cases],
            "Only the first hidden layer is linked to the M inputs.",
        ),
        (
            [n - 1 for n in expected],
            "One neuron too few: one more would still fit.",
        ),
    ]
    pairs = zip(received, expected)
    at = next(k for k, (n, right) in enumerate(pairs) if n != right)
    words = "The width is not what it should be."
    for values, sentence in mistakes:
        if values == received:  # in all cases: some agree in a few
            words = sentence
    raise Wrong(words, _given(cases[at]), expected[at], received[at])


@exercise(
    "6.2",
    "a difference and its uncertainty",
    returns=("number", "number"),
    hints=[
        "The spread of one seed is np.std(values, ddof=1). The mean of n "
        "seeds is less uncertain than one seed: by which factor?",
        "u = sqrt(s_a**2 / n_a + s_b**2 / n_b), with s = np.std(..., ddof=1) "
        "and n = len(...). Return mean(b) - mean(a) and u.",
    ],
)
def difference(answer):
    rng = np.random.default_rng(62)
    cases = [(np.array([90.0, 92.0, 94.0]), np.array([95.0, 95.5, 96.0]))]
    for n_a, n_b in ((5, 3), (3, 7), (4, 4), (2, 5)):
        a = 90 + 2 * rng.standard_normal(n_a)
        cases.append((a, 93 + rng.standard_normal(n_b)))
    for a, b in cases:
        given = f"a = {_text(a)}, b = {_text(b)}"
        parts = as_tuple(answer(a, b), 2, "the difference and u, two numbers")
        values = [as_array(p, "each of the two", given) for p in parts]
        if any(value.size != 1 for value in values):
            raise Wrong(
                "The difference and its uncertainty should be two numbers, "
                "not arrays.", given,
            )
        received = np.array([float(v.reshape(-1)[0]) for v in values])
        _compare_difference(received, a, b, given)


def _compare_difference(received, a, b, given):
    d, n_a, n_b = np.mean(b) - np.mean(a), len(a), len(b)
    va, vb = np.var(a, ddof=1), np.var(b, ddof=1)
    u = math.sqrt(va / n_a + vb / n_b)
    mistakes = [
        ([-d, u], "The sign is flipped: b - a is asked for."),
        (
            [d, math.sqrt(np.var(a) / n_a + np.var(b) / n_b)],
            "The spread divides by n; with the mean taken from the same n "
            "values it has to be n - 1 (ddof=1).",
        ),
        (
            [d, math.sqrt(va + vb)],
            "This is the uncertainty of the difference of two single seeds. "
            "A mean of n seeds is more certain, by the square root of n.",
        ),
        (
            [d, math.sqrt(np.var(a) + np.var(b))],
            "This is the spread of single seeds, with n in place of n - 1.",
        ),
        (
            [d, math.sqrt(va / n_a) + math.sqrt(vb / n_b)],
            "The two uncertainties are added as they are. They are "
            "independent: add their squares, then take the root.",
        ),
        (
            [d, va / n_a + vb / n_b],
            "The square root is missing: this is u squared.",
        ),
        (
            [d, math.sqrt(va) / n_a + math.sqrt(vb) / n_b],
            "The spread is divided by n; a mean is more certain by the "
            "square root of n only.",
        ),
        (
            [d, math.sqrt(va / n_a**2 + vb / n_b**2)],
            "The spread of each is divided by n, not by the square root "
            "of n.",
        ),
        (
            [d, math.sqrt(vb / n_b)],
            "Only b's uncertainty is there; a's mean is uncertain, too.",
        ),
        (
            [d, math.sqrt(va / n_a)],
            "Only a's uncertainty is there; b's mean is uncertain, too.",
        ),
        (
            [d, np.std(np.concatenate([a, b]), ddof=1)],
            "This is the spread of all values together; it contains the "
            "difference itself.",
        ),
        ([u, d], "The two are returned in the wrong order."),
    ]
    if d < 0:
        mistakes.append(([-d, u], "The difference keeps its sign."))
    compare(received, [d, u], given, mistakes, name="(difference, u)")


@exercise(
    "6.3",
    "the factor of B13",
    returns="number",
    hints=[
        "The factor has two parts: the root of the mean square of h'(z), and "
        "the root of N times the variance of a weight. That variance is "
        "gain / M, with M the number of neurons of the layer of z.",
        "M = z.shape[1]; return np.sqrt(gain * N / M) * "
        "np.sqrt(np.mean(h_prime(z) ** 2)).",
    ],
)
def shrink(answer):
    rng = np.random.default_rng(63)
    z = np.array([[1.0, -2.0], [0.0, -1.0], [4.0, 2.0]])
    cases = [(z, _sigmoid_prime, "the sigmoid's h'", 2.0, 8)]
    for M, N, gain in ((6, 6, 1.0), (5, 10, 2.0), (8, 3, 1.0), (4, 4, 16.0)):
        z = rng.normal(0.3, 1.5, (3, M))
        cases.append((z, _sigmoid_prime, "the sigmoid's h'", gain, N))
    z = np.array([[1.0, -2.0], [3.0, -1.0]])
    cases.append((z, _relu_prime, "ReLU's h'", 2.0, 2))
    for z, h_prime, words, gain, N in cases:
        shown = z.tolist() if z.size < 8 else f"of shape {z.shape}"
        given = f"z {shown}, {words}, "
        given += f"gain = {gain:g}, N = {N}"
        received = as_array(answer(z, h_prime, gain, N), "the factor", given)
        if received.size != 1:
            raise Wrong(
                "One factor for the whole layer is asked for: take the mean "
                "over all samples and neurons.", given,
            )
        _compare_shrink(float(received.reshape(-1)[0]), z, h_prime, gain, N,
                        given)


def _relu_prime(z):
    return (np.asarray(z) > 0).astype(float)


def _sigmoid_prime(z):
    s = 1 / (1 + np.exp(-np.asarray(z)))
    return s * (1 - s)


def _compare_shrink(received, z, h_prime, gain, N, given):
    M, slope = z.shape[1], h_prime(z)
    square = np.mean(slope**2)
    rms = math.sqrt(square)
    root = math.sqrt(gain * N / M)
    mistakes = [
        (
            root * np.mean(slope),
            "The mean of h' is taken. The mean square is what adds up: "
            "square first, then mean, then root.",
        ),
        (
            gain * N / M * rms,
            "The weights enter by their standard deviation: the root of "
            "gain N / M.",
        ),
        (
            gain * N / M * square,
            "This is the factor of the mean square of delta; its root is "
            "asked for.",
        ),
        (
            root * square,
            "The root of the mean square of h' is missing.",
        ),
        (
            math.sqrt(gain * M / N) * rms,
            "M and N are exchanged: the sum runs over the N neurons of the "
            "next layer, and a weight's variance is gain / M.",
        ),
        (
            math.sqrt(gain) * rms,
            "N / M is missing: it is 1 only if both layers are equally "
            "wide.",
        ),
        (
            math.sqrt(gain * N) * rms,
            "A weight's variance is gain / M, not gain.",
        ),
        (
            math.sqrt(gain * N / len(z)) * rms,
            "M is the number of neurons, the columns of z; you have taken "
            "the number of rows, the samples.",
        ),
        (math.sqrt(N / M) * rms, "The gain is missing."),
        (root, "h' is missing: the factor is that of the weights alone."),
        (rms, "The weights are missing: this is the size of h' alone."),
        (
            root * math.sqrt(np.mean(z**2)),
            "The size of z is taken; B13 multiplies by h'(z).",
        ),
    ]
    compare(received, root * rms, given, mistakes, name="the factor")


@exercise(
    "6.4",
    "the frontier",
    hints=[
        "Network i is beaten if some network j costs no more, reads no worse, "
        "and is better in at least one of the two. Two loops are enough.",
        "beaten = any(cost[j] <= cost[i] and accuracy[j] >= accuracy[i] and "
        "(cost[j] < cost[i] or accuracy[j] > accuracy[i]) for j in "
        "range(len(cost))); keep the i that are not beaten.",
    ],
)
def frontier(answer):
    rng = np.random.default_rng(64)
    cases = [
        ([5.0, 1.0, 3.0, 4.0, 7.0], [95.0, 90.0, 94.0, 92.0, 93.0]),
        ([2.0, 2.0, 5.0, 6.0, 9.0], [90.0, 80.0, 95.0, 95.0, 97.0]),
    ]
    for n in (8, 12, 15):
        cost = rng.permutation(n) + 1.0
        cases.append((cost, 90 + np.log(cost) + rng.normal(0, 0.5, n)))
    for cost, accuracy in cases:
        cost, accuracy = np.array(cost), np.array(accuracy)
        given = f"cost = {_text(cost)}, accuracy = {_text(accuracy)}"
        _compare_frontier(answer(cost, accuracy), cost, accuracy, given)


def _kept(cost, accuracy, beats):
    n = range(len(cost))
    return [
        i for i in n
        if not any(
            beats(cost[j], accuracy[j], cost[i], accuracy[i])
            for j in n if j != i
        )
    ]


def _better_than_last(cost, accuracy):
    order = np.argsort(cost, kind="stable")
    return [
        order[k] for k in range(len(order))
        if k == 0 or accuracy[order[k]] > accuracy[order[k - 1]]
    ]


def _compare_frontier(received, cost, accuracy, given):
    def right(c, v, cost_i, value_i):
        better = c < cost_i or v > value_i
        return c <= cost_i and v >= value_i and better

    expected = _kept(cost, accuracy, right)
    if np.asarray(received).dtype == bool:
        raise Wrong(
            "This is a mask of True and False. The numbers of the networks "
            "are asked for: np.flatnonzero turns a mask into them.",
            given, expected, received,
        )
    if isinstance(received, (set, frozenset)):
        received = sorted(received)
    array = as_array(received, "the result", given).reshape(-1)
    numbers = np.sort(array.astype(float))
    mistakes = [
        (
            _kept(cost, accuracy, lambda c, v, ci, vi: c < ci and v > vi),
            "A network is beaten also by one of equal cost that reads "
            "better, and by a cheaper one that reads equally well.",
        ),
        (
            _kept(cost, accuracy, lambda c, v, ci, vi: c < ci and v >= vi),
            "Two networks of equal cost: the one that reads worse is beaten.",
        ),
        (
            _kept(cost, accuracy, lambda c, v, ci, vi: c <= ci and v > vi),
            "Two networks that read equally well: the dearer one is beaten.",
        ),
        (
            _better_than_last(cost, accuracy),
            "Each network is compared with the next cheaper one alone; it "
            "has to read better than all that are cheaper.",
        ),
        (
            [int(np.argmax(accuracy))],
            "Only the most accurate network is there. A cheaper one that "
            "nothing beats at its price belongs to the frontier as well.",
        ),
        (
            _kept(cost, accuracy, lambda c, v, ci, vi: c >= ci and v >= vi),
            "Cost is taken as if more of it were better.",
        ),
        (
            np.setdiff1d(np.arange(len(cost)), expected),
            "These are the networks that are beaten; the others are asked "
            "for.",
        ),
        (
            np.sort(accuracy[expected]),
            "These are accuracies; the numbers of the networks, their places "
            "in the lists, are asked for.",
        ),
        (
            np.sort(cost[expected]),
            "These are costs; the numbers of the networks, their places in "
            "the lists, are asked for.",
        ),
    ]
    mistakes = [(np.sort(value), words) for value, words in mistakes]
    if numbers.shape == (len(expected),) and np.array_equal(numbers, expected):
        return
    for value, words in mistakes:
        if np.array_equal(numbers, value):
            raise Wrong(words, given, expected, array)
    extra = np.setdiff1d(numbers, expected)
    if len(np.unique(numbers)) < len(numbers):
        words = "A network is there more than once."
    elif len(extra):
        words = f"Network {extra[0]:g} does not belong to the frontier."
    else:
        missing = np.setdiff1d(expected, numbers)
        words = f"Network {missing[0]} is missing: nothing beats it."
    raise Wrong(words, given, expected, array)


def _text(values):
    return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"
