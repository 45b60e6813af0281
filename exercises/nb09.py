"""Checkers of notebook 09: a fair clock, a crossing, a bill, a price."""

import contextlib
import math
import threading
import time

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare
from exercises.judge import exercise

PREPARATION, COLD = 1000.0, 100.0  # seconds, in the world of the check


@exercise(
    "9.1",
    "a fair pair of timings",
    hints=[
        "Prepare every tool and call it once before you read the clock for "
        "the first time: what happens once is not what you compare.",
        "Two loops: the outer one over the repeats, the inner one over the "
        "tools, so that they take turns. Read the clock just before and just "
        "after the call.",
        "Keep a list of times for each name: np.median of it comes last. "
        "What was prepared is kept in a dict, too, so that nothing is made "
        "twice.",
    ],
)
def check_fair_times(fair_times):
    cases = [(101, 5, "AB"), (2, 3, "ABC"), (3, 4, "AB")]
    for seed, repeats, names in cases:
        world = _World(seed, names)
        with world.watch_the_date():
            received = fair_times(
                world.tools, world.x, repeats, world.clock
            )
        given = f"{len(names)} tools, repeats = {repeats}"
        values = _numbers(received, names, given)
        _verify_clock(world, given)
        for name in names:
            _verify_calls(world, name, repeats, values[name], given)
        _verify_turns(world, names, repeats, given)
        _verify_medians(world, names, repeats, values, given)
    return "Preparation outside, a warm-up, turns, the whole x, medians."


class _World:
    """Tools and a clock of whose time the check knows everything."""

    def __init__(self, seed, names):
        self.rng = np.random.default_rng(seed)
        self.x = self.rng.uniform(0.1, 1, (12, 3))
        self.now, self.reads, self.dates = 17.0, 0, 0
        self.calls = []  # (name, seconds, first of its kind?, whole x?)
        # functions, since methods would be copied with all of this
        self.tools = {name: self._tool(name) for name in names}
        self.clock = self._clock()

    def _clock(self):
        def clock():
            self.reads += 1
            return self.now

        return clock

    def _tool(self, name):
        base = 2.0 + len(name) * self.rng.uniform()

        def prepare():
            self.now += PREPARATION
            cold = [True]

            def train(x):
                seconds = base * self.rng.uniform(0.9, 1.4)
                seconds += COLD * cold[0]
                whole = np.shape(x) == self.x.shape and np.all(x == self.x)
                self.calls.append((name, seconds, cold[0], whole))
                cold[0] = False
                self.now += seconds

            return train

        return prepare

    def of(self, name):
        """Return the calls of one tool."""
        return [call for call in self.calls if call[0] == name]

    def seconds(self, name, repeats):
        """Return the times of its last calls that were not cold."""
        warm = [call[1] for call in self.of(name) if not call[2]]
        return np.array(warm[-repeats:])

    @contextlib.contextmanager
    def watch_the_date(self):
        """Count the calls of `time.time` that this thread makes."""
        own, original = threading.get_ident(), time.time

        def counting():
            self.dates += threading.get_ident() == own
            return original()

        time.time = counting
        try:
            yield
        finally:
            time.time = original


def _numbers(received, names, given):
    """Return the answer as {name: float}, or complain about its form."""
    if received is None:
        raise Wrong("The result is None: does the function end with "
                    "`return`?", given)
    if not isinstance(received, dict):
        kind = type(received).__name__
        raise Wrong(f"A dict is wanted, {{name: seconds}}; it is a {kind}.",
                    given)
    if set(received) != set(names):
        raise Wrong("The dict should have the names of the tools as keys.",
                    given, str(sorted(names)), str(sorted(received)))
    values = {}
    for name in names:
        value = as_array(received[name], f"the time of {name}", given)
        if value.size != 1:
            raise Wrong("For each tool one number is wanted, the median; "
                        f"there are {value.size}.", given)
        if value.ndim:
            raise Wrong(f"The time of {name} is an array that holds a number; "
                        "return the number itself.", given, received=value)
        values[name] = float(value)
    return values


