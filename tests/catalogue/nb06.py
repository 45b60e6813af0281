"""Right and wrong answers to the exercises of notebook 06."""

STATS = "from scipy import stats\n"


def _rate(means="np.mean(accuracies, axis=1)",
          place="np.argmax(np.where(np.isnan(means), -1, means))",
          best="rates[k]", first="rates[0] / 2", last="2 * rates[-1]",
          between="None"):
    return f"""
def choose_rate(rates, accuracies):
    means = {means}
    k = {place}
    best = {best}
    if k == 0:
        return best, {first}
    if k == len(rates) - 1:
        return best, {last}
    return best, {between}
"""


def _paired(d="first - second", t="stats.t.ppf(0.975, n - 1)",
            s="np.std(d, ddof=1)", root="np.sqrt(n)",
            end="return np.mean(d), half"):
    return f"""
def paired(first, second):
    d = {d}
    n = len(d)
    half = {t} * {s} / {root}
    {end}
"""


def _fair(seeds="(0, 1)", widen="while more is not None:",
          judges="range(10, 20)", rate="best[k]", others="judges",
          verdict="abs(mean) <= half", end="return words, mean, half",
          compared="runs[0], runs[1]", signs='"first" if mean > 0'
          ' else "second"', judged="best[k]", wider="sorted(tried + [more])",
          choosing="(first, second)",
          table="[train(network, rate, seed) for seed in {seeds}]\n"
                "            for rate in tried"):
    return f"""
def fair_comparison(train, first, second, rates):
    def choose(network, tried):
        return choose_rate(np.array(tried), np.array([
            {table.format(seeds=seeds)}]))
    best, runs, judges = [], [], {judges}
    for network in {choosing}:
        tried = list(rates)
        rate, more = choose(network, tried)
        {widen}
            tried = {wider}
            rate, more = choose(network, tried)
        best.append(float(rate))
    runs.append(np.array([train(first, best[0], s) for s in judges]))
    k = 1
    runs.append(np.array([train(second, {judged}, s) for s in {others}]))
    mean, half = paired({compared})
    words = {signs}
    if {verdict}:
        words = "not distinguishable"
    {end}
"""


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


def _around(code, name, result="result", given="*given"):
    """Return an answer that changes what another one gets or returns."""
    return code.replace(f"def {name}", "def inner") + f"""
def {name}(*given):
    result = inner({given})
    return {result}
"""


