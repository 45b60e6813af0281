"""Wrong and right answers to the exercises of notebook 01."""

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
            (
                """
def best_cut(z, signal):
    places = np.append(z.min() - 1, z)
    right = [np.sum((z > c) == signal) for c in places]
    return places[np.argmin(right)]
""",
                "the worst cut",
            ),
            (
                """
def best_cut(z, signal):
    wrong = [np.sum((z > c) != signal) for c in z]
    return z[np.argmin(wrong)]
""",
                "a cut below the lowest",
            ),
            (
                """
def best_cut(z, signal):
    s = np.sort(z)
    places = np.append(s[0] - 1, (s[1:] + s[:-1]) / 2)
    wrong = [np.sum((z > c) != signal) for c in places]
    return places[np.argmin(wrong)]
""",
                "at, the highest",
            ),
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
                "best to select nothing",
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
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        if len(side):
            p = [np.mean(side == k) for k in range(max(y))]
            total += len(side) / len(y) * (1 - np.sum(np.square(p)))
    return total
""",
                "highest label was left out",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        if len(side):
            p = [np.mean(side == k) for k in range(max(side))]
            total += len(side) / len(y) * (1 - np.sum(np.square(p)))
    return total
""",
                "highest label was left out",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        p = np.bincount(side) / len(y)
        total += len(side) / len(y) * (1 - np.sum(p ** 2))
    return total
""",
                "divided by the number of all points",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        if len(side):
            p = [np.mean(side == k) for k in range(len(np.unique(y)))]
            total += len(side) / len(y) * (1 - np.sum(np.square(p)))
    return total
""",
                "A label was left out",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        if len(side):
            p = [np.mean(side == k) for k in range(len(np.unique(side)))]
            total += len(side) / len(y) * sum(q * (1 - q) for q in p)
    return total
""",
                "A label was left out",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    def gini(labels):
        p = np.bincount(labels) / len(labels)
        return 1 - np.sum(p ** 2)
    return (gini(y[values <= cut]) + gini(y[values > cut])) / 2
""",
                "the plain mean",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    def gini(labels):
        p = np.bincount(labels) / len(labels)
        return 1 - np.sum(p ** 2)
    return gini(y[values <= cut]) + gini(y[values > cut])
""",
                "were added",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        total += len(side) - np.bincount(side).max()
    return total / len(y)
""",
                "That is the contamination",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        p = np.bincount(side) / len(side)
        total += len(side) / len(y) * np.sum(p ** 2)
    return total
""",
                "1 for a pure side",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        p = np.unique(side, return_counts=True)[1] / len(side)
        total -= len(side) / len(y) * np.sum(p * np.log2(p))
    return total
""",
                "That is the entropy",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        p = np.mean(side == 1)
        total += len(side) / len(y) * 2 * p * (1 - p)
    return total
""",
                "holds for two classes only",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values < cut], y[values >= cut]):
        if len(side):
            p = np.bincount(side) / len(side)
            total += len(side) / len(y) * (1 - np.sum(p ** 2))
    return total
""",
                "belongs to the left side",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        p = np.bincount(side, minlength=9) / len(side)
        total += len(side) / len(y) * (1 - np.sum(p ** 2))
    return total
""",
                "leaves one side empty",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        if len(side):
            p = np.mean(side)
            total += len(side) / len(y) * 2 * p * (1 - p)
    return total
""",
                "holds for two classes only",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    total = 0
    for side in (y[values <= cut], y[values > cut]):
        if len(side):
            p = np.mean(side)
            total += len(side) / len(y) * p * (1 - p)
    return total
""",
                "the term of one class only",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    def gini(labels):
        p = np.bincount(labels) / max(len(labels), 1)
        return 1 - np.sum(p ** 2)
    after = sum(len(s) * gini(s) for s in (y[values <= cut], y[values > cut]))
    return gini(y) - after / len(y)
""",
                "how much the cut lowers",
            ),
            (
                """
def impurity_after_cut(values, y, cut):
    left = y[values <= cut]
    p = np.bincount(left) / len(left)
    return 1 - np.sum(p ** 2)
""",
                "the left side alone",
            ),
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
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    from collections import Counter
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        found.append(Counter(y_train[near]).most_common(1)[0][0])
    return np.array(found)
""",
                "equally many votes",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        labels = y_train[near].tolist()
        found.append(max(labels, key=labels.count))
    return np.array(found)
""",
                "equally many votes",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        labels = sorted(y_train[near], reverse=True)
        found.append(max(labels, key=labels.count))
    return np.array(found)
""",
                "equally many votes",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    squares = ((x[:, None] - x_train) ** 2).sum(axis=2)
    return y_train[np.argmin(squares, axis=1)]
""",
                "Only the nearest point was asked",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        squares = ((x_train - point) ** 2).sum(axis=1)
        found.append(np.bincount(y_train[np.argsort(-squares)[:k]]).argmax())
    return np.array(found)
""",
                "farthest away",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        found.append(round(y_train[near].mean()))
    return np.array(found)
""",
                "Labels are names",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        found.append(np.bincount(y_train[near]).max())
    return np.array(found)
""",
                "how many votes the winner has",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(np.abs(x_train - point).sum(axis=1))[:k]
        found.append(np.bincount(y_train[near]).argmax())
    return np.array(found)
""",
                "the sum of absolute differences",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort((x_train - point).sum(axis=1) ** 2)[:k]
        found.append(np.bincount(y_train[near]).argmax())
    return np.array(found)
""",
                "before they were squared",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(np.abs(x_train[:, 0] - point[0]))[:k]
        found.append(np.bincount(y_train[near]).argmax())
    return np.array(found)
""",
                "Only the first column",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[1:k + 1]
        found.append(np.bincount(y_train[near]).argmax())
    return np.array(found)
""",
                "left out of the vote",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        counts = np.bincount(y_train[near])
        found.append(np.flatnonzero(counts == counts.max())[-1])
    return np.array(found)
""",
                "take the smallest of them",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:3]
        found.append(np.bincount(y_train[near]).argmax())
    return np.array(found)
""",
                "Always three points",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    squares = ((x[:, None] - x_train) ** 2).sum(axis=2)
    return np.argsort(squares, axis=1)[:, :k]
""",
                "the places of the neighbours",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    squares = ((x_train - x[0]) ** 2).sum(axis=1)
    return np.bincount(y_train[np.argsort(squares)[:k]]).argmax()
""",
                "one label for each row of x",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    means = [x_train[y_train == c].mean(axis=0) for c in np.unique(y_train)]
    squares = ((x[:, None] - np.array(means)) ** 2).sum(axis=2)
    return np.unique(y_train)[squares.argmin(axis=1)]
""",
                "class whose mean is nearest",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = []
    for point in x:
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        found.append(np.bincount(y_train[near]).argmax())
    return found
""",
                "np.array(...)",
            ),
            (
                """
def nearest_neighbours(x_train, y_train, x, k):
    found = np.zeros(len(x))
    for i, point in enumerate(x):
        near = np.argsort(((x_train - point) ** 2).sum(axis=1))[:k]
        found[i] = np.bincount(y_train[near]).argmax()
    return found
""",
                "return integers",
            ),
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
def nearest_neighbours(x_train, y_train, x, k):
    from sklearn.neighbors import KNeighborsClassifier
    return KNeighborsClassifier(k).fit(x_train, y_train).predict(x)
""",
        ],
    },
}
