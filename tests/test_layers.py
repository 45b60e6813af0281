"""Networks of any depth, alone and in a stack, against other means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from helpers import layers, network
from helpers.gradient_check import gradient_check, worst


def sample(dtype=np.float64, D=45):
    rng = np.random.default_rng(6)
    x = rng.uniform(size=(D, 7)).astype(dtype)
    digits = rng.integers(0, 3, D)
    return x, digits, np.eye(3, dtype=dtype)[digits]


def draw(sizes, seeds, dtype=np.float64, gain=2.0):
    """Return a network of each seed, and the generators as they are then."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    made = [layers.initialise(sizes, rng, gain, dtype) for rng in rngs]
    return made, rngs


def shaken(p):
    """Return parameters of which nothing is zero."""
    rng = np.random.default_rng(7)
    return {k: v + 0.1 * rng.normal(size=v.shape) for k, v in p.items()}


# --- gradients --------------------------------------------------------------


@pytest.mark.parametrize("h", layers.ACTIVATIONS)
@pytest.mark.parametrize(
    "sizes", [(7, 4, 3), (7, 4, 6, 3), (7, 6, 4, 4, 5, 3)]
)
@pytest.mark.parametrize("S", [None, 3], ids=["alone", "stack"])
def test_gradients_of_any_depth(S, sizes, h):
    """Against central differences; of a stack, of the sum of its risks."""
    x, _, y = sample(D=6)
    function, derivative = layers.ACTIVATIONS[h]
    made, _ = draw(sizes, range(S or 1))
    p = shaken(made[0] if S is None else layers.stack(made))
    z, a = layers.forward(x, p, function)
    assert h != "ReLU" or min(abs(part).min() for part in z[:-1]) > 1e-4
    deltas = []
    g = layers.backward(x, y, z, a, p, derivative, deltas)

    def risk(**moved):
        z, a = layers.forward(x, moved, function)
        return np.sum(layers.empirical_risk(y, z[-1]))

    assert worst(gradient_check(risk, p, g)) < 1e-7
    lead = () if S is None else (S,)
    assert [d.shape for d in deltas] == [(*lead, 6, n) for n in sizes[1:]]


@given(z=st.lists(st.floats(allow_nan=False), min_size=1, max_size=9))
def test_activations_of_any_number(z):
    z = np.array(z)
    with np.errstate(all="ignore"):
        for h, slope in layers.ACTIVATIONS.values():
            assert np.all(np.isfinite(slope(z))) and not np.isnan(h(z)).any()
    assert np.array_equal(layers.relu_prime(z), np.where(z > 0, 1, 0))
    slope = special.expit(z) * special.expit(-z)
    assert np.allclose(layers.sigmoid_prime(z), slope, rtol=1e-7)
    assert np.allclose(layers.tanh_prime(z / 2), 4 * slope, atol=1e-14)


# --- training ---------------------------------------------------------------


def test_one_hidden_layer_is_notebook_04():
    x, _, y = sample(np.float32)
    p = layers.initialise((7, 5, 3), np.random.default_rng(2))
    q = network.initialise(7, 5, 3, np.random.default_rng(2))
    assert all(np.array_equal(a, b) for a, b in zip(p.values(), q))
    p = layers.train(p, x, y, 3, 8, 0.3, np.random.default_rng(3))
    q = network.train(q, x, y, 3, 8, 0.3, np.random.default_rng(3))
    assert all(np.allclose(a, b, rtol=1e-5) for a, b in zip(p.values(), q))


@pytest.mark.parametrize("h", layers.ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(7, 5, 3), (7, 5, 4, 6, 3)])
def test_a_stack_equals_single_trainings(sizes, h):
    x, digits, y = sample()
    seeds, rates = (3, 8, 8), (0.3, 0.1, 0.5)
    made, rngs = draw(sizes, seeds)
    stack = layers.train(layers.stack(made), x, y, 4, 8, rates, rngs, h,
                         decay=0.01)
    shares = layers.accuracy(x, digits, stack, h)
    z = layers.forward(x, stack, layers.ACTIVATIONS[h][0])[0][-1]
    risks = layers.empirical_risk(y, z)
    assert shares.shape == risks.shape == (3,)
    for s, rate in enumerate(rates):
        (one,), (rng,) = draw(sizes, seeds[s : s + 1])
        one = layers.train(one, x, y, 4, 8, rate, rng, h, decay=0.01)
        assert set(one) == set(stack)
        for name, array in one.items():
            assert np.allclose(np.squeeze(stack[name][s]), array, rtol=1e-9)
        assert layers.accuracy(x, digits, one, h) == shares[s]
        found = layers.predict(x, one, h)
        assert np.array_equal(layers.predict(x, stack, h)[s], found)
        z = layers.forward(x, one, layers.ACTIVATIONS[h][0])[0][-1]
        assert layers.empirical_risk(y, z) == pytest.approx(risks[s])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("fault", ["rate", "overflow"])
