"""Checkers of notebook 06: a rate, an interval, an experiment, a frontier."""

import itertools
import math

import numpy as np

from exercises.compare import (
    Wrong,
    as_array,
    as_tuple,
    compare_cases,
    compare_parts,
)
from exercises.judge import exercise

# the 97.5 % point of Student's t with 1, 2, ... degrees of freedom
T = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624,
     2.306004, 2.262157, 2.228139, 2.200985, 2.178813, 2.160369, 2.144787,
     2.131450, 2.119905, 2.109816, 2.100922)
ONE_SIDED = (6.313752, 2.919986, 2.353363, 2.131847, 2.015048, 1.943180,
             1.894579, 1.859548, 1.833113)  # the 95 % point
NEAR = {"rtol": 1e-5, "atol": 1e-5}  # in points: what float32 can give


class _Where:
    """Equals what a condition holds for."""

    __hash__ = None

    def __init__(self, holds=lambda other: True):
        self.holds = holds

    def __eq__(self, other):
        return self.holds(other)


@exercise(
    "6.1",
    "choosing a learning rate",
    returns=("number", "number"),
    hints=[
        "Take the mean of each row first. NumPy's mean of a row that holds a "
        "NaN is NaN: what does `np.argmax` do with that?",
        "A rate that lost a seed is never the best one. Give it a mean that "
        "loses against all others, such as -1.",
        "Let k be the place of the best mean. Which k has no rate on its "
        "left, which has none on its right? For all others the second result "
        "is None.",
    ],
)
def choose_rate(answer):
    nan = math.nan
    cases = [
        ([0.1, 0.2, 0.4], [[90, 92], [94, 95], [93, 93]]),
        ([0.1, 0.2, 0.4], [[95, 96], [94, 95], [93, 93]]),
        ([0.1, 0.2, 0.4], [[90, 92], [92, 93], [93, 95]]),
        ([0.3, 0.6, 1.2, 2.4], [[96, 97], [98, 98], [99, nan], [nan, nan]]),
        ([0.1, 0.2, 0.4], [[95, 96], [99, nan], [94, 95]]),
        ([0.1, 0.2, 0.4], [[94, 94], [96, 96], [nan, nan]]),
        ([0.1, 0.2, 0.4], [[90, 90], [91, 91], [92, nan]]),
        ([0.1, 0.2, 0.4, 0.8], [[94, 94], [96, 96], [95, 97], [95, 95]]),
        ([0.1, 0.2, 0.4], [[95, 97], [96, 96], [95, 95]]),
        ([0.1, 0.2, 0.4], [[94, 94], [96, 96], [96, 96]]),
        ([0.3, 0.6, 1.2], [[99, 80, 98], [95, 95, 95], [94, 94, 94]]),
        ([0.3, 0.6], [[93.0], [97.0]]),
        ([0.05, 0.1], [[93.0], [nan]]),
        ([1.6, 3.2, 6.4], [[10, 11], [10, 10], [nan, 99]]),
    ]

    def ask(rates, accuracies):
        given = _grid(rates, accuracies)
        arrays = np.array(rates), np.array(accuracies, float)
        best, more = as_tuple(answer(*arrays), 2, "two results, best and more")
        if best is None and more is not None:
            raise Wrong("The order is the other way round: `best` comes "
                        "first, then `more`.", given)
        if isinstance(best, str) or best is None:
            raise Wrong("The best rate should be a number.", given)
        best = _one_rate(best, "the best rate", given)
        if more is not None:
            more = _one_rate(more, "the rate to try next", given)
            if math.isnan(more):
                raise Wrong(
                    "The rate to try next is NaN; where the best rate has a "
                    "neighbour on each side, it should be None.", given,
                )
        return best, more

    compare_cases(ask, cases, _chosen, RATE_MISTAKES, _grid,
                  "the pair of best rate and rate to try next")


def _one_rate(value, name, given):
    """Return a rate as a number; one of float32 without its last digits."""
    array = as_array(value, name, given)
    if array.size != 1:
        raise Wrong(f"One number is asked for as {name}, not {array.size}.",
                    given)
    return _rounded(array.item(), 6 if array.dtype == np.float32 else 9)


def _rounded(value, digits=7):
    return float(f"{float(value):.{digits}g}")


