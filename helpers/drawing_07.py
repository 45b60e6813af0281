"""Drawings of notebook 07."""

import numpy as np

from helpers import expect, plotting
from helpers.studies import spread

LOST = {"color": plotting.VERMILION, "marker": "x", "linestyle": ""}


def against_rate(ax, rates, values, lost, floor, label=None, **style):
    """Draw a quantity against the learning rate, with what diverged.

    Means over the seeds with the spread as error bars where every run
    survived; elsewhere a cross at the floor, with the number of runs lost.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    rates : sequence of float
    values : ndarray (seeds, rates)
    lost : ndarray of bool (seeds, rates)
    floor : float
        Height of the crosses.
    label : str, optional
    **style
        Colour, marker and line style.
    """
    expect.axes("ax", ax)
    rates = expect.array("rates", rates, ("rates",))
    expect.number("rates", rates.min(), above=0)
    shape = ("seeds", len(rates))
    values = expect.array("values", values, shape, finite=False)
    lost = expect.array("lost", lost, values.shape, "b")
    floor = expect.number("floor", floor)
    safe = ~np.any(lost, axis=0)
    mean, error = values.mean(axis=0), spread(values)
    ax.errorbar(
        rates[safe], mean[safe], error[safe], capsize=2, label=label,
        **style,
    )
    count = np.sum(lost, axis=0)
    cross = {**LOST, "color": style.get("color", LOST["color"])}
    ax.plot(rates[~safe], np.full(np.sum(~safe), floor), **cross)
    for rate, number in zip(rates[~safe], count[~safe]):
        ax.annotate(
            f"{number}", (rate, floor), xytext=(0, 5),
            textcoords="offset points", ha="center", fontsize=8,
            color=cross["color"],
        )
    ax.set_xscale("log")


def regimes(ax, edges, names):
    """Shade the first and last of three neighbouring ranges, and name all.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With a logarithmic horizontal axis.
    edges : sequence of float
        Four: the three ranges lie between them.
    names : sequence of str
        Three.
    """
    expect.axes("ax", ax)
    names = expect.sequence("names", names, length=3)
    edges = expect.array("edges", edges, (4,))
    if edges[0] <= 0 or np.any(np.diff(edges) <= 0):
        raise ValueError(
            f"edges: expected positive and rising numbers, got {edges}"
        )
    ax.set_xlim(edges[0], edges[-1])
    for i, name in enumerate(names):
        left, right = edges[i : i + 2]
        if i != 1:
            ax.axvspan(left, right, color=plotting.GREY, alpha=0.15, lw=0)
        middle = np.sqrt(left * right)
        ax.text(
            middle, 1.01, name, ha="center", va="bottom", fontsize=9,
            transform=ax.get_xaxis_transform(),
        )
