"""Mean, spread, and the one rule for "is this a difference?"."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.evidence import difference, mean_and_spread

RUNS = st.lists(
    st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
    min_size=2, max_size=12, unique=True,
)


@given(pairs=RUNS)
def test_difference_is_students_paired_one(pairs):
    """Its interval leaves zero out where SciPy's p-value is below 5 %."""
    first, second = np.array(pairs).T
    found = difference(list(first), second)
    d = first - second
    assert found.mean == pytest.approx(np.mean(d)) and found.runs == len(d)
    error = np.std(d, ddof=1) / np.sqrt(len(d))
    t = stats.t.ppf(0.975, len(d) - 1)
    assert found.half == pytest.approx(t * error, rel=1e-6, abs=1e-9)
    if np.std(d) > 1e-6 * max(1, np.max(np.abs(pairs))):
        p = stats.ttest_rel(first, second).pvalue
        assert found.clear == (p < 0.05) or abs(p - 0.05) < 1e-9


def test_by_hand():
    """Differences 1, 2, 3: mean 2, sd 1, t of two degrees 4.3027."""
    found = difference([11.0, 22.0, 33.0], [10.0, 20.0, 30.0])
    assert found.mean == 2 and found.runs == 3
    assert found.half == pytest.approx(4.3027 / math.sqrt(3), abs=1e-4)
    assert not found.clear
    words = "+2.0 ± 2.5 points (95 %, 3 seeds): not distinguishable"
    assert found.in_words(digits=1) == words
    turned = difference([10.0, 20.0, 30.0], [11.0, 22.0, 33.0])
    assert (turned.mean, turned.half) == (-2, found.half)


def test_pairing_matters():
    """A small gain in every seed is clear, although the seeds differ more."""
    before = np.array([80.0, 90.0, 70.0, 85.0])
    after = before + np.array([0.9, 1.0, 1.1, 1.0])
    found = difference(after, before)
    assert found.clear and found.in_words().startswith("+1.00 ± 0.13 points")
    assert found.in_words("") == "+1.00 ± 0.13 (95 %, 4 seeds)"
    assert not difference(after[::-1], before).clear


@pytest.mark.filterwarnings("error")
def test_too_little_is_no_difference():
    one = difference([3.0], [1.0])
    assert math.isnan(one.half) and not one.clear
    assert one.in_words("%", 0) == "+2 % (1 seed: too few to say)"
    lost = difference([1.0, math.nan, 3.0], [0.0, 0.0, 0.0])
    assert math.isnan(lost.mean) and not lost.clear
    assert "not a number" in lost.in_words()
    same = difference([1.0, 2.0], [1.0, 2.0])
    assert (same.mean, same.half) == (0, 0) and not same.clear
    assert difference([1.0, 2.0], [0.0, 1.0]).clear  # no spread at all


@pytest.mark.parametrize(
    "first, second",
    [([1, 2, 3], [1, 2]), ([], []), (1, 2), ([[1], [2]], [1, 2]),
     ([[1, 2]], [[1, 2]])],
)
def test_runs_that_make_no_pairs_are_refused(first, second):
    with pytest.raises(ValueError, match="expected the runs of the same"):
        difference(first, second)


def test_mean_and_spread():
    assert mean_and_spread([1, 2, 3]) == (2.0, 1.0)
    assert mean_and_spread(k for k in (1, 3)) == (2.0, math.sqrt(2))
    small = np.array([250, 255], np.uint8)  # their sum would overflow
    assert mean_and_spread(small)[0] == 252.5
    mean, spread = mean_and_spread([4.0])
    assert mean == 4 and math.isnan(spread)
    assert all(map(math.isnan, mean_and_spread([1.0, math.nan])))
    with pytest.raises(ValueError, match="expected a row"):
        mean_and_spread([[1, 2], [3, 4]])