def _grid(rates, accuracies):
    rows = ", ".join(_text(row) for row in accuracies)
    means = _text([np.mean(row) for row in accuracies])
    return (f"rates = {_text(rates)}, accuracies = [{rows}], "
            f"with the means {means}")


def _chosen(rates, accuracies, mean=np.mean, last=False, lost=-1.0,
            beyond=2.0):
    """Return best and more; the options make mistakes."""
    means = np.array([mean(row) for row in np.array(accuracies, float)])
    means = np.where(np.isnan(means), lost, means)
    k = int(np.argmax(means))
    if last:
        k = len(means) - 1 - int(np.argmax(means[::-1]))
    more = None
    if k == 0:
        more = round(rates[0] / beyond, 9)
    elif k == len(rates) - 1:
        more = round(rates[-1] * beyond, 9)
    return float(rates[k]), more


def _rate_slip(**options):
    return lambda rates, accuracies: _chosen(rates, accuracies, **options)


def _changed_more(change):
    def slip(rates, accuracies):
        best, more = _chosen(rates, accuracies)
        return best, change(best, more, rates)

    return slip


def _without_lost(rates, accuracies):
    """Return what comes out if diverged rates count as not tried."""
    kept = [k for k, row in enumerate(accuracies) if not np.isnan(row).any()]
    return _chosen([rates[k] for k in kept], [accuracies[k] for k in kept])


def _step_added(best, more, rates):
    ends = {rates[0]: 2 * rates[0] - rates[1],
            rates[-1]: 2 * rates[-1] - rates[-2]}
    return more and round(ends[best], 9)


def _best_alone(slip):
    """Return a slip that explains the best rate, whatever `more` is."""
    return lambda *case: (slip(*case)[0], _Where())


BEST_MISTAKES = [
    (
        _rate_slip(lost=math.inf),
        "A rate at which a seed diverged (NaN) comes out as the best: "
        "np.argmax takes a NaN for the largest value.",
    ),
    (
        _rate_slip(mean=lambda row: np.nanmean([*row, -1e9])
                   if np.all(np.isnan(row)) else np.nanmean(row)),
        "The diverged runs are left out of the mean. A rate that loses one "
        "seed is too large: it cannot be the best.",
    ),
    (
        _rate_slip(mean=lambda row: np.nan if np.any(np.isnan(row))
                   else np.max(row)),
        "The best single run is taken, not the best mean over the seeds.",
    ),
    (
        _rate_slip(mean=np.median),
        "The median over the seeds is taken; the mean is asked for.",
    ),
    (
        _rate_slip(last=True),
        "Two rates have the same mean: take the smaller one, which is "
        "further away from the rates that diverge.",
    ),
    (
        _rate_slip(mean=np.min),
        "The worst single run of each rate is compared; the mean over the "
        "seeds is asked for.",
    ),
    (
        _rate_slip(mean=lambda row: np.mean(np.nan_to_num(row))),
        "A NaN is counted as an accuracy of 0. If the other seed is good "
        "enough, such a mean wins: a rate that loses one seed cannot be the "
        "best.",
    ),
    (
        _rate_slip(mean=lambda row: -np.mean(row), lost=-math.inf),
        "This is the rate with the lowest mean: these are accuracies, not "
        "errors.",
    ),
    (
        lambda rates, accuracies: _chosen(rates, np.transpose(accuracies)),
        "The mean is taken over the rates, one for each seed. Each rate "
        "needs a mean over its seeds, its row: axis=1.",
    ),
    (
        lambda rates, accuracies: (
            max(np.nan_to_num(np.mean(accuracies, axis=1), nan=-1.0)),
            _chosen(rates, accuracies)[1],
        ),
        "This is the best mean; the rate that belongs to it is asked for.",
    ),
    (
        lambda rates, accuracies: (
            rates.index(_chosen(rates, accuracies)[0]),
            _chosen(rates, accuracies)[1],
        ),
        "This is the place of the best rate; the rate itself is asked for.",
    ),
]
MORE_MISTAKES = [
    (
        _changed_more(lambda best, more, rates: None),
        "The best rate may be the first or the last one of the grid. Then "
        "nobody knows what comes beyond: `more` is the rate to try there.",
    ),
    (
        _changed_more(lambda best, more, rates: more and (
            best / 2 if best == rates[-1] else 2 * best)),
        "The rate to try next is inside the grid: half of the smallest, or "
        "twice the largest.",
    ),
    (
        _changed_more(lambda best, more, rates: more and best),
        "The rate to try next is the one that was tried: it should be half "
        "of the smallest, or twice the largest.",
    ),
    (
        _changed_more(lambda best, more, rates:
                      more if best == rates[0] else None),
        "The upper edge is not looked at: where the best rate is the largest "
        "of the grid, `more` is twice as large.",
    ),
    (
        _changed_more(lambda best, more, rates:
                      more if best != rates[0] else None),
        "The lower edge is not looked at: where the best rate is the "
        "smallest of the grid, `more` is half of it.",
    ),
    (
        _changed_more(lambda best, more, rates: more or 0.0),
        "Where there is nothing to try, `more` should be None, not 0 or "
        "False: 0 would be a rate.",
    ),
    (
        _without_lost,
        "The rates that diverged are taken out before the edge is looked "
        "at. They were tried: a best rate between others is not on the edge, "
        "even if the larger one diverged.",
    ),
    (
        _changed_more(_step_added),
        "The next rate is a factor of 2 away, not a difference: half of the "
        "smallest, or twice the largest.",
    ),
]
RATE_MISTAKES = [
    *BEST_MISTAKES, *MORE_MISTAKES,
    *((_best_alone(slip), words) for slip, words in BEST_MISTAKES),
    (
        _best_alone(_chosen),
        "The best rate is right; `more` is not. It is None if the best rate "
        "is neither the first nor the last one, and otherwise half of the "
        "smallest or twice the largest.",
    ),
    (
        lambda *case: (_Where(), _Where()),
        "The best rate is wrong: it is the one whose row has the highest "
        "mean, among the rows without NaN.",
    ),
]


