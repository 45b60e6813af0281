"""Checkers of notebook 06: equal sizes, differences, shrinking, frontier."""

import math

import numpy as np

from exercises.compare import (
    Wrong,
    as_array,
    as_tuple,
    compare,
    compare_cases,
    compare_parts,
    shown,
)
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
        (5, 20_000, 30, 10), (2, 101_769, 784, 10), (1, 6, 1, 2),
    ]

    def ask(*case):
        given, right = _given(*case), _widest(*case)
        n = as_array(answer(*case), "the width", given)
        if n.size != 1:
            raise Wrong(
                "The width should be a single number.", given, right, n
            )
        n = float(n.reshape(-1)[0])
        if n != round(n):
            raise Wrong(
                "The width is a number of neurons: it has to be whole.",
                given, right, n,
            )
        return int(n)

    _compare_widths(ask, cases)


def _given(H, P, M, K):
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


def _compare_widths(ask, cases):
    def other(more=0, less=0, **changed):
        return lambda H, P, M, K: _widest(H, P - less, M, K, **changed) + more

    mistakes = [
        (
            other(biases=0),
            "The biases are not counted: each neuron of a hidden layer and "
            "of the output layer has one.",
        ),
        (
            other(more=1),
            "One neuron too many: this network has more than P parameters.",
        ),
        (
            lambda H, P, M, K: _widest(H, P, M, K, squares=H),
            "One n x n matrix too many: between H hidden layers there are "
            "H - 1 matrices of n times n weights.",
        ),
        (
            other(output=0),
            "The weights of the output layer, n times K, are not counted.",
        ),
        (
            other(squares=0),
            "The weights between the hidden layers are not counted.",
        ),
        (
            lambda H, P, M, K: _widest(H, P, M, K, first=H),
            "Only the first hidden layer is linked to the M inputs.",
        ),
        (other(more=-1), "One neuron too few: one more would still fit."),
        (
            other(less=1),
            "A network of exactly P parameters is allowed: at most P means "
            "<=, not <.",
        ),
    ]
    compare_cases(ask, cases, _widest, mistakes, _given, "the width")


@exercise(
    "6.2",
    "a difference and its uncertainty",
    returns=("number", "number"),
    hints=[
        "The spread of one seed is np.std(values, ddof=1). The mean of n "
        "seeds is less uncertain than one seed: by which factor?",
        "The two means have the uncertainties s_a / sqrt(n_a) and "
        "s_b / sqrt(n_b), each with its own n. They are independent: which "
        "of their powers are added?",
    ],
)
def difference(answer):
    rng = np.random.default_rng(62)
    low, high = np.array([90.0, 92.0, 94.0]), np.array([95.0, 95.5, 96.0])
    cases = [(low, high), (high, low), (low, low)]
    cases.append((np.array([91.0, 91.0]), np.array([90.0, 94.0])))
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
        (
            [d, math.sqrt((va + vb) / n_a)],
            "Both spreads are divided by a's number of seeds; b has its own.",
        ),
        (
            [d, math.sqrt((va + vb) / n_b)],
            "Both spreads are divided by b's number of seeds; a has its own.",
        ),
        ([abs(d), u], "The difference keeps its sign: b minus a."),
    ]
    if d < 0:  # the sign of a size
        mistakes = mistakes[1:] + mistakes[:1]
    names = "the difference", "the uncertainty u"
    compare_parts(received, [d, u], names, given, mistakes)


