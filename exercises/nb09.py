"""Checkers of notebook 09: a fair clock, units, a record, a verdict."""

import contextlib
import math
import threading
import time

import numpy as np

from exercises.compare import Wrong, as_array, as_tuple, compare, shown
from exercises.judge import exercise
from helpers.evidence import difference

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
        self.calls = []  # (name, seconds, first of its shape?, whole x?)
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
            seen = set()  # another shape is prepared for again

            def train(x):
                cold = np.shape(x) not in seen
                seen.add(np.shape(x))
                seconds = base * self.rng.uniform(0.9, 1.4) + COLD * cold
                whole = np.shape(x) == self.x.shape and np.all(x == self.x)
                self.calls.append((name, seconds, cold, whole))
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
    few = len(warm) < repeats
    parts = [not call[3] for call in calls]
    if any(not call[3] for call in warm[-repeats:]) or (
        few and any(parts) and not parts[0]
    ):
        raise Wrong("Not all timed calls work on the same data, the whole "
                    "x.", given)
    if few and parts[0]:
        raise Wrong(
            "The warm-up has another shape than x, so a call in the clock is "
            "the first with the whole x. A tool may prepare itself again for "
            "another shape (TensorFlow's predict does): warm up with the "
            "whole x.", given, received=f"the first call of {name} took "
            f"{calls[0][1]:.4g} s, the next {calls[1][1]:.4g} s")
    if len(cold) == len(calls):
        raise Wrong("The tool is prepared anew for each repeat, so every call "
                    "is a first call, with what happens only then.", given)
    if len(warm) == repeats - 1:
        if math.isclose(value, np.median([call[1] for call in warm])):
            raise Wrong("One repeat is missing: the warm-up is not one of "
                        "them.", given)
        raise Wrong("The first call is counted: warm up once, outside the "
                    "clock.", given)
    if few:
        raise Wrong(f"There should be {repeats} timed calls of each tool and "
                    "a warm-up.", given, received=f"{len(calls)} calls")


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
    "from power and time to gCO2e",
    returns=("number", "number"),
    hints=[
        "Watts times seconds are joules. A kWh is a power of 1000 W during "
        "3600 s: how many joules?",
        "Divide the joules by the joules of a kWh; each kWh emits as many "
        "grams as the grid says.",
    ],
)
def check_emissions(emissions):
    rng = np.random.default_rng(92)
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


NAMES = "processor", "memory", "accelerator"
KEYS = "cpu_energy", "ram_energy", "gpu_energy"


@exercise(
    "9.3",
    "what dominates a record",
    hints=[
        "Put the three energies beside the names that are to be returned, "
        "for example in a dict.",
        "The sum of the three is what the share is of. If it is zero, there "
        "is nothing to divide by: that case comes first.",
        "`max` can compare names by their energies: look up its argument "
        "`key`. Of equal ones it takes the first.",
    ],
)
def check_dominant(dominant):
    for energies in _records():
        record = dict(zip(KEYS, energies))
        given = ", ".join(f"{key} = {value:.4g}"
                          for key, value in record.items())
        # a record has more entries, some of them misleading
        record.update(energy_consumed=7.0, emissions=0.3, duration=2.5,
                      cpu_power=90.0, ram_power=10.0, gpu_power=50.0)
        _compare_part(dominant(record), np.array(energies), given)
    return "Name and share: read both before you save energy."


def _records():
    yield 1.0, 3.0, 0.0  # by hand: memory, 75 %
    yield 6.0, 2.0, 8.0
    yield 5e-6, 2e-6, 1e-6
    yield 2e-9, 6e-9, 3e-9
    yield 4.0, 4.0, 0.0  # ties
    yield 1.0, 3.0, 3.0
    yield 3.0, 1.0, 3.0
    yield 0.0, 0.0, 0.0  # too short
    yield 0.0, 0.0, 2e-300  # an extreme
    yield 1e-12, 0.0, 0.0


def _compare_part(answer, energies, given):
    total, k = energies.sum(), int(np.argmax(energies))
    name, share = as_tuple(answer, 2, "a name and a share")
    if total == 0:
        if name is not None or share is None or float(share) != 0:
            raise Wrong("There is no energy at all: return (None, 0.0).",
                        given, "(None, 0.0)", f"({name}, {share})")
        return
    expected = f"{NAMES[k]}, {100 * energies[k] / total:.4g}"
    example = given, expected, f"{name}, {share}"
    if name in KEYS:
        raise Wrong("That is the entry's name; the part's name is wanted: "
                    "\"processor\", \"memory\" or \"accelerator\".", *example)
    if not isinstance(name, str) or name not in NAMES:
        raise Wrong("The first result should be \"processor\", \"memory\" or "
                    "\"accelerator\".", *example)
    if name != NAMES[k]:
        word = "That is not the largest of the three parts."
        if energies[NAMES.index(name)] == energies[k]:
            word = ("Two parts are equal: the first in the order processor, "
                    "memory, accelerator counts.")
        elif energies[NAMES.index(name)] == energies.min():
            word = "That is the smallest part."
        raise Wrong(word, *example)
    value = energies[k]
    compare(share, 100 * value / total, given, [
        (value / total, "That is a fraction: a share in percent is wanted."),
        (100 * value / energies[:2].sum(), "The accelerator is missing in "
         "the sum."),
        (100 * value / 7.0, "\"energy_consumed\" is what CodeCarbon added up; "
         "the share of the sum of the three is wanted."),
        (value, "That is the energy; its share of the sum is wanted."),
        (100 * (1 - value / total), "That is the share of the other parts."),
        (100 * value / (total - value or 1), "You divide by the other parts; "
         "divide by the sum of all three."),
    ], "the share in percent", atol=0)