@exercise(
    "6.2",
    "a paired difference and its interval",
    returns=("number", "number"),
    hints=[
        "Begin with the array of the n differences, run by run. All that "
        "follows is computed from it alone.",
        "The standard deviation s of the differences has n - 1 in its "
        "denominator: `ddof=1`. Their mean is less uncertain than a single "
        "one: by which factor?",
        "Student's t for a 95 % interval leaves 2.5 % on either side, and "
        "has n - 1 degrees of freedom.",
    ],
)
def paired(answer):
    rng = np.random.default_rng(62)
    first = np.array([92.0, 94.0, 96.0])
    cases = [
        (first, np.array([91.0, 92.0, 93.0])),
        (np.array([91.0, 92.0, 93.0]), first),
        (np.array([97.0, 98.0]), np.array([97.5, 97.0])),
        (first, first - 0.5), (first, first[::-1].copy()),
    ]
    for n in (4, 7, 10):  # quarters: exact, in float32 as well
        common = 97 + rng.integers(-6, 7, n) / 4
        cases.append((common, common - rng.integers(-1, 4, n) / 4))
    for first, second in cases:
        given = (f"first = {_text(first)}, second = {_text(second)}, with the "
                 f"differences {_text(first - second)}")
        both = answer(first, second)
        parts = as_tuple(both, 2, "mean and half, two numbers")
        values = [as_array(part, "each of the two", given) for part in parts]
        if any(value.size != 1 for value in values):
            raise Wrong("Two numbers are asked for, not arrays.", given)
        received = [_rounded(value.item()) for value in values]
        compare_parts(
            received, [_rounded(value) for value in _interval(first - second)],
            ("mean", "half"), given,
            _paired_slips(first, second, *received), **NEAR,
        )


def _interval(differences, t=None):
    """Return the mean of the differences, and half of its interval."""
    d = np.asarray(differences, float)
    t = T[len(d) - 2] if t is None else t
    return float(np.mean(d)), t * np.std(d, ddof=1) / math.sqrt(len(d))


