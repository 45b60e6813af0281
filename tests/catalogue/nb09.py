"""Answers to the exercises of notebook 09."""


def _fair(prepare="trains = {name: tools[name]() for name in tools}",
          warm="for name in tools: trains[name](x)",
          before="start = clock()", call="trains[name](x)",
          after="clock() - start", result="np.median(seconds[name])",
          repeats="range(repeats)"):
    return f"""
import time
def fair_times(tools, x, repeats, clock=time.perf_counter):
    {prepare}
    {warm}
    seconds = {{name: [] for name in tools}}
    for _ in {repeats}:
        for name in tools:
            {before}
            {call}
            seconds[name].append({after})
    return {{name: {result} for name in tools}}
"""


def _by_turns(inside, start="seconds = {name: [] for name in tools}"):
    return f"""
def fair_times(tools, x, repeats, clock):
    {start}
    for name, prepare in tools.items():
        train = prepare()
        {inside}
    return {{name: np.median(seconds[name]) for name in tools}}
"""


ALL_OF_ONE = """train(x)
        for _ in range(repeats):
            start = clock()
            train(x)
            seconds[name].append(clock() - start)"""


def _crossing(loop="range(len(s) - 1)", test="d[i] * d[i + 1] <= 0",
              answer="np.exp(s[i] + t * (s[i + 1] - s[i]))", none="None",
              s="np.log(sizes)", d="np.log(first / second)",
              at_once="if d[i] == 0: return sizes[i]"):
    return f"""
def crossing(sizes, first, second):
    s, d = {s}, {d}
    for i in {loop}:
        {at_once}
        if {test}:
            t = d[i] / (d[i] - d[i + 1])
            return {answer}
    return {none}
"""


def _bill(kwh="watts * seconds / 3.6e6", grams="kwh * grid",
          result="kwh, grams"):
    return f"""
def emissions(watts, seconds, grid):
    kwh = {kwh}
    grams = {grams}
    return {result}
"""


def _price(result="np.diff(E) / np.diff(A) / 10",
           keep="A_all[i] > A_all[kept[-1]]", order="np.argsort(energies)"):
    return f"""
def prices(energies, accuracies):
    A_all, order = accuracies, {order}
    kept, last = [order[0]], order[0]
    for i in order[1:]:
        if {keep}:
            kept.append(i)
        last = i
    E, A = energies[kept], accuracies[kept]
    return {result}
"""


