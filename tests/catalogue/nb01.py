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
    return z[signal].min() - 1e-9
""",
                "There is a cut with fewer",
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
    wrong = np.append(np.sum(~signal), wrong)
    return np.append(-np.inf, z)[np.argmin(wrong)]
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
    },
    "1.3": {
        "names": ["ring_variable"],
        "wrong": [
            (
                """
def ring_variable(x):
    return x[:, 0] + x[:, 1]
""",
                "is a linear function of x",
            ),
            (
                """
def ring_variable(x):
    return x[:, 0] ** 2
""",
                "one column of x only",
            ),
            (
                """
def ring_variable(x):
    return np.arctan2(x[:, 1], x[:, 0])
""",
                "direction of the point alone",
            ),
            (
                """
def ring_variable(x):
    return np.linalg.norm(x)
""",
                "one number for each row",
            ),
            (
                """
def ring_variable(x):
    return x[:, 0] * x[:, 1]
""",
                "No cut on this variable",
            ),
            (
                """
def ring_variable(x):
    x[:, 0] ** 2 + x[:, 1] ** 2
""",
                "does the function end with `return`",
            ),
            (
                """
def ring_variable(x):
    return np.sqrt(x[:, 0] ** 2 - x[:, 1] ** 2)
""",
                "a NaN or an infinity",
            ),
            (
                """
def ring_variable(x):
    return [math.exp(-a * a - b * b) for a, b in x]
""",
                "np.array(...)",
            ),
        ],
        "right": [
            """
def ring_variable(x):
    return np.hypot(x[:, 0], x[:, 1])
""",
            """
def ring_variable(x):
    return np.sum(x.astype(np.float32) ** 2, axis=1, keepdims=True)
""",
        ],
    },
    "1.4": {
        "names": ["impurity_after_cut"],
        "wrong": [
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
    "1.5": {
        "names": ["agreement"],
        "wrong": [
            (
                """
def agreement(groups, y):
    return np.mean(groups == y)
""",
                "The numbers of the groups mean nothing",
            ),
            (
                """
def agreement(groups, y):
    shares = []
    for g in np.unique(groups):
        own = y[groups == g]
        shares.append(np.bincount(own).max() / len(own))
    return np.mean(shares)
""",
                "count points, not groups",
            ),
            (
                """
def agreement(groups, y):
    total = 0
    for k in np.unique(y):
        total += np.bincount(groups[y == k]).max()
    return total / len(y)
""",
                "The vote goes the other way",
            ),
            (
                """
def agreement(groups, y):
    return sum(np.bincount(y[groups == g]).max() for g in set(groups))
""",
                "That is a number of points",
            ),
            (
                """
def agreement(groups, y):
    return np.bincount(y).max() / len(y)
""",
                "the most frequent class of all",
            ),
            (
                """
def agreement(groups, y):
    names, table = list(set(groups)), []
    for g in names:
        own = y[groups == g]
        table.append([np.sum(own == k) for k in range(y.max() + 1)])
    table, total = np.array(table), 0
    for k in range(min(table.shape)):
        g, k = np.unravel_index(table.argmax(), table.shape)
        total += table[g, k]
        table[g], table[:, k] = -1, -1
    return total / len(y)
""",
                "Several groups may vote for the same class",
            ),
            (
                """
def agreement(groups, y):
    right = sum(np.bincount(y[groups == g]).max() for g in set(groups))
    return 1 - right / len(y)
""",
                "the share that disagrees",
            ),
        ],
        "right": [
            """
def agreement(groups, y):
    votes = {}
    for g, k in zip(groups, y):
        votes.setdefault(int(g), []).append(int(k))
    right = sum(max(v.count(k) for k in set(v)) for v in votes.values())
    return right / len(y)
""",
            """
def agreement(groups, y):
    guess = np.empty_like(y)
    for g in np.unique(groups):
        own = groups == g
        names, counts = np.unique(y[own], return_counts=True)
        guess[own] = names[np.argmax(counts)]
    return np.mean(guess == y)
""",
            """
def agreement(groups, y):
    table = np.zeros((groups.max() + 1, y.max() + 1), int)
    np.add.at(table, (groups, y), 1)
    return float(np.float32(table.max(axis=1).sum() / table.sum()))
""",
        ],
    },
}