def _paired_slips(first, second, own_mean, own_half):
    """Return ([mean, half], sentence) of slips, alone or in twos, and others.

    What is left says which of a student's own values is right.
    """
    d, n = first - second, len(first)
    mean, half = _interval(d)
    s = np.std(d, ddof=1)
    means = [
        (mean, ""),
        (abs(mean), "The mean keeps its sign: first - second."),
        (-mean, "The sign is flipped: first - second is asked for."),
        (np.median(d), "The median is taken; the mean is asked for."),
        (np.mean(np.abs(d)), "The differences should keep their signs."),
        (np.sum(d), "This is the sum of the differences, not their mean."),
    ]
    few = "with few of them take stats.t.ppf(0.975, n - 1)."
    factors = [
        (T[n - 2], ""),
        (1, "Student's t is missing: this is the uncertainty of the mean, "
            "one standard deviation."),
        (1.959964, f"1.96 is right for many runs; {few}"),
        (1.96, f"1.96 is right for many runs; {few}"),
        (2, f"2 is a rule of thumb for many runs; {few}"),
        (ONE_SIDED[n - 2], "This t leaves 5 % on one side. An interval of "
         "95 % leaves 2.5 % on either side: 0.975."),
        (T[n - 1], "n differences have n - 1 degrees of freedom, not n."),
        (T[2 * n - 3], "2 n - 2 degrees of freedom belong to two separate "
         "samples; the n differences are one sample, with n - 1."),
        (-T[n - 2], "Half is negative: stats.t.ppf(0.025, n - 1) is the "
         "lower end; take 0.975."),
        (2 * T[n - 2], "This is the whole interval; half is half of it."),
    ]
    spreads = [
        (s, ""),
        (np.std(d), "The standard deviation divides by n; with the mean taken "
         "from the same n values it has to be n - 1 (ddof=1)."),
        (s**2, "This s is the variance: its root is missing."),
        (math.sqrt(np.var(first, ddof=1) + np.var(second, ddof=1)),
         "The two spreads are computed apart. Take the differences run by "
         "run first: if a seed does the same to both, it cancels there."),
    ]
    roots = [
        (math.sqrt(n), ""),
        (1, "This is the interval of a single difference. The mean of n is "
            "more certain, by the square root of n."),
        (n, "Divide s by the square root of n, not by n."),
        (math.sqrt(n - 1), "n - 1 is in s already: divide s by the square "
         "root of n."),
    ]
    slips = [
        ([half, mean], "The two are returned in the wrong order."),
        ([mean - half, mean + half], "These are the ends of the interval; "
         "return its middle and half of its width."),
        ([mean, s], "This is the standard deviation of the differences."),
    ]
    found = []
    for parts in itertools.product(means, factors, spreads, roots):
        m, t, spread, root = (value for value, _ in parts)
        words = [sentence for _, sentence in parts if sentence]
        if len(words) in (1, 2):
            found.append(([m, t * spread / root], words))
    found.sort(key=lambda slip: len(slip[1]))  # the simpler ones first
    slips += [(values, " ".join(words)) for values, words in found]
    return [
        *slips,
        ([mean, own_half], "The mean is right. Half is t s / sqrt(n); here "
         f"t = {T[n - 2]:.4g}, s = {s:.4g} and n = {n}."),
        ([own_mean, half], "Half is right. The mean is that of the n "
         "differences first - second."),
        ([own_mean, own_half], "Begin with the n differences first - second. "
         f"Their mean is {mean:.4g}, and s is {s:.4g}."),
    ]


FARTHEST = 1e-4, 1e4  # rates that no laboratory leads to
CHOOSING, JUDGING = (0, 1), tuple(range(10, 20))
VERDICTS = "first", "second", "not distinguishable"


@exercise(
    "6.3",
    "a fair comparison",
    returns=("number", "number", "number"),
    hints=[
        "Both networks go through the same two stages, so write the stages "
        "once, in a loop over the two.",
        "Stage 1: a table of accuracies, a row for each rate and a column "
        "for each choosing seed, goes into `choose_rate`. While `more` is not "
        "None, it joins the rates, the rates are sorted, and the table is "
        "made again.",
        "Stage 2: ten runs for each network, at the rate that was chosen "
        "for this network. `paired` takes two arrays.",
        "The verdict: compare the size of the mean with half. Only where the "
        "interval leaves out zero does the sign of the mean count.",
    ],
)
def fair_comparison(answer):
    for lab in LABORATORIES:
        calls = []

        def train(network, rate, seed, lab=lab, calls=calls):
            rate = _rounded(rate, 6)  # of float32, too
            calls.append((network, rate, int(seed)))
            if not FARTHEST[0] < rate < FARTHEST[1]:
                raise Wrong("")  # what the answer hears; see below
            return lab.train(network, rate, int(seed))

        try:
            received = answer(train, "A", "B", lab.rates)
        except Exception:
            _verify_rates(calls, lab)
            raise
        received = as_tuple(received, 3, "verdict, mean and half")
        _verify_design(calls, lab)
        _compare_verdict(received, lab)
    return "It found the truth in each of the simulated laboratories."


