"""Checkers of notebook 01: cuts, trees and neighbours."""

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


def _row(values):
    """Return a row of values in full, for the lines below a sentence."""
    return "[" + " ".join(f"{value:g}" for value in np.ravel(values)) + "]"


def _below(*parts):
    """Return inputs, one in a line."""
    return "\n            ".join(parts)


@exercise(
    "1.1",
    "contamination and efficiency",
    returns=("number", "number"),
    hints=[
        "Both are ratios of counts. Which points does each numerator count, "
        "and how many points do you divide by?",
        "The contamination is a share of what was selected, so you divide by "
        "the number of selected points, if there are any; the efficiency is "
        "a share of the signal.",
        "selected & signal marks the signal that was selected, and "
        "selected & ~signal the background that was; np.sum counts marks.",
    ],
)
def contamination_and_efficiency(answer):
    selected = np.array([1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0], bool)
    signal = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], bool)
    _pair(answer, selected, signal)
    rng = np.random.default_rng(11)
    for share in (0.2, 0.5, 0.9):
        selected = rng.random(17) < share
        signal = rng.random(17) < 0.4
        _pair(answer, selected, signal)
    selected = np.zeros(5, bool)
    signal = np.array([1, 0, 1, 0, 0], bool)
    contamination, _ = _two(answer(selected, signal))
    if not np.all(as_array(contamination, "the contamination") == 0):
        raise Wrong(
            "When nothing is selected, nothing can be contaminated: return a "
            "contamination of 0 there.",
            _below("selected [0 0 0 0 0]", "signal   [1 0 1 0 0]"),
            0.0,
            contamination,
        )
    _pair(answer, selected, signal)
    _pair(answer, ~selected, signal)  # all of them
    _pair(answer, np.array([False, True]), np.array([True, False]))
    _pair(answer, np.array([True]), np.array([True]))
    return "The rest of the notebook uses your function."


def _two(result):
    if isinstance(result, np.ndarray) and result.shape == (2,):
        result = tuple(result)
    return as_tuple(result, 2, "two numbers, contamination and efficiency")


def _pair(answer, selected, signal):
    given = _below(f"selected {_row(selected)}", f"signal   {_row(signal)}")
    try:
        contamination, efficiency = _two(answer(selected, signal))
    except Exception as error:
        if "truth value of an array" not in str(error):
            raise
        raise Wrong(
            "Python's and, or, not and if ask an array for one True or False, "
            "but it holds many. For arrays, point by point: &, | and ~.",
            given,
        ) from None
    good = np.sum(selected & signal)
    bad = np.sum(selected & ~signal)
    n = max(np.sum(selected), 1)
    right = bad / n, good / np.sum(signal)
    both = as_array([contamination, efficiency], "the pair", given)
    if np.allclose(both, right[::-1]) and not np.allclose(both, right):
        raise Wrong(
            "The two are swapped: contamination comes first.",
            given, right, both,
        )
    compare(
        contamination, right[0], given, name="the contamination",
        mistakes=[
            (good / n, "That is the purity, the share of the selected that "
             "is signal; the contamination is the rest of it."),
            (bad / max(np.sum(~signal), 1), "Contamination is a share of "
             "what was selected, not of the background."),
            (bad / len(signal), "Contamination is a share of what was "
             "selected, not of all the data."),
            (bad / np.sum(signal), "Contamination is a share of what was "
             "selected, not of the signal."),
            (bad / max(good, 1), "That is the ratio of background to signal; "
             "divide by all that was selected, both together."),
            (bad, "That is a number of points; divide by how many were "
             "selected."),
            (100 * right[0], "Give shares between 0 and 1, not percent."),
        ],
    )
    compare(
        efficiency, right[1], given, name="the efficiency",
        mistakes=[
            (1 - right[1], "That is the share of the signal that was lost; "
             "the efficiency is the share that was kept."),
            (good / n, "That is the purity: efficiency is a share of all "
             "the signal, not of what was selected."),
            (good / len(signal), "Efficiency is a share of all the signal, "
             "not of all the data."),
            (np.mean(selected), "That counts all that was selected; the "
             "efficiency counts the selected signal."),
            (np.mean(selected == signal), "That is the share of right "
             "decisions, the accuracy, not the efficiency."),
            (np.sum(selected) / np.sum(signal), "The numerator counts all "
             "that was selected; it should be the selected signal."),
            (good, "That is a number of points; divide by how many are "
             "signal."),
            (100 * right[1], "Give shares between 0 and 1, not percent."),
        ],
    )


