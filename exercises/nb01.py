"""Checkers of notebook 01: cuts, trees and groups."""

import itertools

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise


@exercise(
    "1.1",
    "contamination and efficiency",
    returns=("number", "number"),
    hints=[
        "Both are ratios of counts, with the same numerator or nearly: which "
        "points are in it, and which population do you divide by?",
        "selected & signal marks the signal that was selected, and "
        "selected & ~signal the background that was; np.sum counts marks.",
        "Contamination divides by the number selected, efficiency by the "
        "number of signal. Test for the empty selection first.",
    ],
)
def contamination_and_efficiency(answer):
    selected = np.array([1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0], bool)
    signal = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], bool)
    _pair(answer, selected, signal)
    rng = np.random.default_rng(11)
    for share in (0.2, 0.5, 0.9):
        selected = rng.random(57) < share
        signal = rng.random(57) < 0.4
        _pair(answer, selected, signal)
    selected = np.zeros(5, bool)
    signal = np.array([1, 0, 1, 0, 0], bool)
    contamination, _ = _two(answer(selected, signal))
    if not np.all(as_array(contamination, "the contamination") == 0):
        raise Wrong(
            "When nothing is selected, nothing can be contaminated: return a "
            "contamination of 0 there.",
            "selected all False",
            0.0,
            contamination,
        )
    _pair(answer, selected, signal)
    return "The rest of the notebook uses your function."


def _two(result):
    if isinstance(result, np.ndarray) and result.shape == (2,):
        result = tuple(result)
    return as_tuple(result, 2, "two numbers, contamination and efficiency")


def _pair(answer, selected, signal):
    contamination, efficiency = _two(answer(selected, signal))
    good = np.sum(selected & signal)
    bad = np.sum(selected & ~signal)
    n = max(np.sum(selected), 1)
    right = bad / n, good / np.sum(signal)
    given = (
        f"selected {selected.astype(int)}\n            "
        f"signal   {signal.astype(int)}"
    )
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
            (bad / np.sum(~signal), "Contamination is a share of what was "
             "selected, not of the background."),
            (bad / len(signal), "Contamination is a share of what was "
             "selected, not of all the data."),
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
        ],
    )


@exercise(
    "1.2",
    "the best cut",
    returns="number",
    hints=[
        "The number of wrong decisions changes only where the cut passes a "
        "value of z. So few candidates are enough.",
        "The values of z themselves will do as candidates, and one more "
        "below all of them. Count the wrong ones for each.",
        "For a candidate c the wrong ones are np.sum((z > c) != signal).",
    ],
)
def best_cut(answer):
    z = np.array([10.3, 11.1, 12.2, 13.4, 14.5, 15.9])
    signal = np.array([0, 0, 1, 0, 1, 1], bool)
    _cut(answer, z, signal)
    rng = np.random.default_rng(12)
    for size, shift in ((25, 1.5), (40, 1.0), (60, 2.5)):
        signal = rng.random(size) < 0.4
        z = np.round(10 + 3 * rng.normal(size=size) + 3 * shift * signal, 3)
        _cut(answer, z, signal)
    z = np.array([0.2, 0.5, 0.9, 1.3, 2.4])
    signal = np.array([1, 1, 1, 1, 0], bool)
    _cut(
        answer, z, signal,
        "Here it is best to select everything: a cut below the lowest value "
        "has to be among those you try.",
    )
    _cut(
        answer, z, z < 0.4,
        "Here it is best to select nothing: a cut above, or at, the highest "
        "value has to be among those you try.",
    )


def _cut(answer, z, signal, words=None):
    cut = as_array(answer(z, signal), "the cut")
    given = f"z {z}\n            signal {signal.astype(int)}"
    if cut.size != 1:
        raise Wrong(
            f"The cut is one number; the shape of yours is {cut.shape}.",
            given if len(z) < 9 else None,
        )
    cut = float(cut.reshape(()))
    places = np.concatenate([[-np.inf], z])
    wrong = [int(np.sum((z > c) != signal)) for c in places]
    least = min(wrong)
    mine = int(np.sum((z > cut) != signal))
    if mine == least and not np.isnan(cut):
        return
    ordered = np.argsort(np.argsort(z))
    index = {wrong.index(least), wrong.index(least) - 1}
    if words is None:
        if np.isnan(cut):
            words = "The cut is NaN."
        elif cut in (least, least / len(z)):
            words = "That is how many are wrong; return where the cut is."
        elif cut in index or cut in {int(ordered[i]) for i in index}:
            words = "That looks like an index: return the value of the cut."
        elif mine == max(wrong):
            words = "That is the worst cut: it makes the most mistakes."
        elif np.isclose(cut, _midpoint(z, signal)):
            words = (
                "The middle between the two means is a good guess, but "
                "another cut has fewer mistakes: try them all."
            )
        elif np.sum((z >= cut) != signal) == least:
            words = "That would be right for z >= c; here signal is z > c."
        else:
            words = "There is a cut with fewer wrong decisions."
    raise Wrong(
        words,
        given if len(z) < 9 else f"{len(z)} random values",
        f"a cut with {least} wrong",
        f"the cut {cut:.4g} with {mine} wrong",
    )


