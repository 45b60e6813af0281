"""Checkers of notebook 07: steps, an experiment, Adam."""

import math

import numpy as np

from exercises.compare import (
    Wrong,
    as_array,
    as_tuple,
    compare_parts,
    shown,
)
from exercises.judge import exercise
from helpers.evidence import difference


@exercise(
    "7.1",
    "how many steps",
    returns="number",
    hints=[
        "One step multiplies the distance by 1 - learning_rate * curvature; "
        "only the size of that factor counts, not its sign. What if the "
        "size is 1 or more? What if it is 0?",
        "After n steps the distance is q ** n, q the size of the factor. "
        "Multiply until it is at most the share, or take logarithms of "
        "q ** n = share, solve for n, and round up. Treat q >= 1 and q = 0 "
        "apart, before that.",
    ],
)
def steps_needed(answer):
    cases = [(0.25, 2.0, 0.1), (0.05, 1.0, 0.01), (0.7, 2.5, 0.01)]
    cases += [(0.475, 4.0, 0.05), (0.5, 2.0, 0.01), (3.0, 1.0, 0.01)]
    cases += [(0.5, 4.0, 0.1), (0.3, 9.0, 0.1), (0.013, 31.0, 0.003)]
    cases += [(0.25, 2.0, 0.25), (0.05, 1.0, 0.99), (0.0, 2.0, 0.5)]
    cases += [(0.1, -1.0, 0.5), (1e200, 1e200, 0.1), (0.001, 1.0, 0.007)]
    for rate, curvature, share in cases:
        given = (
            f"learning_rate = {rate}, curvature = {curvature}, "
            f"share = {share}"
        )
        received = answer(rate, curvature, share)
        number = as_array(received, "the number of steps", given)
        if number.size != 1 or np.isnan(number).any():
            raise Wrong("One number of steps is wanted.", given)
        expected = _steps(abs(1 - rate * curvature), share)
        _compare_steps(
            float(number.ravel()[0]), expected, rate, curvature, share, given
        )


def _steps(q, share):
    if not 0 <= q < 1:
        return math.inf
    return 1 if q == 0 else math.ceil(math.log(share) / math.log(q))


def _compare_steps(number, expected, rate, curvature, share, given):
    q = 1 - rate * curvature
    example = {"given": given, "expected": expected, "received": number}
    if number == expected:
        return
    if expected == math.inf:
        raise Wrong(
            "The distance does not shrink here: the factor has the size "
            f"{abs(q):.4g}. The answer is math.inf.",
            **example,
        )
    if number == math.inf and q == 0:
        raise Wrong(
            "The factor is 0: a single step arrives at the bottom.", **example
        )
    if number == math.inf and q < 0:
        raise Wrong(
            "It does arrive, jumping from wall to wall: a negative factor "
            "shrinks the distance too, as long as it is above -1.",
            **example,
        )
    if expected > 1000 and (number == math.inf or 999 <= number <= 1001):
        raise Wrong(
            "It does arrive, but slowly: nothing in the task limits the "
            "number of steps.",
            **example,
        )
    if q < 0 and number == 1:
        raise Wrong(
            "The sign of the factor got in the way: the distance is "
            "|w|, so take the factor's size.",
            **example,
        )
    others = [
        (_steps(abs(1 - rate), share), "The curvature has been left out."),
        (
            _steps(math.exp(-rate * curvature), share),
            "exp(-lambda k n) is the limit of very small steps; these steps "
            "are finite.",
        ),
    ]
    if expected > 1:
        others.insert(
            0,
            (
                expected - 1,
                "One step too few: after it the distance is still larger "
                "than the share. Round up.",
            ),
        )
        others.insert(
            1,
            (
                expected + 1,
                "One step too many: the step before was enough already.",
            ),
        )
    for value, sentence in others:
        if number == value:
            raise Wrong(sentence, **example)
    if number != round(number):
        raise Wrong("Steps are whole: round up.", **example)
    raise Wrong("The number of steps is not what it should be.", **example)