def _verify_clock(world, given):
    if world.reads:
        return
    if world.dates:
        raise Wrong(
            "time.time() tells the date and may be set while you measure. "
            "Read the clock that was handed over: clock().", given,
        )
    raise Wrong("The argument clock was never read: call clock() before and "
                "after.", given)


def _verify_calls(world, name, repeats, value, given):
    """Complain if a tool was not called as often, and with what, it should."""
    calls = world.of(name)
    cold = [call[1] for call in calls if call[2]]
    warm = [call for call in calls if not call[2]]
    if not calls:
        raise Wrong(f"Tool {name} was prepared but never called with x.",
                    given)
    if value > 2 * COLD:
        raise Wrong("The preparation lies inside the clock: prepare() belongs "
                    "before the first reading.", given)
    if len(calls) == 1:
        raise Wrong(f"A single run of {name} is no measurement: repeat it.",
                    given)
    if len({len(world.of(other)) for other in world.tools}) > 1:
        counts = {other: len(world.of(other)) for other in world.tools}
        raise Wrong("All tools should be called equally often.", given,
                    received=f"calls: {counts}")
    if len(cold) == len(calls):
        raise Wrong("The tool is prepared anew for each repeat, so every call "
                    "is a first call, with what happens only then.", given)
    if len(warm) == repeats - 1:
        if math.isclose(value, np.median([call[1] for call in warm])):
            raise Wrong("One repeat is missing: the warm-up is not one of "
                        "them.", given)
        raise Wrong("The first call is counted: warm up once, outside the "
                    "clock.", given)
    if len(warm) < repeats:
        raise Wrong(f"There should be {repeats} timed calls of each tool and "
                    "a warm-up.", given, received=f"{len(calls)} calls")
    if not all(call[3] for call in warm[-repeats:]):
        raise Wrong("Not all timed calls work on the same data, the whole "
                    "x.", given)


def _verify_turns(world, names, repeats, given):
    """Complain unless the tools take turns in the timed calls."""
    left = {name: len(world.of(name)) - repeats for name in names}
    done = dict.fromkeys(names, 0)
    for name, *_ in world.calls:
        if left[name] > 0:
            left[name] -= 1
            continue
        done[name] += 1
        # with a warm-up before each repeat they are two calls apart
        if max(done.values()) - min(done.values()) > 2:
            raise Wrong(
                "All repeats of one tool come before those of the next: a "
                "slow minute of the machine would hit one of them only. Let "
                "them take turns.", given,
            )


