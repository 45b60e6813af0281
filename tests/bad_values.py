"""Values that are certainly wrong, by what was asked for.

Each function takes the value that would be right and returns `Wrong`: values
that have to be refused, each of a list and any that Hypothesis draws.
"""

import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

NONFINITE = [math.nan, math.inf, -math.inf, np.float32("nan")]
NO_NUMBER = [None, "3", b"3", [1.0], {}, (), 1j, True, np.ones(2), object()]
NO_TEXT = [None, 3, 1.5, b"x", ["a"], {}, object()]
NO_ARRAY = [
    None, "text", b"text", 1j, {}, {"a": 1}, object(), np.array("x"),
    [[1.0, 2.0], [3.0]], [None], np.array([1j]), np.array(["a", "b"]),
    np.array([object()]), np.array(["2024-05-01"], "M8[D]"),
]
junk = st.one_of(
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.text(max_size=3), min_size=1, max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.complex_numbers(),
    st.just(object()),
)


class Wrong:
    """Values that are wrong.

    Parameters
    ----------
    values : iterable
        All of them are to be tried.
    *more : Wrong or hypothesis strategy
        The values of the one, or some that the other draws.
    """

    def __init__(self, values, *more):
        kinds = [m for m in more if isinstance(m, Wrong)]
        self.values = [*values, *(v for kind in kinds for v in kind.values)]
        self.draws = [m for m in more if not isinstance(m, Wrong)]
        self.draws += [draw for kind in kinds for draw in kind.draws]

    def filter(self, keep):
        """Return those that a function says are wrong."""
        draws = [draw.filter(keep) for draw in self.draws]
        return Wrong([v for v in self.values if keep(v)], *draws)


def number(least=None, most=None, above=None):
    """No finite real number, or one outside its bounds."""

    def bad(good):
        wrong = [*NO_NUMBER, *NONFINITE, 10**400]
        draws = [junk]
        if least is not None:
            draws.append(st.floats(max_value=least, exclude_max=True))
        if most is not None:
            draws.append(st.floats(min_value=most, exclude_min=True))
        if above is not None:
            draws.append(st.floats(max_value=above))
        return Wrong(wrong, *draws)

    return bad


def integer(least=None, most=None):
    """No integer, or one outside its bounds."""

    def bad(good):
        wrong = [*NO_NUMBER, *NONFINITE, 1.5, 3.0, np.float64(2)]
        draws = [junk, st.floats()]
        if least is not None:
            draws.append(st.integers(max_value=least - 1))
        if most is not None:
            draws.append(st.integers(min_value=most + 1))
        return Wrong(wrong, *draws)

    return bad


def array(finite=True, rows="fixed", columns="fixed", empty=False, ndim=None):
    """No array of numbers, of another shape, or with NaN and infinity.

    Parameters
    ----------
    finite : bool
        NaN and infinity are wrong.
    rows, columns : str
        "fixed" if another length of the first, of the last axis is wrong.
    empty : bool
        No rows at all are right.
    ndim : int, optional
        0 if any number of axes is right.
    """

    def bad(good):
        good = np.asarray(good)
        wrong = list(NO_ARRAY)
        if ndim != 0:
            wrong += [good[None], good[..., None], 1.0, np.float64(1)]
            if not empty:
                wrong.append(good[:0])
            if rows == "fixed":
                wrong += [good[:-1], np.concatenate([good, good[:1]])]
            if good.ndim > 1:
                wrong += [good[0], good.ravel(), good[:, :0]]
                if columns == "fixed":
                    wrong += [good[..., :-1], np.repeat(good, 2, axis=-1)]
        draws = [junk]
        if finite and good.dtype.kind == "f":
            places = st.integers(0, good.size - 1)
            values = st.sampled_from(NONFINITE)
            draws.append(st.builds(put(good), places, values))
        dtypes = st.sampled_from(["c8", "c16", "U2", "S2", "m8[s]"])
        draws.append(hnp.arrays(dtypes, good.shape))
        things = st.sampled_from([None, "3", 1j, object()])
        draws.append(hnp.arrays("O", good.shape, elements=things))
        return Wrong(wrong, *draws)

    return bad


def put(good):
    def build(place, value):
        changed = np.array(good)
        changed.reshape(-1)[place] = value
        return changed

    return build


def labels(classes=None, length="fixed"):
    """No whole numbers, or none of the classes, or another number of them."""

    def bad(good):
        good = np.asarray(good)
        wrong = [
            *NO_ARRAY, good.astype(float), good + 0.5, good * math.nan,
            good[None], np.eye(len(good), dtype=int), 1,
        ]
        if length == "fixed":
            wrong += [good[:-1], np.append(good, 0), good[:0]]
        places = st.integers(0, len(good) - 1)
        signed = good.astype(np.int64)
        draws = [junk]
        draws.append(st.builds(put(signed), places, st.integers(-99, -1)))
        if classes is not None:
            beyond = st.integers(classes, 10**6)
            draws.append(st.builds(put(signed), places, beyond))
        return Wrong(wrong, *draws)

    return bad