CATALOGUE = {
    "9.1": {
        "names": ["fair_times"],
        "needs": "import time",
        "wrong": [
            (
                _fair(before="start = time.time()",
                      after="time.time() - start"),
                "tells the date",
            ),
            (
                _fair(before="start = time.perf_counter()",
                      after="time.perf_counter() - start"),
                "never read",
            ),
            (
                _fair(
                    before="start = clock(); trains[name] = tools[name]()"
                ),
                "preparation lies inside",
            ),
            (_fair(warm="pass"), "The first call is counted"),
            (
                _fair(warm="pass", result="np.median(seconds[name][1:])"),
                "One repeat is missing",
            ),
            (
                _fair(
                    warm="pass", before="f = tools[name](); start = clock()",
                    call="f(x)",
                ),
                "every call is a first call",
            ),
            (_fair(result="np.mean(seconds[name])"), "That is the mean"),
            (_fair(result="min(seconds[name])"), "the smallest value"),
            (_fair(result="max(seconds[name])"), "the largest value"),
            (_fair(result="sum(seconds[name])"), "the sum of the repeats"),
            (_fair(result="seconds[name][-1]"), "the last repeat alone"),
            (_by_turns(ALL_OF_ONE), "take turns"),
            (
                _fair(call="trains[name](x if name == 'A' else x[:6])"),
                "the same data",
            ),
            (
                _fair(warm="pass", repeats="range(1)"),
                "A single run of A",
            ),
            (
                _fair(
                    warm="for name in list(tools)[1:]: trains[name](x)",
                ),
                "equally often",
            ),
            (
                _fair(repeats="range(repeats - 2)"),
                "timed calls of each tool and a warm-up",
            ),
            (
                _fair(result="sorted(seconds[name])[repeats // 2]"),
                "even number of values",
            ),
            (_fair(result="seconds[name]"), "the median; there are 5"),
            (_fair(result="np.median(seconds[name], keepdims=True)"),
             "return the number itself"),
            (
                _fair() + """
def listed(tools, x, repeats, clock):
    return list(fair(tools, x, repeats, clock).values())
fair, fair_times = fair_times, listed
""",
                "A dict is wanted",
            ),
            (_fair().replace("    return {name", "    x = {name"), "is None"),
            (
                _fair(
                    warm="for name in tools:\n"
                    "        start = clock(); trains[name](x); "
                    "cold = clock() - start",
                    result="np.median(seconds[name]) + cold",
                ),
                "The warm-up lies inside",
            ),
        ],
        "right": [
            _fair(),
            _fair(prepare="trains = {n: p() for n, p in tools.items()}",
                  warm="[train(x[:2]) for train in trains.values()]",
                  result="float(sorted(seconds[name])[repeats // 2] + "
                  "sorted(seconds[name])[(repeats - 1) // 2]) / 2"),
            # the first round is the warm-up, and is thrown away
            _fair(warm="pass", repeats="range(repeats + 1)",
                  result="np.median(seconds[name][1:])"),
            # prepared and warmed up anew in each round
            _fair(warm="pass", before="f = tools[name](); f(x); "
                  "start = clock()", call="f(x)"),
            """
import statistics
def fair_times(tools, x, repeats, clock):
    trains = [(name, prepare()) for name, prepare in tools.items()]
    for _, train in trains:
        train(x)
        train(x)
    table = []
    for r in range(repeats):
        row = {}
        for name, train in trains if r % 2 else reversed(trains):
            begun = clock()
            train(x)
            ended = clock()
            row[name] = ended - begun
        table.append(row)
    return {n: statistics.median(row[n] for row in table) for n, _ in trains}
""",
        ],
        "same": [
            ("float(", "np.float64 is a number as well"),
            ("x[:2]", "the warm-up may take fewer images"),
            ("tools[name]() for name", "made again in each round"),
            ("train(x)  ->", "one of two warm-ups"),
            ("reversed(trains)", "the order within a round is free"),
        ],
    },
    "9.2": {
        "names": ["crossing"],
        "wrong": [
            (
                _crossing(
                    d="first - second", s="np.array(sizes)",
                    answer="s[i] + t * (s[i + 1] - s[i])",
                ),
                "Both axes are linear",
            ),
            (_crossing(d="first - second"), "The times are linear"),
            (
                _crossing(
                    s="np.array(sizes)", answer="s[i] + t * (s[i + 1] - s[i])"
                ),
                "The sizes are linear",
            ),
            (_crossing(answer="s[i] + t * (s[i + 1] - s[i])"), "natural log"),
            (
                _crossing(answer="(s[i] + t * (s[i + 1] - s[i])) "
                          "/ np.log(10)"),
                "to base 10",
            ),
            (_crossing(answer="sizes[i]"), "the last size before"),
            (_crossing(answer="sizes[i + 1]"), "the first size beyond"),
            (_crossing(answer="np.sqrt(sizes[i] * sizes[i + 1])"),
             "middle between two sizes"),
            (_crossing(answer="(sizes[i] + sizes[i + 1]) / 2"),
             "mean of two sizes"),
            (_crossing(answer="i"), "a place in the array; the size"),
            (_crossing(answer="t"), "the share of the way"),
            (
                _crossing(answer="np.exp(np.log(first[i]) + t * "
                          "np.log(first[i + 1] / first[i]))"),
                "the time at the crossing",
            ),
            (_crossing(loop="reversed(range(len(s) - 1))"), "more than once"),
            (_crossing(test="d[i] <= 0 <= d[i + 1]"), "comes from above"),
            (_crossing(test="d[i] >= 0 >= d[i + 1]"), "comes from below"),
            (_crossing(test="d[i] * d[i + 1] < 0"), "meet exactly"),
            (_crossing(none="0"), "not the same as a number"),
            (
                _crossing(
                    none="np.exp(s[0] - d[0] * (s[-1] - s[0]) "
                    "/ (d[-1] - d[0]))"
                ),
                "beyond what was measured",
            ),
            (_crossing(none="sizes[0]"), "These curves do not cross"),
            (_crossing(none="np.nan"), "You return nan"),
            (_crossing(at_once=""), "that makes 0 / 0"),
            (
                _crossing(at_once="",
                          test="np.sign(d[i]) != np.sign(d[i + 1])"),
                "first crossing",
            ),
        ],
        "right": [
            _crossing(),
            _crossing(s="np.log2(sizes)",
                      answer="2 ** (s[i] + t * (s[i + 1] - s[i]))"),
            _crossing(d="np.log10(second) - np.log10(first)",
                      test="np.sign(d[i]) != np.sign(d[i + 1])"),
            """
def crossing(sizes, first, second):
    pairs = list(zip(sizes, np.array(first) / np.array(second)))
    for (a, q), (b, r) in zip(pairs, pairs[1:]):
        if q == 1:
            return a
        if min(q, r) <= 1 <= max(q, r):
            t = np.log(q) / np.log(q / r)
            return a ** (1 - t) * b ** t
""",
        ],
    },
    "9.3": {
        "names": ["emissions"],
        "wrong": [
            (_bill(kwh="watts * seconds"), "These are joules"),
            (_bill(kwh="watts * seconds / 3600"), "These are watt hours"),
            (_bill(kwh="watts * seconds / 1000"), "kilojoules"),
            (_bill(kwh="watts * seconds * 3.6e6"), "multiplied by 3.6e6"),
            (_bill(kwh="watts / 1000 * seconds / 60"), "not 60"),
            (_bill(kwh="watts / seconds / 3.6e6"), "divided by time"),
            (_bill(kwh="watts / 1000"), "The time is missing"),
            (_bill(kwh="seconds / 3600"), "The power is missing"),
            (_bill(result="grams, kwh"), "each other's place"),
            (_bill(result="grams"), "Two numbers are wanted"),
            (_bill(grams="kwh * grid / 1000"), "These are kilograms"),
            (_bill(grams="kwh * grid * 1000"), "These are milligrams"),
            (_bill(grams="kwh / grid"), "divided by the grid"),
            (_bill(grams="grid / kwh"), "The grid was divided"),
            (_bill(grams="watts * seconds * grid"), "not for a joule"),
            (_bill(grams="kwh * 1000 * grid"), "milligrams; the"),
            (_bill(grams="grid"), "the grid's factor alone"),
            (_bill(grams="kwh"), "grid's factor is missing"),
            (_bill(result="None"), "should return two numbers"),
            (
                _bill(kwh="watts / 3_600_000 * seconds",
                  result="np.array([kwh]), np.float64(grams)"),
                "return the number itself",
            ),
        ],
        "right": [
            _bill(),
            _bill(kwh="(watts / 1000) * (seconds / 3600)",
                  result="[kwh, grams]"),
        ],
    },
    "9.4": {
        "names": ["prices"],
        "wrong": [
            (_price("np.diff(E) / np.diff(A)"), "price of a whole point"),
            (_price("np.diff(E) / np.diff(A) * 10"), "do not multiply"),
            (_price(keep="True"), "beaten are still among them"),
            (
                _price(keep="True", order="np.arange(len(energies))"),
                "sort them by energy",
            ),
            (_price(keep="A_all[i] > A_all[last]"), "its neighbour alone"),
            (_price("10 * np.diff(A) / np.diff(E)"), "gain for the energy"),
            (_price("np.diff(A) / np.diff(E)"), "points for energy"),
            (_price("np.diff(E)"), "differences of the energies"),
            (_price("E[1:] / np.diff(A) / 10"), "whole energy was taken"),
            (
                _price("(E[1:] - E[0]) / (A[1:] - A[0]) / 10"),
                "with the cheapest network",
            ),
            (
                _price("(np.diff(E) / np.diff(A) / 10)[::-1]"),
                "in the wrong order",
            ),
            (
                _price("[0, *(np.diff(E) / np.diff(A) / 10)]"),
                "one price less",
            ),
            (
                _price("[np.mean(np.diff(E) / np.diff(A) / 10)]"),
                "The mean hides",
            ),
            (
                _price("(E[-1] - E[0]) / (A[-1] - A[0]) / 10"),
                "not one for all",
            ),
            (_price("np.diff(E) / np.diff(100 * A) / 10"), "in percent"),
            (_price("None"), "is None"),
            (_price(keep="A_all[i] >= A_all[kept[-1]]"), "equal accuracy"),
        ],
        "right": [
            _price(),
            _price("[float(e / a / 10) for e, a in "
                   "zip(np.diff(E), np.diff(A))]"),
            """
def prices(energies, accuracies):
    networks = sorted(zip(energies, accuracies))
    found, (e_best, a_best) = [], networks[0]
    for e, a in networks[1:]:
        if a <= a_best:
            continue
        found.append(0.1 * (e - e_best) / (a - a_best))
        e_best, a_best = e, a
    return tuple(found)
""",
            """
def prices(energies, accuracies):
    order = np.argsort(energies)
    e, a = energies[order], accuracies[order]
    top = np.maximum.accumulate(a)
    new = np.append(True, top[1:] > top[:-1])
    return np.diff(e[new]) / (10 * np.diff(a[new]))
""",
        ],
    },
}