CHOOSING, JUDGING = (0, 1), tuple(range(10, 20))  # seeds of 7.2
NOBODY, WIDER = "not distinguishable", "widen the grid"
difference((0, 1), (1, 0))  # loads SciPy here, not in the time of a check
WOBBLE = np.array([0.03, -0.02, 0.05, -0.04, 0.01, -0.05, 0.02, 0.04, -0.01,
                   -0.03])  # of a difference, from seed to seed


class _Laboratory:
    """Two rules whose trainings are computed, and what was asked of it.

    Parameters
    ----------
    grids : dict
        Of each rule the rates.
    chosen : dict
        Of each rule {rate: the accuracies of the two choosing seeds}; 90 and
        90 at all other rates.
    judged : dict
        Of each rule the accuracies of the ten judging seeds at the rate that
        is to be chosen. At other rates they are 5 points higher: who lets
        these seeds choose is led astray.
    why : str
        What is special, for the example.
    """

    def __init__(self, why, grids, chosen, judged):
        self.why, self.grids = why, grids
        self.chosen, self.judged, self.calls = chosen, judged, []

    def run(self, rule, rate, seed):
        if rule not in self.grids:
            raise KeyError(f"there is no rule {rule!r}")
        self.calls.append((rule, rate, int(seed)))
        if seed in CHOOSING:
            return float(self.chosen[rule].get(rate, (90, 90))[int(seed)])
        if rate not in self.grids[rule] or seed not in JUDGING:
            return 50.0  # is told afterwards
        lift = 0.0 if rate == self.best(rule)[0] else 5.0
        return float(self.judged[rule][JUDGING.index(seed)] + lift)

    def best(self, rule):
        """Return the rate of the best mean, and whether it is at an edge."""
        rates = self.grids[rule]
        values = [np.mean(self.chosen[rule].get(rate, (90, 90)))
                  for rate in rates]
        place = int(np.argmax(values))
        return rates[place], place in (0, len(rates) - 1)

    def verdict(self, clear=lambda gap: gap.clear, widen=True):
        """Return the right verdict, or that of another idea of clear."""
        if widen and any(self.best(rule)[1] for rule in self.grids):
            return WIDER
        first, second = self.grids
        gap = difference(self.judged[first], self.judged[second])
        if not clear(gap):
            return NOBODY
        return first if gap.mean > 0 else second

    def with_choosers(self):
        """Return the difference if the seeds that chose judge as well."""
        return difference(*(
            [*self.chosen[rule].get(self.best(rule)[0], (90, 90)), *runs]
            for rule, runs in self.judged.items()))

    def words(self):
        grids = "; ".join(f"{rule} {list(rates)}"
                          for rule, rates in self.grids.items())
        chosen = "; ".join(
            f"{rule} at {rate}: {list(pair)}"
            for rule, pairs in self.chosen.items()
            for rate, pair in pairs.items())
        return (f"{self.why}\n            grids: {grids}\n            seeds "
                f"0 and 1: {chosen}; 90 elsewhere")