class _Laboratory:
    """A simulated laboratory, in which the truth is known.

    Of network A and of B: its best rate, its accuracy there, the largest rate
    at which all seeds survive, and what is added for the choosing seeds.
    """

    def __init__(self, words, a, b, rates=(0.1, 0.2, 0.4), noise=0.05,
                 common=0.3, seed=0):
        self.words, self.rates = words, rates
        self.facts = {"A": a, "B": b}
        rng = np.random.default_rng(seed)
        both = rng.normal(0, common, 100)
        self.noise = {n: both + rng.normal(0, noise, 100) for n in "AB"}

    def train(self, network, rate, seed):
        best, top, largest, luck = self.facts[network]
        if rate > largest and seed % 2:
            return math.nan
        lost = 0.4 * math.log2(rate / best) ** 2
        if seed in CHOOSING:  # exact: the choice is not in doubt
            return round(top + luck - lost, 2)
        return round(float(top - lost + self.noise[network][seed % 100]), 2)

    def chosen(self, network, rates=None):
        best, _, largest, _ = self.facts[network]
        if rates is None:
            return best
        return min((r for r in rates if r <= largest),
                   key=lambda r: abs(math.log2(r / best)))

    def runs(self, network, rate=None, seeds=JUDGING):
        rate = self.chosen(network) if rate is None else rate
        return np.array([self.train(network, rate, s) for s in seeds])


LABORATORIES = [
    _Laboratory("both best rates are inside the grid",
                (0.2, 97.0, 1, 0), (0.2, 97.4, 1, 0), seed=1),
    _Laboratory("each network has a best rate of its own",
                (0.2, 97.5, 1, 0), (0.8, 97.5, 2, 0),
                (0.1, 0.2, 0.4, 0.8, 1.6), seed=2),
    _Laboratory("A's best rate lies two steps below the grid",
                (0.025, 97.6, 1, 0), (0.2, 97.3, 1, 0), seed=3),
    _Laboratory("B's best rate lies two steps above the grid",
                (0.2, 97.3, 0.3, 0), (1.6, 97.7, 2, 0), seed=4),
    _Laboratory("A had luck with the choosing seeds",
                (0.2, 97.0, 0.3, 0.9), (0.2, 97.3, 0.3, 0), seed=5),
    _Laboratory("seeds differ far more than networks",
                (0.2, 97.12, 1, 0), (0.2, 97.0, 1, 0), common=2, seed=6),
    _Laboratory("there is no difference, and few seeds would find one",
                (0.2, 97.0, 1, 0.2), (0.4, 97.0, 1, 0),
                (0.1, 0.2, 0.4, 0.8), noise=0.3, seed=8),
]


def _verify_rates(calls, lab):
    """Complain where the last rate that was asked for is out of reach."""
    if calls and not FARTHEST[0] < calls[-1][1] < FARTHEST[1]:
        raise Wrong(
            "The widening of the grid does not end. Has the table that "
            "`choose_rate` gets a row for each rate, and a column for each "
            "seed?", _lab_given(lab),
            received=f"{calls[-1][0]}: trained at {calls[-1][1]:.2g}",
        )


def _lab_given(lab):
    return f"a laboratory where {lab.words}; rates = {_text(lab.rates)}"


def _verify_design(calls, lab):
    """Complain where trainings are not those of a fair experiment."""
    given = _lab_given(lab)
    for network in ("A", "B"):
        own = [(rate, seed) for n, rate, seed in calls if n == network]
        if not own:
            raise Wrong(f"Network {network} is never trained.", given)
        others = {s for _, s in own} - {*CHOOSING, *JUDGING}
        if others:
            raise Wrong(
                "The seeds 0 and 1 choose, 10 to 19 judge, for both networks "
                f"alike; network {network} was trained with others.",
                given, received=f"seeds {sorted(others)}",
            )
        judged = {rate for rate, seed in own if seed in JUDGING}
        if len(judged) > 1:
            raise Wrong(
                "The judging seeds are trained at several rates. They may "
                "not choose: train them at one rate, the one that the seeds "
                "0 and 1 chose.", given,
                received=f"{network}: judged at {_text(sorted(judged))}",
            )
        if not judged:
            raise Wrong(
                "The seeds that chose the rate judge as well. What chose is "
                "a little lucky: judge with the seeds 10 to 19.", given,
            )
        seeds = {seed for _, seed in own if seed in JUDGING}
        if len(seeds) < len(JUDGING):
            raise Wrong(
                "Ten seeds should judge, 10 to 19.", given,
                received=f"{network}: seeds {sorted(seeds)}",
            )
        _verify_rate(own, *judged, network, lab, given)


