"""Checks of the exercises of notebook 08."""

import numpy as np
import pandas as pd

from exercises.compare import (
    Wrong,
    as_array,
    as_tuple,
    compare,
    compare_cases,
    shown,
)
from exercises.judge import exercise
from helpers.evidence import difference
from helpers.layers import forward, initialise, relu_prime


@exercise(
    "8.1",
    "the moment to stop",
    returns=("integer", "integer"),
    hints=[
        "Two things have to be remembered in the loop: the place where you "
        "are, and the place of the lowest risk so far.",
        "How many values have come since the lowest one? That is the "
        "difference of the two places.",
        "If `patience` values in a row did not lower the risk, leave the "
        "loop. Which place is it, if the list ends before that?",
    ],
)
def check_moment_to_stop(moment_to_stop):
    rng = np.random.default_rng(81)
    cases = [
        ([6.0, 4.0, 5.0, 3.0, 4.0, 2.0, 3.0, 3.5, 4.0, 4.5, 1.0], 3),
        ([9.0, 3.0, 5.0, 4.0, 6.0, 7.0, 8.0, 9.0, 1.0], 3),
        ([4.0, 3.0, 2.0, 3.0, 2.0, 3.0, 3.0, 3.0, 1.0], 3),
        ([5.0, 3.0, 4.0, 2.0, 3.0, 3.0, 1.0], 2),
        ([4.0, 3.0, 2.0, 1.0], 2),
        ([1.0, 2.0, 0.5, 3.0], 1),
        ([3.0, 2.0, 4.0, 5.0], 5),
    ]
    cases += [([1.0, 2.0, 3.0, 0.5], 2), ([2.0, 2.0, 2.0, 1.0], 2)]
    cases += [([5.0, np.inf, np.inf, 1.0], 2)]
    noise = np.round(rng.normal(1, 1, (4, 12)), 1)
    cases += [(risks.tolist(), k) for risks, k in zip(noise, (1, 2, 3, 4))]
    cases.append(([3.0], 2))

    def ask(risks, patience):
        given = _risks_in_words(risks, patience)
        parts = as_tuple(
            moment_to_stop(risks, patience), 2,
            "two places: where it stopped, and where the lowest risk was",
        )
        values = [as_array(part, "a place", given) for part in parts]
        if any(value.size != 1 for value in values):
            raise Wrong("Each of the two places should be one number.", given)
        return tuple(value.reshape(-1)[0].item() for value in values)

    compare_cases(ask, cases, _stopping, STOPPING_MISTAKES, _risks_in_words,
                  "the pair (stopped, lowest)")


def _risks_in_words(risks, patience):
    return f"risks = {risks}, patience = {patience}"


def _stopping(risks, patience, better=np.less, local=False, follows=False,
              late=0, never_reset=False, neither=False, counted=0):
    """Return (stopped, lowest), or what a changed rule makes of it."""
    best, waited = 0, counted
    if counted >= patience:
        return 0, best
    for k in range(1, len(risks)):
        if better(risks[k], risks[k - 1 if local or follows else best]):
            waited = waited if never_reset else 0
        elif not (neither and risks[k] == risks[best]):
            waited += 1
        if better(risks[k], risks[k - 1 if follows else best]):
            best = k
        if waited >= patience + late:
            return k, best
    return len(risks) - 1, best


def _changed(change, **rule):
    """Return a mistake: a function of the right pair and the case."""
    def other(risks, patience):
        k, best = _stopping(risks, patience, **rule)
        return change(k, best, risks)

    return other


def _as_it_is(k, best, risks):
    return k, best


