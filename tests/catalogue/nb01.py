"""Wrong and right answers to the exercises of notebook 01."""


def _impurity(p, gini="(1 - np.sum(np.square(p)))", left="<=", right=">",
              condition="if len(side):", total="total"):
    return f"""
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values {left} cut], y[values {right} cut]):
        {condition}
            p = {p}
            total += len(side) / len(y) * {gini}
    return {total}
"""


def _by_gini(result, gini="1 - np.sum(p ** 2)"):
    return f"""
def impurity_after_cut(values, y, cut):
    def gini(labels):
        p = np.bincount(labels) / max(len(labels), 1)
        return {gini}
    left, right = y[values <= cut], y[values > cut]
    return {result}
"""


def _near(points="((x_train - point) ** 2).sum(axis=1)", which="[:k]",
          vote="np.bincount(labels).argmax()", end="np.array(found)"):
    return f"""
def nearest_neighbours(x_train, y_train, x, k):
    from collections import Counter
    found = []
    for point in x:
        labels = y_train[np.argsort({points}){which}]
        found.append({vote})
    return {end}
"""


def _cut_by(count, places="np.append(-np.inf, z)", best="argmin"):
    return f"""
def best_cut(z, signal):
    places, found = {places}, []
    for c in places:
        s = z > c
        found.append({count})
    return places[np.{best}(found)]
"""


ALL = "np.sum(s != signal)"
GOOD = "np.sum(s & signal)"


