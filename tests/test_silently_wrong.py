"""What NumPy would take without a word, and compute something else from.

Where people are (the command line, the data file, exercises, the meter's
country), the tests of those parts look at how bad input is told.
"""

import math

import numpy as np
import pytest

from exercises.compare import Wrong, compare
from helpers import evidence, layers, network
from helpers.equations import verify_equation
from helpers.gradient_check import gradient_check, worst

D, M, N, K = 6, 4, 5, 3


def rng():
    return np.random.default_rng(8)


X, DIGITS = rng().uniform(size=(D, M)), np.arange(D) % K
Y = np.eye(K)[DIGITS]


def parameters():
    return layers.initialise((M, N, K), rng(), dtype=np.float64)


def train(**changed):
    given = {"parameters": parameters(), "x": X, "y": Y, "epochs": 1,
             "batch_size": 2, "learning_rate": 0.1, "rng": rng()}
    return layers.train(**{**given, **changed})


def spoiled(array, value=math.nan):
    """Return a copy of which the last entry is something else."""
    array = np.array(array, dtype=float)
    array.flat[-1] = value
    return array


TRAININGS = {
    "digits for one-hot rows": {"y": DIGITS},
    "a column of digits": {"y": DIGITS[:, None]},
    "one row for all": {"y": Y[0]},
    "no probabilities": {"y": 2 * Y - 1},
    "a label that is NaN": {"y": spoiled(Y)},
    "images in bytes": {"x": np.full((D, M), 255, np.uint8)},
    "images not scaled": {"x": 255 * X},
    "a pixel that is NaN": {"x": spoiled(X)},
    "a pixel that is infinite": {"x": spoiled(X, math.inf)},
    "no batches": {"batch_size": -1},
    "no epochs": {"epochs": -1},
    "biases as a column": {
        "parameters": {**parameters(), "b0": np.zeros((N, 1))},
        "x": X[:N], "y": Y[:N], "batch_size": N,
    },
}


@pytest.mark.parametrize("name", TRAININGS)
def test_training_refuses(name):
    with pytest.raises(ValueError, match=r"expected .*got|sum to 1|non-br"):
        train(**TRAININGS[name])


def test_labels_out_of_range_or_place():
    """Another mean would come of them, not an error."""
    for digits in (
        DIGITS + 1, DIGITS - 1, DIGITS + 0.5, DIGITS[:, None], DIGITS[:-1],
        Y, spoiled(DIGITS), np.zeros((2, D), int), 0,
    ):
        with pytest.raises(ValueError, match=r"digits: .* from 0 to 2"):
            layers.accuracy(X, digits, parameters())


def test_where_the_network_alone_would_be_wrong_its_callers_are_not():
    p, z = parameters(), rng().normal(size=(K, K))
    # as many samples as classes: digits in place of one-hot rows broadcast
    assert np.isfinite(network.empirical_risk(np.arange(K), z))
    with pytest.raises(ValueError, match="y: expected shape"):
        layers.empirical_risk(np.arange(K), z)
    z, a = layers.forward(X[:K], p)
    for y in (np.arange(K), np.arange(K)[:, None]):
        assert np.all(np.isfinite(a[-1] - y))
        with pytest.raises(ValueError, match="y: expected"):
            layers.backward(X[:K], y, z, a, p)
    # NaN has an argmax
    lost = {n: a * math.nan for n, a in p.items()}
    assert list(network.predict(X, *lost.values())) == [0] * D
    for x, broken in ((X, lost), (spoiled(X), p)):
        with pytest.raises(ValueError, match="expected finite values"):
            layers.predict(x, broken)


def test_nan_is_not_hidden():
    """A maximum, an argmax and a comparison swallow NaN; these do not."""
    def loss(v, w):
        return np.sum(v) + np.sum(np.where(w > 1, math.nan, w))

    w = {"v": np.ones(3), "w": np.ones(3)}
    for order in (("v", "w"), ("w", "v")):
        arrays = {name: w[name] for name in order}
        reports = gradient_check(loss, arrays, w)
        assert math.isnan(worst(reports)) and len(reports) == 2
    lost = gradient_check(np.sum, {"a": w["w"]}, {"a": spoiled(w["w"])})
    assert math.isnan(worst(lost))
    assert not evidence.difference([math.inf, 2.0], [0.0, 0.0]).clear
    with pytest.raises(AssertionError):
        verify_equation("F3", row := [1.0, 2.0], row, spoiled(row), "it")


def test_a_column_is_not_compared_with_a_row():
    """D numbers less D x 1 are D x D."""
    column, row = np.ones((K, 1)), np.ones(K)
    for refused in (
        lambda: evidence.difference(column, row),
        lambda: gradient_check(np.sum, {"w": row}, {"w": column}),
        lambda: verify_equation("F3", row, column, row + 1, without="it"),
        lambda: compare(column, row),
    ):
        with pytest.raises((ValueError, Wrong), match="shape"):
            refused()


FORMS = {
    "list": lambda a: a.tolist(),
    "Fortran order": np.asfortranarray,
    "view": lambda a: np.repeat(a, 2, axis=0)[::2],
    "read-only": lambda a: np.broadcast_to(a, a.shape),
}


@pytest.mark.parametrize("form", FORMS)
def test_arrays_in_another_form_give_the_same(form):
    change, first = FORMS[form], train()
    second = train(x=change(X), y=change(Y))
    assert all(np.allclose(first[n], second[n], rtol=1e-12) for n in first)
    z = rng().normal(size=(D, K))
    risks = [layers.empirical_risk(f(Y), f(z)) for f in (np.array, change)]
    assert risks[0] == risks[1]
    share = layers.accuracy(X, DIGITS, first)
    assert layers.accuracy(change(X), change(DIGITS), first) == share
    w = {"w": change(rng().normal(size=(3, 4)))}
    reports = gradient_check(lambda w: np.sum(w**2) / 2, w, w)
    assert worst(reports) < 1e-9


def test_rates_are_not_cut_to_the_type_of_the_images():
    """0.1 as an integer is 0."""
    stack, x = layers.stack([parameters()] * 2), (X > 0.5).astype(int)
    end = train(parameters=stack, x=x, learning_rate=(0.1, 0.2),
                rng=[rng(), rng()])
    one = train(x=x.astype(float), learning_rate=0.2)
    assert np.allclose(end["W1"][1], one["W1"])