def _verify_rate(own, rate, network, lab, given):
    """Complain where a network is not judged at its best rate."""
    right = lab.chosen(network)
    chosen_at = [r for r, s in own if s in CHOOSING]
    if not chosen_at:
        raise Wrong(
            f"Network {network} gets a rate that it did not choose. Each "
            "network chooses its own, with the seeds 0 and 1.", given,
            received=f"{network}: at {rate:g}, never tried with 0 and 1",
        )
    if rate == right:
        tried = {s for r, s in own if r == rate and s in CHOOSING}
        if len(tried) < 2:
            raise Wrong(
                "Both seeds, 0 and 1, should choose the rate.", given,
                received=f"{network}: only seeds {sorted(tried)} at {rate:g}",
            )
        return
    example = (given, f"{network} at {right:g}", f"{network} at {rate:g}")
    other = lab.chosen("B" if network == "A" else "A")
    if rate == lab.chosen(network, lab.rates):
        raise Wrong(
            "The best rate of the grid is on its edge: a better one lies "
            "beyond. Add `more` to the rates and choose again.", *example,
        )
    if rate == other:
        raise Wrong(
            "Both networks are judged at one rate. Each needs the rate that "
            "was chosen for it.", *example,
        )
    if rate in (2 * max(lab.rates), min(lab.rates) / 2):
        once = "The grid is widened once only: widen it until `more` is None."
        order = ("The rates no longer ascend, so `choose_rate` mistakes the "
                 "last one for the edge: sort them.")
        last = chosen_at[-1]  # of the last table
        words = order if last != rate else f"Either: {once} Or: {order}"
        raise Wrong(once if last == max(chosen_at) else words, *example)
    raise Wrong(f"Network {network} is not judged at its best rate.", *example)


def _compare_verdict(received, lab):
    a, b = lab.runs("A"), lab.runs("B")
    mean, half = _interval(a - b)
    given = (f"a laboratory where {lab.words}; "
             f"A: {_text(a, 5)}, B: {_text(b, 5)}")
    early = [lab.runs(n, None, CHOOSING).mean() for n in "AB"]
    mistakes = [
        ([-mean, half], "The sign is flipped: first - second is asked for."),
        (
            [early[0] - early[1], half],
            "The mean is that of the choosing seeds. What chose is a little "
            "lucky: the seeds 10 to 19 judge.",
        ),
        ([half, mean], "First comes the mean, then half of the interval."),
    ]
    parts = [as_array(part, name, given)
             for part, name in zip(received[1:], ("mean", "half"))]
    if any(part.size != 1 for part in parts):
        raise Wrong("Mean and half should be two numbers.", given)
    compare_parts(
        [_rounded(part.item()) for part in parts],
        [_rounded(mean), _rounded(half)], ("mean", "half"), given, mistakes,
        **NEAR,
    )
    verdict, right = received[0], _verdict(mean, half)
    example = (f"{given}; mean {mean:+.3f}, half {half:.3f}", right,
               f"{verdict!s:.40}")
    if not isinstance(verdict, str) or verdict not in VERDICTS:
        raise Wrong(
            "The verdict should be one of these words: "
            + ", ".join(f'"{word}"' for word in VERDICTS) + ".", *example,
        )
    if verdict == right:
        return
    if right == VERDICTS[2]:
        raise Wrong(
            "The interval mean ± half contains zero here: that is no "
            "difference to rely on.", *example,
        )
    if verdict == VERDICTS[2]:
        raise Wrong(
            "The interval mean ± half leaves out zero here: that is a "
            "difference, however small.", *example,
        )
    raise Wrong("This is the less accurate one of the two.", *example)


def _verdict(mean, half):
    if abs(mean) <= half:
        return VERDICTS[2]
    return VERDICTS[0] if mean > 0 else VERDICTS[1]