@exercise(
    "1.2",
    "the best cut",
    returns="number",
    hints=[
        "Which short list of cuts is enough, so that every other cut decides "
        "for all points as one of the list does?",
        "The values of z themselves will do as candidates, and one more "
        "below all of them.",
        "Count, for each candidate, the points at which (z > c) and signal "
        "differ, and remember the best one so far.",
    ],
)
def best_cut(answer):
    cases = [
        ([10.3, 11.1, 12.2, 13.4, 14.5, 15.9], [0, 0, 1, 0, 1, 1]),
        ([13.4, 10.3, 15.9, 12.2, 14.5, 11.1], [0, 0, 1, 1, 1, 0]),
    ]
    for z, signal in cases:
        _cut(answer, z, signal)
    _cut(
        answer, [0.2, 0.5, 0.9, 1.3, 2.4, 2.6], [1, 1, 1, 1, 0, 0],
        "Here it is best to select everything. Is a cut below all values "
        "among those that you try, and do you count both kinds of mistake?",
    )
    _cut(
        answer, [0.2, 0.5, 0.9, 1.3, 2.4], [1, 0, 0, 0, 0],
        "Here it is best to select nothing. Is a cut at the highest value, or "
        "above, among those that you try, and do you count both kinds of "
        "mistake?",
    )
    _cut(
        answer, [0.0, 0.001, 0.002, 0.003, 100.0], [0, 0, 1, 1, 1],
        "Between two points that are close together your cut is not exact: "
        "a grid of cuts can step over them. Try the values of z themselves.",
    )
    _cut(
        answer, [2, 2, 2, 2, 1, 3, 3], [0, 1, 1, 1, 0, 0, 0],
        "Several points have the same z here. A cut has all of them on one "
        "side: it cannot pass between them.",
    )
    _cut(answer, [1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 1, 1, 1, 1])
    _cut(answer, [1000.0, 1000.1, 1000.2, 1000.3], [0, 0, 1, 1])
    _cut(answer, [-3.0, -8.0], [1, 0])
    _cut(answer, [5.0], [1])
    _cut(answer, [5.0], [0])
    rng = np.random.default_rng(12)
    for size, shift in ((25, 1.5), (40, 1.0), (60, 2.5)):
        signal = rng.random(size) < 0.4
        z = np.round(10 + 3 * rng.normal(size=size) + 3 * shift * signal, 3)
        _cut(answer, z, signal)


def _cut(answer, z, signal, words=None):
    z, signal = np.array(z, dtype=float), np.array(signal, dtype=bool)
    given = _below(f"z {_row(z)}", f"signal {_row(signal)}")
    cut = as_array(answer(z, signal), "the cut", given)
    if cut.size != 1:
        raise Wrong(
            f"The cut is one number; the shape of yours is {cut.shape}.",
            given,
        )
    cut = float(cut.reshape(()))
    places = np.concatenate([[-np.inf], z])
    wrong = [int(np.sum((z > c) != signal)) for c in places]
    least = min(wrong)
    mine = int(np.sum((z > cut) != signal))
    if mine == least and not np.isnan(cut):
        return
    expected = f"a cut with {least} wrong"
    received = f"the cut {cut:.6g} with {mine} wrong"
    if np.isnan(cut):
        words, received = "The cut is NaN.", cut
    elif kind := _rounded_off(cut, z, signal, least):
        words = (
            f"Your cut was rounded to {kind} precision, and now lies on the "
            "other side of a point: return a value of z as it is."
        )
    else:
        words = (
            (not words and _about_cut(cut, z, signal, wrong))
            or _other_aim(answer) or words
            or _about_middle(cut, z, signal)
            or "There is a cut with fewer wrong decisions."
        )
    raise Wrong(words, given, expected, received)