def _laboratories():
    """Yield laboratories, each with another trap."""
    grids = {"plain": (0.1, 0.2, 0.4, 0.8), "Adam": (0.001, 0.002, 0.004)}
    usual = {"plain": {0.2: (97.9, 97.7), 0.4: (97.2, 97.2)},
             "Adam": {0.002: (97.8, 98.0)}}
    seeds = np.array([0.9, -1.2, 0.4, 1.5, -0.7, -1.4, 0.2, 1.1, -0.3, -0.5])
    base = 97 + seeds  # what a seed does to both rules

    def judged(plain, adam, wobble=WOBBLE):
        return {"plain": base + plain, "Adam": base + adam + wobble}

    yield _Laboratory("Adam is 0.4 points better, seed by seed; seeds differ "
                      "by more than that", grids, usual, judged(0, 0.4))
    yield _Laboratory("plain is 0.4 points better, seed by seed", grids,
                      usual, judged(0.4, 0))
    yield _Laboratory("the mean difference is 0.01 points, its interval "
                      "contains zero", grids, usual, judged(0, 0.01))
    yield _Laboratory("the difference is smaller than its spread from seed "
                      "to seed, but its interval leaves zero out", grids,
                      usual, judged(0, 0.8, 25 * WOBBLE))
    yield _Laboratory("the difference is larger than its standard error, but "
                      "its interval contains zero", grids, usual,
                      judged(0, 0.45, 25 * WOBBLE))
    yield _Laboratory("both rules give the same", grids, usual,
                      judged(0, 0, 0 * WOBBLE))
    yield _Laboratory("the difference is 0.5 points with each seed", grids,
                      usual, judged(0.5, 0, 0 * WOBBLE))
    for rule, rate, where in (("plain", 0.1, "smallest"),
                              ("plain", 0.8, "largest"),
                              ("Adam", 0.001, "smallest"),
                              ("Adam", 0.004, "largest")):
        pairs = {**usual, rule: {rate: (98.0, 98.2)}}
        yield _Laboratory(f"the {where} rate of {rule} is its best", grids,
                          pairs, judged(0, 0.4))
    yield _Laboratory("the best rate is chosen by the mean of both seeds",
                      grids,
                      {**usual, "plain": {0.1: (98.9, 96.0),
                                          0.2: (97.4, 97.9),
                                          0.8: (96.0, 98.9)}},
                      judged(0, 0.4))
    yield _Laboratory("a grid of a single rate", {**grids, "Adam": (0.002,)},
                      usual, judged(0, 0.4))
    yield _Laboratory("other rules: the second is worse",
                      {"Nesterov": (1, 2, 3), "sign": (5, 6, 7, 8, 9)},
                      {"Nesterov": {2: (91, 92)}, "sign": {7: (95, 91)}},
                      {"Nesterov": base, "sign": base - 1 + WOBBLE})


@exercise(
    "7.2",
    "a fair comparison",
    hints=[
        "Three questions, one after the other. Which rate for each rule, and "
        "which seeds may say so? Is that rate inside its grid? Which seeds "
        "judge, and by which rule?",
        "A loop over `grids.items()`: the mean over seeds 0 and 1 for each "
        "rate, then the place of the largest (`np.argmax`). The first and "
        "the last place are edges.",
        "At the two chosen rates, and only there, ask the seeds 10 to 19, in "
        "the same order for both rules. `difference` pairs them; its `.clear` "
        "says whether the interval leaves zero out, the sign of its `.mean` "
        "which rule it is.",
    ],
)
def better_rule(answer):
    for lab in _laboratories():
        def run(rule, rate, seed, lab=lab):  # a method would be copied
            return lab.run(rule, rate, seed)

        received = answer(run, {rule: list(rates)
                                for rule, rates in lab.grids.items()})
        given, right = lab.words(), lab.verdict()
        if received is None:
            raise Wrong("No verdict comes back: does each way through the "
                        "function end with `return`?", given, right)
        known = (*lab.grids, NOBODY, WIDER)
        if not isinstance(received, str) or received not in known:
            raise Wrong("A verdict is one of these texts: "
                        + ", ".join(f'"{text}"' for text in known) + ".",
                        given, right, str(received)[:60])
        _judge_design(lab, right, given, received)
        if received != right:
            raise Wrong(_why_wrong(lab, right, received), given, right,
                        received)
    return "What chose does not judge, and an edge is no best."