def test_divergence_stays_with_its_network(fault):
    x, digits, y = sample()
    made, rngs = draw((7, 9, 9, 3), (1, 1, 2))
    if fault == "rate":
        rates = (0.1, 1e200, 0.1)
    else:  # weights that are finite, but not their products
        rates = (0.1, 0.0, 0.1)
        made[1] = {n: np.full_like(a, 1e200) for n, a in made[1].items()}
    stack = layers.train(layers.stack(made), x, y, 3, 8, rates, rngs)
    found = layers.accuracy(x, digits, stack)
    assert np.isnan(found).tolist() == [False, True, False]
    assert set(layers.predict(x, stack)[1]) == {-1}
    one = {name: array[1] for name, array in stack.items()}
    with pytest.raises(ValueError, match="expected finite values"):
        layers.predict(x, one)
    (alone,), (rng,) = draw((7, 9, 9, 3), (1,))
    alone = layers.train(alone, x, y, 3, 8, 0.1, rng)
    assert layers.accuracy(x, digits, alone) == found[0]


def test_decay_is_the_gradient_of_a_penalty():
    x, _, y = sample()
    p = shaken(draw((7, 3, 3), (1,))[0][0])
    ends = [
        layers.train(
            p, x, y, 1, 45, 0.1, np.random.default_rng(0), decay=decay
        )
        for decay in (0.0, 0.5)
    ]
    for name in p:
        expected = 0.1 * 0.5 * p[name] if name[0] == "W" else 0
        assert np.allclose(ends[0][name] - ends[1][name], expected)


def test_the_rate_follows_its_schedule():
    """An epoch of three batches: a step each, at 0, 1/3 and 2/3 of it."""
    x, _, y = sample()
    (p,), (rng,) = draw((7, 3, 3), (1,))
    seen = []
    layers.train(p, x, y, 1, 16, 0.1, rng,
                 schedule=lambda t: seen.append(t) or 1.0)
    assert seen == pytest.approx([0, 1 / 3, 2 / 3])
    rates = [layers.cosine(t) for t in (0, 0.25, 0.5, 1)]
    assert rates == pytest.approx([1, 0.5 + np.sqrt(1 / 8), 0.5, 0])


def test_training_can_end_early_and_leaves_its_start_alone():
    """Also where the stop button ends it: the next run is the same."""
    x, _, y = sample()
    (start,), _ = draw((7, 3, 3), (1,))
    kept = {name: array.copy() for name, array in start.items()}
    seen = []

    def train(epochs, after_epoch=None):
        rng = np.random.default_rng(1)
        return layers.train(start, x, y, epochs, 8, 0.1, rng,
                            schedule=lambda t: 1, after_epoch=after_epoch)

    def stop(epoch, parameters):
        seen.append(epoch)
        return epoch == 2

    def interrupt(epoch, parameters):
        raise KeyboardInterrupt

    three = train(3)
    with pytest.raises(KeyboardInterrupt):
        train(9, interrupt)
    early = train(9, stop)
    assert seen == [0, 1, 2]
    for name in start:
        assert np.array_equal(kept[name], start[name])
        assert np.array_equal(early[name], three[name])
    untouched = train(0)
    assert all(np.array_equal(untouched[n], start[n]) for n in start)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_type_follows_and_gain_sets_the_first_weights(dtype):
    x, _, y = sample(dtype)
    (small,), _ = draw((7, 4, 3), (1,), dtype, gain=1)
    (large,), rngs = draw((7, 4, 3), (1,), dtype, gain=4)
    assert np.allclose(2 * small["W1"], large["W1"])
    assert not np.any(large["b1"])
    wide = layers.initialise((400, 300, 9), np.random.default_rng(0), 3.0)
    assert np.std(wide["W0"]) == pytest.approx(np.sqrt(3 / 400), rel=0.02)
    stack = layers.stack([large, large])
    assert {n: a.shape for n, a in stack.items()} == {
        "W0": (2, 7, 4), "b0": (2, 1, 4), "W1": (2, 4, 3), "b1": (2, 1, 3),
    }
    end = layers.train(stack, x, y, 2, 16, (0.1, 0.2), rngs * 2)
    assert {array.dtype for array in end.values()} == {np.dtype(dtype)}
    stack["W0"][0] += 1  # a fresh array each
    assert np.array_equal(stack["W0"][1], large["W0"])


def test_count_is_what_initialise_makes_and_exact_however_large():
    made = layers.initialise((9, 8, 6, 7), np.random.default_rng(0))
    assert layers.count((9, 8, 6, 7)) == sum(a.size for a in made.values())
    large = np.array([10**9, 10**10, 10], dtype=np.int64)  # would overflow
    assert layers.count(large) == 10**19 + 10**10 + 10**11 + 10
