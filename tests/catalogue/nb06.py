"""Right and wrong answers to the exercises of notebook 06."""


def _width(count="M * n + n + (H - 1) * (n * n + n) + n * K + K",
           end="return n"):
    return f"""
def equal_width(H, P, M, K):
    def count(n):
        return {count}
    n = 1
    while count(n + 1) <= P:
        n += 1
    {end}
"""


def _difference(u="np.sqrt(np.var(a, ddof=1) / len(a)"
                  " + np.var(b, ddof=1) / len(b))",
                d="np.mean(b) - np.mean(a)", end="return d, u"):
    return f"""
def difference(a, b):
    d = {d}
    u = {u}
    {end}
"""


def _shrink(body):
    return f"def shrink(z, h_prime, gain, N): return {body}"


def _frontier(beaten="cost[j] <= cost[i] and accuracy[j] >= accuracy[i] and "
                     "(cost[j] < cost[i] or accuracy[j] > accuracy[i])",
              end="return kept"):
    return f"""
def frontier(cost, accuracy):
    n = range(len(cost))
    kept = [i for i in n if not any({beaten} for j in n if j != i)]
    {end}
"""


def _climbing(order):
    return f"""
def frontier(cost, accuracy):
    best, kept = -np.inf, []
    for i in {order}:
        if accuracy[i] > best:
            best = accuracy[i]
            kept.append(i)
    return np.array(kept)
"""


RMS = "np.sqrt(np.mean(h_prime(z) ** 2))"