def _judge_design(lab, right, given, received):
    """Complain about the runs that were asked for."""
    example = given, right, received
    asked = {rule: {} for rule in lab.grids}
    for rule, rate, seed in lab.calls:
        if rate not in lab.grids[rule]:
            raise Wrong(f"{rule} was asked at the rate {rate}, which is not "
                        "in its grid: each rule has its own best rate.",
                        *example)
        if seed not in CHOOSING + JUDGING:
            raise Wrong(f"Seed {seed} was asked; there are 0 and 1, and 10 "
                        "to 19.", *example)
        asked[rule].setdefault(rate, set()).add(seed)
    for rule, rates in lab.grids.items():
        seeds = asked[rule]
        judging = [r for r in rates if seeds.get(r, set()) & set(JUDGING)]
        if len(judging) > 1:
            raise Wrong(
                f"Seeds 10 to 19 were asked at {len(judging)} rates of "
                f"{rule}: they are there to judge, and can be trained only "
                "at the rate that seeds 0 and 1 chose.", *example)
        best, _ = lab.best(rule)
        if judging and judging[0] != best:
            sentence = (f"The ten seeds judge {rule} at another rate than the "
                        "one with the highest mean of seeds 0 and 1.")
            others = [lab.best(other)[0] for other in lab.grids]
            if best != judging[0] and judging[0] in others:
                sentence = ("Both rules are judged at one rate; each should "
                            "have its own best.")
            raise Wrong(sentence, *example)
        if right != WIDER and received != WIDER:
            if not judging:
                raise Wrong(
                    "The seeds that choose judge as well: part of the lead "
                    "of what was chosen is luck. Judge with seeds 10 to 19.",
                    *example)
            if not set(JUDGING) <= seeds[best]:
                few = len(set(JUDGING) & seeds[best])
                raise Wrong(f"Only {few} of the seeds 10 to 19 judge {rule}; "
                            "the course asks for ten.", *example)


def _why_wrong(lab, right, received):
    """Return the sentence that names what is wrong with a verdict."""
    if right == WIDER:
        return ("A best rate is at the edge of its grid: the best of all may "
                "lie beyond it.")
    if received == WIDER:
        return ("Both best rates lie inside their grids: look at the means "
                "of seeds 0 and 1 again.")
    if right == NOBODY:
        return ("The 95 % interval of the paired difference contains zero: "
                "these runs do not tell the two apart.")
    if received == NOBODY:
        first, second = (np.array(runs) for runs in lab.judged.values())
        if not lab.with_choosers().clear:
            return ("The seeds 10 to 19 alone tell the two apart: the seeds "
                    "0 and 1 have chosen, and should not judge as well.")
        if np.ptp(first - second) < 1e-9:
            return ("The difference is the same with each seed: its interval "
                    "has no width, and leaves zero out.")
        if (first - second).std() < first.std() / 2:
            return ("There is a clear difference, seed by seed: what a seed "
                    "does to both rules cancels only in pairs.")
        return ("The interval of the mean difference leaves zero out: it is "
                "narrower than the spread of the single differences, by the "
                "root of their number.")
    return "It is the other rule: look at the sign of the difference."


@exercise(
    "7.3",
    "Adam",
    changes=("w", "m", "s"),
    returns=("array", "array", "array"),
    hints=[
        "Four lines: the mean m of the gradients, the mean s of their "
        "squares, both divided by 1 - beta ** t for use (not for keeping), "
        "then the step.",
        "A running mean keeps the share beta of the old and takes the share "
        "1 - beta of the new. The step divides the corrected m by the root "
        "of the corrected s; epsilon is added to the root. Return m and s as "
        "they are kept.",
    ],
)
def adam(answer):
    rng = np.random.default_rng(75)
    cases = [
        (2, (1,), (0.5, 0.4, 0.28, 0.5)), (3, (2,), (0.1, 0.8, 0.95, 0.01)),
        (1, (3,), (0.2, 0.9, 0.99, 0.1)), (7, (2, 3), (0.3, 0.7, 0.9, 0.02)),
        (500, (2,), (0.1, 0.9, 0.999, 1e-8)),
    ]
    for t, shape, (rate, beta1, beta2, epsilon) in cases:
        w, m, s, g = np.round(rng.uniform(0.5, 2, (4, *shape)), 1)
        if t > 3:
            g[..., 0] *= -1
        if t == 1:  # the first step of a training
            m, s = np.zeros(shape), np.zeros(shape)
        args = (w, m, s, g, rate, t, beta1, beta2, epsilon)
        names = ("w", "m", "s", "gradient", "learning_rate", "t", "beta1",
                 "beta2", "epsilon")
        given = shown(dict(zip(names, args)))
        parts = as_tuple(answer(*args), 3, "w, m and s")
        received = [as_array(p, n, given) for p, n in zip(parts, "wms")]
        if any(part.shape != shape for part in received):
            raise Wrong("w, m and s should keep their shape.", given)
        mistakes = [
            (_adam(*args, slip), sentence)
            for slip, sentence in ADAM_MISTAKES.items()
        ]
        compare_parts(received, _adam(*args), "wms", given, mistakes)


