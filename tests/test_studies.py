"""The general network of the studies, and running many trainings."""

import numpy as np
import pytest

from helpers import layers, network
from helpers.gradient_check import gradient_check, worst
from helpers.studies import (
    StudyIncomplete,
    enough,
    mean_and_spread,
    run_study,
    spread,
)


@pytest.mark.parametrize("h", layers.ACTIVATIONS)
@pytest.mark.parametrize(
    "sizes", [(5, 4, 3), (5, 4, 6, 3), (5, 6, 4, 4, 5, 3)]
)
def test_gradients_of_any_depth(h, sizes):
    rng = np.random.default_rng(5)
    function, derivative = layers.ACTIVATIONS[h]
    p = layers.initialise(sizes, rng, dtype=np.float64)
    p = {k: v + 0.1 * rng.normal(size=v.shape) for k, v in p.items()}
    x, y = rng.normal(size=(6, 5)), np.eye(3)[rng.integers(0, 3, 6)]
    z, a = layers.forward(x, p, function)
    assert min(np.abs(part).min() for part in z[:-1]) > 1e-4
    deltas = []
    g = layers.backward(x, y, z, a, p, derivative, deltas)

    def risk(**moved):
        z, a = layers.forward(x, moved, function)
        return layers.empirical_risk(y, z[-1])

    assert worst(gradient_check(risk, p, g)) < 1e-7
    assert [d.shape for d in deltas] == [(6, n) for n in sizes[1:]]


def test_one_hidden_layer_is_notebook_04():
    rng = np.random.default_rng(1)
    x = rng.uniform(size=(60, 7)).astype(np.float32)
    y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 60)]
    p = layers.initialise((7, 5, 3), np.random.default_rng(2))
    q = network.initialise(7, 5, 3, np.random.default_rng(2))
    assert all(np.array_equal(a, b) for a, b in zip(p.values(), q))
    p = layers.train(p, x, y, 3, 8, 0.3, np.random.default_rng(3))
    q = network.train(q, x, y, 3, 8, 0.3, np.random.default_rng(3))
    assert all(np.allclose(a, b, rtol=1e-5) for a, b in zip(p.values(), q))


def test_decay_is_the_gradient_of_a_penalty():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(size=(10, 4)), np.eye(2)[rng.integers(0, 2, 10)]
    p = layers.initialise((4, 3, 2), rng, dtype=np.float64)
    ends = [
        layers.train(
            p, x, y, 1, 10, 0.1, np.random.default_rng(0), decay=decay
        )
        for decay in (0.0, 0.5)
    ]
    assert np.allclose(ends[0]["W0"] - ends[1]["W0"], 0.1 * 0.5 * p["W0"])
    assert np.allclose(ends[0]["b0"], ends[1]["b0"])


def test_training_can_end_early():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(size=(10, 4)), np.eye(2)[rng.integers(0, 2, 10)]
    seen = []

    def stop(epoch, parameters):
        seen.append(epoch)
        return epoch == 2

    p = layers.initialise((4, 3, 2), rng)
    layers.train(p, x, y, 9, 5, 0.1, rng, after_epoch=stop)
    assert seen == [0, 1, 2]


def test_study_runs_all_settings_in_order():
    settings = [(k, s) for k in range(5) for s in range(3)]
    results = run_study(lambda k, s: 10 * k + s, settings, workers=2)
    assert list(results) == settings
    assert all(results[k, s] == 10 * k + s for k, s in settings)


def test_study_keeps_what_is_done():
    calls = []

    def once(k):
        calls.append(k)
        if k == 3 and len(calls) < 6:
            raise KeyboardInterrupt
        return k

    settings = [(k,) for k in range(5)]
    first = run_study(once, settings, workers=1, least=0)
    assert set(first) < set(settings)
    second = run_study(once, settings, workers=1, done=first)
    assert list(second) == settings
    assert sum(k == 0 for k in calls) == 1


def stopped_after(done):
    """Run a study of ten settings of which so many come to their end."""
    def once(k):
        if k >= done:
            raise KeyboardInterrupt

    return run_study(once, [(k,) for k in range(10)], workers=1)


def test_study_stopped_too_early_says_so():
    """Of ten, three are 30 %: with them the notebook goes on."""
    for done in (0, 2):
        with pytest.raises(StudyIncomplete, match=r"need about 3\. Run"):
            stopped_after(done)
    for done in (3, 9):
        assert list(stopped_after(done)) == [(k,) for k in range(done)]


def test_study_tells_errors():
    def fail(k):
        raise FloatingPointError("diverged")

    with pytest.raises(FloatingPointError):
        run_study(fail, [(1,)])


def test_mean_and_spread_of_what_there_is():
    assert mean_and_spread([1, 2, 3]) == (2.0, 1.0)
    assert mean_and_spread(k for k in (1, 3))[1] == np.sqrt(2)
    mean, error = mean_and_spread([4.0])
    assert mean == 4 and np.isnan(error)
    with pytest.raises(StudyIncomplete, match="interrupted too early"):
        mean_and_spread([])


def test_spread_between_seeds():
    values = np.array([[1.0, 5.0], [3.0, 5.0]])
    assert np.allclose(spread(values), [np.sqrt(2), 0])
    assert np.allclose(spread(values, axis=1), [4 / np.sqrt(2), np.sqrt(2)])
    assert np.isnan(spread(values[:1])).all() and np.isnan(spread([1.0]))


def test_too_little_is_told_in_a_line():
    enough([1, 2], 2)
    with pytest.raises(StudyIncomplete, match=r"needs 3 .* there are 2"):
        enough([1, 2], 3)
    lines = StudyIncomplete("one line")._render_traceback_()
    assert lines == ["one line"]


def test_count_is_what_initialise_makes():
    sizes = (784, 128, 64, 10)
    made = layers.initialise(sizes, np.random.default_rng(0))
    assert layers.count(sizes) == sum(a.size for a in made.values())