CATALOGUE = {
    "6.1": {
        "names": ["choose_rate"],
        "valid": """lambda rates, accuracies: (
            len(rates) > 1 and np.allclose(rates[1:], 2 * rates[:-1])
            and not np.isnan(accuracies).any(axis=1).all())""",
        "wrong": [
            (_rate(place="np.argmax(means)"), "NaN for the largest"),
            (
                _rate("np.nanmean(np.c_[accuracies, accuracies], axis=1)"),
                "left out of the mean",
            ),
            (
                _rate("np.nan_to_num(np.mean(accuracies, axis=1))",
                      place="len(means) - 1 - np.argmax(means[::-1])"),
                "Two rates have the same mean",
            ),
            (_rate("np.max(accuracies, axis=1)"), "best single run"),
            (_rate("np.median(accuracies, axis=1)"), "median"),
            (_rate(first="None", last="None"), "beyond"),
            (_rate(first="2 * best", last="best / 2"), "inside the grid"),
            (_rate(first="best", last="best"), "that was tried"),
            (_rate(last="None"), "upper edge"),
            (_rate(first="None"), "lower edge"),
            (_rate(best="np.nanmax(means)"), "best mean"),
            (_rate(best="k"), "place of the best rate"),
            (_rate("np.min(accuracies, axis=1)"), "worst single run"),
            (_rate("np.mean(np.nan_to_num(accuracies), axis=1)"),
             "counted as an accuracy of 0"),
            (_rate(place="np.nanargmin(means)"), "lowest mean"),
            (_rate("np.mean(accuracies, axis=0)"), "its row: axis=1"),
            (_rate("np.mean(accuracies, axis=1); "
                   "rates = rates[~np.isnan(means)]; "
                   "means = means[~np.isnan(means)]"), "taken out before"),
            (_rate(first="2 * rates[0] - rates[1]",
                   last="2 * rates[-1] - rates[-2]"), "not a difference"),
            (_rate(between="0"), "None, not 0 or"),
            (_rate(between="False"), "None, not 0 or"),
            (_rate(between="2 * best"), "right; `more` is not"),
            (_rate(first="rates[0] / 10", last="10 * rates[-1]"),
             "right; `more` is not"),
            (_rate(place="np.argmax(means)", first="None", last="None"),
             "NaN for the largest"),
            (_rate("np.max(accuracies, axis=1)", between="best / 2"),
             "best single run"),
            (_rate(place="len(rates) // 2"), "best rate is wrong"),
            (_rate(best="rates[means == np.nanmax(means)]"), "not 2"),
            (_rate(first="[rates[0] / 2, rates[0] / 4]"),
             "the rate to try next, not 2"),
            (_around(_rate(), "choose_rate", "result[::-1]"),
             "other way round"),
            (_rate(between="np.nan"), "it should be None"),
            (_rate(first="None, 0", last="None, 0"), "two results"),
            ("def choose_rate(rates, accuracies): return 0.2", "two results"),
            ("def choose_rate(rates, accuracies): return None, None",
             "should be a number"),
        ],
        "right": [
            _rate(),
            _around(_rate(), "choose_rate", given="*map(np.float32, given)"),
            _around(_rate(), "choose_rate", "np.float32(result[0]), "
                    "result[1] and np.float32(result[1])"),
            """
def choose_rate(rates, accuracies):
    best, at = -1.0, None
    for k in range(len(rates)):
        row = [float(value) for value in accuracies[k]]
        mean = sum(row) / len(row)  # NaN is not larger than anything
        if mean > best:
            best, at = mean, k
    more = None
    if at == 0:
        more = float(rates[0]) / 2
    elif at == len(rates) - 1:
        more = float(rates[at]) * 2
    return float(rates[at]), more
""",
            """
def choose_rate(rates, accuracies):
    import pandas as pd
    means = pd.DataFrame(accuracies, index=rates).mean(axis=1, skipna=False)
    best = means.idxmax()
    if best == rates[0]:
        return best, best / 2
    return best, (2 * best if best == rates[-1] else None)
""",
        ],
    },
    "6.2": {
        "names": ["paired"],
        "needs": STATS,
        "valid": "lambda first, second: len(first) > 1",
        "same": [(f"->  d = {words}", "but for the rounding of float32")
                 for words in ("first - np.float32(second)",
                               "np.float32(first) - second")],
        "wrong": [
            (_paired("second - first"), "sign is flipped"),
            (_paired(s="np.std(d)"), "n - 1 (ddof=1)"),
            (_paired(root="1"), "a single difference"),
            (_paired(root="n"), "not by n"),
            (_paired(t="1"), "Student's t is missing"),
            (_paired(t="1", root="1"), "standard deviation of the differenc"),
            (_paired(t="1.96"), "right for many runs"),
            (_paired("np.abs(first - second)"), "keeps its sign"),
            (_paired(s="np.var(d, ddof=1)"), "is the variance"),
            (_paired(end="return np.median(d), half"), "median is taken"),
            (_paired(end="return np.sum(d), half"), "the sum of"),
            (_paired(t="stats.t.ppf(0.025, n - 1)"), "Half is negative"),
            (_paired(t="stats.t.ppf(0.975, 2 * n - 2)"), "2 n - 2 degrees"),
            (_paired(root="np.sqrt(n - 1)"), "in s already"),
            (_paired("second - first", s="np.std(d)"),
             "is asked for. The standard deviation divides by n"),
            (_paired(t="1.96", root="1"), "n - 1). This is the interval of"),
            (_paired(t="stats.t.ppf(0.975, 2 * n - 2)",
                     s="np.sqrt(first.var(ddof=1) + second.var(ddof=1))"),
             "one sample, with n - 1. The two spreads"),
            (_paired(t="3"), "t = 4.303, s = 1 and n = 3"),
            (_paired(end="return d[0], half"), "Half is right"),
            (_paired(end="return d[0], d[0]"), "Begin with the n"),
            (_paired(t="stats.norm.ppf(0.975)"), "right for many runs"),
            (_paired(t="2"), "rule of thumb"),
            (_paired(t="stats.t.ppf(0.95, n - 1)"), "one side"),
            (_paired(t="stats.t.ppf(0.975, n)"), "not n"),
            (_paired(t="2 * stats.t.ppf(0.975, n - 1)"), "whole interval"),
            (_paired(end="return half, np.mean(d)"), "wrong order"),
            (_paired(end="return abs(np.mean(d)), half"), "keeps its sign"),
            (
                _paired(end="return np.mean(d) - half, np.mean(d) + half"),
                "ends of the interval",
            ),
            (
                _paired(s="np.sqrt(first.var(ddof=1) + second.var(ddof=1))"),
                "computed apart",
            ),
            (_paired(end="return d, half"), "not arrays"),
            (_paired(end="return half"), "mean and half"),
        ],
        "right": [
            _paired(),
            _paired("np.float32(first) - np.float32(second)"),
            _paired(end="return np.float32(np.mean(d)), np.float32(half)"),
            """
def paired(first, second):
    d = [a - b for a, b in zip(first, second)]
    n = len(d)
    mean = sum(d) / n
    s2 = sum((each - mean) ** 2 for each in d) / (n - 1)
    return [mean, stats.t.ppf(0.975, n - 1) * math.sqrt(s2 / n)]
""",
            """
def paired(first, second):
    low, high = stats.ttest_rel(first, second).confidence_interval(0.95)
    return np.array([(low + high) / 2, (high - low) / 2])
""",
            _paired(t="-stats.t.ppf(0.025, n - 1)", s="stats.sem(d)",
                    root="1"),
        ],
    },
    "6.3": {
        "names": ["fair_comparison"],
        "needs": STATS + _rate() + _paired(),
        "valid": """lambda train, first, second, rates: (
            first != second and len(rates) > 1
            and np.allclose(rates[1:], 2 * np.array(rates[:-1])))""",
        "same": [("->  runs.append([train(", "but for float32's rounding")],
        "wrong": [
            (_fair(widen="for k in ():"), "on its edge"),
            (_fair(widen="if more is not None:"), "widened once only"),
            (_fair(wider="tried + [more]"), "no longer ascend"),
            (_fair(widen="if more is not None:", wider="tried + [more]"),
             "no longer ascend"),
            (_fair(table="[train(network, rate, seed) for rate in tried]\n"
                         "            for seed in {seeds}"),
             "does not end"),
            (_fair(judged="best[0]"), "at one rate"),
            (_fair(choosing="(first,)", judged="best[0]"),
             "B gets a rate that it did not choose"),
            (_fair(judges="(0, 1)"), "judge as well"),
            (_fair(judges="range(12)"), "trained with others"),
            (_fair(judges="range(10, 13)"), "Ten seeds should judge"),
            (_fair(others="range(20, 30)"), "trained with others"),
            (_fair(seeds="range(10, 20)"), "may not choose"),
            (_fair(seeds="(0,)"), "Both seeds, 0 and 1"),
            (_fair(compared="runs[1], runs[0]"), "sign is flipped"),
            (_fair(verdict="False"), "no difference to rely on"),
            (_fair(verdict="abs(mean) < 0.2"), "however small"),
            (_fair(verdict="abs(mean) < 2 * half"), "however small"),
            (_fair(signs='"second" if mean > 0 else "first"'),
             "less accurate one"),
            (_fair(signs="first if mean > 0 else second"), "one of these"),
            (_fair(end="return words, half, mean"), "First comes the mean"),
            (_fair(end="return mean, half"), "verdict, mean and half"),
            (_fair(end="return words, runs[0] - runs[1], half"),
             "should be two numbers"),
            ("def fair_comparison(train, first, second, rates):\n"
             "    return 'first', 1.0, 0.5", "never trained"),
        ],
        "right": [
            _fair(),
            _fair().replace("np.array(", "np.float32("),
            """
def fair_comparison(train, first, second, rates):
    def best_rate(network, tried):
        rows = [[train(network, r, 0), train(network, r, 1)] for r in tried]
        rate, more = choose_rate(np.array(tried), np.array(rows))
        return rate if more is None else best_rate(
            network, tuple(sorted((*tried, more))))

    def judge(network):
        rate = best_rate(network, rates)
        return np.array([train(network, rate, 10 + k) for k in range(10)])

    mean, half = paired(judge(first), judge(second))
    if mean - half > 0:
        return ["first", mean, half]
    if mean + half < 0:
        return ["second", mean, half]
    return ["not distinguishable", mean, half]
""",
        ],
    },
    "6.4": {
        "names": ["frontier"],
        "wrong": [
            (
                _frontier("cost[j] < cost[i] and accuracy[j] > accuracy[i]"),
                "equal cost that is more accurate, and by",
            ),
            (
                _frontier("cost[j] < cost[i] and accuracy[j] >= accuracy[i]"),
                "the less accurate one is beaten",
            ),
            (
                _frontier("cost[j] <= cost[i] and accuracy[j] > accuracy[i]"),
                "the more expensive one is beaten",
            ),
            (
                _frontier("cost[j] <= cost[i] and accuracy[j] >= accuracy[i]"),
                "remove each other",
            ),
            (_climbing("np.lexsort((-accuracy, cost))"), "one is missing"),
            (_climbing("np.argsort(cost)"), "also if it comes first"),
            (_climbing("np.argsort(cost)").replace("] > best", "] >= best"),
             "costs more and is no more accurate stays"),
            (_around(_frontier(), "frontier",
                     given="*(part[np.argsort(given[0])] for part in given)"),
             "places in the sorted lists"),
            ("""
def frontier(cost, accuracy):
    return [i for i in range(len(cost)) if not np.any(
        (cost <= cost[i]) & (accuracy >= accuracy[i]))]
""", "beat itself"),
            (_frontier("cost[j] < cost[i] or accuracy[j] > accuracy[i]"),
             "not enough to beat"),
            (_frontier("cost[j] <= cost[i] and accuracy[j] <= accuracy[i] and "
                       "(cost[j] < cost[i] or accuracy[j] < accuracy[i])"),
             "less of it were better"),
            ("def frontier(cost, accuracy): return np.arange(len(cost))",
             "All networks are there"),
            ("def frontier(cost, accuracy):\n"
             "    return [np.argmin(cost), np.argmax(accuracy)]",
             "Only the cheapest and the most accurate"),
            (_frontier(end="return [i + 1 for i in kept]"), "from 1"),
            (_frontier("cost[j] <= cost[i] and accuracy[j] > 1 + accuracy[i]"),
             "is there that another one beats"),
            (_frontier("cost[j] <= cost[i] and accuracy[j] > accuracy[i] - 1"),
             "is missing that no other one beats"),
            ("def frontier(cost, accuracy): return [0]", "and some are"),
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
            _around(_frontier(), "frontier", given="*np.float32(given)"),
            _frontier(end="return np.array(kept, np.int16)"),
        ],
    },
}
