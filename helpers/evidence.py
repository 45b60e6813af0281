"""Mean, spread, and the course's one rule for "is this a difference?"."""

import warnings
from typing import NamedTuple

import numpy as np

LEVEL = 0.95  # of the intervals


def mean_and_spread(values):
    """Return the mean and the standard deviation between runs, two floats.

    The spread has n - 1 in the denominator and is NaN for a single run; NaN
    in the values makes both NaN.
    """
    values = np.asarray(list(values), dtype=float)
    if values.ndim != 1:
        raise ValueError(f"values: expected a row, got {values.shape}")
    spread = np.std(values, ddof=1) if values.size > 1 else np.nan
    return float(np.mean(values)), float(spread)


class Difference(NamedTuple):
    """What two series of runs differ by."""

    mean: float  # of first - second, run by run
    half: float  # the width of its 95 % t-interval, halved; NaN for one run
    runs: int

    @property
    def clear(self):
        """Does the interval leave zero out? False where it is NaN."""
        return abs(self.mean) > self.half

    def in_words(self, unit="points", digits=2):
        """Return such as "+0.42 ± 0.10 points (95 %, 10 seeds)"."""
        unit = f" {unit}" if unit else ""
        seeds = f"{self.runs} seed{'s' if self.runs != 1 else ''}"
        if not np.isfinite(self.half):
            why = "too few to say" if self.runs < 2 else "not a number"
            return f"{self.mean:+.{digits}f}{unit} ({seeds}: {why})"
        words = f"{self.mean:+.{digits}f} ± {self.half:.{digits}f}{unit}"
        words += f" ({100 * LEVEL:.0f} %, {seeds})"
        return words if self.clear else f"{words}: not distinguishable"


def difference(first, second):
    """Compare two series of runs, paired: one run a seed, in one order.

    What a seed does to both cancels in the `Difference`. It is clear if the
    95 % t-interval of its mean leaves zero out. first, second : (runs,).

    Source: W. S. Gosset ("Student"), Biometrika 6, 1 (1908).
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    if first.ndim != 1 or first.shape != second.shape or not first.size:
        raise ValueError(
            "first, second: expected the runs of the same seeds, got shapes "
            f"{first.shape} and {second.shape}"
        )
    pairs = first - second
    mean, half = float(np.mean(pairs)), np.nan
    if pairs.size > 1:
        from scipy.stats import ttest_rel  # half a second: not for everybody

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where there is no spread at all
            ends = ttest_rel(first, second).confidence_interval(LEVEL)
        half = float(ends.high - ends.low) / 2
    return Difference(mean, half, pairs.size)