def _midpoint(z, signal):
    return (z[signal].mean() + z[~signal].mean()) / 2


@exercise(
    "1.3",
    "a variable for the rings",
    returns="array",
    hints=[
        "What is nearly the same for all points of one ring, and differs "
        "from one ring to the other?",
        "It needs the squares of both columns, x[:, 0] and x[:, 1].",
    ],
)
def ring_variable(answer):
    rng = np.random.default_rng(13)
    angle, y = 2 * np.pi * rng.random(800), np.arange(800) % 2
    x = np.c_[np.cos(angle), np.sin(angle)] * (1 + y)[:, None]
    x += 0.15 * rng.normal(size=x.shape)
    value = as_array(answer(x), "the new variable")
    if value.shape == (800, 1):
        value = value[:, 0]
    if value.shape != (800,):
        raise Wrong(
            f"There should be one number for each row of x, shape (800,); "
            f"the shape is {value.shape}. Sum over the columns (axis=1).",
        )
    if not np.all(np.isfinite(value)):
        raise Wrong("There is a NaN or an infinity in the new variable.")
    signs = [1, -1]
    share = min(_fewest(s * value, y == 1) for s in signs) / 800
    if share <= 0.02:
        return f"A cut on it puts {share:.1%} of the check's points wrong."
    raise Wrong(
        _about_variable(answer, x, value),
        "800 points of two rings",
        "at most 2 % wrong at the best cut",
        f"{share:.0%} wrong",
    )


def _fewest(z, signal):
    ordered = signal[np.argsort(z, kind="stable")]
    start = np.sum(~signal)
    steps = np.cumsum(np.where(ordered, 1, -1))
    last = np.append(np.diff(np.sort(z)) > 0, True)  # no cut inside a tie
    return min(start, start + steps[last].min())


def _about_variable(answer, x, value):
    """Return a sentence that says what the variable depends on."""
    def same(other):
        other = np.asarray(other, dtype=float).reshape(-1)
        return other.shape == value.shape and np.allclose(other, value)

    half = np.asarray(answer(x / 2), dtype=float).reshape(-1)
    zero = np.asarray(answer(0 * x), dtype=float).reshape(-1)
    if np.ptp(value) < 1e-12:
        return "The variable has the same value for all points."
    if same(answer(x[:, [0, 0]])) or same(answer(x[:, [1, 1]])):
        return "The variable looks at one column of x only: use both."
    mirrored = np.asarray(answer(-x), dtype=float).reshape(-1)
    if np.allclose(half, (value + zero) / 2) and np.allclose(
        mirrored, 2 * zero - value
    ):
        return (
            "This variable is a linear function of x: cutting on it is the "
            "straight cut that has just failed."
        )
    if same(half):
        return (
            "This variable depends on the direction of the point alone; the "
            "rings differ in the distance from the centre."
        )
    return "No cut on this variable separates the rings."


@exercise(
    "1.4",
    "Gini impurity after a cut",
    returns="number",
    hints=[
        "Write the impurity of one set of labels first, as a small function "
        "of its own; then combine that of the two sides.",
        "np.unique(labels, return_counts=True) gives the counts of the "
        "classes; p = counts / counts.sum(); G = 1 - np.sum(p ** 2).",
        "Each side counts with the share of the points that it holds: "
        "len(side) / len(y) * gini(side).",
    ],
)
def impurity_after_cut(answer):
    values = np.arange(1.0, 8.0)
    y = np.array([0, 0, 1, 1, 1, 1, 0])
    _impurity(answer, values, y, 3.5)
    _impurity(answer, values, y, 2.5)
    rng = np.random.default_rng(14)
    for classes in (2, 2, 3):
        values = np.round(rng.normal(size=30), 2)
        y = rng.integers(classes, size=30)
        _impurity(answer, values, y, 0.4, classes)
    values = np.array([1.0, 2.0, 2.0, 3.0, 4.0])
    _impurity(answer, values, np.array([0, 1, 1, 1, 0]), 2.0)
    y = np.array([0, 1, 1, 0, 1])
    values = np.arange(5.0)
    received = as_array(answer(values, y, 9.0), "the impurity")
    if not np.allclose(received, _gini(y)):
        raise Wrong(
            "When the cut leaves one side empty, that side counts for "
            "nothing and the other one is the whole sample.",
            f"values {values}, y {y}, cut 9.0",
            _gini(y),
            received,
        )


def _shares(y):
    counts = np.unique(y, return_counts=True)[1]
    return counts / counts.sum()