def one_hot(good):
    """As an array; or rows that do not sum to 1, or with negative entries."""
    negative = good.copy()
    negative[0] = [2.0, -1.0, *[0.0] * (good.shape[1] - 2)]
    digits = np.argmax(good, axis=1)
    wrong = [2 * good, 0 * good, good.T, -good, negative, digits, good - 1]
    return Wrong(wrong, array()(good))


def network(good):
    """No dict of W0, b0, W1, ..., or with a part of another shape or type."""
    W0, b0 = good["W0"], good["b0"]
    lacking = {name: a for name, a in good.items() if name != "b1"}
    wrong = [
        None, 3, "W0", [], list(good.values()), {}, object(), W0, lacking,
        {**good, "W7": W0}, {name.lower(): a for name, a in good.items()},
        {"W0": W0, "b1": b0}, {0: W0, 1: b0},
        {**good, "W1": good["W1"].T}, {**good, "W1": good["W1"][1:]},
        {**good, "b0": b0[:-1]}, {**good, "b1": b0},
    ]
    for name in good:
        wrong += [{**good, name: value} for value in NO_ARRAY]
        wrong += [{**good, name: good[name][..., None]}]
        wrong += [{**good, name: good[name].astype(int)}]
    return Wrong(wrong)


def stack(good):
    """As a network, with an axis for the networks in front of all."""
    lone = {n: a[0].squeeze() for n, a in good.items()}
    wrong = [
        None, {}, [], 3, "x", lone, {**good, "W1": good["W1"][:1]},
        {**good, "b0": good["b0"][:, 0]}, {**good, "b0": good["W0"]},
        {n: a[:0] for n, a in good.items()}, {**good, "W0": None},
        {**good, "W1": good["W1"].swapaxes(1, 2)}, {"W0": good["W0"]},
    ]
    return Wrong(wrong)


def sizes(good):
    """No sequence of two positive integers or more."""
    wrong = [
        None, 3, "784", (), (5,), (5, 0), (5, -1), (4.0, 3), (4, None),
        {5: 3}, (True, 3), (4, "3"), [[4, 3]], (math.nan, 3), object(),
    ]
    return Wrong(wrong, st.lists(st.integers(max_value=0), min_size=2))


def sequence(length=None, least=None):
    """No sequence, or of another length."""

    def bad(good):
        wrong = [None, 3, 1.5, "text", b"text", {}, object(), {"a": 1}]
        if length is not None:
            wrong += [[], list(good)[:-1], [*good, *list(good)[:1]]]
        if least is not None:
            wrong += [list(good)[: least - 1]]
        return Wrong(wrong)

    return bad


def values(least=None, finite=False):
    """No sequence of numbers: any iterable of them would be right."""

    def bad(good):
        wrong = [
            None, 3, 1.5, "12", b"12", {}, {1: 2}, object(), ["a", "b"],
            [None, None], [1j, 2], [[1.0, 2.0], [3.0, 4.0]], [1.0, "2"],
        ]
        if least:
            wrong += [list(good)[: least - 1]]
        if finite:
            wrong += [[*list(good)[1:], value] for value in NONFINITE]
        return Wrong(wrong)

    return bad


def nan(good):
    """A matrix with a NaN in it."""
    places = st.integers(0, good.size - 1)
    return Wrong([], st.builds(put(good), places, st.just(math.nan)))


def function(good):
    return Wrong([None, 3, "f", [], {}, np.ones(2)], junk)


def generator(good):
    shared = np.random.RandomState(0)
    return Wrong([None, 0, 42, "rng", shared, np.random], junk)


def choice(good):
    """Another name than those allowed."""
    return Wrong([None, 3, "", "relu", "RELU", ["ReLU"], object()], junk)


def real_type(good):
    return Wrong([None, "int", int, bool, "c8", object, "nonsense", 3, "U3"])


def text(good):
    return Wrong(NO_TEXT)


def mapping(good):
    return Wrong([None, 3, "a", [], [("a", 1)], object(), np.ones(2)])


def axes(good):
    return Wrong([None, 3, "ax", [], {}, object(), np.ones(2)], junk)


def box(good):
    """No four numbers, left below right and bottom below top."""
    left, right, low, high = good
    wrong = [
        None, 3, "box", (), good[:3], (*good, 1.0), (right, left, low, high),
        (left, right, high, low), (left, left, low, high), (left, right),
        (left, math.nan, low, high), (left, math.inf, low, high),
        (None, right, low, high), ("0", "1", "0", "1"), [good], {},
    ]
    return Wrong(wrong)


def either(*kinds):
    """Values that are wrong for several reasons; each kind draws some."""
    return lambda good: Wrong([], *(kind(good) for kind in kinds))


def just(*wrong):
    return lambda good: Wrong(wrong)
