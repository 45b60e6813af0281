"""Stacked trainings against the same trainings one by one."""

import math

import numpy as np
import pytest

from helpers import layers, study_06


def sample(dtype=np.float64):
    rng = np.random.default_rng(6)
    x = rng.uniform(size=(45, 7)).astype(dtype)
    digits = rng.integers(0, 3, 45)
    return x, digits, np.eye(3, dtype=dtype)[digits]


@pytest.mark.parametrize("h", layers.ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(7, 5, 3), (7, 5, 4, 6, 3)])
def test_stack_equals_single_trainings(h, sizes):
    x, _, y = sample()
    seeds, rates = (3, 8, 8), (0.3, 0.1, 0.5)
    stack = study_06.train_stack(x, y, sizes, seeds, 4, 8, rates, h)
    for s, (seed, rate) in enumerate(zip(seeds, rates)):
        rng = np.random.default_rng(seed)
        gain = study_06.GAINS[h]
        one = layers.initialise(sizes, rng, gain, np.float64)
        one = layers.train(one, x, y, 4, 8, rate, rng, h)
        assert set(one) == set(stack)
        for name, array in one.items():
            assert np.allclose(stack[name][s], array, rtol=1e-9), name


def test_type_follows_the_images():
    x, _, y = sample(np.float32)
    stack = study_06.train_stack(x, y, (7, 4, 3), (1, 2), 2, 16, 0.1)
    assert {array.dtype for array in stack.values()} == {np.dtype("f4")}


def test_divergence_stays_with_its_network():
    x, digits, y = sample()
    sizes, rates = (7, 9, 9, 3), (0.1, 1e200, 0.1)
    stack = study_06.train_stack(x, y, sizes, (1, 1, 2), 3, 8, rates)
    found = study_06.evaluate(x, digits, stack)
    assert all(math.isnan(value) for value in found[1])
    assert np.all(np.isfinite([found[0], found[2]]))
    alone = study_06.train_stack(x, y, sizes, (1,), 3, 8, 0.1)
    assert study_06.evaluate(x, digits, alone)[0] == pytest.approx(found[0])


def test_evaluate_is_accuracy_and_risk():
    x, digits, y = sample()
    stack = study_06.train_stack(x, y, (7, 5, 3), (4,), 3, 8, 0.2, "tanh")
    one = {name: array[0] for name, array in stack.items()}
    (share, risk), = study_06.evaluate(x, digits, stack, "tanh")
    assert share == layers.accuracy(x, digits, one, "tanh")
    z, _ = layers.forward(x, one, np.tanh)
    assert risk == pytest.approx(layers.empirical_risk(y, z[-1]))


@pytest.mark.filterwarnings("error")
def test_outputs_that_overflow_are_a_divergence():
    x, digits, y = sample(np.float32)
    stack = study_06.train_stack(x, y, (7, 5, 5, 3), (4, 4), 1, 8, 0.1)
    for name in ("W0", "W1", "W2"):
        stack[name][1] = 1e30  # finite, but not their products
    found = study_06.evaluate(x, digits, stack)
    assert np.all(np.isfinite(found[0])) and np.all(np.isnan(found[1]))


def test_gain_sets_the_first_weights():
    x, _, y = sample()
    seeds = range(3)
    a, b = (
        study_06.train_stack(x, y, (7, 5, 3), seeds, 1, 50, 0.0, gain=gain)
        for gain in (1, 4)
    )
    assert np.allclose(2 * a["W0"], b["W0"]) and not np.any(b["b1"])


def test_groups_hold_every_seed_once():
    small, large = (784, 16, 10), (784, 128, 10)
    assert study_06.seed_groups(small, [0, 1, 2]) == [(0, 1, 2)]
    assert study_06.seed_groups(large, [0, 1, 2]) == [(0,), (1,), (2,)]


def test_collect_joins_the_groups_of_a_network():
    one, two = (((4,), "ReLU"), ((4, 4), "tanh"))
    results = {
        (*one, 0.1, (0,)): [(0.9, 1.0)],
        (*two, 0.3, (0, 1)): [(0.5, 0.6), (0.7, 0.8)],
        (*one, 0.1, (1,)): [(0.8, 0.9)],
    }
    found = study_06.collect(results)
    assert found[one].tolist() == [[0.9, 1.0], [0.8, 0.9]]
    assert found[two].shape == (2, 2)


def test_operations_are_those_of_the_products():
    # 2-3-2: forward 6 + 6, gradients 6 + 6, recursion 6 in the last layer
    assert study_06.operations((2, 3, 2), 1) == 30
    assert study_06.operations((2, 3, 2), 10) == 300


def test_seconds_of_a_step():
    x, _, y = sample(np.float32)
    networks = [(7, 4, 3), (7, 4, 4, 3)]
    seconds = study_06.seconds_per_step(networks, x[:8], y[:8], steps=3)
    assert list(seconds) == networks
    assert all(0 < one < 1 for one in seconds.values())
