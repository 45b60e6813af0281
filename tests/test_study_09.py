"""The small tools and drawings of notebook 09."""

import math
import statistics

import numpy as np
import pytest

from helpers import drawing_09, plotting, timing
from helpers.study_09 import (
    grids,
    magnitude,
    median_and_spread,
    named,
    turned,
)


def test_median_and_spread():
    values = [3.0, 9.0, 4.0, 5.0]
    middle, spread = median_and_spread(iter(values))
    assert middle == statistics.median(values) and spread == 3.0
    assert median_and_spread([7]) == (7.0, 0.0)
    assert all(map(math.isnan, median_and_spread([1.0, math.nan])))
    with pytest.raises(ValueError, match="at least 1"):
        median_and_spread([])


def test_turned_gives_each_a_turn_at_the_front():
    names = {"a": 1, "b": 2, "c": 3}
    assert turned(names, 1) == ["b", "c", "a"]
    assert [turned(names, k)[0] for k in range(5)] == list("abcab")
    assert all(sorted(turned(names, k)) == list("abc") for k in range(5))
    assert turned([], 3) == []


def test_named_as_the_layers_take_them():
    arrays = [np.full(2, k) for k in range(4)]
    found = named(arrays)
    assert list(found) == ["W0", "b0", "W1", "b1"]
    assert all(f is a for f, a in zip(found.values(), arrays))
    with pytest.raises(ValueError, match="by turns, got 3"):
        named(arrays[:3])


def test_grids_are_codecarbons_and_sorted():
    found = grids(["POL", "FRA", "XXX", "DEU"])
    assert list(found) == ["France", "Germany", "Poland"]
    for code, (grid, year) in zip(("FRA", "DEU", "POL"), found.values()):
        assert grid == timing.grid_intensity(code)
        assert 2000 < year < 2100 and isinstance(year, int)
    assert grids([]) == {}


def test_no_grids_without_codecarbon(monkeypatch):
    monkeypatch.setattr(timing, "codecarbon_version", lambda: "")
    assert grids(["FRA"]) == {}


@pytest.mark.parametrize(
    "value, expected",
    [(1, 0), (201, 2), (1507, 3), (86e3, 5), (433e3, 6), (2e-5, -5),
     (3.1, 0), (3.2, 1)],
)
def test_magnitude(value, expected):
    assert magnitude(value) == expected
    assert magnitude(value * 1000) == expected + 3


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_magnitude_of_positive_numbers_only(value):
    with pytest.raises(ValueError, match="positive"):
        magnitude(value)


def test_every_network_looks_different():
    looks = {(v["color"], v["marker"]) for v in drawing_09.LOOKS.values()}
    assert len(looks) == len(drawing_09.LOOKS) == 6


def test_frontier_is_drawn_through_its_points():
    points = {
        ("NumPy 128", 1): (10.0, 1.0, 94.0, 0.2),
        ("NumPy 128", 2): (20.0, 2.0, 95.0, 0.3),
        ("NumPy full batch", 1): (8.0, 1.0, 30.0, 5.0),
    }
    kept = [("NumPy full batch", 1), ("NumPy 128", 1), ("NumPy 128", 2)]
    fig, ax = plotting.figure()
    drawing_09.against_cost(ax, points, kept, top=12)
    line = ax.lines[-1]
    assert list(line.get_xdata()) == [8, 10, 20]
    assert list(line.get_ydata()) == [70, 6, 5]
    assert [text.get_text() for text in ax.texts] == ["70 % ↑"]
    low, high = ax.get_ylim()
    assert high == 12 and 4 < low < 4.7


def test_steps_show_medians_in_ms():
    times = np.array([[1.0, 4.0], [2.0, 5.0], [9.0, 90.0]]) / 1000
    fig, ax = plotting.figure()
    drawing_09.steps(
        ax, (8, 64), {"NumPy": times, "NumPy products": times / 2}, 20.0
    )
    heights = [list(line.get_ydata()) for line in ax.lines]
    assert [2.0, 5.0] in heights and [1.0, 2.5] in heights
    assert any(list(line.get_xdata()) == [20.0, 20.0] for line in ax.lines)


def test_bars_and_rows():
    fig, (first, second, third) = plotting.figure(1, 3)
    drawing_09.countries(first, [1, 3], [0.1, 0.2], ["A (2020)", "B"], 1)
    widths = [patch.get_width() for patch in first.patches]
    colours = [patch.get_facecolor() for patch in first.patches]
    assert widths == [1, 3] and colours[0] != colours[1]
    drawing_09.orders(second, [("x", 1e-5, 1e-4, "k"), ("y", 1, 10, "r")])
    names = [text.get_text() for text in second.get_yticklabels()]
    assert names == ["x", "y"] and second.get_xscale() == "log"
    drawing_09.calls(third, {"Keras 128": [9.0, 1.0, 3.0, 2.0]})
    medians = [line for line in third.lines if len(line.get_xdata()) == 2]
    assert list(medians[0].get_ydata()) == [2000, 2000]
