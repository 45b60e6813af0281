"""Checkers of notebook 07: steps, curvature, schedule, momentum, Adam."""

import math

import numpy as np

from exercises.compare import (
    Wrong,
    as_array,
    as_tuple,
    compare,
    compare_parts,
    shown,
)
from exercises.judge import exercise


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
    cases += [(0.1, -1.0, 0.5), (1e200, 1e200, 0.1)]
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


def _symmetric(eigenvalues, rng):
    n = len(eigenvalues)
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return (Q * np.asarray(eigenvalues)) @ Q.T, Q


@exercise(
    "7.2",
    "the largest curvature",
    returns=("number", "array"),
    hints=[
        "In a loop: bring v to length one, multiply it by the Hessian. What "
        "the product has along v itself is the curvature in that direction; "
        "the product is the next v.",
        "v has to have length one *before* the product, so that k, the "
        "product of v and H v, is the curvature; and once more after the "
        "loop.",
    ],
)
def largest_curvature(answer):
    rng = np.random.default_rng(72)
    spectra = [(4.0, 1.0), (9.0, 3.0, 1.0, 0.5), (-6.0, 2.0, 1.0)]
    spectra += [tuple(np.append(np.linspace(0, 1, 11), 50.0))]
    for eigenvalues in spectra:
        H, Q = _symmetric(eigenvalues, rng)
        v = 3 * Q.sum(axis=1)
        top = int(np.argmax(np.abs(eigenvalues)))
        given = (
            "a Hessian with the eigenvalues "
            f"{', '.join(f'{e:.3g}' for e in eigenvalues)}; 60 iterations"
        )
        calls = []

        def times(u, H=H, calls=calls):
            calls.append(u)
            return H @ u

        parts = as_tuple(answer(times, v, 60), 2, "two things, k and v")
        k = as_array(parts[0], "k", given)
        _compare_curvature(k, eigenvalues, top, given, calls)
        direction = as_array(parts[1], "v", given)
        _compare_direction(direction, Q[:, top], given)
    _obeys_start_and_iterations(answer)


def _obeys_start_and_iterations(answer):
    """Raise if it begins with another v, or for another number of times."""
    calls = []

    def times(u):
        calls.append(u)
        return np.array([5.0, 3.0, 1.0]) * u

    v = np.array([0.0, 1.0, 1.0])
    given = "H with 5, 3, 1 on the diagonal, v = [0, 1, 1], iterations = 30"
    k, direction = as_tuple(answer(times, v, 30), 2, "two things, k and v")
    start = [(5.0, "It does not begin with the v that is handed over: from "
              "this one, the way does not lead to the curvature 5.")]
    compare(k, 3.0, given, start, name="k")
    _compare_direction(as_array(direction, "v", given),
                       np.array([0.0, 1.0, 0.0]), given)
    if len(calls) > 32:
        raise Wrong(
            "The number of iterations is an argument: hessian_times was "
            f"called {len(calls)} times.", given,
        )


def _compare_curvature(k, eigenvalues, top, given, calls):
    if len(calls) < 10:
        raise Wrong(
            f"hessian_times was called {len(calls)} times in 60 iterations: "
            "each iteration multiplies once more.",
            given,
        )
    if k.size != 1:
        raise Wrong(f"k should be one number; its shape is {k.shape}.", given)
    k, right = float(k.ravel()[0]), eigenvalues[top]
    if not np.isfinite(k) or abs(k) > 1e6:
        raise Wrong(
            "k grows without end: v has to be brought back to length one in "
            "each iteration.",
            given, right, k,
        )
    mistakes = [
        (
            right**2,
            "This is the square of the curvature: multiply by the Hessian "
            "once between v and v, not twice.",
        ),
        (
            1.0,
            "k is the length of a vector of length one. The curvature is "
            "v @ Hv.",
        ),
    ]
    if right < 0:
        mistakes.insert(
            0,
            (
                -right,
                "The length of Hv loses the sign: this valley is a hill, "
                "its curvature negative. v @ Hv keeps it.",
            ),
        )
    compare(k, right, given, mistakes, name="k", rtol=1e-5)


