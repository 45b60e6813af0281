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


def _bill(kwh="watts * seconds / 3.6e6", grams="kwh * grid",
          result="kwh, grams"):
    return f"""
def emissions(watts, seconds, grid):
    kwh = {kwh}
    grams = {grams}
    return {result}
"""


def _dominant(total="sum(parts.values())", zero="None, 0.0",
              name="max(parts, key=parts.get)",
              share="100 * parts[name] / total",
              names=("processor", "memory", "accelerator")):
    keys = "cpu_energy", "ram_energy", "gpu_energy"
    parts = ", ".join(f"{n!r}: record[{k!r}]" for n, k in zip(names, keys))
    return f"""
def dominant(record):
    parts = {{{parts}}}
    total = {total}
    if total == 0:
        return {zero}
    name = {name}
    return name, {share}
"""


KEYS = "images", "updates", "threads"


def _verdict(keys=KEYS,
             found="difference(np.log(a), np.log(b))", clear="found.clear",
             words="'first' if found.mean < 0 else 'second'", open_="'open'",
             unfair="'unfair'", unlike=None):
    unlike = unlike or f"any(first[key] != second[key] for key in {keys})"
    return f"""
import math
def verdict(first, second):
    if {unlike}:
        return {unfair}
    a, b = first["seconds"], second["seconds"]
    found = {found}
    if not {clear}:
        return {open_}
    return {words}
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
                _fair(call="trains[name](x if _ else x[:6])"),
                "the same data",
            ),
            *[
                (
                    _fair(warm=f"for name in tools: trains[name]({part})"),
                    "The warm-up has another shape",
                )
                for part in ("x[:1]", "x[:2]", "np.concatenate([x, x])")
            ],
            (
                _fair(warm="pass", before="f = tools[name](); f(x[:1]); "
                      "start = clock()", call="f(x)"),
                "The warm-up has another shape",
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
                  warm="[(train(x[:2]), train(x)) for train in "
                  "trains.values()]",
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
            ("x[:2]", "another warm-up comes after it"),
            ("tools[name]() for name", "made again in each round"),
            ("train(x)  ->", "one of two warm-ups"),
            ("reversed(trains)", "the order within a round is free"),
        ],
    },
    "9.2": {
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
    "9.3": {
        "names": ["dominant"],
        "wrong": [
            (_dominant(share="parts[name] / total"), "That is a fraction"),
            (_dominant(name="min(parts, key=parts.get)"), "smallest part"),
            (_dominant(name="max(reversed(parts), key=parts.get)"),
             "Two parts are equal"),
            (_dominant(total="parts['processor'] + parts['memory'] or "
                       "parts['accelerator']"), "accelerator is missing"),
            (_dominant(total="record['energy_consumed'] * any(parts.values())"
                       ), "added up"),
            (_dominant(share="parts[name]"), "That is the energy"),
            (_dominant(share="100 - 100 * parts[name] / total"),
             "share of the other parts"),
            (_dominant(share="100 * parts[name] / (total - parts[name] or 1)"
                       ), "by the other parts"),
            (_dominant(names=("cpu_energy", "ram_energy", "gpu_energy")),
             "the entry's name"),
            (_dominant(names=("CPU", "RAM", "GPU")), "The first result"),
            (_dominant(zero="'processor', 0.0"), "no energy at all"),
            (_dominant(zero="None, float('nan')"), "no energy at all"),
            (_dominant(name="sorted(parts, key=parts.get)[1]"),
             "not the largest"),
            (_dominant(share="100 * parts[name] / total, 1"),
             "a name and a share"),
            (_dominant(total="sum(parts.values()) or 1"), "no energy at all"),
        ],
        "right": [
            _dominant(),
            """
def dominant(record):
    e = np.array([record[k + "_energy"] for k in ("cpu", "ram", "gpu")])
    if not e.any():
        return None, 0.0
    k = np.argmax(e)
    return ["processor", "memory", "accelerator"][k], 100 * e[k] / e.sum()
""",
        ],
    },
    "9.4": {
        "names": ["verdict"],
        "needs": "from helpers.evidence import difference",
        "wrong": [
            (_verdict(keys="('images', 'updates')"), "number of threads"),
            (_verdict(keys="('updates', 'threads')"), "number of images"),
            (_verdict(keys="('images', 'threads')"), "number of updates"),
            (_verdict(keys="()"), "number of images"),
            *[
                (
                    _verdict(unlike=f"{call}(first[key] for key in {KEYS}) != "
                             f"{call}(second[key] for key in {KEYS})"),
                    "for itself",
                )
                for call in ("math.prod", "sum", "set", "sorted")
            ],
            *[
                (
                    _verdict(unlike=f"first[{a!r}] {sign} first[{b!r}] != "
                             f"second[{a!r}] {sign} second[{b!r}] or "
                             f"first[{c!r}] != second[{c!r}]"),
                    f"numbers of {a} and {b} both differ",
                )
                for a, b, c in (("images", "updates", "threads"),
                                ("images", "threads", "updates"),
                                ("updates", "threads", "images"))
                for sign in "*/"
            ],
            (_verdict(found="difference(a, b)"), "compare the logarithms"),
            (_verdict(words="'second' if found.mean < 0 else 'first'"),
             "other way round"),
            (_verdict(clear="found.mean"), "not clear"),
            (_verdict(clear="True", words="'first' if np.median(a) < "
                      "np.median(b) else 'second'"), "not clear"),
            (_verdict(clear="(found.clear or len(a) == 1)"),
             "One round is never enough"),
            (_verdict(open_="None"), "is None"),
            (_verdict(open_="'not distinguishable'"), "one of the four words"),
            (_verdict(words="'first'"), "other way round"),
            (_verdict(keys="('images', 'updates', 'threads', 'seconds')[:2]"),
             "number of threads"),
            (_verdict(clear="(found.clear and abs(found.mean) > 0.1)"),
             "The difference is clear"),
            (_verdict(unfair="'open'"), "number of images"),
        ],
        "right": [
            _verdict(),
            _verdict(found="difference(np.log2(b), np.log2(a))",
                     words="'first' if found.mean > 0 else 'second'"),
            _verdict(found="difference(np.log(a / b), np.zeros(len(a)))"),
        ],
    },
}