@exercise(
    "9.4",
    "a verdict on two runs",
    hints=[
        "First the conditions: compare the three entries of both runs, and "
        "end with \"unfair\" where one of them differs.",
        "difference takes two arrays, round by round. Give it the logarithms "
        "of the seconds of both.",
        "Less time is faster: which sign has the mean of first - second, if "
        "the first is faster? With one round `.clear` is False.",
    ],
)
def check_verdict(verdict):
    for first, second in _runs():
        given = ", ".join(
            f"{name}: {shown(run)}" for name, run in
            (("first", first), ("second", second)))
        expected, mistakes = _verdicts(first, second)
        received = verdict(first, second)
        if received == expected:
            continue
        if received is None:
            raise Wrong("The result is None: does every way through the "
                        "function end with `return`?", given, expected)
        if received not in ("unfair", "first", "second", "open"):
            raise Wrong("The result should be one of the four words "
                        "\"unfair\", \"first\", \"second\", \"open\".",
                        given, expected, str(received))
        words = [w for value, w in mistakes if value == received]
        raise Wrong(words[0] if words else "That is another verdict.", given,
                    expected, str(received))
    return "Fair first, then faster, or honestly open."


def _run(seconds, images=64, updates=1, threads=1):
    return {"images": images, "updates": updates, "threads": threads,
            "seconds": np.array(seconds, float)}


def _runs():
    """Yield pairs of runs; in some a lazy way comes to another verdict."""
    yield _run([1, 2, 8]), _run([2, 4.1, 15.8])  # by hand
    yield _run([2, 4.1, 15.8]), _run([1, 2, 8])
    yield _run([1, 2, 8]), _run([1.2, 1.7, 8.1])  # open
    yield _run([1, 1.1, 0.9]), _run([2, 2.1, 5])  # clear in logs alone
    yield _run([3.0]), _run([1.0])  # a single round
    yield _run([2, 2, 2]), _run([2, 2, 2])  # no difference at all
    yield _run([10, 1, 1, 1]), _run([1.1, 1.2, 1.1, 1.2])  # mean and median
    yield _run([1e-9, 3e-9, 2e-9]), _run([5e-9, 14e-9, 11e-9])
    yield _run([1, 1.01, 1.02]), _run([1.03, 1.04, 1.052])  # small but clear
    yield _run([1.03, 1.04, 1.052]), _run([1, 1.01, 1.02])
    yield _run([30, 41, 160]), _run([1, 1.4, 5])  # far apart
    for key in ("images", "updates", "threads"):
        for a, b in ((1, 2), (2, 1)):
            for times in ([1, 2, 8], [2, 4.1, 15.8]):
                yield _run([1.5, 3, 11], **{key: a}), _run(times, **{key: b})
    # two differ, and their product, quotient or sum is the same
    for a, b in (((64, 2, 1), (32, 4, 1)), ((4, 64, 2), (8, 64, 1)),
                 ((64, 4, 2), (64, 2, 4)), ((64, 2, 1), (32, 1, 1)),
                 ((4, 64, 2), (2, 64, 1)), ((64, 4, 2), (64, 2, 1)),
                 ((5, 3, 2), (4, 4, 2))):
        for times in ([1, 2, 8], [2, 4.1, 15.8]):
            yield _run([1.5, 3, 11], *a), _run(times, *b)
    yield _run([1.0, 2.0], 64, 2, 3), _run([2.0, 4.1], 64, 2, 3)


def _verdicts(first, second):
    """Return the right verdict, and those of well-known mistakes."""
    a, b = first["seconds"], second["seconds"]
    found = difference(np.log(a), np.log(b))
    sides = ("first", "second")
    faster = sides[bool(found.mean > 0)]
    right = faster if found.clear else "open"
    unlike = [key for key in ("images", "updates", "threads")
              if first[key] != second[key]]
    if len(unlike) > 1:
        words = " and ".join(unlike)
        each = ", ".join(f"{first[key]} and {second[key]} {key}"
                         for key in unlike)
        sentence = (f"The numbers of {words} both differ ({each}): compare "
                    "each for itself, not their product or sum.")
        return "unfair", [(word, sentence) for word in (right, faster, "open")]
    if unlike:
        return "unfair", [
            (right, f"The runs have another number of {unlike[0]}: no "
             "verdict on times is fair."),
            (faster, f"The number of {unlike[0]} differs."),
            ("open", f"The number of {unlike[0]} differs: this is not open, "
             "but unfair.")]
    plain = difference(a, b)
    other = {"first": "second", "second": "first"}.get(right)
    mistakes = [(other, "It is the other way round: less time is faster.")]
    if len(a) == 1:
        mistakes.append((faster, "One round is never enough: it says nothing "
                         "about how times scatter."))
    if right == "open":
        mistakes += [(side, "The difference is not clear: its interval "
                      "contains zero.") for side in sides]
    elif not plain.clear:
        mistakes.append(("open", "In seconds the slow round decides; compare "
                         "the logarithms, round by round."))
    mistakes.append(("open", "The difference is clear: its interval leaves "
                     "zero out."))
    mistakes.append(("unfair", "Images, updates and threads agree: this "
                     "comparison is fair."))
    return right, mistakes