STOPPING_MISTAKES = [
    (
        _changed(lambda k, best, risks: (k, k)),
        "The second place is where training stopped. It should be where "
        "the lowest risk was: these are the weights to go back to.",
    ),
    (
        _changed(lambda k, best, risks: (best, k)),
        "The two places are exchanged: first where it stopped, then "
        "where the lowest risk was.",
    ),
    (
        _changed(lambda k, best, risks: (k, int(np.argmin(risks)))),
        "This is the lowest risk of the whole list. What lies beyond the "
        "stop has not been computed yet.",
    ),
    (
        lambda risks, patience: (len(risks) - 1, int(np.argmin(risks))),
        "It never stops before the end of the list: after `patience` "
        "values without a lower risk it should.",
    ),
    (
        _changed(_as_it_is, late=1),
        "It stops one value too late: `patience` values without a lower "
        "risk are enough.",
    ),
    (
        _changed(_as_it_is, late=-1),
        "It stops one value too early: `patience` values in a row have "
        "to come without a lower risk.",
    ),
    (
        _changed(_as_it_is, counted=1),
        "The first risk is counted as a value without gain. It is the "
        "lowest so far: the counting begins after it.",
    ),
    (
        _changed(_as_it_is, local=True),
        "Each risk is compared with the one before it; it should be "
        "compared with the lowest so far.",
    ),
    (
        _changed(_as_it_is, follows=True),
        "Each risk is compared with the one before it, and called the lowest "
        "if it is lower than that. Remember the lowest so far, and compare "
        "with it.",
    ),
    (
        _changed(_as_it_is, better=np.less_equal),
        "An equal risk is counted as lower: only a truly lower one "
        "starts the waiting anew.",
    ),
    (
        _changed(_as_it_is, neither=True),
        "A risk that equals the lowest is counted neither as lower nor as "
        "one more value without gain. It brought no lower risk: it counts.",
    ),
    (
        _changed(_as_it_is, never_reset=True),
        "The counter is never set back: a lower risk starts the waiting "
        "anew, so that `patience` values *in a row* are needed.",
    ),
    (
        _changed(lambda k, best, risks: (k + 1, best + 1)),
        "Both places are one too large: they are counted from 0.",
    ),
    (
        _changed(lambda k, best, risks: (risks[k], risks[best])),
        "These are the risks themselves; their places are wanted.",
    ),
    (
        _changed(lambda k, best, risks: (k, risks[best])),
        "The second result is the lowest risk itself; its place is wanted.",
    ),
]


@exercise(
    "8.2",
    "judge a remedy",
    hints=[
        "Begin with the strength: `table.mean()` returns the mean of each "
        "column, a Series with the strengths as labels.",
        "What is the label of the largest value of a Series? "
        "`Series.idxmax()` returns it. The two rules that need no test "
        "result come next: common seeds (make a set of each index; `&` gives "
        "what two sets share), then the edge.",
        "Which strengths were *tried* stands in `choose`. `report[strength]` "
        "is a column; two columns of one table are in the same order, so each "
        "row is a pair.",
    ],
)
def check_judge_remedy(judge_remedy):
    def ask(choose, report):
        given = _runs_in_words(choose, report)
        best, word = as_tuple(
            judge_remedy(choose, report), 2, "a strength and a word"
        )
        best = as_array(best, "the strength", given)
        if best.ndim:
            raise Wrong("The strength should be one number.", given)
        if not isinstance(word, str):
            raise Wrong("The second result should be a word, a string.", given)
        if word not in WORDS:
            raise Wrong(f"{word!r} is none of the words of the task.", given,
                        ", ".join(map(repr, WORDS)), repr(word))
        return best.item(), word

    compare_cases(ask, _judge_cases(), _judged, JUDGE_MISTAKES,
                  _runs_in_words, "the pair (strength, word)")


WORDS = "same seeds", "edge", "better", "worse", "not distinguishable"


def _tables(chosen, two, result, seeds):
    """Return (choose, report) from {strength: results of the seeds}."""
    return (
        pd.DataFrame(chosen, index=pd.Index(two, name="seed"), dtype=float),
        pd.DataFrame(result, index=pd.Index(seeds, name="seed"), dtype=float),
    )