def _other_aim(answer):
    """Return the sentence of an aim for which an answer is best, or None.

    It has to be best in all of some cases, where the aims differ.
    """
    rng, cases = np.random.default_rng(13), []
    for k, size in enumerate((9, 12, 15, 25, 18, 30, 40, 50)):
        signal = np.arange(size) % (2 + k % 4) == 1
        z = np.round(10 + rng.normal(size=size) + signal, 3)
        z[2], z[k // 4] = z.min() - 0.3, z.max() + 0.2  # the ends
        cases.append((z, signal))
    cuts = [np.ravel(answer(*case)) for case in cases]
    if any(cut.size != 1 for cut in cuts):
        return None

    def best(aim):
        return all(aim(cut[0], *case) <= 1e-9 + min(
            aim(c, *case) for c in (-np.inf, *case[0], np.inf)
        ) for cut, case in zip(cuts, cases))

    if best(lambda *case: _bad(*case) + _lost(*case)):
        return None  # it fails in unusual cases only
    return next((words for aim, words in OTHER_AIMS if best(aim)), None)


def _bad(c, z, signal):
    return np.sum((z > c) & ~signal)


def _lost(c, z, signal):
    return np.sum((z <= c) & signal)


def _purity(c, z, signal):
    return np.sum((z > c) & signal) / max(np.sum(z > c), 1)


OTHER_AIMS = [
    (_bad, "Your cuts select no background, however much signal is lost: "
     "both kinds of mistake count."),
    (_lost, "Your cuts lose no signal, however much background is selected: "
     "both kinds of mistake count."),
    (lambda c, z, signal: np.sum((z < c) != signal), "Your cuts are best for "
     "z < c; here signal is z > c."),
    (lambda *case: -(_bad(*case) + _lost(*case)), "Your cuts are the worst: "
     "they make the most mistakes. Is signal where z > c, and do you take "
     "the smallest count?"),
    (lambda c, z, signal: _bad(c, z, signal) / np.sum(~signal)
     + _lost(c, z, signal) / np.sum(signal), "Your cuts are best if each kind "
     "of mistake is divided by the size of its class. Count the wrong "
     "points: all weigh the same."),
    (lambda c, z, signal: 1 - _purity(c, z, signal)
     - np.sum((z > c) & signal) / np.sum(signal), "Your cuts are best for "
     "efficiency minus contamination. Count the wrong points instead."),
    (lambda c, z, signal: -2 * np.sum((z > c) & signal)
     / (np.sum(z > c) + np.sum(signal)), "Your cuts are best for the F1 "
     "score. Count the wrong points instead."),
    (lambda *case: -_purity(*case), "Your cuts have the highest purity, "
     "however much signal is lost: both kinds of mistake count."),
]


def _rounded_off(cut, z, signal, least):
    for kind, word in ((np.float32, "single"), (np.float16, "half")):
        near = z[(z.astype(kind) == cut) & (z != cut)]
        if any(np.sum((z > c) != signal) == least for c in near):
            return word
    return None


def _about_cut(cut, z, signal, wrong):
    """Return the sentence of a mistake that explains a cut, or None."""
    least = min(wrong)
    best = [k for k, count in enumerate(wrong) if count == least]
    ranks = np.argsort(np.argsort(z, kind="stable"))
    index = {k for each in best for k in (each, each - 1)}
    index |= {int(ranks[each - 1]) for each in best if each}
    if cut in z and np.sum((z >= cut) != signal) == least:
        return "That would be right for z >= c; here signal is z > c."
    if len(z) > 5 and cut in (least, least / len(z)):
        return "That is how many are wrong; return where the cut is."
    if len(z) > 5 and cut in index:
        return "That looks like an index: return the value of the cut."
    return None


def _about_middle(cut, z, signal):
    """Return the sentence of a cut in the middle of two means, or None."""
    both = signal.any() and not signal.all()
    if both and np.isclose(cut, (z[signal].mean() + z[~signal].mean()) / 2):
        return (
            "The middle between the two means is a good guess, but another "
            "cut has fewer mistakes: try them all."
        )
    return None


@exercise(
    "1.3",
    "Gini impurity after a cut",
    returns="number",
    hints=[
        "Write the impurity of one set of labels first, as a small function "
        "of its own; then combine that of the two sides.",
        "np.unique(labels, return_counts=True) gives the counts of the "
        "classes, from which their shares follow.",
        "Each side has a weight: its share of all the points. An empty side "
        "has the weight 0, so its impurity is not needed.",
    ],
)
def impurity_after_cut(answer):
    values = np.arange(1.0, 8.0)
    y = np.array([0, 0, 1, 1, 1, 1, 0])
    _impurity(answer, values, y, 3.5)
    _impurity(answer, values, y, 2.5)
    _impurity(answer, values[::-1], y, 2.5)
    values = np.array([1.0, 2.0, 2.0, 3.0, 4.0])
    _impurity(answer, values, np.array([0, 1, 1, 1, 0]), 2.0)
    values = np.arange(1.0, 9.0)
    _impurity(answer, values, np.array([0, 1, 2, 1, 0, 2, 1, 2]), 5.5)
    _impurity(answer, values, np.array([3, 0, 3, 3, 1, 1, 0, 3]), 3.5)
    for cut in (9.0, -9.0, 8.0):
        _impurity(answer, values, np.array([0, 1, 1, 0, 1, 1, 1, 1]), cut)
    _impurity(answer, np.array([4.0]), np.array([1]), 4.0)
    _impurity(answer, np.array([1e200, -1e200]), np.array([0, 1]), 0.0)
    rng = np.random.default_rng(14)
    for classes in (2, 3, 10):
        values = np.round(rng.normal(size=12), 1)
        _impurity(answer, values, rng.integers(classes, size=12), 0.4)


def _shares(y):
    counts = np.unique(y, return_counts=True)[1]
    return counts / max(counts.sum(), 1)


def _gini(y):
    return 1 - np.sum(_shares(y) ** 2) if len(y) else 0.0


def _entropy(y):
    return -np.sum(_shares(y) * np.log2(_shares(y)))


def _impurity(answer, values, y, cut):
    sides = y[values <= cut], y[values > cut]
    other = y[values < cut], y[values >= cut]
    a, b = len(sides[0]) / len(y), len(sides[1]) / len(y)
    given = _below(f"values {_row(values)}", f"y {_row(y)}", f"cut {cut:g}")

    def total(measure, sides=sides):
        return sum(len(side) / len(y) * measure(side) for side in sides
                   if len(side))

    def mean(of, side):
        return of(np.mean(side))

    expected = total(_gini)
    received = as_array(answer(values, y, cut), "the impurity", given)
    empty = not (len(sides[0]) and len(sides[1]))
    if empty and not np.allclose(received, expected):
        raise Wrong(
            "When the cut leaves one side empty, that side has no weight and "
            "the other one is the whole sample.",
            given, expected, received,
        )
    left, right = map(_gini, sides)
    mistakes = [
        ((left + right) / 2, "The two sides count with their sizes: this is "
         "the plain mean of their impurities."),
        (left + right, "The impurities of the two sides were added; each has "
         "to count with its share of the points."),
        (total(lambda s: 1 - _shares(s).max()), "That is the contamination "
         "of the two sides; the Gini impurity has the squares of all "
         "shares."),
        (total(lambda s: np.sum(_shares(s) ** 2)), "That is the sum of the "
         "squares, which is 1 for a pure side: the impurity is 1 minus "
         "it."),
        (total(_entropy), "That is the entropy; the Gini impurity has "
         "squares and no logarithm."),
        (left, "That is the impurity of the left side alone."),
        (right, "That is the impurity of the right side alone."),
        (_gini(y), "That is the impurity before the cut."),
        (_gini(y) - expected, "That is how much the cut lowers the impurity; "
         "return the impurity after it."),
        (b * left + a * right, "The sizes of the two sides are swapped."),
        (len(y) * expected, "The sides were weighted with their numbers of "
         "points; divide by the number of all."),
        (total(lambda s: mean(lambda p: p * (1 - p), s)), "p (1 - p) is the "
         "term of one class only: sum it over all classes k."),
        (total(lambda s: mean(lambda p: 2 * p * (1 - p), s)), "2 p (1 - p) "
         "holds for two classes only, with p the share of one of them: with "
         "more classes use 1 - the sum of squares."),
    ]
    mistakes += [
        (total(lambda s: 1 - np.sum(_shares(s)) ** 2), "This is 0 for every "
         "cut, as if the shares were added first and then squared: square "
         "each p[k], then add."),
    ]
    mistakes += [
        (total(lambda s, k=k: 2 * np.mean(s == k) * np.mean(s != k)),
         "2 p (1 - p) holds for two classes only; here there are more: use "
         "1 - the sum of squares.")
        for k in np.unique(y)
    ]
    mistakes += [
        (total(lambda s, k=k: np.mean(s == k) * np.mean(s != k)),
         "p (1 - p) is the term of one class only: sum it over all classes "
         "k.") for k in np.unique(y)
    ]
    mistakes += [
        (total(lambda s: 1 - np.sum((_shares(s) * len(s) / len(y)) ** 2)),
         "The shares p[k] of a side are counted among the points of that "
         "side; here they were divided by the number of all points."),
    ]
    for whole in (False, True):  # the labels 0, 1, ... of all or of the side
        def present(s, whole=whole):
            names = range(len(np.unique(y if whole else s)))
            return np.array([np.mean(s == k) for k in names])

        mistakes += [
            (total(measure), "A label was left out: those that are there "
             "need not be 0, 1, 2, ... without a gap; np.unique lists them.")
            for measure in (lambda s: 1 - np.sum(present(s) ** 2),
                            lambda s: np.sum(present(s) * (1 - present(s))))
        ]
        def but_last(s, whole=whole):
            return np.array([np.mean(s == k)
                             for k in range(max(y if whole else s))])

        mistakes += [
            (total(measure), "The highest label was left out: range(n) ends "
             "at n - 1.")
            for measure in (lambda s: 1 - np.sum(but_last(s) ** 2),
                            lambda s: np.sum(but_last(s) * (1 - but_last(s))))
        ]
    if len(other[0]) != len(sides[0]):
        mistakes.insert(0, (total(_gini, other), "A value equal to the cut "
                            "belongs to the left side, values <= cut."))
    compare(received, expected, given, mistakes, name="the impurity")


@exercise(
    "1.4",
    "a vote of the nearest neighbours",
    returns="array",
    hints=[
        "Treat one row of x first. x_train - point has one row for each "
        "training point (broadcasting); what do you need of each row?",
        "The root does not change the order, so squared distances will do. "
        "np.argsort gives the places of the smallest first.",
        "np.bincount counts the votes for each label; np.argmax of it is the "
        "label with the most, and the smallest of several.",
    ],
)
def nearest_neighbours(answer):
    _vote(answer, _vote_cases())
    point = np.array([[0.0, 3.0]]), np.array([2])
    _vote(answer, [(*point, np.array([[1.0, 0.5], [8.0, 2.0]]), 1)])
    return "It works for any number of classes and of dimensions."


def _vote(answer, cases):
    """Compare on all cases; the mistake told is one that explains them all."""
    expected = [_votes(_squares(*case[:3:2]), *case[1::2]) for case in cases]
    received = [_labels(answer, case, right)
                for case, right in zip(cases, expected)]
    failed = [k for k, right in enumerate(expected)
              if not np.array_equal(received[k], right)]
    if failed:
        first = failed[0]
        tied = all(_tied(received[k], cases[k]) for k in failed)
        words = TIED if tied else (
            "For at least one row this is not the label with most votes."
        )
        for mistake, sentence in reversed(VOTE_MISTAKES):
            if all(np.allclose(value, mistake(*case))
                   for value, case in zip(received, cases)):
                words = sentence
        raise Wrong(words, _given_vote(cases[first]), expected[first],
                    received[first])
    for value, case, right in zip(received, cases, expected):
        if value.dtype.kind == "f":
            raise Wrong(
                "The labels are right, but they are floats; return integers, "
                "as the labels of y_train are.", _given_vote(case), right,
                value,
            )


def _vote_cases():
    """Return (x_train, y_train, x, k) of small and unusual votes."""
    line = np.array([[0.0], [1.0], [5.0], [6.0], [7.0]])
    plane = np.array([[0, 0], [0, 3], [4, 0], [5, 5], [2.5, 2], [9, 1]])
    y = np.array([0, 2, 1, 1, 2, 0])
    x = np.array([[1, 0.6], [4.4, 3.1], [8, 2.3]])
    cases = [(line, np.array([4, 4, 9, 9, 4]), np.array([[2.0], [6.4]]), 3)]
    cases += [(plane, y, x, k) for k in (3, 1, 2, 5, 6)]
    cases += [(plane, y, x[:1], 3), (plane, y, plane[[1, 4, 5]], 1),
              (1e5 * plane, y, 1e5 * x, 3)]
    around = np.array([[0, 1], [0.1, 2.4], [1.6, 0], [1.5, 1.4], [3, 0.2]])
    origin = np.zeros((1, 2))
    cases += [(around, np.array(labels), origin, k) for labels, k in (
        ([0, 0, 3, 3, 1], 1), ([0, 3, 0, 1, 3], 3), ([5, 0, 2, 5, 2], 4))]
    rng = np.random.default_rng(15)
    for M, k in ((3, 4), (2, 7)):
        cases.append((np.round(rng.normal(size=(12, M)), 2),
                      rng.integers(4, size=12),
                      np.round(rng.normal(size=(4, M)), 2), k))
    return cases


def _given_vote(case):
    x_train, y_train, x, k = case
    return _below(_matrix("x_train", x_train), f"y_train {_row(y_train)}",
                  _matrix("x", x), f"k {k}")


def _matrix(name, values):
    """Return a small matrix as text, its rows below each other."""
    first, *rows = map(_row, values)
    rows = [" " * len(name) + "  " + row for row in rows]
    return _below(f"{name} [{first}", *rows) + "]"


def _labels(answer, case, expected):
    """Return an answer's labels; `Wrong` if there is not one for each row."""
    x_train, y_train, x, k = case
    given = _given_vote(case)
    value = as_array(answer(*case), "the result", given)
    if value.shape == (len(x),):
        return value
    order = _places(x_train, x, k)
    words = (
        "There should be one label for each row of x, shape "
        f"({len(x)},); the shape is {value.shape}."
    )
    if value.shape == order.shape and np.array_equal(value, order):
        words = (
            "These are the places of the neighbours; return the label that "
            "most of them have, one for each row of x."
        )
    elif value.shape == order.shape and np.array_equal(value, y_train[order]):
        words = (
            "These are the neighbours' labels; return for each row of x the "
            "label that occurs most often."
        )
    raise Wrong(words, given, expected, value)


def _squares(x_train, x):
    return np.sum((x[:, None] - x_train) ** 2, axis=2)


def _votes(away, y_train, k, skip=0, place=0):
    """Return the labels that win, by distances away (rows of x, D)."""
    found = []
    for row in away:
        nearest = np.argsort(row, kind="stable")[skip : k + skip]
        counts = np.bincount(y_train[nearest], minlength=1)
        found.append(np.flatnonzero(counts == counts.max())[place])
    return np.array(found)


def _tied(labels, case):
    """Has each label, in its row, as many votes as any other?"""
    rows = [list(row) for row in _near(*case)]
    return all(row.count(label) == max(map(row.count, row))
               for row, label in zip(rows, labels))


def _near(x_train, y_train, x, k):
    return y_train[_places(x_train, x, k)]


def _by(distance):
    """Return a vote by another distance, of differences (rows of x, D, M)."""
    def vote(x_train, y_train, x, k):
        return _votes(distance(x[:, None] - x_train), y_train, k)

    return vote


def _with(**options):
    """Return a vote with another number of neighbours, or other ties."""
    def vote(x_train, y_train, x, k):
        own = dict(options)
        k = min(max(own.pop("only", k) + own.pop("more", 0), 1), len(y_train))
        return _votes(_squares(x_train, x), y_train, k, **own)

    return vote


def _nearest_mean(x_train, y_train, x, k):
    names = np.unique(y_train)
    means = [x_train[y_train == name].mean(axis=0) for name in names]
    return names[np.argmin(_squares(np.array(means), x), axis=1)]


TIED = (
    "Several labels have equally many votes here: take the smallest of them."
)
NAMES = "Labels are names: count how often each occurs."
ROWS = (
    "Is the sum taken over each row (axis=1)? Every training point has a "
    "distance of its own."
)
PLACES = (
    "These are places of points in x_train, not labels: look up in y_train "
    "which label stands at each place."
)


def _places(x_train, x, k):
    return np.argsort(_squares(x_train, x), axis=1, kind="stable")[:, :k]


VOTE_MISTAKES = [
    (lambda x_train, y_train, x, k: _places(x_train, x, k).min(axis=1),
     PLACES),
    (lambda x_train, y_train, x, k: _places(x_train, x, k)[:, 0], PLACES),
    (_with(only=1), "Only the nearest point was asked: k says how many have "
     "a vote."),
    (_with(only=3), "Always three points were asked: k says how many have a "
     "vote."),
    (_with(only=5), "Always five points were asked: k says how many have a "
     "vote."),
    (_with(only=10**6), "All training points had a vote; only the k nearest "
     "should."),
    (_by(lambda away: -np.sum(away**2, axis=2)), "These are the labels of "
     "the points that are farthest away."),
    (lambda *case: _near(*case).mean(axis=1), "That is the mean of the "
     "neighbours' labels. " + NAMES),
    (lambda *case: np.rint(_near(*case).mean(axis=1)), "That is the rounded "
     "mean of the neighbours' labels. " + NAMES),
    (lambda *case: np.trunc(_near(*case).mean(axis=1)), "That is the mean of "
     "the neighbours' labels. " + NAMES),
    (lambda *case: np.median(_near(*case), axis=1), "That is the median of "
     "the neighbours' labels. " + NAMES),
    (lambda *case: _near(*case).max(axis=1), "That is the largest label of "
     "the neighbours. " + NAMES),
    (lambda *case: [np.bincount(row).max() for row in _near(*case)], "That "
     "is how many votes the winner has; return its label."),
    (_by(lambda away: np.abs(away).sum(axis=2)), "That is the sum of "
     "absolute differences; the distance has squares."),
    (_by(lambda away: np.abs(away).max(axis=2)), "That is the largest "
     "difference of any coordinate; the distance sums squares over all."),
    (_by(lambda away: np.abs(away[:, :, 0])), "Only the first column was "
     "used: the distance sums over all coordinates."),
    (_by(lambda away: np.abs(away.sum(axis=2))), "The differences were added "
     "before they were squared, so they can cancel."),
    (_by(lambda away: away.sum(axis=2)), "The differences were added without "
     "being squared, so they can cancel."),
    (_by(lambda away: -away.sum(axis=2)), "The differences were added "
     "without being squared, so they can cancel."),
    (_by(lambda away: np.sum(away**2, axis=1)), ROWS),
    (_by(lambda away: np.zeros((len(away), 1))), ROWS),
    (_nearest_mean, "That is the class whose mean is nearest; ask the k "
     "nearest points."),
    (_with(skip=1), "The nearest point was left out of the vote."),
    (_with(more=1), "One neighbour too many has a vote."),
    (_with(more=-1), "One neighbour too few has a vote."),
]