ADAM_MISTAKES = {
    "plain": "m and s are used as they are: the correction by 1 - beta ** t "
    "is missing, so the first steps are wrong by much.",
    "kept": "The corrected m and s are returned. Keep the plain ones: the "
    "correction is for the step alone.",
    "kept m": "The corrected m is returned. Keep the plain one: the "
    "correction is for the step alone.",
    "unsquared": "s is the mean of the gradients' squares, not of the "
    "gradients.",
    "rootless": "The square root of s is missing.",
    "inside": "epsilon stands inside the square root; it is added after it.",
    "uphill": "The step goes uphill.",
    "swapped": "beta1 and beta2 are exchanged.",
    "constant": "The correction is 1 - beta, the same in every step; it "
    "should be 1 - beta ** t.",
    "product": "The correction is 1 - beta * t; it should be 1 - beta ** t.",
    "whole": "The new gradient enters with weight 1; in a mean it has the "
    "weight 1 - beta.",
    "whole m": "The new gradient enters m with weight 1; in a mean it has "
    "the weight 1 - beta1.",
    "later": "t counts from 1 and is used as it is: 1 - beta ** t, not t + 1.",
    "half": "s is used without its correction, 1 - beta2 ** t.",
    "outside": "The root is taken of s alone: take it of the corrected s.",
    "exchanged": "m and s are returned in each other's place.",
    "turned": "m, s and w come back; the order is w, m and s.",
    "early": "The old m makes the step: update m and s first.",
    "still": "w is returned as it came: it should be the new w.",
    "hat": "epsilon is added before s is corrected. In the formula the "
    "correction stands inside the root, and epsilon is added after it.",
}


def _adam(w, m, s, g, rate, t, beta1, beta2, epsilon, slip=""):
    """Return w, m and s of a step, or what a slip makes of them."""
    if slip == "swapped":
        beta1, beta2 = beta2, beta1
    old = m
    m = beta1 * m + (1 if slip.startswith("whole") else 1 - beta1) * g
    square = g if slip == "unsquared" else g**2
    s = beta2 * s + (1 if slip == "whole" else 1 - beta2) * square
    n = {"constant": 1, "later": t + 1}.get(slip, t)
    c1, c2 = 1 - beta1**n, 1 - beta2**n
    if slip == "product":
        c1, c2 = 1 - beta1 * t, 1 - beta2 * t
    elif slip == "plain":
        c1 = c2 = 1
    m_t = (old if slip == "early" else m) / c1
    s_t = s if slip == "half" else s / c2
    below = {
        "rootless": s_t + epsilon,
        "inside": np.sqrt(s_t + epsilon),
        "outside": np.sqrt(s) / c2 + epsilon,
        "hat": (np.sqrt(s) + epsilon) / np.sqrt(abs(c2)),
    }.get(slip, np.sqrt(abs(s_t)) + epsilon)
    step = {"uphill": -rate, "still": 0}.get(slip, rate) * m_t / below
    w = w - step
    return {
        "kept": (w, m_t, s_t), "kept m": (w, m_t, s),
        "exchanged": (w, s, m), "turned": (m, s, w),
    }.get(slip, (w, m, s))