def _judge_cases():
    """Return pairs (choose, report) in which the rules give all words."""
    small = {0: [80, 82], 0.1: [85, 84], 0.2: [83, 83]}
    gain = {0: [80, 90, 70, 60], 0.1: [81, 92, 71, 62]}
    some = {0: [80, 90, 70, 60], 0.1: [83, 89, 71, 60]}
    less = {0: [81, 92, 71, 62], 0.1: [80, 90, 70, 60]}
    wide = {0: [80, 90, 70, 60], 0.1: [95, 88, 72, 61]}
    first, four = (0, 1), (10, 11, 12, 13)
    three = {0: [80, 82], 0.1: [81, 84], 0.2: [85, 83]}
    more = {**gain, 0.2: [60, 61, 62, 63]}
    cases = [
        *((small, first, result, four) for result in (gain, less, some, wide)),
        *((small, first, result, (20, 5, 30, 7)) for result in (gain, less)),
        (small, first, gain, (1, 11, 12, 13)),
        (small, first, less, (10, 11, 12, 0)),
        (three, first, more, four),
        (three, first, more, (1, 2, 3, 4)),
        ({0: [80, 81], 0.1: [84, 83], 0.2: [83, 84]}, first, more, four),
        ({0: [80, 90], 0.1: [85, 86], 0.2: [95, 70]}, first, more, four),
        ({0: [86, 87], 0.1: [85, 84], 0.2: [80, 81]}, first, more, four),
        ({0: [80, 81], 0.1: [79, 95], 0.2: [70, 71]}, first, more, four),
        ({0: [80, 82], 0.1: [84, 85], 0.2: [70, 60], 0.4: [83, 81]}, first,
         {**gain, 0.2: [99, 99, 99, 99], 0.4: [98, 98, 98, 98]}, four),
        ({0: [80, 82, 81], 0.1: [90, 60, 89], 0.2: [84, 83, 84],
          0.4: [70, 71, 72]}, (0, 1, 2), {**less, 0.2: [88, 92, 80, 71]},
         four),
    ]
    return [_tables(*case) for case in cases]


def _runs_in_words(choose, report):
    """Return two tables in words: for each strength its runs."""
    def words(table):
        parts = []
        for strength, values in table.items():
            runs = ", ".join(f"{value:g} (seed {seed})"
                             for seed, value in values.items())
            parts.append(f"strength {strength:g}: {runs}")
        return "\n            ".join(parts)

    return (f"choose\n            {words(choose)}"
            f"\n            report\n            {words(report)}")


def _judged(choose, report, by="mean", seeds=True, edge=max, of="choose",
            on="report", swapped=False, clear=True, last=False,
            edge_first=False, chosen="choose"):
    """Return (strength, word), or what a changed rule makes of it."""
    tables = {"choose": choose, "report": report}
    means = tables[chosen].agg(by)
    best = float(means[::-1].idxmax() if last else means.idxmax())
    common = seeds and bool(set(choose.index) & set(report.index))
    at_edge = edge is not None and best == edge(tables[of].columns)
    for found, word in ((common, "same seeds"), (at_edge, "edge"))[
        :: -1 if edge_first else 1
    ]:
        if found:
            return best, word
    first, second = (tables[on][strength] for strength in (best, 0))
    change = difference(*((second, first) if swapped else (first, second)))
    if clear and not change.clear:
        return best, "not distinguishable"
    return best, "better" if change.mean > 0 else "worse"


def _rule(**rule):
    return lambda choose, report: _judged(choose, report, **rule)


JUDGE_MISTAKES = [
    (_rule(by="max"), "The strength with the best single training is "
     "returned; it should have the largest *mean*."),
    (_rule(by="min"), "The strength is not the one with the largest mean: "
     "compare means, not the worst trainings."),
    (_rule(by="median"), "The strength with the largest median is returned; "
     "it should have the largest mean."),
    (_rule(last=True), "Of two equal means the larger strength is returned; "
     "it should be the smaller one."),
    (_rule(chosen="report"), "The strength has the largest mean in `report`. "
     "That table judges; `choose` is the one that chooses."),
    (_rule(seeds=False), "A seed occurs in both tables, and nothing is said "
     "about it: what chose cannot judge."),
    (_rule(edge=None), "The strength lies on the edge of those tried, and "
     "nothing is said about it."),
    (_rule(edge=min), "The edge is the largest strength. The smallest is 0, "
     "no remedy: nothing lies below it."),
    (_rule(of="report"), "The edge is that of `report`. It holds only the "
     "strengths worth reporting; those that were tried are in `choose`."),
    (_rule(edge_first=True), "Both rules apply, common seeds and the edge; "
     "the first one is to be returned."),
    (_rule(on="choose"), "The results that chose are judged once more: of the "
     "best of several, they are better than it is. `report` judges."),
    (_rule(swapped=True), "\"better\" and \"worse\" are exchanged: it is "
     "difference(with the remedy, without)."),
    (_rule(clear=False), "The sign of the mean difference is not enough: if "
     "its interval contains zero, the two are not distinguishable (`clear` "
     "is False)."),
]


