"""The small tools and drawings of notebook 07."""

import math

import numpy as np
import pytest

from helpers import drawing_07, plotting
from helpers.layers import initialise
from helpers.study_07 import (
    as_good,
    best_rate,
    difference,
    one_of,
    pack,
    running_mean,
    stack,
    unpack,
)


def network():
    return initialise((5, 4, 3), np.random.default_rng(1))


def test_stack_copies_and_keeps_shapes():
    first = network()
    many = stack(first, 3)
    assert {n: a.shape for n, a in many.items()} == {
        "W0": (3, 5, 4), "b0": (3, 1, 4), "W1": (3, 4, 3), "b1": (3, 1, 3),
    }
    many["W0"][0] += 1
    assert np.array_equal(many["W0"][1], first["W0"])
    assert np.array_equal(one_of(many, 2)["W0"][0], first["W0"])
    assert one_of(many, 2)["b1"].shape == (1, 1, 3)


def test_pack_and_unpack_are_inverse():
    many = stack(network(), 2)
    vector = pack(many)
    assert vector.dtype == np.float32 and vector.ndim == 1
    again = unpack(vector, many)
    assert all(np.array_equal(again[n], many[n]) for n in many)
    with pytest.raises(ValueError, match="expected shape"):
        unpack(vector[1:], many)


def test_best_rate_leaves_out_what_diverged():
    accuracies = np.array([[0.1, 0.8, 0.7], [0.1, 0.9, 0.8]])
    lost = np.zeros((2, 3), bool)
    assert best_rate((1, 2, 3), accuracies, lost) == 1
    lost[0, 1] = True
    assert best_rate((1, 2, 3), accuracies, lost) == 2
    with pytest.raises(ValueError, match="safe"):
        best_rate((1, 2, 3), accuracies, np.ones((2, 3), bool))


def test_as_good_allows_for_the_spread():
    accuracies = np.array([[5.0, 9.0, 8.0, 9.5], [6.0, 8.0, 8.2, 9.5]])
    lost = np.zeros((2, 4), bool)
    lost[1, 3] = True
    found = as_good((1, 2, 3, 4), accuracies, lost)
    assert found.tolist() == [False, True, True, False]


def test_difference_is_paired():
    mean, spread, words = difference([1.0, 5.0, 9.0], [0.5, 4.4, 8.6])
    assert (round(mean, 9), round(spread, 9)) == (0.5, 0.1)
    assert words == "larger than the spread"
    assert difference([1, 2, 3], [2, 2, 2.1])[2] == "smaller than the spread"
    assert math.isnan(difference([1], [2])[1])
    assert difference([2, 4, 9], [1, 2])[0] == 1.5


def test_running_mean():
    assert np.allclose(running_mean([1, 2, 6, 4], 3), [1.5, 3, 4, 5])
    assert np.allclose(running_mean([3, 1], 1), [3, 1])
    holes = running_mean([1, 1, 1, np.nan, 1, 1, 1], 3)
    assert np.isnan(holes).sum() == 3


def test_drawing_shows_each_loss():
    fig, ax = plotting.figure()
    lost = np.array([[0, 0, 1], [0, 1, 1]], bool)
    values = np.array([[1.0, 2.0, np.nan], [2.0, np.nan, np.nan]])
    drawing_07.against_rate(ax, (0.1, 1, 10), values, lost, 0, "a", color="k")
    drawing_07.regimes(ax, (0.05, 0.5, 5, 50), ("crawls", "learns", "breaks"))
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["1", "2", "crawls", "learns", "breaks"]
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    assert list(crosses[0].get_xdata()) == [1, 10]