CATALOGUE = {
    "1.1": {
        "names": ["contamination_and_efficiency"],
        "wrong": [
            (
                """
def contamination_and_efficiency(selected, signal):
    good = np.sum(selected & signal)
    return good / max(np.sum(selected), 1), good / np.sum(signal)
""",
                "That is the purity, the share",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    good = np.sum(selected & signal)
    bad = np.sum(selected & ~signal)
    return good / np.sum(signal), bad / max(np.sum(selected), 1)
""",
                "The two are swapped",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.sum(selected & ~signal)
    return bad / np.sum(~signal), np.sum(selected & signal) / np.sum(signal)
""",
                "not of the background",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.mean(selected & ~signal)
    return bad, np.sum(selected & signal) / np.sum(signal)
""",
                "Contamination is a share of what was selected, not of all",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.sum(selected & ~signal) / max(np.sum(selected), 1)
    return bad, np.mean(selected & signal)
""",
                "Efficiency is a share of all the signal, not of all the",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.sum(selected & ~signal) / max(np.sum(selected), 1)
    return bad, np.mean(selected == signal)
""",
                "the accuracy",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.sum(selected & ~signal) / np.sum(selected)
    return bad, np.sum(selected & signal) / np.sum(signal)
""",
                "nothing can be contaminated",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.sum(selected & ~signal) / max(np.sum(selected), 1)
    return 100 * bad, 100 * np.sum(selected & signal) / np.sum(signal)
""",
                "not percent",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    good = np.sum(selected & signal)
    return np.sum(selected & ~signal) / max(good, 1), good / np.sum(signal)
""",
                "the ratio of background to signal",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    good = np.sum(selected & signal)
    return np.sum(selected & ~signal) / np.sum(signal), good / np.sum(signal)
""",
                "not of the signal",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = np.sum(selected & ~signal) / max(np.sum(selected), 1)
    return bad, np.sum(selected & signal)
""",
                "divide by how many are signal",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    return np.sum(selected & ~signal) / max(np.sum(selected), 1)
""",
                "should return two numbers",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    good = np.sum(selected and signal)
    return 1 - good / max(np.sum(selected), 1), good / np.sum(signal)
""",
                "For arrays, point by point: &",
            ),
            (
                """
def contamination_and_efficiency(selected, signal):
    bad = sum(1 for s, t in zip(selected, signal) if s and not t)
    good = sum(1 for s, t in zip(selected, signal) if s and t)
    return bad / (bad + good), good / int(signal.sum())
""",
                "ZeroDivisionError",
                "error",
            ),
        ],
        "right": [
            """
def contamination_and_efficiency(selected, signal):
    good = bad = lost = 0
    for s, t in zip(selected, signal):
        good += bool(s and t)
        bad += bool(s and not t)
        lost += bool(t and not s)
    chosen = good + bad
    return (bad / chosen if chosen else 0), good / (good + lost)
""",
            """
def contamination_and_efficiency(selected, signal):
    efficiency = selected[signal].mean()
    if not selected.any():
        return 0.0, efficiency
    return 1 - signal[selected].mean(), efficiency
""",
            """
def contamination_and_efficiency(selected, signal):
    s, t = selected.astype(np.float32), signal.astype(np.float32)
    chosen = max(s.sum(), 1)
    return np.array([(s * (1 - t)).sum() / chosen, (s * t).sum() / t.sum()])
""",
        ],
    },
    "1.2": {
        "names": ["best_cut"],
        "wrong": [
            (
                """
def best_cut(z, signal):
    places = np.append(z.min() - 1, z)
    return min(np.sum((z > c) != signal) for c in places)
""",
                "That is how many are wrong",
            ),
            (
                """
def best_cut(z, signal):
    places = np.append(z.min() - 1, z)
    return np.argmin([np.sum((z > c) != signal) for c in places])
""",
                "That looks like an index",
            ),
            (
                """
def best_cut(z, signal):
    return (z[signal].mean() + z[~signal].mean()) / 2
""",
                "middle between the two means",
            ),
            (
                """
def best_cut(z, signal):
    places = np.append(z.max() + 1, z)
    wrong = [np.sum((z >= c) != signal) for c in places]
    return places[np.argmin(wrong)]
""",
                "here signal is z > c",
            ),
            (_cut_by("np.sum(s == signal)"), "Your cuts are the worst"),
            (_cut_by("np.sum((z < c) != signal)", best="argmax"),
             "here signal is z > c"),
            (_cut_by("np.sum((z <= c) != signal)"),
             "Your cuts are the worst"),
            (_cut_by("np.sum((z < c) != signal)"), "for z < c; here"),
            (_cut_by(ALL, "z"), "Is a cut below all values among those"),
            (_cut_by(ALL, "np.append(z.min() - 1, (np.sort(z)[1:]"
                          " + np.sort(z)[:-1]) / 2)"),
             "Is a cut at the highest value"),
            *((_cut_by("np.sum(s & ~signal)", places), "no background")
              for places in ("np.append(-np.inf, z)", "z")),
            *((_cut_by("np.sum(~s & signal)", places), "lose no signal")
              for places in ("np.append(-np.inf, z)", "z")),
            ("""
def best_cut(z, signal):
    return max(z[~signal], default=z.min() - 1)
""", "no background"),
            (_cut_by("np.mean(s[~signal]) + np.mean(~s[signal])"),
             "divided by the size of its class"),
            (_cut_by(f"{GOOD} / np.sum(signal) - np.sum(s & ~signal)"
                     " / max(np.sum(s), 1)", best="argmax"),
             "efficiency minus contamination"),
            (_cut_by(f"{GOOD} / (np.sum(s) + np.sum(signal))",
                     best="argmax"), "the F1 score"),
            (_cut_by("np.sum(s & ~signal) / max(np.sum(s), 1)",
                     "np.sort(z)[:-1]"), "highest purity"),
            (
                """
def best_cut(z, signal):
    order = np.argsort(z, kind="stable")
    z, signal = z[order], signal[order]
    wrong = np.sum(~signal) + np.cumsum(np.where(signal, 1, -1))
    wrong = np.append(np.sum(~signal), wrong)
    return np.append(-np.inf, z)[np.argmin(wrong)]
""",
                "it cannot pass between them",
            ),
            (
                """
def best_cut(z, signal):
    places = np.linspace(z.min() - 1, z.max() + 1, 200)
    return places[np.argmin([np.sum((z > c) != signal) for c in places])]
""",
                "a grid of cuts can step over them",
            ),
            (
                """
def best_cut(z, signal):
    places = np.append(-np.inf, z).astype(np.float32)
    exact = np.append(-np.inf, z)
    wrong = [np.sum((z > c) != signal) for c in exact]
    return places[np.argmin(wrong)]
""",
                "rounded to single precision",
            ),
            (
                """
def best_cut(z, signal):
    places = np.append(-np.inf, z).astype(np.float16)
    wrong = [np.sum((z > c) != signal) for c in np.append(-np.inf, z)]
    return places[np.argmin(wrong)]
""",
                "rounded to half precision",
            ),
            (
                """
def best_cut(z, signal):
    return z[signal].min() - 1e-9
""",
                "lose no signal",
            ),
            (
                """
def best_cut(z, signal):
    places = np.append(z.min() - 1, z)
    wrong = [np.sum((z > c) != signal) for c in places]
    return places[wrong == min(wrong)]
""",
                "The cut is one number",
            ),
        ],
        "right": [
            """
def best_cut(z, signal):
    z, signal = list(z), list(signal)
    best, least = min(z) - 1, signal.count(False)
    for c in z:
        wrong = sum((value > c) != s for value, s in zip(z, signal))
        if wrong < least:
            best, least = c, wrong
    return best
""",
            """
def best_cut(z, signal):
    order = np.argsort(z)
    z, signal = z[order], signal[order]
    wrong = np.sum(~signal) + np.cumsum(np.where(signal, 1, -1))
    last = np.append(np.diff(z) > 0, True)
    places = np.append(-np.inf, z[last])
    return places[np.argmin(np.append(np.sum(~signal), wrong[last]))]
""",
            """
def best_cut(z, signal):
    s = np.sort(z)
    middle = (s[1:] + s[:-1]) / 2
    places = np.concatenate([[s[0] - 1], middle, [s[-1] + 1]])
    wrong = (z > places[:, None]) != signal
    return places[wrong.sum(axis=1).argmin()]
""",
        ],
        "same": [
            ("wrong <= ", "of several best cuts any may be returned"),
            ("min(z) - 2", "any number below all values serves"),
            ("s[0] - 2", "any number below all values serves"),
            ("[s[-1]]]", "a cut at the highest value selects nothing, too"),
            ("s[-1] + 2", "any number above all values serves"),
            ("s[-1] + 0", "a cut at the highest value selects nothing, too"),
            ("(z >= places", "only in ties, where an earlier cut is as good"),
        ],
    },
    "1.3": {
        "names": ["impurity_after_cut"],
        "wrong": [
            (_impurity("[np.mean(side == k) for k in range(max(y))]"),
             "highest label was left out"),
            (_impurity("[np.mean(side == k) for k in range(max(side))]"),
             "highest label was left out"),
            (_impurity("np.bincount(side) / len(y)"),
             "divided by the number of all points"),
            (_impurity("[np.mean(side == k) for k in range(len(set(y)))]"),
             "A label was left out"),
            (_impurity("[np.mean(side == k) for k in range(len(set(side)))]",
                       "sum(q * (1 - q) for q in p)"),
             "A label was left out"),
            (_by_gini("(gini(left) + gini(right)) / 2"), "the plain mean"),
            (_by_gini("gini(left) + gini(right)"), "were added"),
            (_impurity("np.bincount(side)", "(1 - p.max() / len(side))"),
             "That is the contamination"),
            (_impurity("np.bincount(side) / len(side)", "np.sum(p ** 2)"),
             "1 for a pure side"),
            (_impurity("np.unique(side, return_counts=True)[1] / len(side)",
                       "-np.sum(p * np.log2(p))"),
             "That is the entropy"),
            (_impurity("np.mean(side == 1)", "2 * p * (1 - p)"),
             "holds for two classes only"),
            (_impurity("np.bincount(side) / len(side)", left="<", right=">="),
             "belongs to the left side"),
            (_impurity("np.bincount(side, minlength=9) / len(side)",
                       condition="if True:"),
             "leaves one side empty"),
            (_impurity("np.mean(side)", "2 * p * (1 - p)"),
             "holds for two classes only"),
            (_impurity("np.mean(side)", "p * (1 - p)"),
             "the term of one class only"),
            (_by_gini("gini(y) - (len(left) * gini(left)"
                      " + len(right) * gini(right)) / len(y)"),
             "how much the cut lowers"),
            (_by_gini("gini(left)"), "the left side alone"),
            *((_impurity("np.bincount(side) / len(side)", gini),
               "square each p[k], then add")
              for gini in ("(1 - np.sum(p) ** 2)", "(1 - sum(p)) ** 2")),
        ],
        "right": [
            """
def impurity_after_cut(values, y, cut):
    total = 0.0
    for side in (y[values <= cut], y[values > cut]):
        for k in set(y):
            if len(side):
                p = np.mean(side == k)
                total += len(side) * p * (1 - p)
    return total / len(y)
""",
            """
def impurity_after_cut(values, y, cut):
    sides = {True: [], False: []}
    for value, label in zip(values, y):
        sides[bool(value <= cut)].append(int(label))
    total = 0
    for labels in sides.values():
        n = len(labels)
        if n:
            squares = sum(labels.count(k) ** 2 for k in set(labels))
            total += n - squares / n
    return total / len(y)
""",
            """
def impurity_after_cut(values, y, cut):
    counts = np.zeros((2, y.max() + 1))
    np.add.at(counts, ((values > cut).astype(int), y), 1)
    n = counts.sum(axis=1)
    return (n - (counts ** 2).sum(axis=1) / np.maximum(n, 1)).sum() / len(y)
""",
        ],
    },
    "1.4": {
        "names": ["nearest_neighbours"],
        "wrong": [
            (_near(vote="Counter(labels).most_common(1)[0][0]"),
             "equally many votes"),
            (_near(vote="max(labels, key=labels.tolist().count)"),
             "equally many votes"),
            (_near(vote="max(sorted(labels)[::-1], key=[*labels].count)"),
             "equally many votes"),
            (_near(which="[:1]"), "Only the nearest point was asked"),
            *((code.replace("y_train[np.argsort", "([np.argsort").replace(
                "[:k]]", "[:k]])[0]"), "places of points in x_train")
              for code in (_near(), _near(vote="labels[0]"))),
            (_near("-((x_train - point) ** 2).sum(axis=1)"), "farthest away"),
            (_near(vote="round(labels.mean())"), "Labels are names"),
            (_near(vote="np.bincount(labels).max()"),
             "how many votes the winner has"),
            (_near("np.abs(x_train - point).sum(axis=1)"),
             "the sum of absolute differences"),
            (_near("(x_train - point).sum(axis=1) ** 2"),
             "before they were squared"),
            *((_near(total), "Is the sum taken over each row") for total in (
                "((x_train - point) ** 2).sum(axis=0)",
                "np.sqrt(np.sum((x_train - point) ** 2))",
                "np.linalg.norm(x_train - point)",
                "np.linalg.norm(x_train - point, axis=0)",
            )),
            (_near("np.abs(x_train[:, 0] - point[0])"),
             "Only the first column"),
            (_near(which="[1 : k + 1]"), "left out of the vote"),
            (_near(vote="max(set(labels.tolist()), key=lambda c: "
                        "(np.sum(labels == c), c))"),
             "take the smallest of them"),
            (_near(which="[:3]"), "Always three points"),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    squares = ((x[:, None] - x_train) ** 2).sum(axis=2)
    return np.argsort(squares, axis=1)[:, :k]
""",
                "the places of the neighbours",
            ),
            (_near(end="found[0]"), "one label for each row of x"),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    means = [x_train[y_train == c].mean(axis=0) for c in np.unique(y_train)]
    squares = ((x[:, None] - np.array(means)) ** 2).sum(axis=2)
    return np.unique(y_train)[squares.argmin(axis=1)]
""",
                "class whose mean is nearest",
            ),
            (_near(end="found"), "np.array(...)"),
            (_near(end="np.array(found, float)"), "return integers"),
        ],
        "right": [
            """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        away = [math.dist(point, other) for other in x_train]
        order = sorted(range(len(away)), key=lambda i: away[i])[:k]
        votes = {}
        for i in order:
            votes[int(y_train[i])] = votes.get(int(y_train[i]), 0) + 1
        found.append(min(votes, key=lambda label: (-votes[label], label)))
    return np.array(found)
""",
            """
def nearest_neighbours(x_train, y_train, x, k):
    squares = (x ** 2).sum(1)[:, None] - 2 * x @ x_train.T
    squares = squares + (x_train ** 2).sum(1)
    near = y_train[np.argpartition(squares, k - 1, axis=1)[:, :k]]
    labels = np.unique(y_train)
    votes = (near[:, :, None] == labels).sum(axis=1)
    return labels[votes.argmax(axis=1)].astype(np.uint8)
""",
            """
from sklearn.neighbors import KNeighborsClassifier


def nearest_neighbours(x_train, y_train, x, k):
    return KNeighborsClassifier(k).fit(x_train, y_train).predict(x)
""",
        ],
    },
}