@exercise(
    "8.3",
    "dropout",
    returns=("array", "array"),
    hints=[
        "rng.random(a.shape) gives numbers between 0 and 1, one for each "
        "entry. Which share of them is at least `share`?",
        "Compare each number with `share`: one of the two answers makes a 0 "
        "in the mask. What must the other entries be, so that the mean of "
        "many masks is 1? `.astype(a.dtype)` keeps a training in single "
        "precision what it is.",
    ],
)
def check_dropout(dropout):
    for seed, share in ((1, 0.5), (2, 0.2), (3, 0.7)):
        rng = np.random.default_rng(seed)
        a = np.random.default_rng(seed + 10).uniform(-1, 2, (200, 300))
        a = np.maximum(a, 0)  # as after a ReLU
        given = f"a of shape {a.shape}, a third of it 0; share = {share}"
        dropped, mask = as_tuple(
            dropout(a, share, rng), 2, "two arrays, a * mask and mask"
        )
        dropped = as_array(dropped, "the first array", given)
        mask = as_array(mask, "the mask", given)
        _dropout_values(a, dropped, mask, share, given)
        _dropout_pattern(mask != 0, share, given)
    _dropout_random(dropout)
    _dropout_few(dropout)
    _dropout_nothing(dropout)


def _dropout_few(dropout):
    """Raise unless all masks of two entries occur: no share is exact."""
    a = np.array([[2.0, 4.0]])
    rngs = map(np.random.default_rng, range(200))
    draws = sorted({tuple(np.ravel(dropout(a, 0.5, rng)[0]).tolist())
                    for rng in rngs})
    if len(draws) < 4:
        raise Wrong(
            "Always the same number of entries is silenced; each entry should "
            "be drawn independently of the others.",
            "a = [[2, 4]], share = 0.5, rng with 200 seeds",
            "4 different results",
            f"{len(draws)}: {', '.join(map(str, draws))}",
        )


def _dropout_nothing(dropout):
    """Raise unless share 0 leaves everything as it is, in a single row."""
    a = np.array([[2.0, 4.0, 0.0]])
    given = "a = [[2, 4, 0]], share = 0: nothing is silenced"
    parts = as_tuple(dropout(a, 0.0, np.random.default_rng(0)), 2,
                     "two arrays, a * mask and mask")
    everything = [(0 * a, "Everything is silenced, and nothing should be: the "
                   "share that is kept and the one that is silenced are "
                   "exchanged.")]
    compare(parts[1], np.ones_like(a), given, everything, name="the mask")
    compare(parts[0], a, given, everything, name="the first array")