@exercise(
    "6.3",
    "the factor of B13",
    returns="number",
    hints=[
        "The factor has two parts: the root of the mean square of h'(z), and "
        "the root of N times the variance of a weight. That variance is "
        "gain / M, with M the number of neurons of the layer of z.",
        "M is the number of columns of z. The mean runs over all samples "
        "and neurons at once: square first, then the mean, then the root.",
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
    cases.append((np.array([[-3.0]]), _sigmoid_prime, "the sigmoid's h'", 1.0,
                  1))
    cases.append((-z[:, :1], _relu_prime, "ReLU's h'", 2.0, 3))
    for z, h_prime, words, gain, N in cases:
        given = shown({"z": z}) + f", {words}, gain = {gain:g}, N = {N}"
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
            np.mean(slope),
            "This is the mean of h' alone: the weights are missing, and it "
            "is the mean square that adds up.",
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
    returns="integers",
    hints=[
        "Network i is beaten if some network j costs no more, reads no worse, "
        "and is better in at least one of the two. Two loops are enough.",
        "For each pair of i and j three comparisons: two with <= and >=, and "
        "of the two with < and > at least one. What do twins do to each "
        "other? Keep the i that no j beats.",
    ],
)
def frontier(answer):
    rng = np.random.default_rng(64)
    cases = [
        ([5.0, 1.0, 3.0, 4.0, 7.0], [95.0, 90.0, 94.0, 92.0, 93.0]),
        ([2.0, 2.0, 5.0, 6.0, 9.0], [90.0, 80.0, 95.0, 95.0, 97.0]),
        ([2.0, 2.0], [80.0, 90.0]), ([5.0, 5.0, 5.0], [80.0, 90.0, 85.0]),
        ([2.0, 1.0], [90.0, 90.0]), ([1.0, 1.0, 2.0], [90.0, 90.0, 95.0]),
    ]
    for n in (8, 12, 15):
        cost = rng.permutation(n) + 1.0
        cases.append((cost, 90 + np.log(cost) + rng.normal(0, 0.5, n)))
    cases.append(([3.0], [90.0]))
    cases = [(np.array(cost), np.array(value)) for cost, value in cases]
    compare_cases(
        lambda *case: _places(answer(*case), _lists(*case)),
        cases, _kept, FRONTIER_MISTAKES, _lists, "the frontier",
    )


def _lists(cost, accuracy):
    return f"cost = {_text(cost)}, accuracy = {_text(accuracy)}"


def _places(received, given):
    """Return an answer as a sorted list of places."""
    if np.asarray(received).dtype == bool:
        raise Wrong(
            "This is a mask of True and False. The numbers of the networks "
            "are asked for: np.flatnonzero turns a mask into them.",
            given, received=received,
        )
    if isinstance(received, (set, frozenset)):
        received = sorted(received)
    array = as_array(received, "the result", given)
    numbers = sorted(array.astype(float).reshape(-1).tolist())
    return [int(n) if n == round(n) else n for n in numbers]


def _beats(c, v, cost_i, value_i):
    return c <= cost_i and v >= value_i and (c < cost_i or v > value_i)


def _kept(cost, accuracy, beats=_beats):
    """Return the networks that no other one beats, by this rule."""
    n = range(len(cost))
    return [
        i for i in n
        if not any(
            beats(cost[j], accuracy[j], cost[i], accuracy[i])
            for j in n if j != i
        )
    ]


def _by(beats):
    return lambda cost, accuracy: _kept(cost, accuracy, beats)


def _climbing(cost, accuracy, order=None, last=False):
    """Return what reads better than all before it, or than the last one."""
    order = np.argsort(cost, kind="stable") if order is None else order
    before = [
        accuracy[order[max(k - 1, 0) if last else 0 : k]].max(initial=-1)
        for k in range(len(order))
    ]
    found = [i for i, most in zip(order, before) if accuracy[i] > most]
    return sorted(int(i) for i in found)


FRONTIER_MISTAKES = [
    (
        _by(lambda c, v, ci, vi: c < ci and v > vi),
        "A network is beaten also by one of equal cost that reads "
        "better, and by a cheaper one that reads equally well.",
    ),
    (
        _by(lambda c, v, ci, vi: c < ci and v >= vi),
        "Two networks of equal cost: the one that reads worse is beaten.",
    ),
    (
        _by(lambda c, v, ci, vi: c <= ci and v > vi),
        "Two networks that read equally well: the dearer one is beaten.",
    ),
    (
        _by(lambda c, v, ci, vi: c <= ci and v >= vi),
        "Two networks with the same cost and the same accuracy remove each "
        "other here. Neither is better in anything, so neither beats the "
        "other: both stay.",
    ),
    (
        lambda cost, accuracy: _climbing(
            cost, accuracy, np.lexsort((-accuracy, cost))
        ),
        "Of two networks with the same cost and the same accuracy one is "
        "missing. Neither is better in anything, so neither beats the other: "
        "both stay.",
    ),
    (
        _climbing,
        "Two networks of equal cost: the one that reads worse is beaten, "
        "also if it comes first. Sorting by the cost alone leaves their "
        "order open.",
    ),
    (
        lambda cost, accuracy: _climbing(cost, accuracy, last=True),
        "Each network is compared with the next cheaper one alone; it "
        "has to read better than all that are cheaper.",
    ),
    (
        lambda cost, accuracy: [int(np.argmax(accuracy))],
        "Only the most accurate network is there. A cheaper one that "
        "nothing beats at its cost belongs to the frontier as well.",
    ),
    (
        _by(lambda c, v, ci, vi: c >= ci and v >= vi),
        "Cost is taken as if more of it were better.",
    ),
    (
        lambda cost, accuracy: np.setdiff1d(
            np.arange(len(cost)), _kept(cost, accuracy)
        ).tolist(),
        "These are the networks that are beaten; the others are asked "
        "for.",
    ),
    (
        lambda cost, accuracy: sorted(accuracy[_kept(cost, accuracy)]),
        "These are accuracies; the numbers of the networks, their places "
        "in the lists, are asked for.",
    ),
    (
        lambda cost, accuracy: sorted(cost[_kept(cost, accuracy)]),
        "These are costs; the numbers of the networks, their places in "
        "the lists, are asked for.",
    ),
    (
        lambda cost, accuracy: _kept(cost, accuracy)[1:],
        "The first network of the frontier is missing: nothing beats it.",
    ),
    (
        lambda cost, accuracy: sorted(
            _kept(cost, accuracy) + _kept(cost, accuracy)[:1]
        ),
        "A network is there more than once.",
    ),
]


def _text(values):
    return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"