CATALOGUE = {
    "6.1": {
        "names": ["equal_width"],
        "valid": "lambda H, P, M, K: P >= M + 2 * H - 1 + 2 * K",  # n = 1
        "wrong": [
            (
                _width("M * n + (H - 1) * n * n + n * K"),
                "biases are not counted",
            ),
            (_width(end="return n + 1"), "One neuron too many"),
            (
                _width("M * n + H * n * n + H * n + n * K + K"),
                "matrix too many",
            ),
            (
                _width("M * n + n + (H - 1) * (n * n + n) + K"),
                "output layer",
            ),
            (_width("M * n + n * H + n * K + K"), "between the hidden"),
            (_width("H * M * n + (H - 1) * n * n + H * n + n * K + K"),
             "linked to the M inputs"),
            (_width(end="return n - 1"), "One neuron too few"),
            (
                _width("1 + M * n + n + (H - 1) * (n * n + n) + n * K + K"),
                "exactly P parameters",
            ),
            (_width(end="return n + 0.5"), "has to be whole"),
            (_width(end="return list(range(n))"), "a single number"),
        ],
        "right": [
            _width(),
            """
def equal_width(H, P, M, K):
    best = 0
    for n in range(1, P):
        sizes = [M] + [n] * H + [K]
        total = 0
        for before, after in zip(sizes[:-1], sizes[1:]):
            total += (before + 1) * after
        if total > P:
            return best
        best = n
""",
            """
def equal_width(H, P, M, K):
    b = M + H + K
    if H == 1:
        return (P - K) // b
    c = H - 1
    n = int((-b + math.sqrt(b * b + 4 * c * (P - K))) / (2 * c))
    while c * n * n + b * n + K > P:
        n -= 1
    while c * (n + 1) ** 2 + b * (n + 1) + K <= P:
        n += 1
    return n
""",
        ],
    },
    "6.2": {
        "names": ["difference"],
        "wrong": [
            (_difference(d="np.mean(a) - np.mean(b)"), "sign is flipped"),
            (_difference(d="abs(np.mean(b) - np.mean(a))"), "keeps its sign"),
            (
                _difference("np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1))"
                            " / len(a))"),
                "b has its own",
            ),
            (
                _difference("np.sqrt(np.var(a) / len(a) + np.var(b)"
                            " / len(b))"),
                "n - 1 (ddof=1)",
            ),
            (
                _difference("np.sqrt(np.var(a, ddof=1) + np.var(b, ddof=1))"),
                "two single seeds",
            ),
            (
                _difference("np.sqrt(np.var(a) + np.var(b))"),
                "n in place of n - 1",
            ),
            (
                _difference("np.std(a, ddof=1) / np.sqrt(len(a))"
                            " + np.std(b, ddof=1) / np.sqrt(len(b))"),
                "added as they are",
            ),
            (
                _difference("np.var(a, ddof=1) / len(a)"
                            " + np.var(b, ddof=1) / len(b)"),
                "u squared",
            ),
            (
                _difference("np.hypot(np.std(a, ddof=1) / len(a),"
                            " np.std(b, ddof=1) / len(b))"),
                "not by the square root",
            ),
            (
                _difference("np.std(b, ddof=1) / np.sqrt(len(b))"),
                "Only b's",
            ),
            (
                _difference("np.std([*a, *b], ddof=1)"),
                "all values together",
            ),
            (_difference(end="return u, d"), "wrong order"),
            (_difference(end="return d"), "two numbers"),
            (_difference("np.std(a, ddof=1) / np.sqrt(a)"), "not arrays"),
        ],
        "right": [
            _difference(),
            _difference(
                "np.hypot(np.std(a, ddof=1) / len(a) ** 0.5,"
                " np.std(b, ddof=1) / len(b) ** 0.5)",
                end="return [d, u]",
            ),
            """
def difference(a, b):
    means, squares = [], []
    for values in (a, b):
        n = len(values)
        mean = sum(values) / n
        s2 = sum((v - mean) ** 2 for v in values) / (n - 1)
        means.append(mean)
        squares.append(s2 / n)
    return np.array([means[1] - means[0], math.sqrt(sum(squares))])[0], (
        math.sqrt(sum(squares)))
""",
        ],
    },
    "6.3": {
        "names": ["shrink"],
        "wrong": [
            (
                _shrink("np.sqrt(gain * N / z.shape[1])"
                        " * np.mean(h_prime(z))"),
                "mean of h' is taken",
            ),
            (_shrink("np.mean(h_prime(z))"), "the mean of h' alone"),
            (
                _shrink(f"gain * N / z.shape[1] * {RMS}"),
                "standard deviation",
            ),
            (
                _shrink("gain * N / z.shape[1] * np.mean(h_prime(z) ** 2)"),
                "mean square of delta",
            ),
            (
                _shrink("np.sqrt(gain * N / z.shape[1])"
                        " * np.mean(h_prime(z) ** 2)"),
                "root of the mean square of h' is missing",
            ),
            (
                _shrink(f"np.sqrt(gain * z.shape[1] / N) * {RMS}"),
                "M and N are exchanged",
            ),
            (_shrink(f"np.sqrt(gain) * {RMS}"), "N / M is missing"),
            (_shrink(f"np.sqrt(gain * N) * {RMS}"), "not gain"),
            (_shrink(f"np.sqrt(N / z.shape[1]) * {RMS}"), "gain is missing"),
            (_shrink("np.sqrt(gain * N / z.shape[1])"), "h' is missing"),
            (
                _shrink("np.sqrt(gain * N / z.shape[1] * np.mean(z ** 2))"),
                "size of z",
            ),
            (
                _shrink("np.sqrt(gain * N / z.shape[1]) * h_prime(z)"),
                "One factor",
            ),
        ],
        "right": [
            _shrink(f"np.sqrt(gain * N / z.shape[1]) * {RMS}"),
            _shrink(
                "math.sqrt(gain * N * sum(float(h_prime(t)) ** 2 "
                "for row in z for t in row) / z.size / len(z[0]))"
            ),
            _shrink(
                "np.linalg.norm(h_prime(z)) * (gain * N / z.shape[1]"
                " / z.size) ** 0.5"
            ),
        ],
    },
    "6.4": {
        "names": ["frontier"],
        "wrong": [
            (
                _frontier("cost[j] < cost[i] and accuracy[j] > accuracy[i]"),
                "equal cost that reads better, and by",
            ),
            (
                _frontier("cost[j] < cost[i] and accuracy[j] >= accuracy[i]"),
                "the one that reads worse is beaten",
            ),
            (
                _frontier("cost[j] <= cost[i] and accuracy[j] > accuracy[i]"),
                "the dearer one is beaten",
            ),
            (
                _frontier("cost[j] <= cost[i] and accuracy[j] >= accuracy[i]"),
                "remove each other",
            ),
            (_climbing("np.lexsort((-accuracy, cost))"), "one is missing"),
            (_climbing("np.argsort(cost)"), "also if it comes first"),
            (
                """
def frontier(cost, accuracy):
    order = np.argsort(cost, kind="stable")
    return [order[0]] + [order[k] for k in range(1, len(order))
                         if accuracy[order[k]] > accuracy[order[k - 1]]]
""",
                "next cheaper one alone",
            ),
            (
                "def frontier(cost, accuracy): return [np.argmax(accuracy)]",
                "Only the most accurate",
            ),
            (
                _frontier(
                    "cost[j] >= cost[i] and accuracy[j] >= accuracy[i]"
                ),
                "more of it were better",
            ),
            (_frontier(end="return [i in kept for i in n]"), "a mask"),
            (
                _frontier(end="return [i for i in n if i not in kept]"),
                "that are beaten",
            ),
            (_frontier(end="return accuracy[kept]"), "These are accuracies"),
            (_frontier(end="return cost[kept]"), "These are costs"),
            (_frontier(end="return kept[1:]"), "nothing beats it"),
            (_frontier(end="return [float(i) for i in kept]"), "integers"),
            (_frontier(end="return kept + kept[:1]"), "more than once"),
        ],
        "right": [
            _frontier(),
            """
def frontier(cost, accuracy):
    kept = []
    for i in range(len(cost)):
        cheaper = np.max(accuracy[cost < cost[i]], initial=-np.inf)
        equal = np.max(accuracy[cost == cost[i]])
        if accuracy[i] > cheaper and accuracy[i] == equal:
            kept.append(i)
    return np.array(kept)
""",
            _frontier(end="return set(kept)"),
        ],
    },
}