def _dropout_values(a, dropped, mask, share, given):
    """Raise unless the mask holds 0 and 1 / (1 - share) and was applied."""
    if dropped.shape != a.shape:
        raise Wrong(
            "The first array should have the shape of a.", given,
            a.shape, dropped.shape,
        )
    if mask.shape != a.shape:
        raise Wrong(
            "The mask should have the shape of a, one entry for each neuron "
            "and each image.", given, a.shape, mask.shape,
        )
    if not np.all(np.isfinite(mask)):
        raise Wrong("There is a NaN or an infinity in the mask: a holds "
                    "zeros, so nothing can be divided by it.", given)
    if np.array_equal(mask, dropped):
        raise Wrong("The same array is returned twice.", given)
    if np.isin(mask, (0, 1)).all() and np.allclose(
        dropped, a * mask / (1 - share)
    ):
        raise Wrong(
            "The first array is right. The mask that you return consists of 0 "
            "and 1; the way back multiplies by it, so it needs the factor "
            "1 / (1 - share) as well.", given,
        )
    if np.allclose(dropped * mask, a * (mask != 0)) and not np.allclose(
        dropped, a * mask
    ):
        raise Wrong(
            "The first array is a divided by the mask, not multiplied.", given
        )
    values = np.unique(np.round(mask, 9))
    factor = 1 / (1 - share)
    example = given, f"0 and {factor:.4g}", values[:5]
    wrong = [
        (np.array_equal(values, [0, 1]),
         "The mask consists of 0 and 1. What is left has to be multiplied by "
         "1 / (1 - share), or the next layer receives too little."),
        (np.allclose(values, [0, 1 - share]) if values.size == 2 else False,
         "What is left is multiplied by 1 - share; it should be divided."),
        (np.allclose(values, [0, 1 / share])
         if values.size == 2 and share != 0.5 else False,
         "What is left is divided by share; divide by 1 - share, the share "
         "that is left."),
        (values.size == 1, "All entries of the mask are the same: nothing "
         "was drawn."),
        (values.size > 2, "The mask has more than two different entries: "
         "each should be either 0 or 1 / (1 - share)."),
        (values.size != 2 or not np.allclose(values, [0, factor], atol=1e-6),
         "The mask should consist of 0 and 1 / (1 - share)."),
    ]
    for happened, sentence in wrong:
        if happened:
            raise Wrong(sentence, *example)
    if not np.allclose(dropped, a * mask, rtol=1e-5):
        raise Wrong("The first array should be a * mask.", given)


def _dropout_pattern(kept, share, given):
    """Raise unless entries are dropped independently, so many of them."""
    D, N = kept.shape
    found = 1 - kept.mean()
    if np.all(kept == kept[:1]):
        raise Wrong(
            "All images lose the same neurons; draw anew for each image: the "
            "mask has the shape of a.", given,
        )
    if np.all(kept == kept[:, :1]):
        raise Wrong(
            "Each image loses all of its neurons or none; draw each entry by "
            "itself.", given,
        )
    tolerance = 6 * np.sqrt(share * (1 - share) / kept.size)
    if abs(found - share) > tolerance:
        if abs(found - (1 - share)) < tolerance:
            raise Wrong(
                "The share that is kept and the share that is silenced are "
                "exchanged.", given, f"{share:.3f} silenced",
                f"{found:.3f} silenced",
            )
        raise Wrong(
            "Another share of the entries is silenced than was asked for.",
            given, f"{share:.3f}", f"{found:.3f}",
        )
    expected = np.sqrt(share * (1 - share) / N)
    if np.std(kept.mean(axis=1)) < 0.3 * expected:
        raise Wrong(
            "Exactly the same number of neurons is silenced in each image; "
            "each entry should be drawn independently of the others.", given,
        )


def _dropout_random(dropout):
    """Raise unless the numbers come from the generator that is passed in."""
    a = np.ones((6, 7))
    draws = [
        as_array(dropout(a, 0.5, np.random.default_rng(seed))[1], "the mask")
        for seed in (5, 5, 6)
    ]
    given = "the same rng twice, with the same seed"
    if not np.array_equal(draws[0], draws[1]):
        raise Wrong(
            "Two generators with one seed gave different masks: draw the "
            "numbers from `rng`.", given,
        )
    if np.array_equal(draws[0], draws[2]):
        raise Wrong(
            "Generators with different seeds gave the same mask: draw the "
            "numbers from `rng`, and make no generator of your own.",
            "rng with seeds 5 and 6",
        )


