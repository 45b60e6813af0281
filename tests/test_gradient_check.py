"""The gradient check itself: right, and able to fail."""

import numpy as np
import pytest

from helpers import network
from helpers.gradient_check import gradient_check, table, worst


def quadratic(seed=0):
    """A loss with a known gradient: sum(c w^2 / 2), gradient c w."""
    rng = np.random.default_rng(seed)
    c = {"A": rng.normal(size=(3, 4)), "v": rng.normal(size=5)}
    w = {name: rng.normal(size=array.shape) for name, array in c.items()}

    def loss(**moved):
        return sum(np.sum(c[k] * moved[k] ** 2) / 2 for k in c)

    return loss, w, {name: c[name] * w[name] for name in c}


def test_right_gradient_passes_and_parameters_are_unchanged():
    loss, w, g = quadratic()
    before = {name: array.copy() for name, array in w.items()}
    reports = gradient_check(loss, w, g)
    assert worst(reports) < 1e-9
    assert [r.checked for r in reports] == [12, 5]
    assert all(np.array_equal(before[k], w[k]) for k in w)
    assert len(table(reports).splitlines()) == 3


@pytest.mark.parametrize("factor", [1 + 1e-5, 0.5, -1.0])
def test_wrong_gradient_is_told(factor):
    loss, w, g = quadratic()
    g["A"] = g["A"] * factor
    first, second = gradient_check(loss, w, g)
    assert first.relative_error > 1e-6 and second.relative_error < 1e-9


def test_worst_entry_is_named():
    loss, w, g = quadratic()
    g["A"][1, 2] += 0.1
    report = gradient_check(loss, w, g)[0]
    assert report.index == (1, 2)
    assert np.isclose(report.analytical - report.numerical, 0.1)


def test_sampling():
    loss, w, g = quadratic()
    reports = gradient_check(loss, w, g, most=4, rng=np.random.default_rng(1))
    assert [(r.checked, r.size) for r in reports] == [(4, 12), (4, 5)]
    g["A"] = g["A"] + np.eye(3, 4)  # 3 of 12 wrong: some samples miss them
    seen = {
        gradient_check(loss, w, g, 4, np.random.default_rng(k))[0].index
        for k in range(20)
    }
    assert len(seen) > 3


@pytest.mark.parametrize(
    "change, part",
    [
        (lambda w, g: ({**w, "v": w["v"].astype("f4")}, g), "float64"),
        (lambda w, g: (w, {**g, "v": g["v"][:2]}), "shape"),
        (lambda w, g: (w, {"A": g["A"]}), "gradients"),
        (lambda w, g: ({}, {}), "gradients"),
    ],
)
def test_what_would_be_compared_wrongly_is_refused(change, part):
    loss, w, g = quadratic()
    with pytest.raises(ValueError, match=part):
        gradient_check(loss, *change(w, g))
    with pytest.raises(ValueError, match="returns a number"):
        gradient_check(lambda A, v: v, w, g)


def test_kinks_are_found_and_left_out():
    w = {"w": np.array([1.0, 2e-6, -3.0])}
    right = {"w": np.array([1.0, 1.0, 0.0])}

    def loss(w):
        return np.sum(np.maximum(w, 0))

    plain = gradient_check(loss, w, right)[0]
    aware = gradient_check(loss, w, right, pattern=lambda w: w > 0)[0]
    assert plain.relative_error > 0.01 and plain.index == (1,)
    assert aware.kinks == 1 and aware.checked == 2
    assert aware.relative_error < 1e-9


def test_the_real_network():
    """784-128-10 in float64 on real digits: 2,000 of W0, all of the rest."""
    from helpers.data import load_mnist

    names = ("W0", "b0", "W1", "b1")
    mnist, rng = load_mnist(), np.random.default_rng(4)
    x = mnist.x_train[:3].astype(float)
    y = np.eye(10)[mnist.y_train[:3]]
    arrays = network.initialise(784, 128, 10, rng, np.float64)
    arrays = [array + 0.01 * rng.normal(size=array.shape) for array in arrays]
    p = dict(zip(names, arrays))
    z0, a0, z1, a1 = network.forward(x, **p)
    assert np.min(np.abs(z0)) > 1e-4  # no kink within a step
    g = dict(zip(names, network.backward(x, y, z0, a0, a1, p["W1"])))

    def loss(**moved):
        return network.empirical_risk(y, network.forward(x, **moved)[2])

    reports = gradient_check(loss, p, g, most=2000, rng=rng)
    assert [r.checked for r in reports] == [2000, 128, 1280, 10]
    assert worst(reports) < 1e-7