@exercise(
    "6.4",
    "the frontier",
    returns="integers",
    hints=[
        "Network i is beaten if some network j costs no more, is no less "
        "accurate, and is better in at least one of the two. Two loops are "
        "enough.",
        "For each pair of i and j three comparisons: two with <= and >=, and "
        "of the two with < and > at least one. What do twins do to each "
        "other? Keep the i that no j beats.",
    ],
)
def frontier(answer):
    rng = np.random.default_rng(64)
    cases = [
        ([5.0, 1.0, 3.0, 4.0, 7.0], [93.0, 90.0, 94.0, 92.0, 95.0]),
        ([2.0, 2.0, 5.0, 6.0, 9.0], [90.0, 80.0, 95.0, 95.0, 97.0]),
        ([2.0, 2.0], [80.0, 90.0]), ([5.0, 5.0, 5.0], [80.0, 90.0, 85.0]),
        ([2.0, 1.0], [90.0, 90.0]), ([1.0, 1.0, 2.0], [90.0, 90.0, 95.0]),
    ]
    for n in (6, 8, 9):
        cost = rng.permutation(n) + 1.0
        noise = rng.normal(0, 0.5, n)
        cases.append((cost, np.round(90 + np.log(cost) + noise, 2)))
    cases.append(([3.0], [90.0]))
    cases = [(np.array(cost), np.array(value)) for cost, value in cases]
    compare_cases(
        lambda *case: _places(answer(*case), _lists(*case)),
        cases, _kept, FRONTIER_MISTAKES, _lists, "the frontier",
    )


def _lists(cost, accuracy):
    kept, pairs = _kept(cost, accuracy), list(zip(cost, accuracy))
    beaten = [
        f"{i} by {next(j for j in kept if _beats(*pairs[j], *pairs[i]))}"
        for i in range(len(cost)) if i not in kept
    ]
    return (f"cost = {_text(cost)}, accuracy = {_text(accuracy)}; beaten: "
            + (", ".join(beaten) or "none"))


def _places(received, given):
    """Return an answer as a sorted list of places."""
    if np.asarray(received).dtype == bool:
        raise Wrong(
            "This is a mask of True and False. The numbers of the networks "
            "are asked for: np.flatnonzero turns a mask into them.",
            given, received=received,
        )
    if isinstance(received, (set, frozenset)):
        received = sorted(received)
    array = as_array(received, "the result", given)
    numbers = sorted(array.astype(float).reshape(-1).tolist())
    return [int(n) if n == round(n) else n for n in numbers]


def _beats(c, v, cost_i, value_i):
    return c <= cost_i and v >= value_i and (c < cost_i or v > value_i)


def _kept(cost, accuracy, beats=_beats):
    """Return the networks that no other one beats, by this rule."""
    n = range(len(cost))
    return [
        i for i in n
        if not any(
            beats(cost[j], accuracy[j], cost[i], accuracy[i])
            for j in n if j != i
        )
    ]


def _by(beats):
    return lambda cost, accuracy: _kept(cost, accuracy, beats)


def _climbing(cost, accuracy, order=None, last=False, equal=False):
    """Return what is better than all before it, or than the last one.

    If `equal`, also what is as good.
    """
    order = np.argsort(cost, kind="stable") if order is None else order
    before = [
        accuracy[order[max(k - 1, 0) if last else 0 : k]].max(initial=-1)
        for k in range(len(order))
    ]
    found = [i for i, most in zip(order, before)
             if accuracy[i] > most or (equal and accuracy[i] == most)]
    return sorted(int(i) for i in found)


def _in_order(cost, accuracy, order):
    """Return the frontier's places in sorted lists."""
    return _kept(cost[order], accuracy[order])