@exercise(
    "8.4",
    "the gradient with respect to the input",
    returns="array",
    hints=[
        "The way back begins as in notebook 04: delta1 = a[1] - y, then "
        "delta0 by B13.",
        "dJ/dx = W0 delta0 for one image as a column. With images as rows "
        "the factors change places, and the matrix is transposed.",
        "There is no 1/D: each image has its own loss. The h' in delta0 is "
        "the only one: x has not gone through an activation function.",
    ],
)
def check_input_gradient(input_gradient):
    cases = []
    for seed, sizes, D in ((1, (4, 6, 3), 5), (2, (5, 5, 5), 4),
                           (3, (3, 8, 2), 1)):
        rng = np.random.default_rng(seed)
        p = initialise(sizes, rng, dtype=np.float64)
        p = {name: v + 0.3 * rng.normal(size=v.shape) for name, v in p.items()}
        x = rng.uniform(0.1, 1, (D, sizes[0]))
        cases.append((x, np.eye(sizes[2])[rng.integers(0, sizes[2], D)], p))
    p = {
        "W0": np.array([[2.0], [-1.0]]), "b0": np.zeros(1),
        "W1": np.array([[1.0, -1.0]]), "b1": np.array([-1.0, 1.0]),
    }
    cases.append((np.ones((1, 2)), np.array([[1.0, 0.0]]), p))
    for x, y, p in cases:
        given = f"{shown({'x': x, 'y': y})}, sizes {_sizes(p)}"
        if len(x) == 1 and x.size == 2:
            given = "the example of the task, x = [[1, 1]]"
        compare(
            input_gradient(x, y, p), _numerical(x, y, p), given,
            _gradient_mistakes(x, y, p), name="the gradient",
            rtol=1e-5, atol=1e-7,
        )


def _sizes(p):
    return (*p["W0"].shape, p["W1"].shape[1])


def _losses(x, y, p):
    """Return the loss of each image, (D,)."""
    z = forward(x, p)[0][-1]
    top = z.max(axis=1, keepdims=True)
    return np.sum(
        y * (top - z + np.log(np.exp(z - top).sum(axis=1, keepdims=True))),
        axis=1,
    )


def _numerical(x, y, p, step=1e-6):
    """Return dJ/dx by central differences."""
    gradient = np.zeros_like(x)
    for m in range(x.shape[1]):
        moved = np.zeros_like(x)
        moved[:, m] = step
        change = _losses(x + moved, y, p) - _losses(x - moved, y, p)
        gradient[:, m] = change / (2 * step)
    return gradient


def _gradient_mistakes(x, y, p):
    z, a = forward(x, p)
    delta1, gate = a[1] - y, relu_prime(z[0])
    delta0 = gate * (delta1 @ p["W1"].T)
    right = delta0 @ p["W0"].T
    mistakes = [
        (-right, "The sign is flipped: delta1 is a1 - y."),
        ((delta1 @ p["W1"].T) @ p["W0"].T,
         "The gate h'(z0) is missing: where z0 is negative, the neuron has no "
         "influence on the loss, and its delta0 is 0."),
        ((a[0] * (delta1 @ p["W1"].T)) @ p["W0"].T,
         "In place of h'(z0) stands the activation a0."),
        (right * x, "The gradient is multiplied by x; that is another, "
         "related quantity."),
        (relu_prime(x) * right if np.any(x <= 0) else right + 1,
         "There is no h' for the input."),
        ((gate * (a[1] @ p["W1"].T)) @ p["W0"].T,
         "y is missing: delta1 is a1 - y."),
        ((gate * ((z[1] - y) @ p["W1"].T)) @ p["W0"].T,
         "In place of a1 stands z1, the logits: delta1 is a1 - y."),
        ((gate * (-y @ p["W1"].T)) @ p["W0"].T,
         "This starts from -y: the gradient of the z of one class. The loss "
         "starts with delta1 = a1 - y."),
        ((gate * ((delta1 * a[1] * (1 - a[1])) @ p["W1"].T)) @ p["W0"].T,
         "A factor a1 (1 - a1) too many: it has cancelled already in B11."),
        (delta0, "This is delta0; one step is missing, W0."),
        (right.T, "The result is transposed: rows should be images."),
        (x.T @ delta0, "This is the gradient of the weights W0; the pixels' "
         "is wanted."),
        (x.T @ delta0 / len(x), "This is the gradient of the weights W0; the "
         "pixels' is wanted."),
    ]
    if len(x) > 1:
        mistakes += [
            (right / len(x), "There is a 1/D; each image has its own loss, "
             "and no mean is taken."),
            (right.mean(axis=0), "The mean over the images was taken; each "
             "image has a gradient of its own."),
            (right.sum(axis=0), "The sum over the images was taken; each "
             "image has a gradient of its own."),
        ]
    if p["W0"].shape[0] == p["W0"].shape[1]:
        mistakes.append(
            (delta0 @ p["W0"], "W0 is not transposed: rows times W leads "
             "forward, rows times W.T leads back.")
        )
    return mistakes