def _gini(y):
    return 1 - np.sum(_shares(y) ** 2)


def _entropy(y):
    return -np.sum(_shares(y) * np.log2(_shares(y)))


def _impurity(answer, values, y, cut, classes=2):
    left, right = y[values <= cut], y[values > cut]
    a, b = len(left) / len(y), len(right) / len(y)
    other = y[values < cut], y[values >= cut]

    def total(measure, first=left, second=right):
        n = len(first) / len(y)
        return n * measure(first) + (1 - n) * measure(second)

    expected = total(_gini)
    if len(y) < 9:
        given = f"values {values}, y {y}, cut {cut}"
    else:
        given = f"{len(y)} random points of {classes} classes, cut {cut}"
    mistakes = [
        ((_gini(left) + _gini(right)) / 2, "The two sides count with their "
         "sizes: this is the plain mean of their impurities."),
        (_gini(left) + _gini(right), "The impurities of the two sides were "
         "added; each has to count with its share of the points."),
        (total(lambda s: 1 - _shares(s).max()), "That is the contamination "
         "of the two sides; the Gini impurity has the squares of all "
         "shares."),
        (total(lambda s: np.sum(_shares(s) ** 2)), "That is the sum of the "
         "squares, which is 1 for a pure side: the impurity is 1 minus "
         "it."),
        (total(_entropy), "That is the entropy; the Gini impurity has "
         "squares and no logarithm."),
        (_gini(left), "That is the impurity of the left side alone."),
        (_gini(right), "That is the impurity of the right side alone."),
        (_gini(y), "That is the impurity before the cut."),
        (b * _gini(left) + a * _gini(right), "The sizes of the two sides "
         "are swapped."),
        (len(y) * expected, "The sides were weighted with their numbers of "
         "points; divide by the number of all."),
    ]
    if len(other[0]) and len(other[1]):
        mistakes.append((total(_gini, *other), "A value equal to the cut "
                         "belongs to the left side, values <= cut."))
    if classes > 2:
        two = total(lambda s: 2 * np.mean(s == 1) * np.mean(s != 1))
        mistakes.append((two, "2 p (1 - p) holds for two classes only; here "
                         "there are three: use 1 - the sum of squares."))
    compare(
        answer(values, y, cut), expected, given, mistakes,
        name="the impurity",
    )


@exercise(
    "1.5",
    "do the groups agree with the classes?",
    returns="number",
    hints=[
        "Go through the groups one by one (np.unique gives their numbers). "
        "Which class is the most frequent in a group?",
        "np.bincount(y[groups == g]).max() is how many points of group g "
        "belong to its most frequent class.",
        "Add up these maxima over the groups and divide by the number of "
        "all points.",
    ],
)
def agreement(answer):
    groups = np.array([5, 5, 5, 2, 2, 2, 2])
    _agree(answer, groups, np.array([1, 1, 0, 0, 0, 0, 1]))
    groups = np.array([0, 0, 0, 0, 0, 0, 0, 3, 3, 1, 1, 1])
    _agree(answer, groups, np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]))
    rng = np.random.default_rng(15)
    for k, classes in ((2, 2), (3, 3), (6, 2), (5, 10)):
        y = rng.integers(classes, size=45)
        groups = (y + rng.integers(2, size=45) + 1) % k
        _agree(answer, groups, y)


def _agree(answer, groups, y):
    table = np.array(
        [np.bincount(y[groups == g], minlength=10) for g in np.unique(groups)]
    )
    D = len(y)
    expected = table.max(axis=1).sum() / D
    given = f"groups {groups}, y {y}" if D < 13 else (
        f"{D} random points, {len(table)} groups, {len(set(y))} classes"
    )
    single = (
        max(
            sum(table[g, k] for k, g in enumerate(order))
            for order in itertools.permutations(range(len(table)), 2)
        ) / D
        if len(table) > 2 and y.max() == 1
        else -1.0
    )
    compare(
        answer(groups, y), expected, given, name="the agreement",
        mistakes=[
            (np.mean(groups == y), "The numbers of the groups mean nothing: "
             "group 0 need not be class 0. Let each group vote."),
            (np.mean(table.max(axis=1) / table.sum(axis=1)), "A large group "
             "counts more than a small one: count points, not groups."),
            (table.max(axis=0).sum() / D, "The vote goes the other way: each "
             "group gets its most frequent class, not each class its most "
             "frequent group."),
            (table.max(axis=1).sum(), "That is a number of points; divide "
             "by all of them for a share."),
            (table.sum(axis=0).max() / D, "That is the share of the most "
             "frequent class of all; let each group vote by itself."),
            (single, "Several groups may vote for the same class; here each "
             "class was given to one group only."),
            (1 - expected, "That is the share that disagrees."),
            (100 * expected, "Give a share between 0 and 1, not percent."),
        ],
    )