def _compare_direction(v, right, given):
    if v.shape != right.shape:
        raise Wrong(f"v has the shape {v.shape} instead of {right.shape}.",
                    given)
    length = np.linalg.norm(v)
    if abs(v @ right) < (1 - 1e-6) * length or length == 0:
        raise Wrong("v does not point along the strongest curvature.", given,
                    right, v)
    if abs(length - 1) > 1e-6:
        raise Wrong(
            f"v points the right way, but has the length {length:.4g}; "
            "return it with length one.",
            given,
        )


@exercise(
    "7.3",
    "a step schedule",
    returns="number",
    hints=[
        "How many of the drops has the training passed at t? Each "
        "multiplies the learning rate once more.",
        "A drop counts from its own share on, so with >=. Count them, for "
        "any number of drops; the count is an exponent.",
    ],
)
def step_schedule(answer):
    cases = [(t, (0.5, 0.75), 0.1) for t in (0.0, 0.3, 0.6, 0.9, 1.0)]
    cases += [(0.5, (0.5, 0.75), 0.1), (0.75, (0.5, 0.75), 0.1)]
    cases += [(t, (0.2, 0.4, 0.6), 0.5) for t in (0.1, 0.3, 0.5, 0.7)]
    cases += [(0.5, (), 0.1), (0.3, (0.25,), 0.2), (0.0, (0.0, 0.5), 3.0)]
    for t, drops, factor in cases:
        passed = sum(t >= drop for drop in drops)
        after = sum(t > drop for drop in drops)
        mistakes = [
            (
                factor**after,
                f"At t = {t} exactly, the drop counts already (t >= drop).",
            ),
            (
                factor ** min(passed, 1),
                "The second drop has been passed too: each multiplies once "
                "more.",
            ),
            (
                factor ** min(passed, 2),
                "drops may hold any number of shares: the third has been "
                "passed as well.",
            ),
            (
                factor * passed if passed else 1.0,
                "The factor is multiplied by the number of drops; it should "
                "be multiplied by itself.",
            ),
            (
                factor ** (passed + 1),
                "One drop too many: before the first one the rate is full.",
            ),
            (
                factor ** (len(drops) - passed),
                "The drops still to come are counted, not those passed.",
            ),
            (
                1 - passed * factor,
                "The factor is subtracted; it should multiply.",
            ),
            (1.0, "No drop happens."),
        ]
        mistakes = [(m, s) for m, s in mistakes if m != factor**passed]
        compare(
            answer(t, drops, factor), factor**passed,
            f"t = {t}, drops = {drops}, factor = {factor}", mistakes,
            name="the schedule",
        )