def _verify_medians(world, names, repeats, values, given):
    timed = {name: world.seconds(name, repeats) for name in names}
    mistakes = [
        (np.mean, "That is the mean: a single interruption moves it. Take "
         "the median."),
        (np.min, "That is the smallest value. Take the median, on all "
         "sides."),
        (np.max, "That is the largest value. Take the median."),
        (np.sum, "That is the sum of the repeats. Take the median."),
        (lambda s: s[-1], "That is the last repeat alone. Take the median of "
         "all."),
        (lambda s: s[0], "That is the first repeat alone. Take the median of "
         "all."),
    ]
    for name in names:
        all_calls = [call[1] for call in world.of(name)]
        own = [(f(timed[name]), sentence) for f, sentence in mistakes]
        if repeats % 2 == 0:
            middle = sorted(timed[name])
            halves = middle[repeats // 2 - 1], middle[repeats // 2]
            even = ("Of an even number of values the median is the mean of "
                    "the two in the middle.")
            own = [(m, even) for m in halves] + own
        own += [(np.median(all_calls), "The warm-up is among the values of "
                 "the median."),
                (np.mean(all_calls), "This is a mean, and the warm-up is "
                 "among its values.")]
        if not math.isclose(values[name], np.median(timed[name])) and (
            values[name] > COLD / 10 + np.sum(timed[name])
        ):
            raise Wrong("The warm-up lies inside the clock.", given)
        compare(values[name], np.median(timed[name]), given, own,
                f"the time of {name}")


@exercise(
    "9.2",
    "where two curves cross",
    returns="number",
    hints=[
        "The curves cross where the logarithm of first / second changes its "
        "sign: look for the first pair of neighbours with different signs.",
        "Between them this logarithm, d, is a straight line in log(size): it "
        "is zero after the share d[i] / (d[i] - d[i + 1]) of the way.",
        "Go that share of the way between the logarithms of the two sizes, "
        "and take the exponential in the end. Curves that meet at a size "
        "(d = 0 there) cross there; None comes only after the whole loop.",
    ],
)
def check_crossing(crossing):
    for sizes, first, second in _curves():
        sizes, first, second = map(np.array, (sizes, first, second))
        given = (f"sizes = {_list(sizes)}, first = {_list(first)}, "
                 f"second = {_list(second)}")
        received = crossing(sizes, first, second)
        expected = _crossing(sizes, first, second)
        if expected is None:
            _verify_none(received, sizes, given)
            continue
        if expected == sizes[0] and _is_nan(received):
            raise Wrong("The curves are equal at two neighbouring sizes: that "
                        "makes 0 / 0. They meet at the first of them.",
                        given, expected, "nan")
        if received is None or _is_nan(received):
            raise Wrong(_why_missed(sizes, first, second), given, expected,
                        str(received))
        compare(received, expected, given,
                _wrong_crossings(sizes, first, second), "the crossing",
                rtol=1e-5)
    return "None is an answer, too."


def _is_nan(value):
    return bool(np.all(np.isnan(as_array(value).astype(float))))


def _curves():
    """Yield sizes and two curves: all the ways in which they may cross."""
    yield [10.0, 640.0], [1.0, 64.0], [4.0, 4.0]  # by hand: 40
    sizes = np.array([4.0, 16.0, 32.0, 128.0, 512.0])
    yield sizes, 0.02 * sizes, 0.5 + 0 * sizes  # 25, upwards
    yield sizes, 3 * sizes**0.2, 0.4 * sizes**0.8  # downwards
    yield sizes, 5 + 0.1 * sizes, 1 + 0.05 * sizes  # never
    yield sizes, 0.001 * sizes, 1 + 0 * sizes  # at 1000, out of range
    yield sizes, 4 + 0 * sizes, [1.0, 3.0, 6.0, 5.0, 2.0]  # twice
    yield sizes, [1.0, 2.0, 7.0, 9.0, 30.0], [3.0, 5.0, 7.0, 8.0, 9.0]  # at 32
    yield sizes, [1.0, 2.0, 3.0, 4.0, 8.0], [5.0, 6.0, 7.0, 8.0, 8.0]  # at 512
    yield sizes, [3.0, 2.0, 3.0, 4.0, 9.0], [3.0, 6.0, 7.0, 8.0, 8.0]  # at 4
    yield sizes[:3], [1.0, 2.0, 5.0], [1.0, 2.0, 4.0]  # at 4 and at 16
    yield sizes[:2], [1e-9, 1e4], [1e4, 1e-9]  # an extreme


def _crossing(sizes, first, second, last=False):
    s, d = np.log(sizes), np.log(first / second)
    places = [i for i in range(len(s) - 1) if d[i] * d[i + 1] <= 0]
    if not places:
        return None
    i = places[-1 if last else 0]
    if d[i] == 0:
        return float(sizes[i])
    return float(np.exp(s[i] + d[i] / (d[i] - d[i + 1]) * (s[i + 1] - s[i])))


def _verify_none(received, sizes, given):
    if received is None:
        return
    value = as_array(received, "the crossing", given)
    if value.size == 0 or np.any(np.isnan(value.astype(float))):
        kind = "nan" if value.size else "an empty array"
        raise Wrong(f"You return {kind}; the cells that follow ask whether "
                    "there is a crossing with `is None`. Return None.",
                    given, "None", str(received))
    example = {"given": given, "expected": "None", "received": value}
    number = float(value.ravel()[0])
    if number <= 0:
        raise Wrong("No crossing is not the same as a number. Return None.",
                    **example)
    if not sizes[0] <= number <= sizes[-1]:
        raise Wrong("The curves were continued beyond what was measured. "
                    "Where they do not cross in range, return None.",
                    **example)
    raise Wrong("These curves do not cross. Return None.", **example)


def _why_missed(sizes, first, second):
    if np.any(first == second):
        return ("The curves meet exactly at one of the sizes; that is a "
                "crossing, too.")
    if first[0] > second[0]:
        return ("They do cross: the first curve comes from above. Either may "
                "be the higher one at the left.")
    return "They do cross: the first curve comes from below."


def _wrong_crossings(sizes, first, second):
    """Return values of well-known mistakes, with what to say of them."""
    s, d = np.log(sizes), np.log(first / second)
    i = next(i for i in range(len(s) - 1) if d[i] * d[i + 1] <= 0)
    a, b = sizes[i : i + 2]
    right = _crossing(sizes, first, second)
    gap = first - second
    t_lin = gap[i] / ((gap[i] - gap[i + 1]) or 1)
    t_log = d[i] / ((d[i] - d[i + 1]) or 1)
    height = np.exp(np.interp(np.log(right), s, np.log(first)))
    found = [
        (_crossing(sizes, first, second, last=True), "They cross more than "
         "once; the first crossing is wanted."),
        (height, "That is the time at the crossing; the size is wanted."),
        (np.log(right), "This is the natural logarithm of the size."),
        (np.log10(right), "This is the logarithm of the size to base 10."),
        (a + t_lin * (b - a), "Both axes are linear here. The curves are "
         "straight lines on logarithmic axes."),
        (np.exp(s[i] + t_lin * (s[i + 1] - s[i])), "The times are linear "
         "here: take the logarithm of both."),
        (a + t_log * (b - a), "The sizes are linear here: take their "
         "logarithm."),
        (i, "That is a place in the array; the size is wanted."),
        (i + 1, "That is a place in the array, the right one of the two; the "
         "size is wanted."),
        (t_log, "That is the share of the way between two sizes."),
        (a, "That is the last size before the crossing; it lies between two "
         "of the sizes."),
        (b, "That is the first size beyond the crossing; it lies between two "
         "of the sizes."),
        (np.sqrt(a * b), "The middle between two sizes is a guess: the times "
         "say where between them."),
        ((a + b) / 2, "The mean of two sizes is a guess: the times say where "
         "between them."),
    ]
    return [(v, w) for v, w in found if not math.isclose(v, right)]


def _list(values):
    return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"


@exercise(
    "9.3",
    "from power and time to gCO2e",
    returns=("number", "number"),
    hints=[
        "Watts times seconds are joules. A kWh is a power of 1000 W during "
        "3600 s: how many joules?",
        "kwh = watts * seconds / 3.6e6; the grams are kwh * grid.",
    ],
)
def check_emissions(emissions):
    rng = np.random.default_rng(93)
    cases = [(1000.0, 3600.0, 56.0), (15.0, 10.0, 60.0)]
    cases += [tuple(rng.uniform((5, 3, 20), (300, 900, 800)))]
    cases += [(40.0, 90.0, 1000.0), (2.5e6, 3.2e7, 450.0)]
    for watts, seconds, grid in cases:
        given = (f"watts = {watts:.4g}, seconds = {seconds:.4g}, "
                 f"grid = {grid:.4g}")
        answer = emissions(watts, seconds, grid)
        if isinstance(answer, np.ndarray) and answer.ndim == 1:
            answer = answer.tolist()
        if isinstance(answer, (int, float, np.number, np.ndarray)):
            raise Wrong("Two numbers are wanted: kWh, then gCO2e.", given,
                        received=as_array(answer, "the result", given))
        parts = as_tuple(answer, 2, "two numbers, kWh and gCO2e")
        kwh = float(as_array(parts[0], "the energy", given).ravel()[0])
        grams = float(as_array(parts[1], "the emissions", given).ravel()[0])
        _compare_bill(kwh, grams, watts, seconds, grid, given)
    return "Joules, kWh, grams: three units, two factors."


def _compare_bill(kwh, grams, watts, seconds, grid, given):
    right = watts * seconds / 3.6e6
    compare(kwh, right, given, [
        (right * grid, "The two numbers are in each other's place: kWh come "
         "first."),
        (watts * seconds, "These are joules: a kWh has 3.6 million of them."),
        (watts * seconds / 3600, "These are watt hours: a kWh has a thousand "
         "of them."),
        (watts * seconds / 1000, "These are kilojoules: the seconds are to "
         "become hours."),
        (watts * seconds * 3.6e6, "Joules were multiplied by 3.6e6; a kWh is "
         "larger than a joule, so there are fewer of them."),
        (watts * seconds / 60 / 1000, "An hour has 3600 seconds, not 60."),
        (watts / seconds / 3.6e6, "Energy is power times time, not power "
         "divided by time."),
        (watts / 1000, "The time is missing: a power is no energy."),
        (seconds / 3600, "The power is missing: these are hours."),
        (watts / 1000 * seconds, "The seconds are not yet hours."),
    ], "the energy in kWh", rtol=1e-6, atol=0)
    compare(grams, right * grid, given, [
        (right * grid / 1000, "These are kilograms; the grid is given in "
         "grams."),
        (right * grid * 1000, "These are milligrams; the grid is given in "
         "grams."),
        (right / grid, "The energy was divided by the grid: emissions grow "
         "with both."),
        (grid / right, "The grid was divided by the energy: emissions grow "
         "with both."),
        (watts * seconds * grid, "The grid's factor is for a kWh, not for a "
         "joule."),
        (watts * seconds / 3600 * grid, "The grid's factor is for a kWh, not "
         "for a watt hour."),
        (grid, "That is the grid's factor alone."),
        (right, "The grid's factor is missing in the emissions."),
    ], "the emissions in g", rtol=1e-6, atol=0)


@exercise(
    "9.4",
    "the price of a tenth of a percent",
    hints=[
        "Sort by energy first: np.argsort gives the order. Then go through "
        "it and keep a network only if it is more accurate than all that "
        "are cheaper.",
        "For neighbours among those that were kept: (difference of the "
        "energies) / (difference of the accuracies), divided by 10, since a "
        "point has ten tenths.",
        "Compare each network with the last one that was kept: it is the "
        "most accurate so far. np.diff gives the differences of neighbours.",
    ],
)
def check_prices(prices):
    for energies, accuracies in _networks():
        given = (f"energies = {_list(energies)}, accuracies = "
                 f"{_list(accuracies)}")
        received = as_array(
            prices(energies, accuracies), "the list of prices", given
        )
        several = len(_frontier(energies, accuracies)) > 1
        mistakes = _wrong_prices(
            energies, accuracies, received, given
        ) if several else [
            ([0.0], "Only one network is left on the frontier: there is no "
             "pair of neighbours, so the list of prices is empty."),
        ]
        compare(received, _prices(energies, accuracies), given, mistakes,
                "the list of prices")
    return "The frontier is the only place where a price is paid for a gain."


def _networks():
    """Yield energies and accuracies of networks, in no order."""
    yield np.array([2.0, 1.0, 4.0, 3.0]), np.array([96.0, 95.0, 96.4, 95.9])
    yield np.array([1.0, 2.0, 5.0]), np.array([90.0, 94.0, 95.0])
    # the fourth is better than its neighbour, but not than an earlier one
    yield (np.array([7.0, 1.0, 3.0, 6.0, 5.0, 20.0]),
           np.array([97.0, 90.0, 96.0, 95.5, 95.0, 97.5]))
    yield np.array([1.0, 3.0, 2.0]), np.array([90.0, 95.0, 90.0])  # a tie
    yield np.array([2.0, 1.0, 3.0]), np.array([95.0, 95.0, 96.0])
    yield np.array([2.0, 1.0]), np.array([90.0, 95.0])  # one is left
    yield np.array([3.0]), np.array([95.0])
    rng = np.random.default_rng(94)
    energies = rng.permutation(np.geomspace(1, 60, 8))
    yield energies, 98 - 9 / energies**0.6 - rng.uniform(0, 1.5, 8)


def _frontier(energies, accuracies):
    """Return the places on the frontier, from the cheapest to the dearest."""
    kept = []
    for i in np.argsort(energies):
        if not kept or accuracies[i] > accuracies[kept[-1]]:
            kept.append(i)
    return kept


def _prices(energies, accuracies, kept=None):
    kept = _frontier(energies, accuracies) if kept is None else kept
    return np.diff(energies[kept]) / np.diff(accuracies[kept]) / 10


def _wrong_prices(energies, accuracies, received, given):
    order, right = np.argsort(energies), _prices(energies, accuracies)
    kept = _frontier(energies, accuracies)
    E, A = energies[kept], accuracies[kept]
    pairs = [order[0]] + [
        i for before, i in zip(order[:-1], order[1:])
        if accuracies[i] > accuracies[before]
    ]
    given_order = [
        i for i in range(len(order))
        if i == 0 or accuracies[i] > max(accuracies[:i])
    ]
    tied = [
        i for k, i in enumerate(order)
        if accuracies[i] >= max(accuracies[order[: k + 1]])
    ]
    with np.errstate(all="ignore"):
        if tied != kept and np.array_equal(received, _prices(
            energies, accuracies, tied
        ), equal_nan=True):
            raise Wrong(
                "Of two networks of equal accuracy the more expensive one is "
                "beaten: it gains nothing, and its price would be infinite.",
                given, right, received,
            )
        found = [
            (_prices(energies, accuracies, given_order), "The networks come "
             "in no order: sort them by energy first."),
            (10 * right, "This is the price of a whole point; a tenth costs a "
             "tenth of it."),
            (100 * right, "This is ten times the price of a whole point: "
             "divide by 10, do not multiply."),
            (_prices(energies, accuracies, order), "The networks that are "
             "beaten are still among them: where more energy buys less, there "
             "is no price."),
            (_prices(energies, accuracies, np.arange(len(order))), "The "
             "networks come in no order: sort them by energy first."),
            (_prices(energies, accuracies, pairs), "A network was compared "
             "with its neighbour alone; it must be better than all cheaper "
             "ones."),
            (1 / right, "This is the gain for the energy; the price is the "
             "energy for the gain."),
            (1 / (10 * right), "This is points for energy; the price is the "
             "energy for a tenth of a point."),
            (np.diff(E), "These are the differences of the energies; divide "
             "them by the gain, in tenths of a percent."),
            (E[1:] / np.diff(A) / 10, "The whole energy was taken; what the "
             "gain costs is the difference to the network before."),
            ((E[1:] - E[0]) / (A[1:] - A[0]) / 10, "Each was compared with "
             "the cheapest network, not with its neighbour."),
            (right[::-1], "The prices are in the wrong order: from the "
             "cheapest network to the dearest."),
            (np.append(0, right), "There is one price less than networks: the "
             "cheapest has no neighbour before it."),
            ([np.mean(right)], "The mean hides how the price rises: one price "
             "for each pair of neighbours is wanted."),
            ((E[-1] - E[0]) / (A[-1] - A[0]) / 10, "One price for each pair "
             "of neighbours is wanted, not one for all."),
            (right / 100, "The accuracies are in percent already."),
        ]
    return [(v, w) for v, w in found if np.all(np.isfinite(v))]
