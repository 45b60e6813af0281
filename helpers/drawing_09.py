"""Drawings of notebook 09."""

import numpy as np

from helpers import plotting

# the networks of the comparison: the tool's colour, a marker of their own
LOOKS = {
    "NumPy full batch": {
        "color": plotting.GREEN, "linestyle": ":", "marker": "x",
    },
    "NumPy 128": plotting.STYLE["NumPy"],
    "NumPy 800": {
        "color": plotting.GREEN, "linestyle": "--", "marker": "s",
    },
    "Keras 128": plotting.STYLE["TensorFlow"],
    "Keras 256-128": {
        "color": plotting.PURPLE, "linestyle": "-", "marker": "o",
    },
    "sklearn 128": plotting.STYLE["scikit-learn"],
}


def calls(ax, seconds):
    """Draw the time of each call, with each tool's median as a line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    seconds : dict of str to sequence of float
        Network of `LOOKS` -> time of its first, second, ... call, in s.
    """
    for name, times in seconds.items():
        look = {**LOOKS[name], "linestyle": "", "markersize": 6}
        numbers = np.arange(1, len(times) + 1)
        ax.plot(numbers, 1000 * np.array(times), label=name, **look)
        ax.axhline(
            1000 * np.median(times[1:]), color=look["color"], lw=1,
            linestyle=LOOKS[name]["linestyle"],
        )
    ax.set(yscale="log", xlabel="call", xticks=numbers)
    ax.set_ylabel("time of the call (ms)")
    ax.legend(loc="upper right")


def steps(ax, sizes, readings, crossing=None):
    """Draw the time of a training step against a size.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    sizes : sequence of int
    readings : dict of str to ndarray (rounds, sizes)
        Seconds of a step. The bars go from the least to the largest; names
        that end in "products" are drawn as thin dotted lines.
    crossing : float, optional
        Where a vertical line is drawn.
    """
    for name, times in readings.items():
        tool = "NumPy" if name.startswith("NumPy") else "TensorFlow"
        look = dict(plotting.STYLE[tool])
        middle = 1000 * np.median(times, axis=0)
        if name.endswith("products"):
            look.update(linestyle=":", marker="", linewidth=1.2)
            ax.plot(sizes, middle, label=name, **look)
            continue
        ends = 1000 * np.array([np.min(times, axis=0), np.max(times, axis=0)])
        bars = np.abs(ends - middle)
        ax.errorbar(sizes, middle, bars, capsize=2, label=name, **look)
    if crossing:
        ax.axvline(crossing, color=plotting.GREY, lw=1)
    ax.set(xscale="log", yscale="log")
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()


def countries(ax, milligrams, bars, labels, home):
    """Draw the emissions of one training on several countries' grids.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    milligrams, bars : sequence of float
        Emissions and their uncertainty, in mgCO2e.
    labels : sequence of str
        Countries, with the year of the figure.
    home : int
        Place of the country in which the training took place.
    """
    places = np.arange(len(labels))
    colours = [plotting.SKY] * len(labels)
    colours[home] = plotting.BLUE
    ax.barh(
        places, milligrams, xerr=bars, color=colours, height=0.7,
        error_kw={"capsize": 2, "lw": 1},
    )
    ax.set_yticks(places, labels)
    ax.set_xlabel("emissions of the training (mgCO2e)")


def against_cost(ax, points, kept):
    """Draw error against cost after each epoch, and the frontier.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    points : dict of (str, int) to tuple of float
        (network of `LOOKS`, epochs) -> (cost, its uncertainty, accuracy in
        %, its uncertainty).
    kept : sequence of (str, int)
        Those on the frontier, from the cheapest to the dearest.
    """
    for name in dict.fromkeys(name for name, _ in points):
        rows = [row for (own, _), row in points.items() if own == name]
        cost, cost_bar, accuracy, bar = np.transpose(rows)
        ax.errorbar(
            cost, 100 - accuracy, bar, cost_bar, label=name, capsize=2,
            elinewidth=0.8, **{**LOOKS[name], "linewidth": 1},
        )
    line = [points[key] for key in kept]
    ax.plot(
        [row[0] for row in line], [100 - row[2] for row in line],
        color=plotting.VERMILION, lw=5, alpha=0.35, zorder=0,
        solid_capstyle="round", label="frontier",
    )
    ax.set(xscale="log", yscale="log", ylabel="validation error (%)")
    ticks = [e for e in (2, 3, 4, 5, 7, 10, 20, 40, 80)
             if ax.get_ylim()[0] <= e <= ax.get_ylim()[1]]
    ax.set_yticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()


def orders(ax, rows):
    """Draw energies as points on a logarithmic axis, a row each.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    rows : sequence of (str, float, float, str)
        Label, smallest and largest energy in kWh, colour.
    """
    for place, (_, low, high, colour) in enumerate(rows):
        ax.plot(
            [low, high], [place, place], color=colour, lw=7,
            solid_capstyle="butt",
        )
    ax.set_xscale("log")
    ax.set_yticks(range(len(rows)), [row[0] for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(axis="x", color=plotting.GREY, alpha=0.3, lw=0.6)
    ax.set_xlabel("energy (kWh)")