@exercise(
    "7.4",
    "momentum",
    changes=("w", "v"),
    returns=("array", "array"),
    hints=[
        "Two lines. First the new velocity, from the old one and the "
        "gradient. Then the step, with the new velocity.",
        "The velocity keeps the share beta of its past and takes up the "
        "whole gradient; the learning rate stands in the step alone.",
    ],
)
def momentum(answer):
    rng = np.random.default_rng(74)
    cases = [(np.array([1.0]), np.array([2.0]), np.array([4.0]), 0.1, 0.5)]
    for shape, rate, beta in (((3,), 0.3, 0.9), ((2, 4), 0.2, 0.7)):
        w, v, g = np.round(rng.uniform(-2, 2, (3, *shape)), 1)
        cases.append((w, v, g, rate, beta))
    w, v, g = np.ones((3, 2))
    cases += [(w, 0 * v, g, 0.5, 0.0), (w, v, 0 * g, 0.5, 0.5)]
    for w, v, g, rate, beta in cases:
        given = shown({"w": w, "v": v, "gradient": g, "learning_rate": rate,
                       "beta": beta})
        parts = as_tuple(answer(w, v, g, rate, beta), 2, "w and v")
        received = [as_array(p, n, given) for p, n in zip(parts, "wv")]
        if any(part.shape != w.shape for part in received):
            raise Wrong("w and v should keep their shape.", given)
        new = beta * v + g
        mixed = beta * v + (1 - beta) * g
        mistakes = [
            (
                [w - rate * mixed, mixed],
                "This is a mean of gradients, weighted by beta and "
                "1 - beta. The convention here adds the whole gradient.",
            ),
            ([w - rate * v, new], "The step was made with the old velocity."),
            ([w + rate * new, new], "The step goes uphill."),
            ([w - rate * g, new], "The step ignores the velocity."),
            ([w - rate * g, g], "The velocity forgets its past: beta * v."),
            (
                [w - rate * (v + g), v + g],
                "Nothing slows the velocity down: beta is missing.",
            ),
            ([new, w - rate * new], "w and v are returned in each other's "
             "place."),
            (
                [w - rate * (beta * v + rate * g), beta * v + rate * g],
                "The learning rate is in the velocity and again in the "
                "step.",
            ),
            ([w - rate * new, v], "The old velocity is returned."),
            (
                [w + beta * v - rate * g, beta * v - rate * g],
                "The learning rate is in the velocity, with the minus sign: "
                "another common form. Here v = beta v + gradient, and the "
                "learning rate stands in the step of w alone.",
            ),
            (
                [w - beta * v - rate * g, beta * v + rate * g],
                "The learning rate is in the velocity: another common form. "
                "Here it stands in the step of w alone.",
            ),
        ]
        right = [w - rate * new, new]
        compare_parts(received, right, "wv", given, mistakes)


@exercise(
    "7.5",
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
        (1, (1,), (0.5, 0.5, 0.75, 0.5)), (3, (2,), (0.1, 0.8, 0.95, 0.01)),
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
            (_adam(*args, **{name: True}), sentence)
            for name, sentence in ADAM_MISTAKES.items()
        ]
        compare_parts(received, _adam(*args), "wms", given, mistakes)


ADAM_MISTAKES = {
    "plain": "m and s are used as they are: the correction by 1 - beta ** t "
    "is missing, so the first steps are wrong by much.",
    "kept": "The corrected m and s are returned. Keep the plain ones: the "
    "correction is for the step alone.",
    "unsquared": "s is the mean of the gradients' squares, not of the "
    "gradients.",
    "rootless": "The square root of s is missing.",
    "inside": "epsilon stands inside the square root; it is added after it.",
    "uphill": "The step goes uphill.",
    "swapped": "beta1 and beta2 are exchanged.",
    "constant": "The correction is 1 - beta, the same in every step; it "
    "should be 1 - beta ** t.",
    "whole": "The new gradient enters with weight 1; in a mean it has the "
    "weight 1 - beta.",
    "later": "t counts from 1 and is used as it is: 1 - beta ** t, not t + 1.",
    "half": "s is used without its correction, 1 - beta2 ** t.",
    "exchanged": "m and s are returned in each other's place.",
    "early": "The old m makes the step: update m and s first.",
}


def _adam(w, m, s, g, rate, t, beta1, beta2, epsilon, plain=False, kept=False,
          unsquared=False, rootless=False, inside=False, uphill=False,
          swapped=False, constant=False, whole=False, early=False,
          later=False, half=False, exchanged=False):
    if swapped:
        beta1, beta2 = beta2, beta1
    old = m
    m = beta1 * m + (1 if whole else 1 - beta1) * g
    square = g if unsquared else g**2
    s = beta2 * s + (1 if whole else 1 - beta2) * square
    n = 1 if constant else t + later
    m_t, s_t = m / (1 - beta1**n), s / (1 - beta2**n)
    if early:
        m_t = old / (1 - beta1**n)
    if plain:
        m_t, s_t = m, s
    if half:
        s_t = s
    below = s_t if rootless else np.sqrt(s_t)
    below = np.sqrt(s_t + epsilon) if inside else below + epsilon
    step = rate * m_t / below
    w = w + step if uphill else w - step
    if exchanged:
        return w, s, m
    return (w, m_t, s_t) if kept else (w, m, s)