FRONTIER_MISTAKES = [
    (
        _by(lambda c, v, ci, vi: c < ci and v > vi),
        "A network is beaten also by one of equal cost that is more "
        "accurate, and by a cheaper one that is equally accurate.",
    ),
    (
        _by(lambda c, v, ci, vi: c < ci and v >= vi),
        "Two networks of equal cost: the less accurate one is beaten.",
    ),
    (
        _by(lambda c, v, ci, vi: c <= ci and v > vi),
        "Two networks of equal accuracy: the more expensive one is beaten.",
    ),
    (
        _by(lambda c, v, ci, vi: c <= ci and v >= vi),
        "Two networks with the same cost and the same accuracy remove each "
        "other here. Neither is better in anything, so neither beats the "
        "other: both stay.",
    ),
    (
        lambda cost, accuracy: _climbing(
            cost, accuracy, np.lexsort((-accuracy, cost))
        ),
        "Of two networks with the same cost and the same accuracy one is "
        "missing. Neither is better in anything, so neither beats the other: "
        "both stay.",
    ),
    (
        _climbing,
        "Two networks of equal cost: the less accurate one is beaten, "
        "also if it comes first. Sorting by the cost alone leaves their "
        "order open.",
    ),
    (
        lambda cost, accuracy: _climbing(cost, accuracy, last=True),
        "Each network is compared with the next cheaper one alone; it "
        "has to be more accurate than all that are cheaper.",
    ),
    (
        lambda cost, accuracy: _climbing(cost, accuracy, equal=True),
        "A network that costs more and is no more accurate stays: of equal "
        "accuracy the more expensive one is beaten, of equal cost the less "
        "accurate one.",
    ),
    (
        lambda cost, accuracy: [],
        "No network is left: does each one beat itself? One that is equal "
        "in both beats nobody.",
    ),
    (
        _by(lambda c, v, ci, vi: c < ci or v > vi),
        "To be cheaper, or more accurate, is not enough to beat another one: "
        "it must not be worse in the other of the two.",
    ),
    (
        lambda cost, accuracy: list(range(len(cost))),
        "All networks are there, the beaten ones as well.",
    ),
    (
        lambda cost, accuracy: _Where(
            lambda got: set(got) == {np.argmin(cost), np.argmax(accuracy)}
        ),
        "Only the cheapest and the most accurate network are there. One "
        "between them that nothing beats belongs to the frontier as well.",
    ),
    (
        lambda cost, accuracy: [i + 1 for i in _kept(cost, accuracy)],
        "The places are counted from 1; the first place is 0.",
    ),
    (
        lambda cost, accuracy: _in_order(cost, accuracy, np.argsort(cost)),
        "These are places in the sorted lists; the places in the lists "
        "that were given are asked for.",
    ),
    (
        _by(lambda c, v, ci, vi: c <= ci and v <= vi and (c < ci or v < vi)),
        "Accuracy is taken as if less of it were better.",
    ),
    (
        lambda cost, accuracy: [int(np.argmax(accuracy))],
        "Only the most accurate network is there. A cheaper one that "
        "nothing beats at its cost belongs to the frontier as well.",
    ),
    (
        _by(lambda c, v, ci, vi: c >= ci and v >= vi),
        "Cost is taken as if more of it were better.",
    ),
    (
        lambda cost, accuracy: np.setdiff1d(
            np.arange(len(cost)), _kept(cost, accuracy)
        ).tolist(),
        "These are the networks that are beaten; the others are asked "
        "for.",
    ),
    (
        lambda cost, accuracy: sorted(accuracy[_kept(cost, accuracy)]),
        "These are accuracies; the numbers of the networks, their places "
        "in the lists, are asked for.",
    ),
    (
        lambda cost, accuracy: sorted(cost[_kept(cost, accuracy)]),
        "These are costs; the numbers of the networks, their places in "
        "the lists, are asked for.",
    ),
    (
        lambda cost, accuracy: _kept(cost, accuracy)[1:],
        "The first network of the frontier is missing: nothing beats it.",
    ),
    (
        lambda cost, accuracy: sorted(
            _kept(cost, accuracy) + _kept(cost, accuracy)[:1]
        ),
        "A network is there more than once.",
    ),
    (
        lambda *case: _Where(lambda got: set(got) >= set(_kept(*case))),
        "A network is there that another one beats. Compare it with all "
        "others: is one no more expensive, no less accurate, and better in "
        "at least one of the two?",
    ),
    (
        lambda *case: _Where(lambda got: set(got) <= set(_kept(*case))),
        "A network is missing that no other one beats: to beat it, one "
        "would have to be no more expensive, no less accurate, and better in "
        "at least one of the two.",
    ),
    (
        lambda *case: _Where(),
        "Networks are there that another one beats, and some are missing "
        "that nothing beats.",
    ),
]


def _text(values, digits=4):
    return "[" + ", ".join(f"{value:.{digits}g}" for value in values) + "]"
