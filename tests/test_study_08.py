"""Results by seed, and images turned round."""

import math

import numpy as np
import pytest
from scipy import ndimage

from helpers.study_08 import by_seed, gain, in_words, rotate, summary

RESULTS = {("L2", 0.1, 0): "a", ("L2", 0.1, 1): "b", ("none", 0, 1): "c"}


def test_by_seed():
    assert by_seed(RESULTS, "L2", 0.1) == {0: "a", 1: "b"}
    assert by_seed(RESULTS, "L2") == {}
    assert by_seed({(3,): "x"}) == {3: "x"}


def test_summary_of_what_is_there():
    assert summary([1.0, 3.0]) == (2.0, pytest.approx(math.sqrt(2)))
    assert summary(iter([4.0]))[0] == 4.0
    assert math.isnan(summary([4.0])[1])
    assert all(map(math.isnan, summary([])))


def test_gain_is_taken_seed_by_seed():
    before = {0: 80.0, 1: 90.0, 2: 85.0}
    after = {1: 91.0, 0: 81.0, 7: 3.0}
    assert gain(after, before) == (1.0, 0.0)
    assert all(map(math.isnan, gain({}, before)))


@pytest.mark.parametrize(
    "mean, spread, part",
    [
        (0.1, 0.2, "no difference"),
        (-0.1, 0.2, "no difference"),
        (-0.3, 0.2, "less than twice"),
        (0.5, 0.2, "more than twice"),
        (0.5, math.nan, "too few seeds"),
    ],
)
def test_in_words(mean, spread, part):
    assert part in in_words(mean, spread)


@pytest.mark.parametrize("degrees", [-170, -37.5, 0, 10, 45, 90, 123])
def test_rotate_is_scipys_inside(degrees):
    rng = np.random.default_rng(8)
    images = np.zeros((3, 15, 15))
    images[:, 4:11, 4:11] = rng.uniform(size=(3, 7, 7))
    expected = ndimage.rotate(
        images, degrees, axes=(1, 2), reshape=False, order=1
    )
    turned = rotate(images.reshape(3, -1), degrees).reshape(3, 15, 15)
    assert np.allclose(turned, expected, atol=1e-12)


def test_rotate_by_right_angles_is_exact():
    image = np.arange(16.0).reshape(1, 4, 4)
    turned = rotate(image.reshape(1, -1), 90).reshape(4, 4)
    assert np.allclose(turned, np.rot90(image[0]), atol=1e-6)
    x = image.reshape(1, -1).astype(np.float32)
    assert rotate(x, 360).dtype == np.float32
    assert np.allclose(rotate(x, 360), x, atol=1e-6)


def test_rotate_wants_squares():
    with pytest.raises(ValueError, match="expected shape"):
        rotate(np.zeros((2, 15)), 10)
